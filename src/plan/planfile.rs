//! The plan file: JSON, self-contained for a review, sealed so that a change of it is noticed.

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::{Plan, StepId};
use crate::resource::hex;

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
    let plan = serde_json::from_value(Json::Object(body)).map_err(|e| not_a_plan(&e))?;
    match steps_fit(&plan) {
        Ok(()) => Ok(plan),
        Err(why) => Err(not_a_plan(&why)),
    }
}

/// Whether steps are in order and whoever names one names one that is there. Anybody can seal a
/// file, so what relies on it would else break where nothing can be said any more.
fn steps_fit(plan: &Plan) -> Result<(), String> {
    for (number, step) in (1..).zip(&plan.steps) {
        if step.id != StepId(number) {
            return Err(format!("the step in place {number} is {}", step.id));
        }
        if let Some(first) = step.after.iter().find(|first| first.0 == 0 || **first >= step.id) {
            return Err(format!("{} waits for {first}, which is not before it", step.id));
        }
    }
    let changes = plan.changes.iter().flat_map(|change| &change.steps);
    let risky = plan.risk.irreversible.keys().chain(plan.risk.estimate.iter().flat_map(|e| &e.path));
    match changes.chain(risky).find(|id| id.0 == 0 || id.index() >= plan.steps.len()) {
        Some(missing) => Err(format!("there is no step {missing}")),
        None => Ok(()),
    }
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
    hex(&Sha256::digest(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Keep, Step, StepAction};

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

    fn step(id: u32, after: &[u32]) -> Step {
        Step {
            id: StepId(id),
            address: "vpcep_service.a".parse().expect("an address"),
            provider: "owner".into(),
            action: StepAction::Forget { deposed: None },
            after: after.iter().copied().map(StepId).collect(),
            keep: Keep::default(),
            timeout_s: 1,
            completes: None,
        }
    }

    #[test]
    fn a_sealed_file_whose_steps_do_not_fit_is_refused() {
        let plan = |steps: &[Step]| Plan { steps: steps.to_vec(), ..Plan::default() };
        let risky = |id| {
            let mut plan = plan(&[step(1, &[])]);
            plan.risk.irreversible.insert(StepId(id), "gone for good".into());
            plan
        };
        for (plan, why) in [
            (plan(&[step(1, &[]), step(2, &[1])]), None),
            (plan(&[step(0, &[])]), Some("the step in place 1 is s0")),
            (plan(&[step(1, &[]), step(1, &[])]), Some("the step in place 2 is s1")),
            (plan(&[step(1, &[1])]), Some("s1 waits for s1, which is not before it")),
            (plan(&[step(1, &[]), step(2, &[0])]), Some("s2 waits for s0, which is not before it")),
            (risky(1), None),
            (risky(2), Some("there is no step s2")),
            (risky(0), Some("there is no step s0")),
        ] {
            let told = read(write(&plan).as_bytes()).err();
            assert_eq!(told, why.map(|why| PlanFileFault::NotAPlan(why.to_owned())));
        }
    }
}
