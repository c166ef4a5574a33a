//! What two objects of a kind cannot have both at once.

use std::collections::BTreeSet;

use super::{Attributes, Value};

/// What two objects of a kind cannot have both at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusive {
    /// They share this attribute,
    pub attribute: &'static str,
    /// and this one, or an element of it if it holds several,
    pub set: &'static str,
    /// as far as these fields of the element go; none: all of it.
    pub fields: &'static [&'static str],
    /// Where live objects show what they have of `set`.
    pub shown: &'static str,
    /// The code of the refusal.
    pub code: &'static str,
}

impl Exclusive {
    /// What an object has of it, as far as it counts.
    pub fn held(&self, attributes: &Attributes) -> BTreeSet<Vec<Value>> {
        let seen = attributes.get(self.set).or_else(|| attributes.get(self.shown));
        match seen.filter(|value| !value.is_null()) {
            Some(Value::List(elements)) => elements.iter().map(|element| self.part(element)).collect(),
            Some(single) => BTreeSet::from([self.part(single)]),
            None => BTreeSet::new(),
        }
    }

    fn part(&self, element: &Value) -> Vec<Value> {
        match element.as_map() {
            Some(fields) if !self.fields.is_empty() => {
                self.fields.iter().map(|field| fields.get(*field).cloned().unwrap_or_default()).collect()
            }
            _ => vec![element.clone()],
        }
    }

    /// What two objects have in common and must not, in words.
    pub fn overlap(&self, one: &Attributes, other: &Attributes) -> Option<String> {
        let shared = one.get(self.attribute).filter(|value| !value.is_null())?;
        if other.get(self.attribute) != Some(shared) {
            return None;
        }
        let (held, taken) = (self.held(one), self.held(other));
        let common = held.intersection(&taken).next()?;
        Some(self.words(common))
    }

    /// One of what an object has, in words.
    pub fn words(&self, held: &[Value]) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let named = self.fields.iter().zip(held).map(|(field, value)| format!("{field} {}", text(value)));
        let named: Vec<String> = named.collect();
        if named.is_empty() { held.iter().map(text).collect() } else { named.join(", ") }
    }
}
