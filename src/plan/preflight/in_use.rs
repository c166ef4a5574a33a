//! An object that others are connected to cannot be deleted: every connection that the plan does not
//! end before keeps it.

use std::collections::BTreeSet;

use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::diff::Need;
use crate::plan::walk::Item;
use crate::plan::{Step, StepAction};
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Address, InUse, Value};

/// The objects that end, as far as connections keep them: with their id and the rule.
fn ending<'s, 'a>(
    scene: &'s Scene<'a>,
) -> impl Iterator<Item = (&'a Address, &'a Item, &'a str, &'a InUse)> + use<'s, 'a> {
    scene.proposal.items.iter().filter_map(|(address, item)| {
        let ends = matches!(item.delta.need, Need::Delete | Need::Replace) && scene.selected.has(address);
        let rule = scene.on.catalog.schema(&address.block).preflight.in_use.as_ref()?;
        let id = item.delta.id.as_deref().filter(|_| ends)?;
        Some((address, &**item, id, rule))
    })
}

fn question(scene: &Scene<'_>, item: &Item, id: &str, rule: &InUse) -> Option<Ask> {
    // The old object is where it was recorded to be.
    scene.ask(&item.provider, rule.lookup, AskWhat::Lookup(rule.argument.to_owned(), id.to_owned()))
}

/// How many connections the plan ends that hang on an object: those of the stack that need it.
fn leaving(scene: &Scene<'_>, address: &Address) -> usize {
    let dependents = scene.proposal.links.dag.closure_of_dependents([address.clone()]);
    let ends = |address: &&Address| {
        let need = scene.item(address).map(|item| item.delta.need);
        matches!(need, Some(Need::Delete | Need::Replace)) && scene.selected.has(address)
    };
    let completes = |address: &&Address| scene.on.catalog.schema(&address.block).completes.is_none();
    dependents.iter().filter(|other| *other != address).filter(ends).filter(completes).count()
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for (address, item, id, rule) in ending(scene) {
        let known = match rule.count.and_then(|count| item.delta.have.get(count)) {
            Some(Value::Number(count)) => count.as_i64().and_then(|count| usize::try_from(count).ok()),
            _ => None,
        };
        // As many as the plan ends: nobody else is connected.
        if known.is_none_or(|count| count > leaving(scene, address)) {
            asks.extend(question(scene, item, id, rule));
        }
    }
}

pub(super) fn find(scene: &Scene<'_>, steps: &[Step], found: &mut Vec<Diagnostic>) {
    let mut released: Option<BTreeSet<&str>> = None;
    for (address, item, id, rule) in ending(scene) {
        let ask = question(scene, item, id, rule);
        let Some(answer) = scene.found(ask.as_ref()) else { continue };
        let released = released.get_or_insert_with(|| released_by(steps));
        let rows = answer.iter().filter_map(|one| one.attributes.get(rule.list)?.as_list()).flatten();
        let live: Vec<String> = rows
            .filter_map(Value::as_map)
            .filter_map(|row| {
                let field = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
                let keeps = rule.statuses.contains(&field("status")) && !released.contains(field("id"));
                keeps.then(|| format!("{} (account {})", field("id"), field(rule.account)))
            })
            .collect();
        if live.is_empty() {
            continue;
        }
        let ends = if item.delta.need == Need::Replace { "is replaced" } else { "is deleted" };
        let shown = live.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = if live.len() > 5 { format!(" and {} more", live.len() - 5) } else { String::new() };
        let text = format!(
            "{address} {ends}, and connections that this plan does not end are live: {shown}{more}; {}",
            scene.refused(rule.code)
        );
        found.push(
            Diagnostic::error("Others are still connected", text)
                .at(item.place.clone())
                .about(address)
                .hint("agree with those accounts first: they delete their endpoints, or you reject the connections; or leave it out with `--exclude`"),
        );
    }
}

/// The objects whose connections the steps end: by their own id, or by the one that a decision is
/// about (`SERVICE/ENDPOINT`).
fn released_by(steps: &[Step]) -> BTreeSet<&str> {
    let ids = steps.iter().filter_map(|step| match &step.action {
        StepAction::Delete { id, .. } => Some(id.rsplit('/').next().unwrap_or(id)),
        _ => None,
    });
    ids.collect()
}
