//! The HCL library's syntax errors in words that help.

use hcl_edit::expr::Expression;
use hcl_edit::parser::Error;

use super::ast::Span;
use super::parse::SyntaxFault;

/// What is wrong with a template text. The library backtracks out of some faults and then points at
/// the whole `${`; the expression in it alone is parsed again to find the very place.
pub(super) fn explain(text: &str, error: &Error) -> SyntaxFault {
    let at = error.location().offset();
    let inner = text[at..].strip_prefix("${").or_else(|| text[at..].strip_prefix("%{"));
    if let Some(inner) = inner.filter(|_| text[at..].starts_with("${")) {
        let begin = at + 2;
        let stop = closing_brace(inner);
        if stop.is_none() {
            return fault(text, begin - 2, "the expression is not closed".into(), "close it with `}`");
        }
        let inner = &inner[..stop.unwrap_or(inner.len())];
        if inner.trim().is_empty() {
            return fault(text, begin - 2, "there is nothing between `${` and `}`".into(), "");
        }
        let shift = begin + (inner.len() - inner.trim_start().len());
        if let Err(error) = inner.trim().parse::<Expression>() {
            return at_error(text, shift, &error);
        }
    }
    if inner.is_some() && text[at..].starts_with("%{") {
        return fault(
            text,
            at,
            "this `%{` directive is not complete".into(),
            "write %{ if … } … %{ endif }, or `%%{` for the text itself",
        );
    }
    let mut seen = (at + 2).min(text.len());
    while !text.is_char_boundary(seen) {
        seen -= 1;
    }
    let last = text[..seen].rfind("${").filter(|i| !text[..*i].ends_with('$'));
    if let Some(open) = last.filter(|open| closing_brace(&text[open + 2..]).is_none()) {
        return fault(text, open, "the expression is not closed".into(), "close it with `}`");
    }
    at_error(text, 0, error)
}

/// What is wrong with a text that is one expression.
pub(super) fn explain_bare(text: &str, error: &Error) -> SyntaxFault {
    at_error(text, 0, error)
}

fn at_error(text: &str, shift: usize, error: &Error) -> SyntaxFault {
    let mut at = shift + error.location().offset();
    let message = error.message();
    if message.contains("nested levels") || message.contains("chained binary") {
        return fault(
            text,
            at,
            "the expression is nested too deep (64 levels, 128 operators)".into(),
            "split it, with `locals:` for the parts",
        );
    }
    if message.contains("redefined object key") {
        return fault(text, at, "this key stands twice in the object".into(), "");
    }
    let rest = text[at.min(text.len())..].trim_start();
    at = text.len() - rest.len();
    let found = match rest.chars().next() {
        None | Some('}') => "the expression ends too early".to_owned(),
        Some(c) => format!("`{c}` cannot stand here"),
    };
    let expected =
        message.rsplit_once("expected ").map(|(_, e)| e).filter(|e| !e.contains("letter") && e.len() < 60);
    match expected {
        Some(expected) => fault(text, at, format!("{found}; {expected} was expected"), ""),
        None => fault(text, at, found, hint_for(rest)),
    }
}

fn hint_for(rest: &str) -> &'static str {
    match rest.chars().next() {
        Some('\'') => "texts inside an expression stand in double quotes",
        Some('=') => "equality is `==`",
        Some('$') => "inside `${ }` names stand without another `${`",
        None | Some('}') => "an operand, a name or a closing bracket is missing",
        _ => "",
    }
}

fn fault(text: &str, at: usize, message: String, hint: &str) -> SyntaxFault {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    let span = Span { start: at as u32, end: (at + width) as u32 };
    SyntaxFault { summary: "Invalid expression", span, message, hint: hint.to_owned() }
}

/// Where the brace that closes an interpolation stands: brackets and quoted texts are skipped.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((i, b)) = bytes.next() {
        let in_text = open.last() == Some(&b'"');
        match b {
            b'\\' if in_text => drop(bytes.next()),
            b'"' if in_text => drop(open.pop()),
            b'$' if in_text && bytes.peek().is_some_and(|(_, b)| *b == b'{') => {
                bytes.next();
                open.push(b'{');
            }
            _ if in_text => {}
            b'"' | b'{' => open.push(b),
            b'}' if open.is_empty() => return Some(i),
            b'}' => drop(open.pop()),
            _ => {}
        }
    }
    None
}
