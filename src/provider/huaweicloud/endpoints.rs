//! Endpoints: what an answer tells, what an effect takes, when it is done (VPCEP API reference,
//! sections 5.5, 6.2 and 10).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::effects::by_status;
use super::kinds::{ENDPOINT, PROFESSIONAL};
use super::lenient::{Build, TagRow, Text, flag, text, texts, whole};
use super::page::Row;
use super::{call, changed, making, put, tags, v2};
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// An endpoint in any answer; what an answer lacks is none.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct EndpointRow<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    service_type: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    status: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    ip: Text<'a>,
    // Two names, a text or a list (trap 5).
    #[serde(alias = "active_statuses", deserialize_with = "texts")]
    active_status: Option<Vec<String>>,
    #[serde(borrow, deserialize_with = "text")]
    enable_status: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    endpoint_service_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    endpoint_service_name: Text<'a>,
    #[serde(deserialize_with = "whole")]
    marker_id: Option<i64>,
    #[serde(deserialize_with = "flag")]
    enable_dns: Option<bool>,
    // Three shapes (trap 6).
    #[serde(alias = "dns_name", deserialize_with = "texts")]
    dns_names: Option<Vec<String>>,
    #[serde(borrow, deserialize_with = "text")]
    vpc_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    subnet_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    created_at: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    updated_at: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    project_id: Text<'a>,
    tags: Option<Vec<TagRow>>,
    error: Option<Json>,
    #[serde(deserialize_with = "texts")]
    whitelist: Option<Vec<String>>,
    #[serde(deserialize_with = "flag")]
    enable_whitelist: Option<bool>,
    #[serde(deserialize_with = "texts")]
    routetables: Option<Vec<String>>,
    #[serde(borrow, deserialize_with = "text")]
    specification_name: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    description: Text<'a>,
    policy_statement: Option<Json>,
    policy_document: Option<Json>,
    #[serde(borrow, deserialize_with = "text")]
    ipv6_address: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    ip_version: Text<'a>,
}

impl Row for EndpointRow<'_> {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn object(self) -> Option<Object> {
        let id = self.id.filter(|id| !id.is_empty())?.into_owned();
        let accepted = self.status.as_deref() == Some("accepted");
        let service_type = self.service_type.map(|word| word.to_ascii_lowercase());
        let interface = service_type.as_deref() != Some("gateway");
        let mut build = Build::default();
        build.set("id", Some(id.clone()));
        build.word("endpoint_service_id", self.endpoint_service_id);
        build.word("vpc_id", self.vpc_id);
        if interface {
            build.word("subnet_id", self.subnet_id);
        } else {
            build.none("subnet_id");
        }
        // Not reliable before acceptance, and without effect at a gateway (trap 26).
        build.set("enable_dns", self.enable_dns.filter(|_| accepted && interface));
        build.set_of("whitelist", self.whitelist);
        build.set("enable_whitelist", self.enable_whitelist);
        build.set_of("routetables", self.routetables.filter(|_| !interface));
        build.json("policy_statement", self.policy_statement.map(statements));
        build.json("policy_document", self.policy_document);
        build.tags(self.tags);
        build.text("description", self.description);
        build.word("ip_version", self.ip_version);
        build.word("ipv6_address", self.ipv6_address);
        build.word("specification_name", self.specification_name);
        build.word("ip", self.ip);
        // Once accepted it is known that there are none, too; before, an empty list says nothing.
        let names = self.dns_names.filter(|names| accepted || !names.is_empty());
        build.list("dns_names", names.or_else(|| accepted.then(Vec::new)));
        build.word("status", self.status);
        build.set("service_type", service_type);
        build.word("endpoint_service_name", self.endpoint_service_name);
        build.set("marker_id", self.marker_id);
        build.list("active_status", self.active_status);
        build.word("enable_status", self.enable_status);
        build.word("project_id", self.project_id);
        build.word("created_at", self.created_at);
        build.word("updated_at", self.updated_at);
        build.json("error", self.error);
        Some(build.object(id))
    }
}

/// Statements in one form: actions and resources as sorted lists (trap 35), nothing null.
fn statements(mut json: Json) -> Json {
    let entries = match &mut json {
        Json::Array(entries) => entries,
        _ => return json,
    };
    for fields in entries.iter_mut().filter_map(Json::as_object_mut) {
        fields.retain(|_, value| !value.is_null());
        for field in ["Action", "Resource"] {
            let Some(value) = fields.get_mut(field) else { continue };
            let mut words = match value.take() {
                Json::Array(words) => words,
                word => vec![word],
            };
            words.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            words.dedup();
            *value = Json::Array(words);
        }
    }
    json
}

/// The policy of an endpoint to which nobody has given one (section 5.5.1).
fn default_policy() -> Json {
    json!([{ "Effect": "Allow", "Action": ["*"], "Resource": ["*"] }])
}

/// What an effect on an endpoint takes.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    match effect {
        Effect::Create { want } => {
            let mut calls = vec![making("create_endpoint", "/vpc-endpoints", create_body(want))];
            calls.extend(upgrade("{id}", &Attributes::new(), want));
            calls
        }
        Effect::Update { id, have, want } => update(id, have, want),
        Effect::Delete { id, .. } => {
            vec![call("delete_endpoint", "DELETE", &format!("/vpc-endpoints/{id}"), None)]
        }
    }
}

fn create_body(want: &Attributes) -> Json {
    let mut body = Map::new();
    for name in [
        "endpoint_service_id",
        "vpc_id",
        "subnet_id",
        "port_ip",
        "routetables",
        "whitelist",
        "policy_statement",
        "policy_document",
        "ip_version",
        "ipv6_address",
        "specification_name",
    ] {
        put(&mut body, want, name);
    }
    // Interface endpoints only; one without a subnet is a gateway.
    for name in ["enable_dns", "enable_whitelist"] {
        if want.get("subnet_id").is_some() || want.value(name).as_bool() == Some(true) {
            put(&mut body, want, name);
        }
    }
    if want.text("description").is_some_and(|text| !text.is_empty()) {
        put(&mut body, want, "description");
    }
    let tags = tags::list(want.value("tags"));
    if !tags.is_empty() {
        body.insert("tags".to_owned(), tags.into());
    }
    Json::Object(body)
}

fn update(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let path = format!("/vpc-endpoints/{id}");
    let mut calls = Vec::new();
    if changed(have, want, "whitelist") || changed(have, want, "enable_whitelist") {
        // A missing key may clear it: both, always (trap 33).
        let either = |name: &str| want.get(name).or_else(|| have.get(name)).cloned();
        let whitelist = either("whitelist").unwrap_or_else(|| Value::from(Vec::new()));
        let enabled = either("enable_whitelist").unwrap_or_else(|| Value::from(false));
        let body = json!({ "whitelist": Json::from(whitelist), "enable_whitelist": Json::from(enabled) });
        calls.push(call("update_endpoint", "PUT", &path, Some(body)));
    }
    if changed(have, want, "routetables") {
        let body = json!({ "routetables": Json::from(want.value("routetables").clone()) });
        calls.push(call("update_route_tables", "PUT", &format!("{path}/routetables"), Some(body)));
    }
    for name in ["policy_statement", "policy_document"] {
        if changed(have, want, name) {
            let empty = want.value(name).as_list().is_some_and(<[Value]>::is_empty);
            // Lifting a policy is writing the default one: the call that removes it is going (trap 37).
            let policy = if empty { default_policy() } else { Json::from(want.value(name).clone()) };
            calls.push(call(
                "update_policy",
                "PUT",
                &format!("{path}/policy"),
                Some(json!({ name: policy })),
            ));
        }
    }
    calls.extend(upgrade(id, have, want));
    calls.extend(tags::calls("endpoint", id, have, want));
    calls
}

/// The upgrade to the professional edition, which a creation needs as well (section 5.7).
fn upgrade(id: &str, have: &Attributes, want: &Attributes) -> Option<Call> {
    let due = want.text("edition") == Some(PROFESSIONAL) && changed(have, want, "edition");
    let path = format!("/vpc-endpoints/{id}/upgrade");
    due.then(|| v2("upgrade_endpoint", &path, Some(json!({ "action": "start" })), "edition"))
}

/// Whether an endpoint is where it shall be (section 6.2). One that waits for its acceptance is: the
/// decision is another resource's.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let shows = ["whitelist", "enable_whitelist", "routetables", "tags"];
    by_status(ENDPOINT, &["accepted", "pendingAcceptance", "rejected"], &shows, want, object)
}
