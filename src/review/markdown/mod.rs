//! A review as Markdown: the first screen answers, the rest is folded.

mod diff;
mod escape;

use self::escape::{code, fenced, sentence};
use super::model::{Entry, Review, Sign, place_text};
use super::section::{Finding, Section, counted};
use crate::plan::PlanMode;

/// Findings of one section that are shown unfolded.
const UNFOLDED: usize = 8;

/// How much a Markdown review says. What does not fit into a comment is said in fewer words, never
/// cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Everything.
    Full,
    /// Details only of what is destroyed; of everything else one line for each object.
    Destructive,
    /// One line for each object, and of each section the summary.
    Overview,
    /// One line for each object that is destroyed; the others are counted.
    DestructiveOverview,
    /// Counts.
    Counts,
}

impl Detail {
    /// All of them, the fullest first.
    pub const ALL: [Detail; 5] =
        [Detail::Full, Detail::Destructive, Detail::Overview, Detail::DestructiveOverview, Detail::Counts];
}

/// The whole review.
pub fn markdown(review: &Review) -> String {
    body(review, Detail::Full)
}

/// The review, as much of it as is asked for.
pub(super) fn body(review: &Review, detail: Detail) -> String {
    let mut out = format!("{}\n\n{}\n", heading(review), counts(review));
    if detail == Detail::Counts {
        return out;
    }
    let points = points(review, detail);
    if !points.is_empty() {
        out.push('\n');
        out.push_str(&points);
    }
    let shown: Vec<&Entry> = review
        .changes
        .iter()
        .filter(|entry| detail != Detail::DestructiveOverview || is_destructive(entry))
        .collect();
    if !shown.is_empty() {
        out.push('\n');
        out.push_str(&fenced(&diff::overview(&shown)));
    }
    if detail <= Detail::Destructive {
        out.push_str(&folds(review, detail));
    }
    out
}

fn heading(review: &Review) -> String {
    let mut out = format!("## Plan for {}", code(&super::clean(&review.stack)));
    if review.simulated {
        out.push_str(" on the simulated cloud");
    }
    out.push_str(match review.mode {
        PlanMode::Normal => "",
        PlanMode::Destroy => ": everything is to be deleted",
        PlanMode::RefreshOnly => ", record only",
    });
    if !review.selection.is_empty() {
        out.push_str(&format!("\n\nSelected: {}", sentence(&review.selection)));
    }
    out
}

/// The counts, destructive things first.
fn counts(review: &Review) -> String {
    if review.changes.is_empty() && review.outputs.is_empty() {
        return format!("**No changes.** {}", super::text::nothing(review));
    }
    let told = review.counts.destructive_first();
    let mut out =
        if told.is_empty() { "**Only outputs change.**".to_owned() } else { format!("**{told}.**") };
    if review.unchanged > 0 {
        out.push_str(&format!(" {} unchanged.", review.unchanged));
    }
    if let Some(refusal) = review.refusal() {
        out.push_str(&format!(" **{refusal}**"));
    }
    out
}

/// What else to know, a point each.
fn points(review: &Review, detail: Detail) -> String {
    let mut out = String::new();
    for section in &review.sections {
        out.push_str(&format!("- **{}:** {}\n", section.title, sentence(&section.summary)));
        if detail <= Detail::Destructive {
            for finding in section.findings.iter().take(UNFOLDED) {
                out.push_str(&format!("  - {}\n", found(finding)));
            }
            if section.findings.len() > UNFOLDED {
                out.push_str(&format!("  - and {} more, below\n", section.findings.len() - UNFOLDED));
            }
        }
    }
    if !review.drift.is_empty() {
        out.push_str(&drift(review, detail));
    }
    out
}

fn drift(review: &Review, detail: Detail) -> String {
    let count = counted(review.drift.len(), "object");
    let verb = if review.drift.len() == 1 { "was" } else { "were" };
    let mut out = format!("- **Drift:** {count} {verb} changed by others since the last apply.\n");
    if detail == Detail::DestructiveOverview {
        return out;
    }
    for entry in review.drift.iter().take(UNFOLDED) {
        let names: Vec<String> = entry.rows.iter().map(|row| code(&super::clean(&row.name))).collect();
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        out.push_str(&format!(
            "  - {} {}{names}{}\n",
            code(&entry.address),
            entry.action,
            place_of(entry.place.as_ref())
        ));
    }
    if review.drift.len() > UNFOLDED {
        out.push_str(&format!("  - and {} more\n", review.drift.len() - UNFOLDED));
    }
    out
}

fn found(finding: &Finding) -> String {
    let mut out = format!("{}: ", finding.level.word());
    match finding.subject() {
        Some(address) => out.push_str(&format!("{}: ", code(address))),
        None => out.push_str(&format!("{}: ", sentence(&finding.title))),
    }
    out.push_str(&sentence(&finding.text));
    if !finding.hint.is_empty() {
        out.push_str(&format!(" *{}*", sentence(&finding.hint)));
    }
    out.push_str(&place_of(finding.place.as_ref()));
    out
}

fn place_of(place: Option<&crate::diagnostic::Place>) -> String {
    place.map(|place| format!(" ({})", code(&place_text(place)))).unwrap_or_default()
}

fn is_destructive(entry: &Entry) -> bool {
    matches!(entry.sign, Sign::Minus | Sign::MinusPlus | Sign::PlusMinus)
}

/// The details, folded: a fold for each kind of change, then findings, drift and outputs.
fn folds(review: &Review, detail: Detail) -> String {
    let mut out = String::new();
    let mut rest: Vec<&Entry> = review.changes.iter().collect();
    while let Some(first) = rest.first().copied() {
        let (alike, others): (Vec<&Entry>, Vec<&Entry>) = rest.iter().partition(|e| e.action == first.action);
        rest = others;
        if detail == Detail::Full || is_destructive(first) {
            let title = format!("{}: {}", title(first.action), counted(alike.len(), "object"));
            out.push_str(&fold(&title, &fenced(&diff::details(&alike))));
        }
    }
    if detail > Detail::Full {
        return out;
    }
    for section in review.sections.iter().filter(|section| section.findings.len() > UNFOLDED) {
        out.push_str(&fold(section.title, &all_found(section)));
    }
    if !review.drift.is_empty() {
        let all: Vec<&Entry> = review.drift.iter().collect();
        out.push_str(&fold("What others changed", &fenced(&diff::details(&all))));
    }
    if !review.outputs.is_empty() {
        out.push_str(&fold("Outputs", &fenced(&diff::rows(&review.outputs, ' '))));
    }
    out
}

fn all_found(section: &Section) -> String {
    section.findings.iter().map(|finding| format!("- {}\n", found(finding))).collect()
}

fn title(action: &str) -> &str {
    match action {
        "create" => "Created",
        "update" => "Changed in place",
        "replace" => "Replaced",
        "delete" => "Deleted",
        "adopt" => "Adopted",
        "forget" => "Forgotten",
        "await" => "Waited for",
        "read" => "Looked up while applying",
        other => other,
    }
}

fn fold(title: &str, inside: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n{inside}\n</details>\n")
}
