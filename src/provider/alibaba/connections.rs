//! Connections, as the owner of a service sees and decides them (section 8.5). The kind is
//! `privatelink_accept`; a connection's id is `SERVICE/ENDPOINT`.

use super::effects::{Ends, by_status};
use super::fields::{Build, Fields};
use super::params::Params;
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object};

/// The id of a connection.
pub(super) fn id_of(service: &str, endpoint: &str) -> String {
    format!("{service}/{endpoint}")
}

/// The connection that an id names.
pub(super) fn named(service: &str, endpoint: &str) -> Object {
    let id = id_of(service, endpoint);
    let mut build = Build::default();
    build.set("id", Some(id.clone()));
    build.set("service_id", Some(service));
    build.set("endpoint_id", Some(endpoint));
    Object::new(id, build.done())
}

/// A connection in a listing.
pub(super) fn object(row: Fields<'_>) -> Option<Object> {
    let mut object = named(&row.text("ServiceId")?, &row.text("EndpointId")?);
    let mut build = Build::default();
    // One that was refused reads as one that waits (trap 25).
    let decision = match row.text("ConnectionStatus")?.as_str() {
        "Connected" | "Connecting" | "Pending" => "accept",
        _ => "reject",
    };
    build.set("decision", Some(decision));
    build.texts(
        row,
        &[
            ("status", "ConnectionStatus"),
            ("traffic_control_mode", "TrafficControlMode"),
            ("endpoint_owner_id", "EndpointOwnerId"),
            ("endpoint_vpc_id", "EndpointVpcId"),
            ("endpoint_region_id", "EndpointRegionId"),
            ("modified_at", "ModifiedTime"),
        ],
    );
    build.set("bandwidth", row.whole("Bandwidth"));
    build.set("resource_owner", row.flag("ResourceOwner"));
    for (name, value) in build.done().iter() {
        object.attributes.set(name, value.clone());
    }
    Some(object)
}

/// The attributes of a connection, each under its parameter's name.
const LIMITS: [(&str, &str); 2] =
    [("Bandwidth", "bandwidth"), ("TrafficControlMode", "traffic_control_mode")];

/// What a decision takes.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    let none = Attributes::new();
    let (have, want) = match effect {
        Effect::Create { want } => (&none, want),
        Effect::Update { have, want, .. } => (have, want),
        Effect::Delete { id, have } => {
            let Some((service, endpoint)) = id.split_once('/') else { return Vec::new() };
            return match have.text("decision") {
                Some("reject") => Vec::new(),
                _ => vec![about(service, endpoint).call("DisableVpcEndpointConnection")],
            };
        }
    };
    let name = |name: &str| want.text(name).or_else(|| have.text(name)).unwrap_or_default();
    let (service, endpoint) = (name("service_id"), name("endpoint_id"));
    let decision = want.text("decision").unwrap_or("accept");
    if have.text("decision") != Some(decision) {
        if decision == "reject" {
            return vec![about(service, endpoint).call("DisableVpcEndpointConnection")];
        }
        let mut params = about(service, endpoint);
        params.put_all(want, &LIMITS, |_| true);
        let accept = params.call("EnableVpcEndpointConnection");
        // Of one that the service has accepted by itself meanwhile, no acceptance sets the limits.
        return std::iter::once(accept).chain(limit(service, endpoint, want, |_| true)).collect();
    }
    limit(service, endpoint, want, |name| super::effects::changed(have, want, name)).into_iter().collect()
}

/// The call that sets the limits which `wanted` wants set, if there are any.
fn limit(service: &str, endpoint: &str, want: &Attributes, wanted: impl Fn(&str) -> bool) -> Option<Call> {
    let mut params = about(service, endpoint);
    params.put_all(want, &LIMITS, wanted);
    let any = LIMITS.iter().any(|(parameter, _)| params.is_set(parameter));
    any.then(|| params.call("UpdateVpcEndpointConnectionAttribute"))
}

/// Whether a connection has the limits that a call sets.
pub(super) fn has_limits(body: Fields<'_>, object: &Object) -> bool {
    LIMITS.iter().all(|(parameter, name)| {
        let there = object
            .attributes
            .get(name)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        body.text(parameter).is_none_or(|wanted| there == Some(wanted))
    })
}

fn about(service: &str, endpoint: &str) -> Params {
    Params::about("ServiceId", service).with("EndpointId", endpoint)
}

/// Whether the connection is as decided.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let ready = if want.text("decision") == Some("reject") { "Disconnected" } else { "Connected" };
    let ends = Ends { ready: &[ready], lost: &["ServiceDeleted"] };
    by_status("status", ends, &["bandwidth", "traffic_control_mode"], want, object)
}
