//! Attributes: the values of one resource or object, by name.
//!
//! There are several of these for each resource at once (recorded, live, desired, as seen by
//! expressions), and mostly they are equal. So copies share what they hold until one is changed,
//! names are kept in place, and the rows lie side by side instead of in a tree.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use smol_str::SmolStr;

use super::Value;

/// The attributes of one resource or object, by name, in the order of their names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Attributes(Arc<Vec<(SmolStr, Value)>>);

impl Attributes {
    /// No attributes.
    pub fn new() -> Self {
        Self::default()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    /// The attribute's value; null counts as absent.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.held(name).filter(|v| !v.is_null())
    }

    /// The attribute's value as it is held, which may be null.
    pub fn held(&self, name: &str) -> Option<&Value> {
        // Names mostly differ in length, so looking through the few that there are is quicker than
        // halving.
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The attribute's value, null where there is none.
    pub fn value(&self, name: &str) -> &Value {
        self.held(name).unwrap_or(&Value::Null)
    }

    /// The attribute as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Sets an attribute and gives back what it was.
    pub fn set(&mut self, name: impl AsRef<str>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.as_ref(), value.into());
        match self.place(name) {
            Ok(at) if self.0[at].1 == value => Some(value),
            Ok(at) => Some(std::mem::replace(&mut Arc::make_mut(&mut self.0)[at].1, value)),
            Err(at) => {
                // Mostly the last one for long, so room for one is room enough.
                let rows = Arc::make_mut(&mut self.0);
                rows.reserve_exact(1);
                rows.insert(at, (name.into(), value));
                None
            }
        }
    }

    /// Whether both are one copy.
    pub fn shares(&self, other: &Attributes) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether everything that `other` holds is held here, with the same value.
    pub fn covers(&self, other: &Attributes) -> bool {
        if self.shares(other) {
            return true;
        }
        let mut ours = self.0.iter();
        other.0.iter().all(|(name, value)| {
            ours.by_ref()
                .find(|(known, _)| known >= name)
                .is_some_and(|(known, v)| known == name && v == value)
        })
    }

    /// Keeps only the attributes of which `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        if self.0.iter().any(|(name, _)| !keep(name)) {
            Arc::make_mut(&mut self.0).retain(|(name, _)| keep(name));
        }
    }

    /// Whether nothing is held, not even a null.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of all that is held, also of nulls.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Name and value of each attribute that is set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.as_str(), v))
    }

    fn of(mut rows: Vec<(SmolStr, Value)>) -> Attributes {
        if !rows.is_sorted_by(|(a, _), (b, _)| a < b) {
            // Of several with one name the last counts.
            rows.reverse();
            rows.sort_by(|(a, _), (b, _)| a.cmp(b));
            rows.dedup_by(|(a, _), (b, _)| a == b);
        }
        rows.shrink_to_fit();
        Attributes(Arc::new(rows))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(")?;
        f.debug_map().entries(self.0.iter().map(|(k, v)| (k, v))).finish()?;
        f.write_str(")")
    }
}

impl<K: Into<SmolStr>, V: Into<Value>> FromIterator<(K, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        Attributes::of(iter.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

impl IntoIterator for Attributes {
    type Item = (SmolStr, Value);
    type IntoIter = std::vec::IntoIter<(SmolStr, Value)>;

    /// All that is held, also nulls.
    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl From<Attributes> for Value {
    fn from(attributes: Attributes) -> Value {
        Value::Map(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Attributes, D::Error> {
        deserializer.deserialize_map(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = Attributes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("attributes by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Attributes, A::Error> {
        let mut rows = Vec::with_capacity(24);
        while let Some(row) = entries.next_entry()? {
            rows.push(row);
        }
        Ok(Attributes::of(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_counts_and_the_order_is_that_of_the_names() {
        let attributes: Attributes = [("b", 1_i64), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(serde_json::to_string(&attributes).unwrap(), r#"{"a":2,"b":3}"#);
        let read: Attributes = serde_json::from_str(r#"{"b":1,"a":2,"b":3}"#).unwrap();
        assert_eq!(read, attributes);
    }

    #[test]
    fn what_covers_holds_all_that_the_other_holds() {
        let all: Attributes = [("a", 1_i64), ("b", 2), ("c", 3)].into_iter().collect();
        for (other, covered) in [
            (vec![], true),
            (vec![("b", 2_i64)], true),
            (vec![("a", 1), ("c", 3)], true),
            (vec![("b", 3)], false),
            (vec![("a", 1), ("d", 1)], false),
            (vec![("B", 2)], false),
        ] {
            let other: Attributes = other.into_iter().collect();
            assert_eq!(all.covers(&other), covered, "{other:?}");
        }
    }

    #[test]
    fn a_changed_copy_leaves_the_other_as_it_was() {
        let first: Attributes = [("a", 1_i64), ("n", 2)].into_iter().collect();
        let mut second = first.clone();
        assert_eq!(second.set("a", 7), Some(Value::from(1)));
        assert_eq!(second.set("c", Value::Null), None);
        second.retain(|name| name != "n");
        assert_eq!((first.value("a"), first.names().count()), (&Value::from(1), 2));
        assert_eq!((second.get("c"), second.held("c")), (None, Some(&Value::Null)));
        assert_eq!(second.names().collect::<Vec<_>>(), ["a", "c"]);
    }
}
