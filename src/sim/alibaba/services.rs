//! Endpoint services (Elasticsearch and PrivateLink API reference, section 8.2).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, invalid, refuse};
use super::land::Change;
use super::objects::{BackEnd, LinkService};

/// Back ends in one creation.
const AT_CREATION: usize = 10;

const KINDS: &[&str] = &["slb", "alb", "nlb", "gwlb"];
const TEXTS: &[&str] =
    &["ServiceDescription", "Payer", "ServiceResourceType", "AddressIpVersion", "ResourceGroupId"];
const FLAGS: &[&str] = &["AutoAcceptEnabled", "ZoneAffinityEnabled", "ServiceSupportIPv6"];

/// What stands behind a service.
pub(crate) fn kind_of(service: &LinkService) -> &str {
    service.settings.get("ServiceResourceType").and_then(Value::as_str).unwrap_or("slb")
}

/// A service as its owner sees it.
fn view(service: &LinkService, tags: bool) -> Value {
    let (id, region) = (&service.id, &service.region);
    let kind = kind_of(service);
    let mut shown = json!({
        "ServiceId": id,
        "ServiceName": service_name(id, region),
        "ServiceDomain": format!("{id}.{region}.privatelink.aliyuncs.com"),
        "ServiceStatus": service.status,
        "ServiceBusinessStatus": service.business_status,
        "ServiceType": if kind == "gwlb" { "GatewayLoadBalancer" } else { "Interface" },
        "ServiceDescription": "",
        "AutoAcceptEnabled": false,
        "ZoneAffinityEnabled": false,
        "ServiceSupportIPv6": false,
        "ServiceResourceType": "slb",
        "AddressIpVersion": "IPv4",
        "Payer": "Endpoint",
        "ResourceGroupId": "rg-acfmsimdefault01",
        "RegionId": region,
        "CreateTime": service.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "MinBandwidth": 100,
        "MaxBandwidth": 10240,
        "ConnectBandwidth": 3072,
        "SupportedRegionSet": service.regions.iter().map(|region| json!({
            "SupportedRegionId": region, "RegionServiceStatus": "Available", "RegionBusinessStatus": "Normal"
        })).collect::<Vec<_>>(),
    });
    for (name, value) in &service.settings {
        shown[name] = value.clone();
    }
    // Written and not shown for these (section 8.7).
    if kind != "slb" {
        shown.as_object_mut().map(|shown| shown.remove("ConnectBandwidth"));
    }
    if tags {
        shown["Tags"] =
            service.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    }
    shown
}

pub(crate) fn service_name(id: &str, region: &str) -> String {
    format!("com.aliyuncs.privatelink.{region}.{id}")
}

fn zones(service: &LinkService) -> Vec<&str> {
    let zones: BTreeSet<&str> = service.resources.iter().map(|one| one.zone.as_str()).collect();
    zones.into_iter().collect()
}

/// A load balancer of the caller's as a back end in a zone; without one, its first zone.
fn back_end(call: &mut Call<'_>, id: &str, kind: &str, zone: Option<&str>) -> Result<BackEnd, Refusal> {
    let missing = if kind == "alb" { "AlbNotFound" } else { "LoadBalancerNotFound" };
    let in_region = call.region()?;
    call.assume(|land, account| {
        let somewhere = format!("{in_region}-a");
        land.assume_balancer(account, &in_region, id, kind, zone.unwrap_or(&somewhere));
    });
    let found = call.land().balancers.get(id).filter(|one| one.account == call.caller.account);
    let region = call.region()?;
    let balancer = found.filter(|one| one.region == region).ok_or_else(|| refuse(missing))?;
    if balancer.kind != kind {
        return Err(refuse("Mismatch.ResourceType"));
    }
    let zone = match zone {
        Some(zone) => zone,
        // Others are in several zones at once.
        None if kind == "slb" => balancer.zones.keys().next().map_or("", String::as_str),
        None => return Err(refuse("MissingParam.ZoneId")),
    };
    if !balancer.zones.contains_key(zone) {
        return Err(refuse("EndpointServiceNotSupportedZone"));
    }
    Ok(BackEnd { id: id.to_owned(), kind: kind.to_owned(), zone: zone.to_owned() })
}

fn checked(call: &Call<'_>) -> Result<BTreeMap<String, Value>, Refusal> {
    call.word("Payer", &["Endpoint", "EndpointService"])?;
    call.word("ServiceResourceType", KINDS)?;
    call.word("AddressIpVersion", &["IPv4", "DualStack"])?;
    description(call, "ServiceDescription")?;
    let numbers = &["ConnectBandwidth"];
    if call.whole("ConnectBandwidth")?.is_some_and(|limit| !(100..=10240).contains(&limit)) {
        return Err(invalid("ConnectBandwidth"));
    }
    Ok(call.settings_given(TEXTS, FLAGS, numbers)?.into_iter().collect())
}

pub(crate) fn description(call: &Call<'_>, name: &str) -> Result<(), Refusal> {
    match call.text(name) {
        Some(text)
            if !(2..=256).contains(&text.chars().count())
                || text.starts_with("http://")
                || text.starts_with("https://") =>
        {
            Err(refuse(&format!("IllegalParamFormat.{name}")))
        }
        _ => Ok(()),
    }
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let region = call.region()?;
    let settings = checked(call)?;
    let kind = call.text("ServiceResourceType").unwrap_or("slb").to_owned();
    let wanted = call.objects("Resource");
    if wanted.len() > AT_CREATION {
        return Err(refuse("QuotaMisMatched"));
    }
    let mut resources = BTreeSet::new();
    for one in wanted {
        let member = |name: &str| one.get(name).map(String::as_str);
        let own = member("ResourceType").unwrap_or(&kind);
        if own != kind {
            return Err(refuse("EndpointServiceResourceTypeNotEqual"));
        }
        resources.insert(back_end(call, member("ResourceId").unwrap_or_default(), own, member("ZoneId"))?);
    }
    let tags = call.tags()?;
    let quota = call.land().services.values().filter(|one| one.account == call.caller.account).count();
    if quota >= 200 {
        return Err(refuse("QuotaMisMatched"));
    }
    call.unless_dry_run()?;
    let id = call.new_id("epsrv");
    let service = LinkService {
        id: id.clone(),
        account: call.caller.account.clone(),
        region,
        status: "Creating".to_owned(),
        business_status: call.fate.fails.as_ref().map_or("Normal", |_| "FinancialLocked").to_owned(),
        settings,
        resources,
        users: BTreeSet::new(),
        regions: call.list("SupportedRegionList").into_iter().collect(),
        tags,
        created_at: call.now,
        next: Some(call.coming(call.delays().service_create, Some("Active"))),
    };
    call.change(Change::Service(Box::new(service)));
    call.settle();
    Ok(view(&call.land().services[&id], false))
}

pub(crate) fn get(call: &mut Call<'_>) -> Answer {
    let service = call.service()?;
    let mut shown = view(&service, false);
    shown["Zones"] = json!(zones(&service));
    Ok(shown)
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let region = call.region()?;
    let own = call.land().services.values().filter(|one| {
        one.account == call.caller.account && one.region == region && !call.too_young(one.created_at)
    });
    let mut rows: Vec<Value> = own
        .filter(|one| {
            call.text("ResourceId").is_none_or(|id| one.resources.iter().any(|back_end| back_end.id == id))
        })
        .map(|one| view(one, true))
        .collect();
    for name in [
        "ServiceId",
        "ServiceName",
        "ServiceResourceType",
        "ServiceStatus",
        "ServiceBusinessStatus",
        "AddressIpVersion",
        "ResourceGroupId",
    ] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| row[name] == wanted);
        }
    }
    call.keep_tagged(&mut rows)?;
    for name in ["AutoAcceptEnabled", "ZoneAffinityEnabled"] {
        if let Some(wanted) = call.flag(name)? {
            rows.retain(|row| row[name] == wanted);
        }
    }
    let total = json!(rows.len());
    call.page("Services", rows, Some(total))
}

/// What a consumer may connect to.
pub(crate) fn list_usable(call: &mut Call<'_>) -> Answer {
    let region = match call.text("ServiceRegionId") {
        Some(region) => region.to_owned(),
        None => call.region()?,
    };
    let admits = |one: &&LinkService| {
        one.region == region
            && one.status == "Active"
            && (one.account == call.caller.account || super::users::admits(one, &call.caller.id))
    };
    let mut rows: Vec<Value> = call
        .land()
        .services
        .values()
        .filter(admits)
        .map(|one| {
            let shown = view(one, true);
            let mut row = json!({ "Zones": zones(one) });
            for name in [
                "ServiceId",
                "ServiceName",
                "ServiceDomain",
                "Payer",
                "ServiceType",
                "ServiceResourceType",
                "Tags",
            ] {
                row[name] = shown[name].clone();
            }
            row
        })
        .collect();
    for name in ["ServiceId", "ServiceName", "ServiceType"] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| row[name] == wanted);
        }
    }
    call.keep_tagged(&mut rows)?;
    let total = json!(rows.len().to_string());
    call.page("Services", rows, Some(total))
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let mut service = call.settled_service()?;
    let settings = checked(call)?;
    // Not for this kind (section 8.2).
    if settings.contains_key("ConnectBandwidth") && kind_of(&service) == "nlb" {
        return Err(refuse("IllegalParamFormat.ConnectBandwidth"));
    }
    call.unless_dry_run()?;
    service.settings.extend(settings);
    service.regions.extend(call.list("AddSupportedRegionSet"));
    for region in call.list("DeleteSupportedRegionSet") {
        service.regions.remove(&region);
    }
    call.change(Change::Service(Box::new(service)));
    Ok(json!({}))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Answer {
    let mut service = call.settled_service()?;
    if !service.resources.is_empty() {
        return Err(refuse("EndpointServiceDependenceViolation"));
    }
    let is_held = |one: &super::objects::LinkEndpoint| one.connection != "Disconnected";
    if call.land().connections(&service.id).any(is_held) {
        return Err(refuse("EndpointServiceConnectionDependence"));
    }
    call.unless_dry_run()?;
    let orphans: Vec<_> = call.land().connections(&service.id).cloned().collect();
    for mut orphan in orphans {
        (orphan.connection, orphan.link, orphan.modified_at) = ("ServiceDeleted".to_owned(), None, call.now);
        call.change(Change::Endpoint(Box::new(orphan)));
    }
    service.status = "Deleting".to_owned();
    service.next = Some(call.coming(call.delays().service_delete, None));
    call.change(Change::Service(Box::new(service)));
    call.settle();
    Ok(json!({}))
}

pub(crate) fn attach(call: &mut Call<'_>) -> Answer {
    let mut service = call.settled_service()?;
    let kind = call.needed("ResourceType")?.to_owned();
    if !KINDS.contains(&kind.as_str()) {
        return Err(refuse("EndpointServiceResourceTypeNotSupport"));
    }
    if service.resources.iter().any(|one| one.kind != kind) {
        return Err(refuse("EndpointServiceResourceTypeNotEqual"));
    }
    let (id, zone) = (call.needed("ResourceId")?.to_owned(), call.text("ZoneId").map(str::to_owned));
    let new = back_end(call, &id, &kind, zone.as_deref())?;
    if service.resources.contains(&new) {
        return Err(refuse("EndpointServiceResourceExist"));
    }
    if service.resources.len() >= 500 {
        return Err(refuse("QuotaMisMatched"));
    }
    call.unless_dry_run()?;
    service.resources.insert(new);
    call.change(Change::Service(Box::new(service)));
    Ok(json!({}))
}

pub(crate) fn detach(call: &mut Call<'_>) -> Answer {
    let mut service = call.settled_service()?;
    let (id, zone) = (call.needed("ResourceId")?.to_owned(), call.text("ZoneId").map(str::to_owned));
    let goes = |one: &BackEnd| one.id == id && zone.as_ref().is_none_or(|zone| *zone == one.zone);
    if !service.resources.iter().any(goes) {
        return Err(refuse("EndpointServiceResourceNotFound"));
    }
    let left: BTreeSet<BackEnd> = service.resources.iter().filter(|one| !goes(one)).cloned().collect();
    let zones: BTreeSet<&str> = left.iter().map(|one| one.zone.as_str()).collect();
    let cut_off = |one: &super::objects::LinkEndpoint| {
        one.connection != "Disconnected" && one.zones.iter().any(|own| !zones.contains(own.zone.as_str()))
    };
    if call.land().connections(&service.id).any(cut_off) {
        return Err(refuse("EndpointServiceConnectionDependence"));
    }
    call.unless_dry_run()?;
    service.resources = left;
    call.change(Change::Service(Box::new(service)));
    Ok(json!({}))
}

pub(crate) fn resources(call: &mut Call<'_>) -> Answer {
    let service = call.service()?;
    let rows: Vec<Value> = service
        .resources
        .iter()
        .map(|one| {
            let balancer = call.land().balancers.get(&one.id);
            let related = call.land().connections(&service.id);
            let related =
                related.filter(|endpoint| endpoint.zones.iter().any(|zone| zone.zone == one.zone)).count();
            json!({
                "ResourceId": one.id,
                "ResourceType": one.kind,
                "ZoneId": one.zone,
                "VSwitchId": balancer.and_then(|balancer| balancer.zones.get(&one.zone)),
                "VpcId": balancer.map(|balancer| &balancer.vpc_id),
                "Ip": "172.16.0.10",
                "RegionId": service.region,
                "RelatedEndpointCount": related,
                "RelatedDeprecatedEndpointCount": 0,
                "AutoAllocatedEnabled": true,
                "ResourceSupportIPv6": false,
            })
        })
        .collect();
    call.page("Resources", rows, None)
}
