//! Values as people read them: texts bare where that is clear, structures in YAML's flow form.

use std::fmt::Write;

use crate::resource::Value;

/// Text without anything that could move the cursor or turn the reading direction: such characters
/// are written as escapes. Line ends too, so one value is one line.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if hidden(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Control characters and the invisible ones that reorder text.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether a text can stand without quotes and be taken for itself.
fn is_bare(text: &str, in_flow: bool) -> bool {
    let special = text.chars().any(|c| hidden(c) || (in_flow && matches!(c, ',' | '{' | '}' | '[' | ']')));
    let quoted_by_yaml = text.is_empty()
        || text.trim() != text
        || text.starts_with(['"', '\'', '(', '{', '['])
        || (in_flow && text.contains(": "))
        || matches!(text, "null" | "true" | "false");
    !(special || quoted_by_yaml)
}

fn string_text(text: &str, in_flow: bool) -> String {
    if is_bare(text, in_flow) {
        text.to_owned()
    } else {
        format!("\"{}\"", clean(&text.replace('\\', "\\\\").replace('"', "\\\"")))
    }
}

/// The value on one line.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => string_text(text, false),
        other => flow(other),
    }
}

/// A member of a list or set on one line. An object of which only one field is set is shown as that
/// field: a permission without description reads as the permission.
pub(super) fn member_text(value: &Value) -> String {
    let sole = value.as_map().and_then(sole);
    sole.map_or_else(|| value_text(value), |text| string_text(text, false))
}

/// The only field that is set, if it is a text.
fn sole(entries: &std::collections::BTreeMap<String, Value>) -> Option<&str> {
    let mut set = entries.values().filter(|v| !v.is_null());
    match (set.next(), set.next()) {
        (Some(Value::String(text)), None) => Some(text),
        _ => None,
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => string_text(text, true),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let shown: Vec<_> = entries
                .iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| format!("{}: {}", string_text(k, true), flow(v)))
                .collect();
            if shown.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", shown.join(", ")) }
        }
    }
}

/// The value on at most so many columns, cut with an ellipsis.
pub fn short(value: &Value, columns: usize) -> String {
    let text = value_text(value);
    if text.chars().count() <= columns {
        return text;
    }
    text.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}

/// The value over as many lines as it takes, in YAML's block form: for texts with line ends and for
/// structures that are too wide for one line.
pub(super) fn block(value: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    push_block(value, 0, "", &mut lines);
    lines
}

fn push_block(value: &Value, depth: usize, lead: &str, lines: &mut Vec<String>) {
    let pad = "  ".repeat(depth);
    match value {
        Value::String(text) if depth == 0 && lead.is_empty() => {
            lines.extend(text.lines().map(clean));
        }
        Value::Map(entries) if entries.values().any(|v| !v.is_null()) => {
            let mut lead = lead;
            for (key, v) in entries.iter().filter(|(_, v)| !v.is_null()) {
                let head = format!("{lead}{}:", string_text(key, true));
                let nested = matches!(v, Value::List(x) if !x.is_empty())
                    || matches!(v, Value::Map(x) if !x.is_empty());
                if nested {
                    lines.push(format!("{pad}{head}"));
                    push_block(v, depth + 1 + lead.len() / 2, "", lines);
                } else {
                    lines.push(format!("{pad}{head} {}", flow(v)));
                }
                lead = if lead.is_empty() { "" } else { "  " };
            }
        }
        Value::List(items) if !items.is_empty() => {
            for item in items {
                push_block(item, depth, "- ", lines);
            }
        }
        other => lines.push(format!("{pad}{lead}{}", flow(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn values_read_as_an_author_would_write_them() {
        for (given, shown) in [
            (r#""LB""#, "LB"),
            (r#""""#, r#""""#),
            (r#""true""#, r#""true""#),
            (r#"" x""#, r#"" x""#),
            (r#""a\u001b[2Jb""#, r#""a\u{1b}[2Jb""#),
            (r#""a\u202eb""#, r#""a\u{202e}b""#),
            ("[]", "[]"),
            ("{}", "{}"),
            (
                r#"{"permission":"*","description":"all, of us"}"#,
                r#"{ description: "all, of us", permission: * }"#,
            ),
            (r#"{"client_port":443,"server_port":8443}"#, "{ client_port: 443, server_port: 8443 }"),
            (r#"["a",1,true]"#, "[a, 1, true]"),
        ] {
            assert_eq!(value_text(&json(given)), shown);
        }
    }

    #[test]
    fn a_member_with_one_field_reads_as_that_field() {
        assert_eq!(
            member_text(&json(r#"{"permission":"iam:domain::1","description":null}"#)),
            "iam:domain::1"
        );
        assert_eq!(value_text(&json(r#"{"team":"payments"}"#)), "{ team: payments }");
    }

    #[test]
    fn wide_values_have_a_block_form() {
        let value = json(r#"[{"Action":["a","b"],"Effect":"Allow"},{"Effect":"Deny"}]"#);
        assert_eq!(block(&value), ["- Action:", "    - a", "    - b", "  Effect: Allow", "- Effect: Deny"]);
        assert_eq!(block(&json(r#""one\ntwo""#)), ["one", "two"]);
    }
}
