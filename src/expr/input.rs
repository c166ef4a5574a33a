//! What an attribute is to be worth: known now, or deferred until other steps have run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::resource::{Address, RowSet, Rows, Value};

/// An attribute of one resource instance that was read: `vpcep_service.payments` and `id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The instance.
    pub address: Address,
    /// Its attribute; empty where the whole object was read.
    pub attribute: SmolStr,
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.attribute.is_empty() {
            return self.address.fmt(f);
        }
        write!(f, "{}.{}", self.address, self.attribute)
    }
}

/// The worth of one attribute, as far as it is known while planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// Known, and of the attribute's type.
    Known(Value),
    /// Known only after other steps have run.
    Deferred(Box<Deferred>),
}

/// A value with holes, self-contained: what is known of its scope travels with it, so a saved plan
/// can be applied without evaluating the configuration again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// The value as it was written, texts with `${…}` in place.
    pub source: Value,
    /// What the names in it other than resources are worth, by root path (`local.prefix`,
    /// `each.key`, `data.kind.name`).
    pub scope: BTreeMap<String, Worth>,
    /// The attributes of resources it reads that are not known yet.
    pub needs: BTreeSet<Reference>,
}

/// One attribute of a desired resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is worth.
    pub worth: Worth,
    /// Whether it must never be shown: it came from a sensitive value, or the author said so.
    pub sensitive: bool,
    /// Every attribute of a resource that was read for it, known or not: these make the edges.
    pub reads: RowSet<Reference>,
    /// Where it stands in the author's files; none for a default.
    pub place: Option<crate::diagnostic::Place>,
}

/// The attributes of one desired resource, by name. What the author gave without reading a resource
/// is the same for every instance, and shared.
pub type Inputs = Rows<&'static str, Arc<Input>>;

impl Input {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&Value> {
        match &self.worth {
            Worth::Known(value) => Some(value),
            Worth::Deferred(_) => None,
        }
    }
}
