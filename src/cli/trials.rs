//! What was tried on a twin, told: which chain it waited for, the calls, what is left of quotas, what nobody knows.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::progress::seconds;
use crate::ops::{QuotaLeft, Tried};
use crate::plan::{Plan, Step, StepEnd, StepId};
use crate::resource::Fault;
use crate::review::{Line, Look, Tone, clean, wrap};
use crate::twin::Calls;

/// Of a chain that is longer only the ends are shown.
const MOST_LEGS: usize = 12;

/// A step that did not succeed, with the cloud's words.
pub(super) fn failed(tried: &Tried) -> Vec<(&Step, &Fault)> {
    let plan = &tried.applied.plan;
    let ended = tried.applied.report.ended.iter();
    ended
        .filter_map(|(id, end)| match end {
            StepEnd::Failed(fault) | StepEnd::Uncertain(fault) => Some((plan.step(*id), fault)),
            StepEnd::Done(_) | StepEnd::NotTried(_) => None,
        })
        .collect()
}

/// How many steps are done, of how many.
pub(super) fn done(tried: &Tried) -> (usize, usize) {
    let ends = tried.applied.report.ended.values();
    let done = ends.filter(|end| matches!(end, StepEnd::Done(_))).count();
    (done, tried.applied.plan.steps.len())
}

/// `s3 create vpcep_endpoint.shop`
pub(super) fn named(step: &Step) -> String {
    format!("{} {} {}", step.id, step.action.word(), clean(&step.address.to_string()))
}

/// A heading and what stands under it.
pub(super) fn section(title: &str, lines: &[String], look: Look) -> String {
    let mut text = format!("\n{}\n", Line::new().with(Tone::Strong, title).text(look));
    for line in lines {
        for (at, part) in wrap(line, look.width.saturating_sub(4)).into_iter().enumerate() {
            text.push_str(&format!("{}{part}\n", if at == 0 { "  " } else { "    " }));
        }
    }
    text
}

/// The chain that the run waited for, one step a line: when it began, how long it took. Nothing where no step makes a
/// call.
pub(super) fn path(tried: &Tried, look: Look) -> String {
    let lines = path_lines(tried);
    if lines.is_empty() {
        return String::new();
    }
    // Columns are not wrapped.
    let title = Line::new().with(Tone::Strong, "Where the time goes").plain(" (from, how long)");
    format!("\n{}\n{}\n", title.text(look), lines.join("\n"))
}

fn path_lines(tried: &Tried) -> Vec<String> {
    let plan = &tried.applied.plan;
    let path = tried.course.critical_path(plan);
    let line = |id: &StepId| {
        let (from, to) = tried.course.steps[id];
        let (at, took) = (seconds(from), seconds(to - from));
        format!("  {at:>6}  {took:>6}  {}", named(plan.step(*id)))
    };
    if path.len() <= MOST_LEGS {
        return path.iter().map(line).collect();
    }
    let (first, last) = (&path[..MOST_LEGS / 2], &path[path.len() - MOST_LEGS / 2..]);
    let between = format!("  {:>6}  {} more", "", path.len() - MOST_LEGS);
    first.iter().map(line).chain([between]).chain(last.iter().map(line)).collect()
}

/// `4 writing: create_service 1, …`
pub(super) fn calls_lines(calls: &Calls) -> Vec<String> {
    let of = |calls: &BTreeMap<String, u64>, word: &str| {
        let each: Vec<String> = calls.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let sum: u64 = calls.values().sum();
        if each.is_empty() { format!("0 {word}") } else { format!("{sum} {word}: {}", each.join(", ")) }
    };
    vec![of(&calls.writes, "writing"), of(&calls.reads, "reading")]
}

/// `owner: 19 endpoint services, 50 endpoints`
pub(super) fn quota_lines(quotas: &[QuotaLeft]) -> Vec<String> {
    let mut by_block: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for quota in quotas {
        let told = format!("{} {}", quota.left, quota.what);
        by_block.entry(quota.provider.to_string()).or_default().push(told);
    }
    by_block.into_iter().map(|(block, left)| format!("{block}: {}", left.join(", "))).collect()
}

/// The same for programs.
pub(super) fn path_json(tried: &Tried) -> Json {
    let plan: &Plan = &tried.applied.plan;
    let leg = |id: &StepId| {
        let (from, to) = tried.course.steps[id];
        let step = plan.step(*id);
        json!({
            "step": id.to_string(),
            "action": step.action.word(),
            "address": step.address.to_string(),
            "from_seconds": rounded(from),
            "seconds": rounded(to - from),
        })
    };
    tried.course.critical_path(plan).iter().map(leg).collect()
}

/// The steps that failed, for programs.
pub(super) fn failures_json(tried: &Tried) -> Json {
    let one = |(step, fault): (&Step, &Fault)| {
        json!({
            "step": step.id.to_string(),
            "action": step.action.word(),
            "address": step.address.to_string(),
            "code": fault.code,
            "message": fault.message,
        })
    };
    failed(tried).into_iter().map(one).collect()
}

/// Calls for programs.
pub(super) fn calls_json(calls: &Calls) -> Json {
    json!({ "writes": calls.writes, "reads": calls.reads })
}

/// Quotas for programs.
pub(super) fn quotas_json(quotas: &[QuotaLeft]) -> Json {
    let one = |quota: &QuotaLeft| json!({ "provider": quota.provider.to_string(), "what": quota.what, "left": quota.left });
    quotas.iter().map(one).collect()
}

/// Seconds with at most three digits after the point.
pub(super) fn rounded(span: Duration) -> f64 {
    span.as_millis() as f64 / 1000.0
}
