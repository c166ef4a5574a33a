//! The user, who is asked what no evidence tells: which object an interrupted creation made. Whoever
//! looks into the console sees it, so the answers are right.

use std::collections::BTreeMap;

use landbridge::ops::{Failure, PlanOptions};
use landbridge::plan::Selection;
use landbridge::plan::uncertain::{Answer, Answers};
use landbridge::resource::Attributes;
use landbridge::sim::{Endpoint, EndpointStatus};
use landbridge::state::{Effect, Recorded};

use super::trouble::is_theirs;
use crate::common::Journey;

/// The same options, with the answers to what is asked.
pub(super) async fn answering(journey: &Journey, options: PlanOptions) -> PlanOptions {
    if journey.recorded().pending.is_empty() {
        return options; // nothing can be asked
    }
    let Err(Failure::Diagnostics(faults)) = journey.plan_with(&options).await else { return options };
    let asked: Vec<&str> = faults
        .iter()
        .filter(|fault| fault.summary == "An interrupted creation cannot be told apart")
        .map(|fault| fault.hint.as_str())
        .collect();
    if asked.is_empty() {
        return options;
    }
    let answers = known(journey, &asked);
    let selection = Selection { answers, ..options.selection };
    PlanOptions { selection, ..options }
}

/// What each creation that is asked about made: of the objects that nobody has, the oldest that is
/// as it was wanted.
fn known(journey: &Journey, asked: &[&str]) -> Answers {
    let recorded = journey.recorded();
    let world = journey.sim.world();
    let mut free: Vec<&Endpoint> = world
        .endpoints
        .iter()
        .filter(|e| e.status != EndpointStatus::Deleting && !is_theirs(e.id) && !has(&recorded, e))
        .collect();
    free.sort_by_key(|e| (e.created_at, e.id));
    let mut answers = BTreeMap::new();
    for pending in recorded.pending.values() {
        let address = &pending.begun.address;
        let Effect::Create { want } = &pending.begun.effect else { continue };
        if !asked.iter().any(|hint| hint.contains(&format!("'{address}'"))) {
            continue;
        }
        let made = free.iter().position(|e| is_wanted(want, e)).map(|at| free.remove(at));
        let object = made.map(|e| e.id.to_string());
        answers.insert(address.clone(), Answer { object, place: None });
    }
    Answers(answers)
}

fn has(recorded: &Recorded, endpoint: &Endpoint) -> bool {
    recorded.every_object().any(|(_, object)| object.id == endpoint.id.to_string())
}

fn is_wanted(want: &Attributes, endpoint: &Endpoint) -> bool {
    let subnet = endpoint.subnet_id.map(|id| id.to_string());
    want.text("endpoint_service_id") == Some(&endpoint.service_id.to_string())
        && want.text("subnet_id") == subnet.as_deref()
        && want.get("enable_dns").and_then(|value| value.as_bool()) == Some(endpoint.enable_dns)
}
