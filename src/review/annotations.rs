//! Findings as annotations of a GitHub job: at the line of YAML that they are about. What is about one
//! line is one annotation, or they would lie on top of each other.

use super::findings::{findings, path_of};
use super::model::Review;
use super::section::{Finding, Level};
use super::text::verdict;
use crate::diagnostic::Place;

/// GitHub shows so many of each level for a step; with three levels that stays within the 50 of a job.
const MOST: usize = 10;
/// So many objects of one line are named; the review itself names all.
const NAMED: usize = 5;

/// One command a line: what the whole plan is, then the worst first. Files are named from the root of
/// the repository.
pub(super) fn annotations(review: &Review) -> String {
    let mut out = String::new();
    let which = review.provenance.as_ref().map(|plan| format!("\n{}", plan.sentence())).unwrap_or_default();
    let whole = format!("{}{which}", verdict(review));
    out.push_str(&command(whole_level(review), &title("Landbridge plan for", &review.stack), None, &whole));
    let all = lines(findings(review));
    for level in [Level::Refuses, Level::Warns, Level::Tells] {
        let of_level: Vec<&Line> = all.iter().filter(|line| line.level == level).collect();
        // The first one has told the whole plan already.
        let room = if level == whole_level(review) { MOST - 1 } else { MOST };
        let shown = if of_level.len() > room { room - 1 } else { of_level.len() };
        for line in &of_level[..shown] {
            out.push_str(&command(level, &line.title, line.place.as_ref(), &line.text));
        }
        let more = of_level.len() - shown;
        if more > 0 {
            let text = format!("{more} more of this level: the summary of the job has all of them");
            out.push_str(&command(level, "Landbridge", None, &text));
        }
    }
    out
}

/// A plan that is refused is an error of the job, one that breaks something a warning; any other one is
/// for information.
fn whole_level(review: &Review) -> Level {
    let breaks =
        review.sections.iter().any(|section| section.key == "losses" && !section.findings.is_empty());
    match (review.refusal(), breaks) {
        (Some(_), _) => Level::Refuses,
        (None, true) => Level::Warns,
        (None, false) => Level::Tells,
    }
}

fn title(words: &str, stack: &str) -> String {
    format!("{words} {}", super::clean(stack))
}

/// All that is to be told at one line, or one thing that has no line.
struct Line {
    level: Level,
    title: String,
    place: Option<Place>,
    text: String,
}

/// The findings by their lines, the worst first.
fn lines(findings: Vec<Finding>) -> Vec<Line> {
    let mut groups: Vec<Vec<Finding>> = Vec::new();
    for finding in findings {
        let is_here = |group: &&mut Vec<Finding>| {
            let at = |f: &Finding| f.place.as_ref().map(|place| (place.file.clone(), place.line));
            finding.place.is_some() && at(&group[0]) == at(&finding) && group[0].level == finding.level
        };
        match groups.iter_mut().find(is_here) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.iter().map(|group| line(group)).collect()
}

fn line(group: &[Finding]) -> Line {
    let first = &group[0];
    let same = group.iter().all(|finding| finding.rule == first.rule);
    let mut texts: Vec<String> = group.iter().take(NAMED).map(Finding::told).collect();
    if group.len() > NAMED {
        texts.push(format!("and {} more like these", group.len() - NAMED));
    }
    let title = match (group.len(), same) {
        (1, _) | (_, false) => first.title.clone(),
        (many, true) => format!("{} ({many} objects)", first.title),
    };
    Line { level: first.level, title, place: first.place.clone(), text: texts.join("\n") }
}

fn command(level: Level, title: &str, place: Option<&Place>, text: &str) -> String {
    let word = match level {
        Level::Refuses => "error",
        Level::Warns => "warning",
        Level::Tells => "notice",
    };
    let mut properties = Vec::new();
    if let Some((place, path)) = place.and_then(|place| Some((place, path_of(place, "")?))) {
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
    }
    properties.push(format!("title={}", property(title)));
    format!("::{word} {}::{}\n", properties.join(","), data(text))
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
