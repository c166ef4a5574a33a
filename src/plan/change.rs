//! What happens to one address, in the words of people. Never read by `apply`.

use serde::{Deserialize, Serialize};

use super::StepId;
use crate::diagnostic::Place;
use crate::resource::{Address, ObjectId, ProviderName, Value};

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
            Action::Read => "read",
        }
    }
}

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Nothing there.
    Absent,
    /// The value.
    Value(Value),
    /// Known only after apply; with the expression it comes from, where that helps.
    Unknown(String),
    /// There is one, and it must not be shown.
    Sensitive,
}

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The attribute.
    pub attribute: String,
    /// What it is.
    pub before: Shown,
    /// What it will be.
    pub after: Shown,
    /// Set if this attribute forces a replacement, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// Why an action was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// It is desired and not recorded.
    New,
    /// It was there, and somebody else deleted it.
    DeletedOutside,
    /// Attributes differ.
    Differs,
    /// An attribute cannot be changed in place.
    CannotUpdate,
    /// The API refused to change an attribute in place.
    Refused,
    /// The cloud calls it failed, or it is being deleted by somebody else.
    Tainted,
    /// `--replace`.
    Requested,
    /// `replace_triggered_by`.
    Triggered,
    /// Another account, project or region.
    Moved,
    /// It is no longer in the configuration.
    NotDesired,
    /// `destroy`.
    Destroy,
    /// It is there already.
    AlreadyThere,
    /// An interrupted run made it.
    Interrupted,
    /// It is gone already, or goes with another object.
    Gone,
    /// Its arguments are known only after apply.
    LateArguments,
    /// A leftover of a replacement.
    Deposed,
}

/// Why, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// For programs.
    pub code: ReasonCode,
    /// For people: a clause without a full stop, such as "`vpc_id` cannot be changed in place".
    pub text: String,
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

/// What others did to an object since our last apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The address.
    pub address: Address,
    /// The object.
    pub id: ObjectId,
    /// Whether the object is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// What moved: `before` as recorded, `after` as it is.
    pub differences: Vec<Difference>,
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
