//! The `limits:` of a stack.

use super::Lowering;
use crate::config::document::NodeId;
use crate::config::limits::{Bound, Limit};

/// The key that is no limit itself.
const AT_LEAST: &str = "at_least";

impl Lowering<'_> {
    pub(super) fn limits(&mut self, key: NodeId, value: NodeId) {
        let document = self.document;
        if document.is_null(value) {
            return;
        }
        if let Some((_, first)) = &self.declared.limits {
            let first = first.clone();
            return self.twice("the section", "limits", key, first);
        }
        let Some(entries) = document.entries(value) else {
            let detail = format!("`limits` is a map, not {}", document.kind_name(value));
            return self.fault("Wrong type", detail, value, "write limits: { deletes: 30% }");
        };
        let mut limits = crate::config::Limits::default();
        for (word, key, value) in entries {
            match (word, word.parse::<Limit>()) {
                (_, Ok(Limit::Deletes)) => limits.deletes = self.bound(value, word, true),
                (_, Ok(Limit::Replacements)) => {
                    limits.replacements = self.bound(value, word, true).unwrap_or(Bound::Off)
                }
                (_, Ok(Limit::CutConnections)) => {
                    limits.cut_connections = self.bound(value, word, false).unwrap_or(Bound::Off)
                }
                (AT_LEAST, _) => {
                    let count = document.scalar(value).and_then(|(text, _)| text.parse().ok());
                    match count {
                        Some(count) => limits.at_least = count,
                        None => {
                            let detail = format!("`{word}` is a whole number, not {}", self.shown(value));
                            self.fault("Wrong type", detail, value, "write at_least: 10");
                        }
                    }
                }
                (word, Err(_)) => {
                    let known = Limit::ALL.map(Limit::name).into_iter().chain([AT_LEAST]);
                    self.unknown_key(word, key, "in `limits`", known);
                }
            }
        }
        self.declared.limits = Some((limits, document.place(key)));
    }

    /// `5`, `30%` or `off`. Connections are not a share of anything, so they are only counted.
    fn bound(&mut self, at: NodeId, word: &str, percent: bool) -> Option<Bound> {
        let text = self.document.scalar(at).map_or("", |(text, _)| text);
        let bound = match text.strip_suffix('%') {
            _ if text == "off" => Some(Bound::Off),
            Some(share) if percent => {
                share.trim_end().parse().ok().filter(|share| *share <= 100).map(Bound::Percent)
            }
            Some(_) => None,
            None => text.parse().ok().map(Bound::Count),
        };
        if bound.is_none() {
            let forms = if percent { "a number, a percentage or `off`" } else { "a number or `off`" };
            let example = if percent { "30%" } else { "0" };
            let detail = format!("`{word}` is {forms}, not {}", self.shown(at));
            self.fault("Wrong type", detail, at, format!("write {word}: {example}"));
        }
        bound
    }
}
