//! The list of changes with their details, what drifted, the outputs, and what stays around them.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::graph::{Actor, Scene};
use super::{parts, summary};
use crate::review::model::{Entry, Review, Sign};

/// So many neighbours are named; the graph shows the rest.
const NEIGHBOURS: usize = 12;

/// What others did since the last apply.
pub(super) fn drift(review: &Review) -> Markup {
    html! {
        @if !review.drift.is_empty() {
            section id="drifted" aria-labelledby="drifted-title" {
                h2 id="drifted-title" { "What others did, in full: it is so already" }
                @for entry in &review.drift {
                    details class="entry update" {
                        summary {
                            (parts::badge(Sign::Bang)) " "
                            span class="words" { (entry.words) " by others" } " "
                            span class="address" { (entry.address) }
                        }
                        div class="inside" { (parts::table(&entry.rows)) }
                    }
                }
            }
        }
    }
}

/// What happens to the outputs.
pub(super) fn outputs(review: &Review) -> Markup {
    html! {
        @if !review.outputs.is_empty() {
            section id="outputs" aria-labelledby="outputs-title" {
                h2 id="outputs-title" { "Outputs" }
                (parts::table(&review.outputs))
            }
        }
    }
}

/// What happens, with search and filters; and what stays around it.
pub(super) fn section(review: &Review, scene: &Scene) -> Markup {
    let around: Vec<&Actor> = scene.actors.iter().filter(|actor| actor.sign == Sign::None).collect();
    html! {
        section id="changes" aria-labelledby="changes-title" tabindex="-1" {
            h2 id="changes-title" { "Changes" }
            @if review.changes.is_empty() {
                p { "Nothing is changed." }
            } @else {
                (filters(review, scene))
                div class="list" {
                    @for entry in &review.changes { (entry_of(entry, scene)) }
                }
                p id="none" class="faint" hidden { "Nothing fits the search and the filters." }
            }
            @if !around.is_empty() {
                details class="around" {
                    summary { (around.len()) " around it that stay as they are" }
                    @for actor in around {
                        article id=(actor.id) class="entry same" tabindex="-1" data-address=(actor.address)
                            data-action=(actor.action) data-provider=(actor.provider) data-account=(actor.account) {
                            p { (parts::badge(Sign::None)) " " span class="address" { (actor.address) } }
                            (neighbours(actor, scene))
                        }
                    }
                }
            }
        }
    }
}

fn filters(review: &Review, scene: &Scene) -> Markup {
    let providers: BTreeSet<&str> = scene.actors.iter().map(|actor| actor.provider.as_str()).collect();
    let accounts: BTreeSet<&str> = scene
        .actors
        .iter()
        .map(|actor| actor.account.as_str())
        .filter(|account| !account.is_empty())
        .collect();
    html! {
        form id="filters" class="bar" role="search" aria-label="Changes" hidden {
            label class="search" {
                span class="hear" { "Search addresses, values and lines" }
                input id="search" type="search" placeholder="Search (press /)" autocomplete="off" spellcheck="false";
            }
            span class="group actions" role="group" aria-label="Actions" {
                @for (sign, word, label, count) in summary::counted(review) {
                    @if count > 0 {
                        button type="button" class=(parts::shape(sign).class()) data-action=(word) aria-pressed="false" {
                            (parts::badge(sign)) " " (label) " " span class="faint" { (count) }
                        }
                    }
                }
            }
            (choice("provider", "Provider", &providers))
            (choice("account", "Account", &accounts))
            button id="reset" type="button" hidden { "Show all" }
            p id="shown" class="faint" role="status" aria-live="polite" {}
        }
    }
}

fn choice(id: &str, label: &str, names: &BTreeSet<&str>) -> Markup {
    html! {
        @if names.len() > 1 {
            label class="choice" {
                span class="hear" { (label) }
                select id=(id) {
                    option value="" { (label) ": all" }
                    @for name in names { option value=(name) { (name) } }
                }
            }
        }
    }
}

fn entry_of(entry: &Entry, scene: &Scene) -> Markup {
    let actor = scene.actor(&entry.address);
    html! {
        details class={ "entry " (parts::shape(entry.sign).class()) } id=[actor.map(|actor| &actor.id)]
            data-address=(entry.address) data-action=(entry.action) data-provider=(entry.provider)
            data-account=[actor.map(|actor| &actor.account)] {
            summary {
                (parts::badge(entry.sign)) " "
                span class="address" { (entry.address) } " "
                span class="words" { (entry.words) } " "
                (parts::place(entry.place.as_ref()))
            }
            div class="inside" {
                @if let Some(reason) = &entry.reason { p class="reason" { "because " (parts::sentence(reason)) } }
                dl class="facts" {
                    @if let Some(id) = &entry.id { dt { "object" } dd class="text" { (id) } }
                    dt { "provider" } dd class="text" { (entry.provider) }
                    @if let Some(actor) = actor && !actor.account.is_empty() {
                        dt { "account" } dd class="text" { (actor.account) }
                    }
                }
                (parts::table(&entry.rows))
                @for note in &entry.notes { p class="note" { (parts::sentence(note)) } }
                @if let Some(actor) = actor { (neighbours(actor, scene)) }
            }
        }
    }
}

/// Who it waits for and who waits for it, as links.
fn neighbours(actor: &Actor, scene: &Scene) -> Markup {
    html! {
        @if !actor.needs.is_empty() || !actor.needed_by.is_empty() {
            dl class="neighbours" {
                (side("waits for", &actor.needs, scene))
                (side("awaited by", &actor.needed_by, scene))
            }
        }
    }
}

fn side(label: &str, numbers: &[usize], scene: &Scene) -> Markup {
    html! {
        @if !numbers.is_empty() {
            dt { (label) }
            dd {
                ul {
                    @for number in numbers.iter().take(NEIGHBOURS) {
                        @let other = &scene.actors[*number];
                        li { a href={ "#" (other.id) } { (parts::badge(other.sign)) " " (other.address) } }
                    }
                    @if numbers.len() > NEIGHBOURS { li class="faint" { "and " (numbers.len() - NEIGHBOURS) " more" } }
                }
            }
        }
    }
}
