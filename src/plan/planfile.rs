//! The plan file: JSON, self-contained for a review, sealed so that a change of it is noticed.

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::Plan;

/// The version of the format.
pub const FORMAT: u64 = 1;

/// Why a plan file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileFault {
    /// It is no plan file, or a damaged one.
    #[error("this is no plan file, or a damaged one: {0}")]
    NotAPlan(String),
    /// It is of another version.
    #[error("the plan file has format {found}, and this program reads format {FORMAT}: plan again")]
    Format {
        /// The version found.
        found: u64,
    },
    /// It was changed after it was written.
    #[error("the plan file was changed after it was written (its seal does not fit): plan again")]
    Seal,
}

/// The digest of a plan: what an approval binds to.
pub fn digest(plan: &Plan) -> String {
    seal(&body(plan))
}

/// The plan as a file. The same plan gives the same bytes.
pub fn write(plan: &Plan) -> String {
    let mut body = body(plan);
    let seal = seal(&body);
    body.insert("seal".into(), seal.into());
    let mut text = serde_json::to_string_pretty(&Json::Object(body)).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a plan file.
///
/// # Errors
/// Why it cannot be used; a file that was changed is refused.
pub fn read(bytes: &[u8]) -> Result<Plan, PlanFileFault> {
    let not_a_plan = |e: &dyn std::fmt::Display| PlanFileFault::NotAPlan(e.to_string());
    let json: Json = serde_json::from_slice(bytes).map_err(|e| not_a_plan(&e))?;
    let Json::Object(mut body) = json else { return Err(not_a_plan(&"it is not a JSON object")) };
    let found = body.get("format").and_then(Json::as_u64).ok_or_else(|| not_a_plan(&"it has no `format`"))?;
    if found != FORMAT {
        return Err(PlanFileFault::Format { found });
    }
    let given = body.remove("seal");
    if given.as_ref().and_then(Json::as_str) != Some(seal(&body).as_str()) {
        return Err(PlanFileFault::Seal);
    }
    body.remove("format");
    let revision = Json::Object(Map::from_iter(
        ["lineage", "serial"].into_iter().filter_map(|k| Some((k.to_owned(), body.remove(k)?))),
    ));
    body.insert("revision".into(), revision);
    if let Some(digest) = body.remove("digest") {
        body.insert("configuration".into(), digest);
    }
    serde_json::from_value(Json::Object(body)).map_err(|e| not_a_plan(&e))
}

/// The plan under the names of the file.
fn body(plan: &Plan) -> Map<String, Json> {
    let mut body = match serde_json::to_value(plan) {
        Ok(Json::Object(body)) => body,
        _ => Map::new(),
    };
    body.insert("format".into(), FORMAT.into());
    if let Some(Json::Object(revision)) = body.remove("revision") {
        body.extend(revision);
    }
    if let Some(digest) = body.remove("configuration") {
        body.insert("digest".into(), digest);
    }
    body
}

fn seal(body: &Map<String, Json>) -> String {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_back_and_a_changed_file_is_refused() {
        let plan = Plan { stack: "link".into(), seq: 7, ..Plan::default() };
        let text = write(&plan);
        assert_eq!(read(text.as_bytes()), Ok(plan.clone()));
        assert_eq!(write(&plan), text);
        assert_eq!(read(text.replace("link", "lonk").as_bytes()), Err(PlanFileFault::Seal));
        assert_eq!(
            read(text.replace("\"format\": 1", "\"format\": 9").as_bytes()),
            Err(PlanFileFault::Format { found: 9 })
        );
        for bad in ["", "[]", "{}", "{\"format\":1}", "nonsense"] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
