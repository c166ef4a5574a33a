//! Endpoints in a VPC of one's own (Elasticsearch and PrivateLink API reference, section 8.4).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, invalid, missing, refuse};
use super::land::Change;
use super::objects::{EndpointZone, LinkEndpoint, LinkService};
use super::services::{description, kind_of, service_name};

const TEXTS: &[&str] = &[
    "EndpointDescription",
    "EndpointType",
    "AddressIpVersion",
    "ServiceRegionId",
    "PolicyDocument",
    "ResourceGroupId",
];
const FLAGS: &[&str] = &["ProtectedEnabled", "ZoneAffinityEnabled"];
const NUMBERS: &[&str] = &["ZonePrivateIpAddressCount", "CrossRegionBandwidth"];

/// An endpoint as its owner sees it.
fn view(call: &Call<'_>, endpoint: &LinkEndpoint, tags: bool) -> Value {
    let service = call.land().services.get(&endpoint.service_id);
    let mut shown = json!({
        "EndpointId": endpoint.id,
        "EndpointName": endpoint.name,
        "EndpointDomain": endpoint.domain,
        "EndpointStatus": endpoint.status,
        "ConnectionStatus": endpoint.connection,
        "EndpointBusinessStatus": endpoint.business_status,
        "EndpointDescription": "",
        "EndpointType": "Interface",
        "CreateTime": endpoint.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "ServiceId": endpoint.service_id,
        "ServiceName": endpoint.service_name,
        "ServiceRegionId": endpoint.region,
        "VpcId": endpoint.vpc_id,
        "RegionId": endpoint.region,
        "Bandwidth": 3072,
        "AddressIpVersion": "IPv4",
        "ZoneAffinityEnabled": false,
        "ProtectedEnabled": false,
        "ZonePrivateIpAddressCount": 1,
        "ResourceGroupId": "rg-acfmsimdefault01",
        "ResourceOwner": service.is_some_and(|service| service.account == call.caller.account),
        "Payer": service.and_then(|one| one.settings.get("Payer")).and_then(Value::as_str).unwrap_or("Endpoint"),
    });
    for (name, value) in &endpoint.settings {
        shown[name] = value.clone();
    }
    if tags {
        shown["Tags"] =
            endpoint.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    }
    shown
}

/// What a zone of an endpoint is like, which follows from its connection (section 8.4).
pub(crate) fn zone_status(endpoint: &LinkEndpoint, zone: &EndpointZone) -> &'static str {
    match (endpoint.status.as_str(), endpoint.connection.as_str()) {
        _ if zone.leaving => "Deleting",
        ("Creating", _) => "Creating",
        ("Deleting", _) => "Deleting",
        (_, "Connected") if zone.disconnected => "Disconnected",
        (_, "Connected") => "Connected",
        (_, "Connecting") => "Connecting",
        (_, "Disconnecting") => "Disconnecting",
        _ => "Wait",
    }
}

/// What a consumer can reach: a service that is there, whose whitelist admits it.
pub(crate) fn reachable(
    call: &mut Call<'_>,
    id: &str,
    region: &str,
    consumer: &str,
) -> Result<LinkService, Refusal> {
    let now = call.now;
    call.assume(|land, _| land.assume_service(id, region, now));
    let found = call.land().services.get(id).filter(|one| one.region == region);
    let service = found.ok_or_else(|| refuse("EndpointServiceNotFound"))?;
    let owner = call.land().accounts.iter().find(|one| one.name == service.account);
    if owner.is_none_or(|owner| owner.id != consumer) && !super::users::admits(service, consumer) {
        return Err(refuse("EndpointServiceNotAuthorized"));
    }
    match (service.status.as_str(), service.business_status.as_str()) {
        (_, "FinancialLocked") => Err(refuse("IncorrectBusinessStatus.VpcEndpointService")),
        ("Active", _) if service.resources.is_empty() => Err(refuse("EndpointServiceResourceNotFound")),
        ("Active", _) => Ok(service.clone()),
        _ => Err(refuse("IncorrectStatus.VpcEndpointService")),
    }
}

pub(crate) fn supports_zone(service: &LinkService, zone: &str) -> Result<(), Refusal> {
    match service.resources.iter().any(|one| one.zone == zone || one.zone == "*") {
        true => Ok(()),
        false => Err(refuse("EndpointServiceNotSupportedZone")),
    }
}

/// A new endpoint of a service, as every way of making one leaves it; accepted by itself where the
/// service says so.
pub(crate) fn made(call: &mut Call<'_>, service: &LinkService, vpc: &str, owner: &str) -> LinkEndpoint {
    let id = call.new_id("ep");
    let active = call.coming(call.delays().endpoint_create, Some("Active"));
    let accepted = service.flag("AutoAcceptEnabled").then(|| {
        let after = call.delays().endpoint_create + call.delays().accept;
        call.coming(after, Some("Connected"))
    });
    LinkEndpoint {
        domain: format!("{id}.{}.{}.privatelink.aliyuncs.com", service.id, service.region),
        name: id.clone(),
        id,
        owner: owner.to_owned(),
        region: service.region.clone(),
        instance: None,
        service_id: service.id.clone(),
        service_name: service_name(&service.id, &service.region),
        vpc_id: vpc.to_owned(),
        zones: Vec::new(),
        security_groups: Vec::new(),
        status: "Creating".to_owned(),
        connection: if accepted.is_some() { "Connecting" } else { "Disconnected" }.to_owned(),
        business_status: call.fate.fails.as_ref().map_or("Normal", |_| "FinancialLocked").to_owned(),
        settings: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at: call.now,
        modified_at: call.now,
        next: Some(active),
        link: accepted,
    }
}

/// A zone with its address.
pub(crate) fn zone(
    call: &mut Call<'_>,
    zone: &str,
    vswitch: &str,
    ip: Option<&str>,
) -> Result<EndpointZone, Refusal> {
    let ip: Ipv4Addr = match ip {
        Some(ip) => ip.parse().map_err(|_| refuse("IllegalParamFormat.ip"))?,
        None => {
            let taken = call.land().endpoints.values().flat_map(|one| &one.zones).count();
            let last = u8::try_from(20 + taken % 200).unwrap_or(20);
            Ipv4Addr::new(10, 0, u8::try_from(taken / 200 % 200).unwrap_or(0), last)
        }
    };
    let eni = call.new_id("eni");
    Ok(EndpointZone {
        zone: zone.to_owned(),
        vswitch: vswitch.to_owned(),
        ip: ip.to_string(),
        eni,
        leaving: false,
        disconnected: false,
    })
}

/// Whether a switch of the VPC is in this zone.
fn check_switch(call: &mut Call<'_>, vpc: &str, zone: &str, vswitch: &str) -> Result<(), Refusal> {
    let region = call.region()?;
    call.assume(|land, account| {
        let switches = &mut land.assume_network(account, &region, vpc).vswitches;
        switches.entry(vswitch.to_owned()).or_insert_with(|| zone.to_owned());
    });
    let found = call.land().vpcs.get(vpc).and_then(|vpc| vpc.vswitches.get(vswitch));
    if found.map(String::as_str) == Some(zone) { Ok(()) } else { Err(refuse("VSwitchNotFound")) }
}

fn check_groups(call: &mut Call<'_>, vpc: &str, groups: &[String]) -> Result<(), Refusal> {
    let region = call.region()?;
    call.assume(|land, account| {
        let known = &mut land.assume_network(account, &region, vpc).security_groups;
        known.extend(groups.iter().filter(|group| !known.contains(group)).cloned().collect::<Vec<_>>());
    });
    let known = call.land().vpcs.get(vpc).map(|vpc| vpc.security_groups.as_slice()).unwrap_or_default();
    if groups.iter().all(|group| known.contains(group)) {
        Ok(())
    } else {
        Err(refuse("SecurityGroupNotFound"))
    }
}

fn check_texts(call: &Call<'_>) -> Result<(), Refusal> {
    description(call, "EndpointDescription")?;
    call.word("EndpointType", &["Interface", "GatewayLoadBalancer"])?;
    call.word("AddressIpVersion", &["IPv4", "DualStack"])?;
    let fits = |name: &str| {
        let count = name.chars().count();
        let rest = name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        (2..=128).contains(&count) && rest && name.chars().next().is_some_and(char::is_alphabetic)
    };
    match call.text("EndpointName") {
        Some(name) if !fits(name) => Err(refuse("IllegalParamFormat.EndpointName")),
        _ => Ok(()),
    }
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let region = call.region()?;
    let vpc = call.needed("VpcId")?.to_owned();
    call.assume(|land, account| _ = land.assume_network(account, &region, &vpc));
    let own =
        call.land().vpcs.get(&vpc).filter(|one| one.account == call.caller.account && one.region == region);
    if own.is_none() {
        return Err(refuse("VpcNotFound"));
    }
    check_texts(call)?;
    let named = call.text("ServiceName").and_then(|name| name.rsplit('.').next());
    let id = call.text("ServiceId").or(named).ok_or_else(|| missing("ServiceId"))?.to_owned();
    let (caller, far) = (call.caller.id.clone(), call.text("ServiceRegionId").unwrap_or(&region).to_owned());
    let service = reachable(call, &id, &far, &caller)?;
    if call.text("ServiceName").is_some_and(|name| name != service_name(&service.id, &service.region)) {
        return Err(refuse("EndpointServiceNotFound"));
    }
    let gateway = kind_of(&service) == "gwlb";
    // One that is only assumed to be there is of the kind that suits.
    let is_seen = service.resources.iter().all(|one| one.zone != "*");
    if is_seen && gateway != (call.text("EndpointType") == Some("GatewayLoadBalancer")) {
        return Err(refuse("Mismatch.EndpointType"));
    }
    let groups = call.list("SecurityGroupId");
    if groups.is_empty() {
        return Err(refuse("EndpointMustContainSecurityGroup"));
    }
    check_groups(call, &vpc, &groups)?;
    let wanted = call.objects("Zone");
    for one in &wanted {
        let member = |name: &str| one.get(name).map(String::as_str).unwrap_or_default();
        supports_zone(&service, member("ZoneId"))?;
        check_switch(call, &vpc, member("ZoneId"), member("VSwitchId"))?;
    }
    let tags = call.tags()?;
    let settings = call.settings_given(TEXTS, FLAGS, NUMBERS)?;
    let twice =
        |one: &LinkEndpoint| one.service_id == service.id && one.vpc_id == vpc && one.status != "Deleting";
    if call.land().endpoints.values().any(twice) {
        return Err(refuse("EndpointDuplicated"));
    }
    call.unless_dry_run()?;
    let mut endpoint = made(call, &service, &vpc, &caller);
    for one in &wanted {
        let member = |name: &str| one.get(name).map(String::as_str);
        let zone = zone(
            call,
            member("ZoneId").unwrap_or_default(),
            member("VSwitchId").unwrap_or_default(),
            member("ip"),
        )?;
        endpoint.zones.push(zone);
    }
    endpoint.security_groups = groups;
    endpoint.tags = tags;
    endpoint.settings = settings.into_iter().collect();
    if let Some(name) = call.text("EndpointName") {
        endpoint.name = name.to_owned();
    }
    let id = endpoint.id.clone();
    call.change(Change::Endpoint(Box::new(endpoint)));
    call.settle();
    let made = &call.land().endpoints[&id];
    Ok(view(call, made, false))
}

pub(crate) fn get(call: &mut Call<'_>) -> Answer {
    let endpoint = call.endpoint()?;
    Ok(view(call, &endpoint, false))
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let region = call.region()?;
    let own =
        call.land().endpoints.values().filter(|one| {
            one.owner == call.caller.id && one.region == region && !call.too_young(one.created_at)
        });
    let mut rows: Vec<Value> = own.map(|one| view(call, one, true)).collect();
    for name in [
        "EndpointId",
        "EndpointName",
        "VpcId",
        "ServiceName",
        "ServiceRegionId",
        "EndpointType",
        "EndpointStatus",
        "ConnectionStatus",
        "AddressIpVersion",
        "ResourceGroupId",
    ] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| row[name] == wanted);
        }
    }
    call.keep_tagged(&mut rows)?;
    let total = json!(rows.len());
    call.page("Endpoints", rows, Some(total))
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    check_texts(call)?;
    let settings = call.settings_given(TEXTS, FLAGS, NUMBERS)?;
    let reset = call.flag("ResetPolicy")? == Some(true);
    endpoint.settings.extend(settings);
    if reset {
        endpoint.settings.remove("PolicyDocument");
    }
    if let Some(name) = call.text("EndpointName") {
        endpoint.name = name.to_owned();
    }
    changed(call, endpoint)
}

pub(crate) fn delete(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    if !endpoint.zones.is_empty() {
        return Err(refuse("EndpointDependenceViolation"));
    }
    if endpoint.settings.get("ProtectedEnabled") == Some(&json!(true)) {
        return Err(refuse("EndpointProtected"));
    }
    call.unless_dry_run()?;
    end(call, &mut endpoint);
    Ok(json!({}))
}

/// An endpoint is on its way out, and its connection with it.
pub(crate) fn end(call: &mut Call<'_>, endpoint: &mut LinkEndpoint) {
    let next = call.coming(call.delays().endpoint_delete, None);
    (endpoint.status, endpoint.connection) = ("Deleting".to_owned(), "Deleting".to_owned());
    (endpoint.next, endpoint.link, endpoint.modified_at) = (Some(next), None, call.now);
    call.change(Change::Endpoint(Box::new(endpoint.clone())));
    call.settle();
}

/// An endpoint is changed, which takes a while.
fn changed(call: &mut Call<'_>, mut endpoint: LinkEndpoint) -> Answer {
    call.unless_dry_run()?;
    endpoint.status = "Pending".to_owned();
    endpoint.next = Some(call.coming(call.delays().accept, Some("Active")));
    call.change(Change::Endpoint(Box::new(endpoint)));
    call.settle();
    Ok(json!({}))
}

pub(crate) fn add_zone(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    let (name, vswitch) = (call.needed("ZoneId")?.to_owned(), call.needed("VSwitchId")?.to_owned());
    if endpoint.zones.iter().any(|one| one.zone == name) {
        return Err(refuse("EndpointZoneDuplicated"));
    }
    let service =
        call.land().services.get(&endpoint.service_id).ok_or_else(|| refuse("EndpointServiceDeleted"))?;
    supports_zone(service, &name)?;
    check_switch(call, &endpoint.vpc_id, &name, &vswitch)?;
    let ip = call.text("ip").map(str::to_owned);
    call.unless_dry_run()?;
    let zone = zone(call, &name, &vswitch, ip.as_deref())?;
    endpoint.zones.push(zone);
    changed(call, endpoint)
}

pub(crate) fn remove_zone(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    let name = call.needed("ZoneId")?;
    let found = endpoint.zones.iter_mut().find(|one| one.zone == name && !one.leaving);
    // It goes when the endpoint is at rest again.
    found.ok_or_else(|| refuse("EndpointZoneNotFound"))?.leaving = true;
    changed(call, endpoint)
}

pub(crate) fn zones(call: &mut Call<'_>) -> Answer {
    let endpoint = call.endpoint()?;
    let rows: Vec<Value> = endpoint
        .zones
        .iter()
        .map(|one| {
            json!({
                "ZoneId": one.zone,
                "VSwitchId": one.vswitch,
                "EniId": one.eni,
                "EniIp": one.ip,
                "ZoneStatus": zone_status(&endpoint, one),
                "ZoneDomain": format!("{}-{}.{}", endpoint.id, one.zone, endpoint.domain),
                "RegionId": endpoint.region,
            })
        })
        .collect();
    let total = json!(rows.len());
    call.page("Zones", rows, Some(total))
}

pub(crate) fn attach_group(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    let group = call.needed("SecurityGroupId")?.to_owned();
    check_groups(call, &endpoint.vpc_id, std::slice::from_ref(&group))?;
    if !endpoint.security_groups.contains(&group) {
        endpoint.security_groups.push(group);
    }
    changed(call, endpoint)
}

pub(crate) fn detach_group(call: &mut Call<'_>) -> Answer {
    let mut endpoint = call.settled_endpoint()?;
    let group = call.needed("SecurityGroupId")?;
    if !endpoint.security_groups.iter().any(|one| one == group) {
        return Err(invalid("SecurityGroupId"));
    }
    if endpoint.security_groups.len() == 1 {
        return Err(refuse("EndpointMustContainSecurityGroup"));
    }
    endpoint.security_groups.retain(|one| one != group);
    changed(call, endpoint)
}

pub(crate) fn groups(call: &mut Call<'_>) -> Answer {
    let endpoint = call.endpoint()?;
    let row = |id: &String| json!({ "SecurityGroupId": id, "SecurityGroupStatus": "Attached" });
    let rows: Vec<Value> = endpoint.security_groups.iter().map(row).collect();
    let total = json!(rows.len());
    call.page("SecurityGroups", rows, Some(total))
}
