//! The simulator's own paths, `/_sim/…`: look at the world and the requests, set faults and settings, move time.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::faults::FaultRules;
use super::huaweicloud::query_pairs;
use super::settings::Settings;
use super::simulator::Simulator;
use super::world::World;

/// What the paths are, for people.
const INDEX: &str = "\
GET    /_sim/world      the world as YAML; POST loads another
GET    /_sim/requests   counts by operation, and the latest requests (?operation=NAME&last=N)
GET    /_sim/faults     the fault rules; POST (YAML or JSON) replaces them, DELETE removes them
GET    /_sim/settings   the settings; POST (YAML or JSON) changes those that it names
GET    /_sim/clock      the time; POST {\"advance\": \"90s\"} moves it on
POST   /_sim/reset      back to the beginning
";

/// Answers a control request.
pub(crate) fn handle(sim: &Simulator, request: &Request<Bytes>) -> Response<Bytes> {
    let text = || std::str::from_utf8(request.body()).map_err(|_| "the body is not UTF-8".to_owned());
    let result = match (request.method(), request.uri().path()) {
        (&Method::GET, "/_sim/") => Ok(plain("text/plain", INDEX.to_owned())),
        (&Method::GET, "/_sim/world") => Ok(plain("application/yaml", sim.world_yaml())),
        (&Method::POST, "/_sim/world") => text().and_then(|text| load(sim, text)),
        (&Method::GET, "/_sim/requests") => Ok(requests(sim, request.uri().query().unwrap_or_default())),
        (&Method::GET, "/_sim/faults") => Ok(json_answer(&json!(sim.state().faults.rules()))),
        (&Method::POST, "/_sim/faults") => text().and_then(|text| {
            let rules = FaultRules::from_yaml(text)?;
            let count = rules.rules.len();
            sim.set_faults(rules);
            Ok(json_answer(&json!({ "rules": count })))
        }),
        (&Method::DELETE, "/_sim/faults") => {
            sim.set_faults(FaultRules::default());
            Ok(json_answer(&json!({ "rules": 0 })))
        }
        (&Method::GET, "/_sim/settings") => Ok(json_answer(&json!(sim.state().settings))),
        (&Method::POST, "/_sim/settings") => text().and_then(|text| change_settings(sim, text)),
        (&Method::GET, "/_sim/clock") => Ok(json_answer(&json!({ "now": sim.clock().now() }))),
        (&Method::POST, "/_sim/clock") => text().and_then(|text| advance(sim, text)),
        (&Method::POST, "/_sim/reset") => sim.state().reset().map(|()| json_answer(&json!({}))),
        (_, path) if INDEX.contains(&format!("{path} ")) => {
            return status(405, "this path has other methods");
        }
        _ => return status(404, "no such control path; GET /_sim/ lists them"),
    };
    result.unwrap_or_else(|reason| status(400, &reason))
}

fn load(sim: &Simulator, text: &str) -> Result<Response<Bytes>, String> {
    sim.state().load(World::from_yaml(text)?)?;
    Ok(json_answer(&json!({})))
}

/// Settings that are named change; the others stay.
fn change_settings(sim: &Simulator, text: &str) -> Result<Response<Bytes>, String> {
    let wanted: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let mut state = sim.state();
    let mut merged = json!(state.settings);
    merge(&mut merged, wanted);
    let settings: Settings = serde_json::from_value(merged).map_err(|error| error.to_string())?;
    state.settings = settings;
    Ok(json_answer(&json!(state.settings)))
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn advance(sim: &Simulator, text: &str) -> Result<Response<Bytes>, String> {
    let body: Value = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    let by = body["advance"].as_str().ok_or("say how far: {\"advance\": \"90s\"}")?;
    sim.clock().advance(by.parse::<SignedDuration>().map_err(|error| error.to_string())?);
    Ok(json_answer(&json!({ "now": sim.clock().now() })))
}

fn requests(sim: &Simulator, query: &str) -> Response<Bytes> {
    let pairs = query_pairs(query);
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (operation, last) =
        (value("operation"), value("last").and_then(|text| text.parse().ok()).unwrap_or(100));
    let state = sim.state();
    let fitting: Vec<_> =
        state.log.latest().filter(|entry| operation.is_none_or(|wanted| entry.operation == wanted)).collect();
    let latest = &fitting[fitting.len().saturating_sub(last)..];
    json_answer(&json!({ "total": state.log.total(), "counts": state.log.counts(), "requests": latest }))
}

fn json_answer(body: &Value) -> Response<Bytes> {
    plain("application/json", body.to_string())
}

fn plain(kind: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn status(code: u16, message: &str) -> Response<Bytes> {
    let mut response = json_answer(&json!({ "error": message }));
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
    response
}
