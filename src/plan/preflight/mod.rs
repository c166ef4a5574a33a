//! What the clouds would refuse, found before anything is sent: from what was read for the plan, the
//! kinds' [`Preflight`], and a few questions more. What is certain to be refused is an error, which
//! keeps the plan from being applied; what depends on more than can be seen is a warning.
//!
//! Architecture invariant: no cloud's name stands here. Each file holds one rule: what it has to ask,
//! and what it finds.
//!
//! [`Preflight`]: crate::resource::Preflight

mod accounts;
mod admission;
mod dry_runs;
mod exclusive;
mod exists;
mod in_use;
mod limits;
mod locked;
mod networks;
mod quota;
mod scene;
mod sorts;
mod targets;
mod together;
mod unseen;
mod within;

use std::collections::BTreeSet;

pub use self::dry_runs::{dry_runs, heard};
use self::scene::Scene;
use super::select::Selected;
use super::walk::{Proposal, Situation};
use super::{PlanMode, Selection, Step};
use crate::diagnostic::{Diagnostic, Severity};
use crate::refresh::Ask;

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Foreseen {
    /// Refusals, the certain ones first.
    pub(super) findings: Vec<Diagnostic>,
    /// What cannot be seen from outside, each a clause.
    pub(super) unseen: Vec<String>,
}

/// What has to be asked before a proposal is turned into a plan.
pub fn asks(on: Situation<'_>, proposal: &Proposal, selection: &Selection) -> BTreeSet<Ask> {
    let mut asks = BTreeSet::new();
    let Ok(selected) = Selected::new(selection, proposal, on.mode) else { return asks };
    if on.mode == PlanMode::RefreshOnly {
        return asks;
    }
    let scene = Scene::new(&on, proposal, &selected);
    in_use::asks(&scene, &mut asks);
    if !scene.changed.is_empty() {
        quota::asks(&scene, &mut asks);
        exclusive::asks(&scene, &mut asks);
        targets::asks(&scene, &mut asks);
        exists::asks(&scene, &mut asks);
        admission::asks(&scene, &mut asks);
        accounts::asks(&scene, &mut asks);
    }
    asks
}

/// What the clouds would refuse of a plan with these steps.
pub(super) fn foresee(
    on: &Situation<'_>,
    proposal: &Proposal,
    selected: &Selected,
    steps: &[Step],
) -> Foreseen {
    let mut foreseen = Foreseen::default();
    if on.mode == PlanMode::RefreshOnly {
        return foreseen;
    }
    let scene = Scene::new(on, proposal, selected);
    let found = &mut foreseen.findings;
    in_use::find(&scene, steps, found);
    if !scene.changed.is_empty() {
        locked::find(&scene, found);
        together::find(&scene, found);
        limits::find(&scene, found);
        exclusive::find(&scene, found);
        sorts::find(&scene, found);
        within::find(&scene, found);
        networks::find(&scene, found);
        quota::find(&scene, steps, found, &mut foreseen.unseen);
        accounts::find(&scene, found);
        targets::find(&scene, found, &mut foreseen.unseen);
        exists::find(&scene, found, &mut foreseen.unseen);
        admission::find(&scene, found, &mut foreseen.unseen);
    }
    unseen::find(&scene, &mut foreseen.unseen);
    foreseen.findings.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
    });
    foreseen
}
