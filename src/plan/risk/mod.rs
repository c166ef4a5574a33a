//! What a plan puts at risk: computed from what was read, explained in sentences, part of the plan.
//!
//! Every figure comes from the proposal, the live objects, the record and the kinds' [`Stakes`]; no
//! clock is asked, so the same inputs give the same risk.
//!
//! [`Stakes`]: crate::resource::Stakes

mod estimate;
mod hazards;
mod limits;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::walk::{Proposal, Situation};
use super::{Action, Plan, StepAction, StepId};
use crate::diagnostic::Place;
use crate::resource::{Address, Change as Changing, ObjectId, ProviderName};

use estimate::Timetable;

pub use estimate::Estimate;
pub use limits::Exceeded;

/// How much somebody who approves should worry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is lost.
    #[default]
    Low,
    /// Others will notice, or something cannot be undone.
    Medium,
    /// Live connections are cut, or more is destroyed than the limits allow.
    High,
}

impl Level {
    /// The level in one word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
        }
    }
}

/// What is at stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardKind {
    /// Live connections are cut.
    CutsConnections,
    /// Names or addresses that others keep are lost.
    LosesNames,
    /// A change in place that others feel.
    Felt,
}

/// One connection that is lost, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumer {
    /// The resource that stands for it.
    pub address: Address,
    /// Its object.
    pub id: ObjectId,
    /// The account whose traffic it is.
    pub account: String,
    /// The provider block that leads to this account, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderName>,
    /// How many seconds there is no connection, from the end of the old one until a new one stands;
    /// none where the plan makes no new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_s: Option<u64>,
}

impl Consumer {
    /// "`shop` (account 5fc9…)", or the account alone where no provider block leads to it.
    pub fn whose(&self) -> String {
        match &self.provider {
            Some(provider) => format!("`{provider}` (account `{}`)", self.account),
            None => format!("account `{}`", self.account),
        }
    }
}

/// So many values, consumers and outputs are written out in a sentence.
const WRITTEN_OUT: usize = 4;

impl Kept {
    /// What it is, and its first values.
    pub fn told(&self) -> String {
        if self.values.is_empty() {
            return format!("{} (sensitive)", self.what);
        }
        let values: Vec<String> = self.values.iter().map(|value| format!("`{value}`")).collect();
        format!("{} {}", self.what, few(&values))
    }
}

/// The first few, and how many more there are.
fn few(texts: &[String]) -> String {
    let more = texts.len().saturating_sub(WRITTEN_OUT);
    let first = texts[..texts.len() - more].join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// Something of an object that others use to reach it, and that goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What it is: "the address".
    pub what: String,
    /// Its values; none where they must not be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// One thing that is at stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// How bad it is.
    pub level: Level,
    /// What it is.
    pub kind: HazardKind,
    /// The address whose change it comes from.
    pub address: Address,
    /// Where the author asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// It in a sentence.
    pub text: String,
    /// For a change in place: what it does, and how those whom it cuts off come back, a clause each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<String>,
    /// How many live connections are concerned.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub connections: u64,
    /// Those of them that this stack knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumers: Vec<Consumer>,
    /// Whether there may be more connections: the cloud did not say how many there are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
    /// What others use to reach the object, and lose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// The outputs that change with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
}

/// How much of what is recorded goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Recorded objects.
    pub objects: u64,
    /// Those that are deleted for good.
    pub deleted: u64,
    /// Those that another one replaces.
    pub replaced: u64,
}

/// What a plan puts at risk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What is at stake, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<Hazard>,
    /// How much goes.
    pub share: Share,
    /// Resources that do not change themselves and depend on one that is deleted, replaced or
    /// changed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reached: BTreeSet<Address>,
    /// Steps that cannot be taken back, each with why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub irreversible: BTreeMap<StepId, String>,
    /// The limits that the plan goes beyond.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceeded: Vec<Exceeded>,
    /// How long it will take; none where nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
}

impl Risk {
    /// How much somebody who approves should worry.
    pub fn level(&self) -> Level {
        let hazards = self.hazards.iter().map(|hazard| hazard.level).max().unwrap_or_default();
        let exceeded = if self.exceeded.is_empty() { Level::Low } else { Level::High };
        let final_steps = if self.irreversible.is_empty() { Level::Low } else { Level::Medium };
        hazards.max(exceeded).max(final_steps)
    }

    /// How many live connections are cut; one that is cut in two ways counts once.
    pub fn connections_cut(&self) -> u64 {
        let cuts = || self.hazards.iter().filter(|hazard| hazard.kind == HazardKind::CutsConnections);
        let known: BTreeSet<&Address> = cuts().flat_map(|cut| &cut.consumers).map(|c| &c.address).collect();
        let others = cuts().map(|cut| cut.connections.saturating_sub(cut.consumers.len() as u64));
        known.len() as u64 + others.sum::<u64>()
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The risk of a plan whose changes and steps are set.
pub(super) fn assess(on: &Situation<'_>, proposal: &Proposal, plan: &Plan) -> Risk {
    let recorded = |action: fn(Action) -> bool| {
        let goes =
            plan.changes.iter().filter(|c| action(c.action) && on.recorded.objects.contains_key(&c.address));
        goes.count() as u64
    };
    let share = Share {
        objects: on.recorded.objects.len() as u64,
        deleted: recorded(|action| action == Action::Delete),
        replaced: recorded(Action::is_replace),
    };
    let table = Timetable::of(&plan.steps, &on.recorded.timings, on.catalog);
    let mut risk = Risk {
        hazards: hazards::find(on, proposal, plan, &table),
        share,
        reached: reached(proposal, plan),
        irreversible: irreversible(on, proposal, plan),
        exceeded: Vec::new(),
        estimate: table.estimate(&plan.steps),
    };
    risk.exceeded = limits::exceeded(&on.configuration.limits, plan.mode, &risk);
    risk
}

/// What stays as it is and depends on what does not.
fn reached(proposal: &Proposal, plan: &Plan) -> BTreeSet<Address> {
    let moves = |action: Action| matches!(action, Action::Delete | Action::Update) || action.is_replace();
    let moved = plan.changes.iter().filter(|c| moves(c.action)).map(|c| c.address.clone());
    let mut reached = proposal.links.dag.closure_of_dependents(moved);
    for change in &plan.changes {
        reached.remove(&change.address);
    }
    reached
}

/// Steps that nothing brings back to what was before.
fn irreversible(on: &Situation<'_>, proposal: &Proposal, plan: &Plan) -> BTreeMap<StepId, String> {
    let mut found = BTreeMap::new();
    for step in &plan.steps {
        let schema = on.catalog.schema(&step.address.block);
        match &step.action {
            // What exists with its parent can be made again as it was.
            StepAction::Delete { .. } if !schema.adopts => {
                let why = "the object does not come back: another one has another id";
                found.insert(step.id, why.to_owned());
            }
            StepAction::Update { .. } => {
                let changed = proposal.items.get(&step.address).map(|item| &item.delta.changed);
                let one_way = changed.into_iter().flatten().find_map(|name| {
                    let attribute = schema.attribute(name)?;
                    matches!(attribute.change, Changing::OneWay(..)).then_some(name)
                });
                if let Some(name) = one_way {
                    found.insert(step.id, format!("`{name}` goes one way: going back takes another object"));
                }
            }
            _ => {}
        }
    }
    found
}
