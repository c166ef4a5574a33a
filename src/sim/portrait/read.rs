//! Reading answers whose spelling differs from edition to edition: a number may be a text, a list a text with commas.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A text; a number counts as one.
pub(super) fn text(row: &Value, name: &str) -> Option<String> {
    match row.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text that must not be empty.
pub(super) fn word(row: &Value, name: &str) -> Option<String> {
    text(row, name).filter(|text| !text.is_empty())
}

/// A whole number.
pub(super) fn whole(row: &Value, name: &str) -> Option<u64> {
    let value = row.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A truth value.
pub(super) fn flag(row: &Value, name: &str) -> Option<bool> {
    let value = row.get(name)?;
    value.as_bool().or_else(|| value.as_str()?.to_ascii_lowercase().parse().ok())
}

/// A time, with or without its zone.
pub(super) fn time(row: &Value, name: &str) -> Option<Timestamp> {
    let text = row.get(name)?.as_str()?;
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// An id.
pub(super) fn id(row: &Value, name: &str) -> Option<Uuid> {
    Uuid::try_parse(row.get(name)?.as_str()?).ok()
}

/// The rows of a list; none where there is no list.
pub(super) fn rows<'a>(row: &'a Value, name: &str) -> &'a [Value] {
    row.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A list of texts, or one text with commas.
pub(super) fn texts(row: &Value, name: &str) -> Vec<String> {
    match row.get(name) {
        Some(Value::String(text)) => text.split(',').map(str::to_owned).filter(|t| !t.is_empty()).collect(),
        _ => rows(row, name).iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// 16 bytes that stand for these words, the same ones each time: ids of what nobody shows.
pub(super) fn made_up(words: &[&str]) -> Uuid {
    let digest = Sha256::digest(words.join("\n"));
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
