//! The order in which objects end: after all that hangs on them; and what a replacement has put
//! aside, after its successor is there.

use std::collections::{BTreeMap, BTreeSet};

use super::situation::leftovers;
use super::{Lowering, ObjectKey};
use crate::plan::StepAction;
use crate::plan::select::Selected;
use crate::plan::walk::{Proposal, Situation};
use crate::resource::{Address, OrderRule};
use crate::state::RecordedObject;

/// An object that may hang on others, and the steps of it.
struct Dependent<'a> {
    address: &'a Address,
    object: &'a RecordedObject,
    ends: Option<usize>,
    makes: Option<usize>,
}

impl Lowering {
    /// The edges by which objects end in order.
    pub(super) fn end_in_order(
        &self,
        on: &Situation<'_>,
        selected: &Selected,
        create_first: &BTreeSet<Address>,
    ) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        let covers = self.covers();
        let current = on.recorded.objects.iter().filter(|(address, _)| selected.has(address));
        let current = current.map(|(address, object)| Dependent {
            address,
            object,
            ends: self.ends.get(address).copied(),
            makes: self.makes.get(address).copied(),
        });
        let aside = leftovers(on, selected).map(|(address, object)| Dependent {
            address,
            object,
            ends: self.aside_step(address, &object.id),
            makes: None,
        });
        for dependent in current.chain(aside) {
            // What ends with another object is forgotten after that.
            let waits_for = |ends: usize| {
                let ended = dependent.ends.filter(|ended| covers.get(ended) != Some(&ends));
                ended.map(|ended| (ended, ends))
            };
            for address in &dependent.object.dependencies {
                for (id, ends) in self.aside.get(address).into_iter().flatten() {
                    if hangs_on(on, &dependent, address, id) {
                        edges.extend(waits_for(*ends));
                    }
                }
                let Some(&ends) = self.ends.get(address).or_else(|| self.revokes.get(address)) else {
                    continue;
                };
                if on.recorded.objects.get(address).is_some_and(|o| !hangs_on(on, &dependent, address, &o.id))
                {
                    continue;
                }
                edges.extend(waits_for(ends));
                // Who stays lets go of it first, unless it stays for the successor.
                let revoked = !self.ends.contains_key(address);
                let lets_go = !self.makes.contains_key(address) && dependent.ends.is_none();
                if let Some(made) = dependent.makes
                    && (lets_go || create_first.contains(address))
                    && !revoked
                {
                    edges.push((made, ends));
                }
            }
        }
        edges.extend(covers.iter().map(|(&forgets, &ends)| (ends, forgets)));
        edges
    }

    /// What was put aside stays until its successor is there, and until those that used it have
    /// theirs; unless it has to go before one of them can be made.
    pub(super) fn keep_until_succeeded(
        &self,
        on: &Situation<'_>,
        proposal: &Proposal,
        edges: &mut Vec<(usize, usize)>,
    ) {
        if self.aside.is_empty() {
            return;
        }
        let mut users: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
        for address in self.aside.keys() {
            users.insert(address, proposal.links.dag.needed_by(address));
            users.entry(address).or_default().insert(address);
        }
        for (dependent, object) in &on.recorded.objects {
            for address in &object.dependencies {
                if let Some(users) = users.get_mut(address) {
                    users.insert(dependent);
                }
            }
        }
        let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (first, then) in self.edges.iter().chain(&*edges) {
            next.entry(*first).or_default().push(*then);
        }
        for (address, users) in users {
            for makes in users.into_iter().filter_map(|user| self.makes.get(user)) {
                for (_, ends) in &self.aside[address] {
                    if !leads_to(&next, *ends, *makes) {
                        next.entry(*makes).or_default().push(*ends);
                        edges.push((*makes, *ends));
                    }
                }
            }
        }
    }

    /// The steps that only forget what another object's end has ended, each with the step of that.
    fn covers(&self) -> BTreeMap<usize, usize> {
        let deletes: BTreeMap<ObjectKey, usize> = self
            .drafts
            .iter()
            .enumerate()
            .filter_map(|(step, draft)| match &draft.action {
                StepAction::Delete { id, .. } => Some(((draft.address.kind().to_string(), id.clone()), step)),
                _ => None,
            })
            .filter(|_| !self.covered.is_empty())
            .collect();
        let covered = self.covered.iter();
        covered.filter_map(|(&forgets, (host, _))| Some((forgets, *deletes.get(host)?))).collect()
    }

    /// The step that ends what was put aside at an address.
    pub(super) fn aside_step(&self, address: &Address, id: &str) -> Option<usize> {
        self.aside.get(address)?.iter().find(|(other, _)| other == id).map(|(_, step)| *step)
    }
}

/// Whether an object hangs on this one of those that the address has: where it names another of
/// them, it does not.
fn hangs_on(on: &Situation<'_>, dependent: &Dependent<'_>, address: &Address, id: &str) -> bool {
    let Some(aside) = on.recorded.deposed.get(address) else { return true };
    let current = on.recorded.objects.get(address).map(|object| object.id.as_str());
    let is_one = |name: &str| current == Some(name) || aside.iter().any(|object| object.id == name);
    let rules = on.catalog.schema(&dependent.address.block).order.iter();
    let mut named = rules
        .filter_map(|rule| match rule {
            OrderRule::Refers { attribute, kind } if *kind == address.kind().as_str() => {
                dependent.object.attributes.text(attribute)
            }
            _ => None,
        })
        .filter(|name| is_one(name))
        .peekable();
    named.peek().is_none() || named.any(|name| name == id)
}

/// Whether one step comes before another, at any distance.
fn leads_to(next: &BTreeMap<usize, Vec<usize>>, first: usize, then: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![first];
    while let Some(step) = open.pop() {
        if step == then {
            return true;
        }
        if seen.insert(step) {
            open.extend(next.get(&step).into_iter().flatten());
        }
    }
    false
}
