//! The YAML parser's errors in words that help. Most are forgotten quotes around `${ }`.

use granit_parser::{ErrorKind, ScanError};

use super::document::Document;
use crate::diagnostic::{Diagnostic, Place};

pub(super) fn explain(document: &Document, error: &ScanError) -> Diagnostic {
    let text = &*document.text;
    let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let begin = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let place = Place {
        file: document.file.clone(),
        start: at,
        end: at + text[at..].chars().next().map_or(0, char::len_utf8),
        line: error.marker().line(),
        column: error.marker().col() + 1,
    };
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        return Diagnostic::error("Nested too deep", "values are nested deeper than 64 levels here")
            .at(place);
    }
    if let Some(fault) = unquoted(document, begin, at) {
        return fault;
    }
    let tab = text[begin..].bytes().take_while(|b| *b == b' ' || *b == b'\t').any(|b| b == b'\t');
    let (detail, hint) = match error.kind() {
        _ if tab => ("a tab stands in the indentation of this line".into(), "indent with spaces"),
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            ("a tab stands in the indentation".into(), "indent with spaces")
        }
        ErrorKind::MappingValueNotAllowed => (
            "a `: ` cannot stand here".into(),
            "a text that holds `: ` needs quotes; or the indentation is wrong",
        ),
        ErrorKind::UnclosedQuotedScalar => {
            ("a quote is not closed".into(), "close it on the line where it begins")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            (format!("the bracket `{open}` is not closed"), "close it")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation | ErrorKind::SimpleKeyExpected => {
            (
                "a `key: value` was expected here".into(),
                "check the indentation of this line and the `:` after the key",
            )
        }
        _ => (error.info(), ""),
    };
    Diagnostic::error("Invalid YAML", detail).at(place).hint(hint)
}

/// An expression without quotes where YAML needs them: just before the error, on its line.
fn unquoted(document: &Document, begin: usize, at: usize) -> Option<Diagnostic> {
    let text = &*document.text;
    let finish = text[begin..].find('\n').map_or(text.len(), |i| begin + i);
    let line = &text[begin..finish];
    let near = (at - begin + 2).min(line.len());
    let near = (0..=near).rev().find(|i| line.is_char_boundary(*i)).unwrap_or(0);
    let dollar = line[..near].rfind("${").or_else(|| line.find("${"))?;
    let quotes = line[..dollar].matches('"').count();
    if quotes % 2 == 1 {
        return None;
    }
    let rest = &line[dollar..];
    let mut depth = 0;
    let close = rest.char_indices().find_map(|(i, c)| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (c == '}' && depth == 0).then_some(i + 1)
    });
    let expression = &rest[..close.unwrap_or(rest.len())];
    let flow = line[..dollar].contains(['{', '[']);
    let why = if flow { "inside `{ }` and `[ ]`" } else { "where the text holds `: `" };
    let quoted = if expression.contains('"') {
        format!("'{}'", expression.replace('\'', "''"))
    } else {
        format!("\"{expression}\"")
    };
    let start = begin + dollar;
    let place = Place {
        file: document.file.clone(),
        start,
        end: start + expression.len(),
        line: text[..begin].matches('\n').count() + 1,
        column: line[..dollar].chars().count() + 1,
    };
    let detail = format!("YAML needs quotes around `${{ }}` {why}");
    Some(Diagnostic::error("Expression without quotes", detail).at(place).hint(format!("write {quoted}")))
}
