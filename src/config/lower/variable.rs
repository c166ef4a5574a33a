//! Variables as they are declared; their values are found later.

use super::Lowering;
use crate::config::document::{NodeId, Style};
use crate::config::types;
use crate::diagnostic::{Diagnostic, Place};
use crate::expr::{Span, Template};
use crate::resource::Type;

/// A variable as it is declared.
pub(in crate::config) struct RawVariable {
    /// None where the type has a fault.
    pub(in crate::config) ty: Option<Type>,
    /// Whether a default stands there, and what it is where it has no fault.
    pub(in crate::config) default: Option<Option<Template>>,
    pub(in crate::config) sensitive: bool,
    pub(in crate::config) description: String,
    pub(in crate::config) place: Place,
}

impl Lowering<'_> {
    pub(super) fn variable(&mut self, name: &str, key: NodeId, value: NodeId) {
        let document = self.document;
        if let Some(first) = self.declared.variables.get(name) {
            let first = first.place.clone();
            return self.twice("the variable", name, key, first);
        }
        let mut variable = RawVariable {
            ty: Some(Type::Any),
            default: None,
            sensitive: false,
            description: String::new(),
            place: document.place(key),
        };
        match document.entries(value) {
            None if document.is_null(value) => {}
            None => {
                let detail = format!(
                    "a variable is a map with `type:` and `default:`, not {}",
                    document.kind_name(value)
                );
                self.fault(
                    "Wrong type",
                    detail,
                    value,
                    format!("write {name}: {{ type: string, default: … }}"),
                );
                variable.ty = None;
            }
            Some(entries) => {
                for (word, key, value) in entries {
                    match word {
                        "type" => variable.ty = self.variable_type(value),
                        "default" => {
                            variable.default = Some(self.writer.constant(document, value, "a default"))
                        }
                        "sensitive" => variable.sensitive = self.flag(value, "sensitive").unwrap_or(true),
                        "description" => {
                            variable.description = self.words(value, "description").unwrap_or_default()
                        }
                        word => self.unknown_key(
                            word,
                            key,
                            "in a variable",
                            ["type", "default", "sensitive", "description"],
                        ),
                    }
                }
            }
        }
        self.declared.variables.insert(name.to_owned(), variable);
    }

    fn variable_type(&mut self, value: NodeId) -> Option<Type> {
        let document = self.document;
        let Some((text, style)) = document.scalar(value) else {
            let detail = format!("a type is a text, not {}", document.kind_name(value));
            self.fault(
                "Invalid type",
                detail,
                value,
                "write string, map(string) … ; with `{ }` in it, in quotes",
            );
            return None;
        };
        match types::read(text) {
            Ok(ty) => Some(ty),
            Err((at, detail, hint)) => {
                let at = at as u32;
                let place = document.origin(value).place(text, Span { start: at, end: at + 1 });
                let place = if style == Style::Block { document.place(value) } else { place };
                self.writer.faults.push(Diagnostic::error("Invalid type", detail).at(place).hint(hint));
                None
            }
        }
    }
}
