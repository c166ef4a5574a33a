//! A review as Markdown: the first screen answers, the rest is folded.

mod diff;
mod escape;

use std::collections::BTreeMap;

use self::escape::{code, fenced, sentence};
use super::model::{Entry, Review, Sign, place_text};
use super::section::{Finding, Section, counted};
use crate::plan::PlanMode;

/// Findings of one section that are shown unfolded.
const UNFOLDED: usize = 8;
/// The section of which everything is folded: few have to know it.
const FOLDED: &str = "order";

/// More objects than this are told by their blocks; a fold has a line for each.
const LINES: usize = 40;

/// How much a Markdown review says. What does not fit into a comment is said in fewer words, never
/// cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Everything.
    Full,
    /// Details of what is destroyed, and of so many objects of each other block; of everything one line
    /// for each object.
    Samples(usize),
    /// One line for each object, and of each section the summary.
    Overview,
    /// One line for each object that is destroyed; the others are counted.
    DestructiveOverview,
    /// Counts.
    Counts,
}

impl Detail {
    /// All of them, the fullest first.
    pub const ALL: [Detail; 21] = [
        Detail::Full,
        Detail::Samples(384),
        Detail::Samples(256),
        Detail::Samples(192),
        Detail::Samples(128),
        Detail::Samples(96),
        Detail::Samples(64),
        Detail::Samples(48),
        Detail::Samples(32),
        Detail::Samples(28),
        Detail::Samples(24),
        Detail::Samples(20),
        Detail::Samples(16),
        Detail::Samples(12),
        Detail::Samples(8),
        Detail::Samples(4),
        Detail::Samples(1),
        Detail::Samples(0),
        Detail::Overview,
        Detail::DestructiveOverview,
        Detail::Counts,
    ];

    /// How many objects of a block that is not destroyed are told in full.
    fn samples(self) -> usize {
        match self {
            Detail::Full => usize::MAX,
            Detail::Samples(count) => count,
            Detail::Overview | Detail::DestructiveOverview | Detail::Counts => 0,
        }
    }

    /// Whether there are details at all.
    fn has_folds(self) -> bool {
        matches!(self, Detail::Full | Detail::Samples(_))
    }
}

/// How many objects are told without their details.
pub(super) fn left_out(review: &Review, detail: Detail) -> usize {
    let rest: Vec<&Entry> = review.changes.iter().filter(|entry| !is_destructive(entry)).collect();
    rest.len() - sampled(&rest, detail.samples()).len()
}

/// The first so many of each block.
fn sampled<'a>(entries: &[&'a Entry], most: usize) -> Vec<&'a Entry> {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut samples = Vec::new();
    for entry in entries {
        let count = taken.entry(diff::block_of(&entry.address)).or_default();
        *count += 1;
        if *count <= most {
            samples.push(*entry);
        }
    }
    samples
}

/// The whole review.
pub fn markdown(review: &Review) -> String {
    body(review, Detail::Full)
}

/// The review, as much of it as is asked for.
pub(super) fn body(review: &Review, detail: Detail) -> String {
    let mut out = format!("{}\n\n{}\n", heading(review), counts(review));
    if let Some(provenance) = &review.provenance {
        out.push_str(&format!("\n{}\n", sentence(&provenance.sentence())));
    }
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
    if shown.len() > LINES {
        out.push('\n');
        out.push_str(&fenced(&diff::blocks(&shown)));
        let title = format!("{}, a line each", counted(shown.len(), "object"));
        out.push_str(&fold(&title, &fenced(&diff::overview(&shown))));
    } else if !shown.is_empty() {
        out.push('\n');
        out.push_str(&fenced(&diff::overview(&shown)));
    }
    if detail.has_folds() {
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
        let what = if review.drift.is_empty() || review.mode != PlanMode::RefreshOnly {
            "No changes.".to_owned()
        } else {
            format!("No changes: {} to take into the record.", counted(review.drift.len(), "object"))
        };
        return format!("**{what}** {}", super::text::nothing(review));
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
    for section in review.sections.iter().filter(|section| section.key != FOLDED) {
        out.push_str(&format!("- **{}:** {}\n", section.title, sentence(&section.summary)));
        if detail.has_folds() {
            for finding in section.findings.iter().take(UNFOLDED) {
                out.push_str(&found(section, finding, "  "));
            }
            if section.findings.len() > UNFOLDED {
                out.push_str(&format!("  - and {} more, below\n", section.findings.len() - UNFOLDED));
            }
        }
    }
    out
}

/// A finding as a list item, with what belongs to it below.
fn found(section: &Section, finding: &Finding, indent: &str) -> String {
    let mut out = format!("{indent}- ");
    if section.has_levels() {
        out.push_str(&format!("**{}:** ", finding.level.word()));
        match finding.subject() {
            Some(address) => out.push_str(&format!("{}: ", code(address))),
            None if section.key != "risk" => out.push_str(&format!("{}: ", sentence(&finding.title))),
            None => {}
        }
    }
    out.push_str(&sentence(&finding.text));
    out.push_str(&place_of(finding.place.as_ref()));
    if !finding.hint.is_empty() {
        out.push_str(&format!(". *{}*", sentence(&finding.hint)));
    }
    out.push('\n');
    for more in &finding.more {
        out.push_str(&format!("{indent}  - {}\n", sentence(more)));
    }
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
        let told = if is_destructive(first) { alike.clone() } else { sampled(&alike, detail.samples()) };
        let count = counted(alike.len(), "object");
        let title = match told.len() {
            0 => continue,
            all if all == alike.len() => format!("{}: {count}", title(first.action)),
            some => format!("{}: {some} of {count}", title(first.action)),
        };
        out.push_str(&fold(&title, &fenced(&diff::details(&told))));
    }
    for section in &review.sections {
        let first = if section.key == FOLDED { 0 } else { UNFOLDED };
        let rest: String =
            section.findings.iter().skip(first).map(|finding| found(section, finding, "")).collect();
        let title = match first {
            0 => format!("{}: {}", section.title, section.summary.trim_end_matches('.')),
            _ => format!("{}: {} more", section.title, section.findings.len().saturating_sub(first)),
        };
        if !rest.is_empty() {
            out.push_str(&fold(&title, &rest));
        }
    }
    if !review.outputs.is_empty() {
        out.push_str(&fold("Outputs", &fenced(&diff::rows(&review.outputs, ' '))));
    }
    out
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
