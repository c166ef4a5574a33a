//! Private links to Kibana: the neighbouring feature, in the other direction (Elasticsearch and
//! PrivateLink API reference, section 5.5).

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, invalid, missing, refuse};
use super::land::Change;
use super::objects::{Instance, KibanaLink};

fn done(call: &mut Call<'_>, instance: Instance) -> Answer {
    call.change(Change::Instance(Box::new(instance)));
    Ok(json!({ "Result": true }))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Only instances of this architecture have them.
fn cloud_native(call: &Call<'_>) -> Result<Instance, Refusal> {
    let instance = call.instance()?;
    match instance.arch_type.as_str() {
        "public" => Ok(instance),
        _ => Err(refuse("InstanceStatusNotSupportCurrentAction")),
    }
}

pub(crate) fn enable(call: &mut Call<'_>) -> Answer {
    let mut instance = cloud_native(call)?;
    let vpc_id = call.body["vpcId"].as_str().ok_or_else(|| missing("vpcId"))?.to_owned();
    let name = call.body["endpointName"].as_str().ok_or_else(|| missing("endpointName"))?.to_owned();
    let (id, endpoint) = (call.new_id("pvl"), call.new_id("ep"));
    instance.kibana.push(KibanaLink {
        id,
        endpoint,
        name,
        vpc_id,
        security_groups: texts(&call.body["securityGroups"]),
        zones: call.body["vSwitchIdsZone"].clone(),
        created_at: call.now,
    });
    done(call, instance)
}

pub(crate) fn disable(call: &mut Call<'_>) -> Answer {
    let mut instance = cloud_native(call)?;
    instance.kibana.clear();
    done(call, instance)
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let instance = cloud_native(call)?;
    let rows: Vec<Value> = instance
        .kibana
        .iter()
        .map(|one| {
            json!({
                "pvlId": one.id,
                "endpointId": one.endpoint,
                "endpointName": one.name,
                "endpointStatus": "Connected",
                "vpcId": one.vpc_id,
                "vSwitchIdsZone": one.zones,
                "securityGroups": one.security_groups,
                "createTime": one.created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            })
        })
        .collect();
    Ok(json!({ "Result": rows }))
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let mut instance = cloud_native(call)?;
    let id = call.needed("pvlId")?;
    let one = instance.kibana.iter_mut().find(|one| one.id == id).ok_or_else(|| invalid("pvlId"))?;
    if let Some(name) = call.body["endpointName"].as_str() {
        name.clone_into(&mut one.name);
    }
    if call.body["securityGroups"].is_array() {
        one.security_groups = texts(&call.body["securityGroups"]);
    }
    done(call, instance)
}

pub(crate) fn trigger(call: &mut Call<'_>) -> Answer {
    call.instance()?;
    for (name, words) in [
        ("nodeType", ["KIBANA", "WORKER"]),
        ("networkType", ["PUBLIC", "PRIVATE"]),
        ("actionType", ["OPEN", "CLOSE"]),
    ] {
        let word = call.body[name].as_str().ok_or_else(|| missing(name))?;
        if !words.contains(&word) {
            return Err(invalid(name));
        }
    }
    Ok(json!({ "Result": true }))
}
