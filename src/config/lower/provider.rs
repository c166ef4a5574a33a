//! Provider blocks.

use std::collections::{BTreeMap, BTreeSet};

use super::Lowering;
use crate::config::configuration::ProviderBlock;
use crate::config::document::NodeId;
use crate::diagnostic::known_names;
use crate::resource::{ProviderName, SettingSchema};

/// What every provider block may say, whatever its type.
pub(in crate::config) const SPECIAL: [&str; 3] = ["type", "mark", "sim_account"];

impl Lowering<'_> {
    pub(super) fn provider(&mut self, name: &str, key: NodeId, value: NodeId) {
        let document = self.document;
        if let Some((_, first)) = self.declared.providers.get(name) {
            let first = first.clone();
            return self.twice("the provider", name, key, first);
        }
        let place = document.place(key);
        let mut block = ProviderBlock {
            name: ProviderName::from(name),
            kind_type: String::new(),
            settings: BTreeMap::new(),
            secrets: BTreeSet::new(),
            sim_account: None,
            mark: false,
            place: place.clone(),
        };
        let mut good = false;
        match document.entries(value) {
            None => {
                let detail = format!("a provider is a map with `type:`, not {}", document.kind_name(value));
                self.fault("Wrong type", detail, value, "");
            }
            Some(entries) => {
                // What it may say follows from its type, wherever that stands.
                let entries: Vec<_> = entries.collect();
                let mut typed = false;
                for (_, _, value) in entries.iter().filter(|(word, ..)| *word == "type") {
                    typed = true;
                    good = self.provider_type(*value, &mut block);
                }
                let settings = self.catalog.settings(&block.kind_type);
                for (word, key, value) in entries {
                    match (word, settings.iter().find(|setting| setting.name == word)) {
                        ("type", _) => {}
                        ("mark", _) => block.mark = self.flag(value, "mark").unwrap_or(false),
                        ("sim_account", _) => block.sim_account = self.words(value, "sim_account"),
                        (_, Some(setting)) if setting.group.is_empty() => {
                            self.setting(word, setting, value, &mut block);
                        }
                        (_, Some(setting)) => self.group(setting, value, &mut block),
                        // Of a block without a type nobody knows what it may say.
                        (_, None) if !good => {}
                        (_, None) => {
                            let known =
                                SPECIAL.into_iter().chain(settings.iter().map(|setting| setting.name));
                            self.unknown_key(word, key, "in a provider block", known.collect::<Vec<_>>());
                        }
                    }
                }
                if !typed {
                    let types: Vec<&str> = self.catalog.provider_types().into_iter().collect();
                    let hint = format!("add type: {}", types.join(" or type: "));
                    self.fault("Missing key", format!("the provider `{name}` has no `type`"), key, hint);
                }
            }
        }
        self.declared.providers.insert(ProviderName::from(name), (good.then_some(block), place));
    }

    fn provider_type(&mut self, value: NodeId, block: &mut ProviderBlock) -> bool {
        let Some(word) = self.words(value, "type") else { return false };
        let types = self.catalog.provider_types();
        if !types.contains(word.as_str()) {
            let hint = known_names(&word, types);
            self.fault("Unknown provider type", format!("there is no provider type `{word}`"), value, hint);
            return false;
        }
        block.kind_type = word;
        true
    }

    fn group(&mut self, group: &'static SettingSchema, value: NodeId, block: &mut ProviderBlock) {
        let document = self.document;
        let name = group.name;
        let Some(entries) = document.entries(value) else {
            let detail = format!("`{name}` is a map, not {}", document.kind_name(value));
            let first: Vec<String> =
                group.group.iter().take(2).map(|one| format!("{}: …", one.name)).collect();
            return self.fault(
                "Wrong type",
                detail,
                value,
                format!("write {name}: {{ {} }}", first.join(", ")),
            );
        };
        for (word, key, value) in entries {
            match group.group.iter().find(|setting| setting.name == word) {
                Some(setting) => self.setting(&format!("{name}.{word}"), setting, value, block),
                None => {
                    let known: Vec<&str> = group.group.iter().map(|setting| setting.name).collect();
                    self.unknown_key(word, key, &format!("in `{name}`"), known);
                }
            }
        }
    }

    fn setting(&mut self, path: &str, setting: &SettingSchema, value: NodeId, block: &mut ProviderBlock) {
        if self.document.scalar(value).is_none() {
            let detail = format!("`{path}` is a text, not {}", self.document.kind_name(value));
            return self.fault("Wrong type", detail, value, "");
        }
        if !self.document.is_null(value)
            && let Some(template) = self.writer.template(self.document, value)
        {
            block.settings.insert(path.to_owned(), template);
            if setting.secret {
                block.secrets.insert(path.to_owned());
            }
        }
    }
}
