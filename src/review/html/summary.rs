//! The first screen: what happens, what it puts at risk, how long it takes, what else was found.

use maud::{Markup, html};

use super::parts;
use crate::plan::PlanMode;
use crate::review::model::{Review, Sign};
use crate::review::section::{Finding, Level, Section};
use crate::review::show::clean;
use crate::review::text::nothing;

/// Of each section so many findings are seen at once; the rest unfolds.
const UNFOLDED: usize = 8;

/// The title of the page.
pub(super) fn title(review: &Review) -> String {
    format!("{}: {}", clean(&review.stack), review.counts.sentence())
}

pub(super) fn header(review: &Review) -> Markup {
    html! {
        header class="top" {
            div {
                p class="eyebrow" { "Landbridge plan" }
                h1 { (clean(&review.stack)) }
            }
            ul class="tags" {
                @if review.simulated { li class="tag warns" { "simulated cloud" } }
                @match review.mode {
                    PlanMode::Normal => {}
                    PlanMode::Destroy => li class="tag refuses" { "everything is deleted" },
                    PlanMode::RefreshOnly => li class="tag" { "record only" },
                }
                @if let Some(refusal) = review.refusal() { li class="tag refuses" { (parts::sentence(&refusal)) } }
                @if !review.selection.is_empty() { li class="tag warns" { "selected: " (review.selection) } }
            }
            button id="theme" type="button" hidden { "Light / dark" }
        }
    }
}

/// The actions that are counted, the most destructive first: sign, word, label, how many.
pub(super) fn counted(review: &Review) -> Vec<(Sign, &'static str, &'static str, usize)> {
    let counts = review.counts;
    let all = [
        (Sign::Minus, "delete", "Delete", counts.delete),
        (Sign::MinusPlus, "replace", "Replace", counts.replace),
        (Sign::Tilde, "update", "Update", counts.update),
        (Sign::Plus, "create", "Create", counts.create),
        (Sign::Equals, "adopt", "Adopt", counts.adopt),
        (Sign::Dot, "forget", "Forget", counts.forget),
        (Sign::Greater, "await", "Wait for", counts.wait),
        (Sign::Less, "read", "Read", counts.read),
    ];
    let usual = ["delete", "replace", "update", "create"];
    all.into_iter().filter(|(_, word, _, count)| *count > 0 || usual.contains(word)).collect()
}

/// How many of what.
pub(super) fn counts(review: &Review) -> Markup {
    html! {
        section aria-labelledby="counts" {
            h2 id="counts" class="hear" { "What will happen" }
            ul class="counts" {
                @for (sign, _, label, count) in counted(review) {
                    li class={ (parts::shape(sign).class()) @if count == 0 { " zero" } } {
                        span class="count" { (count) }
                        span class="label" { (parts::badge(sign)) " " (label) }
                    }
                }
                li class="same" {
                    span class="count" { (review.unchanged) }
                    span class="label" { "Unchanged" }
                }
            }
            @if review.changes.is_empty() && review.outputs.is_empty() {
                p class="nothing" { "No changes. " (nothing(review)) }
            }
            @if let Some(provenance) = &review.provenance {
                p class="which" { (parts::sentence(&provenance.sentence())) }
            }
        }
    }
}

/// Whatever else was found.
pub(super) fn sections(review: &Review) -> Markup {
    html! {
        @for found in &review.sections { (section(found)) }
    }
}

fn section(found: &Section) -> Markup {
    let worst = found.findings.iter().map(|finding| finding.level).min();
    let class = worst.map_or("", level_class);
    let (first, rest) = found.findings.split_at(found.findings.len().min(UNFOLDED));
    html! {
        section class={ "found " (class) } id=(found.key) aria-labelledby={ (found.key) "-title" } {
            h2 id={ (found.key) "-title" } { (found.title) }
            p class="summary" { (parts::sentence(&found.summary)) }
            @if !first.is_empty() { ul { @for finding in first { (one(found, finding)) } } }
            @if !rest.is_empty() {
                details {
                    summary { (rest.len()) " more" }
                    ul { @for finding in rest { (one(found, finding)) } }
                }
            }
        }
    }
}

fn one(section: &Section, finding: &Finding) -> Markup {
    html! {
        li class=(level_class(finding.level)) {
            @if section.has_levels() {
                p {
                    span class={ "tag " (level_class(finding.level)) } { (finding.level.word()) } " "
                    strong { (finding.title) } " " (parts::place(finding.place.as_ref()))
                }
                p { (parts::sentence(&finding.text)) }
            } @else {
                p { (parts::sentence(&finding.text)) " " (parts::place(finding.place.as_ref())) }
            }
            @if !finding.more.is_empty() {
                ul class="more" { @for more in &finding.more { li { (parts::sentence(more)) } } }
            }
            @if !finding.hint.is_empty() { p class="faint" { (parts::sentence(&finding.hint)) } }
        }
    }
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Refuses => "refuses",
        Level::Warns => "warns",
        Level::Tells => "tells",
    }
}
