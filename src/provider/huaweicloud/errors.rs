//! What an error answer says: its code in any of the shapes seen, and what the code means (VPCEP
//! API reference, sections 7.1 to 7.3; the table is `errors.tsv`).

use std::sync::LazyLock;

use http::{HeaderMap, StatusCode};
use serde_json::Value as Json;

use crate::provider::error_table::ErrorTable;
use crate::provider::verdict::{ErrorAnswer, class_by_status, plain, retry_by_status};
use crate::provider::{Class, Explained};
use crate::resource::Fault;

/// Codes are compared without regard to case (trap 21).
static TABLE: LazyLock<ErrorTable> = LazyLock::new(|| ErrorTable::read(include_str!("errors.tsv")));

/// What a code means; `2003` alone is taken for `EndPoint.2003`.
pub fn explain(code: &str) -> Option<&'static Explained> {
    TABLE.get(code).or_else(|| TABLE.get(&format!("EndPoint.{code}")))
}

/// The attribute that the API refuses to change in place after all (section 10).
const UNCHANGEABLE: [(&str, &str); 2] = [("EndPoint.3054", "port_id"), ("EndPoint.3055", "ip")];

/// Reads an answer that is no success, of any shape.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ErrorAnswer {
    let (code, message, body_id) = read_body(status, body);
    let row = explain(&code);
    let class = row.map_or_else(|| class_by_status(status), |row| row.class);
    let header_id = headers.get("x-request-id").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let unchangeable = UNCHANGEABLE.iter().find(|(refusal, _)| refusal.eq_ignore_ascii_case(&code));
    ErrorAnswer {
        status,
        // A gateway may throttle with any code.
        class: if status == StatusCode::TOO_MANY_REQUESTS { Class::Throttle } else { class },
        retry: row.map_or_else(|| retry_by_status(status), |row| row.retry),
        vouched: code.to_ascii_lowercase().starts_with("endpoint."),
        unchangeable: unchangeable.map(|(_, attribute)| *attribute),
        fault: Fault {
            meaning: row.map_or_else(String::new, |row| row.meaning.to_owned()),
            advice: row.map_or_else(String::new, |row| row.action.to_owned()),
            code,
            message,
            request_id: header_id.or(body_id).unwrap_or_default(),
        },
    }
}

/// Code, message and request id, looked for in the order of the vendor's SDK (section 7.2).
fn read_body(status: StatusCode, body: &[u8]) -> (String, String, Option<String>) {
    let text = String::from_utf8_lossy(body);
    let json: Option<Json> = serde_json::from_slice(body).ok();
    let found = json.as_ref().and_then(|json| {
        let nested = json.as_object().into_iter().flat_map(|fields| fields.values());
        std::iter::once(json).chain(nested).find_map(pair)
    });
    let id = json.as_ref().and_then(|json| word(json, "request_id"));
    match found {
        Some((code, message)) => (code, message, id),
        None => {
            let name = status.canonical_reason().unwrap_or("an unknown status");
            let message = format!("HTTP {} {name}", status.as_u16());
            let shown = plain(&text);
            let message = if shown.is_empty() { message } else { format!("{message}: {shown}") };
            (String::new(), message, id)
        }
    }
}

fn pair(json: &Json) -> Option<(String, String)> {
    [
        ("error_code", "error_msg"),
        ("errorCode", "errorMsg"),
        ("error_code", "error_message"),
        ("code", "message"),
    ]
    .iter()
    .find_map(|(code, message)| Some((word(json, code)?, word(json, message)?)))
}

/// A field as text; IAM's codes are numbers (trap 50).
fn word(json: &Json, field: &str) -> Option<String> {
    match json.get(field)? {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The fault that a failed object tells of in its `error` (shapes e and f, trap 20).
pub(super) fn resource_fault(error: &Json) -> Option<Fault> {
    let entry = match error {
        Json::Array(entries) => entries.first()?,
        other => other,
    };
    let (code, message) = pair(entry).or_else(|| {
        Some((String::new(), word(entry, "error_message").or_else(|| word(entry, "message"))?))
    })?;
    let row = explain(&code);
    Some(Fault {
        meaning: row.map_or_else(String::new, |row| row.meaning.to_owned()),
        advice: row.map_or_else(String::new, |row| row.action.to_owned()),
        code,
        message,
        request_id: String::new(),
    })
}

/// What a route-table answer says about tables that could not be bound or unbound (shape g,
/// trap 34); none if all went well.
pub(super) fn partial_fault(body: &Json) -> Option<Fault> {
    let entries = body.get("error")?.as_array()?;
    let mut said = Vec::new();
    for entry in entries {
        for (field, verb) in [("bind_failed", "bound"), ("unbind_failed", "unbound")] {
            for table in entry.get(field).and_then(Json::as_array).into_iter().flatten() {
                let id = word(table, "id").unwrap_or_default();
                let why = word(table, "error_message").unwrap_or_else(|| "no reason given".to_owned());
                said.push(format!("route table {id} was not {verb}: {why}"));
            }
        }
    }
    (!said.is_empty()).then(|| Fault {
        advice: "Correct the route tables; those that are not named were changed.".to_owned(),
        ..Fault::message(said.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: &str) -> ErrorAnswer {
        let headers = [(http::HeaderName::from_static("x-request-id"), "req-1".parse().unwrap())];
        read(StatusCode::from_u16(status).unwrap(), &headers.into_iter().collect(), body.as_bytes())
    }

    #[test]
    fn every_shape_is_read() {
        for (status, body, code, message, class) in [
            (400, r#"{"error_code":"EndPoint.2003","error_msg":"m"}"#, "EndPoint.2003", "m", Class::Missing),
            (
                400,
                r#"{"error":{"code":"EndPoint.2003","message":"m"}}"#,
                "EndPoint.2003",
                "m",
                Class::Missing,
            ),
            (401, r#"{"error":{"code":401,"message":"m","title":"Unauthorized"}}"#, "401", "m", Class::Auth),
            (
                401,
                r#"{"error_code":"APIGW.0301","error_msg":"m","request_id":"r"}"#,
                "APIGW.0301",
                "m",
                Class::Auth,
            ),
            (400, r#"{"errorCode":"endpoint.1018","errorMsg":"m"}"#, "endpoint.1018", "m", Class::Quota),
            (
                403,
                r#"{"error":{"errorCode":"X.1","errorMsg":"m","encoded_authorization_message":"e"}}"#,
                "X.1",
                "m",
                Class::Auth,
            ),
            (
                502,
                "<html><h1>Bad\nGateway</h1></html>",
                "",
                "HTTP 502 Bad Gateway: Bad Gateway",
                Class::Internal,
            ),
            (503, "", "", "HTTP 503 Service Unavailable", Class::Internal),
            (400, r#"{"error_code":"EndPoint.0022","error_msg":"m"}"#, "EndPoint.0022", "m", Class::Throttle),
            (429, r#"{"error_code":"APIGW.0308","error_msg":"m"}"#, "APIGW.0308", "m", Class::Throttle),
            (504, r#"{"error_code":"EndPoint.0011","error_msg":"m"}"#, "EndPoint.0011", "m", Class::Input),
            (409, r#"{"error_code":"EndPoint.9999","error_msg":"m"}"#, "EndPoint.9999", "m", Class::Conflict),
        ] {
            let answer = answer(status, body);
            let fault = &answer.fault;
            assert_eq!(
                (fault.code.as_str(), fault.message.as_str(), answer.class),
                (code, message, class),
                "{body}"
            );
            assert_eq!(fault.request_id, "req-1");
        }
    }

    #[test]
    fn only_the_service_itself_can_say_that_something_is_missing() {
        assert!(answer(404, r#"{"error_code":"EndPoint.2006","error_msg":"m"}"#).is_missing());
        assert!(answer(400, r#"{"error":{"code":"Endpoint.2003","message":"m"}}"#).is_missing());
        assert!(answer(404, r#"{"error_code":"EndPoint.9998","error_msg":"m"}"#).is_missing());
        for body in ["", "<h1>404</h1>", r#"{"error_code":"APIGW.0101","error_msg":"no such API"}"#] {
            assert!(!answer(404, body).is_missing(), "{body}");
        }
    }

    #[test]
    fn the_table_is_whole_and_explained_in_any_case() {
        assert_eq!(TABLE.len(), 156);
        let row = explain("endpoint.1018").unwrap();
        assert_eq!((row.code, row.status, row.class, row.retry), ("Endpoint.1018", 400, Class::Quota, false));
        assert_eq!(explain("2004").unwrap().code, "EndPoint.2004");
        assert!(explain("2004").unwrap().retry);
        assert_eq!(explain("0008"), None);
    }

    #[test]
    fn objects_tell_of_their_own_failure() {
        for error in [
            json!([{"error_code": "EndPoint.2022", "error_message": "m"}]),
            json!([{"code": "EndPoint.2022", "message": "m"}]),
        ] {
            let fault = resource_fault(&error).unwrap();
            assert_eq!((fault.code.as_str(), fault.message.as_str()), ("EndPoint.2022", "m"));
            assert_eq!(fault.meaning, "Building the endpoint failed.");
        }
        assert_eq!(resource_fault(&json!([])), None);
    }

    #[test]
    fn a_partial_failure_names_the_tables() {
        let body = json!({"routetables": [], "error": [
            {"bind_failed": [{"id": "t1", "error_message": "not found"}], "unbind_failed": [{"id": "t2"}]}
        ]});
        assert_eq!(
            partial_fault(&body).unwrap().message,
            "route table t1 was not bound: not found; route table t2 was not unbound: no reason given"
        );
        assert_eq!(partial_fault(&json!({"error": [{"bind_failed": [], "unbind_failed": []}]})), None);
        assert_eq!(partial_fault(&json!({"routetables": []})), None);
    }
}
