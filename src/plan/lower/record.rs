//! What is recorded with an object: what stands beside its attributes, and whether that is up to date.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::diff::{Delta, known};
use crate::plan::Keep;
use crate::plan::walk::{Item, Proposal};
use crate::resource::{Address, Attributes, Change, Compare, KindSchema, Object};
use crate::state::RecordedObject;

pub(super) fn keep(proposal: &Proposal, address: &Address, item: &Item) -> Keep {
    Keep {
        arguments: item.delta.want.keys().map(|name| SmolStr::new_static(name)).collect(),
        sensitive: item.delta.sensitive.clone(),
        dependencies: depended_on(proposal, address).cloned().collect(),
        triggers: item.triggers.clone(),
        prevent_destroy: item.wishes.prevent_destroy,
        delete_timeout_s: item.wishes.delete_s,
    }
}

/// The same as before, of what is not asked for now: a refresh, an end.
pub(super) fn kept(recorded: &RecordedObject) -> Keep {
    Keep {
        arguments: recorded.arguments.clone(),
        sensitive: recorded.sensitive.clone(),
        dependencies: recorded.dependencies.clone(),
        triggers: recorded.triggers.clone(),
        prevent_destroy: recorded.prevent_destroy,
        delete_timeout_s: recorded.delete_timeout_s,
    }
}

/// What is recorded as needed: not what an address only lets go of.
fn depended_on<'a>(proposal: &'a Proposal, address: &'a Address) -> impl Iterator<Item = &'a Address> {
    let needs = proposal.links.dependencies(address).into_iter();
    needs.filter(|need| proposal.items.get(*need).is_some_and(|i| !i.delta.want.is_empty()))
}

/// Whether what is recorded as needed keeps the order. What follows from it need not stand there: an id that is known
/// by now may name more than the reference did.
fn order_is_recorded(proposal: &Proposal, address: &Address, recorded: &RecordedObject) -> bool {
    if depended_on(proposal, address).eq(recorded.dependencies.iter()) {
        return true;
    }
    let now: BTreeSet<&Address> = depended_on(proposal, address).collect();
    let then = recorded.dependencies.iter();
    let follows = proposal.links.dag.closure_of_needs(then.clone().cloned());
    then.into_iter().all(|one| now.contains(one)) && now.into_iter().all(|one| follows.contains(one))
}

/// Whether the record has to be brought up to date although there is nothing to do.
pub(super) fn record_differs(
    schema: &KindSchema,
    proposal: &Proposal,
    address: &Address,
    item: &Item,
    recorded: &RecordedObject,
) -> bool {
    let (delta, wishes) = (&item.delta, &item.wishes);
    let binding = !delta.want.is_empty()
        && (!delta.want.keys().copied().eq(recorded.arguments.iter().map(SmolStr::as_str))
            || delta.sensitive != recorded.sensitive
            || !order_is_recorded(proposal, address, recorded)
            || item.triggers != recorded.triggers
            || wishes.prevent_destroy != recorded.prevent_destroy
            || wishes.delete_s != recorded.delete_timeout_s
            || item.provider != recorded.provider);
    let moved = || {
        schema.attributes.iter().any(|a| {
            a.compare != Compare::Volatile
                && a.change != Change::Setting
                && delta.have.value(a.name) != recorded.attributes.value(a.name)
        })
    };
    binding || recorded.settling || (delta.have != recorded.attributes && moved())
}

/// The settings of ours that the author gives.
pub(super) fn settings(schema: &KindSchema, item: &Item) -> Attributes {
    let known = known(&item.delta.want);
    known
        .iter()
        .filter(|(n, _)| schema.attribute(n).is_some_and(|a| a.change == Change::Setting))
        .map(|(n, v)| (n.to_owned(), v.clone()))
        .collect()
}

/// What is recorded when an object is bound before it is changed: what counts as ours.
pub(super) fn bound_attributes(delta: &Delta, schema: &KindSchema, item: &Item) -> Attributes {
    let mut attributes = delta.have.clone();
    for (name, value) in settings(schema, item) {
        attributes.set(name, value);
    }
    attributes.retain(|name| !delta.sensitive.contains(name));
    attributes
}

pub(super) fn shown_object(object: &Object, item: &Item) -> Object {
    let mut object = object.clone();
    object.attributes.retain(|name| !item.delta.sensitive.contains(name));
    object
}
