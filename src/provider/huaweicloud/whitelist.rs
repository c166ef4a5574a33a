//! The whitelist of a service (VPCEP API reference, section 5.4): one object, made of records.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::call;
use super::lenient::{Build, Text, sorted, text};
use super::page::Row;
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// Records in one call: what every region takes (section 8).
const CHUNK: usize = 50;

/// A record in a listing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PermissionRow<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    permission: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    description: Text<'a>,
}

impl Row for PermissionRow<'_> {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().or(self.permission.as_deref()).map(Cow::Borrowed)
    }

    fn object(self) -> Option<Object> {
        let id = self.id.as_ref().or(self.permission.as_ref())?.clone().into_owned();
        let mut build = Build::default();
        build.word("permission", self.permission);
        build.word("description", self.description);
        Some(Object::new(id, build.done()))
    }
}

/// The whitelist that these records make.
pub(super) fn object(service: &str, records: Vec<Object>) -> Object {
    let ids: BTreeMap<String, Value> = records
        .iter()
        .filter_map(|record| {
            Some((record.attributes.text("permission")?.to_owned(), Value::from(record.id.clone())))
        })
        .collect();
    let members: Vec<Value> = records.into_iter().map(|record| Value::from(record.attributes)).collect();
    let mut build = Build::default();
    build.set("id", Some(service));
    build.set("endpoint_service_id", Some(service));
    build.set("permissions", Some(sorted(members)));
    build.set("records", Some(ids));
    Object::new(service, build.done())
}

/// The members, by what they permit; the description is empty where there is none.
fn members(attributes: &Attributes) -> BTreeMap<&str, &str> {
    let items = attributes.get("permissions").and_then(Value::as_list).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| {
            let Some(fields) = item.as_map() else { return Some((item.as_str()?, "")) };
            let field = |name: &str| fields.get(name).and_then(Value::as_str);
            Some((field("permission")?, field("description").unwrap_or_default()))
        })
        .collect()
}

/// One spelling for everyone (trap 11).
fn meaning(permission: &str) -> &str {
    if permission == "iam:domain::*" { "*" } else { permission }
}

/// The type that goes with a permission; none for a form that the older editions do not know.
fn type_of(permission: &str) -> Option<&'static str> {
    if permission.starts_with("organizations:orgPath::") {
        Some("orgPath")
    } else if permission == "*" || permission.starts_with("iam:domain::") {
        Some("domainId")
    } else {
        None
    }
}

/// What turns the records of `have` into those of `want`: records in neither are not touched.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    let none = Attributes::new();
    let (service, have, want) = match effect {
        Effect::Create { want } => (want.text("endpoint_service_id").unwrap_or_default(), &none, want),
        Effect::Update { id, have, want } => (id.as_str(), have, want),
        Effect::Delete { id, have } => (id.as_str(), have, &none),
    };
    let path = format!("/vpc-endpoint-services/{service}/permissions");
    let (had, wanted) = (members(have), members(want));
    let found = |in_: &BTreeMap<&str, &str>, permission: &str| {
        in_.iter()
            .find(|(other, _)| meaning(other) == meaning(permission))
            .map(|(other, text)| ((*other).to_owned(), (*text).to_owned()))
    };
    let mut plain: Vec<&str> = Vec::new();
    let mut described: Vec<(&str, &str)> = Vec::new();
    let mut gone: Vec<String> = had
        .keys()
        .filter(|permission| found(&wanted, permission).is_none())
        .map(|p| (*p).to_owned())
        .collect();
    let mut redescribed = Vec::new();
    let records = have.get("records").and_then(Value::as_map);
    for (permission, description) in &wanted {
        match found(&had, permission) {
            None if description.is_empty() => plain.push(permission),
            None => described.push((permission, description)),
            Some((_, text)) if description.is_empty() || text == *description => {}
            Some((stored, _)) => match records
                .and_then(|records| records.get(&stored))
                .and_then(Value::as_str)
            {
                Some(id) => {
                    let body = json!({ "permission": { "description": description } });
                    redescribed.push(call("describe_permission", "PUT", &format!("{path}/{id}"), Some(body)));
                }
                // Without the record's id it is written anew.
                None => {
                    gone.push(stored);
                    described.push((permission, description));
                }
            },
        }
    }
    let mut calls = action("remove_permissions", "remove", &path, gone.iter().map(String::as_str));
    calls.extend(action("add_permissions", "add", &path, plain.into_iter()));
    for (permission_type, entries) in by_type(described.into_iter(), |(permission, _)| permission) {
        for chunk in entries.chunks(CHUNK) {
            let list: Vec<Json> = chunk
                .iter()
                .map(|(permission, description)| json!({ "permission": permission, "description": description }))
                .collect();
            let body = with_type(permission_type, "permissions", list);
            calls.push(call("create_permissions", "POST", &format!("{path}/batch-create"), Some(body)));
        }
    }
    calls.extend(redescribed);
    calls
}

fn action<'a>(
    operation: &str,
    action: &str,
    path: &str,
    permissions: impl Iterator<Item = &'a str>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    for (permission_type, entries) in by_type(permissions, |permission| permission) {
        for chunk in entries.chunks(CHUNK) {
            let list = chunk.iter().map(|permission| Json::from(*permission)).collect();
            let mut body = with_type(permission_type, "permissions", list);
            body["action"] = action.into();
            calls.push(call(operation, "POST", &format!("{path}/action"), Some(body)));
        }
    }
    calls
}

fn by_type<'a, T>(
    entries: impl Iterator<Item = T>,
    permission: impl Fn(&T) -> &'a str,
) -> BTreeMap<Option<&'static str>, Vec<T>> {
    let mut groups: BTreeMap<Option<&'static str>, Vec<T>> = BTreeMap::new();
    for entry in entries {
        groups.entry(type_of(permission(&entry))).or_default().push(entry);
    }
    groups
}

fn with_type(permission_type: Option<&str>, name: &str, list: Vec<Json>) -> Json {
    let mut body = Map::new();
    body.insert(name.to_owned(), Json::Array(list));
    if let Some(permission_type) = permission_type {
        body.insert("permission_type".to_owned(), permission_type.into());
    }
    Json::Object(body)
}

/// Whether every wanted record is listed (the calls' own answers are not the list: trap 9). What
/// others have added does not matter.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let (wanted, live) = (members(want), members(&object.attributes));
    let there = wanted.keys().filter(|one| live.keys().any(|other| meaning(other) == meaning(one))).count();
    if there == wanted.len() {
        Settling::Ready
    } else {
        Settling::Pending(format!("{there} of {} records", wanted.len()))
    }
}
