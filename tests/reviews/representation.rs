//! Terraform's representation of our plans, as its readers need it.

use std::collections::BTreeSet;

use landbridge::plan::planfile;
use landbridge::plan::representation::representation;
use serde_json::{Value as Json, json};

use super::plans::{CANARY, SIX};

fn of(name: &str) -> Json {
    let sample = SIX.iter().find(|sample| sample.name == name).expect("a sample");
    representation(&sample.plan)
}

fn change<'j>(plan: &'j Json, address: &str) -> &'j Json {
    let changes = plan["resource_changes"].as_array().expect("changes");
    changes.iter().find(|entry| entry["address"] == address).expect("the address")
}

#[test]
fn every_plan_has_what_readers_rely_on() {
    for sample in SIX.iter() {
        let plan = representation(&sample.plan);
        let name = sample.name;
        for key in ["format_version", "terraform_version"] {
            assert!(plan[key].is_string(), "{name}: {key}");
        }
        for key in ["applyable", "complete", "errored"] {
            assert!(plan[key].is_boolean(), "{name}: {key}");
        }
        for key in ["variables", "planned_values", "output_changes", "configuration"] {
            assert!(plan[key].is_object(), "{name}: {key}");
        }
        let mut addresses = BTreeSet::new();
        for entry in plan["resource_changes"].as_array().expect("changes") {
            let address = entry["address"].as_str().expect("an address");
            assert!(addresses.insert(address.to_owned()), "{name}: {address} twice");
            for key in ["mode", "type", "name", "provider_name"] {
                assert!(entry[key].is_string(), "{name}: {address}: {key}");
            }
            let change = entry["change"].as_object().expect("a change");
            for key in ["actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive"]
            {
                assert!(change.contains_key(key), "{name}: {address}: {key}");
            }
            let actions: Vec<&str> =
                change["actions"].as_array().expect("actions").iter().filter_map(Json::as_str).collect();
            let (before, after) = (!change["before"].is_null(), !change["after"].is_null());
            let (had, has) = match actions.as_slice() {
                ["no-op" | "update"] | ["delete", "create"] | ["create", "delete"] => (true, true),
                ["create"] => (false, true),
                ["delete" | "forget"] => (true, false),
                other => panic!("{name}: {address}: {other:?}"),
            };
            assert_eq!((before, after), (had, has), "{name}: {address}: {actions:?}");
            assert_eq!(change["before_sensitive"] == json!(false), !had, "{name}: {address}");
            assert_eq!(change["after_sensitive"] == json!(false), !has, "{name}: {address}");
            if actions == ["no-op"] {
                assert_eq!(change["before"], change["after"], "{name}: {address}");
                assert_eq!(change["after_unknown"], json!({}), "{name}: {address}");
            }
            // What is unknown is left out of `after`, and nothing else is.
            if let Some(unknown) = change["after_unknown"].as_object() {
                for (attribute, mark) in unknown {
                    assert_eq!(
                        change["after"].get(attribute).is_none(),
                        *mark == json!(true),
                        "{name}: {address}: {attribute}"
                    );
                }
            }
        }
        let planned = plan["planned_values"]["root_module"]["resources"].as_array().expect("resources");
        let declared = plan["configuration"]["root_module"]["resources"].as_array().expect("resources");
        for resource in planned {
            let address = resource["address"].as_str().expect("an address");
            assert_eq!(change(&plan, address)["change"]["after"], resource["values"], "{name}: {address}");
            let known =
                |block: &&Json| block["type"] == resource["type"] && block["name"] == resource["name"];
            assert!(declared.iter().any(|block| known(&block)), "{name}: {address} is declared");
        }
    }
}

#[test]
fn a_sensitive_value_is_in_no_plan_file_and_in_no_representation() {
    for sample in SIX.iter() {
        let file = planfile::write(&sample.plan);
        assert!(!file.contains(CANARY), "{}: the plan file holds a secret", sample.name);
        let plan = representation(&sample.plan).to_string();
        assert!(!plan.contains(CANARY), "{}: the representation holds a secret", sample.name);
    }
    let plan = of("first_creation");
    let service = &change(&plan, "vpcep_service.payments")["change"];
    assert_eq!(service["after"]["description"], "(sensitive)");
    assert_eq!(service["after_sensitive"]["description"], true);
    assert_eq!(plan["variables"]["contract"]["value"], "(sensitive)");
    assert_eq!(plan["output_changes"]["contract"]["after_sensitive"], true);
}

#[test]
fn a_replacement_says_why_and_which_attribute_forces_it() {
    let plan = of("replacement");
    let service = change(&plan, "vpcep_service.payments");
    assert_eq!(service["change"]["actions"], json!(["delete", "create"]));
    assert_eq!(service["change"]["replace_paths"], json!([["server_type"]]));
    assert_eq!(service["action_reason"], "replace_because_cannot_update");
    assert_eq!(service["change"]["after_unknown"]["id"], true);
    assert_eq!(service["change"]["before"]["server_type"], "LB");
    assert_eq!(service["change"]["after"]["server_type"], "VM");
    let endpoint = change(&plan, "vpcep_endpoint.shop");
    assert_eq!(endpoint["change"]["replace_paths"], json!([["endpoint_service_id"]]));
    assert_eq!(endpoint["change"]["after_unknown"]["endpoint_service_id"], true);
    assert_eq!(plan["landbridge"]["changes"]["vpcep_service.payments"]["place"]["line"], 22);
}

#[test]
fn drift_is_told_apart_with_both_sides() {
    let plan = of("drift_only");
    let drift = plan["resource_drift"].as_array().expect("drift");
    let service = drift.iter().find(|entry| entry["type"] == "vpcep_service").expect("the service");
    assert_eq!(service["change"]["actions"], json!(["update"]));
    assert_eq!(service["change"]["before"]["approval_enabled"], true);
    assert_eq!(service["change"]["after"]["approval_enabled"], false);
    assert_eq!(change(&plan, "vpcep_service.payments")["change"]["actions"], json!(["no-op"]));
    assert_eq!(plan["applyable"], true);
}

#[test]
fn the_configuration_has_constants_and_references() {
    let plan = of("mass_deletion");
    let blocks = plan["configuration"]["root_module"]["resources"].as_array().expect("resources");
    let endpoint = blocks.iter().find(|block| block["type"] == "vpcep_endpoint").expect("the endpoint");
    assert_eq!(endpoint["expressions"]["enable_dns"], json!({"constant_value": true}));
    assert_eq!(
        endpoint["expressions"]["endpoint_service_id"],
        json!({"references": ["vpcep_service.tills.id", "vpcep_service.tills"]})
    );
    assert_eq!(endpoint["for_each_expression"], json!({"references": ["var.branches"]}));
    assert_eq!(endpoint["provider_config_key"], "huaweicloud.shop");
    let gone = change(&plan, "vpcep_endpoint.branch[\"adana\"]");
    assert_eq!(gone["index"], "adana");
    assert_eq!(gone["action_reason"], "delete_because_each_key");
    assert!(
        plan["relevant_attributes"]
            .as_array()
            .expect("attributes")
            .contains(&json!({"resource": "vpcep_service.tills", "attribute": ["id"]}))
    );
}
