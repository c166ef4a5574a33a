//! The `state:` of a stack: how much of its history is kept.

use super::Lowering;
use crate::config::configuration::SNAPSHOTS;
use crate::config::document::NodeId;

/// The only key so far.
const SNAPSHOTS_KEY: &str = "snapshots";

impl Lowering<'_> {
    pub(super) fn state(&mut self, key: NodeId, value: NodeId) {
        let document = self.document;
        if document.is_null(value) {
            return;
        }
        if let Some((_, first)) = &self.declared.snapshots {
            let first = first.clone();
            return self.twice("the section", "state", key, first);
        }
        let Some(entries) = document.entries(value) else {
            let detail = format!("`state` is a map, not {}", document.kind_name(value));
            return self.fault("Wrong type", detail, value, "write state: { snapshots: 200 }");
        };
        for (word, key, value) in entries {
            if word != SNAPSHOTS_KEY {
                self.unknown_key(word, key, "in `state`", [SNAPSHOTS_KEY]);
                continue;
            }
            let count = document.scalar(value).and_then(|(text, _)| text.parse::<usize>().ok());
            match count.filter(|count| SNAPSHOTS.contains(count)) {
                Some(count) => self.declared.snapshots = Some((count, document.place(key))),
                None => {
                    let detail = format!(
                        "`{word}` is a whole number from {} to {}, not {}",
                        SNAPSHOTS.start(),
                        SNAPSHOTS.end(),
                        self.shown(value)
                    );
                    self.fault("Wrong type", detail, value, "write snapshots: 200");
                }
            }
        }
    }
}
