//! What an apply came to: done, failed, not tried, each with what the reader needs next.

use std::collections::BTreeMap;

use super::line::{Line, Look, Tone, wrap};
use super::model::place_text;
use super::show::clean;
use crate::plan::{Plan, Step, StepEnd, StepId};
use crate::resource::Fault;

/// What an apply came to, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What failed, is uncertain, was not tried.
    pub troubles: String,
    /// The last line.
    pub summary: String,
}

/// The outcome of a plan's steps.
pub fn outcome(plan: &Plan, ended: &BTreeMap<StepId, StepEnd>, word: &str, look: Look) -> Outcome {
    let mut troubles = String::new();
    let mut skipped: BTreeMap<Option<String>, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        match ended.get(&step.id) {
            Some(StepEnd::Done(_)) => {}
            Some(StepEnd::Failed(fault)) => {
                trouble("failed", (plan, step), fault, "", look, &mut troubles);
            }
            Some(StepEnd::Uncertain(fault)) => {
                let next = "Nobody knows whether it happened. The next plan looks for it first.";
                trouble("uncertain", (plan, step), fault, next, look, &mut troubles);
            }
            Some(StepEnd::NotTried(because)) => {
                skipped.entry(because.as_ref().map(ToString::to_string)).or_default().push(step);
            }
            None => skipped.entry(None).or_default().push(step),
        }
    }
    for (because, steps) in &skipped {
        let why = match because {
            Some(address) => format!("not tried, because {} did not succeed:", clean(address)),
            None => "not tried, because the run was stopped:".to_owned(),
        };
        troubles.push('\n');
        Line::new().with(Tone::Notice, why).write(look, &mut troubles);
        for step in steps {
            let line = Line::indent(2).plain(format!("{:<7} ", step.action.word()));
            line.plain(clean(&step.address.to_string())).write(look, &mut troubles);
        }
    }
    Outcome { troubles, summary: summary(plan, ended, word, look) }
}

/// One paragraph about a step that did not succeed.
fn trouble(
    what: &str,
    (plan, step): (&Plan, &Step),
    fault: &Fault,
    next: &str,
    look: Look,
    out: &mut String,
) {
    out.push('\n');
    let place = plan.place_of(&step.address).map(|place| format!("  {}", place_text(place)));
    let head = Line::new().with(Tone::Bad, what).plain(format!(": {} ", step.action.word()));
    head.with(Tone::Strong, clean(&step.address.to_string()))
        .with(Tone::Faint, place.unwrap_or_default())
        .write(look, out);
    for (label, text) in fault_lines(fault).into_iter().chain([("next", next.to_owned())]) {
        for (i, text) in wrap(&text, look.width.saturating_sub(13)).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            Line::indent(2).with(Tone::Faint, format!("{label:<11}")).plain(text).write(look, out);
        }
    }
}

/// A fault's parts with their labels; parts that did not come are left out.
fn fault_lines(fault: &Fault) -> Vec<(&'static str, String)> {
    let said = if fault.code.is_empty() {
        fault.message.clone()
    } else {
        format!("{}: {}", fault.code, fault.message)
    };
    let ours = fault.code.is_empty() && fault.request_id.is_empty();
    [
        (if ours { "reason" } else { "cloud said" }, said),
        ("meaning", fault.meaning.clone()),
        ("advice", fault.advice.clone()),
        ("request", fault.request_id.clone()),
    ]
    .into_iter()
    .map(|(label, text)| (label, clean(&text)))
    .filter(|(_, text)| !text.is_empty())
    .collect()
}

fn summary(plan: &Plan, ended: &BTreeMap<StepId, StepEnd>, word: &str, look: Look) -> String {
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut failed, mut uncertain, mut not_tried) = (0, 0, 0);
    for change in &plan.changes {
        let mut ends = change.steps.iter().map(|id| ended.get(id)).collect::<Vec<_>>();
        ends.sort_by_key(|end| rank(*end));
        match ends.last().copied().unwrap_or(Some(&StepEnd::Done(None))) {
            Some(StepEnd::Done(_)) => *done.entry(past(change.action.word())).or_default() += 1,
            Some(StepEnd::Failed(_)) => failed += 1,
            Some(StepEnd::Uncertain(_)) => uncertain += 1,
            Some(StepEnd::NotTried(_)) | None => not_tried += 1,
        }
    }
    let bad = failed + uncertain + not_tried > 0;
    let mut parts: Vec<String> =
        ["created", "updated", "replaced", "deleted", "adopted", "settled", "forgotten", "read"]
            .iter()
            .filter_map(|word| done.get(word).map(|n| format!("{n} {word}")))
            .collect();
    let others = [(failed, "failed"), (uncertain, "uncertain"), (not_tried, "not tried")];
    parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    let (tone, head) = if bad { (Tone::Bad, "incomplete") } else { (Tone::Good, "complete") };
    let what = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    Line::new().with(tone, format!("{word} {head}")).plain(what).plain(".").text(look)
}

/// How bad an end is.
fn rank(end: Option<&StepEnd>) -> u8 {
    match end {
        Some(StepEnd::Done(_)) => 0,
        Some(StepEnd::NotTried(_)) | None => 1,
        Some(StepEnd::Uncertain(_)) => 2,
        Some(StepEnd::Failed(_)) => 3,
    }
}

fn past(word: &str) -> &'static str {
    match word {
        "create" => "created",
        "update" => "updated",
        "replace" => "replaced",
        "delete" => "deleted",
        "adopt" => "adopted",
        "await" => "settled",
        "forget" => "forgotten",
        _ => "read",
    }
}
