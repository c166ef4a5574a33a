//! What a cloud says itself of the calls of a plan, where its API takes dry runs. A step is tried out
//! by the calls that its provider says can be, if they are known in full and the step waits for no other one:
//! what comes later meets a cloud that earlier steps have changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::{Plan, PlanInput, Step, StepAction};
use crate::provider::{self, Class, Effect, ReadFault};
use crate::refresh::Trial;
use crate::resource::{Address, Attributes};

/// The calls that can be tried out, in the order of the steps.
pub fn dry_runs(plan: &Plan) -> Vec<Trial> {
    // What goes on with a call that was begun may find its own earlier work there.
    let resumed: BTreeSet<&Address> = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, StepAction::Resolve { .. }))
        .map(|step| &step.address)
        .collect();
    // What is refused for certain need not be tried.
    let refused: BTreeSet<&Address> = plan
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .filter_map(|finding| finding.address.as_ref())
        .collect();
    let tried = |step: &&Step| !resumed.contains(&step.address) && !refused.contains(&step.address);
    let fresh = plan.steps.iter().filter(tried);
    fresh.flat_map(|step| trials(plan, step)).collect()
}

fn trials(plan: &Plan, step: &Step) -> Vec<Trial> {
    let Some(effect) = effect(plan, step) else { return Vec::new() };
    let trial = |call| Trial { address: step.address.clone(), provider: step.provider.clone(), call };
    provider::triable(step.address.kind(), &effect).into_iter().map(trial).collect()
}

/// What a step does, if it is known in full and waits for nothing.
fn effect(plan: &Plan, step: &Step) -> Option<Effect> {
    if step.after.iter().any(|id| !plan.step(*id).action.is_bookkeeping()) {
        return None;
    }
    match &step.action {
        StepAction::Create { want, .. } => Some(Effect::Create { want: known(want)? }),
        StepAction::Update { id, have, want, .. } => {
            Some(Effect::Update { id: id.clone(), have: known(have)?, want: known(want)? })
        }
        _ => None,
    }
}

/// All values, if each of them is known and may be shown.
fn known(inputs: &BTreeMap<String, PlanInput>) -> Option<Attributes> {
    let mut all = Attributes::new();
    for (name, input) in inputs {
        match input {
            PlanInput::Known(value) if value.is_null() => {}
            PlanInput::Known(value) => drop(all.set(name, value.clone())),
            PlanInput::Deferred(_) | PlanInput::Secret(_) => return None,
        }
    }
    Some(all)
}

/// Puts into the plan what the cloud said: refusals, and what it did not say.
pub fn heard(plan: &mut Plan, answers: Vec<(Trial, Result<(), ReadFault>)>) {
    let mut untold: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for (trial, answer) in answers {
        let Err(fault) = answer else { continue };
        if passes(&fault) {
            untold.entry(fault.fault.to_string()).or_default().push(trial.address);
        } else {
            plan.diagnostics.push(refused(plan, &trial, &fault));
        }
    }
    let told = untold.into_iter().map(|(fault, who)| {
        let who: Vec<&Address> = who.iter().collect();
        format!("whether the cloud takes {}, which it was asked ({fault})", crate::plan::links::list(&who))
    });
    plan.unseen.extend(told);
}

/// Whether it says nothing of the call itself.
fn passes(fault: &ReadFault) -> bool {
    matches!(fault.class, Class::State | Class::Throttle | Class::Internal | Class::Transport)
}

fn refused(plan: &Plan, trial: &Trial, fault: &ReadFault) -> Diagnostic {
    let text = format!("{}: asked beforehand, the cloud refuses it: {}", trial.address, fault.fault);
    Diagnostic::error("The cloud would refuse it", text)
        .at(plan.place_of(&trial.address).cloned())
        .about(&trial.address)
        .hint(match fault.fault.advice.as_str() {
            "" => "correct what the message names, and plan again",
            advice => advice,
        })
}
