//! `planned_values` and `prior_state`: the resources as they will be, and as they are.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{TERRAFORM_VERSION, marks, outputs};
use crate::plan::Plan;
use crate::plan::picture::{After, Portrait, kind_key};
use crate::resource::{Address, Attributes, Block, Mode};

/// The registry under which readers know a provider's source.
const REGISTRY: &str = "registry.terraform.io";

/// A provider type as a full source address.
pub(super) fn full_name(provider_type: &str) -> String {
    format!("{REGISTRY}/{provider_type}/{provider_type}")
}

/// The full source address of a block's provider.
pub(super) fn provider_name(plan: &Plan, block: &Block) -> String {
    let kind = plan.picture.kinds.get(&kind_key(block));
    full_name(kind.map_or("", |kind| kind.provider_type.as_str()))
}

/// The resources and outputs as they will be.
pub(super) fn planned(plan: &Plan) -> Json {
    let mut resources = Vec::new();
    for (address, portrait) in &plan.picture.objects {
        let read_already = address.block.mode == Mode::Data && portrait.after == After::Same;
        if let Some(known) = portrait.known_after().filter(|_| !read_already) {
            let unknown: BTreeSet<&str> = portrait.unknown_after().collect();
            resources.push(resource(plan, address, portrait, known, &unknown));
        }
    }
    json!({"outputs": outputs::planned(plan), "root_module": {"resources": resources}})
}

/// The state that the plan was made from, as it was found; none if there is nothing.
pub(super) fn prior(plan: &Plan) -> Option<Json> {
    let mut resources = Vec::new();
    for (address, portrait) in &plan.picture.objects {
        if let Some(before) = &portrait.before {
            let mut told = resource(plan, address, portrait, before, &BTreeSet::new());
            if !portrait.needs.is_empty() {
                told["depends_on"] = json!(portrait.needs);
            }
            resources.push(told);
        }
    }
    let outputs = outputs::prior(plan);
    if resources.is_empty() && outputs.is_empty() {
        return None;
    }
    Some(json!({
        "format_version": "1.0",
        "terraform_version": TERRAFORM_VERSION,
        "values": {"outputs": outputs, "root_module": {"resources": resources}},
    }))
}

fn resource(
    plan: &Plan,
    address: &Address,
    portrait: &Portrait,
    attributes: &Attributes,
    unknown: &BTreeSet<&str>,
) -> Json {
    let nothing = BTreeSet::new();
    let names = plan.picture.kinds.get(&kind_key(&address.block)).map_or(&nothing, |kind| &kind.attributes);
    let mut told: Map<String, Json> = super::head(plan, address);
    told.insert("schema_version".into(), json!(0));
    told.insert("values".into(), marks::object(attributes, names, unknown));
    told.insert("sensitive_values".into(), marks::sensitive(Some(attributes), &portrait.sensitive));
    Json::Object(told)
}
