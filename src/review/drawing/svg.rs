//! Boxes and lines as SVG. What happens to a box is told by its shape, its sign and its colour.

use maud::{Markup, PreEscaped, html};

use super::place::{HEIGHT, Placed, WIDTH};

/// So many characters of a title and of what stands under it are seen.
const TITLE: usize = 22;
const UNDER: usize = 32;

/// What happens to what a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::review) enum Shape {
    /// It goes: corners are cut off.
    Delete,
    /// Another one takes its place: pointed sides.
    Replace,
    /// It changes: a rectangle.
    Update,
    /// It comes: round sides.
    Create,
    /// It is bound or let go of, looked up or waited for: slanted sides.
    Note,
    /// It stays: a thin rectangle.
    Same,
}

impl Shape {
    /// Its name as a class.
    pub(in crate::review) fn class(self) -> &'static str {
        match self {
            Shape::Delete => "delete",
            Shape::Replace => "replace",
            Shape::Update => "update",
            Shape::Create => "create",
            Shape::Note => "note",
            Shape::Same => "same",
        }
    }

    /// Its outline, from the top left corner.
    fn outline(self) -> String {
        let (w, h) = (WIDTH, HEIGHT);
        match self {
            Shape::Delete => {
                let (x, y) = (w - 12, h - 12);
                format!("M12 0H{x}L{w} 12V{y}L{x} {h}H12L0 {y}V12Z")
            }
            Shape::Replace => {
                let (x, y) = (w - 14, h / 2);
                format!("M14 0H{x}L{w} {y}L{x} {h}H14L0 {y}Z")
            }
            Shape::Create => {
                let (x, r) = (w - h / 2, h / 2);
                format!("M{r} 0H{x}A{r} {r} 0 0 1 {x} {h}H{r}A{r} {r} 0 0 1 {r} 0Z")
            }
            Shape::Note => format!("M12 0H{w}L{} {h}H0Z", w - 12),
            Shape::Update | Shape::Same => {
                let (x, y) = (w - 5, h - 5);
                format!("M5 0H{x}Q{w} 0 {w} 5V{y}Q{w} {h} {x} {h}H5Q0 {h} 0 {y}V5Q0 0 5 0Z")
            }
        }
    }
}

/// One box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::review) struct Box {
    /// What it is found by, unique in the picture.
    pub(in crate::review) id: String,
    /// Where a click leads; nowhere if empty.
    pub(in crate::review) href: String,
    /// What happens to it.
    pub(in crate::review) shape: Shape,
    /// The sign of that.
    pub(in crate::review) sign: String,
    /// Its name.
    pub(in crate::review) title: String,
    /// What stands under the name.
    pub(in crate::review) under: String,
    /// All of it in words, for those who do not see it.
    pub(in crate::review) label: String,
    /// Whether it stands for several.
    pub(in crate::review) many: bool,
}

/// The picture, to be put into a page that has its colours.
pub(in crate::review) fn svg(boxes: &[Box], placed: &Placed, name: &str, label: &str) -> Markup {
    html! {
        svg id=(name) class="drawing" xmlns="http://www.w3.org/2000/svg" role="group" aria-label=(label)
            viewBox={ "0 0 " (placed.width) " " (placed.height) } width=(placed.width) height=(placed.height)
            data-width=(placed.width) data-height=(placed.height) {
            defs {
                marker id={ (name) "-tip" } viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                    path d="M0 0L8 4L0 8Z" {}
                }
            }
            g class="edges" aria-hidden="true" {
                @for (first, waiting, points) in &placed.edges {
                    path d=(curve(points)) data-from=(boxes[*first].id) data-to=(boxes[*waiting].id)
                        marker-end={ "url(#" (name) "-tip)" } {}
                }
            }
            @for (drawn, (x, y)) in boxes.iter().zip(&placed.boxes) {
                (one(drawn, *x, *y))
            }
        }
    }
}

fn one(drawn: &Box, x: i64, y: i64) -> Markup {
    let inner = html! {
        title { (drawn.label) }
        @if drawn.many {
            path class="shade" transform="translate(5 5)" d=(drawn.shape.outline()) {}
        }
        path class="shape" d=(drawn.shape.outline()) {}
        text class="sign" x="27" y=(HEIGHT / 2 + 6) text-anchor="middle" { (drawn.sign) }
        text class="title" x="48" y=(HEIGHT / 2 - 2) { (short(&drawn.title, TITLE)) }
        text class="under" x="48" y=(HEIGHT / 2 + 14) { (short(&drawn.under, UNDER)) }
    };
    let class = format!("box {}", drawn.shape.class());
    let place = format!("translate({x} {y})");
    html! {
        @if drawn.href.is_empty() {
            g id=(drawn.id) class=(class) transform=(place) { (inner) }
        } @else {
            a id=(drawn.id) class=(class) transform=(place) href=(drawn.href) aria-label=(drawn.label)
                data-x=(x) data-y=(y) { (inner) }
        }
    }
}

/// A line that leaves and arrives level, through its points.
fn curve(points: &[(i64, i64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        match i.checked_sub(1).map(|before| points[before]) {
            None => d.push_str(&format!("M{x} {y}")),
            Some((_, was)) if was == *y => d.push_str(&format!("H{x}")),
            Some((from, was)) => {
                let half = (x - from) / 2;
                d.push_str(&format!("C{} {was} {} {y} {x} {y}", from + half, x - half));
            }
        }
    }
    d
}

/// The beginning and the end of a text that is too long.
fn short(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end = most / 3;
    let head: String = text.chars().take(most - end - 1).collect();
    let tail: String = text.chars().skip(count - end).collect();
    format!("{head}…{tail}")
}

/// The picture as a file of its own.
pub(in crate::review) fn standalone(boxes: &[Box], placed: &Placed, label: &str) -> String {
    let drawing = svg(boxes, placed, "graph", label).into_string();
    let style = html! { style { (PreEscaped(STYLE)) } }.into_string();
    let file = drawing.replacen("<defs>", &format!("{style}<defs>"), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{file}\n")
}

/// The colours of a file of its own; a page has its own.
const STYLE: &str = include_str!("standalone.css");

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::*;

    fn a_box(id: &str, title: &str) -> Box {
        Box {
            id: id.to_owned(),
            href: String::new(),
            shape: Shape::Same,
            sign: String::new(),
            title: title.to_owned(),
            under: "a_kind".to_owned(),
            label: title.to_owned(),
            many: false,
        }
    }

    #[test]
    fn names_are_text_and_never_markup() {
        let boxes = [
            a_box("n0", "</title><script>alert(1)</script>"),
            a_box("n1", "\"><img src=x onerror=alert(1)>"),
        ];
        let file = standalone(&boxes, &layout(2, &[(0, 1)]), "what waits for what");
        assert!(!file.contains("<script") && !file.contains("<img"), "{file}");
        assert_eq!(file.matches("<path d=\"M").count(), 2, "the tip of the arrow and one edge");
        assert!(file.contains("data-from=\"n0\" data-to=\"n1\""), "{file}");
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(short("shop[\"a-very-long-key-indeed\"]", 12), "shop[\"a…ed\"]");
        assert_eq!(short("ünïcödé", 7), "ünïcödé");
    }
}
