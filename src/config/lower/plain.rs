//! Values that must be written plainly: flags, words, durations, lists of words.

use std::time::Duration;

use super::Lowering;
use crate::config::document::{Form, NodeId};

impl Lowering<'_> {
    /// `true` or `false`.
    pub(super) fn flag(&mut self, at: NodeId, what: &str) -> Option<bool> {
        match self.document.scalar(at) {
            Some(("true", _)) => Some(true),
            Some(("false", _)) => Some(false),
            _ => {
                let detail = format!("`{what}` is true or false, not {}", self.shown(at));
                self.fault("Wrong type", detail, at, "");
                None
            }
        }
    }

    /// A text without expressions.
    pub(super) fn words(&mut self, at: NodeId, what: &str) -> Option<String> {
        match self.document.scalar(at) {
            Some((text, _)) if text.contains("${") => {
                let detail =
                    format!("`{what}` is read before anything is evaluated, so it cannot hold an expression");
                self.fault("Expression not possible", detail, at, "write the text itself");
                None
            }
            Some((text, _)) if !self.document.is_null(at) => Some(text.to_owned()),
            _ => {
                let detail = format!("`{what}` is a text, not {}", self.document.kind_name(at));
                self.fault("Wrong type", detail, at, "");
                None
            }
        }
    }

    /// The elements of a list.
    pub(super) fn items(&mut self, at: NodeId, what: &str) -> Vec<NodeId> {
        if self.document.is_null(at) {
            return Vec::new();
        }
        match &self.document.node(at).form {
            Form::List(items) => items.to_vec(),
            _ => {
                let detail = format!("`{what}` is a list, not {}", self.shown(at));
                self.fault("Wrong type", detail, at, format!("write {what}: [ … ]"));
                Vec::new()
            }
        }
    }

    /// A length of time, such as `10m`.
    pub(super) fn duration(&mut self, at: NodeId, what: &str) -> Option<Duration> {
        let text = self.document.scalar(at).map_or("", |(text, _)| text);
        let read: Option<Duration> =
            text.parse::<jiff::SignedDuration>().ok().and_then(|d| d.try_into().ok());
        let good = read.filter(|d| !d.is_zero() && *d <= Duration::from_secs(7 * 24 * 3600));
        if good.is_none() {
            let detail = format!("`{what}` is a length of time, not {}", self.shown(at));
            self.fault("Wrong type", detail, at, "write 90s, 10m or 1h30m; at most 7 days");
        }
        good
    }

    /// The value in a message.
    pub(super) fn shown(&self, at: NodeId) -> String {
        match self.document.scalar(at) {
            Some((text, _)) if !self.document.is_null(at) && text.chars().count() <= 40 => {
                format!("`{text}`")
            }
            _ => self.document.kind_name(at).to_owned(),
        }
    }
}
