//! Tags as calls (VPCEP API reference, section 5.6.3).

use serde_json::{Value as Json, json};

use super::call;
use crate::provider::Call;
use crate::resource::{Attributes, Value};

/// The tags as a body's list.
pub(super) fn list(tags: &Value) -> Vec<Json> {
    let entries = tags.as_map().into_iter().flatten();
    entries.map(|(key, value)| json!({ "key": key, "value": value.as_str().unwrap_or_default() })).collect()
}

/// What turns the tags of `have` into those of `want`: removals first, so that a limit is not met
/// on the way. Giving an existing key another value overwrites it.
pub(super) fn calls(resource_type: &str, id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let Some(wanted) = want.get("tags").and_then(Value::as_map) else { return Vec::new() };
    let none = std::collections::BTreeMap::new();
    let had = have.get("tags").and_then(Value::as_map).unwrap_or(&none);
    let gone: Vec<Json> =
        had.keys().filter(|key| !wanted.contains_key(*key)).map(|key| json!({ "key": key })).collect();
    let new = wanted.iter().filter(|(key, value)| had.get(*key) != Some(value));
    let new: Vec<Json> =
        new.map(|(key, value)| json!({ "key": key, "value": value.as_str().unwrap_or_default() })).collect();
    let path = format!("/{resource_type}/{id}/tags/action");
    [("untag_resource", "delete", gone), ("tag_resource", "create", new)]
        .into_iter()
        .filter(|(_, _, tags)| !tags.is_empty())
        .map(|(operation, action, tags)| {
            call(operation, "POST", &path, Some(json!({ "action": action, "tags": tags })))
        })
        .collect()
}
