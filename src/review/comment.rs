//! A review as a comment on GitHub or a note on GitLab, and as the summary of a job.
//!
//! A host refuses what is too long. Then the same is said in fewer words, step by step down to the
//! counts, and the comment says what it leaves out and where that is to be read.

use super::markdown::{Detail, body, left_out};
use super::model::Review;

/// Longer addresses are no addresses that anybody made on purpose.
const LONGEST_LINK: usize = 2000;

/// Where a review is posted, and how much of it is taken there.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Its name.
    name: &'static str,
    /// How much it takes,
    limit: usize,
    /// of these.
    unit: Unit,
    /// Whether the text carries the mark by which an earlier one is found.
    marked: bool,
}

/// What a host counts.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Characters,
    Bytes,
}

impl Host {
    /// A comment on GitHub. Its message speaks of characters; the store behind it holds four bytes
    /// for each, so this is safe by either count.
    pub const GITHUB: Host = Host { name: "GitHub", limit: 65_536, unit: Unit::Characters, marked: true };
    /// The summary of a job on GitHub.
    pub const GITHUB_SUMMARY: Host =
        Host { name: "GitHub", limit: 1024 * 1024, unit: Unit::Bytes, marked: false };
    /// A note on GitLab.
    pub const GITLAB: Host = Host { name: "GitLab", limit: 1_000_000, unit: Unit::Characters, marked: true };

    fn takes(&self, text: &str) -> bool {
        let size = match self.unit {
            Unit::Characters => text.chars().count(),
            Unit::Bytes => text.len(),
        };
        size <= self.limit
    }

    fn limit_in_words(&self) -> String {
        match self.unit {
            Unit::Characters => format!("{}'s {} characters", self.name, thousands(self.limit)),
            Unit::Bytes => format!("{}'s {} bytes", self.name, thousands(self.limit)),
        }
    }
}

/// The hidden line by which the comment about a stack is found again.
pub fn marker(stack: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let mut name = String::new();
    for c in stack.chars().take(100) {
        // Two dashes would end the comment that hides the line.
        if plain(c) { name.push(c) } else { name.push_str(&format!("-{:x}.", u32::from(c))) }
    }
    format!("<!-- landbridge review of {name} -->")
}

/// The review for a host; `link` leads to all of it.
pub fn comment(review: &Review, host: Host, link: Option<&str>) -> String {
    let link = link.filter(|link| link.len() <= LONGEST_LINK && is_link(link));
    // Each step says less than the one before, so the fullest that fits is found by halving.
    let steps = Detail::ALL;
    let fullest = steps.partition_point(|detail| !host.takes(&written(review, host, link, *detail)));
    match steps.get(fullest) {
        Some(detail) => written(review, host, link, *detail),
        None => written(review, host, None, Detail::Counts),
    }
}

fn written(review: &Review, host: Host, link: Option<&str>, detail: Detail) -> String {
    let mut out = if host.marked { format!("{}\n", marker(&review.stack)) } else { String::new() };
    out.push_str(&body(review, detail));
    let left_out = match detail {
        Detail::Full => None,
        Detail::Samples(_) => {
            let (count, all) = (left_out(review, detail), review.changes.len());
            Some(format!("The details of {count} of {all} objects, none of which is destroyed, are"))
        }
        Detail::Overview => Some("The details are".to_owned()),
        Detail::DestructiveOverview => {
            Some("The details, and the lines of what is not destroyed, are".to_owned())
        }
        Detail::Counts => Some("Everything but the counts is".to_owned()),
    };
    if let Some(what) = left_out {
        out.push_str(&format!("\n{what} left out: with them this would exceed {}.", host.limit_in_words()));
        match link {
            Some(link) => out.push_str(&format!(" [The whole review](<{link}>)\n")),
            None => out.push_str(" `landbridge review PLAN` shows the whole review.\n"),
        }
    } else if let Some(link) = link {
        out.push_str(&format!("\n[The whole review](<{link}>)\n"));
    }
    out
}

/// Whether a text can stand as a link as it is.
fn is_link(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '\\' | '`');
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}

/// 65536 as "65,536".
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_hides_whatever_the_stack_is_called() {
        assert_eq!(marker("payments_1"), "<!-- landbridge review of payments_1 -->");
        assert_eq!(marker("a-->b"), "<!-- landbridge review of a-2d.-2d.-3e.b -->");
        assert_ne!(marker("a-2d"), marker("a-"));
    }

    #[test]
    fn numbers_and_links() {
        assert_eq!(
            (thousands(65_536), thousands(1_000_000), thousands(12)),
            ("65,536".into(), "1,000,000".into(), "12".into())
        );
        assert!(is_link("https://ci.example/1?a=b"));
        for text in ["javascript:alert(1)", "https://a> [x](y", "https://a b", ""] {
            assert!(!is_link(text), "{text}");
        }
    }
}
