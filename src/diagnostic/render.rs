//! A diagnostic as text: `file:line:column`, the line itself, carets, hints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer as Snippets, Snippet};

use super::{Diagnostic, Place, Severity};

/// Lines longer than this are shown around the place only.
const LONGEST_LINE: usize = 160;

/// Renders diagnostics against the texts they speak of.
pub struct Renderer<'a> {
    sources: &'a BTreeMap<Arc<str>, Arc<str>>,
    coloured: bool,
}

impl<'a> Renderer<'a> {
    /// A renderer for these texts, by the name of the file.
    pub fn new(sources: &'a BTreeMap<Arc<str>, Arc<str>>, coloured: bool) -> Self {
        Renderer { sources, coloured }
    }

    /// All of them, each followed by an empty line.
    pub fn many<'d>(&self, diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> String {
        diagnostics.into_iter().map(|d| self.one(d) + "\n\n").collect()
    }

    /// One diagnostic, without a final line end.
    pub fn one(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = level
            .primary_title(printable(&diagnostic.summary))
            .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
        if let Some(place) = &diagnostic.place {
            // A saved plan knows where, and not what stands there.
            group = match self.sources.get(&place.file) {
                Some(source) => group.element(snippet(source, place, AnnotationKind::Primary, "")),
                None => {
                    let origin = Origin::path(printable(&place.file));
                    group.element(origin.line(place.line).char_column(place.column))
                }
            };
        }
        for (place, label) in &diagnostic.also {
            group = match self.sources.get(&place.file) {
                Some(source) => group.element(snippet(source, place, AnnotationKind::Context, label)),
                None => {
                    let told = format!("{label}: {}:{}", place.file, place.line);
                    group.element(Level::NOTE.no_name().message(printable(&told)))
                }
            };
        }
        let mut told = diagnostic.detail.clone();
        if let (None, Some(address)) = (&diagnostic.place, &diagnostic.address) {
            let _ = write!(told, " ({address})");
        }
        if !told.is_empty() {
            group = group.element(Level::NOTE.no_name().message(printable(&told)));
        }
        if !diagnostic.hint.is_empty() {
            group = group.element(Level::HELP.with_name("hint").message(printable(&diagnostic.hint)));
        }
        let snippets = if self.coloured { Snippets::styled() } else { Snippets::plain() };
        let report: [Group<'_>; 1] = [group];
        let text = snippets.term_width(110).render(&report);
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

/// The line of the place, with a mark under it. Only that line is handed to the library, so the cost
/// does not grow with the file.
fn snippet(
    source: &str,
    place: &Place,
    kind: AnnotationKind,
    label: &str,
) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let (line, marked) = line_around(source, place);
    let mut annotation = kind.span(marked);
    if !label.is_empty() {
        annotation = annotation.label(printable(label));
    }
    Snippet::source(line)
        .line_start(place.line)
        .path(printable(&place.file))
        .fold(false)
        .annotation(annotation)
}

/// One diagnostic as text.
pub fn render(diagnostic: &Diagnostic, sources: &BTreeMap<Arc<str>, Arc<str>>, coloured: bool) -> String {
    Renderer::new(sources, coloured).one(diagnostic)
}

/// The line that holds the first byte of the place, made printable, and the marked range in it.
fn line_around(source: &str, place: &Place) -> (String, Range<usize>) {
    let start = floor(source, place.start.min(source.len()));
    let begin = source[..start].rfind('\n').map_or(0, |i| i + 1);
    let finish = source[start..].find('\n').map_or(source.len(), |i| start + i);
    let end = floor(source, place.end.clamp(start, finish));
    let (mut from, mut to) = (begin, finish);
    if finish - begin > LONGEST_LINE {
        from = floor(source, start.saturating_sub(LONGEST_LINE / 2).max(begin));
        to = floor(source, (from + LONGEST_LINE).min(finish));
    }
    let end = end.min(to);
    let mut line = String::new();
    if from > begin {
        // Filled up so that the column the library computes is the one of the file.
        line.extend(std::iter::repeat_n(' ', source[begin..from].chars().count().saturating_sub(1)));
        line.push('…');
    }
    line.push_str(&printable(&source[from..start]));
    let mark = line.len();
    line.push_str(&printable(&source[start..end]));
    let mark = mark..line.len().max(mark);
    line.push_str(&printable(&source[end..to]));
    if to < finish {
        line.push('…');
    }
    (line.trim_end_matches('\r').to_owned(), mark)
}

/// The last character boundary not after `at`.
fn floor(source: &str, mut at: usize) -> usize {
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with every control character (escape sequences of a terminal, direction marks) made
/// harmless, one character for one.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '\n',
            '\t' | '\r' => ' ',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                '\u{fffd}'
            }
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(source: &str, word: &str) -> Place {
        let start = source.find(word).unwrap();
        let begin = source[..start].rfind('\n').map_or(0, |i| i + 1);
        Place {
            file: "landbridge.yaml".into(),
            start,
            end: start + word.len(),
            line: source[..start].matches('\n').count() + 1,
            column: source[begin..start].chars().count() + 1,
        }
    }

    #[test]
    fn a_diagnostic_shows_the_line_the_carets_and_the_hint() {
        let source = "stack: x\nresources:\n  vpcep_service: {}\r\n";
        let sources = BTreeMap::from([(Arc::from("landbridge.yaml"), Arc::from(source))]);
        let d = Diagnostic::error("Unknown kind", "there is no kind `vpcep_service`")
            .hint("did you mean this?")
            .at(place(source, "vpcep_service"))
            .also(Some(place(source, "stack")), "the stack");
        insta::assert_snapshot!(render(&d, &sources, false), @r"
        error: Unknown kind
         --> landbridge.yaml:3:3
          |
        3 |   vpcep_service: {}
          |   ^^^^^^^^^^^^^
          |
         ::: landbridge.yaml:1:1
          |
        1 | stack: x
          | ----- the stack
          |
          = there is no kind `vpcep_service`
          = hint: did you mean this?
        ");
    }

    #[test]
    fn long_lines_are_cut_and_control_characters_are_harmless() {
        let source = format!("a: {}\u{1b}[31mred{}", "x".repeat(5000), "y".repeat(5000));
        let sources = BTreeMap::from([(Arc::from("landbridge.yaml"), Arc::from(source.as_str()))]);
        let d = Diagnostic::error("Bad", "\u{1b}[2J").at(place(&source, "red"));
        let text = render(&d, &sources, false);
        assert!(text.len() < 12_000 && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("landbridge.yaml:1:5009"), "{text}");
    }
}
