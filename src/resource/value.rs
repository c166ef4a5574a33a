//! Values: what an attribute is worth, from the YAML to the request body.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A concrete value. There is no "unknown" here: a value that is known only later is an
/// input that has not been resolved yet (`expr::Input`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing: the attribute is omitted, or the cloud does not say.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(String),
    /// Values in order. A set is a list in canonical order without duplicates; its
    /// [`Type`](super::Type) says so.
    List(Vec<Value>),
    /// Values by name: a map or an object.
    Map(BTreeMap<String, Value>),
}

/// A number that keeps integers exact (`marker_id` of some clouds is beyond 2^53).
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

impl Number {
    /// The number as a float, for arithmetic.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Int(i) => i as f64,
            Number::Float(f) => f,
        }
    }

    /// The number as an integer, if it is whole and in range.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Number::Int(i) => Some(i),
            Number::Float(f) if f.fract() == 0.0 && f.abs() < 9.0e15 => Some(f as i64),
            Number::Float(_) => None,
        }
    }

    /// A float, folded to an integer where it is one, so that equal numbers are equal values.
    pub fn from_f64(f: f64) -> Number {
        Number::Float(f).as_i64().map_or(Number::Float(f), Number::Int)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a.cmp(b),
            _ => self.as_f64().total_cmp(&other.as_f64()),
        }
    }
}
impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(i) => write!(f, "{i}"),
            Number::Float(x) => write!(f, "{x}"),
        }
    }
}

impl Value {
    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The elements, if this is a list or a set.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if this is a map or an object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The kind of value in words, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::String(s.to_owned())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::String(s)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Value::Number(Number::Int(i))
    }
}
impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(items)
    }
}
impl From<BTreeMap<String, Value>> for Value {
    fn from(entries: BTreeMap<String, Value>) -> Self {
        Value::Map(entries)
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(b),
            Value::Number(Number::Int(i)) => Json::from(i),
            Value::Number(Number::Float(f)) => {
                serde_json::Number::from_f64(f).map_or(Json::Null, Json::Number)
            }
            Value::String(s) => Json::String(s),
            Value::List(items) => Json::Array(items.into_iter().map(Json::from).collect()),
            Value::Map(entries) => {
                Json::Object(entries.into_iter().map(|(k, v)| (k, Json::from(v))).collect())
            }
        }
    }
}

/// A number that neither `i64` nor a finite float holds.
#[derive(Debug, thiserror::Error)]
#[error("the number {0} is too large")]
pub struct NumberTooLarge(String);

impl TryFrom<serde_json::Value> for Value {
    type Error = NumberTooLarge;

    fn try_from(json: serde_json::Value) -> Result<Self, Self::Error> {
        use serde_json::Value as Json;
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(b),
            Json::Number(n) => Value::Number(match n.as_i64() {
                Some(i) => Number::Int(i),
                None => n
                    .as_f64()
                    .filter(|f| f.is_finite())
                    .map(Number::from_f64)
                    .ok_or_else(|| NumberTooLarge(n.to_string()))?,
            }),
            Json::String(s) => Value::String(s),
            Json::Array(items) => {
                Value::List(items.into_iter().map(Value::try_from).collect::<Result<_, _>>()?)
            }
            Json::Object(entries) => {
                Value::Map(entries.into_iter().map(|(k, v)| Ok((k, Value::try_from(v)?))).collect::<Result<
                    _,
                    NumberTooLarge,
                >>(
                )?)
            }
        })
    }
}

impl fmt::Display for Value {
    /// Compact JSON, the way values are quoted in messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Written as what it is, with nothing in between: state, journal and plan are made of values.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Number(Number::Int(i)) => serializer.serialize_i64(*i),
            Value::Number(Number::Float(f)) if f.is_finite() => serializer.serialize_f64(*f),
            Value::Number(Number::Float(_)) => serializer.serialize_unit(),
            Value::String(s) => serializer.serialize_str(s),
            Value::List(items) => serializer.collect_seq(items),
            Value::Map(entries) => serializer.collect_map(entries),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
        Ok(Value::from(i))
    }

    fn visit_u64<E>(self, u: u64) -> Result<Value, E> {
        Ok(Value::Number(i64::try_from(u).map_or(Number::from_f64(u as f64), Number::Int)))
    }

    fn visit_f64<E: de::Error>(self, f: f64) -> Result<Value, E> {
        if !f.is_finite() {
            return Err(E::custom(NumberTooLarge(f.to_string())));
        }
        Ok(Value::Number(Number::from_f64(f)))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::from(s))
    }

    fn visit_string<E>(self, s: String) -> Result<Value, E> {
        Ok(Value::String(s))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry()? {
            map.insert(name, value);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_integers_survive_json_and_whole_floats_are_integers() {
        let v: Value = serde_json::from_str("422321321312321321").unwrap();
        assert_eq!(v, Value::from(422_321_321_312_321_321));
        assert_eq!(v.to_string(), "422321321312321321");
        assert_eq!(serde_json::from_str::<Value>("8.0").unwrap(), Value::from(8));
    }

    #[test]
    fn a_value_is_read_and_written_as_json_says() {
        let text = r#"{"a":[1,-2.5,"x",null,true],"b":{"c":{}},"d":1.8446744073709552e+19}"#;
        let direct: Value = serde_json::from_str(text).unwrap();
        let through = Value::try_from(serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap();
        assert_eq!(direct, through);
        assert_eq!(serde_json::to_string(&direct).unwrap(), text);
        assert_eq!(serde_json::to_value(&direct).unwrap(), serde_json::Value::from(direct));
        let largest: Value = serde_json::from_str("18446744073709551615").unwrap();
        assert_eq!(largest.to_string(), "1.8446744073709552e+19");
    }

    #[test]
    fn a_number_that_nothing_holds_is_refused() {
        assert!(serde_json::from_str::<Value>("1e999").is_err());
        let infinite = de::value::F64Deserializer::<de::value::Error>::new(f64::INFINITY);
        let refused = Value::deserialize(infinite).unwrap_err();
        assert_eq!(refused.to_string(), "the number inf is too large");
        assert_eq!(Value::Number(Number::Float(f64::NAN)).to_string(), "null");
    }
}
