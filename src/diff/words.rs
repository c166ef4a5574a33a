//! What a comparison says, in words that can be shown and saved.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Place;
use crate::resource::{Address, ObjectId, Value};

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
    /// Where the author gives it, if it differs from what is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// It does not differ: a replacement shows all that the new object will be. Of two values that
    /// must not be shown nobody could tell otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same: bool,
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
    /// It was there before, and the user wants it under this address.
    Imported,
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

/// What others did to an object since our last apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The address.
    pub address: Address,
    /// The object.
    pub id: ObjectId,
    /// Where the author asks for it, if they still do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether the object is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// What moved: `before` as recorded, `after` as it is.
    pub differences: Vec<Difference>,
    /// What the configuration makes of it.
    #[serde(default)]
    pub answer: Response,
}

/// What the configuration makes of drift: what a plan does about it that is not for the record alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// It was not worked out.
    #[default]
    Unsaid,
    /// Nothing: it asks for nothing else than what is there now.
    Agrees,
    /// It wants these attributes otherwise, and they can be put back in place.
    PutsBack(BTreeSet<String>),
    /// It wants an object where this one is gone, or another one in its place.
    MakesAnew,
    /// It wants no such object any more.
    Ends,
}

impl Shown {
    /// A value as it may be shown.
    pub fn of(value: &Value, sensitive: bool) -> Shown {
        match value {
            Value::Null => Shown::Absent,
            _ if sensitive => Shown::Sensitive,
            value => Shown::Value(value.clone()),
        }
    }

    /// What an input will be worth, as far as it may be shown.
    pub fn input(input: &crate::expr::Input) -> Shown {
        match &input.worth {
            crate::expr::Worth::Known(value) => Shown::of(value, input.sensitive),
            crate::expr::Worth::Deferred(_) if input.sensitive => Shown::Sensitive,
            crate::expr::Worth::Deferred(deferred) => Shown::Unknown(match &deferred.source {
                Value::String(text) => text.clone(),
                _ => String::new(),
            }),
        }
    }
}

impl Reason {
    /// A reason in words.
    pub fn new(code: ReasonCode, text: impl Into<String>) -> Reason {
        Reason { code, text: text.into() }
    }
}
