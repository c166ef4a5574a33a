//! Connections, as the owner of a service sees and decides them (VPCEP API reference, sections 5.3
//! and 6.2). The kind is `vpcep_accept`; a connection's id is `SERVICE/ENDPOINT`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::call;
use super::effects::by_status;
use super::kinds::ACCEPT;
use super::lenient::{Build, Text, text, whole};
use super::page::Row;
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object};

/// A connection in any answer; the service is known from the request.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ConnectionRow<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Text<'a>,
    #[serde(deserialize_with = "whole")]
    marker_id: Option<i64>,
    #[serde(borrow, deserialize_with = "text")]
    domain_id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    status: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    created_at: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    updated_at: Text<'a>,
    error: Option<Json>,
    #[serde(borrow, deserialize_with = "text")]
    description: Text<'a>,
}

/// The id of a connection.
pub(super) fn id_of(service: &str, endpoint: &str) -> String {
    format!("{service}/{endpoint}")
}

impl Row for ConnectionRow<'_> {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    /// The connection as an object that still lacks its service; see [`of_service`].
    fn object(self) -> Option<Object> {
        let endpoint = self.id.filter(|id| !id.is_empty())?.into_owned();
        let decision = match self.status.as_deref() {
            Some("accepted") => Some("accept"),
            Some("rejected") => Some("reject"),
            _ => None,
        };
        let mut build = Build::default();
        build.set("endpoint_id", Some(endpoint.clone()));
        build.set("decision", decision);
        build.text("description", self.description);
        build.word("status", self.status);
        build.set("marker_id", self.marker_id);
        build.word("domain_id", self.domain_id);
        build.word("created_at", self.created_at);
        build.word("updated_at", self.updated_at);
        build.json("error", self.error);
        Some(Object::new(endpoint, build.done()))
    }
}

/// The connection of this service.
pub(super) fn of_service(service: &str, mut connection: Object) -> Object {
    connection.id = id_of(service, &connection.id);
    connection.attributes.set("id", connection.id.clone());
    connection.attributes.set("endpoint_service_id", service);
    connection
}

/// What a decision takes. One endpoint a call (error 2031).
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    let none = Attributes::new();
    let (have, want) = match effect {
        Effect::Create { want } => (&none, want),
        Effect::Update { have, want, .. } => (have, want),
        Effect::Delete { id, have } => {
            let Some((service, endpoint)) = id.split_once('/') else { return Vec::new() };
            return match have.text("decision") {
                Some("reject") => Vec::new(),
                _ => vec![decide(service, endpoint, "reject")],
            };
        }
    };
    let name = |name: &str| want.text(name).or_else(|| have.text(name)).unwrap_or_default();
    let (service, endpoint) = (name("endpoint_service_id"), name("endpoint_id"));
    let mut calls = Vec::new();
    let decision = want.text("decision").unwrap_or("accept");
    if have.text("decision") != Some(decision) {
        // The API's word is `receive`.
        calls.push(decide(service, endpoint, if decision == "reject" { "reject" } else { "receive" }));
    }
    if let Some(description) = want.text("description")
        && have.text("description").unwrap_or_default() != description
    {
        let body = json!({ "connections": [{ "id": endpoint, "description": description }] });
        let path = format!("/vpc-endpoint-services/{service}/connections/description");
        calls.push(call("describe_connection", "PUT", &path, Some(body)));
    }
    calls
}

fn decide(service: &str, endpoint: &str, action: &str) -> Call {
    let body = json!({ "action": action, "endpoints": [endpoint] });
    let path = format!("/vpc-endpoint-services/{service}/connections/action");
    call("decide_connection", "POST", &path, Some(body))
}

/// Whether the connection is as decided.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let ready = if want.text("decision") == Some("reject") { "rejected" } else { "accepted" };
    by_status(ACCEPT, &[ready], &["description"], want, object)
}
