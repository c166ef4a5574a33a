//! What a plan may not do: end what must not end, have two where the API allows one, share what is
//! exclusive.

use std::collections::{BTreeMap, BTreeSet};

use super::select::Selected;
use super::walk::{Item, Proposal};
use crate::diagnostic::Diagnostic;
use crate::diff::{Need, known};
use crate::expr::Worth;
use crate::resource::{Address, Catalog, Exclusive, KindSchema};
use crate::state::Recorded;

/// The replacements that make the new object first: where the author asks for it, and all that
/// those need, since they too have to be there before the old ones go; and what ends with one of
/// them, or with one that an earlier replacement put aside, since its old object stays as long.
pub(super) fn create_first(
    proposal: &Proposal,
    selected: &Selected,
    recorded: &Recorded,
    catalog: &Catalog,
) -> BTreeSet<Address> {
    let replaced = |address: &Address| {
        selected.has(address) && proposal.items.get(address).is_some_and(|i| i.delta.need == Need::Replace)
    };
    let asked = proposal
        .items
        .iter()
        .filter(|(address, item)| item.wishes.create_before_destroy && replaced(address))
        .map(|(address, _)| address.clone());
    let mut all = proposal.links.dag.closure_of_needs(asked);
    all.retain(|a| replaced(a));
    let mut stay: BTreeSet<&str> =
        all.iter().filter_map(|a| proposal.items.get(a)?.delta.id.as_deref()).collect();
    stay.extend(recorded.deposed.values().flatten().map(|object| object.id.as_str()));
    let with: Vec<Address> = proposal
        .items
        .iter()
        .filter(|(address, item)| {
            let host = catalog.schema(&address.block).dies_with;
            replaced(address)
                && host.and_then(|name| item.delta.have.text(name)).is_some_and(|id| stay.contains(id))
        })
        .map(|(address, _)| address.clone())
        .collect();
    all.extend(with);
    all
}

/// Every reason for which the plan is refused.
pub(super) fn check(
    proposal: &Proposal,
    selected: &Selected,
    create_first: &BTreeSet<Address>,
    catalog: &Catalog,
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        let ends = matches!(item.delta.need, Need::Delete | Need::Replace);
        if ends && item.wishes.prevent_destroy {
            faults.push(protected(address, item));
        }
        let schema = catalog.schema(&address.block);
        if create_first.contains(address) {
            let want = known(&item.delta.want);
            let both = schema.exclusive.iter().filter_map(|rule| {
                let shared = rule.overlap(&want, &item.delta.have)?;
                Some(cannot_have_both(address, item, rule, &shared))
            });
            faults.extend(both);
        }
    }
    faults.extend(decided_twice(proposal, selected, catalog));
    faults
}

fn protected(address: &Address, item: &Item) -> Diagnostic {
    let verb = if item.delta.need == Need::Replace { "replaced" } else { "deleted" };
    Diagnostic::error(
        "An object is protected",
        format!("{address} would be {verb} ({}), and its `lifecycle.prevent_destroy` forbids that", item.delta.reason.text),
    )
    .at(item.place.clone())
    .about(address)
    .hint("take `prevent_destroy` out if you mean it, undo the change that leads to it, or leave it out with `--exclude`")
}

fn cannot_have_both(address: &Address, item: &Item, rule: &Exclusive, shared: &str) -> Diagnostic {
    Diagnostic::error(
        "The new object cannot be made before the old one is gone",
        format!(
            "{address} is to be replaced create-first, but both would have the same `{}` and {shared} in `{}`, which the API refuses",
            rule.attribute, rule.set
        ),
    )
    .at(item.place.clone())
    .about(address)
    .hint(format!(
        "take `create_before_destroy` out (connections are cut until the new one is there), or give the new one \
         another `{}` or `{}`",
        rule.attribute, rule.set
    ))
}

/// A member that two resources list is lost to one of them as soon as the other lets go of it.
fn listed_twice(group: &[(&Address, &Item, bool)], catalog: &Catalog) -> Option<Diagnostic> {
    let rule = catalog.schema(&group.first()?.0.block).members()?;
    let mut of: BTreeMap<String, &Address> = BTreeMap::new();
    for (address, item, _) in group {
        let want = known(&item.delta.want);
        for name in rule.by_name(want.get(rule.attribute.name)).into_keys() {
            let Some(other) = of.insert(name.to_owned(), address) else { continue };
            let shown = if item.delta.sensitive.contains(rule.attribute.name) { "a member" } else { name };
            let text = format!(
                "{other} and {address} both list {shown} for the same object: when one of them lets go of it, the other \
                 loses it"
            );
            let fault = Diagnostic::error("One member has two owners", text).at(item.place.clone());
            return Some(fault.about(address).hint("list it in one of them"));
        }
    }
    None
}

/// What exists with its parent is only decided about, by one resource: two would undo each other at every
/// apply. A set may be shared; an exclusive one must be alone.
fn decided_twice(proposal: &Proposal, selected: &Selected, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut owners: BTreeMap<(String, String), Vec<(&Address, &Item, bool)>> = BTreeMap::new();
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        let schema: &KindSchema = catalog.schema(&address.block);
        if !schema.adopts {
            continue;
        }
        let keys: Vec<String> = schema
            .natural_key
            .iter()
            .filter_map(|name| item.delta.want.get(*name))
            .map(|input| match &input.worth {
                Worth::Known(value) => value.to_string(),
                Worth::Deferred(deferred) => format!("{:?}", deferred.needs),
            })
            .collect();
        if keys.len() == schema.natural_key.len() {
            let alone = schema.members().is_none_or(|rule| rule.is_exclusive(&known(&item.delta.want)));
            let key = (address.kind().to_string(), keys.join("\n"));
            owners.entry(key).or_default().push((address, item, alone));
        }
    }
    let mut faults = Vec::new();
    for group in owners.values().filter(|g| g.iter().all(|(_, _, alone)| !alone)) {
        faults.extend(listed_twice(group, catalog));
    }
    for group in owners.into_values().filter(|g| g.len() > 1 && g.iter().any(|(_, _, alone)| *alone)) {
        let names = group.iter().map(|(a, _, _)| a.to_string()).collect::<Vec<_>>().join(" and ");
        let (address, item, _) = group[0];
        let (summary, text, hint) = match catalog.schema(&address.block).members() {
            Some(_) => (
                "One set has two owners",
                format!(
                    "{names} are about the same object, and at least one of them is exclusive, so each would undo the \
                     other"
                ),
                "merge them into one, or make all of them `mode: shared`",
            ),
            None => (
                "Two resources decide about the same",
                format!("{names} are about the same object, so each would undo the other"),
                "take all but one of them out",
            ),
        };
        let mut fault = Diagnostic::error(summary, text).at(item.place.clone()).about(address).hint(hint);
        for (address, item, _) in &group[1..] {
            fault = fault.also(item.place.clone(), format!("{address} is here"));
        }
        faults.push(fault);
    }
    faults
}
