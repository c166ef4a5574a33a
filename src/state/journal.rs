//! The journal's words: entries, outcomes, and which entry may follow which. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::effect::{Call, Effect};
use super::recorded::{Origin, RecordedOutput};
use super::timing::Timing;
use crate::resource::{Address, Attributes, Fault, Identity, Object, ObjectId, ProviderName, RowSet, Value};

/// The number of an entry, counted from 1 without gaps.
pub type Seq = u64;

/// Permission for one writing call: its beginning is on disk. It cannot be copied, and ending it
/// uses it up, so there is at most one end; none at all reads back as uncertain.
#[derive(Debug)]
#[must_use = "a ticket is ended with its outcome; dropped, it reads back as uncertain"]
pub struct Ticket {
    pub(super) seq: Seq,
    pub(super) address: Address,
}

impl Ticket {
    /// The number of the entry that began the call.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The resource it is for.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// What is recorded with every object besides its attributes; it goes with the beginning, so that
/// an object found after a crash can be recorded whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The provider block.
    pub provider: ProviderName,
    /// Where the object lives.
    pub identity: Identity,
    /// The arguments given or defaulted.
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

/// The beginning of one writing call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The resource.
    pub address: Address,
    /// The whole effect of the step that the call belongs to.
    pub effect: Effect,
    /// The call.
    pub call: Call,
    /// Which of the step's calls it is, from 0.
    pub index: usize,
    /// How many calls the step has.
    pub of: usize,
    /// What to record with the object.
    pub binding: Binding,
    /// Whether it deletes a deposed object, so that the address keeps its current one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deposed: bool,
    /// When, by the cloud's clock as far as it is known.
    pub at: Timestamp,
    /// The mark that the call puts on what it makes, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

impl Begun {
    /// The id that its effect names; none for a create.
    pub fn id(&self) -> Option<&str> {
        match &self.effect {
            Effect::Create { .. } => None,
            Effect::Update { id, .. } | Effect::Delete { id, .. } => Some(id),
        }
    }

    /// The deposed object it is for, or none for the address's current one.
    pub fn slot(&self) -> Option<&str> {
        self.id().filter(|_| self.deposed)
    }
}

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The object is there with these attributes; `settling` while its effect is on the way.
    Made {
        /// The object.
        object: Object,
        /// Whether it is on the way.
        settling: bool,
    },
    /// The cloud itself calls the object failed.
    Tainted {
        /// The object.
        object: Object,
        /// What the cloud said.
        fault: Fault,
    },
    /// The object is gone; `settling` while the cloud is still deleting it.
    Gone {
        /// Whether it is on the way.
        settling: bool,
    },
    /// The cloud said no: nothing happened.
    Failed {
        /// What the cloud said.
        fault: Fault,
    },
    /// The API does not change this attribute in place: the next plan replaces.
    Unchangeable {
        /// The attribute.
        attribute: String,
        /// What the cloud said.
        fault: Fault,
    },
    /// Nobody knows whether it happened.
    Uncertain {
        /// What we saw instead of an answer.
        fault: Fault,
    },
}

/// The end of one writing call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The entry that began it.
    pub begun: Seq,
    /// What it came to.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A run opened the journal.
    Opened {
        /// What it does: `apply`, `destroy`, `import`, …
        operation: String,
        /// The digest of its plan.
        plan: String,
        /// When.
        at: Timestamp,
    },
    /// A writing call begins.
    Begun(Box<Begun>),
    /// It ended.
    Ended(Box<Ended>),
    /// An object was seen again: it settled, drifted, or a late attribute arrived.
    Seen {
        /// The resource.
        address: Address,
        /// The object's id; another id than the recorded one is an illegal move.
        id: ObjectId,
        /// All its attributes.
        attributes: Attributes,
        /// Whether its effect is still on the way.
        settling: bool,
        /// Set if the cloud calls it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taint: Option<Fault>,
    },
    /// What is recorded beside the attributes changed, without any call (a setting of ours, other
    /// dependencies, another provider block of the same identity).
    Bound {
        /// The resource.
        address: Address,
        /// What is recorded from now on.
        binding: Box<Binding>,
        /// Settings of ours that no API holds.
        settings: Attributes,
    },
    /// An existing object was bound to an address. Where it answers an uncertain beginning,
    /// `resolves` names it, and its origin is `made`.
    Adopted {
        /// The resource.
        address: Address,
        /// The object.
        object: Object,
        /// What is recorded with it.
        binding: Box<Binding>,
        /// How it came to us.
        origin: Origin,
        /// Whether its effect is still on the way.
        settling: bool,
        /// The beginning it is the answer to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resolves: Option<Seq>,
    },
    /// An uncertain beginning turned out to have had no effect, or its effect is otherwise known.
    Resolved {
        /// The beginning.
        begun: Seq,
        /// On which evidence, in words.
        evidence: String,
    },
    /// The address's object is no longer ours, or is gone. `deposed` names a deposed object's id.
    Forgotten {
        /// The resource.
        address: Address,
        /// Set for a deposed object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposed: Option<ObjectId>,
    },
    /// The address's current object was put aside to be deleted after its successor was made.
    Deposed {
        /// The resource.
        address: Address,
    },
    /// An object moved to another address.
    Moved {
        /// From here.
        from: Address,
        /// To here.
        to: Address,
    },
    /// The outputs, all of them.
    Outputs(BTreeMap<String, RecordedOutput>),
    /// How long the steps of this run took, by kind and action.
    Timed(BTreeMap<String, Timing>),
    /// The run ended by itself.
    Closed {
        /// When.
        at: Timestamp,
    },
}

/// An entry that may not follow what was there. Such an entry cannot be written, and a journal
/// that holds one is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} is not possible here: {why}")]
pub struct IllegalMove {
    /// The entry.
    pub seq: Seq,
    /// Why not.
    pub why: String,
}
