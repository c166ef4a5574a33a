//! What happens to one address, in the words of people. Never read by `apply`.

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::diagnostic::Place;
use crate::diff::{Difference, Reason, Shown};
use crate::resource::{Address, ObjectId, ProviderName};

/// What happens to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The object is deleted.
    Delete,
    /// The object is deleted, then made anew.
    DeleteThenCreate,
    /// The object is made anew, then the old one is deleted.
    CreateThenDelete,
    /// The object is changed in place.
    Update,
    /// An object is made.
    Create,
    /// An existing object is bound to the address, without any call.
    Adopt,
    /// The address is let go of, without any call.
    Forget,
    /// An object that an earlier run began is waited for.
    Await,
    /// A lookup that can be done only while applying.
    Read,
}

impl Action {
    /// Whether the object is replaced by another one.
    pub fn is_replace(self) -> bool {
        matches!(self, Action::DeleteThenCreate | Action::CreateThenDelete)
    }

    /// The action in one word.
    pub fn word(self) -> &'static str {
        match self {
            Action::Delete => "delete",
            Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
            Action::Update => "update",
            Action::Create => "create",
            Action::Adopt => "adopt",
            Action::Forget => "forget",
            Action::Await => "await",
            Action::Read => "read",
        }
    }
}

/// What happens to one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The address.
    pub address: Address,
    /// The provider block.
    pub provider: ProviderName,
    /// The action.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// Where the author asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The object it is done to, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ObjectId>,
    /// What differs; for a creation every argument, for a deletion every one that was set.
    pub differences: Vec<Difference>,
    /// What else a reader should know, each a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The steps that do it, in order.
    pub steps: Vec<StepId>,
}

/// What happens to one output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputChange {
    /// Its name.
    pub name: String,
    /// What it was.
    pub before: Shown,
    /// What it will be.
    pub after: Shown,
}
