//! What is asked beyond the objects themselves, to find beforehand what a cloud would refuse.

use std::collections::BTreeMap;

use crate::provider::{Call, ReadFault};
use crate::resource::{Address, Kind, Object, ObjectId, ProviderName};

/// One question to a cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// Through which provider block.
    pub provider: ProviderName,
    /// About which kind.
    pub kind: Kind,
    /// What.
    pub what: AskWhat,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AskWhat {
    /// All objects of the project.
    All,
    /// One object, which may not be there.
    One(ObjectId),
    /// A lookup with one argument. Its answer is one object without an id.
    Lookup(String, String),
}

/// A call that is only tried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The resource whose step begins with it.
    pub address: Address,
    /// Through which provider block.
    pub provider: ProviderName,
    /// The call.
    pub call: Call,
}

/// The answers. A question that failed is kept with its fault: what is not known is said, and stops
/// nothing.
pub type Answers = BTreeMap<Ask, Result<Vec<Object>, ReadFault>>;
