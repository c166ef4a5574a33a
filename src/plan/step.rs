//! One effect on one address, for the executor.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::expr::Deferred;
use crate::resource::{Address, Object, ObjectId, ProviderName, RowSet, Value};
use crate::state::{Origin, Seq};

/// The number of a step in its plan, from 1, shown as `s1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

impl StepId {
    /// Its place in [`Plan::steps`](super::Plan::steps).
    pub fn index(self) -> usize {
        self.0 as usize - 1
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// Where a value that a plan must not hold is found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Handle {
    /// Evaluate the configuration again, or look into the record.
    pub from: HandleSource,
    /// The resource.
    pub address: Address,
    /// The attribute.
    pub attribute: String,
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandleSource {
    /// The desired value, from configuration and environment.
    Configuration,
    /// The live value, read again.
    Live,
}

/// One value of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanInput {
    /// Known.
    Known(Value),
    /// Known after other steps.
    Deferred(Box<Deferred>),
    /// Not for a plan to hold.
    Secret(Handle),
}

/// Which half of an update of a shared set a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All of it.
    #[default]
    Whole,
    /// What is added: before the objects that it admits.
    Grant,
    /// What is taken away: after the objects that leave.
    Revoke,
}

/// What the executor does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// Make an object. With `deposes`, the address's present object is put aside first, to be
    /// deleted by a later step.
    Create {
        /// The arguments.
        want: BTreeMap<String, PlanInput>,
        /// Whether it is the first half of a create-first replacement.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deposes: bool,
    },
    /// Change an object in place.
    Update {
        /// The object.
        id: ObjectId,
        /// The arguments as they are.
        have: BTreeMap<String, PlanInput>,
        /// The arguments as they shall be.
        want: BTreeMap<String, PlanInput>,
        /// Which part of the update this is.
        part: Part,
        /// Set for an object that is not recorded yet: it is bound first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        adopt: Option<Object>,
    },
    /// End an object.
    Delete {
        /// The object.
        id: ObjectId,
        /// Its attributes.
        have: BTreeMap<String, PlanInput>,
        /// Whether it is a deposed object, so the address keeps its present one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deposed: bool,
    },
    /// Bind an existing object, without any call.
    Adopt {
        /// The object as it is recorded.
        object: Object,
        /// How it came to us.
        origin: Origin,
        /// The uncertain beginning it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolves: Option<Seq>,
    },
    /// Wait for an object whose creation or change is still on the way.
    Await {
        /// The object.
        id: ObjectId,
    },
    /// A data lookup.
    Read {
        /// Its arguments.
        args: BTreeMap<String, PlanInput>,
    },
    /// Bring the record up to date with what was read; no call.
    Record {
        /// The object.
        id: ObjectId,
        /// Its attributes.
        attributes: BTreeMap<String, PlanInput>,
    },
    /// Let go of the address; no call.
    Forget {
        /// Set for a deposed object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposed: Option<ObjectId>,
    },
    /// Note that an uncertain beginning had no effect, or that its effect is known; no call.
    Resolve {
        /// The beginning.
        begun: Seq,
        /// On which evidence.
        evidence: String,
    },
}

impl StepAction {
    /// The step in one word.
    pub fn word(&self) -> &'static str {
        match self {
            StepAction::Create { .. } => "create",
            StepAction::Update { part: Part::Whole, .. } => "update",
            StepAction::Update { part: Part::Grant, .. } => "grant",
            StepAction::Update { part: Part::Revoke, .. } => "revoke",
            StepAction::Delete { .. } => "delete",
            StepAction::Adopt { .. } => "adopt",
            StepAction::Await { .. } => "await",
            StepAction::Read { .. } => "read",
            StepAction::Record { .. } => "record",
            StepAction::Forget { .. } => "forget",
            StepAction::Resolve { .. } => "resolve",
        }
    }

    /// Whether it only writes to our record; such steps are not shown as work.
    pub fn is_bookkeeping(&self) -> bool {
        matches!(
            self,
            StepAction::Record { .. }
                | StepAction::Forget { .. }
                | StepAction::Resolve { .. }
                | StepAction::Adopt { .. }
        )
    }
}

/// One effect on one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// The address.
    pub address: Address,
    /// The provider block.
    pub provider: ProviderName,
    /// What is done.
    pub action: StepAction,
    /// The steps that must have succeeded before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepId>,
    /// What is recorded with the object.
    pub keep: Keep,
    /// The deadline in seconds.
    pub timeout_s: u64,
    /// The resource that this one completes: it is read again afterwards, and its late attributes
    /// are known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completes: Option<Address>,
}

/// What is recorded with an object besides its attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// The arguments given or defaulted.
    #[serde(default, skip_serializing_if = "RowSet::is_empty")]
    pub arguments: RowSet<SmolStr>,
    /// The attributes that must not be shown.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
    /// What the resource depends on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<Address>,
    /// Worth of the replacement triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, Value>,
    /// The author's wish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prevent_destroy: bool,
    /// The deadline of its deletion in seconds, if the author set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_timeout_s: Option<u64>,
}

/// What an output will be worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOutput {
    /// Its worth; what stays unknown in the end is null.
    pub worth: PlanInput,
    /// Whether it must not be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}
