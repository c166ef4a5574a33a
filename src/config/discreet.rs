//! What must not be shown of the author's texts: credentials and sensitive values, wherever a message
//! quotes a line or a word.
//!
//! It goes by lines and not by what YAML makes of them, because the messages that matter most are
//! about text that is wrong. In doubt it hides too much.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::diagnostic::Diagnostic;

/// Texts by the name that messages show.
type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// Shorter words stand in messages by chance.
const SHORTEST_WORD: usize = 6;

/// Settings of a block of credentials that are none.
const PLAIN_SETTINGS: &[&str] = &["username", "user", "domain", "project"];
/// Of a sensitive variable, what may be shown.
const PLAIN_PARTS: &[&str] = &["type", "description", "sensitive"];

/// Where something may have to be hidden.
static HIT: LazyLock<Regex> = LazyLock::new(|| pattern("(?i)auth|secret|passw|token"));
/// A key whose value, or everything below it, is hidden.
static SECRET_KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:^|[\s{,\["'])(auth|[\w-]*(?:secret|passw|token)[\w-]*)["']?\s*:(?:\s|$|[{\["'])"#)
});
/// One piece of a line: a key, a value, or what stands between.
static PIECE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?P<key>["']?[A-Za-z_][\w.-]*["']?\s*:)(?:\s|$)|(?P<value>"[^"]*"?|'[^']*'?|\$\{[^}]*\}?|[^\s{}\[\],][^,}\]]*)|[\s{}\[\],]"#,
    )
});
/// A value that only says where the secret is.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^["']?\$\{\s*(?:env|var|local|path|each)\.[\w.\[\]"-]+\s*\}?["']?$"#));
/// A text that goes on in the next lines.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[|>][+\-0-9]*$"));
/// A line that begins with a key.
static KEYED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^["']?[A-Za-z_][\w.-]*["']?\s*:(?:\s|$)"#));
/// What makes a variable sensitive, however it is misspelt.
static SENSITIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\bsensi\w*["']?\s*:\s*["']?[ty]"#));

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|e| panic!("bad pattern, please report: {e}"))
}

/// What was hidden.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    words: BTreeSet<String>,
}

impl Hidden {
    /// A fault without the words that were hidden.
    pub(super) fn out_of(&self, mut fault: Diagnostic) -> Diagnostic {
        for word in &self.words {
            fault.detail = without(&fault.detail, word);
            fault.hint = without(&fault.hint, word);
        }
        fault
    }
}

/// A text with a word taken out where it stands by itself.
fn without(text: &str, word: &str) -> String {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let inside = part(out.chars().chain(before.chars()).next_back()) || part(after.chars().next());
        out.push_str(before);
        out.push_str(if inside { word } else { "(sensitive)" });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The texts as messages may quote them, byte for byte as long, and what was hidden.
pub(super) fn discreet(texts: Texts) -> (Texts, Hidden) {
    let names: BTreeSet<String> = texts.values().flat_map(|text| sensitive_variables(text)).collect();
    let by_name = (!names.is_empty()).then(|| {
        let any: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
        pattern(&format!(r#"(?m)^[ \t]*["']?(?:{})["']?\s*:"#, any.join("|")))
    });
    let mut hidden = Hidden::default();
    let shown = texts.into_iter().map(|(file, text)| {
        let whole = file.strip_prefix("--var ").is_some_and(|name| names.contains(name));
        let all = 0..text.len();
        let ranges = if whole { vec![all] } else { ranges(&text, by_name.as_ref()) };
        let shown = if ranges.is_empty() { text } else { hide(&text, &ranges, &mut hidden) };
        (file, shown)
    });
    (shown.collect(), hidden)
}

fn hide(text: &str, ranges: &[Range<usize>], hidden: &mut Hidden) -> Arc<str> {
    let mut shown = text.to_owned();
    for range in ranges {
        let value = &text[range.clone()];
        let parts = value.split(|c: char| c.is_whitespace() || "\"'${}*&!|>".contains(c));
        hidden.words.extend(parts.filter(|part| part.len() >= SHORTEST_WORD).map(str::to_owned));
        let stars: String = value.bytes().map(|b| if b == b'\n' { '\n' } else { '*' }).collect();
        shown.replace_range(range.clone(), &stars);
    }
    shown.into()
}

/// The names of the variables that a text declares sensitive.
fn sensitive_variables(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if !SENSITIVE.is_match(text) {
        return names;
    }
    let (mut within, mut level, mut name) = (false, None, String::new());
    for line in text.lines() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if indent == 0 && !body.is_empty() && !body.starts_with('#') {
            within = body.trim_start_matches(['"', '\'']).starts_with("variables");
            level = None;
        } else if within && KEYED.is_match(body) && indent <= *level.get_or_insert(indent) {
            name = body.split(':').next().unwrap_or_default().trim_matches(['"', '\'', ' ']).to_owned();
        }
        if within && SENSITIVE.is_match(line) {
            names.insert(name.clone());
        }
    }
    names
}

/// A part of a text in which values are hidden.
struct Section {
    /// The columns before its first line.
    indent: usize,
    /// The keys whose values may be shown.
    plain: &'static [&'static str],
    /// Brackets that are open.
    open: i32,
    /// Whether a text goes on over lines.
    goes_on: bool,
    key: String,
}

/// The values of a text that are not for everybody, in order.
fn ranges(text: &str, by_name: Option<&Regex>) -> Vec<Range<usize>> {
    let mut starts: BTreeMap<usize, &'static [&'static str]> = BTreeMap::new();
    for hit in HIT.find_iter(text) {
        let begin = text[..hit.start()].rfind('\n').map_or(0, |i| i + 1);
        let line = line_at(text, begin);
        if let Some(key) = SECRET_KEY.captures(line).and_then(|found| found.get(1)) {
            starts.insert(begin + key.start(), PLAIN_SETTINGS);
        }
    }
    for hit in by_name.into_iter().flat_map(|names| names.find_iter(text)) {
        starts.insert(hit.start(), PLAIN_PARTS);
    }
    let (mut found, mut done) = (Vec::new(), 0);
    for (start, plain) in starts {
        if start < done {
            continue;
        }
        let mut begin = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line = line_at(text, begin);
        let indent = line.len() - line.trim_start().len();
        let mut section = Section { indent, plain, open: 0, goes_on: false, key: String::new() };
        section.line(start, line_at(text, start), &mut found);
        begin += line.len() + 1;
        while begin < text.len() {
            let line = line_at(text, begin);
            if !section.has(line) {
                break;
            }
            section.line(begin, line, &mut found);
            begin += line.len() + 1;
        }
        done = begin;
    }
    found
}

fn line_at(text: &str, begin: usize) -> &str {
    text[begin..].split('\n').next().unwrap_or_default()
}

impl Section {
    /// Whether the next line is still part of it.
    fn has(&self, line: &str) -> bool {
        let body = line.trim_start();
        let deeper = line.len() - body.len() > self.indent;
        body.is_empty() || deeper || self.open > 0 || self.goes_on && !KEYED.is_match(body)
    }

    /// Notes what is hidden of a line, or of the rest of one.
    fn line(&mut self, begin: usize, line: &str, found: &mut Vec<Range<usize>>) {
        for piece in PIECE.captures_iter(line) {
            if let Some(key) = piece.name("key") {
                self.key = key.as_str().trim_end_matches([':', ' ']).trim_matches(['"', '\'']).to_owned();
                self.goes_on = false;
            } else if let Some(value) = piece.name("value") {
                let text = value.as_str().trim_end();
                self.goes_on |= GOES_ON.is_match(text);
                let plain = self.plain.contains(&self.key.as_str()) && !self.goes_on;
                if !plain && !REFERENCE.is_match(text) && !GOES_ON.is_match(text) {
                    found.push(begin + value.start()..begin + value.start() + text.len());
                }
            } else {
                self.open += match piece.get(0).map(|p| p.as_str()) {
                    Some("{" | "[") => 1,
                    Some("}" | "]") => -1,
                    _ => 0,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(file: &str, texts: &[(&str, &str)]) -> (String, Hidden) {
        let texts = texts.iter().map(|(file, text)| (Arc::from(*file), Arc::from(*text))).collect();
        let (texts, hidden) = discreet(texts);
        (texts[file].to_string(), hidden)
    }

    #[test]
    fn credentials_are_hidden_however_they_are_written() {
        for text in [
            "auth: { password: s3cret0, token: \"s3cret0\", domain: x, user: y, secret_key: ${env.SK} }",
            "    auth:\n      access_key: ${env.SK}\n      secret_kye: s3cret0\n    region: x",
            "    auth:\n      secretkey: s3cret0\n      sk: 's3cret0'\n      passwrd: s3cret0 # s3cret0\n  shop: x",
            "    auth: s3cret0\n    region: x",
            "  auth:\n    secret_key: |\n s3cret0\n  s3cret0/+=\n    domain: x",
            "  auth: { secret_key: *s3cret0, token: !s3cret0, x: ${s3cret0}, y: s3cret0${1 2} }",
            "  auth: {\nsecret_key:\n s3cret0,\n domain: x }\n  region: x",
            "  secret_key:s3cret0\n  auth: [s3cret0, \"s3cret0\"]",
            "\"auth\": {\"secret_key\": \"s3cret0\"}",
            "access_token: >-\n  s3cret0\n  s3cret0",
        ] {
            let (told, _) = shown("f", &[("f", text)]);
            if text.starts_with("  secret_key:s3cret0") {
                // No value, for YAML and for us: there is no blank.
                assert_eq!(told.matches("s3cret0").count(), 1, "{told}");
                continue;
            }
            assert!(!told.contains("s3cret0"), "{text}\n{told}");
            assert_eq!((told.len(), told.lines().count()), (text.len(), text.lines().count()));
            for kept in ["domain: x", "user: y", "${env.SK}", "region: x", "shop: x"] {
                assert_eq!(told.contains(kept), text.contains(kept), "{kept}: {told}");
            }
        }
    }

    #[test]
    fn sensitive_variables_are_hidden_wherever_they_get_their_value() {
        let declared = "variables:\n  pw:\n    type: string\n    sensitive: true\n    deafult: s3cret0\n  \
                        open: { type: string, default: plain }\noutputs:\n  pw: { value: seen }\n";
        let given = "pw: s3cret0\nopen: plain\npw: [s3cret0]\n";
        let texts = [("f", declared), ("v", given), ("--var pw", "s3cret0"), ("--var open", "plain")];
        for file in ["f", "v", "--var pw", "--var open"] {
            let (told, _) = shown(file, &texts);
            assert!(!told.contains("s3cret0"), "{told}");
            assert_eq!(told.contains("plain"), file != "--var pw", "{told}");
        }
    }

    #[test]
    fn what_has_no_secret_stays_as_it_is_and_words_leave_messages() {
        let text = "author: me\nresources:\n  vpcep_accept: { a: { decision: accept, tokens: x } }\n";
        let plain = text.replace(", tokens: x", "");
        assert_eq!(shown("f", &[("f", &plain)]).0, plain);
        let (_, hidden) = shown("f", &[("f", "auth: { sk: ${s3cret0}, ak: short }")]);
        let fault =
            Diagnostic::error("Unknown name", "`s3cret0` names nothing; xs3cret0 is short").hint("s3cret0?");
        let fault = hidden.out_of(fault);
        assert_eq!(fault.detail, "`(sensitive)` names nothing; xs3cret0 is short");
        assert_eq!(fault.hint, "(sensitive)?");
    }
}
