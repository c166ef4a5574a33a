//! Shapes that mirror a value: where it is unknown, where it must not be shown.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::plan::picture::Portrait;
use crate::resource::{Attributes, Value};

/// A whole object: its attributes, those that are not set as null, the unknown ones left out.
pub(super) fn object(attributes: &Attributes, names: &BTreeSet<String>, unknown: &BTreeSet<&str>) -> Json {
    let mut all: Map<String, Json> = names
        .iter()
        .filter(|name| !unknown.contains(name.as_str()))
        .map(|name| (name.clone(), Json::Null))
        .collect();
    all.extend(attributes.iter().map(|(name, value)| (name.to_owned(), Json::from(value.clone()))));
    Json::Object(all)
}

/// `true` at what is unknown; the shapes of lists are kept.
pub(super) fn unknown(portrait: &Portrait) -> Json {
    let mut all: Map<String, Json> =
        portrait.known_after().map(|known| mirrored(known, &BTreeSet::new())).unwrap_or_default();
    all.extend(portrait.unknown_after().map(|name| (name.to_owned(), json!(true))));
    Json::Object(all)
}

/// `true` at what must not be shown.
pub(super) fn sensitive(attributes: Option<&Attributes>, sensitive: &BTreeSet<String>) -> Json {
    attributes.map_or(json!(false), |attributes| Json::Object(mirrored(attributes, sensitive)))
}

fn mirrored(attributes: &Attributes, marked: &BTreeSet<String>) -> Map<String, Json> {
    let shapes = attributes.iter().filter_map(|(name, value)| {
        let shape = if marked.contains(name) { Some(json!(true)) } else { shape(value) };
        shape.map(|shape| (name.to_owned(), shape))
    });
    shapes.collect()
}

/// The shape of a value without marks: nothing for what is no container.
fn shape(value: &Value) -> Option<Json> {
    match value {
        Value::List(items) => {
            Some(items.iter().map(|item| shape(item).unwrap_or(json!(false))).collect::<Vec<_>>().into())
        }
        Value::Map(entries) => {
            let inner = entries.iter().filter_map(|(key, value)| Some((key.clone(), shape(value)?)));
            Some(Json::Object(inner.collect()))
        }
        _ => None,
    }
}
