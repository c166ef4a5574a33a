//! The small parts that the sections of the page share.

use maud::{Markup, html};

use crate::diagnostic::Place;
use crate::review::drawing::Shape;
use crate::review::model::Sign;
use crate::review::rows::{Body, Cell, Part, Row};
use crate::review::show::clean;
use crate::review::text::others_stay;

/// The shape that stands for a sign.
pub(super) fn shape(sign: Sign) -> Shape {
    match sign {
        Sign::Minus => Shape::Delete,
        Sign::MinusPlus | Sign::PlusMinus => Shape::Replace,
        Sign::Tilde | Sign::Bang => Shape::Update,
        Sign::Plus => Shape::Create,
        Sign::Equals | Sign::Dot | Sign::Less | Sign::Greater => Shape::Note,
        Sign::None => Shape::Same,
    }
}

/// A sign as it is seen; the words beside it say the same.
pub(super) fn badge(sign: Sign) -> Markup {
    html! { span class={ "badge " (shape(sign).class()) } aria-hidden="true" { (seen(sign)) } }
}

/// The sign with a real minus.
pub(super) fn seen(sign: Sign) -> String {
    sign.text().replace('-', "\u{2212}")
}

/// A sentence of ours: what it has between backticks is set as code.
pub(super) fn sentence(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick is somebody's own.
    let paired = parts.len() % 2 == 1;
    html! {
        @if paired {
            @for (at, part) in parts.iter().enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else {
            (text)
        }
    }
}

/// What differs, as a table.
pub(super) fn table(rows: &[Row]) -> Markup {
    html! {
        @if !rows.is_empty() {
            div class="scroll" {
                table class="rows" {
                    thead { tr { th scope="col" { "attribute" } th scope="col" { "value" } } }
                    tbody { @for row in rows { (row_of(row)) } }
                }
            }
        }
    }
}

fn row_of(row: &Row) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if row.sign != Sign::None { span class={ "mark " (tone(row.sign)) } { (seen(row.sign)) } " " }
                (row.name)
            }
            td {
                (body(&row.body))
                @if let Some(why) = &row.replaces {
                    p class="forces" { "forces replacement: " (sentence(&clean(why))) }
                }
            }
        }
    }
}

fn body(body: &Body) -> Markup {
    html! {
        @match body {
            Body::One(one) => (cell(one)),
            Body::Arrow(before, after) => {
                span class="was" { span class="hear" { "from " } (cell(before)) }
                span class="arrow" aria-hidden="true" { " → " }
                span class="will" { span class="hear" { " to " } (cell(after)) }
            }
            Body::Parts(parts, same) => {
                ul class="parts" {
                    @for part in parts { (part_of(part)) }
                    @if *same > 0 { li class="faint" { (others_stay(*same)) } }
                }
            }
        }
    }
}

fn part_of(part: &Part) -> Markup {
    html! {
        li class=(tone(part.sign)) {
            span class="mark" { (seen(part.sign)) span class="hear" { (heard(part.sign)) } } " "
            span class="text" { (part.text) }
        }
    }
}

fn heard(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => " added: ",
        Sign::Minus => " removed: ",
        Sign::Tilde => " changed: ",
        _ => "",
    }
}

fn tone(sign: Sign) -> &'static str {
    match sign {
        Sign::Plus => "plus",
        Sign::Minus | Sign::MinusPlus | Sign::PlusMinus => "minus",
        Sign::Tilde | Sign::Bang => "tilde",
        _ => "",
    }
}

fn cell(cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::None => span class="faint" { "(none)" },
            Cell::Text(text) => span class="text" { (text) },
            Cell::Unknown(expression) => {
                span class="unknown" { "known after apply" }
                @if !expression.is_empty() { " " span class="text faint" { (clean(expression)) } }
            }
            Cell::Sensitive => span class="unknown" { "sensitive" },
        }
    }
}

/// A place in the author's files.
pub(super) fn place(place: Option<&Place>) -> Markup {
    html! {
        @if let Some(place) = place { span class="place" { (clean(&place.file)) ":" (place.line) } }
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_is_markup() {
        for (text, expected) in [
            ("`ports` changes", "<code>ports</code> changes"),
            ("of `a`, `b`", "of <code>a</code>, <code>b</code>"),
            ("one ` alone", "one ` alone"),
            ("`<b>` & more", "<code>&lt;b&gt;</code> &amp; more"),
            ("", ""),
        ] {
            assert_eq!(sentence(text).into_string(), expected, "{text}");
        }
    }
}
