//! Objects: the things in the cloud that stand for resources.

use serde::{Deserialize, Serialize};

use super::Attributes;

/// The cloud's id of an object; for an object without one, what its API names it by
/// (`SERVICE/ENDPOINT` for a connection).
pub type ObjectId = String;

/// Where an object lives. Objects of other identities are never looked for, so a wrong credential
/// cannot look like a mass deletion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The account's id.
    pub account: String,
    /// The project's id (empty for a cloud without projects).
    pub project: String,
    /// The region's id.
    pub region: String,
}

/// One object as the API answered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The cloud's id.
    pub id: ObjectId,
    /// Every attribute of its kind that the answer held.
    pub attributes: Attributes,
    /// Which intent made it, if the answer says so. Evidence of one reading: never recorded.
    #[serde(skip)]
    pub mark: Mark,
}

impl Object {
    /// An object of which nothing is known but what the cloud calls it and what it is like.
    pub fn new(id: impl Into<ObjectId>, attributes: Attributes) -> Object {
        Object { id: id.into(), attributes, mark: Mark::Unsaid }
    }
}

/// What an answer says about the intent that made an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing: the answer does not hold what would say it.
    #[default]
    Unsaid,
    /// That it was made without a mark.
    Unmarked,
    /// The mark of its intent.
    Of(String),
}

/// A failure of the world, in the cloud's own words, ready to be shown and to be recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The cloud's code, such as `EndPoint.3006`; empty where none came.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The cloud's message.
    pub message: String,
    /// What the code means, from the error table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// What the user can do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// The request id that the cloud's support will ask for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

impl Fault {
    /// A fault with only a message.
    pub fn message(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), ..Fault::default() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.code.is_empty() {
            write!(f, "{}: ", self.code)?;
        }
        f.write_str(self.message.trim_end_matches('.'))?;
        if !self.request_id.is_empty() {
            write!(f, " (request {})", self.request_id)?;
        }
        Ok(())
    }
}
