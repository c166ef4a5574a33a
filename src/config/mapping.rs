//! The file of `--values`: what ids of one place are in another, as YAML of old and new values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Document, NodeId};
use super::read;
use crate::diagnostic::{Diagnostic, known_names};
use crate::resource::{Catalog, Kind, Mode};

/// How the file looks, for those who wrote something else.
const EXAMPLE: &str = "write `OLD: NEW`, or below an attribute (`subnet_id: { OLD: NEW }`) or a kind and its \
                       attribute (`vpcep_endpoint: { subnet_id: { OLD: NEW } }`) where it holds only there";

/// Where a pair of values holds: everywhere, in one attribute, or in one attribute of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    attribute: Option<String>,
    kind: Option<Kind>,
}

/// What values of one place are in another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pairs: BTreeMap<Scope, BTreeMap<String, String>>,
}

impl Mapping {
    /// What holds in an attribute of a kind: what is said of it alone wins.
    pub(super) fn within(&self, kind: &Kind, attribute: &str) -> BTreeMap<&str, &str> {
        let mut all = self.everywhere();
        let attribute = Some(attribute.to_owned());
        for kind in [None, Some(kind.clone())] {
            let scope = Scope { attribute: attribute.clone(), kind };
            all.extend(pairs(self.pairs.get(&scope)));
        }
        all
    }

    /// What holds everywhere.
    pub(super) fn everywhere(&self) -> BTreeMap<&str, &str> {
        pairs(self.pairs.get(&Scope::default())).collect()
    }

    /// Adds a pair that holds everywhere, unless something is said of the old value already.
    pub fn add(&mut self, old: &str, new: &str) {
        let all = self.pairs.entry(Scope::default()).or_default();
        all.entry(old.to_owned()).or_insert_with(|| new.to_owned());
    }

    /// Whether a value of this attribute is one of the new place: named as such, or said to stay.
    pub(super) fn leads_to(&self, kind: &Kind, attribute: &str, value: &str) -> bool {
        self.within(kind, attribute).values().any(|new| *new == value)
    }

    /// Every old value.
    pub(super) fn olds(&self) -> impl Iterator<Item = &str> {
        self.pairs.values().flat_map(|pairs| pairs.keys().map(String::as_str))
    }
}

fn pairs(of: Option<&BTreeMap<String, String>>) -> impl Iterator<Item = (&str, &str)> {
    of.into_iter().flatten().map(|(old, new)| (old.as_str(), new.as_str()))
}

/// Reads a file of values.
///
/// # Errors
/// All its faults.
pub fn mapping(file: &Arc<str>, bytes: &[u8], catalog: &Catalog) -> Result<Mapping, Vec<Diagnostic>> {
    let mut reading = Reading { catalog, mapping: Mapping::default(), faults: Vec::new() };
    if let Some(document) = read::read(file, bytes, &mut reading.faults)
        && let Some(root) = document.root.filter(|root| !document.is_null(*root))
    {
        reading.map(&document, root, &Scope::default());
    }
    if reading.faults.is_empty() { Ok(reading.mapping) } else { Err(reading.faults) }
}

struct Reading<'a> {
    catalog: &'a Catalog,
    mapping: Mapping,
    faults: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn map(&mut self, document: &Document, node: NodeId, scope: &Scope) {
        let Some(entries) = document.entries(node) else {
            let detail = format!("values are a map of old and new ones, not {}", document.kind_name(node));
            return self.fault(document, "Wrong type", detail, node, EXAMPLE);
        };
        for (word, key, value) in entries {
            if document.entries(value).is_some() {
                if let Some(inner) = self.scope(document, word, key, scope) {
                    self.map(document, value, &inner);
                }
                continue;
            }
            match document.scalar(value) {
                Some((new, _)) if !document.is_null(value) && !new.trim().is_empty() => {
                    if scope.kind.is_some() && scope.attribute.is_none() {
                        let detail = format!("`{word}` stands below a kind, where its attributes stand");
                        self.fault(document, "Wrong type", detail, key, EXAMPLE);
                        continue;
                    }
                    self.mapping.pairs.entry(scope.clone()).or_default().insert(word.into(), new.into());
                }
                _ => {
                    let detail =
                        format!("the new value of `{word}` is a text, not {}", document.kind_name(value));
                    self.fault(document, "Wrong type", detail, value, EXAMPLE);
                }
            }
        }
    }

    /// What the key of a map means: a kind, or an attribute.
    fn scope(&mut self, document: &Document, word: &str, key: NodeId, outer: &Scope) -> Option<Scope> {
        if outer.attribute.is_some() {
            let detail = format!("`{word}` is a map, where an old and a new value stand");
            self.fault(document, "Wrong type", detail, key, EXAMPLE);
            return None;
        }
        let is_kind = |mode| self.catalog.get(mode, &Kind::from(word)).is_some();
        if outer.kind.is_none() && (is_kind(Mode::Managed) || is_kind(Mode::Data)) {
            return Some(Scope { kind: Some(word.into()), ..Scope::default() });
        }
        let within =
            |kind: &&crate::resource::KindSchema| outer.kind.as_ref().is_none_or(|only| kind.kind == *only);
        let known: Vec<&str> =
            self.catalog.iter().filter(within).flat_map(|kind| kind.arguments().map(|a| a.name)).collect();
        if known.contains(&word) {
            return Some(Scope { attribute: Some(word.to_owned()), kind: outer.kind.clone() });
        }
        let (detail, known) = match &outer.kind {
            Some(kind) => (format!("{kind} has no attribute `{word}`"), known),
            None => {
                let kinds = self.catalog.iter().map(|kind| kind.kind.as_str());
                (
                    format!("`{word}` is neither a kind nor an attribute"),
                    known.into_iter().chain(kinds).collect(),
                )
            }
        };
        let hint = known_names(word, known);
        self.fault(document, "Unknown key", detail, key, if hint.is_empty() { EXAMPLE } else { &hint });
        None
    }

    fn fault(&mut self, document: &Document, summary: &str, detail: String, node: NodeId, hint: &str) {
        self.faults.push(Diagnostic::error(summary, detail).at(document.place(node)).hint(hint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::catalog;

    fn read(text: &str) -> Result<Mapping, Vec<(String, usize)>> {
        mapping(&Arc::from("dr.yaml"), text.as_bytes(), &catalog()).map_err(|faults| {
            faults.into_iter().map(|f| (f.summary, f.place.map_or(0, |p| p.line))).collect()
        })
    }

    #[test]
    fn what_is_said_of_an_attribute_wins_over_what_holds_everywhere() {
        let mapping = read("a: b\nvpc_id: { a: c }\nvpcep_endpoint:\n  vpc_id: { a: d }\n").unwrap();
        let within = |kind: &str, attribute| mapping.within(&kind.into(), attribute)["a"];
        assert_eq!(within("vpcep_endpoint", "vpc_id"), "d");
        assert_eq!(within("vpcep_service", "vpc_id"), "c");
        assert_eq!(within("vpcep_service", "port_id"), "b");
        assert_eq!(mapping.everywhere()["a"], "b");
        assert!(mapping.leads_to(&"vpcep_service".into(), "vpc_id", "c"));
        assert!(!mapping.leads_to(&"vpcep_service".into(), "vpc_id", "a"));
        assert_eq!(read("").unwrap(), Mapping::default());
    }

    #[test]
    fn every_fault_has_its_place() {
        for (text, summary, line) in [
            ("- a\n", "Wrong type", 1),
            ("a: b\na: c\n", "Duplicate key", 2),
            ("a: b\nc:\n", "Wrong type", 2),
            ("a: [b]\n", "Wrong type", 1),
            ("subnet: { a: b }\n", "Unknown key", 1),
            ("vpcep_endpoint: { port_id: { a: b } }\n", "Unknown key", 1),
            ("vpcep_endpoint: { a: b }\n", "Wrong type", 1),
            ("vpc_id: { vpc_id: { a: b } }\n", "Wrong type", 1),
        ] {
            assert_eq!(read(text), Err(vec![(summary.to_owned(), line)]), "{text}");
        }
    }
}
