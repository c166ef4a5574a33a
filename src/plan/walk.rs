//! The walk: every block in order, each resource evaluated and compared, until nothing is left to
//! read.
//!
//! The walk is pure. Where it needs something from a cloud, because a lookup's arguments or an
//! object's natural key came to be known only now, it says so and is walked again with the answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::links::{self, Links};
use super::uncertain::Resolution;
use super::{PlanMode, blocks};
use crate::config::{Configuration, Dependency, Ignore, ResourceBlock};
use crate::diagnostic::{Diagnostic, Place};
use crate::diff::{self, Case, Delta, Desired, Drift, Need, Reason, ReasonCode};
use crate::expr::{Each, Input, Inputs, Objects, Reference, View, Views, Worth};
use crate::provider::{ReadFault, Settling};
use crate::refresh::{Live, Observation, Question, Sight};
use crate::resource::{
    Address, Block, Catalog, Identity, KindSchema, Listing, Mode, Object, ObjectId, ProviderName, RowSet,
    Value,
};
use crate::state::{Recorded, RecordedObject};

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
    /// The kind of plan.
    pub mode: PlanMode,
    /// Addresses that are replaced although nothing differs.
    pub replace: &'a BTreeSet<Address>,
    /// The time by the cloud's clock.
    pub now: Timestamp,
    /// Whether the plan is only shown, or applied at once: then it goes without what a saved one
    /// carries for reviewers and for a later run.
    pub passing: bool,
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
}

impl Needs {
    fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.sights.is_empty() && self.questions.is_empty()
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
    Ok(Walked::Done(Box::new(proposal)))
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

impl<'a> Walk<'a> {
    /// Every recorded object must be read as the account, project and region it was recorded with.
    fn check_identities(&mut self) {
        let mut wrong: BTreeMap<(ProviderName, Identity), Vec<&Address>> = BTreeMap::new();
        let mut vanished: BTreeMap<ProviderName, Vec<&Address>> = BTreeMap::new();
        for (address, object) in self.on.recorded.every_object() {
            let Some(provider) = reading_block(self.on.configuration, address, object) else {
                vanished.entry(object.provider.clone()).or_default().push(address);
                continue;
            };
            match self.on.live.identities.get(provider) {
                None => {
                    self.needs.identities.insert(provider.clone());
                }
                Some(identity) if *identity != object.identity => {
                    wrong.entry((provider.clone(), object.identity.clone())).or_default().push(address);
                }
                Some(_) => {}
            }
        }
        for (provider, addresses) in vanished {
            let detail = format!(
                "provider `{provider}` is not in the configuration any more, and recorded objects still need it: {}",
                links::list(&addresses)
            );
            self.faults.push(Diagnostic::error("A provider block vanished", detail).hint(format!(
                "put the block `{provider}` back, destroy or `state rm` these first, or point the resources at another block of the same account"
            )));
        }
        for ((provider, recorded), addresses) in wrong {
            let is = &self.on.live.identities[&provider];
            let detail = format!(
                "provider `{provider}` leads to account {}, project {}, region {}, but {} recorded in account {}, project {}, region {}: {}",
                is.account,
                is.project,
                is.region,
                if addresses.len() == 1 { "an object was" } else { "objects were" },
                recorded.account,
                recorded.project,
                recorded.region,
                links::list(&addresses)
            );
            self.faults.push(
                Diagnostic::error("Wrong account, project or region", detail)
                    .at(self.on.configuration.providers.get(&provider).map(|b| b.place.clone()))
                    .hint("nothing was compared, so that wrong credentials cannot look like a mass deletion; correct the provider block or the environment"),
            );
        }
    }

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

    fn data_block(&mut self, declared: &ResourceBlock) -> Result<(), ()> {
        let schema = self.on.catalog.schema(&declared.block);
        let mut waiting = false;
        for (address, each) in self.instances(declared)? {
            let inputs = self.inputs(declared, &address, &each)?;
            self.remember_extra(declared, &address, &each);
            let args_read = inputs.values().flat_map(|i| i.reads.iter().map(|r| r.address.clone()));
            self.extra.entry(address.clone()).or_default().extend(args_read);
            let late = inputs.values().any(|i| i.known().is_none()) || self.has_pending_dependency(declared);
            let sensitive =
                inputs.iter().filter(|(_, i)| i.sensitive).map(|(n, _)| (*n).to_owned()).collect();
            let view = if late {
                let mut view = View { names: schema.names.clone(), sensitive, ..View::default() };
                for attribute in &schema.attributes {
                    match inputs.get(attribute.name).and_then(|input| input.known()) {
                        Some(value) => {
                            view.known.set(attribute.name, value.clone());
                        }
                        None => {
                            view.unknown.insert(attribute.name.to_owned());
                        }
                    }
                }
                let late = LateLookup {
                    provider: declared.provider.clone(),
                    args: inputs,
                    place: Some(declared.place.clone()),
                };
                self.proposal.late_lookups.insert(address.clone(), late);
                view
            } else {
                let args = diff::known(&inputs);
                match self.on.live.data.get(&address) {
                    Some((asked, Ok(answer))) if *asked == args => {
                        let known = answer.clone();
                        View { names: schema.names.clone(), known, sensitive, ..View::default() }
                    }
                    Some((asked, Err(fault))) if *asked == args => {
                        self.faults.push(lookup_fault(&address, declared, fault));
                        return Err(());
                    }
                    _ => {
                        let provider = declared.provider.clone();
                        self.needs.questions.push(Question { address, provider, args });
                        waiting = true;
                        continue;
                    }
                }
            };
            self.put_view(&address, view);
        }
        if waiting { Err(()) } else { Ok(()) }
    }

    /// Whether something that the author says the lookup depends on is still to be changed.
    fn has_pending_dependency(&self, declared: &ResourceBlock) -> bool {
        declared.depends_on.iter().any(|(dependency, _)| {
            let mut items = self.proposal.items.iter().filter(|(a, _)| covers(dependency, a));
            items.any(|(_, item)| item.delta.need != Need::Nothing)
        })
    }

    fn managed_block(&mut self, declared: &ResourceBlock) -> Result<(), ()> {
        let Some(identity) = self.on.live.identities.get(&declared.provider) else {
            self.needs.identities.insert(declared.provider.clone());
            return Err(());
        };
        let schema = self.on.catalog.schema(&declared.block);
        let ignored: BTreeSet<String> = match &declared.lifecycle.ignore_changes {
            Ignore::All => schema.arguments().map(|a| a.name.to_owned()).collect(),
            Ignore::These(names) => names.clone(),
        };
        let mut waiting = false;
        for (address, each) in self.instances(declared)? {
            let inputs = self.inputs(declared, &address, &each)?;
            let recorded = self.on.recorded.object(&address);
            let natural = if recorded.is_none() { natural_id(schema, &inputs) } else { None };
            let found = match recorded {
                Some(object) => {
                    let provider = reading_block(self.on.configuration, &address, object);
                    Some((provider.unwrap_or(&object.provider), &object.id))
                }
                None => natural.as_ref().map(|id| (&declared.provider, id)),
            };
            let unread;
            let live = match found.map(|(provider, id)| self.on.live.get(provider, &schema.kind, id)) {
                None | Some(Observation::Absent) => None,
                Some(Observation::Present { object, settling }) => Some((object, settling)),
                Some(Observation::Unreadable(fault)) => {
                    self.faults.push(unreadable(&address, Some(declared.place.clone()), fault));
                    continue;
                }
                Some(Observation::Unread) => match recorded {
                    // Without refresh the record is all there is to go by.
                    Some(object) => {
                        unread = as_recorded(object);
                        Some((&unread, &Settling::Ready))
                    }
                    None => {
                        let parent =
                            parent_of(schema, |name| inputs.get(name)?.known()?.as_str().map(str::to_owned));
                        self.needs.sights.extend(found.map(|(provider, id)| {
                            let (provider, kind) = (provider.clone(), schema.kind.clone());
                            (Sight { provider, kind, id: id.clone() }, parent)
                        }));
                        waiting = true;
                        continue;
                    }
                },
            };
            let (replace, triggers) = self.replacement(declared, &address, &each, recorded)?;
            let desired = Desired { inputs: &inputs, ignored: &ignored, identity, replace: replace.as_ref() };
            let ending = Reason::new(ReasonCode::NotDesired, "");
            let delta =
                diff::compare(&Case { schema, desired: Some(desired), recorded, live, ending: &ending });
            let place = Some(declared.place.clone());
            self.note_drift(schema, &address, place, recorded, live.map(|(o, _)| o));
            self.remember_extra(declared, &address, &each);
            let mut view = delta.view(schema);
            let moved = self.moved_by_others(schema, &delta);
            for name in &moved {
                view.known.retain(|known| known != *name);
                view.unknown.insert((*name).to_owned());
            }
            if let (Need::Update, Some(id)) = (delta.need, &delta.id) {
                self.updates.insert(id.clone(), delta.changed.clone());
            }
            let reads: RowSet<_> = inputs.values().flat_map(|i| i.reads.iter().cloned()).collect();
            let item = Item {
                provider: declared.provider.clone(),
                delta,
                place: Some(declared.place.clone()),
                reads,
                wishes: Wishes {
                    prevent_destroy: declared.lifecycle.prevent_destroy,
                    create_before_destroy: declared.lifecycle.create_before_destroy,
                    create_s: declared.timeouts.create.map(|d| d.as_secs()),
                    update_s: declared.timeouts.update.map(|d| d.as_secs()),
                    delete_s: declared.timeouts.delete.map(|d| d.as_secs()),
                },
                triggers,
                moves: !moved.is_empty(),
            };
            self.put_view(&address, view);
            self.proposal.items.insert(address, Box::new(item));
        }
        if waiting { Err(()) } else { Ok(()) }
    }

    /// The computed attributes of an object that stays which the plan moves by changing another one.
    fn moved_by_others(&self, schema: &KindSchema, delta: &Delta) -> Vec<&'static str> {
        let moved = schema.attributes.iter().filter(|attribute| {
            let other = attribute.derived.and_then(|d| Some((delta.have.text(d.through)?, d.from)));
            other.is_some_and(|(id, from)| self.updates.get(id).is_some_and(|changed| changed.contains(from)))
        });
        moved.map(|attribute| attribute.name).collect()
    }

    /// Why the resource is replaced although nothing may differ, and the worth of its triggers.
    fn replacement(
        &mut self,
        declared: &ResourceBlock,
        address: &Address,
        each: &Each,
        recorded: Option<&RecordedObject>,
    ) -> Result<(Option<Reason>, BTreeMap<String, Value>), ()> {
        let triggers = self
            .on
            .configuration
            .replace_triggers(declared, address.key.as_ref(), each, &self.proposal.views)
            .map_err(|f| self.faults.extend(f))?;
        let mut reason = None;
        let mut worth = BTreeMap::new();
        for (written, now) in triggers {
            let before = recorded.and_then(|r| r.triggers.get(&written));
            match now {
                Worth::Known(value) => {
                    if before.is_some_and(|b| *b != value) {
                        reason = Some(Reason::new(ReasonCode::Triggered, format!("`{written}` changes")));
                    }
                    worth.insert(written, value);
                }
                Worth::Deferred(_) => {
                    if before.is_some() {
                        reason = Some(Reason::new(ReasonCode::Triggered, format!("`{written}` changes")));
                    }
                }
            }
        }
        if self.on.replace.contains(address) {
            reason = Some(Reason::new(ReasonCode::Requested, "you asked for it with --replace"));
        }
        Ok((reason, worth))
    }

    fn note_drift(
        &mut self,
        schema: &KindSchema,
        address: &Address,
        place: Option<Place>,
        recorded: Option<&RecordedObject>,
        live: Option<&Object>,
    ) {
        let Some(recorded) = recorded else { return };
        let differences = live.map(|o| diff::drift(schema, recorded, &o.attributes)).unwrap_or_default();
        if live.is_none() || !differences.is_empty() {
            self.proposal.drift.push(Drift {
                address: address.clone(),
                id: recorded.id.clone(),
                place,
                deleted: live.is_none(),
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
            extra.extend(instances.map(|key| block.instance(key.cloned())).filter(|a| covers(dependency, a)));
        }
        extra.remove(address);
        if !extra.is_empty() {
            self.extra.insert(address.clone(), extra);
        }
    }

    /// What is recorded and not desired.
    fn orphans(&mut self) {
        for (address, recorded) in &self.on.recorded.objects {
            if self.proposal.items.contains_key(address) || self.blocked.contains(&address.block) {
                continue;
            }
            let schema = self.on.catalog.schema(&address.block);
            let provider =
                reading_block(self.on.configuration, address, recorded).unwrap_or(&recorded.provider);
            let unread;
            let live = match self.on.live.get(provider, address.kind(), &recorded.id) {
                Observation::Absent => None,
                Observation::Present { object, settling } => Some((object, settling)),
                Observation::Unread => {
                    unread = as_recorded(recorded);
                    Some((&unread, &Settling::Ready))
                }
                Observation::Unreadable(fault) => {
                    self.faults.push(unreadable(address, None, fault));
                    continue;
                }
            };
            let place = self.asked_for(address);
            self.note_drift(schema, address, place.clone(), Some(recorded), live.map(|(o, _)| o));
            let ending = self.ending(address);
            let keep = self.on.mode == PlanMode::RefreshOnly;
            let mut delta = diff::compare(&Case {
                schema,
                desired: None,
                recorded: Some(recorded),
                live,
                ending: &ending,
            });
            if keep && live.is_some() {
                delta.need = Need::Nothing;
                delta.differences.clear();
            }
            if keep {
                let view = delta.view(schema);
                self.put_view(address, view);
            }
            let item = Item {
                provider: provider.clone(),
                delta,
                place,
                reads: RowSet::default(),
                wishes: Wishes {
                    prevent_destroy: self.prevents_destroy(address, recorded),
                    delete_s: recorded.delete_timeout_s,
                    ..Wishes::default()
                },
                triggers: recorded.triggers.clone(),
                moves: false,
            };
            self.proposal.items.insert(address.clone(), Box::new(item));
        }
    }

    /// The line that asks for an address; of an instance that is asked for no more, the line that
    /// said so once.
    fn asked_for(&self, address: &Address) -> Option<Place> {
        let block = self.on.configuration.blocks.get(&address.block)?;
        let each =
            block.for_each.as_ref().filter(|_| address.key.is_some() && self.on.mode == PlanMode::Normal);
        let gone =
            !self.proposal.views.get(&address.block).is_some_and(|keys| keys.contains(address.key.as_ref()));
        each.filter(|_| gone)
            .and_then(|template| template.place.clone())
            .or_else(|| Some(block.place.clone()))
    }

    /// With `destroy` the author's present wish holds, else the recorded one.
    fn prevents_destroy(&self, address: &Address, recorded: &RecordedObject) -> bool {
        match self.on.configuration.blocks.get(&address.block) {
            Some(block) => block.lifecycle.prevent_destroy,
            None => recorded.prevent_destroy && self.on.mode == PlanMode::Destroy,
        }
    }

    fn ending(&self, address: &Address) -> Reason {
        if self.on.mode == PlanMode::Destroy {
            return Reason::new(ReasonCode::Destroy, "everything is to be destroyed");
        }
        let text = match (self.on.configuration.blocks.get(&address.block), &address.key) {
            (None, _) => "it is not in the configuration any more".to_owned(),
            (Some(_), Some(key)) => format!("`for_each` has no key \"{key}\" any more"),
            (Some(_), None) => "its block has `for_each` now".to_owned(),
        };
        Reason::new(ReasonCode::NotDesired, text)
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

/// The id of an object that its natural key names, where all of the key is known.
fn natural_id(schema: &KindSchema, inputs: &Inputs) -> Option<ObjectId> {
    if !schema.adopts || schema.natural_key.is_empty() {
        return None;
    }
    let parts: Option<Vec<&str>> =
        schema.natural_key.iter().map(|name| inputs.get(*name)?.known()?.as_str()).collect();
    parts.map(|p| p.join("/"))
}

/// What an object is listed under.
pub fn parent_of(schema: &KindSchema, attribute: impl Fn(&str) -> Option<String>) -> Option<String> {
    match schema.listing {
        Listing::Under(name) => attribute(name),
        Listing::Project | Listing::None => None,
    }
}

/// Whether a dependency is about an address.
fn covers(dependency: &Dependency, address: &Address) -> bool {
    match dependency {
        Dependency::Block(block) => address.block == *block,
        Dependency::Address(one) => address == one,
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

fn lookup_fault(address: &Address, declared: &ResourceBlock, fault: &ReadFault) -> Diagnostic {
    Diagnostic::error("A lookup failed", format!("{address}: {}", fault.fault))
        .at(declared.place.clone())
        .about(address)
        .hint(fault.fault.advice.clone())
}
