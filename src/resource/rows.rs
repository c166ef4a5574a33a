//! Small maps: rows side by side, in the order of their keys.
//!
//! A tree keeps room for eleven entries in every node, and most maps of a resource hold one to ten.
//! There are many such maps for each resource, so they are what a large stack is made of.

use std::borrow::Borrow;
use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A small map. Inserting at the end is quick; inserting elsewhere moves what comes after.
#[derive(Clone, PartialEq, Eq)]
pub struct Rows<K, V>(Vec<(K, V)>);

/// A small set, likewise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowSet<T>(Vec<T>);

impl<K: Ord, V> Rows<K, V> {
    /// No rows.
    pub const fn new() -> Self {
        Rows(Vec::new())
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // Mostly rows come in order.
        match self.0.last() {
            Some((last, _)) if last.borrow() < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|(known, _)| known.borrow().cmp(key)),
        }
    }

    /// The value under a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// The value under a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether there is a value under a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Puts a value under a key and gives back what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes the value under a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| self.0.remove(at).1)
    }
}

impl<K, V> Rows<K, V> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The rows in order, their values to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    /// Gives back room that is not used.
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> std::ops::Index<&Q> for Rows<K, V> {
    type Output = V;

    /// # Panics
    /// If there is no such row.
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no row under this key")
    }
}

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Rows(Vec::new())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Rows<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Rows<K, V> {
    /// Of several rows with one key the last counts.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(rows: I) -> Self {
        let mut all = Rows::new();
        for (key, value) in rows {
            all.insert(key, value);
        }
        all.shrink_to_fit();
        all
    }
}

impl<K, V> IntoIterator for Rows<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Ord> RowSet<T> {
    /// Whether a member is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, member: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|known| known.borrow().cmp(member)).is_ok()
    }
}

impl<T> RowSet<T> {
    /// How many members it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> Default for RowSet<T> {
    fn default() -> Self {
        RowSet(Vec::new())
    }
}

impl<T: fmt::Debug> fmt::Debug for RowSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> FromIterator<T> for RowSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut all: Vec<T> = members.into_iter().collect();
        if !all.is_sorted_by(|a, b| a < b) {
            all.sort();
            all.dedup();
        }
        all.shrink_to_fit();
        RowSet(all)
    }
}

impl<T> IntoIterator for RowSet<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a RowSet<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize> Serialize for RowSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de, T: Deserialize<'de> + Ord> Deserialize<'de> for RowSet<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RowSet<T>, D::Error> {
        Vec::<T>::deserialize(deserializer).map(RowSet::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_in_order_and_the_last_of_one_key_counts() {
        let mut rows: Rows<&str, i32> = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(rows.iter().collect::<Vec<_>>(), [(&"a", &2), (&"b", &3)]);
        assert_eq!((rows.insert("c", 4), rows.insert("a", 5), rows.remove("b")), (None, Some(2), Some(3)));
        assert_eq!((rows.get("a"), rows.get("b"), rows.contains_key("c")), (Some(&5), None, true));
        assert_eq!(rows.into_iter().collect::<Vec<_>>(), [("a", 5), ("c", 4)]);
    }

    #[test]
    fn members_are_in_order_and_each_once() {
        let members: RowSet<&str> = ["b", "a", "b"].into_iter().collect();
        assert_eq!(serde_json::to_string(&members).unwrap(), r#"["a","b"]"#);
        assert_eq!(serde_json::from_str::<RowSet<&str>>(r#"["b","a","a"]"#).unwrap(), members);
        assert!(members.contains("a") && !members.contains("c"));
    }
}
