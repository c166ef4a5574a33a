//! Values as an author writes them in YAML: plain where that is safe, on one line, without what is the
//! default anyway.

use crate::resource::{Field, Type, Value};

/// A text: plain where YAML and the language read it back as it is.
pub(super) fn text(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    let word = !matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off"
    );
    // Other readers would take an account's id for a number.
    let number = text.parse::<f64>().is_ok();
    if starts && word && !number && text.chars().all(safe) {
        return text.to_owned();
    }
    // An expression would begin here.
    let literal = text.replace("${", "$${").replace("%{", "%%{");
    serde_json::Value::from(literal).to_string()
}

/// A value of a type.
pub(super) fn value(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::String(one), _) => text(one),
        (Value::List(items), Type::List(of) | Type::Set(of)) => {
            listed(items.iter().map(|item| self::value(item, of)))
        }
        (Value::List(items), _) => listed(items.iter().map(|item| self::value(item, &Type::Any))),
        (Value::Map(entries), Type::Object { fields, shorthand }) => {
            let given: Vec<&Field> = fields
                .iter()
                .filter(|field| {
                    let there = entries.get(&field.name).filter(|v| !is_nothing(v));
                    there.is_some() && there != field.default.as_ref()
                })
                .collect();
            match (shorthand, &given[..]) {
                (Some(name), [only]) if only.name == *name => self::value(&entries[&only.name], &only.ty),
                _ => mapped(given.iter().map(|f| (f.name.as_str(), self::value(&entries[&f.name], &f.ty)))),
            }
        }
        (Value::Map(entries), Type::Map(of)) => {
            mapped(entries.iter().map(|(name, one)| (name.as_str(), self::value(one, of))))
        }
        (Value::Map(entries), _) => {
            mapped(entries.iter().map(|(name, one)| (name.as_str(), self::value(one, &Type::Any))))
        }
        (Value::Null, _) => "null".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// So many characters of a list stand on one line.
const LINE: usize = 80;

/// A value as the argument of a block, whose lines begin this deep: a long list has a line for each
/// item.
pub(super) fn argument(value: &Value, ty: &Type, deep: usize) -> String {
    let line = self::value(value, ty);
    match (value, ty) {
        (Value::List(items), Type::List(of) | Type::Set(of)) if items.len() > 1 && line.len() > LINE => {
            let items = items.iter().map(|item| format!("\n{:deep$}- {}", "", self::value(item, of)));
            items.collect()
        }
        _ => line,
    }
}

/// Whether a value says nothing: null, an empty text.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn listed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn mapped<'a>(entries: impl Iterator<Item = (&'a str, String)>) -> String {
    let entries: Vec<String> = entries.map(|(name, one)| format!("{}: {one}", text(name))).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_as_they_were() {
        for one in [
            "pay",
            "10.0.0.0/8",
            "",
            "null",
            "True",
            "a: b",
            "- a",
            "${x}",
            "%{x}",
            "#",
            "a\nb",
            "ä",
            "0x1",
            "~",
            "1000000000000001",
            "1e5",
        ] {
            let written = text(one);
            let back: String =
                serde_yaml::from_str(&format!("[{written}]")).map(|v: Vec<String>| v[0].clone()).unwrap();
            assert_eq!(back.replace("$${", "${").replace("%%{", "%{"), one, "{written}");
        }
    }
}
