//! The outputs: in `output_changes`, `planned_values` and `prior_state`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::plan::picture::REDACTED;
use crate::plan::{OutputChange, Plan, PlanInput, PlannedOutput, Shown};
use crate::resource::Value;

/// Every output, those that stay as they are included.
pub(super) fn changes(plan: &Plan) -> Json {
    let changed: BTreeMap<&str, &OutputChange> = plan.outputs.iter().map(|o| (o.name.as_str(), o)).collect();
    let mut told: Map<String, Json> =
        changed.iter().map(|(name, output)| ((*name).to_owned(), change(output))).collect();
    for (name, output) in plan.results.iter().filter(|(name, _)| !changed.contains_key(name.as_str())) {
        let worth = worth(output);
        told.insert(
            name.clone(),
            json!({
                "actions": ["no-op"],
                "before": worth,
                "after": worth,
                "after_unknown": false,
                "before_sensitive": output.sensitive,
                "after_sensitive": output.sensitive,
            }),
        );
    }
    Json::Object(told)
}

fn change(output: &OutputChange) -> Json {
    let action = match (&output.before, &output.after) {
        (Shown::Absent, _) => "create",
        (_, Shown::Absent) => "delete",
        _ => "update",
    };
    let unknown = matches!(output.after, Shown::Unknown(_));
    let mut told = json!({
        "actions": [action],
        "before": shown(&output.before),
        "after_unknown": unknown,
        "before_sensitive": output.before == Shown::Sensitive,
        "after_sensitive": output.after == Shown::Sensitive,
    });
    if !unknown {
        told["after"] = shown(&output.after);
    }
    told
}

fn shown(shown: &Shown) -> Json {
    match shown {
        Shown::Value(value) => Json::from(value.clone()),
        Shown::Sensitive => json!(REDACTED),
        Shown::Absent | Shown::Unknown(_) => Json::Null,
    }
}

fn worth(output: &PlannedOutput) -> Option<Json> {
    match &output.worth {
        PlanInput::Known(value) => Some(Json::from(value.clone())),
        PlanInput::Secret(_) => Some(json!(REDACTED)),
        PlanInput::Deferred(_) => None,
    }
}

/// The outputs as they will be; of an unknown one only that it will be.
pub(super) fn planned(plan: &Plan) -> Json {
    let told = plan.results.iter().map(|(name, output)| {
        let mut told = json!({"sensitive": output.sensitive});
        if let PlanInput::Known(value) = &output.worth {
            told["type"] = type_of(value);
        } else if matches!(output.worth, PlanInput::Secret(_)) {
            told["type"] = json!("string");
        }
        if let Some(worth) = worth(output) {
            told["value"] = worth;
        }
        (name.clone(), told)
    });
    Json::Object(told.collect())
}

/// The outputs of the last apply.
pub(super) fn prior(plan: &Plan) -> Map<String, Json> {
    let outputs = plan.picture.outputs.iter().map(|(name, output)| {
        let value = Json::from(output.value.clone());
        let told = json!({"sensitive": output.sensitive, "type": type_of(&output.value), "value": value});
        (name.clone(), told)
    });
    outputs.collect()
}

/// The type of a value as Terraform writes types.
fn type_of(value: &Value) -> Json {
    match value {
        Value::Null => json!("dynamic"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::List(items) => json!(["tuple", items.iter().map(type_of).collect::<Vec<_>>()]),
        Value::Map(entries) => {
            let inner: Map<String, Json> = entries.iter().map(|(k, v)| (k.clone(), type_of(v))).collect();
            json!(["object", inner])
        }
    }
}
