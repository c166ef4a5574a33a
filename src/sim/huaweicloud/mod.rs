//! The Huawei Cloud half: VPCEP with IAM and a gateway in front, as the VPCEP API reference describes them.

mod body;
pub(crate) mod call;
mod connections;
mod endpoints;
pub(crate) mod errors;
pub(crate) mod gate;
mod gateways;
mod iam;
pub(crate) mod operations;
mod permissions;
mod query;
mod quotas;
mod services;
pub(crate) mod signature;
mod tags;
mod views;

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use jiff::Timestamp;
use serde_json::Value;

use self::call::{Answer, Call};
use self::errors::{Refusal, refuse};
use self::gate::{Caller, Issued};
use self::operations::{Asks, Body, CREATE_SERVICE_NEEDS, Operation, PathValues};
use self::query::Query;
use self::signature::Signed;
use super::cloud::Cloud;
use super::faults::Fate;
use super::settings::Settings;

/// An operation, found and authenticated: what faults are decided on.
pub(crate) struct Admitted {
    pub(crate) operation: &'static Operation,
    path: PathValues,
    pub(crate) caller: Option<Caller>,
}

/// Checks the credentials of a request (VPCEP API reference, section 12.1, first step).
pub(crate) fn admit(
    operation: &'static Operation,
    path: PathValues,
    request: &Request<Bytes>,
    cloud: &Cloud,
    issued: &mut Issued,
    settings: &Settings,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    if operation.asks == Asks::Nothing {
        return Ok(Admitted { operation, path, caller: None });
    }
    let signed = Signed {
        method: request.method().as_str(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        headers: request.headers(),
        authority: request.uri().authority().map(|authority| authority.as_str()),
        body: request.body(),
    };
    let caller = gate::authenticate(signed, &cloud.ground, issued, settings, now)?;
    Ok(Admitted { operation, path, caller: Some(caller) })
}

/// Runs an admitted operation: the rest of the checks of section 12.1, in its order, then the act.
pub(crate) fn run(
    admitted: Admitted,
    request: &Request<Bytes>,
    cloud: &mut Cloud,
    issued: &mut Issued,
    settings: &Settings,
    now: Timestamp,
    fate: Fate,
) -> Result<Answer, Refusal> {
    let Admitted { operation, path, caller } = admitted;
    if operation.asks == Asks::Project {
        let caller = caller.as_ref().expect("it was admitted with credentials (please report)");
        check_project(cloud, caller, &path[0].1, request)?;
        let mut needed = vec![operation.action];
        if operation.name == "create_service" {
            needed.extend(CREATE_SERVICE_NEEDS);
        }
        if !needed.iter().all(|action| gate::may(&cloud.ground, caller, action)) {
            return Err(refuse("0004"));
        }
    }
    let query = Query::of(request.uri().query());
    let body = match operation.body {
        Body::None => Value::Null,
        Body::Needed => read_body(operation, request.body())?,
    };
    if settings.strict {
        check_known(operation, &query, &body)?;
    }
    let host = gate::text(request.headers(), HOST.as_str())
        .or(request.uri().authority().map(|authority| authority.as_str()))
        .unwrap_or("sim.invalid")
        .to_owned();
    let headers = request.headers();
    (operation.handle)(&mut Call {
        cloud,
        issued,
        settings,
        now,
        caller,
        path,
        query,
        headers,
        body,
        host,
        fate,
    })
}

fn check_project(
    cloud: &Cloud,
    caller: &Caller,
    project: &str,
    request: &Request<Bytes>,
) -> Result<(), Refusal> {
    if project.len() != 32 || !project.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(refuse("0014"));
    }
    let header = gate::text(request.headers(), "x-project-id");
    if header.is_some_and(|header| header != project) || !iam::owns_project(&cloud.ground, caller, project) {
        return Err(refuse("0004"));
    }
    Ok(())
}

fn read_body(operation: &Operation, bytes: &Bytes) -> Result<Value, Refusal> {
    let iam = operation.asks != Asks::Project;
    let bad = |code: &str| {
        let message = "Request body is invalid.".to_owned();
        if iam { Refusal::Iam { status: 400, message } } else { refuse(code) }
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(bad("0011"));
    }
    match serde_json::from_slice(bytes) {
        Ok(body @ Value::Object(_)) => Ok(body),
        Ok(Value::Null) => Err(bad("0011")),
        Ok(_) | Err(_) => Err(bad("1004")),
    }
}

/// With `strict`, what the reference does not know is refused.
fn check_known(operation: &Operation, query: &Query, body: &Value) -> Result<(), Refusal> {
    let known = |name: &str, names: &[&str]| names.contains(&name);
    let fields = body.as_object().into_iter().flat_map(|fields| fields.keys());
    let strange_field = fields.into_iter().any(|name| !known(name, operation.fields));
    if query.names().any(|name| !known(name, operation.query)) || strange_field {
        return Err(refuse("0002"));
    }
    Ok(())
}

/// The decoded pairs of a query string.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    query::pairs(query)
}
