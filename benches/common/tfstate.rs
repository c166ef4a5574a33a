//! The state that Terraform leaves after applying the chain, so that its no-change plan can be
//! measured without its apply, whose time grows with the square. That the plan then has no change
//! is checked by its exit code.

use serde_json::{Value, json};

use super::chain;

/// The state file after `chain::terraform(resources)`.
pub(crate) fn of(resources: usize) -> String {
    let groups = resources / chain::GROUP;
    let mut all = Vec::with_capacity(resources);
    for group in 0..groups {
        let service = format!("s{group}");
        let input = json!({
            "vpc_id": chain::OWNER_VPC, "port_id": chain::OWNER_PORT, "server_type": "LB", "approval": true,
            "service_name": format!("pay-{group}"),
            "ports": [{ "client_port": 443, "server_port": chain::port(group) }],
        });
        all.push(resource(&service, &input, &[]));
        let whitelist = format!("w{group}");
        let input = json!({
            "endpoint_service_id": id(&service),
            "permissions": [format!("iam:domain::{}", chain::SHOP)],
        });
        all.push(resource(&whitelist, &input, &[&service]));
    }
    for (group, one) in chain::endpoints(groups) {
        let (service, whitelist) = (format!("s{group}"), format!("w{group}"));
        let (endpoint, accept) = (format!("e{group}_{one}"), format!("a{group}_{one}"));
        let input = json!({
            "endpoint_service_id": id(&service), "vpc_id": chain::SHOP_VPC, "subnet_id": chain::SHOP_SUBNET,
        });
        all.push(resource(&endpoint, &input, &[&service, &whitelist]));
        let input = json!({ "endpoint_service_id": id(&service), "endpoint_id": id(&endpoint) });
        all.push(resource(&accept, &input, &[&endpoint, &service, &whitelist]));
    }
    let state = json!({
        "version": 4, "terraform_version": "1.5.0", "serial": 1,
        "lineage": "6b1f3a52-8c1f-4b7e-9a80-2f1f6f2f9a11",
        "outputs": {}, "resources": all, "check_results": null,
    });
    serde_json::to_string_pretty(&state).expect("plain data")
}

fn resource(name: &str, input: &Value, dependencies: &[&str]) -> Value {
    let dynamic = json!({ "value": input, "type": type_of(input) });
    let dependencies: Vec<String> = dependencies.iter().map(|d| format!("terraform_data.{d}")).collect();
    json!({
        "mode": "managed", "type": "terraform_data", "name": name,
        "provider": "provider[\"terraform.io/builtin/terraform\"]",
        "instances": [{
            "schema_version": 0,
            "attributes": { "id": id(name), "input": dynamic, "output": dynamic, "triggers_replace": null },
            "sensitive_attributes": [],
            "dependencies": dependencies,
        }],
    })
}

fn id(name: &str) -> String {
    let number = name.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211) ^ u64::from(byte));
    format!("{:08x}-0000-4000-8000-{:012x}", number >> 32, number & 0xffff_ffff_ffff)
}

/// A type as Terraform writes it beside a dynamic value.
fn type_of(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(items) => json!(["tuple", items.iter().map(type_of).collect::<Vec<_>>()]),
        Value::Object(fields) => {
            let fields: serde_json::Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), type_of(value))).collect();
            json!(["object", fields])
        }
        Value::Null => json!("dynamic"),
    }
}
