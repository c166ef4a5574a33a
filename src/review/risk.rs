//! What a plan puts at risk, as a section: one sentence for each thing at stake, the worst first.

use super::section::{Finding, Level, Section, counted};
use super::show::clean;
use crate::plan::risk::{Estimate, HazardKind, Level as RiskLevel, Risk};
use crate::plan::{Plan, StepId};

/// So many resources and steps are written out.
const WRITTEN_OUT: usize = 5;

/// The section; none where nothing is done.
pub(super) fn section(plan: &Plan) -> Option<Section> {
    let risk = &plan.risk;
    let mut findings: Vec<Finding> = Vec::new();
    findings.extend(risk.exceeded.iter().map(|exceeded| Finding {
        hint: format!("if you mean it: `apply --override-limit {}`", exceeded.limit),
        ..told(Level::Refuses, "limit", "Beyond a limit of the stack", &exceeded.text)
    }));
    findings.extend(risk.hazards.iter().map(|hazard| {
        let (rule, title) = match hazard.kind {
            HazardKind::CutsConnections => ("cuts-connections", "Live connections are cut"),
            HazardKind::LosesNames => ("loses-names", "Names that others keep go"),
            HazardKind::Felt => ("felt", "Others feel it"),
        };
        let level = if hazard.level == RiskLevel::Low { Level::Tells } else { Level::Warns };
        Finding {
            address: Some(clean(&hazard.address.to_string())),
            place: hazard.place.clone(),
            ..told(level, rule, title, &hazard.text)
        }
    }));
    findings.extend(irreversible(plan));
    findings.extend(reached(risk));
    if findings.is_empty() && risk.estimate.is_none() {
        return None;
    }
    let mut summary = level_sentence(risk);
    if let Some(estimate) = &risk.estimate {
        summary.push_str(&format!(" It will take {}.", duration(estimate)));
    }
    Some(Section { key: "risk", title: "Risk", summary, findings })
}

/// The level in a sentence.
fn level_sentence(risk: &Risk) -> String {
    let cut = risk.connections_cut();
    let why = match risk.level() {
        RiskLevel::Low => "Low: nothing is deleted or replaced, and nobody who is connected notices.",
        RiskLevel::Medium => "Medium: something does not come back, or others notice.",
        RiskLevel::High if cut == 0 => "High: the plan goes beyond a limit of the stack.",
        RiskLevel::High => {
            let verb = if cut == 1 { "is" } else { "are" };
            return format!(
                "High: {} {verb} cut.",
                counted(usize::try_from(cut).unwrap_or(usize::MAX), "live connection")
            );
        }
    };
    why.to_owned()
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
    }
}

fn irreversible(plan: &Plan) -> Option<Finding> {
    let steps: Vec<StepId> = plan.risk.irreversible.keys().copied().collect();
    let name = |id: &StepId| {
        let step = plan.steps.get(id.index())?;
        Some(format!("{} {}", step.action.word(), step.address))
    };
    let names: Vec<String> = steps.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| {
        let text = format!("{} cannot be taken back: {}", counted(names.len(), "step"), few(&names));
        told(Level::Warns, "irreversible", "No way back", &text)
    })
}

fn reached(risk: &Risk) -> Option<Finding> {
    let names: Vec<String> = risk.reached.iter().map(ToString::to_string).collect();
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

/// "about 4 min, by earlier runs".
fn duration(estimate: &Estimate) -> String {
    let whence = match (estimate.recorded, estimate.assumed) {
        (_, 0) => "by earlier runs",
        (0, _) => "assumed, since no earlier run is recorded",
        _ => "partly by earlier runs",
    };
    format!("about {}, {whence}", rounded(estimate.seconds))
}

/// A length of time in so few words as an estimate deserves.
fn rounded(seconds: u64) -> String {
    match seconds {
        0..=1 => "1 s".to_owned(),
        2..=90 => format!("{seconds} s"),
        91..=5400 => format!("{} min", seconds.div_ceil(60)),
        _ => {
            let minutes = seconds.div_ceil(60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_rounded_up() {
        let told = [0, 45, 91, 240, 241, 5401].map(rounded);
        assert_eq!(told, ["1 s", "45 s", "2 min", "4 min", "5 min", "1 h 31 min"]);
    }
}
