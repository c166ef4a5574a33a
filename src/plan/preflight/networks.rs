//! A network, a port or a route table is of one project. Whoever names the same one in two of them
//! has most likely mixed up accounts.

use std::collections::BTreeMap;

use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::resource::{Address, Attributes, Identity, Value};

/// The ids that an object names, each with the attribute.
fn named<'a>(names: &'static [&'static str], then: &'a Attributes) -> Vec<(&'static str, &'a str)> {
    let ids = names.iter().flat_map(|name| {
        let value = then.get(name);
        let several = value.and_then(Value::as_list).unwrap_or_default().iter();
        value.into_iter().chain(several).filter_map(Value::as_str).map(move |id| (*name, id))
    });
    ids.collect()
}

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    // Without a cloud nobody knows where a block leads.
    if scene.on.live.asked.is_none() || scene.on.live.identities.len() < 2 {
        return;
    }
    let mut whose: BTreeMap<String, BTreeMap<&Identity, &Address>> = BTreeMap::new();
    let mut seen: Vec<(&Address, &Identity, &'static str, String)> = Vec::new();
    for (address, item) in &scene.proposal.items {
        let names = scene.on.catalog.schema(&address.block).preflight.local;
        let place = scene.identity(&item.provider);
        let (false, Some(place)) = (names.is_empty(), place) else { continue };
        let Some(then) = scene.afterwards(address, item) else { continue };
        for (name, id) in named(names, &then) {
            // What is there already is known to be right.
            let users = whose.entry(id.to_owned()).or_default();
            if item.delta.id.is_some() || !users.contains_key(place) {
                users.insert(place, address);
            }
            seen.push((address, place, name, id.to_owned()));
        }
    }
    for changed in scene.changed.iter().filter(|changed| changed.is_new()) {
        let Some(place) = scene.identity(&changed.item.provider) else { continue };
        let own = seen.iter().filter(|(address, ..)| *address == changed.address);
        let other = own.into_iter().find_map(|(_, _, name, id)| {
            let users = &whose[id];
            let (other_place, other) = users.iter().find(|(other_place, _)| **other_place != place)?;
            // One of the two is told: the one that is not there yet, or the later one.
            let is_there = scene.item(other).is_some_and(|item| item.delta.id.is_some());
            (is_there || *other < changed.address).then_some((name, id, *other_place, *other))
        });
        if let Some((name, id, other_place, other)) = other {
            let text = format!(
                "the `{name}` of {} is {id}, which {other} has too, in another project ({} in account {}; here it is {} in account {}); a network is of one project, so one of the two would be refused",
                changed.address, other_place.project, other_place.account, place.project, place.account
            );
            let finding = Diagnostic::warning("One network in two accounts", text)
                .hint("correct the `provider` or the id of one of them; nothing to do where the network is shared between the accounts");
            let there = scene.item(other).and_then(|item| item.place.clone());
            found.push(changed.at(finding, name).also(there, format!("{other} is here")));
        }
    }
}
