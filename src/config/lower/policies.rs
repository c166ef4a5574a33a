//! The `policies:` of a configuration: a list of rules, or rules with data and exceptions.

use super::Lowering;
use crate::config::document::NodeId;
use crate::config::policies::Exception;
use crate::diagnostic::Place;
use crate::resource::{Address, Block};

/// Its keys.
pub(in crate::config) const POLICIES: [&str; 3] = ["rules", "data", "exceptions"];
/// The keys of an exception.
pub(in crate::config) const EXCEPTION: [&str; 5] = ["rule", "address", "owner", "until", "reason"];

impl Lowering<'_> {
    pub(super) fn policies(&mut self, value: NodeId) {
        let document = self.document;
        if document.is_null(value) {
            return;
        }
        let Some(entries) = document.entries(value) else {
            let rules = self.paths(value, "policies");
            return self.declared.policies.rules.extend(rules);
        };
        for (word, key, value) in entries {
            match word {
                "rules" => {
                    let rules = self.paths(value, word);
                    self.declared.policies.rules.extend(rules);
                }
                "data" => {
                    let data = self.paths(value, word);
                    self.declared.policies.data.extend(data);
                }
                "exceptions" => {
                    for item in self.items(value, word) {
                        let exception = self.exception(item);
                        self.declared.policies.exceptions.extend(exception);
                    }
                }
                word => self.unknown_key(word, key, "in `policies`", POLICIES),
            }
        }
    }

    /// A list of files and folders.
    fn paths(&mut self, value: NodeId, what: &str) -> Vec<(String, Place)> {
        let items = self.items(value, what);
        items.into_iter().filter_map(|at| Some((self.words(at, what)?, self.document.place(at)))).collect()
    }

    fn exception(&mut self, item: NodeId) -> Option<Exception> {
        let document = self.document;
        let Some(entries) = document.entries(item) else {
            let detail = format!("an exception is a map, not {}", document.kind_name(item));
            let hint =
                "write - { rule: deny_NAME, address: KIND.NAME, owner: WHO, until: 2027-01-31, reason: … }";
            self.fault("Wrong type", detail, item, hint);
            return None;
        };
        let (mut rule, mut address, mut owner, mut until) = (None, None, None, None);
        let mut reason = String::new();
        let mut good = true;
        for (word, key, value) in entries {
            match word {
                "rule" => rule = Some(self.words(value, word)?),
                "owner" => owner = Some(self.words(value, word)?),
                "reason" => reason = self.words(value, word)?,
                "address" => {
                    let text = self.words(value, word)?;
                    if text.parse::<Address>().is_err() && text.parse::<Block>().is_err() {
                        self.fault(
                            "Not an address",
                            format!("`{text}` is no address"),
                            value,
                            "write KIND.NAME",
                        );
                        good = false;
                    }
                    address = Some(text);
                }
                "until" => {
                    let text = self.words(value, word)?;
                    until = Some(text.parse().ok());
                    if until == Some(None) {
                        let detail = format!("`{text}` is no date");
                        self.fault(
                            "Wrong type",
                            detail,
                            value,
                            "write the last day it holds, such as 2027-01-31",
                        );
                    }
                }
                word => self.unknown_key(word, key, "in an exception", EXCEPTION),
            }
        }
        for (word, missing) in
            [("rule", rule.is_none()), ("owner", owner.is_none()), ("until", until.is_none())]
        {
            if missing {
                let hint = "an exception names its rule, who answers for it, and the day it ends";
                self.fault("Missing key", format!("this exception has no `{word}`"), item, hint);
            }
        }
        let place = document.place(item);
        let exception = Exception { rule: rule?, address, owner: owner?, until: until??, reason, place };
        good.then_some(exception)
    }
}
