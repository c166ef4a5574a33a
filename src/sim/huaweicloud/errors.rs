//! How a request is refused: the codes of VPCEP, of the gateway in front of it and of IAM, each in its own shape.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Value, json};

use crate::sim::settings::ErrorShape;

/// The code table (VPCEP API reference, section 7.1), one row a line.
const TABLE: &str = include_str!("errors.tsv");

/// What a code means on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

static ROWS: LazyLock<BTreeMap<&'static str, Row>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t');
        let (status, code, message) = (columns.next()?.parse().ok()?, columns.next()?, columns.next()?);
        Some((code.split_once('.')?.1, Row { status, code, message }))
    });
    rows.collect()
});

/// The row of a code, by its number: `"3006"`.
pub(crate) fn row(number: &str) -> Option<Row> {
    ROWS.get(number).copied()
}

/// All rows.
#[cfg(test)]
pub(crate) fn rows() -> impl Iterator<Item = Row> {
    ROWS.values().copied()
}

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// By VPCEP, with a row of its table.
    Vpcep(Row),
    /// By the gateway.
    Gateway { status: u16, code: &'static str, message: String },
    /// By IAM.
    Iam { status: u16, message: String },
    /// The path is known, the method is not.
    Method(String),
}

/// The refusal with this code of VPCEP.
pub(crate) fn refuse(number: &str) -> Refusal {
    Refusal::Vpcep(row(number).expect("a code of the table (please report)"))
}

/// The gateway's refusal of credentials (VPCEP API reference, section 7.2).
pub(crate) fn unauthenticated(tail: &str) -> Refusal {
    let message = format!("Incorrect IAM authentication information: {tail}");
    Refusal::Gateway { status: 401, code: "APIGW.0301", message }
}

impl Refusal {
    pub(crate) fn status(&self) -> StatusCode {
        let status = match self {
            Refusal::Vpcep(row) => row.status,
            Refusal::Gateway { status, .. } | Refusal::Iam { status, .. } => *status,
            Refusal::Method(_) => 405,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body, in the shape that its speaker uses (VPCEP API reference, section 7.2).
    pub(crate) fn body(&self, shape: ErrorShape, request_id: &str) -> Value {
        match self {
            Refusal::Vpcep(row) => vpcep_body(row.code, row.message, shape),
            Refusal::Gateway { code, message, .. } => {
                json!({ "error_code": code, "error_msg": message, "request_id": request_id })
            }
            Refusal::Iam { status, message } => {
                let title = self.status().canonical_reason().unwrap_or("Error");
                json!({ "error": { "code": status, "message": message, "title": title } })
            }
            Refusal::Method(_) => json!({
                "error_code": "APIGW.0101",
                "error_msg": "The API does not exist or has not been published in the environment",
                "request_id": request_id
            }),
        }
    }
}

/// A VPCEP error body in one of its two shapes.
pub(crate) fn vpcep_body(code: &str, message: &str, shape: ErrorShape) -> Value {
    match shape {
        ErrorShape::Flat => json!({ "error_code": code, "error_msg": message }),
        ErrorShape::Nested => json!({ "error": { "code": code, "message": message } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let by_status = |status| rows().filter(|row| row.status == status).count();
        assert_eq!(rows().count(), 156);
        assert_eq!([400, 401, 403, 404, 500, 504].map(by_status), [140, 1, 1, 10, 1, 3]);
        assert_eq!(row("1018").unwrap().code, "Endpoint.1018");
        assert_eq!(row("3006").unwrap().message, "The endpoint service is being used.");
    }

    #[test]
    fn each_speaker_has_its_shape() {
        let flat = refuse("2003").body(ErrorShape::Flat, "r1");
        assert_eq!(
            flat,
            json!({"error_code": "EndPoint.2003", "error_msg": "The endpoint service does not exist."})
        );
        let nested = refuse("2003").body(ErrorShape::Nested, "r1");
        assert_eq!(nested["error"]["code"], "EndPoint.2003");
        let gateway = unauthenticated("token expires").body(ErrorShape::Nested, "r1");
        assert_eq!((&gateway["error_code"], &gateway["request_id"]), (&json!("APIGW.0301"), &json!("r1")));
        let iam = Refusal::Iam { status: 401, message: "no".into() }.body(ErrorShape::Flat, "r1");
        assert_eq!(iam["error"]["code"], 401);
    }
}
