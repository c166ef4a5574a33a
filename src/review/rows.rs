//! One differing attribute, worked out for reading: a value, an arrow, members, or lines.

use similar::{ChangeTag, TextDiff};

use super::model::Sign;
use super::show::{block, member_text, value_text};
use crate::plan::{Difference, Shown};
use crate::resource::Value;

/// Wider than this a value on one line is no longer read.
const WIDE: usize = 96;

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether it comes, goes or changes; [`Sign::None`] where the whole object does.
    pub sign: Sign,
    /// What it is worth.
    pub body: Body,
    /// Why a new value takes a new object, if it does.
    pub replaces: Option<String>,
}

/// What an attribute is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// One value.
    One(Cell),
    /// This, then that.
    Arrow(Cell, Cell),
    /// Members or lines, one below the other; and how many others stay as they are.
    Parts(Vec<Part>, usize),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    None,
    /// The value as text.
    Text(String),
    /// Known only after apply; with the expression, where there is one.
    Unknown(String),
    /// Not to be shown.
    Sensitive,
}

/// One member or line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether it comes, goes, changes or stays.
    pub sign: Sign,
    /// Its text.
    pub text: String,
}

fn part(sign: Sign, text: impl Into<String>) -> Part {
    Part { sign, text: text.into() }
}

/// The row of a difference; none where there is nothing on either side.
pub(super) fn row(difference: &Difference, whole: bool) -> Option<Row> {
    let (before, after) = (nothing(&difference.before), nothing(&difference.after));
    let (sign, body) = match (before, after) {
        (Shown::Absent, Shown::Absent) => return None,
        // What was empty is no loss.
        (Shown::Value(value), Shown::Absent) if whole && is_empty(value) => return None,
        // The new object of a replacement has much of the old one.
        (_, after) if difference.same => (Sign::None, single(after)),
        (Shown::Absent, after) => (Sign::Plus, single(after)),
        (before, Shown::Absent) => (Sign::Minus, single(before)),
        (Shown::Value(a), Shown::Value(b)) => (Sign::Tilde, pair(a, b)),
        (before, after) => (Sign::Tilde, Body::Arrow(cell(before), cell(after))),
    };
    let sign = if whole { Sign::None } else { sign };
    Some(Row { name: difference.attribute.clone(), sign, body, replaces: difference.replaces.clone() })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Null is nothing.
fn nothing(shown: &Shown) -> &Shown {
    match shown {
        Shown::Value(value) if value.is_null() => &Shown::Absent,
        other => other,
    }
}

fn cell(shown: &Shown) -> Cell {
    match shown {
        Shown::Absent => Cell::None,
        Shown::Value(value) => Cell::Text(value_text(value)),
        Shown::Unknown(expression) => Cell::Unknown(expression.clone()),
        Shown::Sensitive => Cell::Sensitive,
    }
}

/// A value by itself, worked out for reading.
pub fn value_body(value: &Value) -> Body {
    single(&Shown::Value(value.clone()))
}

/// A value that stands alone: members one below the other, long texts as lines.
fn single(shown: &Shown) -> Body {
    match shown {
        Shown::Value(Value::List(items)) if !items.is_empty() && !is_wide_list(items) => {
            Body::Parts(items.iter().map(|item| part(Sign::None, member_text(item))).collect(), 0)
        }
        Shown::Value(Value::Map(entries)) if !entries.is_empty() && entries.values().all(is_scalar) => {
            Body::Parts(entries.iter().map(|(k, v)| part(Sign::None, entry(k, v))).collect(), 0)
        }
        Shown::Value(value) if is_long(value) => {
            Body::Parts(block(value).into_iter().map(|line| part(Sign::None, line)).collect(), 0)
        }
        shown => Body::One(cell(shown)),
    }
}

/// Two values: what members come and go, which lines differ, or simply this and that.
fn pair(before: &Value, after: &Value) -> Body {
    match (before, after) {
        (Value::List(a), Value::List(b)) if !is_wide_list(a) && !is_wide_list(b) => {
            members(a, b).unwrap_or_else(|| Body::Arrow(text(before), text(after)))
        }
        (Value::Map(a), Value::Map(b)) if a.values().chain(b.values()).all(is_scalar) => {
            let mut parts = Vec::new();
            let mut same = 0;
            for (key, old) in a {
                match b.get(key) {
                    None => parts.push(part(Sign::Minus, entry(key, old))),
                    Some(new) if new == old => same += 1,
                    Some(new) => {
                        parts.push(part(Sign::Tilde, format!("{} -> {}", entry(key, old), value_text(new))));
                    }
                }
            }
            let come = b.iter().filter(|(key, _)| !a.contains_key(*key));
            parts.extend(come.map(|(key, new)| part(Sign::Plus, entry(key, new))));
            Body::Parts(parts, same)
        }
        _ if is_long(before) || is_long(after) => lines(before, after),
        _ => Body::Arrow(text(before), text(after)),
    }
}

fn text(value: &Value) -> Cell {
    Cell::Text(value_text(value))
}

fn entry(key: &str, value: &Value) -> String {
    format!("{}: {}", value_text(&Value::from(key)), value_text(value))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_))
}

fn is_wide_list(items: &[Value]) -> bool {
    items.iter().any(|item| member_text(item).chars().count() > WIDE)
}

/// Whether a value needs more than one line.
fn is_long(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim_end().contains('\n'),
        Value::List(_) | Value::Map(_) => value_text(value).chars().count() > WIDE,
        _ => false,
    }
}

/// The members that come and go; none if only their order differs.
fn members(before: &[Value], after: &[Value]) -> Option<Body> {
    let mut left: Vec<&Value> = after.iter().collect();
    let mut parts = Vec::new();
    let mut same = 0;
    for old in before {
        match left.iter().position(|new| *new == old) {
            Some(i) => {
                left.remove(i);
                same += 1;
            }
            None => parts.push(part(Sign::Minus, member_text(old))),
        }
    }
    parts.extend(left.into_iter().map(|new| part(Sign::Plus, member_text(new))));
    (!parts.is_empty()).then_some(Body::Parts(parts, same))
}

/// A line diff with a little of what surrounds each difference.
fn lines(before: &Value, after: &Value) -> Body {
    // A line end after the last line too, or it would differ once others follow it.
    let joined = |value| block(value).iter().map(|line| format!("{line}\n")).collect::<String>();
    let (before, after) = (joined(before), joined(after));
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let mut parts = Vec::new();
    for (i, group) in diff.grouped_ops(2).iter().enumerate() {
        if i > 0 {
            parts.push(part(Sign::None, "…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => Sign::None,
                ChangeTag::Delete => Sign::Minus,
                ChangeTag::Insert => Sign::Plus,
            };
            parts.push(part(sign, change.value().trim_end_matches('\n')));
        }
    }
    Body::Parts(parts, 0)
}
