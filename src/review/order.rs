//! In which order the steps run, where something is replaced: in rounds, each of which waits for the
//! one before.

use super::section::{Finding, Level, Section};
use super::show::clean;
use crate::plan::{Plan, Step};

/// So many of the objects of a round are named.
const NAMED: usize = 6;

/// The section; none where nothing is replaced, for then the order is no news.
pub(super) fn section(plan: &Plan) -> Option<Section> {
    if !plan.changes.iter().any(|change| change.action.is_replace()) {
        return None;
    }
    let mut depths: Vec<usize> = Vec::with_capacity(plan.steps.len());
    let mut rounds: Vec<Vec<&Step>> = Vec::new();
    for step in &plan.steps {
        let calls = usize::from(!step.action.is_bookkeeping());
        let before = step.after.iter().filter_map(|id| depths.get(id.index())).max().copied().unwrap_or(0);
        depths.push(before + calls);
        if calls == 0 {
            continue;
        }
        rounds.resize_with(rounds.len().max(before + 1), Vec::new);
        rounds[before].push(step);
    }
    let count = rounds.len();
    let findings = rounds.iter().zip(1..).map(|(steps, number)| round(number, steps)).collect();
    let summary = format!("{count} rounds, each after the one before.");
    Section::of("order", "Order", summary, findings)
}

fn round(number: usize, steps: &[&Step]) -> Finding {
    let mut told: Vec<String> = Vec::new();
    let mut words: Vec<&str> = steps.iter().map(|step| step.action.word()).collect();
    words.dedup();
    for word in words {
        let of: Vec<&&Step> = steps.iter().filter(|step| step.action.word() == word).collect();
        let named: Vec<String> = of.iter().take(NAMED).map(|step| format!("`{}`", step.address)).collect();
        let more = of.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let clause = clean(&format!("{word} {}{more}", named.join(", ")));
        if !told.contains(&clause) {
            told.push(clause);
        }
    }
    Finding {
        rule: "order".to_owned(),
        level: Level::Tells,
        title: String::new(),
        text: format!("{number}: {}", told.join("; ")),
        hint: String::new(),
        address: None,
        place: None,
        more: Vec::new(),
    }
}
