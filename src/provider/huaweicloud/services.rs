//! Services: what an answer tells, what an effect takes, when it is done (VPCEP API reference,
//! sections 5.2, 6.1 and 10).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::effects::by_status;
use super::kinds::{PROFESSIONAL, SERVICE};
use super::lenient::{Build, TagRow, Text, flag, sorted, text, texts, whole};
use super::page::Row;
use super::{call, changed, making, put, tags, v2};
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// A service in any answer; what an answer lacks is none.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ServiceRow<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    port_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    service_name: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    server_type: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    vpc_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    pool_id: Text<'a>,
    #[serde(deserialize_with = "flag")]
    approval_enabled: Option<bool>,
    #[serde(borrow, deserialize_with = "text")]
    status: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    service_type: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    created_at: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    updated_at: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    project_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    cidr_type: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    ip: Text<'a>,
    ports: Option<Vec<PortRow<'a>>>,
    #[serde(borrow, deserialize_with = "text")]
    tcp_proxy: Text<'a>,
    tags: Option<Vec<TagRow>>,
    #[serde(deserialize_with = "whole")]
    connection_count: Option<i64>,
    error: Option<Json>,
    #[serde(borrow, deserialize_with = "text")]
    description: Text<'a>,
    #[serde(deserialize_with = "texts")]
    supported_editions: Option<Vec<String>>,
    #[serde(deserialize_with = "flag")]
    enable_policy: Option<bool>,
    #[serde(borrow, deserialize_with = "text")]
    ip_version: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    snat_network_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PortRow<'a> {
    #[serde(deserialize_with = "whole")]
    client_port: Option<i64>,
    #[serde(deserialize_with = "whole")]
    server_port: Option<i64>,
    #[serde(borrow, deserialize_with = "text")]
    protocol: Text<'a>,
}

impl PortRow<'_> {
    fn value(self) -> Value {
        let mut build = Build::default();
        build.set("client_port", self.client_port);
        build.set("server_port", self.server_port);
        let protocol = self.protocol.filter(|protocol| !protocol.is_empty());
        build.set("protocol", Some(protocol.map_or_else(|| "TCP".to_owned(), |p| p.to_ascii_uppercase())));
        Value::from(build.done())
    }
}

impl Row for ServiceRow<'_> {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn object(self) -> Option<Object> {
        let id = self.id.filter(|id| !id.is_empty())?.into_owned();
        let name = self.service_name.map(|name| full_name(name, &id));
        let mut build = Build::default();
        build.set("id", Some(id.clone()));
        build.word("vpc_id", self.vpc_id);
        build.word("port_id", self.port_id);
        build.word("server_type", self.server_type);
        build.set(
            "ports",
            self.ports.map(|ports| sorted(ports.into_iter().map(PortRow::value).collect::<Vec<_>>())),
        );
        build.set("full_name", name.clone());
        build.set("service_name", name);
        build.set("approval_enabled", self.approval_enabled);
        build.set("service_type", self.service_type.map(|word| word.to_ascii_lowercase()));
        build.word("tcp_proxy", self.tcp_proxy);
        build.text("description", self.description);
        build.tags(self.tags);
        build.word("ip", self.ip);
        build.word("ip_version", self.ip_version);
        build.word("snat_network_id", self.snat_network_id);
        build.word("pool_id", self.pool_id);
        build.set("enable_policy", self.enable_policy);
        build.word("status", self.status);
        build.set("connection_count", self.connection_count);
        build.list("supported_editions", self.supported_editions);
        build.word("cidr_type", self.cidr_type);
        build.word("project_id", self.project_id);
        build.word("created_at", self.created_at);
        build.word("updated_at", self.updated_at);
        build.json("error", self.error);
        Some(build.object(id))
    }
}

/// The whole name. Answers hold it as `{region}.{name}.{id}`; the vendor's examples print the given
/// part alone (trap 7), which is put in its place.
fn full_name(name: Cow<'_, str>, id: &str) -> String {
    if name.is_empty() || name.contains('.') { name.into_owned() } else { format!(".{name}.{id}") }
}

/// The given part of a name: between the first and the last dot, empty where there is one dot only;
/// a name without dots is the given part itself.
fn given_name(name: &str) -> &str {
    match (name.find('.'), name.rfind('.')) {
        (Some(first), Some(last)) if first < last => &name[first + 1..last],
        (Some(_), _) => "",
        (None, _) => name,
    }
}

/// What an effect on a service takes.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    match effect {
        Effect::Create { want } => {
            let mut calls = vec![making("create_service", "/vpc-endpoint-services", create_body(want))];
            calls.extend(beyond("{id}", &Attributes::new(), want));
            calls
        }
        Effect::Update { id, have, want } => update(id, have, want),
        Effect::Delete { id, .. } => {
            vec![call("delete_service", "DELETE", &format!("/vpc-endpoint-services/{id}"), None)]
        }
    }
}

fn create_body(want: &Attributes) -> Json {
    let mut body = Map::new();
    for name in [
        "vpc_id",
        "port_id",
        "server_type",
        "ports",
        "approval_enabled",
        "service_type",
        "tcp_proxy",
        "ip",
        "ip_version",
        "snat_network_id",
        "pool_id",
    ] {
        put(&mut body, want, name);
    }
    let name = want.text("service_name").map(given_name).unwrap_or_default();
    if !name.is_empty() {
        body.insert("service_name".to_owned(), name.into());
    }
    if want.text("description").is_some_and(|text| !text.is_empty()) {
        put(&mut body, want, "description");
    }
    // Some sites refuse the word itself (section 5.2.1).
    if want.value("enable_policy").as_bool() == Some(true) {
        put(&mut body, want, "enable_policy");
    }
    let tags = tags::list(want.value("tags"));
    if !tags.is_empty() {
        body.insert("tags".to_owned(), tags.into());
    }
    Json::Object(body)
}

fn update(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let path = format!("/vpc-endpoint-services/{id}");
    let mut body = Map::new();
    for name in ["approval_enabled", "ports", "port_id", "tcp_proxy", "description"] {
        if changed(have, want, name) {
            put(&mut body, want, name);
        }
    }
    if let Some(name) = want.text("service_name").map(given_name)
        && have.text("service_name").map(given_name) != Some(name)
    {
        body.insert("service_name".to_owned(), name.into());
    }
    let mut bodies = vec![body];
    if changed(have, want, "ip") {
        // Not in one call with `port_id` (error 3052).
        if bodies[0].contains_key("port_id") {
            bodies.push(Map::new());
        }
        let last = bodies.len() - 1;
        put(&mut bodies[last], want, "ip");
    }
    let mut calls: Vec<Call> = bodies
        .into_iter()
        .filter(|body| !body.is_empty())
        .map(|body| call("update_service", "PUT", &path, Some(Json::Object(body))))
        .collect();
    calls.extend(beyond(id, have, want));
    calls.extend(tags::calls("endpoint_service", id, have, want));
    calls
}

/// The calls of version 2, which a creation needs as well (section 5.7).
fn beyond(id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let path = format!("/vpc-endpoint-services/{id}");
    let mut calls = Vec::new();
    if want.text("edition") == Some(PROFESSIONAL) && changed(have, want, "edition") {
        calls.push(v2("upgrade_service", &format!("{path}/upgrade"), None, "edition"));
    }
    let there = have.value("server_resources").as_list().unwrap_or_default();
    let wanted = want.value("server_resources").as_list().unwrap_or_default();
    let new: Vec<Json> = wanted.iter().filter(|one| !there.contains(one)).cloned().map(Json::from).collect();
    if !new.is_empty() {
        let body = json!({ "server_resources": new });
        let path = format!("{path}/add-server-resources");
        calls.push(v2("add_server_resources", &path, Some(body), "server_resources"));
    }
    calls
}

/// Whether a service is where it shall be (section 6.1).
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let shows = ["approval_enabled", "ports", "port_id", "tcp_proxy", "description", "tags", "ip"];
    let name = |attributes: &Attributes| attributes.text("service_name").map(given_name).map(str::to_owned);
    match by_status(SERVICE, &["available"], &shows, want, object) {
        Settling::Ready if name(want).is_some_and(|wanted| name(&object.attributes) != Some(wanted)) => {
            Settling::Pending("available, with the old service_name".to_owned())
        }
        settling => settling,
    }
}
