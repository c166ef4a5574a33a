//! What waits for what among the resources of one plan: by reference, by the author's word, and by
//! the order that the kinds know.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::walk::{Item, Proposal};
use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Worth};
use crate::graph::{Dag, Loop};
use crate::planted::{self, Bug};
use crate::resource::{Address, Catalog, OrderRule, Value};
use crate::state::Recorded;

/// Why one address waits for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It reads this attribute.
    Reads(SmolStr),
    /// The author says so, or its lookup or `for_each` reads it.
    Depends,
    /// The kinds know it.
    Kind,
    /// It reads an attribute that is known only when this one has completed the other.
    Completion,
}

/// What waits for what.
#[derive(Clone, Debug)]
pub struct Links {
    /// Every address, recorded ones included.
    pub dag: Dag<Address, Wait>,
    /// The managed resources that each waits for, also through lookups; what is recorded with it.
    pub dependencies: BTreeMap<Address, BTreeSet<Address>>,
    /// The resources that complete an address.
    pub completed_by: BTreeMap<Address, Vec<Address>>,
}

impl Default for Links {
    fn default() -> Self {
        Links { dag: Dag::new([]), dependencies: BTreeMap::new(), completed_by: BTreeMap::new() }
    }
}

/// What an attribute denotes, as far as it can be compared: a known text, or the same expression
/// over the same unknown attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Denotes<'a> {
    Text(&'a str),
    Later(&'a BTreeSet<Reference>),
}

/// Works out the links of a proposal.
///
/// # Errors
/// A loop, told whole.
pub(super) fn build(
    proposal: &Proposal,
    recorded: &Recorded,
    catalog: &Catalog,
    extra: &BTreeMap<Address, BTreeSet<Address>>,
) -> Result<Links, Vec<Diagnostic>> {
    let addresses = proposal.items.keys().chain(proposal.late_lookups.keys()).chain(extra.keys());
    let mut dag = Dag::new(addresses.cloned());
    let index = Index::new(proposal, recorded, catalog);
    let completed_by = index.completions(proposal, catalog);

    for (address, item) in &proposal.items {
        for read in &item.reads {
            dag.wait(address, &read.address, Wait::Reads(read.attribute.clone()));
            let late =
                catalog.schema(&read.address.block).attribute(&read.attribute).is_some_and(|a| a.is_late());
            for accept in
                completed_by.get(&read.address).into_iter().flatten().filter(|a| late && *a != address)
            {
                dag.wait(address, accept, Wait::Completion);
            }
        }
        for rule in &catalog.schema(&address.block).order {
            for first in index.firsts(address, item, rule) {
                if first != address && !planted::is(Bug::KindOrderIgnored) {
                    dag.wait(address, first, Wait::Kind);
                }
            }
        }
        // An orphan keeps the order it was made in.
        if item.delta.want.is_empty()
            && let Some(object) = recorded.objects.get(address)
        {
            for dependency in &object.dependencies {
                dag.wait(address, dependency, Wait::Depends);
            }
        }
    }
    for (address, firsts) in extra {
        for first in firsts {
            dag.wait(address, first, Wait::Depends);
        }
    }
    let order = dag.order().map_err(|found| vec![told(found, proposal)])?;
    let dependencies = through_lookups(&dag, &order);
    Ok(Links { dag, dependencies, completed_by })
}

/// The managed addresses each address waits for; a lookup is replaced by what it waits for.
fn through_lookups(dag: &Dag<Address, Wait>, order: &[Address]) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut all: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for address in order {
        let mut needs = BTreeSet::new();
        for need in dag.needs(address) {
            if need.is_data() {
                needs.extend(all.get(need).into_iter().flatten().cloned());
            } else {
                needs.insert(need.clone());
            }
        }
        all.insert(address.clone(), needs);
    }
    all
}

/// Who denotes what, so that rules find each other without comparing all pairs.
struct Index<'a> {
    recorded: &'a Recorded,
    /// Objects by kind and id.
    ids: BTreeMap<(&'a str, &'a str), &'a Address>,
    /// Resources by kind, attribute and what it denotes.
    denoting: BTreeMap<(&'a str, &'static str), BTreeMap<Denotes<'a>, Vec<&'a Address>>>,
}

impl<'a> Index<'a> {
    fn new(proposal: &'a Proposal, recorded: &'a Recorded, catalog: &Catalog) -> Index<'a> {
        let mut wanted: BTreeSet<(&str, &'static str)> = BTreeSet::new();
        for schema in catalog.iter() {
            for rule in &schema.order {
                if let OrderRule::Beside { kind, theirs, .. } = rule {
                    wanted.insert((kind, theirs));
                }
            }
        }
        let mut index = Index { recorded, ids: BTreeMap::new(), denoting: BTreeMap::new() };
        for (address, item) in &proposal.items {
            let kind = address.kind().as_str();
            if let Some(id) = &item.delta.id {
                index.ids.insert((kind, id), address);
            }
            for (_, theirs) in wanted.iter().filter(|(k, _)| *k == kind) {
                for denotes in index.denotes(address, item, theirs) {
                    index
                        .denoting
                        .entry((kind, theirs))
                        .or_default()
                        .entry(denotes)
                        .or_default()
                        .push(address);
                }
            }
        }
        index
    }

    /// What an attribute denotes: as desired, and as recorded.
    fn denotes(
        &self,
        address: &Address,
        item: &'a Item,
        attribute: &str,
    ) -> impl Iterator<Item = Denotes<'a>> + use<'a> {
        let desired = item.delta.want.get(attribute).and_then(|input| match &input.worth {
            Worth::Known(Value::String(text)) => Some(Denotes::Text(text)),
            Worth::Known(_) => None,
            Worth::Deferred(deferred) => Some(Denotes::Later(&deferred.needs)),
        });
        let object = self.recorded.objects.get(address);
        let recorded = object.and_then(|o| o.attributes.text(attribute)).map(Denotes::Text);
        desired.into_iter().chain(recorded.filter(|then| desired != Some(*then)))
    }

    /// Which addresses a rule makes an address wait for.
    fn firsts(&self, address: &Address, item: &'a Item, rule: &OrderRule) -> Vec<&'a Address> {
        match *rule {
            OrderRule::Refers { attribute, kind } => {
                let by_id = self.denotes(address, item, attribute).filter_map(|d| match d {
                    Denotes::Text(id) => self.ids.get(&(kind, id)).copied(),
                    Denotes::Later(_) => None,
                });
                by_id.collect()
            }
            OrderRule::Beside { attribute, kind, theirs } => {
                let Some(denoting) = self.denoting.get(&(kind, theirs)) else { return Vec::new() };
                let denoted = self.denotes(address, item, attribute);
                denoted.filter_map(|d| denoting.get(&d)).flatten().copied().collect()
            }
        }
    }

    /// Which resources complete which.
    fn completions(&self, proposal: &'a Proposal, catalog: &Catalog) -> BTreeMap<Address, Vec<Address>> {
        let mut completed: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
        for (address, item) in &proposal.items {
            let Some(rule) = catalog.schema(&address.block).completes else { continue };
            for denotes in self.denotes(address, item, rule.attribute) {
                match denotes {
                    Denotes::Text(id) => {
                        if let Some(other) = self.ids.get(&(rule.kind, id)) {
                            completed.entry((*other).clone()).or_default().push(address.clone());
                        }
                    }
                    Denotes::Later(needs) => {
                        for need in needs.iter().filter(|n| n.address.kind().as_str() == rule.kind) {
                            completed.entry(need.address.clone()).or_default().push(address.clone());
                        }
                    }
                }
            }
        }
        for accepts in completed.values_mut() {
            accepts.sort();
            accepts.dedup();
        }
        completed
    }
}

fn told(Loop(hops): Loop<Address, Wait>, proposal: &Proposal) -> Diagnostic {
    let names: Vec<String> = hops
        .iter()
        .map(|(address, why)| {
            let why = match why {
                Wait::Reads(attribute) if !attribute.is_empty() => format!("reads `{attribute}` of"),
                Wait::Reads(_) | Wait::Depends => "depends on".to_owned(),
                Wait::Kind => "must come after".to_owned(),
                Wait::Completion => "needs what is known only after".to_owned(),
            };
            format!("{address} {why}")
        })
        .collect();
    let first = hops.first().map(|(a, _)| a.to_string()).unwrap_or_default();
    let place = hops.iter().find_map(|(a, _)| proposal.items.get(a)?.place.clone());
    Diagnostic::error("Resources wait for each other in a loop", format!("{} {first}", names.join(" ")))
        .at(place)
        .hint("take one of these references out; an id that is known beforehand can be written literally")
}

/// Some addresses in a message: the first few, then how many more.
pub(super) fn list(addresses: &[&Address]) -> String {
    let shown: Vec<String> = addresses.iter().take(5).map(ToString::to_string).collect();
    match addresses.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
