//! Error answers that a fault asks for, in every shape that is seen in front of the service.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::faults::{ErrorAnswer, Shape};
use super::huaweicloud::errors::{row, vpcep_body};
use super::settings::{ErrorShape, Settings};
use super::simulator::mark;

impl ErrorAnswer {
    pub(crate) fn response(&self, settings: &Settings, id: &str) -> Response<Bytes> {
        let known = self.code.as_deref().and_then(|code| row(code.split_once('.')?.1));
        let status = self.status.or(known.map(|row| row.status)).unwrap_or(500);
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let reason = status.canonical_reason().unwrap_or("Error");
        let code = self.code.as_deref().unwrap_or(if status.as_u16() == 429 {
            "APIGW.0308"
        } else {
            "EndPoint.0001"
        });
        let message = self.message.as_deref().or(known.map(|row| row.message)).unwrap_or(reason);
        let (kind, body) = match self.shape {
            Shape::Own | Shape::ResultFalse | Shape::Lower | Shape::Xml => {
                ("application/json", vpcep_body(code, message, settings.error_shape).to_string())
            }
            Shape::Flat => ("application/json", vpcep_body(code, message, ErrorShape::Flat).to_string()),
            Shape::Nested => ("application/json", vpcep_body(code, message, ErrorShape::Nested).to_string()),
            Shape::Gateway => (
                "application/json",
                json!({"error_code": code, "error_msg": message, "request_id": id}).to_string(),
            ),
            Shape::Iam => {
                let error = json!({ "code": status.as_u16(), "message": message, "title": reason });
                ("application/json", json!({ "error": error }).to_string())
            }
            Shape::Html => {
                let page = format!(
                    "<html>\n<head><title>{0} {reason}</title></head>\n<body>{message}</body>\n</html>\n",
                    status.as_u16()
                );
                ("text/html", page)
            }
            Shape::Plain => ("text/plain", format!("{message}\n")),
            Shape::Empty => ("", String::new()),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        if !kind.is_empty() {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        mark(&mut response, id);
        response
    }
}
