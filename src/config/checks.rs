//! Limits of attributes that can be checked before anything is sent.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use regex::Regex;

use crate::diagnostic::nearest;
use crate::resource::{Check, Value};

/// What is over a limit: the part, what is wrong, and a hint.
pub(super) struct Breach<'v> {
    pub(super) part: &'v Value,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Every breach of the checks.
pub(super) fn breaches<'v>(checks: &[Check], value: &'v Value, out: &mut Vec<Breach<'v>>) {
    for check in checks {
        one(check, value, out);
    }
}

fn one<'v>(check: &Check, value: &'v Value, out: &mut Vec<Breach<'v>>) {
    if value.is_null() {
        return;
    }
    let mut hint = String::new();
    let text = value.as_str().unwrap_or_default();
    let message = match check {
        Check::Each(inner) => {
            match value {
                Value::List(items) => items.iter().for_each(|item| one(inner, item, out)),
                Value::Map(entries) => entries.values().for_each(|item| one(inner, item, out)),
                _ => {}
            }
            return;
        }
        Check::Field(name, inner) => {
            let elements: Vec<&Value> = match value {
                Value::List(items) => items.iter().collect(),
                single => vec![single],
            };
            for element in elements {
                if let Some(field) = element.as_map().and_then(|m| m.get(*name)) {
                    one(inner, field, out);
                }
            }
            return;
        }
        Check::Keys(inner) => {
            for key in value.as_map().into_iter().flat_map(BTreeMap::keys) {
                let key_value = Value::from(key.as_str());
                let mut found = Vec::new();
                one(inner, &key_value, &mut found);
                let told: Vec<(String, String)> = found.into_iter().map(|b| (b.message, b.hint)).collect();
                out.extend(told.into_iter().map(|(message, hint)| Breach {
                    part: value,
                    message: format!("the key `{key}`: {message}"),
                    hint,
                }));
            }
            return;
        }
        Check::MaxLength(most) => {
            let length = text.chars().count();
            (length > *most).then(|| format!("at most {most} characters are allowed; it has {length}"))
        }
        Check::Pattern(pattern, allowed) => (!matches(pattern, text))
            .then(|| format!("`{}` is not allowed; allowed are {allowed}", short(text))),
        Check::Not(word, why) => (text == *word).then(|| format!("`{word}` is not allowed: {why}")),
        Check::OneOf(words) => (!words.contains(&text)).then(|| {
            if let Some(near) = nearest(text, words.iter().copied()) {
                hint = format!("did you mean `{near}`?");
            }
            format!("`{}` is not allowed: it is one of {}", short(text), words.join(", "))
        }),
        Check::Range(from, to) => match value {
            Value::Number(n) if n.as_i64().is_none_or(|i| i < *from || i > *to) => {
                Some(format!("{n} is out of range: {from} to {to} is allowed"))
            }
            _ => None,
        },
        Check::Items(least, most) => {
            let count = match value {
                Value::List(items) => items.len(),
                Value::Map(entries) => entries.len(),
                _ => return,
            };
            if count < *least {
                Some(format!("at least {least} must be given; there are {count}"))
            } else if count > *most {
                Some(format!("at most {most} are allowed; there are {count}"))
            } else {
                None
            }
        }
        Check::Uuid => (uuid::Uuid::try_parse(text).is_err() || text.len() != 36).then(|| {
            hint = "the cloud's ids look like 4189d3c2-8882-4871-a3c2-d380272eed80".into();
            format!("`{}` is no UUID", short(text))
        }),
        Check::Ipv4 => text
            .parse::<std::net::Ipv4Addr>()
            .is_err()
            .then(|| format!("`{}` is no IPv4 address", short(text))),
        Check::Outside(range, why) => {
            let inside =
                |range: ipnet::Ipv4Net| text.parse().is_ok_and(|ip: std::net::Ipv4Addr| range.contains(&ip));
            range.parse().is_ok_and(inside).then(|| format!("`{text}` is in {range}: {why}"))
        }
        Check::Ipv4OrCidr => {
            let good = text.parse::<std::net::Ipv4Addr>().is_ok() || text.parse::<ipnet::Ipv4Net>().is_ok();
            (!good).then(|| {
                format!("`{}` is neither an IPv4 address nor a range such as 10.0.0.0/24", short(text))
            })
        }
    };
    out.extend(message.map(|message| Breach { part: value, message, hint }));
}

fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((i, _)) => format!("{}…", &text[..i]),
        None => text.to_owned(),
    }
}

/// Whether the whole text matches. The patterns are the catalog's own, each compiled once.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<&'static str, Regex>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern).or_insert_with(|| {
        Regex::new(&format!("^(?:{pattern})$"))
            .unwrap_or_else(|e| panic!("bad pattern in the catalog, please report: {e}"))
    });
    regex.is_match(text)
}
