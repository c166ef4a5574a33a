//! Elasticsearch: endpoints of instances, and what is read beside them (Elasticsearch and PrivateLink
//! API reference, section 5).

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::endpoints::{end, made, reachable, supports_zone, zone};
use super::errors::{Refusal, missing, refuse};
use super::land::Change;
use super::objects::{Instance, LinkEndpoint};
use super::settings::DeleteUnknown;

/// The VPC of the Elasticsearch service, where the endpoints of its instances are.
fn service_vpc(region: &str) -> String {
    format!("vpc-bp1elasticsearch{}", region.len())
}

/// An endpoint in a listing (section 5.1).
fn view(call: &Call<'_>, endpoint: &LinkEndpoint) -> Value {
    let mut shown = json!({
        "endpointId": endpoint.id,
        "endpointName": endpoint.name,
        "serviceId": endpoint.service_id,
        "serviceName": endpoint.service_name,
        "endpointDomain": endpoint.domain,
        "createTime": endpoint.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "endpointStatus": endpoint.status,
        "connectionStatus": endpoint.connection,
        "endpointBusinessStatus": endpoint.business_status,
    });
    if call.rules().undocumented_members {
        shown["zoneId"] = json!(endpoint.zones.first().map(|zone| &zone.zone));
        shown["securityGroupId"] = json!(endpoint.security_groups.first());
    }
    shown
}

/// The newest first, as the sample has it.
pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let instance = call.instance()?;
    // Declared for exactly this operation (section 5.1).
    if !instance.is_new_deployment {
        return Err(refuse("ComponentCodeValueError"));
    }
    let own = call.land().endpoints.values();
    let own =
        own.filter(|one| one.instance.as_ref() == Some(&instance.id) && !call.too_young(one.created_at));
    let mut own: Vec<&LinkEndpoint> = own.collect();
    own.sort_by(|a, b| (b.created_at, &a.id).cmp(&(a.created_at, &b.id)));
    let rows = own.into_iter().map(|endpoint| view(call, endpoint)).collect();
    Ok(json!({ "Result": call.numbered(rows, 20)? }))
}

fn field<'a>(call: &'a Call<'_>, name: &str) -> Result<&'a str, Refusal> {
    call.body[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
}

/// Whether the instance can be changed now, and can have endpoints at all.
fn ready(instance: &Instance) -> Result<(), Refusal> {
    match instance.status.as_str() {
        "activating" => Err(refuse("InstanceActivating")),
        "active" if !instance.is_new_deployment => Err(refuse("ComponentCodeValueError")),
        "active" => Ok(()),
        _ => Err(refuse("InstanceStatusNotSupportCurrentAction")),
    }
}

pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let instance = call.instance()?;
    ready(&instance)?;
    let (service, zone_id) = (field(call, "serviceId")?.to_owned(), field(call, "zoneId")?.to_owned());
    // What Elasticsearch asks of PrivateLink, PrivateLink may refuse.
    let account = &call.land().service_account;
    // An account that nobody knows may be on the list.
    let consumer = match call.rules().whitelist_needed && !account.is_empty() {
        true => account.clone(),
        false => owner_of(call, &service),
    };
    let service = reachable(call, &service, &instance.region, &consumer)?;
    supports_zone(&service, &zone_id)?;
    let own: Vec<&LinkEndpoint> = call
        .land()
        .endpoints
        .values()
        .filter(|one| one.instance.as_ref() == Some(&instance.id) && one.status != "Deleting")
        .collect();
    if call.rules().one_endpoint_per_service && own.iter().any(|one| one.service_id == service.id) {
        return Err(refuse("EndpointDuplicated"));
    }
    let count = own.len();
    if count >= call.rules().endpoints_per_instance {
        return Err(refuse("QuotaMisMatched"));
    }
    call.unless_dry_run()?;
    let account = call.land().service_account.clone();
    let mut endpoint = made(call, &service, &service_vpc(&instance.region), &account);
    endpoint.name = format!("{}-pvl-{}", instance.id, count + 1);
    endpoint.zones = vec![zone(call, &zone_id, "vsw-bp1elasticsearch", None)?];
    endpoint.security_groups = vec!["sg-bp1elasticsearch".to_owned()];
    endpoint.instance = Some(instance.id);
    let answer = json!({
        "endpointId": endpoint.id,
        "endpointName": endpoint.name,
        "endpointDomain": endpoint.domain,
        "serviceId": endpoint.service_id,
    });
    call.change(Change::Endpoint(Box::new(endpoint)));
    call.settle();
    Ok(json!({ "Result": answer }))
}

/// The account id of a service's owner.
fn owner_of(call: &Call<'_>, service: &str) -> String {
    let service = call.land().services.get(service);
    let owner =
        service.and_then(|one| call.land().accounts.iter().find(|account| account.name == one.account));
    owner.map(|owner| owner.id.clone()).unwrap_or_default()
}

pub(crate) fn delete(call: &mut Call<'_>) -> Answer {
    let instance = call.instance()?;
    ready(&instance)?;
    let found = call.land().endpoints.get(&call.path[1]);
    let Some(endpoint) = found.filter(|one| one.instance.as_ref() == Some(&instance.id)) else {
        return match call.rules().delete_unknown {
            DeleteUnknown::NotFound => Err(refuse("EndpointNotFound")),
            DeleteUnknown::ResultFalse => Ok(json!({ "Result": false })),
            DeleteUnknown::ResultTrue => Ok(json!({ "Result": true })),
        };
    };
    let mut endpoint = endpoint.clone();
    match (endpoint.status.as_str(), endpoint.connection.as_str()) {
        ("Deleting", _) => return Ok(json!({ "Result": true })),
        ("Creating" | "Pending", _) => return Err(refuse("EndpointOperationDenied")),
        (_, "Connecting" | "Disconnecting" | "Pending") => {
            return Err(refuse("EndpointConnectionOperationDenied"));
        }
        (_, "Connected") if !call.rules().delete_connected => {
            return Err(refuse("EndpointConnectionOperationDenied"));
        }
        _ => {}
    }
    end(call, &mut endpoint);
    Ok(json!({ "Result": true }))
}

/// An instance; in listings some members are spelled otherwise (section 5.4).
fn instance(one: &Instance, listed: bool) -> Value {
    let (id, region) = (&one.id, &one.region);
    let at = one.created_at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let zones: Vec<Value> =
        one.zones.iter().map(|zone| json!({ "zoneId": zone, "status": "NORMAL" })).collect();
    let new = one.is_new_deployment;
    let mut shown = json!({
        "instanceId": id,
        "description": one.description,
        "status": one.status,
        "esVersion": one.version,
        "isNewDeployment": if listed { json!(new.to_string()) } else { json!(new) },
        "serviceVpc": new,
        "archType": one.arch_type,
        "createdAt": at,
        "updatedAt": at,
        "endTime": 4_102_444_800_000_i64,
        "paymentType": "postpaid",
        "postpaidServiceStatus": "active",
        "instanceCategory": "advanced",
        "resourceGroupId": "rg-acfmsimdefault01",
        "vpcInstanceId": one.vpc_id,
        "networkConfig": { "type": "vpc", "vpcId": one.vpc_id, "vsArea": one.zones.first(), "vswitchId": one.vswitch_id, "whiteIpGroupList": [] },
        "zoneCount": one.zones.len(),
        "zoneInfos": zones,
        "domain": format!("{id}.elasticsearch.aliyuncs.com"),
        "port": if listed { json!("9200") } else { json!(9200) },
        "enablePublic": false,
        "protocol": "HTTP",
        "kibanaDomain": format!("{id}.kibana.elasticsearch.aliyuncs.com"),
        "kibanaPort": 5601,
        "kibanaPrivateDomain": format!("{id}-kibana.internal.{region}.elasticsearch.aliyuncs.com"),
        "kibanaPrivatePort": "5601",
        "enableKibanaPrivateNetwork": !one.kibana.is_empty(),
        "enableKibanaPublicNetwork": true,
        "tags": [],
    });
    for (name, value) in
        one.shown.iter().filter(|(name, _)| !["status", "isNewDeployment"].contains(&name.as_str()))
    {
        shown[name] = value.clone();
    }
    shown
}

pub(crate) fn describe_instance(call: &mut Call<'_>) -> Answer {
    Ok(json!({ "Result": instance(&call.instance()?, false) }))
}

pub(crate) fn list_instances(call: &mut Call<'_>) -> Answer {
    let own = call.land().instances.values().filter(|one| one.account == call.caller.account);
    let mut rows: Vec<Value> = own.map(|one| instance(one, true)).collect();
    if let Some(part) = call.text("description") {
        rows.retain(|row| row["description"].as_str().is_some_and(|text| text.contains(part)));
    }
    for name in ["instanceId", "esVersion", "resourceGroupId", "paymentType", "instanceCategory", "status"] {
        if let Some(wanted) = call.text(name) {
            rows.retain(|row| row[name] == wanted);
        }
    }
    if let Some(wanted) = call.text("vpcId") {
        rows.retain(|row| row["networkConfig"]["vpcId"] == wanted);
    }
    if let Some(wanted) = call.text("zoneId") {
        rows.retain(|row| {
            row["zoneInfos"].as_array().is_some_and(|zones| zones.iter().any(|zone| zone["zoneId"] == wanted))
        });
    }
    let total = rows.len();
    Ok(json!({ "Headers": { "X-Total-Count": total }, "Result": call.numbered(rows, 10)? }))
}

pub(crate) fn regions(call: &mut Call<'_>) -> Answer {
    let mut regions: Vec<&str> = call.land().instances.values().map(|one| one.region.as_str()).collect();
    regions.sort_unstable();
    regions.dedup();
    let rows: Vec<Value> = regions
        .into_iter()
        .map(|region| {
            json!({
                "regionId": region,
                "localName": region,
                "regionEndpoint": format!("elasticsearch.{region}.aliyuncs.com"),
                "consoleEndpoint": format!("https://elasticsearch-{region}.console.aliyun.com"),
                "status": "available",
            })
        })
        .collect();
    Ok(json!({ "Result": rows }))
}
