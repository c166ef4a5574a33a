//! A YAML document as a tree of small nodes in an arena, each with its place in the text.

use std::sync::Arc;

use crate::diagnostic::Place;
use crate::expr::{Anchor, Origin};

/// A node of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(pub(super) u32);

/// Where a node stands: bytes, and line and column counted from 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Block,
}

#[derive(Debug)]
pub(super) enum Form {
    /// The text is held only where it differs from the source.
    Scalar(Option<Box<str>>, Style),
    List(Box<[NodeId]>),
    Map(Box<[(NodeId, NodeId)]>),
    Alias(NodeId),
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) form: Form,
    pub(super) spot: Spot,
}

/// One document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) file: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) nodes: Vec<Node>,
    /// None for an empty document.
    pub(super) root: Option<NodeId>,
}

impl Document {
    /// The node, through an alias.
    pub(super) fn node(&self, id: NodeId) -> &Node {
        let node = &self.nodes[id.0 as usize];
        match node.form {
            // An alias never points at an alias: YAML has no anchors on them.
            Form::Alias(target) => &self.nodes[target.0 as usize],
            _ => node,
        }
    }

    /// The text of a scalar, and how it was written.
    pub(super) fn scalar(&self, id: NodeId) -> Option<(&str, Style)> {
        let node = self.node(id);
        match &node.form {
            Form::Scalar(Some(text), style) => Some((text, *style)),
            Form::Scalar(None, style) => {
                Some((&self.text[node.spot.start as usize..node.spot.end as usize], *style))
            }
            _ => None,
        }
    }

    /// The entries of a map whose keys are texts.
    pub(super) fn entries(&self, id: NodeId) -> Option<impl Iterator<Item = (&str, NodeId, NodeId)>> {
        match &self.node(id).form {
            Form::Map(pairs) => {
                Some(pairs.iter().map(|(k, v)| (self.scalar(*k).map_or("", |(text, _)| text), *k, *v)))
            }
            _ => None,
        }
    }

    /// Whether the node is null: nothing, `~` or `null`, unquoted.
    pub(super) fn is_null(&self, id: NodeId) -> bool {
        matches!(self.scalar(id), Some(("" | "~" | "null" | "Null" | "NULL", Style::Plain)))
    }

    /// What the node is, in words.
    pub(super) fn kind_name(&self, id: NodeId) -> &'static str {
        match &self.node(id).form {
            Form::List(_) => "a list",
            Form::Map(_) => "a map",
            _ if self.is_null(id) => "nothing",
            _ => "a text",
        }
    }

    /// Where the node stands (an alias where it is used).
    pub(super) fn place(&self, id: NodeId) -> Place {
        let spot = self.nodes[id.0 as usize].spot;
        Place {
            file: self.file.clone(),
            start: spot.start as usize,
            end: spot.end as usize,
            line: spot.line as usize,
            column: spot.column as usize,
        }
    }

    /// How offsets in a scalar lead to places in the file.
    pub(super) fn origin(&self, id: NodeId) -> Origin {
        let node = self.node(id);
        let place = self.place(id);
        let spot = node.spot;
        let source = &self.text[spot.start as usize..spot.end as usize];
        let at = |skip: u32| Anchor {
            text: 0,
            file: spot.start + skip,
            line: spot.line,
            column: spot.column + skip,
        };
        let anchors = match &node.form {
            Form::Scalar(None, _) if !source.contains('\n') => vec![at(0)],
            Form::Scalar(Some(text), Style::Quoted)
                if source.get(1..source.len().max(2) - 1) == Some(text) =>
            {
                vec![at(1)]
            }
            Form::Scalar(text, style) => align(text.as_deref().unwrap_or(source), source, *style, spot),
            _ => Vec::new(),
        };
        Origin { place, anchors: anchors.into() }
    }
}

/// Finds the points where a scalar's text and its source belong together: line starts of block
/// scalars, ends of escapes and folds.
fn align(text: &str, source: &str, style: Style, spot: Spot) -> Vec<Anchor> {
    let bytes = source.as_bytes();
    let mut anchors = Vec::new();
    let mut at = match style {
        Style::Block => source.find('\n').map_or(source.len(), |i| i + 1),
        Style::Quoted => 1,
        Style::Plain => 0,
    };
    let mut jumped = true;
    let mut line_start = style == Style::Block;
    for (i, c) in text.char_indices() {
        if line_start {
            let spaces = |s: &str| s.len() - s.trim_start_matches(' ').len();
            at += spaces(&source[at..]).saturating_sub(spaces(&text[i..]));
            (line_start, jumped) = (false, true);
        }
        if at >= bytes.len() {
            break;
        }
        if jumped {
            anchors.push(anchor(source, at, i, spot));
            jumped = false;
        }
        if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            at += 1;
        }
        match source[at..].chars().next() {
            Some(found)
                if found == c && !(style == Style::Quoted && c == '\'' && source[at..].starts_with("''")) =>
            {
                at += c.len_utf8();
                line_start = style == Style::Block && c == '\n';
            }
            Some('\'') if c == '\'' => (at, jumped) = (at + 2, true),
            Some('\\') => {
                let length = match bytes.get(at + 1) {
                    Some(b'x') => 4,
                    Some(b'u') => 6,
                    Some(b'U') => 10,
                    _ => 2,
                };
                (at, jumped) = ((at + length).min(bytes.len()), true);
            }
            Some(found) if found.is_whitespace() => {
                let rest = source[at..].trim_start();
                (at, jumped) = (source.len() - rest.len(), true);
                if !c.is_whitespace() && rest.starts_with(c) {
                    at += c.len_utf8();
                }
            }
            _ => jumped = true,
        }
        while !source.is_char_boundary(at.min(source.len())) {
            at += 1;
        }
    }
    anchors
}

fn anchor(source: &str, at: usize, text: usize, spot: Spot) -> Anchor {
    let before = &source[..at];
    let lines = before.matches('\n').count() as u32;
    let column = match before.rfind('\n') {
        Some(i) => before[i + 1..].chars().count() as u32 + 1,
        None => spot.column + before.chars().count() as u32,
    };
    Anchor { text: text as u32, file: spot.start + at as u32, line: spot.line + lines, column }
}
