//! Bytes to documents: one pass over the parser's events, with limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::Sources;
use super::document::{Document, Form, Node, NodeId, Spot, Style};
use crate::diagnostic::{Diagnostic, Place};

/// Limits of one file.
const MOST_BYTES: usize = 64 << 20;
const MOST_NODES: usize = 8_000_000;
const DEEPEST: usize = 64;
const LONGEST_SCALAR: usize = 4 << 20;

/// Reads one file. Faults go to the list; none is given back where nothing can be read.
pub(super) fn read(file: &Arc<str>, bytes: &[u8], faults: &mut Vec<Diagnostic>) -> Option<Document> {
    let start = Place { file: file.clone(), start: 0, end: 0, line: 1, column: 1 };
    if bytes.len() > MOST_BYTES {
        let detail = format!("{file} has {} MB; at most {} MB are read", bytes.len() >> 20, MOST_BYTES >> 20);
        faults.push(
            Diagnostic::error("File too large", detail)
                .at(start)
                .hint("split the configuration into several stacks"),
        );
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(e) => {
            faults.push(not_text(file, bytes, e.valid_up_to()));
            return None;
        }
    };
    let limits =
        options! { flow_nesting_limit: DEEPEST, block_nesting_limit: DEEPEST, emit_unresolved_aliases: true };
    let mut builder = Builder {
        document: Document { file: file.clone(), text: text.into(), nodes: Vec::new(), root: None },
        open: Vec::new(),
        anchors: BTreeMap::new(),
        faults,
    };
    for event in Parser::new_from_str_with_options(text, limits) {
        let step = match event {
            Ok((event, span)) => builder.event(event, &span),
            Err(e) => {
                let fault = super::yaml_fault::explain(&builder.document, &e);
                builder.faults.push(fault);
                return None;
            }
        };
        match step {
            Step::On => {}
            Step::Done => break,
            Step::Stop => return None,
        }
    }
    Some(builder.document)
}

/// The stack's name, if it stands among the first lines of a file, as it mostly does: a guess, for who
/// wants to begin something before everything is read.
pub fn stack_name(sources: &Sources) -> Option<String> {
    const FIRST_BYTES: usize = 16 << 10;
    const FIRST_EVENTS: usize = 200;
    sources.files.iter().find_map(|(_, bytes)| {
        let head = &bytes[..bytes.len().min(FIRST_BYTES)];
        let text = str::from_utf8(head).or_else(|e| str::from_utf8(&head[..e.valid_up_to()])).ok()?;
        let mut depth = 0;
        let mut key = true;
        let mut named = false;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (event, _) in Parser::new_from_str(text).take(FIRST_EVENTS).map_while(Result::ok) {
            match event {
                Event::SequenceStart(..) if depth == 0 => return None,
                Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                Event::MappingEnd | Event::SequenceEnd => {
                    depth -= 1;
                    key |= depth == 1;
                }
                Event::Scalar(word, ..) if depth == 1 => {
                    if named {
                        return Some(word.into_owned());
                    }
                    named = key && word == "stack";
                    key = !key;
                }
                Event::Alias(_) if depth == 1 => key = !key,
                _ => {}
            }
        }
        None
    })
}

fn not_text(file: &Arc<str>, bytes: &[u8], at: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    let place = Place { file: file.clone(), start: at, end: at, line, column };
    let detail = format!("byte {at} (0x{:02x}) of {file} is not part of UTF-8 text", bytes[at]);
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let hint = if utf16 { "the file is UTF-16; save it as UTF-8" } else { "save the file as UTF-8" };
    Diagnostic::error("Not UTF-8", detail).at(place).hint(hint)
}

enum Step {
    On,
    Done,
    Stop,
}

/// A list or map under construction.
struct Open {
    id: NodeId,
    map: bool,
    children: Vec<NodeId>,
}

struct Builder<'f> {
    document: Document,
    open: Vec<Open>,
    /// Anchor ids of the parser to nodes.
    anchors: BTreeMap<usize, NodeId>,
    faults: &'f mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Step {
        let spot = spot(span);
        if event.is_node()
            && let Some(tag) = event.tag()
            && !["str", "map", "seq"].iter().any(|t| tag.is_yaml_core_schema_tag(t))
        {
            let at = span.tag_span().map_or(spot, |s| self::spot(&s));
            let detail = format!(
                "the tag `{}` has no meaning here: the type of each attribute is known",
                tag.original()
            );
            self.fault("YAML tag not supported", detail, at, "leave it out");
        }
        match event {
            Event::DocumentStart(..) if self.document.root.is_some() => {
                let hint = "put it into a file of its own: all files of the folder are read";
                self.fault(
                    "Second YAML document",
                    "a file holds one document; here a second one begins".into(),
                    spot,
                    hint,
                );
                return Step::Done;
            }
            Event::Scalar(text, style, anchor, _) => {
                if text.len() > LONGEST_SCALAR {
                    let detail = format!(
                        "this text has {} MB; at most {} MB are read",
                        text.len() >> 20,
                        LONGEST_SCALAR >> 20
                    );
                    self.fault("Text too long", detail, spot, "use file() for large texts");
                    return Step::Stop;
                }
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                let source = &self.document.text[spot.start as usize..spot.end as usize];
                let held = (source != text).then(|| text.into());
                return self.add(Form::Scalar(held, style), spot, anchor);
            }
            Event::SequenceStart(_, anchor, _) => return self.begin(false, spot, anchor),
            Event::MappingStart(_, anchor, _) => return self.begin(true, spot, anchor),
            Event::SequenceEnd | Event::MappingEnd => self.finish(spot),
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id).copied() else { return Step::On };
                if self.open.iter().any(|open| open.id == target) {
                    self.fault(
                        "Alias inside its own anchor",
                        "this alias stands for a value that it is part of".into(),
                        spot,
                        "",
                    );
                    return self.add(Form::Scalar(Some("".into()), Style::Plain), spot, 0);
                }
                return self.add(Form::Alias(target), spot, 0);
            }
            Event::UnresolvedAlias(name) => {
                let detail = format!("there is no anchor `&{name}` before this alias");
                self.fault("Unknown YAML anchor", detail, spot, "a text that begins with `*` needs quotes");
                return self.add(Form::Scalar(Some("".into()), Style::Plain), spot, 0);
            }
            _ => {}
        }
        Step::On
    }

    fn fault(&mut self, summary: &str, detail: String, spot: Spot, hint: &str) {
        let place = Place {
            file: self.document.file.clone(),
            start: spot.start as usize,
            end: spot.end as usize,
            line: spot.line as usize,
            column: spot.column as usize,
        };
        self.faults.push(Diagnostic::error(summary, detail).at(place).hint(hint));
    }

    fn add(&mut self, form: Form, spot: Spot, anchor: usize) -> Step {
        if self.document.nodes.len() >= MOST_NODES {
            let detail = format!("the file has more than {MOST_NODES} values");
            self.fault("File too large", detail, spot, "split the configuration into several stacks");
            return Step::Stop;
        }
        let id = NodeId(self.document.nodes.len() as u32);
        self.document.nodes.push(Node { form, spot });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => self.document.root = Some(id),
        }
        Step::On
    }

    fn begin(&mut self, map: bool, spot: Spot, anchor: usize) -> Step {
        if self.open.len() >= DEEPEST {
            let detail = format!("values are nested deeper than {DEEPEST} levels here");
            self.fault("Nested too deep", detail, spot, "");
            return Step::Stop;
        }
        let id = NodeId(self.document.nodes.len() as u32);
        // The parser lets a list of lines begin where its first line does; people look at the dash.
        let mut spot = spot;
        while self.document.text.as_bytes().get(spot.start as usize) == Some(&b' ') {
            (spot.start, spot.column) = (spot.start + 1, spot.column + 1);
        }
        let step = self.add(Form::List(Box::default()), spot, anchor);
        self.open.push(Open { id, map, children: Vec::new() });
        step
    }

    fn finish(&mut self, end: Spot) {
        let Some(open) = self.open.pop() else { return };
        let form = if open.map {
            let (pairs, _) = open.children.as_chunks::<2>();
            let pairs: Vec<(NodeId, NodeId)> = pairs.iter().map(|[k, v]| (*k, *v)).collect();
            Form::Map(self.keys(pairs).into())
        } else {
            Form::List(open.children.into())
        };
        let node = &mut self.document.nodes[open.id.0 as usize];
        node.form = form;
        node.spot.end = end.end.max(node.spot.start);
    }

    /// Keys are texts, and each stands once.
    fn keys(&mut self, pairs: Vec<(NodeId, NodeId)>) -> Vec<(NodeId, NodeId)> {
        let mut faults = Vec::new();
        let mut seen: BTreeMap<&str, NodeId> = BTreeMap::new();
        let mut kept = Vec::with_capacity(pairs.len());
        let document = &self.document;
        for (key, value) in pairs {
            let place = document.place(key);
            match document.scalar(key) {
                None => faults.push(
                    Diagnostic::error("Key is not a text", "a key must be a text here, not a list or a map")
                        .at(place)
                        .hint("an expression in `${ }` needs quotes around it"),
                ),
                Some(("<<", Style::Plain)) => faults.push(
                    Diagnostic::error(
                        "YAML merge key not supported",
                        "`<<` is not merged: it is no part of YAML 1.2",
                    )
                    .at(place)
                    .hint("use merge() in an expression, with `locals:` for the common part"),
                ),
                Some((text, _)) => match seen.get(text) {
                    Some(first) => faults.push(
                        Diagnostic::error(
                            "Duplicate key",
                            format!("the key `{text}` stands twice in this map"),
                        )
                        .at(place)
                        .also(Some(document.place(*first)), "first here")
                        .hint("keep one of the two"),
                    ),
                    None => {
                        seen.insert(text, key);
                        kept.push((key, value));
                    }
                },
            }
        }
        self.faults.append(&mut faults);
        kept
    }
}

pub(super) fn spot(span: &Span) -> Spot {
    let offset = |m: &granit_parser::Marker| m.byte_offset().unwrap_or(0) as u32;
    Spot {
        start: offset(&span.start),
        end: offset(&span.end).max(offset(&span.start)),
        line: span.start.line() as u32,
        column: span.start.col() as u32 + 1,
    }
}
