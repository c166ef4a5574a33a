//! Endpoints of Elasticsearch instances: what answers tell, what an effect takes, when it is done
//! (sections 5 to 7). The API has no call that gets one: it lists those of an instance.

use serde_json::{Value as Json, json};

use super::effects::{Ends, LOST, by_status};
use super::fields::{Build, Fields};
use super::request::encode;
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object};

/// Where the endpoints of an instance are.
pub(super) fn path_of(instance: &str) -> String {
    format!("/openapi/instances/{}/vpc-endpoints", encode(instance))
}

/// An endpoint in any answer. A creation's lacks status and zone (trap 20).
pub(super) fn object(instance: &str, row: Fields<'_>) -> Option<Object> {
    let id = row.text("endpointId")?;
    let mut build = Build::default();
    build.set("instance_id", Some(instance));
    build.texts(
        row,
        &[
            ("id", "endpointId"),
            ("service_id", "serviceId"),
            ("zone_id", "zoneId"),
            ("name", "endpointName"),
            ("endpoint_domain", "endpointDomain"),
            ("service_name", "serviceName"),
            ("security_group_id", "securityGroupId"),
            ("status", "endpointStatus"),
            ("connection_status", "connectionStatus"),
            ("business_status", "endpointBusinessStatus"),
            ("created_at", "createTime"),
        ],
    );
    Some(Object::new(id, build.done()))
}

/// What an effect takes. Nothing can be changed in place.
///
/// # Panics
/// If a change is asked for: the plan replaces.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    match effect {
        Effect::Create { want } => {
            let text = |name: &str| want.text(name).unwrap_or_default();
            let body = json!({ "serviceId": text("service_id"), "zoneId": text("zone_id") });
            let path = path_of(text("instance_id"));
            vec![Call { makes: true, ..call("CreateVpcEndpoint", "POST", path, Some(body)) }]
        }
        Effect::Delete { id, have } => {
            let instance = have.text("instance_id").unwrap_or_default();
            vec![call("DeleteVpcEndpoint", "DELETE", format!("{}/{}", path_of(instance), encode(id)), None)]
        }
        Effect::Update { .. } => panic!("no call changes an elasticsearch_endpoint: please report"),
    }
}

fn call(operation: &str, method: &str, path: String, body: Option<Json>) -> Call {
    Call {
        operation: format!("elasticsearch:{operation}"),
        method: method.to_owned(),
        path,
        version: None,
        body,
        makes: false,
        client_token: None,
        sets: None,
    }
}

/// Whether an endpoint is where it shall be. One that waits for its acceptance is: the decision is
/// another resource's.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    by_status("status", Ends { ready: &["Active"], lost: LOST }, &[], want, object)
}
