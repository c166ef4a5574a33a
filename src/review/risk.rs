//! How much somebody who approves should worry: the level with its reason, the limits that are
//! exceeded, and what the plan reaches beyond what it changes.

use super::section::{Finding, Level, Section, counted};
use super::show::clean;
use crate::plan::risk::{Level as RiskLevel, Risk};
use crate::plan::{Action, Plan};

/// So many resources are written out.
const WRITTEN_OUT: usize = 5;

/// The section; none where nothing is done.
pub(super) fn section(plan: &Plan) -> Option<Section> {
    let risk = &plan.risk;
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(risk.exceeded.iter().map(|exceeded| Finding {
        hint: format!(
            "If you mean it: `apply PLAN --override-limit {}` goes beyond it in that one run, and the history says so",
            exceeded.limit
        ),
        ..told(Level::Refuses, "limit", "Beyond a limit of the stack", &exceeded.text)
    }));
    findings.extend(reached(risk));
    if findings.is_empty() && risk.hazards.is_empty() && risk.estimate.is_none() {
        return None;
    }
    Some(Section { key: "risk", title: "Risk", summary: level_sentence(plan), findings })
}

/// The level in a sentence.
fn level_sentence(plan: &Plan) -> String {
    let risk = &plan.risk;
    let cut = risk.connections_cut();
    let ends = plan.changes.iter().any(|c| c.action == Action::Delete || c.action.is_replace());
    let why = match risk.level() {
        RiskLevel::Low if ends => {
            "Low: what goes can be made again as it was, and nobody who is connected notices."
        }
        RiskLevel::Low => "Low: nothing is deleted or replaced, and nobody who is connected notices.",
        RiskLevel::Medium if risk.irreversible.is_empty() => "Medium: others notice.",
        RiskLevel::Medium => {
            "Medium: something does not come back; no live connection that is known of is cut."
        }
        RiskLevel::High if cut == 0 => "High: the plan goes beyond a limit of the stack.",
        RiskLevel::High => {
            return format!("High: {}.", cut_in_words(risk));
        }
    };
    why.to_owned()
}

/// "2 live connections are cut"; not everybody's connections can be counted.
pub(super) fn cut_in_words(risk: &Risk) -> String {
    let cut = usize::try_from(risk.connections_cut()).unwrap_or(usize::MAX);
    let least = if risk.hazards.iter().any(|hazard| hazard.uncounted) { "at least " } else { "" };
    format!("{least}{} {} cut", counted(cut, "live connection"), if cut == 1 { "is" } else { "are" })
}

fn told(level: Level, rule: &str, title: &str, text: &str) -> Finding {
    Finding {
        rule: format!("risk/{rule}"),
        level,
        title: title.to_owned(),
        text: clean(text),
        hint: String::new(),
        address: None,
        place: None,
        more: Vec::new(),
    }
}

fn reached(risk: &Risk) -> Option<Finding> {
    let names: Vec<String> = risk.reached.iter().map(|address| format!("`{address}`")).collect();
    let text = match names.len() {
        0 => return None,
        1 => format!("1 resource does not change and depends on one that does: {}", names[0]),
        many => format!("{many} resources do not change and depend on ones that do: {}", few(&names)),
    };
    Some(told(Level::Tells, "reaches", "What it reaches", &text))
}

fn few(names: &[String]) -> String {
    let more = names.len().saturating_sub(WRITTEN_OUT);
    let first = names[..names.len() - more].join(", ");
    if more > 0 { format!("{first} and {more} more") } else { first }
}
