//! What a reader should know besides the changes: who found what, how bad it is, where it stands.
//!
//! Every rendering shows every section in the same way, so who finds something new only adds a
//! section here. Findings are also what annotations and code scanning are made of.

use std::collections::BTreeMap;

use super::losses::{self, Loss};
use super::show::clean;
use super::{drift, order, risk, time};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::plan::verdict::{Effect, Ruling};
use crate::plan::{Plan, PlanMode, Shown};
use crate::resource::Address;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The plan is refused for it.
    Refuses,
    /// Somebody should look at it before it is done.
    Warns,
    /// Good to know.
    Tells,
}

impl Level {
    /// The level in one word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Refuses => "refused",
            Level::Warns => "warning",
            Level::Tells => "note",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of finding it is, the same from run to run: `policy/naming`, `check/quota`.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What it is about, in a few words.
    pub title: String,
    /// What was found, a sentence or two.
    pub text: String,
    /// What to do; empty where the text says it.
    pub hint: String,
    /// The resource it is about, if it is about one.
    pub address: Option<String>,
    /// The line it is about.
    pub place: Option<Place>,
    /// What belongs to it, a clause each.
    pub more: Vec<String>,
}

impl Finding {
    /// The resource it is about, where its text does not name it already.
    pub(super) fn subject(&self) -> Option<&str> {
        self.address.as_deref().filter(|address| !self.text.contains(*address))
    }
}

/// What one part of the program found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name for programs: `risk`, `time`, `losses`, `drift`, `policies`, `checks`, `unknown`, `unseen`,
    /// `order`.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// All of it in one sentence, for the first screen.
    pub summary: String,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Section {
    /// A section of these findings, the worst first; none where there are none.
    pub fn of(
        key: &'static str,
        title: &'static str,
        summary: String,
        mut findings: Vec<Finding>,
    ) -> Option<Section> {
        findings.sort_by_key(|finding| finding.level);
        (!findings.is_empty()).then_some(Section { key, title, summary, findings })
    }
}

impl Section {
    /// Whether its findings say how bad they are. What is told of each object is of one kind, which the
    /// heading names.
    pub(super) fn has_levels(&self) -> bool {
        matches!(self.key, "risk" | "policies" | "checks")
    }
}

/// All sections of a plan, in the order of reading.
pub(super) fn sections(plan: &Plan, losses: &BTreeMap<&Address, Loss>) -> Vec<Section> {
    [
        risk::section(plan),
        time::section(plan),
        losses::section(plan, losses),
        policies(plan),
        checks(plan),
        drift::section(plan),
        unknown(plan),
        unseen(plan),
        order::section(plan),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the user's rules say.
fn policies(plan: &Plan) -> Option<Section> {
    let verdict = &plan.verdict;
    let of_ruling = |ruling: &Ruling| Finding {
        rule: format!("policy/{}", clean(&ruling.rule)),
        level: match ruling.effect {
            _ if ruling.passes() => Level::Tells,
            Effect::Deny => Level::Refuses,
            Effect::Warn => Level::Warns,
        },
        title: clean(&ruling.rule),
        text: clean(&format!("{} [{}]", ruling.message, ruling.rule)),
        hint: clean(&ruling.exemption()),
        address: ruling.address.as_ref().map(|address| clean(&address.to_string())),
        place: ruling.place.clone(),
        more: Vec::new(),
    };
    let of_note = |note: &String| Finding {
        rule: "policy/note".to_owned(),
        level: Level::Warns,
        title: "Policies".to_owned(),
        text: clean(note),
        hint: String::new(),
        address: None,
        place: None,
        more: Vec::new(),
    };
    let findings: Vec<Finding> =
        verdict.rulings.iter().map(of_ruling).chain(verdict.notes.iter().map(of_note)).collect();
    let count = |wanted: fn(&Ruling) -> bool| verdict.rulings.iter().filter(|r| wanted(r)).count();
    let parts = [
        (count(Ruling::denies), "denial"),
        (count(|r| !r.passes() && r.effect == Effect::Warn), "warning"),
        (count(Ruling::passes), "exception"),
    ];
    let told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| counted(*n, word)).collect();
    let told = if told.is_empty() { "no objection".to_owned() } else { told.join(", ") };
    let summary = format!("{told} from {}.", counted(verdict.rules, "rule"));
    Section::of("policies", "Policies", summary, findings)
}

/// The plan's diagnostics.
fn checks(plan: &Plan) -> Option<Section> {
    let findings: Vec<Finding> = plan.diagnostics.iter().map(finding).collect();
    let errors = findings.iter().filter(|f| f.level == Level::Refuses).count();
    let warnings = findings.len() - errors;
    let summary = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| counted(n, word))
        .collect::<Vec<_>>()
        .join(", ");
    Section::of("checks", "Checks", format!("{summary}."), findings)
}

/// A diagnostic as a finding.
pub(super) fn finding(diagnostic: &Diagnostic) -> Finding {
    let words = diagnostic.summary.to_lowercase();
    let rule: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    Finding {
        rule: format!("check/{}", rule.join("-")),
        level: match diagnostic.severity {
            Severity::Error => Level::Refuses,
            Severity::Warning => Level::Warns,
        },
        title: clean(&diagnostic.summary),
        text: clean(&diagnostic.detail),
        hint: clean(&diagnostic.hint),
        address: diagnostic.address.as_ref().map(|address| clean(&address.to_string())),
        place: diagnostic.place.clone(),
        more: Vec::new(),
    }
}

/// What will be known only after the apply: attributes that are alike are told together.
fn unknown(plan: &Plan) -> Option<Section> {
    let mut attributes: Vec<(String, usize)> = Vec::new();
    for change in &plan.changes {
        for difference in change.differences.iter().filter(|d| matches!(d.after, Shown::Unknown(_))) {
            let name = clean(&format!("{}.{}", change.address.kind(), difference.attribute));
            match attributes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => attributes.push((name, 1)),
            }
        }
    }
    let outputs = plan.outputs.iter().filter(|output| matches!(output.after, Shown::Unknown(_)));
    let outputs: Vec<String> = outputs.map(|output| format!("`{}`", clean(&output.name))).collect();
    let mut told: Vec<String> = attributes
        .into_iter()
        .map(
            |(name, count)| {
                if count == 1 { format!("`{name}`") } else { format!("`{name}` ({count} resources)") }
            },
        )
        .collect();
    match outputs.len() {
        0 => {}
        1 => told.push(format!("the output {}", outputs[0])),
        _ => told.push(format!("the outputs {}", outputs.join(", "))),
    }
    let summary = match told.is_empty() {
        true if plan.is_empty() => return None,
        true => "nothing.".to_owned(),
        false => format!("{}.", told.join(", ")),
    };
    Some(Section { key: "unknown", title: "Known only after apply", summary, findings: Vec::new() })
}

/// What nobody outside the clouds can see, so that no check can promise it.
fn unseen(plan: &Plan) -> Option<Section> {
    let clauses: Vec<String> = plan.unseen.iter().map(|clause| clean(clause)).collect();
    let summary = match clauses.is_empty() {
        // Without a call there is nothing that a cloud could refuse.
        true if plan.mode == PlanMode::RefreshOnly || plan.is_empty() || !plan.source.base.is_empty() => {
            return None;
        }
        true => "nothing.".to_owned(),
        false => format!("{}.", clauses.join("; ")),
    };
    Some(Section { key: "unseen", title: "Cannot be checked from outside", summary, findings: Vec::new() })
}

/// "1 warning", "2 warnings".
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
