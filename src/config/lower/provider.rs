//! Provider blocks.

use std::collections::BTreeMap;

use super::Lowering;
use crate::config::configuration::ProviderBlock;
use crate::config::document::NodeId;
use crate::diagnostic::known_names;
use crate::resource::ProviderName;

/// The settings of a provider block, besides `auth`.
pub(in crate::config) const SETTINGS: [&str; 6] =
    ["region", "endpoint", "iam_endpoint", "ca_file", "project_id", "account_id"];
/// What decides how it is read.
pub(in crate::config) const SPECIAL: [&str; 4] = ["type", "auth", "mark", "sim_account"];
/// The credentials.
pub(in crate::config) const AUTH: [&str; 8] =
    ["access_key", "secret_key", "security_token", "username", "password", "domain", "project", "token"];
/// Those that are secrets.
pub(in crate::config) const SECRETS: [&str; 4] = ["secret_key", "security_token", "password", "token"];

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
                let mut typed = false;
                for (word, key, value) in entries {
                    match word {
                        "type" => {
                            typed = true;
                            good = self.provider_type(value, &mut block);
                        }
                        "auth" => self.auth(value, &mut block),
                        "mark" => block.mark = self.flag(value, "mark").unwrap_or(false),
                        "sim_account" => block.sim_account = self.words(value, "sim_account"),
                        word if SETTINGS.contains(&word) => self.setting(word, value, &mut block),
                        word => {
                            let known = SPECIAL.into_iter().chain(SETTINGS);
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

    fn auth(&mut self, value: NodeId, block: &mut ProviderBlock) {
        let document = self.document;
        let Some(entries) = document.entries(value) else {
            let detail = format!("`auth` is a map, not {}", document.kind_name(value));
            return self.fault("Wrong type", detail, value, "write auth: { access_key: …, secret_key: … }");
        };
        for (word, key, value) in entries {
            if AUTH.contains(&word) {
                self.setting(&format!("auth.{word}"), value, block);
            } else {
                self.unknown_key(word, key, "in `auth`", AUTH);
            }
        }
    }

    fn setting(&mut self, path: &str, value: NodeId, block: &mut ProviderBlock) {
        if self.document.scalar(value).is_none() {
            let detail = format!("`{path}` is a text, not {}", self.document.kind_name(value));
            return self.fault("Wrong type", detail, value, "");
        }
        if !self.document.is_null(value)
            && let Some(template) = self.writer.template(self.document, value)
        {
            block.settings.insert(path.to_owned(), template);
        }
    }
}
