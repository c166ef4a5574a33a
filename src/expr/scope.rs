//! What names mean: given to the evaluator as data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::budget::Account;
use super::template::Template;
use super::val::Val;
use super::{Deferred, Reference, Views, Worth};
use crate::resource::{Block, Key, Value};

/// What references to resources resolve to, given by the planner while planning and by the
/// executor while applying.
pub trait Objects {
    /// The instances of a block, under `None` for a block without `for_each`. `None` where nothing
    /// of the block is known yet: every attribute of it is then unknown.
    fn views(&self, block: &Block) -> Option<&Views>;
}

/// No objects at all: every attribute of every resource is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObjects;

impl Objects for NoObjects {
    fn views(&self, _: &Block) -> Option<&Views> {
        None
    }
}

impl Objects for BTreeMap<Block, Views> {
    fn views(&self, block: &Block) -> Option<&Views> {
        self.get(block)
    }
}

/// One instance of a block: what `each.key` and `each.value` are worth in it.
#[derive(Clone, Debug)]
pub struct Each {
    /// The instance's key; none for a block without `for_each`.
    pub key: Option<Key>,
    /// The attributes of resources that `for_each` read: every instance waits for these. Shared,
    /// and not repeated in the reads of each input: there may be as many of them as instances.
    pub reads: Arc<BTreeSet<Reference>>,
    pub(crate) value: Val<'static>,
    /// The whole collection, where it is not known entirely: `each.value` is found in it later.
    pub(crate) collection: Option<Arc<Deferred>>,
}

impl Each {
    /// The only instance of a block without `for_each`.
    pub fn single() -> Each {
        Each { key: None, reads: Arc::default(), value: Val::NULL, collection: None }
    }

    /// What `each.value` is worth, if all of it is known and nothing of it is sensitive.
    pub fn value(&self) -> Option<Value> {
        match super::evaluate::static_value(&self.value) {
            Some((value, false)) => Some(value),
            _ => None,
        }
    }
}

/// A local value, as the evaluator finds it.
pub(crate) enum Local<'a> {
    /// Worked out already.
    Known(&'a Value, bool),
    /// Worked out already, with marks inside.
    Marked(&'a Val<'static>),
    /// To be worked out: it reads resources.
    Open(&'a Template, &'a [Arc<str>]),
    /// It has a fault that was reported.
    Broken,
}

/// What a name other than a resource's means.
pub(crate) trait Names {
    /// The value of a variable.
    fn var(&self, name: &str) -> Option<Val<'_>>;
    /// A local value; with the locals it reads.
    fn local(&self, name: &str) -> Option<Local<'_>>;
    /// An environment variable.
    fn env(&self, name: &str) -> Option<&str>;
    /// `path.module`.
    fn module_dir(&self) -> &str;
    /// The bytes of a file.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
    /// What a whole path is worth, where values travel with an expression.
    fn travelling(&self) -> Option<&BTreeMap<String, Worth>>;
    /// Where the work is counted.
    fn account(&self) -> &Account;
}
