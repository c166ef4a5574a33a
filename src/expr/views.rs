//! Resource objects as expressions see them while planning and applying.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::resource::{Attributes, Key};

/// A resource object as expressions see it: some attributes may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Every attribute that it has. Those that are neither known nor unknown are null.
    pub names: Arc<[&'static str]>,
    /// The attributes that are known.
    pub known: Attributes,
    /// The attributes that will be known only later.
    pub unknown: BTreeSet<String>,
    /// The attributes that must not be shown.
    pub sensitive: BTreeSet<String>,
}

/// The instances of one block: the only one, or those of `for_each` by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views {
    only: Option<View>,
    by_key: BTreeMap<Key, View>,
}

impl View {
    /// The names of all attributes, in order.
    pub fn names(&self) -> BTreeSet<&str> {
        let known = self.known.names().chain(self.unknown.iter().map(String::as_str));
        known.chain(self.names.iter().copied()).collect()
    }
}

impl Views {
    /// The instance under a key, or the only one.
    pub fn get(&self, key: Option<&Key>) -> Option<&View> {
        match key {
            None => self.only.as_ref(),
            Some(key) => self.by_key.get(key),
        }
    }

    /// Whether there is such an instance.
    pub fn contains(&self, key: Option<&Key>) -> bool {
        self.get(key).is_some()
    }

    /// Puts an instance in the place of what was there.
    pub fn insert(&mut self, key: Option<Key>, view: View) {
        match key {
            None => self.only = Some(view),
            Some(key) => {
                self.by_key.insert(key, view);
            }
        }
    }

    /// Takes an instance out.
    pub fn remove(&mut self, key: Option<&Key>) {
        match key {
            None => self.only = None,
            Some(key) => {
                self.by_key.remove(key);
            }
        }
    }

    /// All instances with their keys, none for the only one.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Key>, &View)> {
        let only = self.only.iter().map(|view| (None, view));
        only.chain(self.by_key.iter().map(|(key, view)| (Some(key), view)))
    }

    /// The keys of all instances, none for the only one.
    pub fn keys(&self) -> impl Iterator<Item = Option<&Key>> {
        self.iter().map(|(key, _)| key)
    }

    /// All instances.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut View> {
        self.only.iter_mut().chain(self.by_key.values_mut())
    }

    /// How many instances there are.
    pub fn len(&self) -> usize {
        self.by_key.len() + usize::from(self.only.is_some())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
