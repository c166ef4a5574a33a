//! Connections, as the owner of a service sees and decides them (Elasticsearch and PrivateLink API
//! reference, sections 6.2 and 8.5).

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::endpoints::zone_status;
use super::errors::{Refusal, refuse};
use super::land::Change;
use super::objects::LinkEndpoint;
use super::services::kind_of;

fn view(call: &Call<'_>, endpoint: &LinkEndpoint) -> Value {
    let zones = endpoint.zones.iter().map(|zone| {
        let service = call.land().services.get(&endpoint.service_id);
        let resource = service.and_then(|one| one.resources.iter().find(|one| one.zone == zone.zone));
        json!({
            "ZoneId": zone.zone,
            "VSwitchId": zone.vswitch,
            "EniId": zone.eni,
            "ResourceId": resource.map(|resource| &resource.id),
            "ZoneDomain": format!("{}-{}.{}", endpoint.id, zone.zone, endpoint.domain),
            "ZoneStatus": zone_status(endpoint, zone),
        })
    });
    let kind = call.land().services.get(&endpoint.service_id).map_or("slb", kind_of);
    let usual = modes(kind).0[0];
    json!({
        "ServiceId": endpoint.service_id,
        "EndpointId": endpoint.id,
        "EndpointVpcId": endpoint.vpc_id,
        "EndpointOwnerId": endpoint.owner.parse::<i64>().unwrap_or_default(),
        "EndpointRegionId": endpoint.region,
        "ServiceRegionId": endpoint.region,
        "ResourceOwner": endpoint.owner == call.caller.id,
        "ConnectionStatus": endpoint.connection,
        "Bandwidth": endpoint.settings.get("ConnectionBandwidth").unwrap_or(&json!(3072)),
        "TrafficControlMode": endpoint.settings.get("TrafficControlMode").unwrap_or(&json!(usual)),
        "ModifiedTime": endpoint.modified_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "ResourceGroupId": "rg-acfmsimdefault01",
        "Zones": zones.collect::<Vec<_>>(),
    })
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let region = call.region()?;
    if call.text("ServiceId").is_some() {
        call.service()?;
    }
    let own = |one: &&LinkEndpoint| {
        let service = call.land().services.get(&one.service_id);
        one.region == region
            && service.is_some_and(|service| service.account == call.caller.account)
            && !call.too_young(one.created_at)
    };
    let mut rows: Vec<Value> =
        call.land().endpoints.values().filter(own).map(|endpoint| view(call, endpoint)).collect();
    for name in ["ServiceId", "EndpointId", "ConnectionStatus"] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| row[name] == wanted);
        }
    }
    if let Some(owner) = call.whole("EndpointOwnerId")? {
        rows.retain(|row| row["EndpointOwnerId"] == owner);
    }
    for name in ["EniId", "ResourceId"] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| {
                row["Zones"].as_array().is_some_and(|zones| zones.iter().any(|zone| zone[name] == wanted))
            });
        }
    }
    let total = json!(rows.len().to_string());
    call.page("Connections", rows, Some(total))
}

/// How limits are kept for a kind of back end, and how much there may be (section 8.5).
fn modes(kind: &str) -> (&'static [&'static str], i64) {
    match kind {
        "slb" => (&["BandwidthLimit"], 10_240),
        "gwlb" => (&["Scalability"], 25_000),
        "nlb" => (&["Scalability", "BandwidthLimit"], 50_000),
        _ => (&["BandwidthLimit", "Scalability"], 25_000),
    }
}

/// The limits that were given.
fn limits(call: &Call<'_>) -> Result<Vec<(String, Value)>, Refusal> {
    let service = call.service()?;
    let (allowed, most) = modes(kind_of(&service));
    let bandwidth = call.whole("Bandwidth")?;
    if bandwidth.is_some_and(|limit| !(100..=most).contains(&limit)) {
        return Err(refuse("IllegalParamFormat.Bandwidth"));
    }
    let mode = call.word("TrafficControlMode", &["Scalability", "BandwidthLimit"])?;
    if mode.is_some_and(|mode| !allowed.contains(&mode)) {
        return Err(refuse("IllegalParamFormat.TrafficControlMode"));
    }
    let bandwidth = bandwidth.map(|limit| ("ConnectionBandwidth".to_owned(), json!(limit)));
    let mode = mode.map(|mode| ("TrafficControlMode".to_owned(), json!(mode)));
    Ok(bandwidth.into_iter().chain(mode).collect())
}

/// A connection that rests: others are on their way.
fn resting(call: &Call<'_>) -> Result<LinkEndpoint, Refusal> {
    let endpoint = call.connection()?;
    let still =
        matches!(endpoint.connection.as_str(), "Connected" | "Disconnected") && endpoint.link.is_none();
    match still && endpoint.status == "Active" {
        true => Ok(endpoint),
        false => Err(refuse("EndpointConnectionOperationDenied")),
    }
}

/// A connection goes from one status through another to a third.
fn move_to(call: &mut Call<'_>, mut endpoint: LinkEndpoint, through: &str, to: &str) -> Answer {
    call.unless_dry_run()?;
    endpoint.connection = through.to_owned();
    endpoint.link = Some(call.coming(call.delays().accept, Some(to)));
    endpoint.modified_at = call.now;
    call.change(Change::Endpoint(Box::new(endpoint)));
    call.settle();
    Ok(json!({}))
}

pub(crate) fn enable(call: &mut Call<'_>) -> Answer {
    let limits = limits(call)?;
    let mut endpoint = resting(call)?;
    let service = call.settled_service()?;
    if !endpoint.zones.iter().all(|zone| service.resources.iter().any(|one| one.zone == zone.zone)) {
        return Err(refuse("OperationDenied.NoAvailableServiceResource"));
    }
    endpoint.settings.extend(limits);
    if endpoint.connection == "Connected" {
        call.unless_dry_run()?;
        return Ok(json!({}));
    }
    move_to(call, endpoint, "Connecting", "Connected")
}

pub(crate) fn disable(call: &mut Call<'_>) -> Answer {
    let endpoint = resting(call)?;
    if endpoint.connection == "Disconnected" {
        call.unless_dry_run()?;
        return Ok(json!({}));
    }
    move_to(call, endpoint, "Disconnecting", "Disconnected")
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let limits = limits(call)?;
    let mut endpoint = resting(call)?;
    if endpoint.connection != "Connected" {
        return Err(refuse("EndpointConnectionOperationDenied"));
    }
    endpoint.settings.extend(limits);
    move_to(call, endpoint, "Pending", "Connected")
}

/// A zone of a connection that stands; another one draws a refusal of its own (section 8.5).
fn switch_zone(call: &mut Call<'_>, disconnected: bool) -> Answer {
    let mut endpoint = call.connection()?;
    let name = call.needed("ZoneId")?.to_owned();
    if endpoint.connection != "Connected" {
        return Err(refuse("IncorrectStatus.VpcEndpointConnection"));
    }
    let missing = || refuse("ResourceNotFound.VpcEndpointZone").status(404);
    let zone = endpoint.zones.iter_mut().find(|one| one.zone == name).ok_or_else(missing)?;
    if zone.disconnected == disconnected {
        return Err(refuse("IncorrectStatus.VpcEndpointZone"));
    }
    zone.disconnected = disconnected;
    call.unless_dry_run()?;
    endpoint.modified_at = call.now;
    call.change(Change::Endpoint(Box::new(endpoint)));
    Ok(json!({}))
}

pub(crate) fn enable_zone(call: &mut Call<'_>) -> Answer {
    switch_zone(call, false)
}

pub(crate) fn disable_zone(call: &mut Call<'_>) -> Answer {
    switch_zone(call, true)
}
