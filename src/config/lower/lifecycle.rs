//! The `lifecycle:` of a block.

use std::sync::Arc;

use super::Lowering;
use crate::config::configuration::{Condition, Ignore, Lifecycle, Trigger};
use crate::config::document::NodeId;
use crate::expr::{Template, Tree};
use crate::resource::KindSchema;

/// Its keys.
pub(in crate::config) const KEYS: [&str; 6] = [
    "prevent_destroy",
    "create_before_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "precondition",
    "postcondition",
];

impl Lowering<'_> {
    pub(super) fn lifecycle(
        &mut self,
        value: NodeId,
        schema: Option<&KindSchema>,
        lifecycle: &mut Lifecycle,
    ) {
        let document = self.document;
        if document.is_null(value) {
            return;
        }
        let Some(entries) = document.entries(value) else {
            let detail = format!("`lifecycle` is a map, not {}", document.kind_name(value));
            return self.fault("Wrong type", detail, value, "write lifecycle: { prevent_destroy: true }");
        };
        for (word, key, value) in entries {
            match word {
                "prevent_destroy" => lifecycle.prevent_destroy = self.flag(value, word).unwrap_or(true),
                "create_before_destroy" => {
                    lifecycle.create_before_destroy = self.flag(value, word).unwrap_or(false)
                }
                "ignore_changes" => lifecycle.ignore_changes = self.ignore(value, schema),
                "replace_triggered_by" => {
                    for item in self.items(value, word) {
                        lifecycle.replace_triggered_by.extend(self.trigger(item));
                    }
                }
                "precondition" => lifecycle.preconditions = self.conditions(value, word),
                "postcondition" => lifecycle.postconditions = self.conditions(value, word),
                word => self.unknown_key(word, key, "in `lifecycle`", KEYS),
            }
        }
    }

    fn ignore(&mut self, value: NodeId, schema: Option<&KindSchema>) -> Ignore {
        if matches!(self.document.scalar(value), Some(("all", _))) {
            return Ignore::All;
        }
        let items = self.items(value, "ignore_changes");
        Ignore::These(
            items
                .into_iter()
                .filter_map(|item| self.attribute_name(item, "ignore_changes", schema))
                .collect(),
        )
    }

    /// A reference, with or without `${ }` around it.
    fn trigger(&mut self, item: NodeId) -> Option<Trigger> {
        let document = self.document;
        let Some((text, _)) = document.scalar(item) else {
            let detail = format!("`replace_triggered_by` holds references, not {}", document.kind_name(item));
            self.fault("Wrong type", detail, item, "write [vpcep_service.NAME.ATTRIBUTE]");
            return None;
        };
        let parsed = self.writer.text(document, item, !text.contains("${"))?;
        let place = document.place(item);
        let written =
            text.strip_prefix("${").and_then(|t| t.strip_suffix('}')).unwrap_or(text).trim().to_owned();
        let template = Template { tree: Tree::Text(Arc::new(parsed)), place: Some(place.clone()) };
        Some(Trigger { written, template, place })
    }

    fn conditions(&mut self, value: NodeId, what: &str) -> Vec<Condition> {
        let document = self.document;
        let mut out = Vec::new();
        for item in self.items(value, what) {
            let Some(entries) = document.entries(item) else {
                let detail = format!("a {what} is a map with `condition` and `message`");
                self.fault("Wrong type", detail, item, "write - { condition: '${ … }', message: … }");
                continue;
            };
            let (mut condition, mut message, mut seen) = (None, None, [false; 2]);
            for (word, key, value) in entries {
                match word {
                    "condition" => (condition, seen[0]) = (self.writer.template(document, value), true),
                    "message" => (message, seen[1]) = (self.writer.template(document, value), true),
                    word => self.unknown_key(word, key, "in a condition", ["condition", "message"]),
                }
            }
            for (seen, word) in seen.into_iter().zip(["condition", "message"]) {
                if !seen {
                    self.fault("Missing key", format!("this {what} has no `{word}`"), item, "");
                }
            }
            if let (Some(condition), Some(message)) = (condition, message) {
                let place = condition.place.clone().unwrap_or_else(|| document.place(item));
                out.push(Condition { condition, message, place });
            }
        }
        out
    }
}
