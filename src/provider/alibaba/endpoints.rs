//! Endpoints in a VPC of one's own: what answers tell, what an effect takes, when it is done (section
//! 8.4).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::effects::{Ends, LOST, by_status, changed};
use super::fields::{Build, Fields};
use super::params::{Params, belongings, field, items, moved};
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// What `TagResources` calls an endpoint.
pub(super) const RESOURCE_TYPE: &str = "VpcEndpoint";

/// The attributes that one call changes, each under its parameter's name.
const UPDATED: [(&str, &str); 5] = [
    ("EndpointName", "name"),
    ("EndpointDescription", "description"),
    ("AddressIpVersion", "address_ip_version"),
    ("CrossRegionBandwidth", "cross_region_bandwidth"),
    ("ZoneAffinityEnabled", "zone_affinity_enabled"),
];

/// What lists of their own hold of an endpoint.
pub(super) struct Parts {
    pub(super) zones: Vec<Json>,
    pub(super) security_groups: Vec<Json>,
    /// None where the listing shows them itself.
    pub(super) tags: Option<Value>,
}

/// An endpoint in any answer; its zones, security groups and tags are asked for separately.
pub(super) fn object(row: Fields<'_>, parts: Option<Parts>) -> Option<Object> {
    let id = row.text("EndpointId")?;
    let mut build = Build::default();
    build.texts(
        row,
        &[
            ("id", "EndpointId"),
            ("vpc_id", "VpcId"),
            ("service_id", "ServiceId"),
            ("service_name", "ServiceName"),
            ("service_region_id", "ServiceRegionId"),
            ("name", "EndpointName"),
            ("description", "EndpointDescription"),
            ("endpoint_type", "EndpointType"),
            ("address_ip_version", "AddressIpVersion"),
            ("resource_group_id", "ResourceGroupId"),
            ("domain", "EndpointDomain"),
            ("status", "EndpointStatus"),
            ("connection_status", "ConnectionStatus"),
            ("business_status", "EndpointBusinessStatus"),
            ("region_id", "RegionId"),
            ("created_at", "CreateTime"),
        ],
    );
    build.set("zone_private_ip_address_count", row.whole("ZonePrivateIpAddressCount"));
    build.set("cross_region_bandwidth", row.whole("CrossRegionBandwidth"));
    build.set("bandwidth", row.whole("Bandwidth"));
    build.set("zone_affinity_enabled", row.flag("ZoneAffinityEnabled"));
    build.set("protected_enabled", row.flag("ProtectedEnabled"));
    build.set("resource_owner", row.flag("ResourceOwner"));
    let policy = row.text("PolicyDocument").and_then(|text| serde_json::from_str::<Json>(&text).ok());
    build.set("policy_document", policy.and_then(|policy| Value::try_from(policy).ok()));
    if let Some(Parts { zones, security_groups, tags }) = parts {
        let rows: Vec<Fields<'_>> = zones.iter().map(Fields::of).collect();
        build.set(
            "zones",
            Some(rows.iter().map(|row| zone(*row)).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()),
        );
        let addresses: BTreeMap<String, Value> = rows
            .iter()
            .filter_map(|row| Some((row.text("ZoneId")?, Value::from(row.text("EniIp")?))))
            .collect();
        let statuses: BTreeMap<String, Value> = rows
            .iter()
            .filter_map(|row| Some((row.text("ZoneId")?, Value::from(row.text("ZoneStatus")?))))
            .collect();
        build.set("zone_statuses", (!statuses.is_empty()).then_some(statuses));
        // Once connected it is known that there are none, too.
        let known = !addresses.is_empty() || row.text("ConnectionStatus").as_deref() == Some("Connected");
        build.set("zone_addresses", known.then_some(addresses));
        let groups = security_groups.iter().filter_map(|row| Fields::of(row).text("SecurityGroupId"));
        build.set_of("security_group_ids", Some(groups.collect()));
        build.set("tags", tags);
    }
    Some(Object::new(id, build.done()))
}

fn zone(row: Fields<'_>) -> Value {
    let mut build = Build::default();
    build.texts(row, &[("zone_id", "ZoneId"), ("vswitch_id", "VSwitchId")]);
    Value::from(build.done())
}

/// What an effect on an endpoint takes.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    match effect {
        Effect::Create { want } => vec![create(want)],
        Effect::Update { id, have, want } => update(id, have, want),
        Effect::Delete { id, have } => {
            // An endpoint ends without zones only.
            let mut calls: Vec<Call> =
                items(have, "zones").iter().map(|zone| remove_zone(id, zone)).collect();
            calls.push(Params::about("EndpointId", id).call("DeleteVpcEndpoint"));
            calls
        }
    }
}

fn create(want: &Attributes) -> Call {
    let mut params = Params::default();
    let once = [
        ("VpcId", "vpc_id"),
        ("ServiceId", "service_id"),
        ("ServiceName", "service_name"),
        ("ServiceRegionId", "service_region_id"),
        ("EndpointType", "endpoint_type"),
        ("ZonePrivateIpAddressCount", "zone_private_ip_address_count"),
        ("ProtectedEnabled", "protected_enabled"),
        ("ResourceGroupId", "resource_group_id"),
        ("PolicyDocument", "policy_document"),
    ];
    params.put_all(want, &UPDATED, |_| true);
    params.put_all(want, &once, |_| true);
    params.list("SecurityGroupId", items(want, "security_group_ids").iter().filter_map(Value::as_str));
    let zones = items(want, "zones");
    params.objects("Zone", zones.iter(), &[("ZoneId", "zone_id"), ("VSwitchId", "vswitch_id")]);
    for (at, zone) in zones.iter().enumerate() {
        // `ip` in lower case among capitals (trap 33).
        for (parameter, attribute) in [("ip", "zone_ips"), ("Ipv6Address", "zone_ipv6_addresses")] {
            params.put(&format!("Zone.{}.{parameter}", at + 1), address(want, attribute, zone));
        }
    }
    params.tags(want.get("tags").and_then(Value::as_map).into_iter().flatten());
    params.making("CreateVpcEndpoint")
}

/// The address that is wanted in a zone.
fn address<'v>(want: &'v Attributes, attribute: &str, zone: &Value) -> Option<&'v Value> {
    want.get(attribute)?.as_map()?.get(field(zone, "zone_id"))
}

fn update(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let mut params = Params::about("EndpointId", id);
    params.put_all(want, &UPDATED, |name| changed(have, want, name));
    if changed(have, want, "policy_document") {
        let policy = want.value("policy_document");
        if policy.as_map().is_some_and(BTreeMap::is_empty) {
            params = params.with("ResetPolicy", "true");
        } else {
            params.put("PolicyDocument", Some(policy));
        }
    }
    let mut calls = Vec::new();
    if params.len() > 1 {
        calls.push(params.call("UpdateVpcEndpointAttribute"));
    }
    calls.extend(zones(id, have, want));
    // New groups first: at least one has to remain.
    let (new, gone) = moved(have, want, "security_group_ids");
    let group = |operation: &str, group: &Value| {
        let group = group.as_str().unwrap_or_default();
        Params::about("EndpointId", id).with("SecurityGroupId", group).call(operation)
    };
    calls.extend(new.into_iter().map(|one| group("AttachSecurityGroupToVpcEndpoint", one)));
    calls.extend(gone.into_iter().map(|one| group("DetachSecurityGroupFromVpcEndpoint", one)));
    calls.extend(belongings(RESOURCE_TYPE, id, have, want));
    calls
}

/// What moves the zones. New ones come first, so that there is always one; a zone that gets another switch or address
/// has to go before it can come again.
fn zones(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    // Zones that nothing is said about stay, and may be given other addresses.
    let there = items(have, "zones");
    let wanted = if want.get("zones").is_some() { items(want, "zones") } else { there };
    let same = |zone: &Value, other: &Value| field(zone, "zone_id") == field(other, "zone_id");
    let add = |zone: &Value| {
        let mut params = Params::about("EndpointId", id)
            .with("ZoneId", field(zone, "zone_id"))
            .with("VSwitchId", field(zone, "vswitch_id"));
        params.put("ip", address(want, "zone_ips", zone));
        params.put("Ipv6Address", address(want, "zone_ipv6_addresses", zone));
        params.call("AddZoneToVpcEndpoint")
    };
    let moves = |zone: &&Value| {
        let old = there.iter().find(|old| same(old, zone));
        old.is_some_and(|old| old != *zone || is_readdressed(have, want, zone))
    };
    let new = wanted.iter().filter(|zone| !there.iter().any(|old| same(old, zone)));
    let gone = there.iter().filter(|old| !wanted.iter().any(|zone| same(old, zone)));
    let moved = wanted.iter().filter(moves).flat_map(|zone| [remove_zone(id, zone), add(zone)]);
    new.map(add).chain(gone.map(|zone| remove_zone(id, zone))).chain(moved).collect()
}

/// Whether another address is wanted in a zone than it has, or, where that does not show, than was wanted before.
fn is_readdressed(have: &Attributes, want: &Attributes, zone: &Value) -> bool {
    let wanted = address(want, "zone_ips", zone);
    let there = address(have, "zone_addresses", zone).or_else(|| address(have, "zone_ips", zone));
    wanted.is_some() && wanted != there
}

fn remove_zone(id: &str, zone: &Value) -> Call {
    Params::about("EndpointId", id).with("ZoneId", field(zone, "zone_id")).call("RemoveZoneFromVpcEndpoint")
}

/// Whether an endpoint is where it shall be. One that waits for its acceptance is: the decision is
/// another resource's.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let shows = ["name", "description", "zones", "security_group_ids", "tags", "resource_group_id"];
    by_status("status", Ends { ready: &["Active"], lost: LOST }, &shows, want, object)
}
