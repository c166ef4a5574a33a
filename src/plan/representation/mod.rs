//! The plan in Terraform's published representation (format 1.2), for tools that nobody here wrote.
//!
//! A pure function of the plan. It differs in one thing: a value that must not be shown is never
//! written in clear. A redacted constant stands for it, the sensitivity marks name it, and the one
//! key that is ours, `landbridge`, says so.

mod changes;
mod configuration;
mod marks;
mod outputs;
mod values;

use serde_json::{Map, Value as Json, json};

use super::picture::REDACTED;
use super::{Plan, PlanMode};
use crate::diagnostic::{Place, Severity};
use crate::resource::Address;

/// The version of the representation.
pub const FORMAT_VERSION: &str = "1.2";

/// The version of Terraform that readers are told: the one whose representation this follows.
pub const TERRAFORM_VERSION: &str = "1.11.4";

/// The representation of a plan.
pub fn representation(plan: &Plan) -> Json {
    let mut whole = Map::new();
    let mut put = |key: &str, value: Json| drop(whole.insert(key.to_owned(), value));
    put("format_version", json!(FORMAT_VERSION));
    put("terraform_version", json!(TERRAFORM_VERSION));
    put("variables", configuration::variables(plan));
    put("planned_values", values::planned(plan));
    if !plan.drift.is_empty() {
        put("resource_drift", changes::drift(plan));
    }
    put("resource_changes", changes::changes(plan));
    put("output_changes", outputs::changes(plan));
    if let Some(prior) = values::prior(plan) {
        put("prior_state", prior);
    }
    put("configuration", configuration::configuration(plan));
    put("relevant_attributes", changes::relevant(plan));
    put("checks", json!([]));
    let errored = plan.diagnostics.iter().any(|d| d.severity == Severity::Error);
    let something = !plan.is_empty() || !plan.steps.is_empty();
    put("applyable", json!(something && !errored));
    let partial = !(plan.selection.target.is_empty() && plan.selection.exclude.is_empty());
    put("complete", json!(!partial && !errored && plan.mode != PlanMode::RefreshOnly));
    put("errored", json!(errored));
    put("landbridge", extras(plan));
    Json::Object(whole)
}

/// What Terraform's form has no place for.
fn extras(plan: &Plan) -> Json {
    let changes: Map<String, Json> = plan
        .changes
        .iter()
        .map(|change| {
            let mut told = json!({
                "action": change.action,
                "reason": change.reason,
                "provider": change.provider,
                "notes": change.notes,
            });
            if let Some(place) = &change.place {
                told["place"] = place_of(place);
            }
            if let Some(account) = plan.identities.get(&change.provider) {
                told["identity"] = json!(account);
            }
            (change.address.to_string(), told)
        })
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "sensitive_values": format!("redacted: `{REDACTED}` stands for every value that must not be shown"),
        "stack": plan.stack,
        "simulated": plan.simulated,
        "mode": plan.mode,
        "changes": changes,
        "diagnostics": plan.diagnostics,
    })
}

/// A place as readers want it.
fn place_of(place: &Place) -> Json {
    json!({"file": &*place.file, "line": place.line, "column": place.column})
}

/// What names a resource, the same wherever one is told of.
fn head(plan: &Plan, address: &Address) -> Map<String, Json> {
    let mut head = Map::new();
    head.insert("address".into(), json!(address.to_string()));
    head.insert("mode".into(), json!(address.block.mode));
    head.insert("type".into(), json!(address.kind().as_str()));
    head.insert("name".into(), json!(&*address.block.name));
    if let Some(key) = &address.key {
        head.insert("index".into(), json!(key.as_str()));
    }
    head.insert("provider_name".into(), json!(values::provider_name(plan, &address.block)));
    head
}
