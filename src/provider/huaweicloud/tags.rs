//! Tags as calls (VPCEP API reference, section 5.6.3), and the one tag that is ours: the mark of the
//! intent that made an object. It is put into the creation and taken out of whatever is read, so
//! nothing beyond this cloud's code ever sees it among the tags.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::call;
use super::lenient::TagRow;
use crate::provider::Call;
use crate::resource::{Attributes, Mark, Value};

/// The key of the mark. Its letters are such as every edition takes.
pub(super) const MARK: &str = "landbridge_mark";
/// With so many tags of the author's there is no room for a mark: some sites take no more than ten.
const FULL: usize = 10;

/// A creating call with the mark of its intent; none where the objects take no tags, or no more of
/// them.
pub fn marked(call: &Call, mark: &str) -> Option<Call> {
    if !["create_service", "create_endpoint"].contains(&call.operation.as_str()) {
        return None;
    }
    let mut call = call.clone();
    let body = call.body.as_mut()?.as_object_mut()?;
    let tags = body.entry("tags").or_insert_with(|| json!([])).as_array_mut()?;
    if tags.len() >= FULL {
        return None;
    }
    tags.push(json!({ "key": MARK, "value": mark }));
    Some(call)
}

/// The tags of an answer without the mark, and what they say about it.
pub(super) fn unmarked(tags: Option<Vec<TagRow>>) -> (Option<BTreeMap<String, Value>>, Mark) {
    let Some(tags) = tags else { return (None, Mark::Unsaid) };
    let mut mark = Mark::Unmarked;
    let mut rest = BTreeMap::new();
    for TagRow { key, value } in tags {
        let value = value.unwrap_or_default();
        if key == MARK {
            mark = Mark::Of(value);
        } else {
            rest.insert(key, Value::from(value));
        }
    }
    (Some(rest), mark)
}

/// The tags as a body's list.
pub(super) fn list(tags: &Value) -> Vec<Json> {
    let entries = tags.as_map().into_iter().flatten();
    entries.map(|(key, value)| json!({ "key": key, "value": value.as_str().unwrap_or_default() })).collect()
}

/// What turns the tags of `have` into those of `want`: removals first, so that a limit is not met
/// on the way. Giving an existing key another value overwrites it.
pub(super) fn calls(resource_type: &str, id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let Some(wanted) = want.get("tags").and_then(Value::as_map) else { return Vec::new() };
    let none = BTreeMap::new();
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
