//! Reading what the editions of the API spell differently (VPCEP API reference, section 9, traps
//! 2 to 6 and 20): numbers and truth values as text, one text for a list of texts.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use smol_str::SmolStr;

use super::tags;
use crate::resource::{Attributes, Mark, Object, Value};

/// A text that may be missing, borrowed from the answer where it can be.
pub(super) type Text<'a> = Option<Cow<'a, str>>;

struct Lenient<T>(std::marker::PhantomData<T>);

/// What a JSON scalar, or a list of them, is read as.
trait FromScalar<'de>: Sized {
    fn null() -> Self;
    fn text(text: Cow<'de, str>) -> Self;
    fn whole(number: i64) -> Self {
        Self::text(Cow::Owned(number.to_string()))
    }
    fn truth(flag: bool) -> Self {
        Self::text(Cow::Owned(flag.to_string()))
    }
    fn list(_: Vec<String>) -> Self {
        Self::null()
    }
}

impl<'de, T: FromScalar<'de>> Visitor<'de> for Lenient<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::null())
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        Ok(T::truth(flag))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::whole(number))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(i64::try_from(number).map_or_else(|_| T::text(Cow::Owned(number.to_string())), T::whole))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Ok(T::text(Cow::Owned(number.to_string())))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok(T::text(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::text(Cow::Owned(text.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            match item {
                serde_json::Value::String(text) => list.push(text),
                serde_json::Value::Null => {}
                other => list.push(other.to_string()),
            }
        }
        Ok(T::list(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(T::null())
    }
}

impl<'de> FromScalar<'de> for Text<'de> {
    fn null() -> Self {
        None
    }
    fn text(text: Cow<'de, str>) -> Self {
        Some(text)
    }
}

impl FromScalar<'_> for Option<i64> {
    fn null() -> Self {
        None
    }
    // Through no float: `marker_id` goes beyond 2^53.
    fn text(text: Cow<'_, str>) -> Self {
        text.trim().parse().ok()
    }
    fn whole(number: i64) -> Self {
        Some(number)
    }
}

impl FromScalar<'_> for Option<bool> {
    fn null() -> Self {
        None
    }
    fn text(text: Cow<'_, str>) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
    fn truth(flag: bool) -> Self {
        Some(flag)
    }
}

impl FromScalar<'_> for Option<Vec<String>> {
    fn null() -> Self {
        None
    }
    fn text(text: Cow<'_, str>) -> Self {
        Some(if text.is_empty() { Vec::new() } else { vec![text.into_owned()] })
    }
    fn list(items: Vec<String>) -> Self {
        Some(items)
    }
}

/// A text, or a scalar as text.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Text<'de>, D::Error> {
    from.deserialize_any(Lenient::<Text<'de>>(std::marker::PhantomData))
}

/// A whole number, or one written as text.
pub(super) fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    from.deserialize_any(Lenient::<Option<i64>>(std::marker::PhantomData))
}

/// A truth value, or one written as text.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    from.deserialize_any(Lenient::<Option<bool>>(std::marker::PhantomData))
}

/// Texts, or one text.
pub(super) fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    from.deserialize_any(Lenient::<Option<Vec<String>>>(std::marker::PhantomData))
}

/// One tag.
#[derive(Deserialize)]
pub(super) struct TagRow {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: Option<String>,
}

/// Attributes under construction: what the answer lacks is left out.
#[derive(Default)]
pub(super) struct Build {
    attributes: Vec<(SmolStr, Value)>,
    mark: Mark,
}

impl Build {
    /// Sets an attribute, if there is a value.
    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.attributes.push((name.into(), value.into()));
        }
    }

    /// Says that there is none, which is more than leaving it out: that says nothing.
    pub(super) fn none(&mut self, name: &str) {
        self.attributes.push((name.into(), Value::Null));
    }

    /// Sets a text; an empty one stays empty.
    pub(super) fn text(&mut self, name: &str, text: Text<'_>) {
        self.set(name, text.map(Cow::into_owned));
    }

    /// Sets a text; an empty one says nothing.
    pub(super) fn word(&mut self, name: &str, text: Text<'_>) {
        self.text(name, text.filter(|text| !text.is_empty()));
    }

    /// Sets a list of texts in the answer's order.
    pub(super) fn list(&mut self, name: &str, texts: Option<Vec<String>>) {
        self.set(name, texts.map(|texts| texts.into_iter().map(Value::from).collect::<Vec<_>>()));
    }

    /// Sets a set of texts, in the order of sets.
    pub(super) fn set_of(&mut self, name: &str, texts: Option<Vec<String>>) {
        self.list(name, texts.map(sorted));
    }

    /// Sets tags as a map, and keeps the mark among them apart.
    pub(super) fn tags(&mut self, rows: Option<Vec<TagRow>>) {
        let (tags, mark) = tags::unmarked(rows);
        self.set("tags", tags);
        self.mark = mark;
    }

    /// Sets what the answer holds as it is; nothing for null and for nothing inside.
    pub(super) fn json(&mut self, name: &str, json: Option<serde_json::Value>) {
        let empty = |json: &serde_json::Value| match json {
            serde_json::Value::Array(items) => items.is_empty(),
            serde_json::Value::Object(fields) => fields.is_empty(),
            other => other.is_null(),
        };
        self.set(name, json.filter(|json| !empty(json)).and_then(|json| Value::try_from(json).ok()));
    }

    pub(super) fn done(self) -> Attributes {
        self.attributes.into_iter().collect()
    }

    /// The object, with its mark.
    pub(super) fn object(mut self, id: String) -> Object {
        let mark = std::mem::take(&mut self.mark);
        Object { mark, ..Object::new(id, self.done()) }
    }
}

/// In the order of a set, without duplicates.
pub(super) fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items.dedup();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Row<'a> {
        #[serde(borrow, deserialize_with = "text")]
        text: Text<'a>,
        #[serde(deserialize_with = "whole")]
        whole: Option<i64>,
        #[serde(deserialize_with = "flag")]
        flag: Option<bool>,
        #[serde(deserialize_with = "texts")]
        texts: Option<Vec<String>>,
    }

    #[test]
    fn every_spelling_is_read() {
        let row = |json: &'static str| serde_json::from_str::<Row<'static>>(json).unwrap();
        assert_eq!(row(r#"{"whole":"422321321312321321"}"#).whole, Some(422_321_321_312_321_321));
        assert_eq!(row(r#"{"whole":9223372036854775807}"#).whole, Some(i64::MAX));
        assert_eq!(row(r#"{"whole":"x"}"#).whole, None);
        assert_eq!(row(r#"{"flag":"true"}"#).flag, Some(true));
        assert_eq!(row(r#"{"flag":false}"#).flag, Some(false));
        assert_eq!(row(r#"{"flag":null}"#).flag, None);
        assert_eq!(row(r#"{"texts":"one"}"#).texts, Some(vec!["one".to_owned()]));
        assert_eq!(row(r#"{"texts":["b","a",null]}"#).texts, Some(vec!["b".to_owned(), "a".to_owned()]));
        assert_eq!(row("{}").texts, None);
        assert!(matches!(row(r#"{"text":"plain"}"#).text, Some(Cow::Borrowed("plain"))));
        assert_eq!(row(r#"{"text":"a\"b"}"#).text.as_deref(), Some("a\"b"));
        assert_eq!(row(r#"{"text":7}"#).text.as_deref(), Some("7"));
    }
}
