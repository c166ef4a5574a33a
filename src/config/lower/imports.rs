//! The `imports:` of a configuration: a list of addresses, each with what its object is known by.

use super::Lowering;
use crate::config::document::NodeId;
use crate::config::imports::RawImport;

/// The keys of an entry.
pub(in crate::config) const IMPORT: [&str; 4] = ["to", "id", "by", "for_each"];

/// How an entry looks, for those who wrote something else.
const EXAMPLE: &str =
    "write - { to: KIND.NAME, id: ID }, or by: [ATTRIBUTE, …] for the only object that has them so";

impl Lowering<'_> {
    pub(super) fn imports(&mut self, value: NodeId) {
        for item in self.items(value, "imports") {
            let import = self.import(item);
            self.declared.imports.extend(import);
        }
    }

    fn import(&mut self, item: NodeId) -> Option<RawImport> {
        let document = self.document;
        let Some(entries) = document.entries(item) else {
            let detail = format!("an import is a map, not {}", document.kind_name(item));
            self.fault("Wrong type", detail, item, EXAMPLE);
            return None;
        };
        let (mut to, mut id, mut for_each, mut by) = (None, None, None, Vec::new());
        let (mut with_id, mut with_by) = (false, false);
        for (word, key, value) in entries {
            match word {
                "to" => to = Some(self.writer.template(document, value)?),
                "id" => {
                    with_id = true;
                    id = Some(self.writer.template(document, value)?);
                }
                "for_each" => for_each = Some(self.writer.template(document, value)?),
                "by" => {
                    with_by = true;
                    let items = self.items(value, word);
                    by = items
                        .into_iter()
                        .filter_map(|at| Some((self.words(at, word)?, document.place(at))))
                        .collect();
                }
                word => self.unknown_key(word, key, "in an import", IMPORT),
            }
        }
        if with_id && with_by {
            let detail = "an import has an `id`, or attributes that its object is known `by`, not both";
            self.fault("Two ways to know an object", detail, item, EXAMPLE);
            return None;
        }
        let Some(to) = to else {
            self.fault("Missing key", "this import has no `to`", item, EXAMPLE);
            return None;
        };
        Some(RawImport { to, id, by, for_each, place: document.place(item) })
    }
}
