//! The walk: every block in order, each resource evaluated and compared, until nothing is left to
//! read.
//!
//! The walk is pure. Where it needs something from a cloud, because a lookup's arguments or an
//! object's natural key came to be known only now, it says so and is walked again with the answer.

mod heirs;
mod identities;
mod lookups;
mod managed;
mod orphans;
mod sought;

use std::collections::{BTreeMap, BTreeSet};

use super::adoption::{Adoption, Wanted};
use super::links::{self, Links};
use super::uncertain::Resolution;
use super::{PlanMode, blocks};
use crate::config::{Configuration, ResourceBlock};
use crate::diagnostic::{Diagnostic, Place};
use crate::diff::{self, Delta, Difference, Drift, Need, Response};
use crate::expr::{Each, Input, Inputs, Objects, Reference, View, Views};
use crate::provider::ReadFault;
use crate::refresh::{Live, Question, Sight};
use crate::resource::{
    Address, Block, Catalog, KindSchema, Listing, Mode, Object, ObjectId, ProviderName, RowSet, Value,
};
use crate::state::{Origin, Recorded, RecordedObject};

/// Everything a plan is made from.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What is desired.
    pub configuration: &'a Configuration,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// What is recorded, uncertain beginnings resolved.
    pub recorded: &'a Recorded,
    /// How they were resolved.
    pub resolution: &'a Resolution,
    /// What was read.
    pub live: &'a Live,
    /// The existing objects that come under addresses.
    pub adoption: &'a Adoption,
    /// The kind of plan.
    pub mode: PlanMode,
    /// Addresses that are replaced although nothing differs.
    pub replace: &'a BTreeSet<Address>,
    /// Whether the plan is only shown, or applied at once: then it goes without what a saved one
    /// carries for reviewers and for a later run.
    pub passing: bool,
}

impl<'a> Situation<'a> {
    /// The provider block through which an object is read; where none is left, the one that the
    /// object was recorded with, which the walk then reports.
    pub fn read_through(&self, address: &Address, object: &'a RecordedObject) -> &'a ProviderName {
        reading_block(self.configuration, address, object).unwrap_or(&object.provider)
    }
}

/// What the walk still has to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Where these provider blocks lead.
    pub identities: BTreeSet<ProviderName>,
    /// These objects, each with what it is listed under.
    pub sights: Vec<(Sight, Option<String>)>,
    /// These lookups.
    pub questions: Vec<Question>,
    /// Which existing objects belong to these addresses.
    pub wanted: Vec<Wanted>,
}

impl Needs {
    fn is_empty(&self) -> bool {
        self.identities.is_empty()
            && self.sights.is_empty()
            && self.questions.is_empty()
            && self.wanted.is_empty()
    }
}

/// One managed resource, compared.
#[derive(Clone, Debug)]
pub struct Item {
    /// The provider block.
    pub provider: ProviderName,
    /// What it needs.
    pub delta: Delta,
    /// Where the author asked for it.
    pub place: Option<Place>,
    /// Everything that was read for it, in order.
    pub reads: RowSet<Reference>,
    /// Author's wishes.
    pub wishes: Wishes,
    /// Worth of the replacement triggers.
    pub triggers: BTreeMap<String, Value>,
    /// Whether the plan moves computed attributes of it by changing another object.
    pub moves: bool,
    /// How the object came to the resource that leaves it to this one, if one does.
    pub succeeds: Option<Origin>,
}

/// The author's wishes for one resource that matter beyond its attributes.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Its object must not be deleted.
    pub prevent_destroy: bool,
    /// A replacement makes the new object first.
    pub create_before_destroy: bool,
    /// Deadlines in seconds.
    pub create_s: Option<u64>,
    /// See `create_s`.
    pub update_s: Option<u64>,
    /// See `create_s`.
    pub delete_s: Option<u64>,
}

/// A data lookup that can be done only while applying.
#[derive(Clone, Debug)]
pub struct LateLookup {
    /// The provider block.
    pub provider: ProviderName,
    /// The arguments.
    pub args: Inputs,
    /// Where it stands.
    pub place: Option<Place>,
}

/// What the walk found.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// Every managed resource, desired or recorded.
    pub items: BTreeMap<Address, Box<Item>>,
    /// Lookups that are left for apply.
    pub late_lookups: BTreeMap<Address, LateLookup>,
    /// What waits for what.
    pub links: Links,
    /// What others did.
    pub drift: Vec<Drift>,
    /// The outputs.
    pub outputs: BTreeMap<String, (Input, bool)>,
    /// The objects as expressions see them once all is done.
    pub views: BTreeMap<Block, Views>,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Either something is still to be read, or all is known.
pub enum Walked {
    /// Read these and walk again.
    Needs(Needs),
    /// Done.
    Done(Box<Proposal>),
}

struct Walk<'a> {
    on: Situation<'a>,
    needs: Needs,
    faults: Vec<Diagnostic>,
    proposal: Proposal,
    /// Blocks that wait for an answer, and all that read them.
    blocked: BTreeSet<Block>,
    /// What was read for `for_each` and `depends_on`, by address.
    extra: BTreeMap<Address, BTreeSet<Address>>,
    /// The arguments that the plan changes in place, by the object's id.
    updates: BTreeMap<ObjectId, BTreeSet<String>>,
}

/// Walks all blocks.
///
/// # Errors
/// Every fault of the configuration and of the reading that stops the plan.
pub fn walk(situation: Situation<'_>) -> Result<Walked, Vec<Diagnostic>> {
    let mut walk = Walk {
        on: situation,
        needs: Needs::default(),
        faults: Vec::new(),
        proposal: Proposal::default(),
        blocked: BTreeSet::new(),
        extra: BTreeMap::new(),
        updates: BTreeMap::new(),
    };
    walk.check_identities();
    if walk.faults.is_empty() && walk.needs.is_empty() {
        if situation.mode == PlanMode::Normal {
            walk.desired();
        }
        walk.orphans();
        if situation.mode == PlanMode::Normal {
            walk.inherit();
        }
    }
    if !walk.faults.is_empty() {
        return Err(walk.faults);
    }
    if !walk.needs.is_empty() {
        return Ok(Walked::Needs(walk.needs));
    }
    walk.outputs();
    if !walk.faults.is_empty() {
        return Err(walk.faults);
    }
    let mut proposal = walk.proposal;
    proposal.links = links::build(&proposal, situation.recorded, situation.catalog, &walk.extra)?;
    if situation.mode == PlanMode::RefreshOnly {
        ask_configuration(situation, &mut proposal.drift);
    }
    Ok(Walked::Done(Box::new(proposal)))
}

/// Who only brings the record up to date wants to know whether the next plan would undo it: so a usual
/// one is walked for its word on the drift alone. What it cannot tell without another read stays unsaid.
fn ask_configuration(situation: Situation<'_>, drift: &mut [Drift]) {
    for drift in drift.iter_mut() {
        drift.answer = Response::Unsaid;
    }
    if drift.is_empty() {
        return;
    }
    let Ok(Walked::Done(usual)) = walk(Situation { mode: PlanMode::Normal, ..situation }) else { return };
    let answers: BTreeMap<Address, Response> =
        usual.drift.into_iter().map(|drift| (drift.address, drift.answer)).collect();
    for drift in drift {
        drift.answer = answers.get(&drift.address).cloned().unwrap_or_default();
    }
}

/// The block through which a recorded object is read: the one it was recorded with, or the one the
/// author names now.
pub fn reading_block<'a>(
    configuration: &'a Configuration,
    address: &Address,
    object: &'a RecordedObject,
) -> Option<&'a ProviderName> {
    if configuration.providers.contains_key(&object.provider) {
        return Some(&object.provider);
    }
    configuration.blocks.get(&address.block).map(|block| &block.provider)
}

impl Walk<'_> {
    fn desired(&mut self) {
        let order = match blocks::order(self.on.configuration) {
            Ok(order) => order,
            Err(faults) => return self.faults.extend(faults),
        };
        for block in order {
            let Some(declared) = self.on.configuration.blocks.get(&block) else { continue };
            let mut needed = declared
                .reads
                .iter()
                .map(|((b, _), _)| b)
                .chain(declared.depends_on.iter().map(|(d, _)| d.block()));
            if needed.any(|b| self.blocked.contains(b)) {
                self.blocked.insert(block);
                continue;
            }
            let ok = match block.mode {
                Mode::Managed => self.managed_block(declared),
                Mode::Data => self.data_block(declared),
            };
            match ok {
                Ok(()) => {
                    self.faults.extend(broken_promises(self.on.configuration, declared, &self.proposal.views))
                }
                Err(()) => {
                    self.blocked.insert(block);
                }
            }
        }
    }

    fn put_view(&mut self, address: &Address, view: View) {
        self.proposal.views.entry(address.block.clone()).or_default().insert(address.key.clone(), view);
    }

    /// The instances of a block, or nothing where that is a fault.
    fn instances(&mut self, declared: &ResourceBlock) -> Result<Vec<(Address, Each)>, ()> {
        let instances = self
            .on
            .configuration
            .instances(declared, &self.proposal.views)
            .map_err(|f| self.faults.extend(f))?;
        // An empty block is there, with no instances.
        self.proposal.views.entry(declared.block.clone()).or_default();
        Ok(instances.into_iter().map(|(key, each)| (declared.block.instance(key), each)).collect())
    }

    fn inputs(&mut self, declared: &ResourceBlock, address: &Address, each: &Each) -> Result<Inputs, ()> {
        let views = &self.proposal.views;
        let on = self.on;
        let mut faults = on.configuration.conditions(declared, address.key.as_ref(), each, views);
        let inputs = on.configuration.inputs(declared, address.key.as_ref(), each, views, on.catalog);
        match inputs {
            Ok(inputs) if faults.is_empty() => Ok(inputs),
            Ok(_) => {
                self.faults.append(&mut faults);
                Err(())
            }
            Err(more) => {
                faults.extend(more);
                self.faults.extend(faults.into_iter().map(|f| f.about(address)));
                Err(())
            }
        }
    }

    fn note_drift(
        &mut self,
        schema: &KindSchema,
        address: &Address,
        place: Option<Place>,
        recorded: Option<&RecordedObject>,
        live: Option<&Object>,
        delta: &Delta,
    ) {
        let Some(recorded) = recorded else { return };
        let differences = live.map(|o| diff::drift(schema, recorded, &o.attributes)).unwrap_or_default();
        if live.is_none() || !differences.is_empty() {
            self.proposal.drift.push(Drift {
                address: address.clone(),
                id: recorded.id.clone(),
                place,
                deleted: live.is_none(),
                answer: response(delta, &differences),
                differences,
            });
        }
    }

    /// What the resource waits for besides what its arguments read.
    fn remember_extra(&mut self, declared: &ResourceBlock, address: &Address, each: &Each) {
        let mut extra: BTreeSet<Address> = each.reads.iter().map(|r| r.address.clone()).collect();
        for (dependency, _) in &declared.depends_on {
            let block = dependency.block();
            let instances = self.proposal.views.get(block).into_iter().flat_map(Views::keys);
            extra.extend(instances.map(|key| block.instance(key.cloned())).filter(|a| dependency.covers(a)));
        }
        extra.remove(address);
        if !extra.is_empty() {
            self.extra.insert(address.clone(), extra);
        }
    }

    fn outputs(&mut self) {
        if self.on.mode == PlanMode::Destroy {
            return;
        }
        for (name, declared) in &self.on.configuration.outputs {
            match self.on.configuration.output(name, &self.proposal.views) {
                Ok(input) => {
                    let sensitive = declared.sensitive.unwrap_or(input.sensitive);
                    self.proposal.outputs.insert(name.clone(), (input, sensitive));
                }
                Err(faults) => self.faults.extend(faults),
            }
        }
    }
}

/// What the configuration makes of what moved.
fn response(delta: &Delta, moved: &[Difference]) -> Response {
    match delta.need {
        Need::Create | Need::Replace => Response::MakesAnew,
        Need::Delete => Response::Ends,
        Need::Nothing | Need::Update | Need::Adopt | Need::Forget | Need::Await => {
            let names = moved.iter().map(|difference| &difference.attribute);
            let back: BTreeSet<String> =
                names.filter(|name| delta.changed.contains(*name)).cloned().collect();
            if back.is_empty() { Response::Agrees } else { Response::PutsBack(back) }
        }
    }
}

/// The postconditions of a block that do not hold, as far as they are known.
pub fn broken_promises(
    configuration: &Configuration,
    declared: &ResourceBlock,
    objects: &dyn Objects,
) -> Vec<Diagnostic> {
    if declared.lifecycle.postconditions.is_empty() {
        return Vec::new();
    }
    let Ok(instances) = configuration.instances(declared, objects) else { return Vec::new() };
    let broken = instances.into_iter().flat_map(|(key, each)| {
        let faults = configuration.postconditions(declared, key.as_ref(), &each, objects);
        let address = declared.block.instance(key);
        faults.into_iter().map(move |fault| fault.about(&address))
    });
    broken.collect()
}

/// What an object is listed under.
pub fn parent_of(schema: &KindSchema, attribute: impl Fn(&str) -> Option<String>) -> Option<String> {
    match schema.listing {
        Listing::Under(name) => attribute(name),
        Listing::Project | Listing::None => None,
    }
}

fn as_recorded(object: &RecordedObject) -> Object {
    Object::new(object.id.clone(), object.attributes.clone())
}

fn unreadable(address: &Address, place: Option<Place>, fault: &ReadFault) -> Diagnostic {
    let detail = format!("{address}: {}; a failed read is never taken for an absent object", fault.fault);
    Diagnostic::error("An object could not be read", detail)
        .at(place)
        .about(address)
        .hint(fault.fault.advice.clone())
}
