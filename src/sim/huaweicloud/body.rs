//! Fields of a request body, read one by one so that each fault draws its own code.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::errors::{Refusal, refuse};
use super::query::read_id;

/// A JSON object of a request. `null` counts as not given (VPCEP API reference, section 3).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value, code: &str) -> Result<Fields<'a>, Refusal> {
        value.as_object().map(Fields).ok_or_else(|| refuse(code))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, name: &str, code: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| refuse(code))).transpose()
    }

    pub(crate) fn flag(&self, name: &str, code: &str) -> Result<Option<bool>, Refusal> {
        self.get(name).map(|value| value.as_bool().ok_or_else(|| refuse(code))).transpose()
    }

    pub(crate) fn list(&self, name: &str, code: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.get(name).map(|value| value.as_array().ok_or_else(|| refuse(code))).transpose()
    }

    /// An array of strings.
    pub(crate) fn texts(&self, name: &str, code: &str) -> Result<Option<Vec<&'a str>>, Refusal> {
        let Some(list) = self.list(name, code)? else { return Ok(None) };
        let texts = list.iter().map(|value| value.as_str().ok_or_else(|| refuse(code)));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// An id; an empty text counts as not given, a malformed one is refused with `code`.
    pub(crate) fn id(&self, name: &str, code: &str) -> Result<Option<Uuid>, Refusal> {
        match self.text(name, code)? {
            None | Some("") => Ok(None),
            Some(text) => read_id(text).map(Some).ok_or_else(|| refuse(code)),
        }
    }

    /// An id that must be there: missing draws `empty`, malformed draws `code`.
    pub(crate) fn needed_id(&self, name: &str, empty: &str, code: &str) -> Result<Uuid, Refusal> {
        self.id(name, code)?.ok_or_else(|| refuse(empty))
    }

    /// One of the given words.
    pub(crate) fn word(&self, name: &str, words: &[&str], code: &str) -> Result<Option<&'a str>, Refusal> {
        match self.text(name, code)? {
            Some(text) if !words.contains(&text) => Err(refuse(code)),
            text => Ok(text),
        }
    }

    /// Free text: no `<` or `>`, and not longer than `max` characters (VPCEP API reference, section 8).
    pub(crate) fn description(&self, max: usize) -> Result<Option<&'a str>, Refusal> {
        match self.text("description", "0002")? {
            Some(text) if text.contains(['<', '>']) || text.chars().count() > max => Err(refuse("0002")),
            text => Ok(text),
        }
    }
}
