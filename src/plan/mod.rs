//! The immutable decision: changes for people, steps for the executor.
//!
//! Everything is decided here, by pure code. `walk` evaluates each resource in order and asks
//! `diff` what it needs; `lower` turns the changes into steps; `apply` has nothing left to choose.
//!
//! Architecture invariant: `plan` does no IO and does not know that HTTP exists.

pub mod adoption;
pub mod blocks;
mod change;
pub mod compare;
mod event;
mod guard;
mod links;
mod lower;
mod approve;
mod outputs;
pub mod picture;
pub mod planfile;
pub mod preflight;
pub mod representation;
pub mod risk;
mod select;
mod source;
pub mod statement;
mod step;
pub mod uncertain;
pub mod verdict;
pub mod walk;

pub use crate::config::{Bound, Limit};
pub use crate::diff::{Difference, Drift, Reason, ReasonCode, Response, Shown};
pub use approve::{Approval, Approved, Refusal};
pub use change::{Action, Change, OutputChange};
pub use event::{Event, StepEnd};
pub use lower::{Secrets, lower};
pub use picture::Picture;
pub use risk::Risk;
pub use select::{Selected, replaced};
pub use source::Source;
pub use step::{Handle, HandleSource, Keep, Part, PlanInput, PlannedOutput, Step, StepAction, StepId};
pub use uncertain::{Answer, Answers, Leftover};
pub use verdict::Verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place};
use crate::resource::{Address, Identity, ProviderName};
use crate::state::{Revision, Seq};

/// What kind of plan was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanMode {
    /// Make the world as desired.
    #[default]
    Normal,
    /// End everything recorded.
    Destroy,
    /// Only bring the record up to date.
    RefreshOnly,
}

/// What was selected on the command line, as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Only these addresses and what they need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// Not these addresses nor what needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Replace these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replace: Vec<String>,
    /// What the user says about interrupted creations.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
}

/// The decision. It is a value: the same inputs give the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The stack.
    pub stack: String,
    /// Whether it was made against the simulated cloud.
    pub simulated: bool,
    /// The kind of plan.
    pub mode: PlanMode,
    /// What was selected.
    pub selection: Selection,
    /// What it was made from, as a reader wants to know it.
    #[serde(default, skip_serializing_if = "Source::is_unknown")]
    pub source: Source,
    /// Digest of the configuration without credentials.
    pub configuration: String,
    /// The revision of the state it was made from.
    pub revision: Revision,
    /// The number of the last journal entry it was made from.
    pub seq: Seq,
    /// The provider blocks that mark what they make (`mark: true`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub marking: BTreeSet<ProviderName>,
    /// Where each provider block that was contacted leads.
    pub identities: BTreeMap<ProviderName, Identity>,
    /// A digest of each live object that was read, so that apply can say what moved.
    pub fingerprints: BTreeMap<Address, String>,
    /// What happens to each address, for people; sorted. Addresses without a change are not here.
    pub changes: Vec<Change>,
    /// How many resources stay as they are.
    pub unchanged: usize,
    /// What an interrupted run left open, and what became of it; in the order of beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_open: Vec<Leftover>,
    /// What others did since the last apply.
    pub drift: Vec<Drift>,
    /// What happens to the outputs.
    pub outputs: Vec<OutputChange>,
    /// What it puts at risk.
    pub risk: Risk,
    /// What apply does, in an order that respects `after`.
    pub steps: Vec<Step>,
    /// What the outputs are worth when the steps are done; all of them.
    pub results: BTreeMap<String, PlannedOutput>,
    /// Warnings, and what the clouds would refuse.
    pub diagnostics: Vec<Diagnostic>,
    /// What nobody outside the clouds can see, each a clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
    /// What the user's rules say of it.
    #[serde(default)]
    pub verdict: Verdict,
    /// Everything else that a reader may ask for: all resources, and what was declared.
    #[serde(default)]
    pub picture: Arc<Picture>,
}

impl Plan {
    /// Whether there is nothing to do for a user: no changes and no changed outputs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.outputs.is_empty()
    }

    /// The step with an id.
    ///
    /// # Panics
    /// If the plan has no such step: ids come from the plan itself.
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.index()]
    }

    /// Where an address is declared, if it is among the changes.
    pub fn place_of(&self, address: &Address) -> Option<&Place> {
        self.changes.iter().find(|change| change.address == *address)?.place.as_ref()
    }

    /// How many addresses each action has, in the order of [`Action`].
    pub fn counts(&self) -> BTreeMap<Action, usize> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            *counts.entry(change.action).or_default() += 1;
        }
        counts
    }
}
