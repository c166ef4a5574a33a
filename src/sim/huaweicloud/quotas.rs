//! Quotas and versions (VPCEP API reference, sections 5.1 and 5.6.1).

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};

/// `GET /quotas`.
pub(crate) fn quotas(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let project = call.param("project");
    let quota = call.settings.quota.unwrap_or_else(|| call.cloud.ground.quota_of(project));
    let holdings = call.cloud.holdings.get(project);
    let (services, endpoints) =
        holdings.map_or((0, 0), |holdings| (holdings.services.len(), holdings.endpoints.len()));
    let endpoint = json!({ "type": "endpoint", "used": endpoints, "quota": quota.endpoint });
    let service = json!({ "type": "endpoint_service", "used": services, "quota": quota.endpoint_service });
    let resources = match call.query.get("type") {
        None => vec![endpoint, service],
        Some("endpoint") => vec![endpoint],
        Some("endpoint_service") => vec![service],
        Some(_) => return Err(refuse("3070")),
    };
    Ok(Answer::json(200, &json!({ "quotas": { "resources": resources } })))
}

fn version_object(host: &str, id: &str) -> Option<Value> {
    let (number, updated) = match id {
        "v1" => ("1", "2018-09-30T00:00:00Z"),
        "v2" => ("2", "2020-03-30T00:00:00Z"),
        _ => return None,
    };
    Some(json!({ "id": id, "status": "CURRENT", "version": number, "min_version": "", "updated": updated,
        "links": [{ "rel": "self", "type": "application/json", "href": format!("http://{host}/{id}") }] }))
}

/// `GET /`.
pub(crate) fn versions(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let versions: Vec<Value> = ["v1", "v2"].iter().filter_map(|id| version_object(&call.host, id)).collect();
    Ok(Answer::json(200, &json!({ "versions": versions })))
}

/// `GET /{version}`.
pub(crate) fn version(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let version = version_object(&call.host, call.param("version")).ok_or_else(|| refuse("0005"))?;
    Ok(Answer::json(200, &json!({ "version": version })))
}
