//! What waits for what among the resources of one plan: by reference, by the author's word, and by
//! the order that the kinds know.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::walk::{Item, Proposal};
use crate::diagnostic::Diagnostic;
use crate::expr::{Reference, Worth};
use crate::graph::{Dag, Loop};
use crate::planted::{self, Bug};
use crate::resource::{Address, Catalog, OrderRule, RowSet, Value};
use crate::state::{Recorded, RecordedObject};

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
    /// The resources that complete an address.
    pub completed_by: BTreeMap<Address, Vec<Address>>,
}

impl Default for Links {
    fn default() -> Self {
        Links { dag: Dag::new([]), completed_by: BTreeMap::new() }
    }
}

impl Links {
    /// The managed resources that an address waits for, also through lookups; what is recorded with
    /// it.
    pub fn dependencies(&self, address: &Address) -> RowSet<&Address> {
        let mut found = Vec::new();
        let mut lookups = BTreeSet::new();
        let mut open = vec![address];
        while let Some(at) = open.pop() {
            for first in self.dag.firsts(at) {
                if !first.is_data() {
                    found.push(first);
                } else if lookups.insert(first) {
                    open.push(first);
                }
            }
        }
        found.into_iter().collect()
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
    let completed_by = index.completions(catalog);

    for one in &index.all {
        let (address, item) = (one.address, one.item);
        let mut waits: Vec<(&Address, Wait)> = Vec::new();
        for read in &item.reads {
            waits.push((&read.address, Wait::Reads(read.attribute.clone())));
            let late =
                catalog.schema(&read.address.block).attribute(&read.attribute).is_some_and(|a| a.is_late());
            if late {
                let accepts = completed_by.get(&read.address).into_iter().flatten();
                waits.extend(accepts.filter(|a| *a != address).map(|a| (a, Wait::Completion)));
            }
        }
        for rule in &catalog.schema(&address.block).order {
            for first in index.firsts(one, rule) {
                // What it reads it mostly also refers to: the first reason is enough.
                let waits_already = waits.iter().any(|(other, _)| *other == first);
                if first != address && !waits_already && !planted::is(Bug::KindOrderIgnored) {
                    waits.push((first, Wait::Kind));
                }
            }
        }
        // An orphan keeps the order it was made in.
        if item.delta.want.is_empty()
            && let Some(object) = one.recorded
        {
            waits.extend(object.dependencies.iter().map(|dependency| (dependency, Wait::Depends)));
        }
        dag.wait_for_all(address, waits);
    }
    for (address, firsts) in extra {
        for first in firsts {
            dag.wait(address, first, Wait::Depends);
        }
    }
    dag.check().map_err(|found| vec![told(found, proposal)])?;
    Ok(Links { dag, completed_by })
}

/// One resource with what is recorded of it.
struct One<'a> {
    address: &'a Address,
    item: &'a Item,
    recorded: Option<&'a RecordedObject>,
}

impl<'a> One<'a> {
    /// What an attribute denotes: as desired, and as recorded.
    fn denotes(&self, attribute: &str) -> impl Iterator<Item = Denotes<'a>> + use<'a> {
        let desired = self.item.delta.want.get(attribute).and_then(|input| match &input.worth {
            Worth::Known(Value::String(text)) => Some(Denotes::Text(text)),
            Worth::Known(_) => None,
            Worth::Deferred(deferred) => Some(Denotes::Later(&deferred.needs)),
        });
        let recorded = self.recorded.and_then(|object| object.attributes.text(attribute)).map(Denotes::Text);
        desired.into_iter().chain(recorded.filter(|then| desired != Some(*then)))
    }
}

/// Who denotes what, so that rules find each other without comparing all pairs.
struct Index<'a> {
    catalog: &'a Catalog,
    all: Vec<One<'a>>,
    /// Objects by kind and id.
    ids: BTreeMap<(&'a str, &'a str), &'a Address>,
    /// Resources by kind, attribute and what it denotes.
    denoting: BTreeMap<(&'a str, &'static str), BTreeMap<Denotes<'a>, Vec<&'a Address>>>,
}

impl<'a> Index<'a> {
    fn new(proposal: &'a Proposal, recorded: &'a Recorded, catalog: &'a Catalog) -> Index<'a> {
        let mut wanted: BTreeSet<(&str, &'static str)> = BTreeSet::new();
        for schema in catalog.iter() {
            for rule in &schema.order {
                if let OrderRule::Beside { kind, theirs, .. } = rule {
                    wanted.insert((kind, theirs));
                }
            }
        }
        // Both are in the order of addresses, so they are gone through side by side.
        let mut objects = recorded.objects.iter().peekable();
        let all = proposal.items.iter().map(|(address, item)| {
            while objects.next_if(|(other, _)| *other < address).is_some() {}
            let recorded = objects.next_if(|(other, _)| *other == address).map(|(_, object)| &**object);
            One { address, item, recorded }
        });
        let mut index =
            Index { catalog, all: all.collect(), ids: BTreeMap::new(), denoting: BTreeMap::new() };
        for one in &index.all {
            let kind = one.address.kind().as_str();
            if let Some(id) = &one.item.delta.id {
                index.ids.insert((kind, id), one.address);
            }
            for (_, theirs) in wanted.iter().filter(|(k, _)| *k == kind) {
                let denoting = index.denoting.entry((kind, theirs)).or_default();
                for denotes in one.denotes(theirs) {
                    denoting.entry(denotes).or_default().push(one.address);
                }
            }
        }
        index
    }

    /// Which addresses a rule makes an address wait for.
    fn firsts(&self, one: &One<'a>, rule: &OrderRule) -> Vec<&'a Address> {
        match *rule {
            OrderRule::Refers { attribute, kind } => {
                let by_id = one.denotes(attribute).filter_map(|d| match d {
                    Denotes::Text(id) => self.ids.get(&(kind, id)).copied(),
                    Denotes::Later(_) => None,
                });
                by_id.collect()
            }
            OrderRule::Beside { attribute, kind, theirs } => {
                let Some(denoting) = self.denoting.get(&(kind, theirs)) else { return Vec::new() };
                let found = one.denotes(attribute).filter_map(|d| denoting.get(&d)).flatten().copied();
                let named = self.named_otherwise(one, attribute);
                let later = BTreeSet::from_iter(named.iter().map(|(address, _)| Reference {
                    address: (*address).clone(),
                    attribute: SmolStr::new_static("id"),
                }));
                let by_name = denoting.get(&Denotes::Later(&later)).filter(|_| !later.is_empty());
                let by_id = named.iter().filter_map(|(_, id)| denoting.get(&Denotes::Text((*id)?)));
                found.chain(by_name.into_iter().chain(by_id).flatten().copied()).collect()
            }
        }
    }

    /// The resource that another argument names in place of an attribute, by what the cloud derives from that: the
    /// name of a service in place of its id. With its id, as far as that is known.
    fn named_otherwise(&self, one: &One<'a>, attribute: &str) -> Option<(&'a Address, Option<&'a str>)> {
        let schema = self.catalog.schema(&one.address.block);
        let (from, input) = schema.arguments().find_map(|other| {
            let derived = other.derived.filter(|derived| derived.through == attribute)?;
            Some((derived.from, one.item.delta.want.get(other.name)?))
        })?;
        let of = |address: &Address| {
            let at = self.all.binary_search_by(|other| other.address.cmp(address)).ok()?;
            let named = &self.all[at];
            Some((named.address, named.item.delta.id.as_deref()))
        };
        match &input.worth {
            Worth::Deferred(deferred) => {
                let need = deferred.needs.iter().next().filter(|need| need.attribute == from)?;
                of(&need.address)
            }
            Worth::Known(value) => {
                let name = value.as_str()?;
                let kinds: Vec<&str> = schema.referred(attribute).collect();
                let own = self.all.iter().filter(|other| kinds.contains(&other.address.kind().as_str()));
                of(own.into_iter().find(|other| other.item.delta.have.text(from) == Some(name))?.address)
            }
        }
    }

    /// Which resources complete which.
    fn completions(&self, catalog: &Catalog) -> BTreeMap<Address, Vec<Address>> {
        let mut completed: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
        for one in &self.all {
            let Some(rule) = catalog.schema(&one.address.block).completes else { continue };
            for denotes in one.denotes(rule.attribute) {
                match denotes {
                    Denotes::Text(id) => {
                        for other in rule.kinds.iter().filter_map(|kind| self.ids.get(&(*kind, id))) {
                            completed.entry((*other).clone()).or_default().push(one.address.clone());
                        }
                    }
                    Denotes::Later(needs) => {
                        for need in needs.iter().filter(|n| rule.kinds.contains(&n.address.kind().as_str())) {
                            completed.entry(need.address.clone()).or_default().push(one.address.clone());
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
