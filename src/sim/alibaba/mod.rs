//! The Alibaba Cloud half: endpoints of Elasticsearch instances, and PrivateLink, as the Elasticsearch
//! and PrivateLink API reference describes them. What is made by one product shows in the other: that
//! is what it is for.

mod call;
mod connections;
mod elasticsearch;
mod endpoints;
pub(crate) mod errors;
mod gate;
mod kibana;
pub(crate) mod land;
pub(crate) mod objects;
pub(crate) mod operations;
mod services;
pub(crate) mod settings;
mod signature;
mod tags;
mod users;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::call::Call;
use self::errors::{Refusal, refuse};
pub(crate) use self::gate::is_ours;
use self::gate::{Caller, Nonces, Product};
use self::land::Change;
use self::objects::ClientToken;
use self::operations::{Operation, by_action, by_path};
use self::settings::Throttling;
use self::signature::{header, pairs};
use super::cloud::{self, Cloud};
use super::faults::Fate;
use super::faults::{ErrorAnswer, Shape};
use super::settings::Settings;

/// What lives as long as the simulator, beside the world.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    nonces: Nonces,
    /// Until when writes of an account to a product are under way.
    busy: BTreeMap<(String, &'static str), Timestamp>,
}

/// An operation, found and authenticated: what faults are decided on.
#[derive(Debug)]
pub(crate) struct Admitted {
    operation: &'static Operation,
    path: Vec<String>,
    caller: Caller,
}

impl Admitted {
    /// The calling account's name.
    pub(crate) fn account(&self) -> &str {
        &self.caller.account
    }

    /// Whether it only reads: most reads are POST here.
    pub(crate) fn reads(&self) -> bool {
        !self.operation.writes
    }
}

/// The name of the operation that a request is for, if there is one; a dry run has one of its own.
pub(crate) fn operation_of(request: &Request<Bytes>) -> &'static str {
    let Ok((operation, _)) = find(request) else { return "unknown" };
    match (operation.writes && is_dry(request), operation.product) {
        (true, Product::Elasticsearch) => "elasticsearch:DryRun",
        (true, _) => "privatelink:DryRun",
        (false, _) => operation.name,
    }
}

/// Whether a request is only to be tried out. It is counted apart, and faults strike it apart.
fn is_dry(request: &Request<Bytes>) -> bool {
    let given = pairs(request.uri().query().unwrap_or_default());
    given
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("dryrun") && value.eq_ignore_ascii_case("true"))
}

fn find(request: &Request<Bytes>) -> Result<(&'static Operation, Vec<String>), Refusal> {
    let product = gate::product(request).ok_or_else(|| refuse("InvalidVersion"))?;
    if header(request.headers(), "x-acs-version") != Some(product.version()) {
        return Err(refuse("InvalidVersion"));
    }
    let action = header(request.headers(), "x-acs-action").unwrap_or_default();
    if product == Product::Elasticsearch {
        let found = by_path(request.method().as_str(), request.uri().path());
        let found = found.filter(|(operation, _)| operation.action() == action);
        return found.ok_or_else(|| refuse("InvalidApi.NotFound").status(404));
    }
    let found = by_action(product, action).filter(|_| request.uri().path() == "/");
    let operation = found.ok_or_else(|| refuse("InvalidAction.NotFound").status(404))?;
    match request.method().as_str() {
        "POST" | "GET" => Ok((operation, Vec::new())),
        _ => Err(refuse("UnsupportedHTTPMethod")),
    }
}

/// Finds the operation and checks the signature.
pub(crate) fn admit(
    request: &Request<Bytes>,
    cloud: &Cloud,
    memory: &mut Memory,
    settings: &Settings,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    let (operation, path) = find(request)?;
    let caller = gate::authenticate(request, &cloud.alibaba, &mut memory.nonces, &settings.alibaba, now)?;
    if !caller.may(operation.name) {
        let message = format!("You are not authorized to do this action: {}", operation.name);
        return Err(refuse("NoPermission").status(403).saying(message));
    }
    let admitted = Admitted { operation, path, caller };
    if operation.writes {
        let key = (admitted.caller.account.clone(), operation.product.name());
        if settings.alibaba.serial_writes && memory.busy.get(&key).is_some_and(|until| now < *until) {
            return Err(refuse(match operation.product {
                Product::Elasticsearch => "ConcurrencyUpdateInstanceConflict",
                _ => "ConcurrentCallNotSupported",
            }));
        }
    }
    Ok(admitted)
}

/// A write is under way until then.
pub(crate) fn begin(memory: &mut Memory, admitted: &Admitted, until: Timestamp) {
    if admitted.operation.writes {
        memory.busy.insert((admitted.caller.account.clone(), admitted.operation.product.name()), until);
    }
}

/// Runs an admitted operation.
pub(crate) fn run(
    admitted: Admitted,
    request: &Request<Bytes>,
    cloud: &mut Cloud,
    settings: &Settings,
    now: Timestamp,
    fate: Fate,
) -> Result<Value, Refusal> {
    let Admitted { operation, path, caller } = admitted;
    let mut given: BTreeMap<String, String> =
        pairs(request.uri().query().unwrap_or_default()).into_iter().collect();
    let kind = header(request.headers(), "content-type").unwrap_or_default();
    let mut body = Value::Null;
    if kind.starts_with("application/x-www-form-urlencoded") {
        given.extend(pairs(&String::from_utf8_lossy(request.body())));
    } else if !request.body().is_empty() {
        body = serde_json::from_slice(request.body()).map_err(|_| refuse("InvalidRequestBody"))?;
    }
    let parameters = format!("{path:?} {given:?} {body}");
    let mut call = Call { cloud, settings, operation, now, caller, path, given, body, fate };
    if settings.strict {
        call.check_known()?;
    }
    let token = match (operation.writes, call.text("ClientToken").or_else(|| call.text("clientToken"))) {
        (true, Some(token)) if token.len() > 64 || !token.is_ascii() => {
            return Err(refuse("InvalidClientToken"));
        }
        (true, Some(token)) => Some(token.to_owned()),
        _ => None,
    };
    if let Some(token) = &token
        && let Some(used) = call.land().token(&call.caller.account, token)
        && now.duration_since(used.at) < settings.alibaba.token_life
    {
        let same = used.operation == operation.name && used.parameters == parameters;
        return if same { Ok(used.answer.clone()) } else { Err(refuse("IdempotentParameterMismatch")) };
    }
    let answer = match (operation.handle)(&mut call) {
        // A dry run that passes, and says so without a code.
        Err(refusal) if refusal.status == 200 => return Ok(json!({})),
        answer => answer?,
    };
    if let Some(token) = token {
        let record = ClientToken {
            account: call.caller.account.clone(),
            token,
            operation: operation.name.to_owned(),
            parameters,
            answer: answer.clone(),
            at: now,
        };
        call.change(Change::Token(Box::new(record)));
    }
    Ok(answer)
}

/// The answer on the wire.
pub(crate) fn respond(result: Result<Value, Refusal>, request: &Request<Bytes>, id: &str) -> Response<Bytes> {
    let (status, body, after) = match result {
        Ok(mut answer) => {
            answer["RequestId"] = uuid_of(id).into();
            (200, answer, None)
        }
        Err(refusal) => (refusal.status, refusal.body(&uuid_of(id), gate::host(request)), refusal.after),
    };
    answered(status, "application/json;charset=utf-8", body.to_string(), after, id)
}

fn answered(status: u16, kind: &'static str, body: String, after: Option<u64>, id: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    if let Some(after) = after {
        response.headers_mut().insert("x-acs-retry-after", HeaderValue::from(after));
    }
    mark(&mut response, id);
    response
}

/// Every answer has its id.
pub(crate) fn mark(response: &mut Response<Bytes>, id: &str) {
    if let Ok(id) = HeaderValue::from_str(&uuid_of(id)) {
        response.headers_mut().insert("x-acs-request-id", id);
    }
}

/// 32 digits as an upper-case UUID.
fn uuid_of(id: &str) -> String {
    let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    parts.join("-").to_uppercase()
}

/// What a fault answers instead, in the words of this cloud.
pub(crate) fn fault(
    error: &ErrorAnswer,
    request: &Request<Bytes>,
    settings: &Settings,
    id: &str,
) -> Response<Bytes> {
    let throttled = error.status == Some(429)
        || error
            .code
            .as_deref()
            .is_some_and(|code| code.starts_with("Throttling") || code == "EndPoint.0022");
    let mut refusal = match (&error.code, throttled) {
        (_, true) => {
            let throttling = settings.alibaba.throttling;
            let hint = error.retry_after.map_or(1000, |seconds| seconds * 1000);
            let refusal = refuse("Throttling.User");
            match throttling {
                Throttling::Hinted => Refusal { status: 429, after: Some(hint), ..refusal },
                Throttling::Bare => refusal,
            }
        }
        (Some(code), false) => refuse(code),
        (None, false) if error.status == Some(503) => refuse("ServiceUnavailable").status(503),
        (None, false) => refuse("InternalError").status(500),
    };
    refusal.status = error.status.filter(|_| !throttled).unwrap_or(refusal.status);
    if let Some(message) = &error.message {
        refusal.message.clone_from(message);
    }
    let body = refusal.body(&uuid_of(id), gate::host(request));
    let json = "application/json;charset=utf-8";
    match error.shape {
        Shape::ResultFalse => {
            answered(200, json, json!({ "RequestId": uuid_of(id), "Result": false }).to_string(), None, id)
        }
        Shape::Lower => {
            let body = json!({ "requestId": uuid_of(id), "code": refusal.code, "message": refusal.message });
            answered(refusal.status, json, body.to_string(), refusal.after, id)
        }
        Shape::Xml => {
            let text = format!(
                "<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>{}</RequestId><HostId>{}</HostId><Code>{}</Code><Message>{}</Message></Error>",
                uuid_of(id),
                gate::host(request),
                refusal.code,
                refusal.message
            );
            answered(refusal.status, "text/xml;charset=utf-8", text, refusal.after, id)
        }
        Shape::Html | Shape::Plain => answered(
            refusal.status,
            "text/html",
            format!("<html><body>{}</body></html>", refusal.message),
            None,
            id,
        ),
        Shape::Empty => answered(refusal.status, "text/plain", String::new(), None, id),
        Shape::Own | Shape::Flat | Shape::Nested | Shape::Gateway | Shape::Iam => {
            answered(refusal.status, json, body.to_string(), refusal.after, id)
        }
    }
}

impl Cloud {
    /// Makes the moves of this half that time has made by `now`.
    pub(crate) fn settle_alibaba(&mut self, now: Timestamp) {
        while let Some(change) = self.alibaba.due(now) {
            self.apply(cloud::Change::Alibaba(Box::new(change)));
        }
    }
}
