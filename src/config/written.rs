//! Document nodes to templates: scalars keep their text, texts with `${` are parsed.

use std::sync::Arc;

use super::document::{Document, Form, NodeId, Style};
use crate::diagnostic::Diagnostic;
use crate::expr::{Entry, Span, SyntaxFault, Template, Text, Tree};
use crate::resource::Value;

/// Values that one document may expand to; aliases are counted as often as they are used.
const MOST_VALUES: usize = 10_000_000;
/// The same inside one attribute.
const MOST_VALUES_OF_ONE: usize = 1_000_000;
const DEEPEST: usize = 64;

/// Makes templates, counting what aliases expand to.
pub(super) struct Writer<'f> {
    pub(super) faults: &'f mut Vec<Diagnostic>,
    /// Set to what it is where only plain values are possible.
    plain: Option<&'static str>,
    values: usize,
    bomb: bool,
}

impl<'f> Writer<'f> {
    pub(super) fn new(faults: &'f mut Vec<Diagnostic>) -> Self {
        Writer { faults, plain: None, values: 0, bomb: false }
    }

    /// The template of a node that can hold no expressions.
    pub(super) fn constant(
        &mut self,
        document: &Document,
        id: NodeId,
        what: &'static str,
    ) -> Option<Template> {
        self.plain = Some(what);
        let template = self.template(document, id);
        self.plain = None;
        template
    }

    /// The template of a node; none if it has a fault, which was reported.
    pub(super) fn template(&mut self, document: &Document, id: NodeId) -> Option<Template> {
        let limit = (self.values + MOST_VALUES_OF_ONE).min(MOST_VALUES);
        self.node(document, id, 0, limit)
    }

    fn node(&mut self, document: &Document, id: NodeId, depth: usize, limit: usize) -> Option<Template> {
        self.values += 1;
        if self.values > limit || depth > DEEPEST {
            if !self.bomb {
                self.bomb = true;
                let detail = if depth > DEEPEST {
                    format!("aliases nest values deeper than {DEEPEST} levels here")
                } else {
                    "aliases make this value more than a million values large".to_owned()
                };
                let fault =
                    Diagnostic::error("YAML aliases expand to too much", detail).at(document.place(id));
                self.faults.push(fault.hint("use `locals:` and expressions for what repeats"));
            }
            return None;
        }
        let place = Some(document.place(id));
        let tree = match &document.node(id).form {
            Form::List(items) => {
                let mut out = Some(Vec::with_capacity(items.len()));
                for item in items {
                    let item = self.node(document, *item, depth + 1, limit);
                    if self.bomb {
                        return None;
                    }
                    out = out.zip(item).map(|(mut out, item)| {
                        out.push(item);
                        out
                    });
                }
                Tree::List(out?)
            }
            Form::Map(pairs) => {
                let mut out = Some(Vec::with_capacity(pairs.len()));
                for (key, value) in pairs {
                    let entry = self.entry(document, *key, *value, depth, limit);
                    if self.bomb {
                        return None;
                    }
                    out = out.zip(entry).map(|(mut out, entry)| {
                        out.push(entry);
                        out
                    });
                }
                Tree::Map(out?)
            }
            Form::Scalar(..) if document.is_null(id) => Tree::Value(Value::Null),
            _ => {
                let (text, _) = document.scalar(id)?;
                if !text.contains("${") && !text.contains("%{") {
                    Tree::Value(Value::from(text))
                } else {
                    Tree::Text(Arc::new(self.text(document, id, false)?))
                }
            }
        };
        Some(Template { tree, place })
    }

    fn entry(
        &mut self,
        document: &Document,
        key: NodeId,
        value: NodeId,
        depth: usize,
        limit: usize,
    ) -> Option<Entry> {
        let (text, _) = document.scalar(key)?;
        let key_place = document.place(key);
        let value = self.node(document, value, depth + 1, limit);
        if text.contains("${") {
            let fault = Diagnostic::error(
                "Expression in a key",
                "a key is taken as it stands, so it cannot hold an expression",
            );
            let hint = "write the whole map as one expression: '${ { (local.key) = \"value\" } }'";
            self.faults.push(fault.at(key_place).hint(hint));
            return None;
        }
        Some(Entry { key: text.to_owned(), key_place: Some(key_place), value: value? })
    }

    /// The parsed text of a scalar; `bare` where the whole text is an expression without `${ }`.
    pub(super) fn text(&mut self, document: &Document, id: NodeId, bare: bool) -> Option<Text> {
        let (text, style) = document.scalar(id)?;
        let origin = document.origin(id);
        if let Some(what) = self.plain {
            let parsed = Text::parse(text, Some(origin.clone())).ok().filter(|(parsed, _)| parsed.is_plain());
            if parsed.is_none() {
                let at = text.find("${").or_else(|| text.find("%{")).unwrap_or(0) as u32;
                let place = origin.place(text, Span { start: at, end: at + 2 });
                let detail = format!("{what} is taken as it stands, so it cannot hold an expression");
                let fault = Diagnostic::error("Expression not possible", detail).at(place);
                self.faults
                    .push(fault.hint("use `locals:` for what is worked out; `$${` is the text `${` itself"));
            }
            return parsed.map(|(parsed, _)| parsed);
        }
        let parsed = if bare {
            Text::parse_expression(text, Some(origin.clone()))
        } else {
            Text::parse(text, Some(origin.clone()))
        };
        let (parsed, faults) = match parsed {
            Ok((parsed, faults)) => (Some(parsed), faults),
            Err(fault) => (None, vec![fault]),
        };
        for SyntaxFault { summary, span, message, hint } in faults {
            let end = document.node(id).spot.end as usize;
            let cut = style == Style::Plain && document.text[end..].trim_start_matches(' ').starts_with('#');
            let hint = if cut && message.contains("not closed") {
                "a ` #` begins a comment; put quotes around the whole text".to_owned()
            } else {
                hint
            };
            self.faults.push(Diagnostic::error(summary, message).at(origin.place(text, span)).hint(hint));
        }
        parsed
    }
}
