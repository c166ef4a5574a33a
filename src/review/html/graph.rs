//! The graph of the page: what changes, what that needs, what depends on it; each resource by
//! itself and, where there are many, each block as one box.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::parts;
use crate::plan::{Change, Plan};
use crate::resource::{Address, Block, Identity};
use crate::review::drawing::{self, Box, Edge, Placed, Shape, layout};
use crate::review::model::{Sign, signed};
use crate::review::show::clean;

/// From so many resources on, blocks are shown first.
const MANY: usize = 40;
/// A graph of more resources than this is told by its blocks only: nobody reads it otherwise.
const TOO_MANY: usize = 3000;

/// One resource of the scene.
pub(super) struct Actor {
    /// Its address as it is shown.
    pub(super) address: String,
    /// The id of its entry in the page.
    pub(super) id: String,
    /// Its sign; none for what stays.
    pub(super) sign: Sign,
    /// What happens to it, in words.
    pub(super) words: &'static str,
    /// The word it is filtered by.
    pub(super) action: &'static str,
    /// The provider block.
    pub(super) provider: String,
    /// The account behind it, where that is known.
    pub(super) account: String,
    /// Who it waits for.
    pub(super) needs: Vec<usize>,
    /// Who waits for it.
    pub(super) needed_by: Vec<usize>,
    block: Block,
    name: String,
}

/// Everything that the graph shows.
pub(super) struct Scene {
    /// By address.
    pub(super) actors: Vec<Actor>,
    /// Their numbers by address as it is shown.
    numbers: BTreeMap<String, usize>,
}

impl Scene {
    /// The scene of a plan.
    pub(super) fn of(plan: &Plan) -> Scene {
        let changes: BTreeMap<&Address, &Change> = plan.changes.iter().map(|c| (&c.address, c)).collect();
        let told = told(plan, &changes);
        let numbers: BTreeMap<Address, usize> =
            told.iter().enumerate().map(|(i, address)| ((*address).clone(), i)).collect();
        let mut actors: Vec<Actor> =
            told.iter().map(|address| actor(plan, address, changes.get(address).copied())).collect();
        for (number, address) in told.iter().enumerate() {
            actors[number].id = format!("r{number}");
            let needs = plan.picture.objects.get(*address).into_iter().flat_map(|portrait| &portrait.needs);
            let needs: Vec<usize> = needs.filter_map(|need| numbers.get(need).copied()).collect();
            for need in &needs {
                actors[*need].needed_by.push(number);
            }
            actors[number].needs = needs;
        }
        let numbers = actors.iter().enumerate().map(|(i, actor)| (actor.address.clone(), i)).collect();
        Scene { actors, numbers }
    }

    /// Who stands for an address as it is shown.
    pub(super) fn actor(&self, address: &str) -> Option<&Actor> {
        self.numbers.get(address).map(|number| &self.actors[*number])
    }

    fn edges(&self) -> Vec<Edge> {
        let pairs = |(number, actor): (usize, &Actor)| {
            actor.needs.iter().map(|need| (*need, number)).collect::<Vec<_>>()
        };
        self.actors.iter().enumerate().flat_map(pairs).collect()
    }
}

/// What changes, what that needs directly, and what depends on it at any distance.
fn told<'a>(plan: &'a Plan, changes: &BTreeMap<&'a Address, &'a Change>) -> Vec<&'a Address> {
    let mut needed_by: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for (address, portrait) in &plan.picture.objects {
        for need in &portrait.needs {
            needed_by.entry(need).or_default().push(address);
        }
    }
    let mut told: BTreeSet<&Address> = changes.keys().copied().collect();
    let mut open: Vec<&Address> = told.iter().copied().collect();
    while let Some(address) = open.pop() {
        for dependent in needed_by.get(address).into_iter().flatten() {
            if told.insert(dependent) {
                open.push(dependent);
            }
        }
    }
    for address in changes.keys() {
        if let Some(portrait) = plan.picture.objects.get(*address) {
            told.extend(&portrait.needs);
        }
    }
    told.into_iter().collect()
}

fn actor(plan: &Plan, address: &Address, change: Option<&Change>) -> Actor {
    let provider = match (change, plan.picture.objects.get(address)) {
        (Some(change), _) => Some(&change.provider),
        (None, portrait) => portrait.map(|portrait| &portrait.provider),
    };
    let account =
        provider.and_then(|name| plan.identities.get(name)).map(|identity: &Identity| &identity.account);
    let (sign, words) = change.map_or((Sign::None, "stays as it is"), |change| signed(change.action));
    let name = match &address.key {
        Some(key) => format!("{}[{key}]", address.block.name),
        None => address.block.name.to_string(),
    };
    Actor {
        address: clean(&address.to_string()),
        id: String::new(),
        sign,
        words,
        action: change.map_or("unchanged", |change| change.action.word()),
        provider: provider.map(|name| clean(name.as_str())).unwrap_or_default(),
        account: account.map(|account| clean(account)).unwrap_or_default(),
        needs: Vec::new(),
        needed_by: Vec::new(),
        block: address.block.clone(),
        name: clean(&name),
    }
}

/// The section of the page.
pub(super) fn section(scene: &Scene) -> Markup {
    if scene.actors.is_empty() {
        return html! {};
    }
    let blocks = (scene.actors.len() > MANY).then(|| by_block(scene));
    let whole = (scene.actors.len() <= TOO_MANY).then(|| by_resource(scene));
    let both = blocks.is_some() && whole.is_some();
    html! {
        section id="graph" aria-labelledby="graph-title" {
            h2 id="graph-title" { "Dependency graph" }
            p class="faint hint" {
                "From left to right in the order of doing: each box waits for those it is joined to on its left."
            }
            (legend(scene))
            div class="bar" role="toolbar" aria-label="Graph" {
                @if both {
                    span class="group views" {
                        button type="button" data-view="blocks" aria-pressed="true" { "Blocks" }
                        button type="button" data-view="whole" aria-pressed="false" { "Every resource" }
                    }
                }
                span class="group zooms" {
                    button type="button" data-zoom="out" aria-label="Zoom out" { "\u{2212}" }
                    button type="button" data-zoom="fit" { "Fit" }
                    button type="button" data-zoom="in" aria-label="Zoom in" { "+" }
                }
            }
            div class="stage" tabindex="0" role="region" aria-label="Dependency graph, scrolls" {
                @if let Some((boxes, placed)) = &blocks {
                    (drawing::svg(boxes, placed, "blocks", "The blocks that change and what waits for what"))
                }
                @if let Some((boxes, placed)) = &whole {
                    (drawing::svg(boxes, placed, "whole", "The resources that change and what waits for what"))
                }
            }
            div id="chosen" class="chosen" role="status" aria-live="polite" hidden {}
        }
    }
}

fn legend(scene: &Scene) -> Markup {
    let signs: BTreeSet<(Shape, Sign, &'static str)> =
        scene.actors.iter().map(|actor| (parts::shape(actor.sign), actor.sign, actor.action)).collect();
    html! {
        ul class="legend" {
            @for (shape, sign, action) in &signs {
                li class=(shape.class()) { (parts::badge(*sign)) " " (action) }
            }
        }
    }
}

fn by_resource(scene: &Scene) -> (Vec<Box>, Placed) {
    let boxes = scene.actors.iter().map(|actor| Box {
        id: format!("b-{}", actor.id),
        href: format!("#{}", actor.id),
        shape: parts::shape(actor.sign),
        sign: parts::seen(actor.sign),
        title: actor.name.clone(),
        under: format!("{} · {}", clean(actor.block.kind.as_str()), actor.provider),
        label: format!(
            "{} {}, waits for {}, {} wait for it",
            actor.address,
            actor.words,
            actor.needs.len(),
            actor.needed_by.len()
        ),
        many: false,
    });
    (boxes.collect(), layout(scene.actors.len(), &scene.edges()))
}

/// One box for each block; what happens to most of its resources is told, its shape is that of the
/// worst.
fn by_block(scene: &Scene) -> (Vec<Box>, Placed) {
    let mut members: BTreeMap<&Block, Vec<&Actor>> = BTreeMap::new();
    for actor in &scene.actors {
        members.entry(&actor.block).or_default().push(actor);
    }
    let numbers: BTreeMap<&Block, usize> = members.keys().enumerate().map(|(i, block)| (*block, i)).collect();
    let boxes = members.iter().enumerate().map(|(number, (block, actors))| {
        let worst = actors.iter().map(|actor| (parts::shape(actor.sign), actor.sign)).min();
        let (shape, sign) = worst.unwrap_or((Shape::Same, Sign::None));
        let mut actions: BTreeMap<&str, usize> = BTreeMap::new();
        for actor in actors {
            *actions.entry(actor.action).or_default() += 1;
        }
        let counted: Vec<String> =
            actions.iter().map(|(action, count)| format!("{count} {action}")).collect();
        let name = clean(&block.to_string());
        Box {
            id: format!("g{number}"),
            href: if actors.len() == 1 { format!("#{}", actors[0].id) } else { format!("#find={name}") },
            shape,
            sign: parts::seen(sign),
            title: clean(&block.name),
            under: format!("{}: {}", clean(block.kind.as_str()), counted.join(", ")),
            label: format!("{name}: {}", counted.join(", ")),
            many: actors.len() > 1,
        }
    });
    let boxes: Vec<Box> = boxes.collect();
    let joined: BTreeSet<Edge> = scene
        .edges()
        .into_iter()
        .map(|(first, waiting)| (numbers[&scene.actors[first].block], numbers[&scene.actors[waiting].block]))
        .collect();
    let placed = layout(boxes.len(), &joined.into_iter().collect::<Vec<_>>());
    (boxes, placed)
}
