//! A plan as our own JSON, for programs: what the text shows, without what only apply needs.

use serde_json::{Value as Json, json};

use super::model::Review;
use super::section::Section;
use crate::plan::Plan;

/// The version of this form.
pub const FORMAT: u32 = 1;

/// The review as JSON. Values that must not be shown are not in the plan either.
pub fn json(plan: &Plan) -> Json {
    let review = Review::kept(plan);
    let counts = review.counts;
    let sections: Vec<Json> = review.sections.iter().map(section).collect();
    let steps: Vec<Json> = plan
        .steps
        .iter()
        .map(|step| {
            json!({
                "id": step.id.to_string(),
                "action": step.action.word(),
                "address": step.address.to_string(),
                "after": step.after.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "format": FORMAT,
        "stack": plan.stack,
        "digest": review.provenance.as_ref().map(|provenance| &provenance.digest),
        "source": plan.source,
        "simulated": plan.simulated,
        "mode": plan.mode,
        "selection": review.selection,
        "counts": {
            "create": counts.create,
            "update": counts.update,
            "replace": counts.replace,
            "delete": counts.delete,
            "adopt": counts.adopt,
            "forget": counts.forget,
            "await": counts.wait,
            "read": counts.read,
            "unchanged": plan.unchanged,
        },
        "left_open": plan.left_open,
        "changes": plan.changes,
        "drift": plan.drift,
        "outputs": plan.outputs,
        "risk": risk(plan),
        "steps": steps,
        "sections": sections,
        "diagnostics": plan.diagnostics,
        "policies": plan.verdict,
    })
}

fn section(section: &Section) -> Json {
    let findings: Vec<Json> = section
        .findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.rule,
                "level": finding.level.word(),
                "title": finding.title,
                "text": finding.text,
                "hint": finding.hint,
                "address": finding.address,
                "place": finding.place,
                "more": finding.more,
            })
        })
        .collect();
    json!({"key": section.key, "title": section.title, "summary": section.summary, "findings": findings})
}

/// The risk, with what is worked out from it.
fn risk(plan: &Plan) -> Json {
    let mut risk = json!(plan.risk);
    risk["level"] = json!(plan.risk.level());
    risk
}
