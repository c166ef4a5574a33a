//! Endpoint services: what answers tell, what an effect takes, when it is done (section 8.2).

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::effects::{Ends, by_status, changed};
use super::fields::{Build, Fields};
use super::params::{Params, belongings, field, items, moved};
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// What `TagResources` calls a service.
pub(super) const RESOURCE_TYPE: &str = "VpcEndpointService";

/// Back ends in one creating call; further ones are attached.
const AT_CREATION: usize = 10;

/// The attributes that one call changes, each under its parameter's name.
const UPDATED: [(&str, &str); 5] = [
    ("ServiceDescription", "description"),
    ("AutoAcceptEnabled", "auto_accept_enabled"),
    ("ZoneAffinityEnabled", "zone_affinity_enabled"),
    ("ServiceSupportIPv6", "service_support_ipv6"),
    ("AddressIpVersion", "address_ip_version"),
];

const RESOURCE: [(&str, &str); 3] =
    [("ResourceId", "resource_id"), ("ResourceType", "resource_type"), ("ZoneId", "zone_id")];

/// A service in any answer; its back ends and tags are asked for separately, or not at all.
pub(super) fn object(row: Fields<'_>, resources: Option<&[Json]>, tags: Option<Value>) -> Option<Object> {
    let id = row.text("ServiceId")?;
    let mut build = Build::default();
    build.texts(
        row,
        &[
            ("id", "ServiceId"),
            ("description", "ServiceDescription"),
            ("payer", "Payer"),
            ("service_resource_type", "ServiceResourceType"),
            ("address_ip_version", "AddressIpVersion"),
            ("resource_group_id", "ResourceGroupId"),
            ("name", "ServiceName"),
            ("domain", "ServiceDomain"),
            ("service_type", "ServiceType"),
            ("status", "ServiceStatus"),
            ("business_status", "ServiceBusinessStatus"),
            ("region_id", "RegionId"),
            ("created_at", "CreateTime"),
        ],
    );
    build.set("auto_accept_enabled", row.flag("AutoAcceptEnabled"));
    build.set("zone_affinity_enabled", row.flag("ZoneAffinityEnabled"));
    build.set("service_support_ipv6", row.flag("ServiceSupportIPv6"));
    build.set("connect_bandwidth", row.whole("ConnectBandwidth"));
    build.set("min_bandwidth", row.whole("MinBandwidth"));
    build.set("max_bandwidth", row.whole("MaxBandwidth"));
    if let Some(regions) = row.rows("SupportedRegionSet") {
        let regions = regions.filter(|one| one.text("RegionServiceStatus").as_deref() != Some("Closed"));
        build.set_of(
            "supported_regions",
            Some(regions.filter_map(|one| one.text("SupportedRegionId")).collect()),
        );
    }
    if let Some(resources) = resources {
        let rows: BTreeSet<Value> = resources.iter().map(|row| resource(Fields::of(row))).collect();
        build.set_of("zones", Some(rows.iter().map(|row| field(row, "zone_id").to_owned()).collect()));
        build.set("resources", Some(rows.into_iter().collect::<Vec<_>>()));
    }
    build.set("tags", tags);
    Some(Object::new(id, build.done()))
}

fn resource(row: Fields<'_>) -> Value {
    let mut build = Build::default();
    build.texts(
        row,
        &[("resource_id", "ResourceId"), ("resource_type", "ResourceType"), ("zone_id", "ZoneId")],
    );
    Value::from(build.done())
}

/// What an effect on a service takes.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    match effect {
        Effect::Create { want } => create(want),
        Effect::Update { id, have, want } => update(id, have, want),
        Effect::Delete { id, have } => {
            // A service ends without back ends only.
            let mut calls: Vec<Call> = items(have, "resources").iter().map(|one| detach(id, one)).collect();
            calls.push(Params::about("ServiceId", id).call("DeleteVpcEndpointService"));
            calls
        }
    }
}

fn create(want: &Attributes) -> Vec<Call> {
    let mut params = Params::default();
    let once = [
        ("Payer", "payer"),
        ("ServiceResourceType", "service_resource_type"),
        ("ResourceGroupId", "resource_group_id"),
    ];
    params.put_all(want, &UPDATED, |_| true);
    params.put_all(want, &once, |_| true);
    let resources = items(want, "resources");
    let (first, rest) = resources.split_at(resources.len().min(AT_CREATION));
    params.objects("Resource", first.iter(), &RESOURCE);
    params.list("SupportedRegionList", items(want, "supported_regions").iter().filter_map(Value::as_str));
    params.tags(want.get("tags").and_then(Value::as_map).into_iter().flatten());
    let mut calls = vec![params.making("CreateVpcEndpointService")];
    calls.extend(rest.iter().map(|one| attach("{id}", one)));
    // No parameter of the creation (trap 32).
    calls.extend(bandwidth("{id}", &Attributes::new(), want));
    calls
}

fn update(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let mut params = Params::about("ServiceId", id);
    params.put_all(want, &UPDATED, |name| changed(have, want, name));
    let (new, gone) = moved(have, want, "supported_regions");
    params.list("AddSupportedRegionSet", new.into_iter().filter_map(Value::as_str));
    params.list("DeleteSupportedRegionSet", gone.into_iter().filter_map(Value::as_str));
    let mut calls = Vec::new();
    if params.len() > 1 {
        calls.push(params.call("UpdateVpcEndpointServiceAttribute"));
    }
    calls.extend(bandwidth(id, have, want));
    // New back ends first, so that there is always one.
    let (new, gone) = moved(have, want, "resources");
    calls.extend(new.into_iter().map(|one| attach(id, one)));
    calls.extend(gone.into_iter().map(|one| detach(id, one)));
    calls.extend(belongings(RESOURCE_TYPE, id, have, want));
    calls
}

/// The bandwidth of connections, which not every answer shows.
fn bandwidth(id: &str, have: &Attributes, want: &Attributes) -> Option<Call> {
    changed(have, want, "connect_bandwidth").then(|| {
        let mut params = Params::about("ServiceId", id);
        params.put("ConnectBandwidth", want.get("connect_bandwidth"));
        Call {
            sets: Some("connect_bandwidth".to_owned()),
            ..params.call("UpdateVpcEndpointServiceAttribute")
        }
    })
}

fn placed(id: &str, resource: &Value) -> Params {
    let params = Params::about("ServiceId", id);
    RESOURCE.iter().fold(params, |params, (parameter, name)| params.with(parameter, field(resource, name)))
}

fn attach(id: &str, resource: &Value) -> Call {
    placed(id, resource).call("AttachResourceToVpcEndpointService")
}

fn detach(id: &str, resource: &Value) -> Call {
    placed(id, resource).call("DetachResourceFromVpcEndpointService")
}

/// Whether a service is where it shall be.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let shows = [
        "description",
        "auto_accept_enabled",
        "zone_affinity_enabled",
        "service_support_ipv6",
        "address_ip_version",
        "resources",
        "supported_regions",
        "tags",
        "resource_group_id",
    ];
    by_status("status", Ends { ready: &["Active"], lost: &[] }, &shows, want, object)
}
