//! Names for what is exported, as a person would choose them.

use std::collections::BTreeSet;

/// A text as a name of the language: letters, digits and `_`, beginning with a letter. None where
/// nothing of it is left.
pub(super) fn plain(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.trim().chars() {
        let c = if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        if !(c == '_' && (name.is_empty() || name.ends_with('_'))) {
            name.push(c);
        }
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => None,
        Some(first) if first.is_alphabetic() => Some(name.to_owned()),
        Some(_) => Some(format!("n{name}")),
    }
}

/// What tells an id from others: its first part, or its end where that only says what it is of
/// (`ep-bp1…`).
pub(super) fn of_id(id: &str) -> &str {
    let first = id.split('-').next().unwrap_or_default();
    match id.char_indices().rev().nth(7) {
        Some((at, _)) if first.len() < 8 => &id[at..],
        _ => first,
    }
}

/// The name, or with a number where it is taken.
pub(super) fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(name);
    taken.insert(free.clone());
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_unique() {
        for (text, name) in [
            ("pay", Some("pay")),
            ("Pay-Gate 2", Some("pay_gate_2")),
            ("1st", Some("n1st")),
            ("--", None),
            ("", None),
        ] {
            assert_eq!(plain(text).as_deref(), name, "{text}");
        }
        let ids = [
            ("9ed07802-33d2-4603-96a0-03e670eda791", "9ed07802"),
            ("epsrv-bp1c1nousn7l9rkrg2cx", "9rkrg2cx"),
            ("a-b", "a"),
        ];
        for (id, name) in ids {
            assert_eq!(of_id(id), name);
        }
        let mut taken = BTreeSet::new();
        assert_eq!(["a", "a", "a"].map(|name| unique(name.into(), &mut taken)), ["a", "a_2", "a_3"]);
    }
}
