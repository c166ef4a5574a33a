//! What others did since the last apply: what it means, and whether it is put back.

use super::model::Sign;
use super::rows::{Body, Cell, Row, row};
use super::section::{Finding, Level, Section, counted};
use super::show::clean;
use crate::plan::{Drift, Plan, PlanMode, Response};

/// So many members of one attribute are written out.
const WRITTEN_OUT: usize = 4;

/// The section; none where nothing moved.
pub(super) fn section(plan: &Plan) -> Option<Section> {
    let findings: Vec<Finding> = plan.drift.iter().map(|drift| finding(plan, drift)).collect();
    let count = counted(findings.len(), "object");
    let mut summary = format!(
        "{count}, outside of Landbridge and since the last apply. It is so already: this plan did not do it. Who did, the clouds' audit logs know."
    );
    if plan.mode == PlanMode::RefreshOnly {
        summary.push_str(" Apply takes it into the record and leaves the cloud alone.");
        let agree = plan.drift.iter().all(|drift| drift.answer == Response::Agrees);
        let unsaid = plan.drift.iter().any(|drift| drift.answer == Response::Unsaid);
        summary.push_str(match (agree, unsaid) {
            (true, _) => " The configuration agrees with all of it.",
            (false, true) => "",
            (false, false) => {
                " The next usual plan puts back what the configuration still says otherwise, unless that is edited first."
            }
        });
    }
    Section::of("drift", "Changed by others", summary, findings)
}

fn finding(plan: &Plan, drift: &Drift) -> Finding {
    let what = if drift.deleted { "deleted" } else { "changed" };
    let rows: Vec<Row> = drift.differences.iter().filter_map(|d| row(d, drift.deleted)).collect();
    let mut more: Vec<String> = rows.iter().map(moved).collect();
    more.push(answer(plan, drift));
    Finding {
        rule: "drift".to_owned(),
        level: Level::Tells,
        title: String::new(),
        text: clean(&format!("`{}` was {what}", drift.address)),
        hint: String::new(),
        address: Some(clean(&drift.address.to_string())),
        place: drift.place.clone(),
        more,
    }
}

/// What is made of it, by this plan or the next one.
fn answer(plan: &Plan, drift: &Drift) -> String {
    let names = |names: &std::collections::BTreeSet<String>| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let now = plan.mode != PlanMode::RefreshOnly;
    let acts = now && plan.changes.iter().any(|change| change.address == drift.address);
    let text = match &drift.answer {
        Response::Unsaid => "whether the configuration wants it so, a usual plan says".to_owned(),
        Response::Agrees => "the configuration wants nothing else: it stays so".to_owned(),
        _ if now && !acts => "the configuration wants it otherwise, and this plan leaves it out".to_owned(),
        Response::PutsBack(back) => {
            let rest = drift.differences.iter().any(|d| !back.contains(&d.attribute));
            let rest = if rest { ", and leaves the rest" } else { "" };
            let who = if now { "this plan puts back" } else { "the next usual plan would put back" };
            format!("the configuration wants it otherwise: {who} {}{rest}", names(back))
        }
        Response::MakesAnew => {
            let who = if now { "this plan makes" } else { "the next usual plan would make" };
            let what = if drift.deleted { "it again" } else { "another in its place" };
            format!("the configuration wants it: {who} {what}")
        }
        Response::Ends => {
            let who = if now { "this plan deletes" } else { "the next usual plan would delete" };
            format!("the configuration wants no such object any more: {who} it")
        }
    };
    clean(&text)
}

/// An attribute, as it was and as it is now.
fn moved(row: &Row) -> String {
    let text = match &row.body {
        Body::Arrow(before, after) => format!("was {}, is {}", cell(before), cell(after)),
        Body::One(only) if row.sign == Sign::Minus => format!("was {}, is gone", cell(only)),
        Body::One(only) => format!("is {}", cell(only)),
        Body::Parts(parts, _) => {
            let of = |sign: Sign| {
                let all: Vec<String> =
                    parts.iter().filter(|p| p.sign == sign).map(|p| format!("`{}`", p.text)).collect();
                let more = all.len().saturating_sub(WRITTEN_OUT);
                let first = all[..all.len() - more].join(", ");
                if more > 0 { format!("{first} and {more} more") } else { first }
            };
            let told = [(Sign::Minus, "lost"), (Sign::Plus, "gained"), (Sign::Tilde, "now")];
            let told = told.iter().map(|(sign, word)| (of(*sign), word)).filter(|(text, _)| !text.is_empty());
            told.map(|(text, word)| format!("{word} {text}")).collect::<Vec<_>>().join("; ")
        }
    };
    clean(&format!("`{}`: {text}", row.name))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::None => "nothing".to_owned(),
        Cell::Text(text) => format!("`{text}`"),
        Cell::Unknown(_) => "not known yet".to_owned(),
        Cell::Sensitive => "hidden".to_owned(),
    }
}
