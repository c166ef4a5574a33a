//! Values while they are evaluated: borrowed where they can be, *unknown* and *sensitive* carried
//! by each part for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{Address, Block, Number, Value};

/// Containers nested deeper than this are refused.
pub(crate) const DEEPEST: u32 = 100;

/// A value under evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Val<'a> {
    pub(crate) sort: Sort<'a>,
    pub(crate) sensitive: bool,
}

/// The forms of a value under evaluation.
#[derive(Clone, Debug)]
pub(crate) enum Sort<'a> {
    /// Known only later.
    Unknown,
    Null,
    Bool(bool),
    Number(Number),
    Text(Words<'a>),
    List(Arc<Items<'a>>),
    Map(Arc<Entries<'a>>),
    /// A list or a map that is held elsewhere, all of it known.
    Held(&'a Value),
    /// The object of one resource instance; its attributes are looked up when they are read.
    Instance(Address),
    /// All instances of a block with `for_each`.
    Instances(Arc<Block>),
}

/// A text, borrowed or shared.
#[derive(Clone, Debug)]
pub(crate) enum Words<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
}

#[derive(Debug)]
pub(crate) struct Items<'a> {
    pub(crate) items: Vec<Val<'a>>,
    pub(crate) depth: u32,
}

#[derive(Debug)]
pub(crate) struct Entries<'a> {
    pub(crate) entries: BTreeMap<String, Val<'a>>,
    pub(crate) depth: u32,
}

impl std::ops::Deref for Words<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Words::Borrowed(s) => s,
            Words::Shared(s) => s,
        }
    }
}

impl<'a> From<Sort<'a>> for Val<'a> {
    fn from(sort: Sort<'a>) -> Self {
        Val { sort, sensitive: false }
    }
}

impl<'a> Val<'a> {
    pub(crate) const UNKNOWN: Val<'static> = Val { sort: Sort::Unknown, sensitive: false };
    pub(crate) const NULL: Val<'static> = Val { sort: Sort::Null, sensitive: false };

    /// A value that is held elsewhere.
    pub(crate) fn of(value: &'a Value) -> Val<'a> {
        match value {
            Value::Null => Sort::Null,
            Value::Bool(b) => Sort::Bool(*b),
            Value::Number(n) => Sort::Number(*n),
            Value::String(s) => Sort::Text(Words::Borrowed(s)),
            Value::List(_) | Value::Map(_) => Sort::Held(value),
        }
        .into()
    }

    /// A value of its own.
    pub(crate) fn owned(value: Value) -> Val<'a> {
        match value {
            Value::Null => Sort::Null.into(),
            Value::Bool(b) => Sort::Bool(b).into(),
            Value::Number(n) => Sort::Number(n).into(),
            Value::String(s) => Val::text(s),
            Value::List(items) => Val::list(items.into_iter().map(Val::owned).collect()),
            Value::Map(entries) => Val::map(entries.into_iter().map(|(k, v)| (k, Val::owned(v))).collect()),
        }
    }

    pub(crate) fn text(text: impl Into<Arc<str>>) -> Val<'a> {
        Sort::Text(Words::Shared(text.into())).into()
    }

    pub(crate) fn bool(b: bool) -> Val<'a> {
        Sort::Bool(b).into()
    }

    pub(crate) fn number(n: Number) -> Val<'a> {
        Sort::Number(n).into()
    }

    pub(crate) fn list(items: Vec<Val<'a>>) -> Val<'a> {
        let depth = 1 + items.iter().map(Val::depth).max().unwrap_or(0);
        Sort::List(Arc::new(Items { items, depth })).into()
    }

    pub(crate) fn map(entries: BTreeMap<String, Val<'a>>) -> Val<'a> {
        let depth = 1 + entries.values().map(Val::depth).max().unwrap_or(0);
        Sort::Map(Arc::new(Entries { entries, depth })).into()
    }

    /// The same, sensitive if it or the other is.
    pub(crate) fn marked(mut self, sensitive: bool) -> Val<'a> {
        self.sensitive |= sensitive;
        self
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.sort, Sort::Unknown)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.sort, Sort::Null)
    }

    /// How deep containers are nested in what was built here (what is held elsewhere counts as flat:
    /// it was bounded where it was made).
    pub(crate) fn depth(&self) -> u32 {
        match &self.sort {
            Sort::List(items) => items.depth,
            Sort::Map(entries) => entries.depth,
            _ => 0,
        }
    }

    /// In words, for messages.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.sort {
            Sort::Unknown => "a value known only later",
            Sort::Null => "null",
            Sort::Bool(_) => "a bool",
            Sort::Number(_) => "a number",
            Sort::Text(_) => "a text",
            Sort::List(_) | Sort::Held(Value::List(_)) => "a list",
            Sort::Map(_) | Sort::Held(_) => "a map",
            Sort::Instance(_) => "a resource",
            Sort::Instances(_) => "a resource with `for_each`",
        }
    }

    /// The same without anything borrowed.
    pub(crate) fn into_static(self) -> Val<'static> {
        let sort = match self.sort {
            Sort::Unknown => Sort::Unknown,
            Sort::Null => Sort::Null,
            Sort::Bool(b) => Sort::Bool(b),
            Sort::Number(n) => Sort::Number(n),
            Sort::Text(words) => Sort::Text(Words::Shared((&*words).into())),
            Sort::List(items) => {
                Val::list(items.items.iter().map(|v| v.clone().into_static()).collect()).sort
            }
            Sort::Map(map) => {
                Val::map(map.entries.iter().map(|(k, v)| (k.clone(), v.clone().into_static())).collect()).sort
            }
            Sort::Held(value) => Val::owned(value.clone()).sort,
            Sort::Instance(address) => Sort::Instance(address),
            Sort::Instances(block) => Sort::Instances(block),
        };
        Val { sort, sensitive: self.sensitive }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_under_evaluation_is_small() {
        assert!(size_of::<super::Val<'_>>() <= 40, "{}", size_of::<super::Val<'_>>());
    }
}
