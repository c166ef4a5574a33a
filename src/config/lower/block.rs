//! Resource and data blocks: attributes by schema, meta keys.

use std::collections::BTreeSet;

use super::{Lowering, RawBlock};
use crate::config::configuration::{Argument, Lifecycle, Timeouts};
use crate::config::document::NodeId;
use crate::diagnostic::known_names;
use crate::resource::{Block, Kind, KindSchema, Mode, Rows};

/// The keys of a block that are no attributes.
pub(in crate::config) const META: [&str; 6] =
    ["provider", "for_each", "depends_on", "lifecycle", "timeouts", "sensitive"];

impl Lowering<'_> {
    /// `resources:` or `data:`: kinds, and under each kind its blocks.
    pub(super) fn kinds(&mut self, mode: Mode, section: NodeId) {
        let document = self.document;
        let (what, form) = match mode {
            Mode::Managed => ("resources", "resources"),
            Mode::Data => ("data", "data lookups"),
        };
        if document.is_null(section) {
            return;
        }
        let Some(kinds) = document.entries(section) else {
            let detail =
                format!("`{what}` holds {form} by kind and name, not {}", document.kind_name(section));
            return self.fault(
                "Wrong type",
                detail,
                section,
                format!("write {what}: {{ KIND: {{ NAME: … }} }}"),
            );
        };
        for (word, key, blocks) in kinds {
            let kind = Kind::from(word);
            let catalog = self.catalog;
            let schema = catalog.get(mode, &kind);
            if schema.is_none() {
                self.unknown_kind(mode, &kind, key);
            }
            if document.is_null(blocks) {
                continue;
            }
            let Some(entries) = document.entries(blocks) else {
                let detail = format!("`{word}` holds blocks by name, not {}", document.kind_name(blocks));
                self.fault("Wrong type", detail, blocks, "write NAME: under it, indented");
                continue;
            };
            for (name, key, body) in entries {
                if !self.name_is_good(name, key) {
                    continue;
                }
                let block = Block { mode, kind: kind.clone(), name: name.into() };
                if let Some(first) = self.declared.blocks.get(&block) {
                    let first = first.place.clone();
                    self.twice("the block", &block.to_string(), key, first);
                } else {
                    self.block(block, schema, key, body);
                }
            }
        }
    }

    fn unknown_kind(&mut self, mode: Mode, kind: &Kind, key: NodeId) {
        let catalog = self.catalog;
        let other = if mode == Mode::Managed { Mode::Data } else { Mode::Managed };
        let (what, place) = match mode {
            Mode::Managed => ("kind of resource", "data:"),
            Mode::Data => ("kind of data lookup", "resources:"),
        };
        let hint = if catalog.get(other, kind).is_some() {
            format!("it belongs under `{place}`")
        } else {
            let known: Vec<&str> =
                catalog.iter().filter(|k| k.mode == mode).map(|k| k.kind.as_str()).collect();
            known_names(kind.as_str(), known)
        };
        self.fault("Unknown kind", format!("there is no {what} `{kind}`"), key, hint);
    }

    fn block(&mut self, block: Block, schema: Option<&KindSchema>, key: NodeId, body: NodeId) {
        let document = self.document;
        let mut raw = RawBlock {
            provider: None,
            for_each: None,
            has_for_each: false,
            depends_on: Vec::new(),
            lifecycle: Lifecycle::default(),
            timeouts: Timeouts::default(),
            sensitive: BTreeSet::new(),
            attributes: Rows::new(),
            broken: BTreeSet::new(),
            place: document.place(key),
        };
        if !document.is_null(body) {
            match document.entries(body) {
                None => {
                    let detail = format!("{block} is a map of attributes, not {}", document.kind_name(body));
                    self.fault("Wrong type", detail, body, "");
                    raw.broken
                        .extend(schema.into_iter().flat_map(|s| &s.attributes).map(|a| a.name.to_owned()));
                }
                Some(entries) => {
                    for (word, key, value) in entries {
                        if META.contains(&word) {
                            self.meta(word, key, value, schema, &mut raw);
                        } else if let Some(schema) = schema {
                            self.attribute(word, key, value, schema, &mut raw);
                        }
                    }
                }
            }
        }
        self.declared.blocks.insert(block, raw);
    }

    fn attribute(&mut self, word: &str, key: NodeId, value: NodeId, schema: &KindSchema, raw: &mut RawBlock) {
        match schema.attribute(word) {
            Some(attribute) if !attribute.is_argument() => {
                let detail = format!("`{word}` is chosen by the cloud: it can be read, not set");
                self.fault("Attribute cannot be set", detail, key, "leave it out");
            }
            Some(_) => match self.writer.template(self.document, value) {
                Some(template) => {
                    let (place, key_place) = (self.document.place(value), self.document.place(key));
                    raw.attributes.insert(
                        word.into(),
                        Box::new(Argument { template, place, key_place, settled: None, broken: false }),
                    );
                }
                None => drop(raw.broken.insert(word.to_owned())),
            },
            None => {
                let known: Vec<&str> = schema.arguments().map(|a| a.name).chain(META).collect();
                // The misspelt one is not also missing.
                raw.broken.extend(crate::diagnostic::nearest(word, known.iter().copied()).map(str::to_owned));
                let hint = known_names(word, known);
                self.fault(
                    "Unknown attribute",
                    format!("{} has no attribute `{word}`", schema.kind),
                    key,
                    hint,
                );
            }
        }
    }

    fn meta(
        &mut self,
        word: &str,
        key: NodeId,
        value: NodeId,
        schema: Option<&KindSchema>,
        raw: &mut RawBlock,
    ) {
        let document = self.document;
        match word {
            "provider" => {
                let name = self.words(value, word).unwrap_or_default();
                raw.provider = Some((name, document.place(value)));
            }
            "for_each" => {
                raw.has_for_each = true;
                raw.for_each = self.writer.template(document, value);
            }
            "depends_on" => {
                for item in self.items(value, word) {
                    self.dependency(item, raw);
                }
            }
            "sensitive" => {
                for item in self.items(value, word) {
                    if let Some(name) = self.attribute_name(item, word, schema) {
                        raw.sensitive.insert(name);
                    }
                }
            }
            "timeouts" if schema.is_some_and(|s| s.mode == Mode::Data) => {
                self.fault("Unknown key", "a data lookup has no `timeouts`", key, "leave it out");
            }
            "timeouts" => self.timeouts(value, &mut raw.timeouts),
            _ => self.lifecycle(value, schema, &mut raw.lifecycle),
        }
    }

    /// The name of an attribute in a list such as `sensitive` or `ignore_changes`.
    pub(super) fn attribute_name(
        &mut self,
        item: NodeId,
        list: &str,
        schema: Option<&KindSchema>,
    ) -> Option<String> {
        let name = self.words(item, list)?;
        let schema = schema?;
        if schema.attribute(&name).is_none() {
            let known: Vec<&str> = schema.attributes.iter().map(|a| a.name).collect();
            let hint = known_names(&name, known);
            self.fault("Unknown attribute", format!("{} has no attribute `{name}`", schema.kind), item, hint);
            return None;
        }
        Some(name)
    }

    fn dependency(&mut self, item: NodeId, raw: &mut RawBlock) {
        let text = self.document.scalar(item).map_or("", |(text, _)| text).trim();
        let bare = text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).unwrap_or(text).trim();
        let Ok(dependency) = bare.parse() else {
            let detail = format!("{} names no resource", self.shown(item));
            let hint = "write KIND.NAME, KIND.NAME[\"KEY\"] or data.KIND.NAME";
            return self.fault("Invalid dependency", detail, item, hint);
        };
        raw.depends_on.push((dependency, self.document.place(item)));
    }

    fn timeouts(&mut self, value: NodeId, timeouts: &mut Timeouts) {
        let document = self.document;
        let Some(entries) = document.entries(value) else {
            let detail = format!("`timeouts` is a map, not {}", document.kind_name(value));
            return self.fault("Wrong type", detail, value, "write timeouts: { create: 10m, delete: 10m }");
        };
        for (word, key, value) in entries {
            match word {
                "create" => timeouts.create = self.duration(value, word),
                "update" => timeouts.update = self.duration(value, word),
                "delete" => timeouts.delete = self.duration(value, word),
                word => self.unknown_key(word, key, "in `timeouts`", ["create", "update", "delete"]),
            }
        }
    }
}
