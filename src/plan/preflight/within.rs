//! What an object names of its target must be among what the target has: a zone of an endpoint,
//! among those of its service.

use std::collections::BTreeSet;

use super::scene::{Changed, Named, Scene, is_open};
use crate::diagnostic::Diagnostic;
use crate::diff::Need;
use crate::resource::{Address, Connected, Value, Within};

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for (address, item) in &scene.proposal.items {
        let schema = scene.on.catalog.schema(&address.block);
        let changed = Changed { address, item, schema };
        let rules = schema.preflight.within.iter().filter(|_| !item.delta.want.is_empty());
        let rules = rules.filter(|rule| changed.is_new() || loses(scene, &changed, rule));
        found.extend(rules.filter_map(|rule| outside(scene, &changed, rule)));
    }
}

/// Whether what an object is connected to changes in what it has to have.
fn loses(scene: &Scene<'_>, changed: &Changed<'_>, rule: &Within) -> bool {
    let Some(Named::Own(target)) = scene.named(changed.item, rule.through, rule.kind) else { return false };
    scene.item(target).is_some_and(|item| item.delta.changed.contains(rule.set))
}

/// The names that a value holds: itself, or a field of each member.
fn names<'v>(value: &'v Value, field: &str) -> BTreeSet<&'v str> {
    let of = |value: &'v Value| match value {
        Value::Map(entries) => entries.get(field).and_then(Value::as_str),
        other => other.as_str(),
    };
    match value.as_list() {
        Some(items) => items.iter().filter_map(of).collect(),
        None => of(value).into_iter().collect(),
    }
}

/// Both let go of the same in one apply. What is connected to goes first, and is still in use then.
fn at_once(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    rule: &Within,
    target: &Address,
    there: &BTreeSet<&str>,
) -> Option<Diagnostic> {
    let is_replaced = changed.is_new() || scene.item(target)?.delta.need != Need::Update;
    let have = &changed.item.delta.have;
    // What nobody uses may be taken away.
    let Connected::While(status, value) = changed.schema.stakes.connected else { return None };
    let is_used = have.text(status) == Some(value);
    let had = have.get(rule.attribute).filter(|_| !is_replaced && is_used)?;
    let leaves: Vec<&str> = names(had, rule.field).difference(there).copied().collect();
    if leaves.is_empty() {
        return None;
    }
    let text = format!(
        "{target} and {} let go of {} in one apply, and {target}, which is changed first, is in use there until then: {}",
        changed.address,
        leaves.join(", "),
        scene.refused(rule.in_use)
    );
    let finding = Diagnostic::error("It takes two applies", text).hint(format!(
        "first take it out of the `{}` of {} alone, and out of the `{}` of {target} with the next apply",
        rule.attribute, changed.address, rule.set
    ));
    Some(changed.at(finding, rule.attribute))
}

fn outside(scene: &Scene<'_>, changed: &Changed<'_>, rule: &Within) -> Option<Diagnostic> {
    let Named::Own(target) = scene.named(changed.item, rule.through, rule.kind)? else { return None };
    let item = scene.item(target)?;
    let then = scene.afterwards(target, item).filter(|_| !is_open(item, rule.set))?;
    let there = then.get(rule.set).map(|set| names(set, rule.field)).unwrap_or_default();
    let (text, code) = if there.is_empty() {
        // What others have given it is not known of one that they made.
        if !matches!(item.delta.need, Need::Create | Need::Replace) {
            return None;
        }
        (format!("{target} has none in its `{}`", rule.set), rule.none)
    } else {
        let wanted = names(changed.known(rule.attribute)?, rule.field);
        let missing: Vec<&str> = wanted.difference(&there).copied().collect();
        if missing.is_empty() {
            return at_once(scene, changed, rule, target, &there);
        }
        let has: Vec<&str> = there.into_iter().collect();
        (format!("{target} has {}, and not {}", has.join(", "), missing.join(", ")), rule.code)
    };
    let text = format!(
        "the `{}` of {} must be among the `{}` of {target}; {text}: {}",
        rule.attribute,
        changed.address,
        rule.set,
        scene.refused(code)
    );
    let finding = Diagnostic::error("What it connects to does not have that", text)
        .hint(format!("correct `{}`, or add it to the `{}` of {target}", rule.attribute, rule.set));
    Some(changed.at(finding, rule.attribute).also(item.place.clone(), format!("{target} is here")))
}
