//! Documents to declarations, section by section. What refers to what is checked later.

mod block;
mod imports;
mod lifecycle;
mod limits;
mod plain;
mod policies;
mod provider;
mod state;
mod variable;

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

pub(super) use imports::IMPORT;
pub(super) use lifecycle::KEYS as LIFECYCLE;
pub(super) use policies::{EXCEPTION, POLICIES};
pub(super) use variable::RawVariable;

use super::configuration::{Dependency, Lifecycle, OutputBlock, ProviderBlock, Timeouts};
use super::document::{Document, NodeId};
use super::imports::RawImport;
use super::limits::Limits;
use super::policies::PolicySettings;
use super::written::Writer;
use crate::diagnostic::{Diagnostic, Place, known_names};
use crate::expr::Template;
use crate::resource::{Block, Catalog, Mode, ProviderName, Rows};

/// The words at the top level.
pub(super) const SECTIONS: [&str; 11] = [
    "stack",
    "variables",
    "locals",
    "providers",
    "data",
    "resources",
    "imports",
    "outputs",
    "limits",
    "policies",
    "state",
];
/// Words of the language that this version does not know yet.
pub(super) const RESERVED: [&str; 3] = ["modules", "moved", "removed"];

/// What all files of a configuration declare.
#[derive(Default)]
pub(super) struct Declared {
    pub(super) stack: Option<(String, Place)>,
    pub(super) variables: BTreeMap<String, RawVariable>,
    pub(super) locals: BTreeMap<Arc<str>, (Option<Template>, Place)>,
    pub(super) providers: BTreeMap<ProviderName, (Option<ProviderBlock>, Place)>,
    pub(super) blocks: BTreeMap<Block, RawBlock>,
    pub(super) outputs: BTreeMap<String, (Option<OutputBlock>, Place)>,
    pub(super) limits: Option<(Limits, Place)>,
    pub(super) policies: PolicySettings,
    pub(super) imports: Vec<RawImport>,
    pub(super) snapshots: Option<(usize, Place)>,
}

/// A resource or data block before its references are checked.
pub(super) struct RawBlock {
    pub(super) provider: Option<(String, Place)>,
    pub(super) for_each: Option<Template>,
    pub(super) has_for_each: bool,
    pub(super) depends_on: Vec<(Dependency, Place)>,
    pub(super) lifecycle: Lifecycle,
    pub(super) timeouts: Timeouts,
    pub(super) sensitive: std::collections::BTreeSet<String>,
    pub(super) attributes: Rows<SmolStr, Box<super::configuration::Argument>>,
    /// Attributes that stand there with a fault: they are not missing.
    pub(super) broken: std::collections::BTreeSet<String>,
    pub(super) place: Place,
}

/// Lowers documents one after the other.
pub(super) struct Lowering<'a> {
    pub(super) document: &'a Document,
    pub(super) catalog: &'a Catalog,
    pub(super) writer: Writer<'a>,
    pub(super) declared: &'a mut Declared,
}

impl<'a> Lowering<'a> {
    /// All of one document.
    pub(super) fn document(mut self) {
        let document = self.document;
        let Some(root) = document.root else { return };
        if document.is_null(root) {
            return;
        }
        let Some(entries) = document.entries(root) else {
            let detail = format!(
                "a configuration is a map with `stack:`, `resources:` …, not {}",
                document.kind_name(root)
            );
            return self.fault("Not a configuration", detail, root, "");
        };
        for (word, key, value) in entries {
            match word {
                "stack" => self.stack(key, value),
                "variables" => self.each_named(value, "variables", Self::variable),
                "locals" => self.each_named(value, "locals", Self::local),
                "providers" => self.each_named(value, "providers", Self::provider),
                "data" => self.kinds(Mode::Data, value),
                "resources" => self.kinds(Mode::Managed, value),
                "outputs" => self.each_named(value, "outputs", Self::output),
                "limits" => self.limits(key, value),
                "policies" => self.policies(value),
                "imports" => self.imports(value),
                "state" => self.state(key, value),
                word if RESERVED.contains(&word) => {
                    let detail =
                        format!("`{word}:` is a word of the language that this version does not support yet");
                    self.fault("Not supported by this version", detail, key, "leave it out");
                }
                word => self.unknown_key(word, key, "at the top level", SECTIONS),
            }
        }
    }

    pub(super) fn fault(
        &mut self,
        summary: &str,
        detail: impl Into<String>,
        at: NodeId,
        hint: impl Into<String>,
    ) {
        let place = self.document.place(at);
        self.writer.faults.push(Diagnostic::error(summary, detail).at(place).hint(hint));
    }

    pub(super) fn unknown_key(
        &mut self,
        word: &str,
        at: NodeId,
        place: &str,
        known: impl IntoIterator<Item = &'static str> + Clone,
    ) {
        let hint = known_names(word, known);
        self.fault("Unknown key", format!("there is no `{word}` {place}"), at, hint);
    }

    /// Says that a name was declared before.
    pub(super) fn twice(&mut self, what: &str, name: &str, key: NodeId, first: Place) {
        let detail = format!("{what} `{name}` is declared twice");
        let place = self.document.place(key);
        let fault = Diagnostic::error("Declared twice", detail).at(place);
        self.writer
            .faults
            .push(fault.also(Some(first), "first here").hint("rename or remove one of the two"));
    }

    /// The entries of a section, each under a name.
    fn each_named(&mut self, section: NodeId, what: &str, lower: fn(&mut Self, &str, NodeId, NodeId)) {
        let document = self.document;
        if document.is_null(section) {
            return;
        }
        let Some(entries) = document.entries(section) else {
            let detail = format!("`{what}` holds a map by name, not {}", document.kind_name(section));
            return self.fault("Wrong type", detail, section, "write NAME: under it, indented");
        };
        for (name, key, value) in entries {
            if self.name_is_good(name, key) {
                lower(self, name, key, value);
            }
        }
    }

    pub(super) fn name_is_good(&mut self, name: &str, key: NodeId) -> bool {
        let mut chars = name.chars();
        let good = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !good {
            let detail = format!("`{name}` cannot be a name");
            self.fault(
                "Invalid name",
                detail,
                key,
                "a name begins with a letter and has letters, digits, `_` and `-`",
            );
        }
        good
    }

    fn stack(&mut self, key: NodeId, value: NodeId) {
        let document = self.document;
        if let Some((_, first)) = &self.declared.stack {
            let first = first.clone();
            return self.twice("the", "stack", key, first);
        }
        let name = document.scalar(value).map_or("", |(text, _)| text);
        let good = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        if !good {
            let hint = "at most 64 letters, digits, `_`, `-` and `.`: it names the folder of the state";
            self.fault("Invalid stack name", format!("`{name}` cannot name a stack"), value, hint);
        }
        self.declared.stack = Some((name.to_owned(), document.place(value)));
    }

    fn local(&mut self, name: &str, key: NodeId, value: NodeId) {
        if let Some((_, first)) = self.declared.locals.get(name) {
            let first = first.clone();
            return self.twice("the local value", name, key, first);
        }
        let template = self.writer.template(self.document, value);
        self.declared.locals.insert(name.into(), (template, self.document.place(key)));
    }

    fn output(&mut self, name: &str, key: NodeId, value: NodeId) {
        let document = self.document;
        if let Some((_, first)) = self.declared.outputs.get(name) {
            let first = first.clone();
            return self.twice("the output", name, key, first);
        }
        let place = document.place(key);
        let (mut template, mut sensitive, mut description) = (None, None, String::new());
        let mut given = false;
        match document.entries(value) {
            None => self.fault(
                "Wrong type",
                format!("an output is a map with `value:`, not {}", document.kind_name(value)),
                value,
                format!("write {name}: {{ value: … }}"),
            ),
            Some(entries) => {
                for (word, key, value) in entries {
                    match word {
                        "value" => {
                            given = true;
                            template = self.writer.template(document, value);
                        }
                        "sensitive" => sensitive = self.flag(value, "sensitive"),
                        "description" => description = self.words(value, "description").unwrap_or_default(),
                        word => {
                            self.unknown_key(word, key, "in an output", ["value", "sensitive", "description"])
                        }
                    }
                }
                if !given {
                    self.fault("Missing key", format!("the output `{name}` has no `value`"), key, "");
                }
            }
        }
        let output = template.map(|value| OutputBlock {
            value,
            sensitive,
            description,
            place: place.clone(),
            reads: BTreeMap::new(),
        });
        self.declared.outputs.insert(name.to_owned(), (output, place));
    }
}
