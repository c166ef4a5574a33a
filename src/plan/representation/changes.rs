//! `resource_changes`, `resource_drift` and `relevant_attributes`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::marks;
use crate::plan::picture::{After, Expression, Portrait, REDACTED, kind_key};
use crate::plan::{
    Action, Change, Difference, Drift, Plan, PlanInput, PlanMode, ReasonCode, Shown, StepAction,
};
use crate::resource::{Address, Attributes, Mode, Value};

/// Every resource, those that stay as they are included, and the lookups that are done late.
pub(super) fn changes(plan: &Plan) -> Json {
    let changes: BTreeMap<&Address, &Change> = plan
        .changes
        .iter()
        .filter(|c| c.reason.code != ReasonCode::Deposed)
        .map(|change| (&change.address, change))
        .collect();
    let mut told: Vec<Json> = Vec::new();
    for (address, portrait) in &plan.picture.objects {
        let change = changes.get(address).copied();
        if address.block.mode == Mode::Data && change.is_none() {
            continue; // it was read already: it stands in `prior_state`
        }
        let mut entry = super::head(plan, address);
        entry.insert("change".into(), change_of(plan, address, portrait, change));
        if let Some(reason) = change.and_then(|change| action_reason(plan, change)) {
            entry.insert("action_reason".into(), json!(reason));
        }
        told.push(Json::Object(entry));
    }
    told.extend(
        plan.changes.iter().filter(|c| c.reason.code == ReasonCode::Deposed).map(|c| deposed(plan, c)),
    );
    told.sort_by(|a, b| key(a).cmp(&key(b)));
    Json::Array(told)
}

fn key(entry: &Json) -> (&str, bool) {
    (entry["address"].as_str().unwrap_or_default(), entry.get("deposed").is_some())
}

fn actions(action: Option<Action>) -> Json {
    match action {
        None | Some(Action::Adopt | Action::Await) => json!(["no-op"]),
        Some(Action::Create) => json!(["create"]),
        Some(Action::Read) => json!(["read"]),
        Some(Action::Update) => json!(["update"]),
        Some(Action::Delete) => json!(["delete"]),
        Some(Action::Forget) => json!(["forget"]),
        Some(Action::DeleteThenCreate) => json!(["delete", "create"]),
        Some(Action::CreateThenDelete) => json!(["create", "delete"]),
    }
}

fn change_of(plan: &Plan, address: &Address, portrait: &Portrait, change: Option<&Change>) -> Json {
    let names = plan.picture.kinds.get(&kind_key(&address.block)).map(|kind| &kind.attributes);
    let names = names.cloned().unwrap_or_default();
    let unknown: BTreeSet<&str> = portrait.unknown_after().collect();
    let none = BTreeSet::new();
    // What is made over something that is there is made all the same.
    let action = change.map(|change| change.action);
    let before = portrait.before.as_ref().filter(|_| action != Some(Action::Create));
    let after = portrait.known_after();
    let mut told = Map::new();
    told.insert("actions".into(), actions(action));
    told.insert("before".into(), before.map_or(Json::Null, |b| marks::object(b, &names, &none)));
    told.insert("after".into(), after.map_or(Json::Null, |a| marks::object(a, &names, &unknown)));
    let unknown = match portrait.after {
        After::Becomes { .. } => marks::unknown(portrait),
        After::Same | After::Gone => json!({}),
    };
    told.insert("after_unknown".into(), unknown);
    told.insert("before_sensitive".into(), marks::sensitive(before, &portrait.sensitive));
    told.insert("after_sensitive".into(), after_sensitive(portrait));
    if let Some(change) = change {
        let paths = replace_paths(change);
        if !paths.is_empty() {
            told.insert("replace_paths".into(), json!(paths));
        }
        if let (Action::Adopt, Some(id)) = (change.action, &change.id) {
            told.insert("importing".into(), json!({"id": id}));
        }
    }
    Json::Object(told)
}

/// What must not be shown stays so while it is unknown.
fn after_sensitive(portrait: &Portrait) -> Json {
    let mut told = marks::sensitive(portrait.known_after(), &portrait.sensitive);
    if let Json::Object(told) = &mut told {
        let unknown = portrait.unknown_after().filter(|name| portrait.sensitive.contains(*name));
        told.extend(unknown.map(|name| (name.to_owned(), json!(true))));
    }
    told
}

fn replace_paths(change: &Change) -> Vec<[&str; 1]> {
    let forcing = change.differences.iter().filter(|d| d.replaces.is_some() && change.action.is_replace());
    forcing.map(|d| [d.attribute.as_str()]).collect()
}

fn action_reason(plan: &Plan, change: &Change) -> Option<&'static str> {
    let replaces = change.action.is_replace();
    Some(match change.reason.code {
        ReasonCode::CannotUpdate | ReasonCode::Refused | ReasonCode::Moved if replaces => {
            "replace_because_cannot_update"
        }
        ReasonCode::Tainted if replaces => "replace_because_tainted",
        ReasonCode::Requested if replaces => "replace_by_request",
        ReasonCode::Triggered if replaces => "replace_by_triggers",
        ReasonCode::NotDesired if change.action == Action::Delete => {
            let declared = plan.picture.declared.blocks.get(&change.address.block);
            match (declared, &change.address.key) {
                (None, _) => "delete_because_no_resource_config",
                (Some(block), Some(_)) if block.for_each.is_some() => "delete_because_each_key",
                (Some(_), _) => "delete_because_wrong_repetition",
            }
        }
        ReasonCode::LateArguments => match late(plan, change) {
            true => "read_because_config_unknown",
            false => "read_because_dependency_pending",
        },
        _ => return None,
    })
}

/// Whether a lookup waits for its own arguments.
fn late(plan: &Plan, change: &Change) -> bool {
    let block = plan.picture.declared.blocks.get(&change.address.block);
    let portrait = plan.picture.objects.get(&change.address);
    block.zip(portrait).is_none_or(|(block, portrait)| {
        portrait
            .unknown_after()
            .any(|name| matches!(block.attributes.get(name), Some(Expression::References(_))))
    })
}

/// A leftover of a replacement.
fn deposed(plan: &Plan, change: &Change) -> Json {
    let step = change.steps.iter().map(|id| plan.step(*id)).find_map(|step| match &step.action {
        StepAction::Delete { have, deposed: true, .. } => Some((have, &step.keep.sensitive)),
        _ => None,
    });
    let before: Attributes = step
        .into_iter()
        .flat_map(|(have, _)| have)
        .map(|(name, input)| match input {
            PlanInput::Known(value) => (name.clone(), value.clone()),
            PlanInput::Deferred(_) | PlanInput::Secret(_) => (name.clone(), Value::from(REDACTED)),
        })
        .collect();
    let mut entry = super::head(plan, &change.address);
    entry.insert("deposed".into(), json!(change.id));
    let told = json!({
        "actions": ["delete"],
        "before": before,
        "after": null,
        "after_unknown": {},
        "before_sensitive": marks::sensitive(Some(&before), &BTreeSet::new()),
        "after_sensitive": false,
    });
    entry.insert("change".into(), told);
    Json::Object(entry)
}

/// What others did: from what was recorded to what is there.
pub(super) fn drift(plan: &Plan) -> Json {
    Json::Array(plan.drift.iter().map(|drift| drifted(plan, drift)).collect())
}

fn drifted(plan: &Plan, drift: &Drift) -> Json {
    let portrait = plan.picture.objects.get(&drift.address);
    let nothing = BTreeSet::new();
    let names = plan.picture.kinds.get(&kind_key(&drift.address.block)).map_or(&nothing, |k| &k.attributes);
    let sensitive = portrait.map_or(&nothing, |p| &p.sensitive);
    let live = portrait.and_then(|p| p.before.clone()).unwrap_or_default();
    let with = |side: fn(&Difference) -> &Shown| {
        let mut attributes = live.clone();
        for difference in &drift.differences {
            attributes.set(&difference.attribute, shown(side(difference)));
        }
        attributes
    };
    let before = with(|d| &d.before);
    let after = (!drift.deleted).then(|| with(|d| &d.after));
    let mut entry = super::head(plan, &drift.address);
    let told = json!({
        "actions": [if drift.deleted { "delete" } else { "update" }],
        "before": marks::object(&before, names, &BTreeSet::new()),
        "after": after.as_ref().map(|after| marks::object(after, names, &BTreeSet::new())),
        "after_unknown": {},
        "before_sensitive": marks::sensitive(Some(&before), sensitive),
        "after_sensitive": marks::sensitive(after.as_ref(), sensitive),
    });
    entry.insert("change".into(), told);
    Json::Object(entry)
}

fn shown(shown: &Shown) -> Value {
    match shown {
        Shown::Value(value) => value.clone(),
        Shown::Sensitive => Value::from(REDACTED),
        Shown::Absent | Shown::Unknown(_) => Value::Null,
    }
}

/// The attributes of resources that others read: what the plan depends on.
pub(super) fn relevant(plan: &Plan) -> Json {
    let declared = &plan.picture.declared;
    let outputs = declared.outputs.values().map(|output| &output.expression);
    let blocks = declared.blocks.values().flat_map(|b| b.attributes.values().chain(&b.for_each));
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    if plan.mode == PlanMode::Normal {
        for expression in blocks.chain(outputs) {
            let Expression::References(names) = expression else { continue };
            for name in names {
                let Some((resource, attribute)) = name.rsplit_once('.') else { continue };
                let Ok(address) = resource.parse::<Address>() else { continue };
                if declared.blocks.contains_key(&address.block) {
                    found.insert((resource.to_owned(), attribute.to_owned()));
                }
            }
        }
    }
    let entry =
        |(resource, attribute): (String, String)| json!({"resource": resource, "attribute": [attribute]});
    Json::Array(found.into_iter().map(entry).collect())
}
