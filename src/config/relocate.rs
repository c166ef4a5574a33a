//! The same configuration somewhere else: other provider blocks, other ids of networks and ports.
//!
//! It is the author's text that changes, at the places where it says so, and then it is read again:
//! what is planned elsewhere is exactly what the author has once the edits are made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::configuration::{Configuration, ResourceBlock};
use super::document::{Document, Form, NodeId};
use super::mapping::Mapping;
use super::read;
use super::source::Sources;
use crate::diagnostic::{Diagnostic, Place};
use crate::expr::{Inputs, NoObjects};
use crate::resource::{AttributeSchema, Block, Catalog, Check, Mode, ProviderName, Type, Value};

/// What moves, and what values are elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Relocation {
    /// The provider blocks that take the place of others.
    pub providers: BTreeMap<ProviderName, ProviderName>,
    /// What values of the old places are in the new ones; for what moves, and for what all share.
    pub values: Mapping,
    /// What holds for everything, such as the ids of accounts that others admit.
    pub accounts: BTreeMap<String, String>,
}

/// One edit of the author's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The value that is exchanged.
    pub place: Place,
    /// As it was written.
    pub before: String,
    /// As it is to be written.
    pub after: String,
}

/// A configuration somewhere else, as text.
#[derive(Clone)]
pub struct Relocated {
    /// The edited texts.
    pub sources: Sources,
    /// What was edited, in order.
    pub edits: Vec<Edit>,
    /// Variables of the command line whose values changed, with the new ones.
    pub vars: Vec<(String, String)>,
    /// Values of the mapping that stand nowhere.
    pub unused: Vec<String>,
}

impl Relocation {
    /// Whether a block of the configuration moves.
    pub fn moves(&self, block: &ResourceBlock) -> bool {
        self.providers.contains_key(&block.provider)
    }

    /// Edits the texts that `configuration` was read from.
    pub fn edit(&self, sources: &Sources, configuration: &Configuration) -> Relocated {
        let mut editing =
            Editing { relocation: self, configuration, edits: Vec::new(), used: BTreeSet::new() };
        let mut edited = sources.clone();
        let shared = self.shared();
        // What cannot be read was reported where the configuration was parsed.
        for (file, bytes) in &mut edited.files {
            if let Some(document) = read::read(file, bytes, &mut Vec::new()) {
                editing.document(&document, &shared);
                editing.write(&document, bytes);
            }
        }
        for (file, bytes) in &mut edited.var_files {
            if let Some(document) = read::read(file, bytes, &mut Vec::new()) {
                editing.all(&document, document.root, &shared, false);
                editing.write(&document, bytes);
            }
        }
        let mut vars = Vec::new();
        for (name, text) in &mut edited.vars {
            let (new, used) = shared.exchanged(text);
            editing.used.extend(used);
            if let Some(new) = new {
                vars.push((name.clone(), new.clone()));
                *text = new;
            }
        }
        let Editing { mut edits, used, .. } = editing;
        edits.sort_by(|a, b| a.place.cmp(&b.place));
        let unused = self.values.olds().filter(|old| !used.contains(*old)).map(str::to_owned).collect();
        Relocated { sources: edited, edits, vars, unused }
    }

    /// What is exchanged where all share a value.
    fn shared(&self) -> Exchange<'_> {
        Exchange::of(self.accounts().chain(self.values.everywhere()))
    }

    fn accounts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.accounts.iter().map(|(old, new)| (old.as_str(), new.as_str()))
    }

    /// The values of what moved that belong to the place it was in, and of which nothing is said.
    /// `before` is the configuration as the author has it, `after` the edited one.
    pub fn unmapped(
        &self,
        before: &Configuration,
        after: &Configuration,
        catalog: &Catalog,
    ) -> Vec<Diagnostic> {
        let mut faults: Vec<Diagnostic> = Vec::new();
        let moved = after
            .blocks
            .values()
            .filter(|block| before.blocks.get(&block.block).is_some_and(|block| self.moves(block)));
        for block in moved {
            let own = &before.blocks[&block.block];
            // Keys that depend on objects cannot be known before they are read.
            let Ok(instances) = after.instances(block, &NoObjects) else { continue };
            for (key, each) in instances.into_iter() {
                let inputs = |of: &Configuration, block| {
                    of.inputs(block, key.as_ref(), &each, &NoObjects, catalog).ok()
                };
                // The author is shown the line as it stands now.
                let Some((now, then)) = inputs(before, own).zip(inputs(after, block)) else { continue };
                faults.extend(self.unmapped_inputs(own, block, &now, &then, catalog));
            }
        }
        // Instances of one block share their lines.
        let mut told = BTreeSet::new();
        faults.retain(|fault| told.insert((fault.place.clone(), fault.detail.clone())));
        faults.sort_by(|a, b| a.place.cmp(&b.place));
        faults
    }
}

impl Relocation {
    fn unmapped_inputs(
        &self,
        before: &ResourceBlock,
        after: &ResourceBlock,
        now: &Inputs,
        then: &Inputs,
        catalog: &Catalog,
    ) -> Vec<Diagnostic> {
        let schema = catalog.schema(&after.block);
        let mut faults = Vec::new();
        for attribute in schema.arguments().filter(|attribute| schema.is_placed(attribute)) {
            let Some((now, then)) = now.get(attribute.name).zip(then.get(attribute.name)) else { continue };
            // What is read from other objects is theirs.
            let own = now.place.is_some() && then.reads.is_empty();
            let Some(value) = then.known().filter(|_| own) else { continue };
            let mut texts = Vec::new();
            named(attribute, value, &mut texts);
            texts.retain(|text| !self.values.leads_to(&schema.kind, attribute.name, text));
            let Some(first) = texts.first() else { continue };
            let (shown, first) = match then.sensitive {
                true => ("a sensitive value".to_owned(), "OLD"),
                false => (texts.join(", "), first.as_str()),
            };
            let detail = format!(
                "`{}` of {} is {shown}, which belongs to where `{}` leads, and nothing says what it is where `{}` leads",
                attribute.name, after.block, before.provider, after.provider
            );
            let hint = format!(
                "add `{first}: NEW` to the file of --values; a value that stays the same is its own new one"
            );
            faults
                .push(Diagnostic::error("A value of the old place", detail).at(now.place.clone()).hint(hint));
        }
        faults
    }
}

/// Every text in an attribute's value that can name something: not one of a few words.
fn named(attribute: &AttributeSchema, value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => texts.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| named(attribute, item, texts)),
        Value::Map(entries) => {
            let is_word = |field: &str| {
                let checks = attribute.checks.iter();
                let mut of_field = checks.filter_map(|check| match check {
                    Check::Field(name, check) if *name == field => Some(&**check),
                    _ => None,
                });
                of_field.any(|check| matches!(check, Check::OneOf(_)))
            };
            for (key, item) in entries {
                if matches!(attribute.ty, Type::Map(_)) {
                    texts.push(key.clone());
                }
                if !is_word(key) {
                    named(attribute, item, texts);
                }
            }
        }
        _ => {}
    }
}

struct Editing<'a> {
    relocation: &'a Relocation,
    configuration: &'a Configuration,
    edits: Vec<Edit>,
    used: BTreeSet<String>,
}

impl Editing<'_> {
    fn document(&mut self, document: &Document, shared: &Exchange<'_>) {
        let Some(sections) = document.root.and_then(|root| document.entries(root)) else { return };
        for (word, _, section) in sections {
            match word {
                "resources" => self.blocks(document, section, Mode::Managed),
                "data" => self.blocks(document, section, Mode::Data),
                "variables" | "locals" | "outputs" => self.all(document, Some(section), shared, false),
                // Ids of existing objects stay what they are; so does where providers lead.
                _ => {}
            }
        }
    }

    fn blocks(&mut self, document: &Document, section: NodeId, mode: Mode) {
        let relocation = self.relocation;
        let stays = Exchange::of(relocation.accounts());
        for (kind, _, named) in document.entries(section).into_iter().flatten() {
            for (name, _, body) in document.entries(named).into_iter().flatten() {
                let block = Block { mode, kind: kind.into(), name: name.into() };
                let Some(declared) = self.configuration.blocks.get(&block) else { continue };
                if !relocation.moves(declared) {
                    self.all(document, Some(body), &stays, false);
                    continue;
                }
                for (attribute, _, value) in document.entries(body).into_iter().flatten() {
                    if attribute == "provider" {
                        let new = relocation.providers[&declared.provider].as_str();
                        self.exchange(document, value, new.to_owned());
                    } else {
                        let all =
                            relocation.accounts().chain(relocation.values.within(&block.kind, attribute));
                        // The keys of `for_each` are part of addresses.
                        self.all(document, Some(value), &Exchange::of(all), attribute != "for_each");
                    }
                }
            }
        }
    }

    /// Exchanges what is to be exchanged in every text below a node, in keys where asked.
    fn all(&mut self, document: &Document, node: Option<NodeId>, exchange: &Exchange<'_>, keys: bool) {
        let Some(node) = node.filter(|_| !exchange.is_empty()) else { return };
        let one = &document.nodes[node.0 as usize];
        match &one.form {
            Form::Scalar(..) => {
                let (new, used) =
                    exchange.exchanged(&document.text[one.spot.start as usize..one.spot.end as usize]);
                self.used.extend(used);
                if let Some(new) = new {
                    self.exchange(document, node, new);
                }
            }
            Form::List(items) => {
                items.iter().for_each(|item| self.all(document, Some(*item), exchange, keys))
            }
            Form::Map(pairs) => {
                for (key, value) in pairs {
                    self.all(document, Some(*key).filter(|_| keys), exchange, keys);
                    self.all(document, Some(*value), exchange, keys);
                }
            }
            // It is exchanged where it is written out.
            Form::Alias(_) => {}
        }
    }

    fn exchange(&mut self, document: &Document, node: NodeId, after: String) {
        let place = document.place(node);
        let before = document.text[place.start..place.end].to_owned();
        if before != after {
            self.edits.push(Edit { place, before, after });
        }
    }

    /// Writes the edits of a document into its bytes.
    fn write(&mut self, document: &Document, bytes: &mut Vec<u8>) {
        let mut own: Vec<&Edit> = self.edits.iter().filter(|edit| edit.place.file == document.file).collect();
        own.sort_by_key(|edit| edit.place.start);
        let bom = bytes.len() - document.text.len();
        let mut text = String::with_capacity(document.text.len());
        let mut at = 0;
        for edit in own {
            text.push_str(&document.text[at..edit.place.start]);
            text.push_str(&edit.after);
            at = edit.place.end;
        }
        text.push_str(&document.text[at..]);
        bytes.truncate(bom);
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Old values and the new ones, found as whole words in a text.
#[derive(Debug, Default)]
struct Exchange<'a> {
    /// By the word that the old value begins with; longer ones first.
    by_word: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// The word that a text begins with.
fn word(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

impl<'a> Exchange<'a> {
    /// Of several pairs with one old value the last one holds.
    fn of(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Exchange<'a> {
        let pairs: BTreeMap<&str, &str> = pairs.collect();
        let mut by_word: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        // In the reverse order of texts, a longer one comes before what it begins with.
        for (old, new) in pairs.into_iter().rev().filter(|(old, _)| !word(old).is_empty()) {
            by_word.entry(word(old)).or_default().push((old, new));
        }
        Exchange { by_word }
    }

    fn is_empty(&self) -> bool {
        self.by_word.is_empty()
    }

    /// The text with every old value exchanged, if there is one, and the old values it has.
    fn exchanged(&self, text: &str) -> (Option<String>, Vec<String>) {
        let (mut new, mut used, mut at, mut copied) = (String::new(), Vec::new(), 0, 0);
        while at < text.len() {
            let word = word(&text[at..]);
            let fits = |(old, _): &&(&str, &str)| {
                text[at..].strip_prefix(*old).is_some_and(|rest| !rest.starts_with(is_word))
            };
            match self.by_word.get(word).and_then(|all| all.iter().find(fits)) {
                Some((old, other)) => {
                    new.push_str(&text[copied..at]);
                    new.push_str(other);
                    used.push((*old).to_owned());
                    at += old.len();
                    copied = at;
                }
                None if word.is_empty() => at += text[at..].chars().next().map_or(1, char::len_utf8),
                None => at += word.len(),
            }
        }
        if used.is_empty() {
            return (None, used);
        }
        new.push_str(&text[copied..]);
        (Some(new), used)
    }
}

/// The new texts of the files that edits are in, by name.
pub fn edited(before: &Sources, after: &Sources) -> BTreeMap<Arc<str>, String> {
    let all = |sources: &'_ Sources| -> Vec<(Arc<str>, Vec<u8>)> {
        sources.files.iter().chain(&sources.var_files).cloned().collect()
    };
    let pairs = all(before).into_iter().zip(all(after));
    let changed = pairs.filter(|((_, old), (_, new))| old != new);
    changed.map(|((file, _), (_, new))| (file, String::from_utf8_lossy(&new).into_owned())).collect()
}
