//! What one resource lets go of and another one of the same plan wants: a renamed decision, a member that moves from
//! one list to another. It is one object, so that nothing is undone and nothing done again.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, Walk};
use crate::diff::{Need, Reason, Shown, known};
use crate::resource::{Address, Kind, Mode, ObjectId, Value};

/// An object: its kind and id.
type Named = (Kind, ObjectId);

impl Walk<'_> {
    /// Leaves to others what they want.
    pub(super) fn inherit(&mut self) {
        let on = self.on;
        let shared =
            |address: &Address| on.catalog.get(Mode::Managed, address.kind()).is_some_and(|s| s.adopts);
        let named = |address: &Address, item: &Item| -> Option<Named> {
            Some((address.kind().clone(), item.delta.id.clone().filter(|_| shared(address))?))
        };
        let lets_go = |item: &Item| matches!(item.delta.need, Need::Delete | Need::Update | Need::Create);
        let items = &self.proposal.items;
        let losing: Vec<(Named, Address)> = items
            .iter()
            .filter(|(_, item)| lets_go(item))
            .filter_map(|(address, item)| Some((named(address, item)?, address.clone())))
            .collect();
        let mut wanting: BTreeMap<&Named, Vec<Address>> =
            losing.iter().map(|(named, _)| (named, Vec::new())).collect();
        // Mostly nothing is let go of, and then nobody is looked for.
        for (address, item) in
            items.iter().filter(|(_, item)| !losing.is_empty() && !item.delta.want.is_empty())
        {
            if let Some(found) = named(address, item).and_then(|named| wanting.get_mut(&named)) {
                found.push(address.clone());
            }
        }
        let heirs: Vec<(Address, Vec<Address>)> = losing
            .iter()
            .map(|(named, address)| {
                let others = wanting[named].iter().filter(|other| *other != address);
                (address.clone(), others.cloned().collect())
            })
            .collect();
        for (address, others) in heirs.into_iter().filter(|(_, others)| !others.is_empty()) {
            self.leave_to(&address, &others);
        }
    }

    fn leave_to(&mut self, address: &Address, others: &[Address]) {
        let schema = self.on.catalog.schema(&address.block);
        let origin = self.on.recorded.object(address).map(|object| object.origin);
        for other in others {
            if let Some(item) = self.proposal.items.get_mut(other) {
                item.succeeds = origin;
            }
        }
        let reason = |code| {
            let names: Vec<String> = others.iter().map(ToString::to_string).collect();
            Reason::new(code, format!("it is {}'s from now on", names.join("'s and ")))
        };
        let Some(rule) = schema.members() else {
            if let Some(item) = self.proposal.items.get_mut(address).filter(|i| i.delta.need == Need::Delete)
            {
                item.delta.need = Need::Forget;
                item.delta.reason = reason(item.delta.reason.code);
                item.delta.differences.clear();
            }
            return;
        };
        let name = rule.attribute.name;
        let mut kept: BTreeSet<String> = BTreeSet::new();
        for other in others {
            let want = known(&self.proposal.items[other].delta.want);
            // Who owns all of it decides about all of it.
            if rule.is_exclusive(&want) {
                kept.extend(self.on.recorded.object(address).into_iter().flat_map(|object| {
                    rule.by_name(object.attributes.get(name))
                        .into_keys()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                }));
            }
            kept.extend(rule.by_name(want.get(name)).into_keys().map(str::to_owned));
        }
        let Some(item) = self.proposal.items.get_mut(address) else { return };
        let delta = &mut item.delta;
        let own: BTreeSet<String> =
            rule.by_name(known(&delta.want).get(name)).into_keys().map(str::to_owned).collect();
        let stays = |member: &str| !kept.contains(member) || own.contains(member);
        let left: BTreeSet<&str> =
            rule.by_name(delta.have.get(name)).into_keys().filter(|member| stays(member)).collect();
        let left = rule.only(delta.have.get(name), &left);
        if *delta.have.value(name) == left {
            return;
        }
        let is_empty = left.as_list().is_none_or(<[Value]>::is_empty);
        let is_sensitive = delta.sensitive.contains(name);
        for difference in delta.differences.iter_mut().filter(|one| one.attribute == name) {
            difference.before = Shown::of(&left, is_sensitive);
        }
        let is_wanted = delta.want.get(name).and_then(|input| input.known()) == Some(&left);
        delta.have.set(name, left);
        match delta.need {
            Need::Delete if is_empty => {
                delta.need = Need::Forget;
                delta.reason = reason(delta.reason.code);
                delta.differences.clear();
            }
            Need::Update if is_wanted => {
                delta.changed.remove(name);
                delta.differences.retain(|one| one.attribute != name);
                if delta.changed.is_empty() {
                    delta.need = Need::Nothing;
                }
            }
            _ => {}
        }
    }
}
