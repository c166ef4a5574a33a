//! Text from outside inside Markdown: whatever it holds, it stays text.
//!
//! Names and values stand in code; what stands in a sentence is escaped. Hosts look for mentions,
//! references and links in the finished text, where a backslash does not help any more: those are
//! broken up by an empty character, as other tools do it.

/// A blank of no width, between a sign and what would make it a mention or a reference.
const APART: &str = "&#8203;";

/// The text as code, on one line.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    let touches = |c: Option<char>| c.is_some_and(|c| c == '`' || c == ' ');
    let pad = if touches(text.chars().next()) || touches(text.chars().last()) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text as part of a sentence; what stands between backticks in it becomes code.
pub(super) fn sentence(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len() + 16);
    let mut i = 0;
    while i < pieces.len() {
        out.push_str(&plain(pieces[i]));
        // A backtick without its partner is only a sign.
        match pieces.get(i + 1) {
            Some(inside) if i + 2 < pieces.len() && !inside.is_empty() => out.push_str(&code(inside)),
            Some(inside) => {
                out.push_str("\\`");
                out.push_str(&plain(inside));
                if i + 2 < pieces.len() {
                    out.push_str("\\`");
                }
            }
            None => {}
        }
        i += 2;
    }
    out
}

/// The text with every sign that means something to Markdown, HTML or a host made harmless.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let begins_word =
            chars.peek().is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '"' | '-'));
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '`' | '^' | '=' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        let refers = matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&' | '^') && begins_word;
        // `https://…` and `www.…` become links by themselves.
        let leads = c == ':' && chars.peek() == Some(&'/') || c == '.' && out.ends_with("www.");
        if refers || leads {
            out.push_str(APART);
        }
    }
    out
}

/// The text as a block of code, marked as a difference so that hosts colour its lines.
pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}diff\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_any_text() {
        for (text, expected) in [
            ("vpcep_service.payments", "`vpcep_service.payments`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            (" x", "`  x `"),
            ("", "(empty)"),
            ("<b>@all</b> | #1", "`<b>@all</b> | #1`"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(fenced("a ```` b\n"), "`````diff\na ```` b\n`````\n");
    }

    #[test]
    fn a_sentence_neither_mentions_nor_links_nor_marks_up() {
        for (text, expected) in [
            ("`ports` differs", "`ports` differs"),
            ("no key \"a`b\" any more", "no key \"a\\`b\" any more"),
            ("``", "\\`\\`"),
            ("<img src=x onerror=1>", "&lt;img src\\=x onerror\\=1&gt;"),
            ("thanks @octocat, see #12", "thanks @&#8203;octocat, see \\#&#8203;12"),
            ("!7 and ~bug and %3 and &4", "\\!&#8203;7 and \\~&#8203;bug and %&#8203;3 and &amp;&#8203;4"),
            ("[x](http://evil)", "\\[x\\](http:&#8203;//evil)"),
            ("www.evil.example", "www.&#8203;evil.example"),
            ("a*b_c|d", "a\\*b\\_c\\|d"),
        ] {
            assert_eq!(sentence(text), expected, "{text}");
        }
    }
}
