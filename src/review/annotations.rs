//! Findings as annotations of a GitHub job: at the line of YAML that they are about.

use super::findings::{findings, path_of};
use super::model::Review;
use super::section::{Finding, Level};

/// GitHub shows so many of each level for a step; with three levels that stays within the 50 of a job.
const MOST: usize = 10;

/// One command a line, the worst first. `prefix` leads from the repository's root to the folder that
/// files are named from.
pub(super) fn annotations(review: &Review, prefix: &str) -> String {
    let all = findings(review);
    let mut out = String::new();
    for level in [Level::Refuses, Level::Warns, Level::Tells] {
        let of_level: Vec<&Finding> = all.iter().filter(|finding| finding.level == level).collect();
        let shown = if of_level.len() > MOST { MOST - 1 } else { of_level.len() };
        for finding in &of_level[..shown] {
            out.push_str(&annotation(finding, prefix));
        }
        let more = of_level.len() - shown;
        if more > 0 {
            let text = format!("{more} more of this level: the summary of the job has all of them");
            out.push_str(&format!("::{} title=Landbridge::{}\n", command(level), data(&text)));
        }
    }
    out
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Refuses => "error",
        Level::Warns => "warning",
        Level::Tells => "notice",
    }
}

fn annotation(finding: &Finding, prefix: &str) -> String {
    let mut properties = Vec::new();
    if let Some((place, path)) = finding.place.as_ref().and_then(|p| Some((p, path_of(p, prefix)?))) {
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    properties.push(format!("title={}", property(&finding.title)));
    let hint = if finding.hint.is_empty() { String::new() } else { format!("\n{}", finding.hint) };
    let about = finding.subject().map(|address| format!("{address}: ")).unwrap_or_default();
    let text = data(&format!("{about}{}{hint}", finding.text));
    format!("::{} {}::{text}\n", command(finding.level), properties.join(","))
}

/// Text after the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as a property of the command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("50%\r\nx: y, z"), "50%25%0D%0Ax: y, z");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
