//! Reading what sibling operations of the API spell differently: numbers and truth values as text, ids
//! as numbers (Elasticsearch and PrivateLink API reference, section 9, traps 7, 10, 27 and 28).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::resource::{Attributes, Value};

/// The members of a JSON object; of anything else none.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Json);

impl<'a> Fields<'a> {
    pub(super) fn of(json: &'a Json) -> Fields<'a> {
        Fields(json)
    }

    pub(super) fn inside(self, name: &str) -> Fields<'a> {
        Fields(self.0.get(name).unwrap_or(&Json::Null))
    }

    /// A text, or a scalar as text; an empty one says nothing.
    pub(super) fn text(self, name: &str) -> Option<String> {
        scalar(self.0.get(name)?).filter(|text| !text.is_empty())
    }

    /// A whole number, or one written as text.
    pub(super) fn whole(self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Json::Number(number) => number.as_i64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth value, or one written as text in any case.
    pub(super) fn flag(self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Json::Bool(flag) => Some(*flag),
            Json::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// The objects of a list; none if there is no list.
    pub(super) fn rows(self, name: &str) -> Option<impl Iterator<Item = Fields<'a>> + use<'a>> {
        Some(self.0.get(name)?.as_array()?.iter().map(Fields))
    }

    /// Keys and values of a list of tags, whose members are called so.
    pub(super) fn tags(self, list: &str, key: &str, value: &str) -> Option<BTreeMap<String, Value>> {
        let rows = self.rows(list)?;
        Some(
            rows.filter_map(|tag| Some((tag.text(key)?, tag.text(value).unwrap_or_default().into())))
                .collect(),
        )
    }
}

fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Attributes under construction: what the answer lacks is left out.
#[derive(Default)]
pub(super) struct Build(BTreeMap<String, Value>);

impl Build {
    pub(super) fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    /// Sets each attribute from the text of the member beside it.
    pub(super) fn texts(&mut self, from: Fields<'_>, names: &[(&str, &str)]) {
        for (name, member) in names {
            self.set(name, from.text(member));
        }
    }

    /// A set of texts, in its order.
    pub(super) fn set_of(&mut self, name: &str, texts: Option<Vec<String>>) {
        let sorted = texts.map(|texts| texts.into_iter().collect::<std::collections::BTreeSet<_>>());
        self.set(name, sorted.map(|texts| texts.into_iter().map(Value::from).collect::<Vec<_>>()));
    }

    pub(super) fn done(self) -> Attributes {
        self.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_is_read() {
        let json = json!({"port": "9200", "n": 9200, "flag": "True", "owner": 1_000_000_000_000_001_i64, "none": null});
        let fields = Fields::of(&json);
        assert_eq!((fields.whole("port"), fields.whole("n")), (Some(9200), Some(9200)));
        assert_eq!((fields.flag("flag"), fields.flag("none")), (Some(true), None));
        assert_eq!(fields.text("owner").as_deref(), Some("1000000000000001"));
        assert_eq!(Fields::of(&Json::Null).text("x"), None);
    }
}
