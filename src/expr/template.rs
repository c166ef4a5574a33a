//! Templates: a value as the author wrote it, with expressions in its texts.

use std::sync::Arc;

use super::ast::{Part, Path, Span, each_path_in_parts};
use super::parse::{SyntaxFault, parse, parse_expression};
use crate::diagnostic::Place;
use crate::resource::Value;

/// A value as it was written.
#[derive(Clone, Debug)]
pub struct Template {
    /// What was written.
    pub tree: Tree,
    /// Where; none for what does not come from a file.
    pub place: Option<Place>,
}

/// The forms of a written value.
#[derive(Clone, Debug)]
pub enum Tree {
    /// Without expressions: null, or a text that a type reads later.
    Value(Value),
    /// A text with expressions.
    Text(Arc<Text>),
    /// Values in order.
    List(Vec<Template>),
    /// Values by name, in the order they were written.
    Map(Vec<Entry>),
}

/// One entry of a written map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Option<Place>,
    /// Its value.
    pub value: Template,
}

/// A text with `${…}` in it, parsed once.
#[derive(Debug)]
pub struct Text {
    /// As it was written.
    pub source: Box<str>,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Whether names or calls in it have faults that were reported.
    pub faulty: bool,
    origin: Option<Origin>,
}

/// How offsets in a text lead to places in the file it was read from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The whole scalar.
    pub place: Place,
    /// Points of the text and of the file that belong together, in order. Between two of them the
    /// bytes are the same.
    pub anchors: Box<[Anchor]>,
}

/// A point in a text, and the same point in its file.
#[derive(Clone, Copy, Debug)]
pub struct Anchor {
    /// The byte in the text.
    pub text: u32,
    /// The byte in the file.
    pub file: u32,
    /// Its line.
    pub line: u32,
    /// Its column.
    pub column: u32,
}

impl Text {
    /// Parses a text. Faults of names and calls in it come with it: such a text can be looked
    /// through for other faults, but has no value.
    ///
    /// # Errors
    /// The fault of the syntax.
    pub fn parse(source: &str, origin: Option<Origin>) -> Result<(Text, Vec<SyntaxFault>), SyntaxFault> {
        let (parts, faults) = parse(source)?;
        Ok((Text { parts, source: source.into(), origin, faulty: !faults.is_empty() }, faults))
    }

    /// Parses a text that is one expression without `${ }` around it.
    ///
    /// # Errors
    /// The fault of the syntax.
    pub fn parse_expression(
        source: &str,
        origin: Option<Origin>,
    ) -> Result<(Text, Vec<SyntaxFault>), SyntaxFault> {
        let (parts, faults) = parse_expression(source)?;
        Ok((Text { parts, source: source.into(), origin, faulty: !faults.is_empty() }, faults))
    }

    /// Whether no expression is in it.
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Literal(_)))
    }

    /// Where a range of the text stands in its file.
    pub fn place(&self, span: Span) -> Option<Place> {
        self.origin.as_ref().map(|origin| origin.place(&self.source, span))
    }
}

impl Origin {
    /// Where a range of the text stands in its file.
    pub fn place(&self, text: &str, span: Span) -> Place {
        let Some(i) = self.anchors.partition_point(|a| a.text <= span.start).checked_sub(1) else {
            return self.place.clone();
        };
        let anchor = self.anchors[i];
        let start = anchor.file as usize + (span.start - anchor.text) as usize;
        let columns = text.get(anchor.text as usize..span.start as usize).map_or(0, |t| t.chars().count());
        let end = start + (span.end - span.start) as usize;
        Place {
            file: self.place.file.clone(),
            start,
            end: end.min(self.place.end.max(start)),
            line: anchor.line as usize,
            column: anchor.column as usize + columns,
        }
    }
}

impl Template {
    /// A template of a value without a place; texts with `${` are parsed.
    ///
    /// # Errors
    /// The first fault of a text.
    pub fn of_value(value: &Value) -> Result<Template, SyntaxFault> {
        let tree = match value {
            Value::String(s) if s.contains("${") || s.contains("%{") => {
                let (text, faults) = Text::parse(s, None)?;
                match faults.into_iter().next() {
                    Some(fault) => return Err(fault),
                    None => Tree::Text(Arc::new(text)),
                }
            }
            Value::List(items) => Tree::List(items.iter().map(Template::of_value).collect::<Result<_, _>>()?),
            Value::Map(entries) => {
                let entry = |(key, value): (&String, &Value)| {
                    Ok(Entry { key: key.clone(), key_place: None, value: Template::of_value(value)? })
                };
                Tree::Map(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
            plain => Tree::Value(plain.clone()),
        };
        Ok(Template { tree, place: None })
    }

    /// The value as it was written, texts with `${…}` in place.
    pub fn written(&self) -> Value {
        match &self.tree {
            Tree::Value(value) => value.clone(),
            Tree::Text(text) => Value::from(&*text.source),
            Tree::List(items) => Value::List(items.iter().map(Template::written).collect()),
            Tree::Map(entries) => {
                Value::Map(entries.iter().map(|e| (e.key.clone(), e.value.written())).collect())
            }
        }
    }

    /// The value, if no expression is in it; `$${` is read as `${`.
    pub fn literal(&self) -> Option<Value> {
        Some(match &self.tree {
            Tree::Value(value) => value.clone(),
            Tree::Text(text) => {
                let mut out = String::new();
                for part in &text.parts {
                    let Part::Literal(literal) = part else { return None };
                    out.push_str(literal);
                }
                Value::String(out)
            }
            Tree::List(items) => Value::List(items.iter().map(Template::literal).collect::<Option<_>>()?),
            Tree::Map(entries) => {
                let entry = |e: &Entry| Some((e.key.clone(), e.value.literal()?));
                Value::Map(entries.iter().map(entry).collect::<Option<_>>()?)
            }
        })
    }

    /// Calls `see` for every text with expressions.
    pub fn each_text<'t>(&'t self, see: &mut dyn FnMut(&'t Text)) {
        match &self.tree {
            Tree::Value(_) => {}
            Tree::Text(text) => see(text),
            Tree::List(items) => items.iter().for_each(|item| item.each_text(see)),
            Tree::Map(entries) => entries.iter().for_each(|e| e.value.each_text(see)),
        }
    }

    /// Calls `see` for every path, with its text, its range, and whether a `try` or `can` guards it.
    pub fn each_path<'t>(&'t self, see: &mut dyn FnMut(&'t Text, &'t Path, Span, bool)) {
        self.each_text(&mut |text| {
            each_path_in_parts(&text.parts, false, &mut |path, span, guarded| see(text, path, span, guarded));
        });
    }

    /// The part that a way such as `[2].client_port` leads to, as far as it was written out.
    pub fn part(&self, way: &str) -> &Template {
        let mut here = self;
        let mut rest = way;
        loop {
            let (next, left) = if let Some(index) = rest.strip_prefix('[') {
                let Some((index, left)) = index.split_once(']') else { return here };
                let next = match &here.tree {
                    Tree::List(items) => index.parse::<usize>().ok().and_then(|i| items.get(i)),
                    Tree::Map(entries) => {
                        let key = serde_json::from_str::<String>(index).unwrap_or_default();
                        entries.iter().find(|e| e.key == key).map(|e| &e.value)
                    }
                    _ => None,
                };
                (next, left)
            } else if let Some(name) = rest.strip_prefix('.') {
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let next = match &here.tree {
                    Tree::Map(entries) => entries.iter().find(|e| e.key == name[..end]).map(|e| &e.value),
                    _ => None,
                };
                (next, &name[end..])
            } else {
                return here;
            };
            let Some(next) = next else { return here };
            (here, rest) = (next, left);
        }
    }
}
