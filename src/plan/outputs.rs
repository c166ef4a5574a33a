//! What the outputs will be worth.

use std::collections::{BTreeMap, BTreeSet};

use super::walk::{Proposal, Situation};
use super::{
    Handle, HandleSource, OutputChange, Plan, PlanInput, PlanMode, PlannedOutput, Secrets, Shown, StepAction,
};
use crate::expr::{Deferred, Reference, Views, Worth};
use crate::resource::{Address, Block, Value};

/// Fills in the plan's outputs: what they will be worth, and what changes.
pub(super) fn plan(on: &Situation<'_>, proposal: &Proposal, plan: &mut Plan, secrets: &mut Secrets) {
    let made: BTreeSet<Address> = plan
        .steps
        .iter()
        .filter(|s| {
            !matches!(
                s.action,
                StepAction::Record { .. } | StepAction::Forget { .. } | StepAction::Delete { .. }
            )
        })
        .map(|s| s.address.clone())
        .collect();
    for (name, (input, sensitive)) in &proposal.outputs {
        let worth = match &input.worth {
            Worth::Deferred(deferred)
                if !deferred.needs.iter().any(|n| comes_to_be_known(&made, proposal, n)) =>
            {
                Worth::Known(without_what_stays_unknown(deferred, proposal))
            }
            worth => worth.clone(),
        };
        let before = on.recorded.outputs.get(name);
        let shown_before = before.map_or(Shown::Absent, |o| Shown::of(&o.value, o.sensitive || *sensitive));
        let changed = match (&worth, before) {
            (Worth::Known(value), Some(before)) => *value != before.value || before.sensitive != *sensitive,
            // An output that is nothing yet is no news.
            (Worth::Known(value), None) => !value.is_null(),
            (Worth::Deferred(_), _) => true,
        };
        if changed {
            let after = match &worth {
                Worth::Known(value) => Shown::of(value, *sensitive),
                Worth::Deferred(_) if *sensitive => Shown::Sensitive,
                Worth::Deferred(deferred) => {
                    Shown::Unknown(deferred.source.as_str().unwrap_or_default().to_owned())
                }
            };
            plan.outputs.push(OutputChange { name: name.clone(), before: shown_before, after });
        }
        let planned = if *sensitive {
            // An output has no address; its name stands where an attribute's would.
            let address = Block::data("output", name).instance(None);
            let handle = Handle { from: HandleSource::Configuration, address, attribute: name.clone() };
            secrets.0.insert(handle.clone(), worth);
            PlanInput::Secret(handle)
        } else {
            match worth {
                Worth::Known(value) => PlanInput::Known(value),
                Worth::Deferred(deferred) => PlanInput::Deferred(deferred),
            }
        };
        plan.results.insert(name.clone(), PlannedOutput { worth: planned, sensitive: *sensitive });
    }
    if on.mode == PlanMode::RefreshOnly && proposal.outputs.is_empty() {
        return;
    }
    for (name, before) in &on.recorded.outputs {
        if !proposal.outputs.contains_key(name) {
            plan.outputs.push(OutputChange {
                name: name.clone(),
                before: Shown::of(&before.value, before.sensitive),
                after: Shown::Absent,
            });
        }
    }
}

/// Whether any step of the plan makes an attribute known.
fn comes_to_be_known(made: &BTreeSet<Address>, proposal: &Proposal, need: &Reference) -> bool {
    let completing = proposal.links.completed_by.get(&need.address).into_iter().flatten();
    std::iter::once(&need.address).chain(completing).any(|address| made.contains(address))
}

/// The worth of an output when what is unknown stays so: null in its place.
fn without_what_stays_unknown(deferred: &Deferred, proposal: &Proposal) -> Value {
    let mut views: BTreeMap<Block, Views> = BTreeMap::new();
    for need in &deferred.needs {
        let block = &need.address.block;
        if let (false, Some(known)) = (views.contains_key(block), proposal.views.get(block)) {
            let mut known = known.clone();
            for view in known.values_mut() {
                for name in std::mem::take(&mut view.unknown) {
                    view.known.set(name, Value::Null);
                }
            }
            views.insert(block.clone(), known);
        }
    }
    deferred.resolve(&views).map(|(value, _)| value).unwrap_or_default()
}
