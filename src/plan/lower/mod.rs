//! From what each address needs to the steps that do it.
//!
//! Every address gets at most one step that makes its new state (`makes`) and one that ends its old
//! object (`ends`); the edges between them are the whole order of the plan:
//!
//! - what makes an address waits for what makes the addresses it needs;
//! - what ends an object waits for what ends its dependents, and for those that let go of it;
//! - what was put aside ends after its successor is there, unless it is in the way;
//! - a replacement ends first and makes then, or the other way round;
//! - of a shared set, *grant* is what makes it, *revoke* waits for the dependents that leave;
//! - what the end of another object ends too is only forgotten, after that end.

mod changes;
mod ends;
mod order;
mod record;
mod situation;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::changes::changes;
use self::situation::{fingerprints, is_absent, left_open, leftovers, marking};
use super::select::Selected;
use super::walk::{Item, Proposal, Situation};
use super::{
    Action, Handle, Keep, Plan, PlanMode, Selection, StepAction, guard, outputs, picture, preflight, risk,
};
use crate::diagnostic::Diagnostic;
use crate::diff::Need;
use crate::expr::Worth;
use crate::resource::{Address, ObjectId, ProviderName};

/// The values that a plan must not hold, beside it.
#[derive(Clone, Default, PartialEq)]
pub struct Secrets(pub BTreeMap<Handle, Worth>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A step that has no number yet. Its place in `Lowering::drafts` names it.
struct Draft {
    address: Address,
    provider: ProviderName,
    action: StepAction,
    keep: Keep,
    timeout_s: u64,
    completes: Option<Address>,
}

/// An object by its kind and id.
type ObjectKey = (String, String);

#[derive(Default)]
struct Lowering {
    drafts: Vec<Draft>,
    /// The step after which an address is as desired.
    makes: BTreeMap<Address, usize>,
    /// The step after which an address's old object is gone.
    ends: BTreeMap<Address, usize>,
    /// The step that takes members out of an address's set.
    revokes: BTreeMap<Address, usize>,
    /// The steps that end what replacements have put aside at an address, by its id.
    aside: BTreeMap<Address, Vec<(ObjectId, usize)>>,
    /// Steps that only forget, since another object's end is theirs too: that object, and its address.
    covered: BTreeMap<usize, (ObjectKey, Address)>,
    /// What the plan ends.
    ending: BTreeMap<ObjectKey, Address>,
    /// What each resource completes.
    completes: BTreeMap<Address, Address>,
    edges: Vec<(usize, usize)>,
    secrets: Secrets,
}

/// Turns a proposal into a plan.
///
/// # Errors
/// Why the plan is refused: protected objects, selections that name nothing, loops.
pub fn lower(
    on: Situation<'_>,
    proposal: &Proposal,
    selection: &Selection,
    simulated: bool,
) -> Result<(Plan, Secrets), Vec<Diagnostic>> {
    let selected = Selected::new(selection, proposal, on.mode)?;
    let create_first = guard::create_first(proposal, &selected, on.recorded, on.catalog);
    let faults = guard::check(proposal, &selected, &create_first, on.catalog);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut lowering = Lowering::default();
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        if let (Need::Delete | Need::Replace, Some(id)) = (item.delta.need, &item.delta.id) {
            lowering.ending.insert((address.kind().to_string(), id.clone()), address.clone());
        }
    }
    for (address, object) in leftovers(&on, &selected).filter(|(a, o)| !is_absent(&on, a, o)) {
        lowering.ending.insert((address.kind().to_string(), object.id.clone()), address.clone());
    }
    for (other, by) in &proposal.links.completed_by {
        lowering.completes.extend(by.iter().map(|address| (address.clone(), other.clone())));
    }
    lowering.resolved_beginnings(&on);
    lowering.late_lookups(proposal, &selected);
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        lowering.steps_of(&on, proposal, address, item, create_first.contains(address));
    }
    lowering.deposed(&on, &selected);
    lowering.resolve_first();
    lowering.order(&on, proposal, &selected, &create_first);
    let (steps, numbers) = lowering.numbered(proposal)?;

    let changes = changes(&on, proposal, &selected, &create_first, &lowering, &numbers);
    // What was not chosen stays as it is, if it is there at all.
    let stays = |address: &Address, item: &Item| match selected.has(address) {
        true => item.delta.need == Need::Nothing,
        false => item.delta.id.is_some(),
    };
    let unchanged = proposal.items.iter().filter(|(address, item)| stays(address, item)).count();
    let mut plan = Plan {
        stack: on.configuration.stack.clone(),
        simulated,
        mode: on.mode,
        selection: selection.clone(),
        configuration: on.configuration.digest.clone(),
        revision: on.recorded.revision.clone(),
        seq: on.recorded.seq,
        identities: on.live.identities.clone(),
        fingerprints: if on.passing { BTreeMap::new() } else { fingerprints(&on) },
        changes,
        unchanged,
        left_open: left_open(&on),
        marking: marking(&on),
        drift: proposal.drift.clone(),
        steps,
        diagnostics: proposal.warnings.clone(),
        picture: Arc::new(match on.passing {
            true => picture::Picture::default(),
            false => picture::picture(&on, proposal, &selected),
        }),
        ..Plan::default()
    };
    if on.mode == PlanMode::RefreshOnly {
        plan.changes.retain(|c| c.action == Action::Forget);
    }
    outputs::plan(&on, proposal, &mut plan, &mut lowering.secrets);
    plan.risk = risk::assess(&on, proposal, &plan);
    let foreseen = preflight::foresee(&on, proposal, &selected, &plan.steps);
    plan.diagnostics.extend(foreseen.findings);
    plan.unseen = foreseen.unseen;
    Ok((plan, lowering.secrets))
}

impl Lowering {
    fn push(&mut self, draft: Draft) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }
}
