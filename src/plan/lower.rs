//! From what each address needs to the steps that do it.
//!
//! Every address gets at most one step that makes its new state (`makes`) and one that ends its old
//! object (`ends`); the edges between them are the whole order of the plan:
//!
//! - what makes an address waits for what makes the addresses it needs;
//! - what ends an object waits for what ends its dependents, and for those that let go of it;
//! - a replacement ends first and makes then, or the other way round;
//! - of a shared set, *grant* is what makes it, *revoke* waits for the dependents that leave;
//! - what the end of another object ends too is only forgotten, after that end.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use std::sync::Arc;

use super::select::Selected;
use super::uncertain::evidence::of_reading;
use super::uncertain::{self, Leftover};
use super::walk::{Item, Proposal, Situation};
use super::{Action, Change, Handle, HandleSource, Keep, Part, Plan, PlanInput, PlanMode, Selection, Step};
use super::{StepAction, StepId, guard, outputs, picture, risk};
use crate::diagnostic::Diagnostic;
use crate::diff::{Need, Reason, ReasonCode, known};
use crate::expr::{Inputs, Worth};
use crate::graph::{Dag, Loop};
use crate::planted::{self, Bug};
use crate::provider::Settling;
use crate::refresh::{Live, Observation};
use crate::resource::{
    Address, Attributes, Change as Changing, Compare, KindSchema, Object, OrderRule, ProviderName,
};
use crate::state::{Origin, Pending, RecordedObject, Seq};

/// The values that a plan must not hold, beside it.
#[derive(Clone, Default, PartialEq)]
pub struct Secrets(pub BTreeMap<Handle, Worth>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A step that has no number yet. Its place in `Lowering::drafts` names it.
struct Draft {
    address: Address,
    provider: ProviderName,
    action: StepAction,
    keep: Keep,
    timeout_s: u64,
    completes: Option<Address>,
}

#[derive(Default)]
struct Lowering {
    drafts: Vec<Draft>,
    /// The step after which an address is as desired.
    makes: BTreeMap<Address, usize>,
    /// The step after which an address's old object is gone.
    ends: BTreeMap<Address, usize>,
    /// The step that takes members out of an address's set.
    revokes: BTreeMap<Address, usize>,
    /// Steps that end what another object's end covers, and that other address.
    covered: BTreeMap<Address, Address>,
    /// What the plan ends, by kind and id.
    ending: BTreeMap<(String, String), Address>,
    /// What each resource completes.
    completes: BTreeMap<Address, Address>,
    edges: Vec<(usize, usize)>,
    secrets: Secrets,
}

/// Turns a proposal into a plan.
///
/// # Errors
/// Why the plan is refused: protected objects, selections that name nothing, loops.
pub fn lower(
    on: Situation<'_>,
    proposal: &Proposal,
    selection: &Selection,
    simulated: bool,
) -> Result<(Plan, Secrets), Vec<Diagnostic>> {
    let selected = Selected::new(selection, proposal, on.mode)?;
    let create_first = guard::create_first(proposal, &selected, on.catalog);
    let faults = guard::check(proposal, &selected, &create_first, on.catalog);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut lowering = Lowering::default();
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        if let (Need::Delete | Need::Replace, Some(id)) = (item.delta.need, &item.delta.id) {
            lowering.ending.insert((address.kind().to_string(), id.clone()), address.clone());
        }
    }
    for (address, object) in leftovers(&on, &selected).filter(|(a, o)| !is_absent(&on, a, o)) {
        lowering.ending.insert((address.kind().to_string(), object.id.clone()), address.clone());
    }
    for (other, by) in &proposal.links.completed_by {
        lowering.completes.extend(by.iter().map(|address| (address.clone(), other.clone())));
    }
    lowering.resolved_beginnings(&on);
    lowering.late_lookups(proposal, &selected);
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        lowering.steps_of(&on, proposal, address, item, create_first.contains(address));
    }
    lowering.deposed(&on, &selected);
    lowering.resolve_first();
    lowering.order(&on, proposal, &selected, &create_first);
    let (steps, numbers) = lowering.numbered(proposal)?;

    let changes = changes(&on, proposal, &selected, &create_first, &lowering, &numbers);
    let unchanged =
        proposal.items.iter().filter(|(a, i)| !selected.has(a) || i.delta.need == Need::Nothing).count();
    let mut plan = Plan {
        stack: on.configuration.stack.clone(),
        simulated,
        mode: on.mode,
        selection: selection.clone(),
        configuration: on.configuration.digest.clone(),
        revision: on.recorded.revision.clone(),
        seq: on.recorded.seq,
        identities: on.live.identities.clone(),
        fingerprints: if on.passing { BTreeMap::new() } else { fingerprints(&on) },
        changes,
        unchanged,
        left_open: left_open(&on),
        marking: marking(&on),
        drift: proposal.drift.clone(),
        steps,
        diagnostics: proposal.warnings.clone(),
        picture: Arc::new(match on.passing {
            true => picture::Picture::default(),
            false => picture::picture(&on, proposal, &selected),
        }),
        ..Plan::default()
    };
    if on.mode == PlanMode::RefreshOnly {
        plan.changes.retain(|c| c.action == Action::Forget);
    }
    outputs::plan(&on, proposal, &mut plan, &mut lowering.secrets);
    plan.risk = risk::assess(&on, proposal, &plan);
    Ok((plan, lowering.secrets))
}

impl Lowering {
    fn push(&mut self, draft: Draft) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    fn resolved_beginnings(&mut self, on: &Situation<'_>) {
        for (seq, pending) in &on.recorded.pending {
            if on.resolution.made(*seq).is_some() {
                continue; // its adoption resolves it
            }
            self.push(Draft {
                address: pending.begun.address.clone(),
                provider: pending.begun.binding.provider.clone(),
                action: StepAction::Resolve { begun: *seq, evidence: evidence(on, *seq, pending) },
                keep: Keep::default(),
                timeout_s: 0,
                completes: None,
            });
        }
    }

    /// What is pending at an address is resolved before anything else is begun there.
    fn resolve_first(&mut self) {
        let is_resolving = |draft: &Draft| matches!(draft.action, StepAction::Resolve { .. });
        let mut resolving: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
        for (step, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| is_resolving(draft)) {
            resolving.entry(&draft.address).or_default().push(step);
        }
        for (step, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| !is_resolving(draft)) {
            let first = resolving.get(&draft.address).into_iter().flatten();
            self.edges.extend(first.map(|&first| (first, step)));
        }
    }

    fn late_lookups(&mut self, proposal: &Proposal, selected: &Selected) {
        for (address, lookup) in proposal.late_lookups.iter().filter(|(a, _)| selected.has(a)) {
            let args = self.inputs(address, &lookup.args);
            let step = self.push(Draft {
                address: address.clone(),
                provider: lookup.provider.clone(),
                action: StepAction::Read { args },
                keep: Keep::default(),
                timeout_s: 600,
                completes: None,
            });
            self.makes.insert(address.clone(), step);
        }
    }

    /// The steps of one address.
    fn steps_of(
        &mut self,
        on: &Situation<'_>,
        proposal: &Proposal,
        address: &Address,
        item: &Item,
        create_first: bool,
    ) {
        let schema = on.catalog.schema(&address.block);
        let recorded = on.recorded.objects.get(address);
        let adopted = on.resolution.adopted.get(address).map(|found| {
            let action = StepAction::Adopt {
                object: shown_object(&found.object, item),
                origin: Origin::Made,
                resolves: Some(found.begun),
            };
            self.step(schema, proposal, address, item, action)
        });
        let id = item.delta.id.clone().unwrap_or_default();
        let first = self.drafts.len();
        match item.delta.need {
            Need::Nothing => {
                if let Some(recorded) = recorded
                    .filter(|r| adopted.is_none() && record_differs(schema, proposal, address, item, r))
                {
                    let attributes = self.values(address, &item.delta.have, item);
                    let action = StepAction::Record { id: recorded.id.clone(), attributes };
                    self.step(schema, proposal, address, item, action);
                }
                if item.moves {
                    // Read again, after the change of another object that moves it.
                    let step = self.step(schema, proposal, address, item, StepAction::Await { id });
                    self.makes.insert(address.clone(), step);
                    self.edges.extend((first..step).map(|before| (before, step)));
                }
            }
            Need::Adopt => {
                let object = item.delta.found.clone().unwrap_or(Object::new(id, item.delta.have.clone()));
                let mut object =
                    Object { attributes: item.delta.have.clone(), ..shown_object(&object, item) };
                for (name, value) in settings(schema, item) {
                    object.attributes.set(name, value);
                }
                object.attributes.retain(|name| !item.delta.sensitive.contains(name));
                let action = StepAction::Adopt { object, origin: Origin::Adopted, resolves: None };
                let step = self.step(schema, proposal, address, item, action);
                self.makes.insert(address.clone(), step);
            }
            Need::Create if item.delta.found.is_none() => {
                let want = self.inputs(address, &item.delta.want);
                let step =
                    self.step(schema, proposal, address, item, StepAction::Create { want, deposes: false });
                self.makes.insert(address.clone(), step);
                // What somebody else has ended is let go of first.
                if recorded.is_some() {
                    let action = StepAction::Forget { deposed: None };
                    let gone = self.step(schema, proposal, address, item, action);
                    self.ends.insert(address.clone(), gone);
                    self.edges.push((gone, step));
                }
            }
            Need::Create | Need::Update => self.update(schema, proposal, address, item),
            Need::Await => {
                let step = self.step(schema, proposal, address, item, StepAction::Await { id });
                self.makes.insert(address.clone(), step);
            }
            Need::Replace => {
                let want = self.inputs(address, &item.delta.want);
                let action = StepAction::Create { want, deposes: create_first };
                let made = self.step(schema, proposal, address, item, action);
                self.makes.insert(address.clone(), made);
                self.end(on, proposal, address, item, create_first);
                if let Some(&ended) = self.ends.get(address) {
                    let edge = if create_first { (made, ended) } else { (ended, made) };
                    self.edges.push(edge);
                }
            }
            Need::Delete => self.end(on, proposal, address, item, false),
            Need::Forget => {
                let step = self.step(schema, proposal, address, item, StepAction::Forget { deposed: None });
                self.ends.insert(address.clone(), step);
            }
        }
        if let Some(adopted) = adopted {
            for step in first..self.drafts.len() {
                self.edges.push((adopted, step));
            }
        }
    }

    /// A change in place: one step, or *grant* and *revoke* where it is a shared set's.
    fn update(&mut self, schema: &KindSchema, proposal: &Proposal, address: &Address, item: &Item) {
        let delta = &item.delta;
        let id = delta.id.clone().unwrap_or_default();
        let have = self.values(address, &delta.have, item);
        let mut want = self.inputs(address, &delta.want);
        let adopt = delta.found.as_ref().map(|object| Object {
            attributes: bound_attributes(delta, schema, item),
            ..shown_object(object, item)
        });
        let parts = schema.members().and_then(|rule| {
            let name = rule.attribute.name;
            let (Some(PlanInput::Known(then)), now) = (want.get(name), delta.have.value(name)) else {
                return None;
            };
            if rule.keeps_all(now, then) {
                return None; // nothing is taken away: grant alone
            }
            Some((name, rule.union(now, then), then.clone()))
        });
        let Some((name, between, then)) = parts else {
            let part = if schema.members().is_some() { Part::Grant } else { Part::Whole };
            let action = StepAction::Update { id, have, want, part, adopt };
            let step = self.step(schema, proposal, address, item, action);
            self.makes.insert(address.clone(), step);
            return;
        };
        let others = delta.changed.iter().any(|changed| changed != name);
        let grows = between != *delta.have.value(name);
        let mut before_revoke = have.clone();
        let granted = (grows || others || adopt.is_some()).then(|| {
            want.insert(name.to_owned(), PlanInput::Known(between.clone()));
            let action =
                StepAction::Update { id: id.clone(), have, want: want.clone(), part: Part::Grant, adopt };
            before_revoke = want.clone();
            let step = self.step(schema, proposal, address, item, action);
            self.makes.insert(address.clone(), step);
            step
        });
        want.insert(name.to_owned(), PlanInput::Known(then));
        let action = StepAction::Update { id, have: before_revoke, want, part: Part::Revoke, adopt: None };
        let revoke = self.step(schema, proposal, address, item, action);
        self.revokes.insert(address.clone(), revoke);
        self.edges.extend(granted.map(|granted| (granted, revoke)));
    }

    /// The end of the address's old object.
    fn end(
        &mut self,
        on: &Situation<'_>,
        proposal: &Proposal,
        address: &Address,
        item: &Item,
        deposed: bool,
    ) {
        let schema = on.catalog.schema(&address.block);
        let id = item.delta.id.clone().unwrap_or_default();
        let cover = self.covering(schema, &item.delta.have);
        let adopted_only = schema.forgets.is_some_and(|rule| {
            on.recorded.objects.get(address).is_some_and(|r| {
                r.origin == Origin::Adopted || r.attributes.text(rule.attribute) == Some(rule.value)
            })
        });
        let action = if cover.is_some() || adopted_only {
            StepAction::Forget { deposed: deposed.then(|| id.clone()) }
        } else {
            let have = self.values(address, &item.delta.have, item);
            StepAction::Delete { id, have, deposed }
        };
        let step = self.step(schema, proposal, address, item, action);
        self.drafts[step].timeout_s =
            item.wishes.delete_s.unwrap_or_else(|| u64::from(schema.timeout_minutes) * 60);
        // The object that it was about shows the end of it, if it stays.
        let about = self.completes.get(address).filter(|other| {
            proposal
                .items
                .get(*other)
                .and_then(|i| i.delta.id.as_deref())
                .is_some_and(|id| !self.ending.contains_key(&(other.kind().to_string(), id.to_owned())))
        });
        self.drafts[step].completes = about.filter(|_| cover.is_none() && !adopted_only).cloned();
        self.ends.insert(address.clone(), step);
        if let Some(cover) = cover {
            self.covered.insert(address.clone(), cover.clone());
        }
    }

    /// The address whose end ends this one's object too, if that end is part of the plan.
    fn covering(&self, schema: &KindSchema, have: &Attributes) -> Option<Address> {
        let attribute = schema.dies_with?;
        let id = have.text(attribute)?;
        let kind = schema.order.iter().find_map(|rule| match rule {
            OrderRule::Refers { attribute: a, kind } if *a == attribute => Some(*kind),
            _ => None,
        })?;
        self.ending.get(&(kind.to_owned(), id.to_owned())).cloned()
    }

    /// Leftovers of create-first replacements that were cut off.
    fn deposed(&mut self, on: &Situation<'_>, selected: &Selected) {
        // A refresh ends nothing.
        if on.mode == PlanMode::RefreshOnly || planted::is(Bug::DeposedForgotten) {
            return;
        }
        for (address, object) in leftovers(on, selected) {
            let schema = on.catalog.schema(&address.block);
            let is_covered = self.covering(schema, &object.attributes).is_some();
            let action = if is_covered || is_absent(on, address, object) {
                StepAction::Forget { deposed: Some(object.id.clone()) }
            } else {
                let have = object.attributes.iter();
                let have = have.map(|(k, v)| (k.to_owned(), PlanInput::Known(v.clone()))).collect();
                StepAction::Delete { id: object.id.clone(), have, deposed: true }
            };
            let step = self.push(Draft {
                address: address.clone(),
                provider: read_through(on, address, object).clone(),
                action,
                keep: Keep::default(),
                timeout_s: u64::from(schema.timeout_minutes) * 60,
                completes: None,
            });
            self.edges.extend(self.makes.get(address).map(|&made| (made, step)));
            for (dependent, recorded) in &on.recorded.objects {
                if recorded.dependencies.contains(address) {
                    self.edges.extend(self.makes.get(dependent).map(|&made| (made, step)));
                    self.edges.extend(self.ends.get(dependent).map(|&ended| (ended, step)));
                }
            }
        }
    }

    fn step(
        &mut self,
        schema: &KindSchema,
        proposal: &Proposal,
        address: &Address,
        item: &Item,
        action: StepAction,
    ) -> usize {
        let given = match &action {
            StepAction::Update { .. } => item.wishes.update_s,
            _ => item.wishes.create_s,
        };
        let completes = match action {
            StepAction::Create { .. }
            | StepAction::Update { .. }
            | StepAction::Adopt { .. }
            | StepAction::Await { .. } => self.completes.get(address).cloned(),
            _ => None,
        };
        self.push(Draft {
            address: address.clone(),
            provider: item.provider.clone(),
            action,
            keep: keep(proposal, address, item),
            timeout_s: given.unwrap_or_else(|| u64::from(schema.timeout_minutes) * 60),
            completes,
        })
    }

    /// Arguments as a plan may hold them.
    fn inputs(&mut self, address: &Address, inputs: &Inputs) -> BTreeMap<String, PlanInput> {
        let mut out = BTreeMap::new();
        for (name, input) in inputs.iter() {
            let planned = if input.sensitive {
                self.secret(HandleSource::Configuration, address, name, input.worth.clone())
            } else {
                match &input.worth {
                    Worth::Known(value) => PlanInput::Known(value.clone()),
                    Worth::Deferred(deferred) => PlanInput::Deferred(deferred.clone()),
                }
            };
            out.insert((*name).to_owned(), planned);
        }
        out
    }

    /// What is there, as a plan may hold it.
    fn values(&mut self, address: &Address, have: &Attributes, item: &Item) -> BTreeMap<String, PlanInput> {
        let mut out = BTreeMap::new();
        for (name, value) in have.iter() {
            let planned = if item.delta.sensitive.contains(name) {
                self.secret(HandleSource::Live, address, name, Worth::Known(value.clone()))
            } else {
                PlanInput::Known(value.clone())
            };
            out.insert(name.to_owned(), planned);
        }
        out
    }

    fn secret(&mut self, from: HandleSource, address: &Address, name: &str, worth: Worth) -> PlanInput {
        let handle = Handle { from, address: address.clone(), attribute: name.to_owned() };
        self.secrets.0.insert(handle.clone(), worth);
        PlanInput::Secret(handle)
    }

    /// All edges between addresses.
    fn order(
        &mut self,
        on: &Situation<'_>,
        proposal: &Proposal,
        selected: &Selected,
        create_first: &BTreeSet<Address>,
    ) {
        if self.drafts.is_empty() {
            return;
        }
        let mut edges = Vec::new();
        // What makes an address waits for what makes the addresses it needs, through those that
        // have nothing to do themselves.
        let order = proposal.links.dag.order().unwrap_or_default();
        let mut frontier: BTreeMap<&Address, BTreeSet<usize>> = BTreeMap::new();
        for address in &order {
            let needs: BTreeSet<usize> = proposal
                .links
                .dag
                .needs(address)
                .into_iter()
                .filter_map(|need| frontier.get(need))
                .flatten()
                .copied()
                .collect();
            match self.makes.get(address) {
                Some(&made) => {
                    edges.extend(needs.iter().map(|&need| (need, made)));
                    frontier.insert(address, BTreeSet::from([made]));
                }
                None => {
                    frontier.insert(address, needs);
                }
            }
        }
        // What ends an object waits for its dependents.
        for (dependent, recorded) in on.recorded.objects.iter().filter(|(a, _)| selected.has(a)) {
            for address in &recorded.dependencies {
                let Some(&ends) = self.ends.get(address).or_else(|| self.revokes.get(address)) else {
                    continue;
                };
                let is_cover = self.covered.get(dependent).is_some_and(|cover| cover == address);
                if let Some(&ended) = self.ends.get(dependent)
                    && !is_cover
                {
                    edges.push((ended, ends));
                }
                // Who stays lets go of it first, unless it stays for the successor.
                let revoked = !self.ends.contains_key(address);
                let lets_go = !self.makes.contains_key(address) && !self.ends.contains_key(dependent);
                if let Some(&made) = self.makes.get(dependent)
                    && (lets_go || create_first.contains(address))
                    && !revoked
                {
                    edges.push((made, ends));
                }
            }
        }
        for (address, cover) in &self.covered {
            if let (Some(&forgets), Some(&ends)) = (self.ends.get(address), self.ends.get(cover)) {
                edges.push((ends, forgets));
            }
        }
        self.make_room(on, proposal, &mut edges);
        self.edges.extend(edges);
    }

    /// What takes an exclusive place waits for the end of what holds it.
    fn make_room(&self, on: &Situation<'_>, proposal: &Proposal, edges: &mut Vec<(usize, usize)>) {
        let mut leaving: BTreeMap<(&str, String), Vec<(&Address, usize)>> = BTreeMap::new();
        for (address, &ends) in &self.ends {
            let Some(rule) = on.catalog.schema(&address.block).exclusive else { continue };
            let Some(item) = proposal.items.get(address) else { continue };
            let place = item.delta.have.value(rule.attribute).to_string();
            leaving.entry((address.kind().as_str(), place)).or_default().push((address, ends));
        }
        if leaving.is_empty() {
            return;
        }
        for (address, &makes) in &self.makes {
            let Some(item) = proposal.items.get(address) else { continue };
            let Some(rule) = on.catalog.schema(&address.block).exclusive else { continue };
            let want = known(&item.delta.want);
            let place = want.value(rule.attribute).to_string();
            for (other, ends) in leaving.get(&(address.kind().as_str(), place)).into_iter().flatten() {
                let theirs = &proposal.items[*other].delta.have;
                if *other != address && guard::overlap(rule, &want, theirs).is_some() {
                    edges.push((*ends, makes));
                }
            }
        }
    }

    /// The steps in an order that respects every edge, numbered.
    fn numbered(&mut self, proposal: &Proposal) -> Result<(Vec<Step>, Vec<StepId>), Vec<Diagnostic>> {
        let mut dag: Dag<usize, ()> = Dag::new(0..self.drafts.len());
        self.edges.sort_unstable();
        self.edges.dedup();
        for (first, waiting) in &self.edges {
            dag.wait(waiting, first, ());
        }
        let order = dag.order().map_err(|Loop(hops)| {
            let names: Vec<String> = hops
                .iter()
                .map(|(i, ())| format!("{} {}", self.drafts[*i].action.word(), self.drafts[*i].address))
                .collect();
            let place =
                hops.iter().find_map(|(i, ())| proposal.items.get(&self.drafts[*i].address)?.place.clone());
            vec![
                Diagnostic::error(
                    "The steps wait for each other in a loop",
                    format!("each must come after the next: {}", names.join(" -> ")),
                )
                .at(place)
                .hint("do it in two applies: leave one of these out with `--exclude` first"),
            ]
        })?;
        let mut numbers = vec![StepId(0); self.drafts.len()];
        for (number, draft) in order.iter().enumerate() {
            numbers[*draft] = StepId(u32::try_from(number + 1).unwrap_or(u32::MAX));
        }
        let mut steps = Vec::with_capacity(order.len());
        for index in &order {
            let draft = &self.drafts[*index];
            let mut after: Vec<StepId> = dag.needs(index).into_iter().map(|i| numbers[*i]).collect();
            after.sort_unstable();
            steps.push(Step {
                id: numbers[*index],
                address: draft.address.clone(),
                provider: draft.provider.clone(),
                action: draft.action.clone(),
                after,
                keep: draft.keep.clone(),
                timeout_s: draft.timeout_s,
                completes: draft.completes.clone(),
            });
        }
        Ok((steps, numbers))
    }
}

fn keep(proposal: &Proposal, address: &Address, item: &Item) -> Keep {
    Keep {
        arguments: item.delta.want.keys().map(|name| SmolStr::new_static(name)).collect(),
        sensitive: item.delta.sensitive.clone(),
        dependencies: depended_on(proposal, address).cloned().collect(),
        triggers: item.triggers.clone(),
        prevent_destroy: item.wishes.prevent_destroy,
        delete_timeout_s: item.wishes.delete_s,
    }
}

/// What is recorded as needed: not what an address only lets go of.
fn depended_on<'a>(proposal: &'a Proposal, address: &'a Address) -> impl Iterator<Item = &'a Address> {
    let needs = proposal.links.dependencies(address).into_iter();
    needs.filter(|need| proposal.items.get(*need).is_some_and(|i| !i.delta.want.is_empty()))
}

/// Whether the record has to be brought up to date although there is nothing to do.
fn record_differs(
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
            || !depended_on(proposal, address).eq(recorded.dependencies.iter())
            || item.triggers != recorded.triggers
            || wishes.prevent_destroy != recorded.prevent_destroy
            || wishes.delete_s != recorded.delete_timeout_s
            || item.provider != recorded.provider);
    let moved = || {
        schema.attributes.iter().any(|a| {
            a.compare != Compare::Volatile
                && a.change != Changing::Setting
                && delta.have.value(a.name) != recorded.attributes.value(a.name)
        })
    };
    binding || recorded.settling || (delta.have != recorded.attributes && moved())
}

/// The settings of ours that the author gives.
fn settings(schema: &KindSchema, item: &Item) -> Attributes {
    let known = known(&item.delta.want);
    known
        .iter()
        .filter(|(n, _)| schema.attribute(n).is_some_and(|a| a.change == Changing::Setting))
        .map(|(n, v)| (n.to_owned(), v.clone()))
        .collect()
}

/// What is recorded when an object is bound before it is changed: what counts as ours.
fn bound_attributes(delta: &crate::diff::Delta, schema: &KindSchema, item: &Item) -> Attributes {
    let mut attributes = delta.have.clone();
    for (name, value) in settings(schema, item) {
        attributes.set(name, value);
    }
    attributes.retain(|name| !delta.sensitive.contains(name));
    attributes
}

fn shown_object(object: &Object, item: &Item) -> Object {
    let mut object = object.clone();
    object.attributes.retain(|name| !item.delta.sensitive.contains(name));
    object
}

/// What became of what an interrupted run left open.
fn left_open(on: &Situation<'_>) -> Vec<Leftover> {
    let pending = on.recorded.pending.iter();
    pending.map(|(seq, pending)| Leftover::new(pending, evidence(on, *seq, pending))).collect()
}

/// On which evidence it is known what became of a beginning.
fn evidence(on: &Situation<'_>, seq: Seq, pending: &Pending) -> String {
    if let Some(found) = on.resolution.made(seq) {
        return found.evidence.clone();
    }
    if let Some(nothing) = on.resolution.nothing.get(&seq) {
        return nothing.clone();
    }
    let seen = match uncertain::sight_of(on.configuration, on.recorded, on.catalog, pending) {
        Some(sight) => on.live.get(&sight.provider, &sight.kind, &sight.id),
        None => &Observation::Unread,
    };
    of_reading(pending, on.catalog.schema(&pending.begun.address.block), seen)
}

/// The provider blocks that mark what they make.
fn marking(on: &Situation<'_>) -> BTreeSet<ProviderName> {
    let blocks = on.configuration.providers.values().filter(|block| block.mark);
    blocks.map(|block| block.name.clone()).collect()
}

/// What create-first replacements that were cut off have left.
fn leftovers<'a>(
    on: &Situation<'a>,
    selected: &'a Selected,
) -> impl Iterator<Item = (&'a Address, &'a RecordedObject)> {
    let deposed = on.recorded.deposed.iter().filter(|(address, _)| selected.has(address));
    deposed.flat_map(|(address, objects)| objects.iter().map(move |object| (address, object)))
}

fn is_absent(on: &Situation<'_>, address: &Address, object: &RecordedObject) -> bool {
    matches!(on.live.get(read_through(on, address, object), address.kind(), &object.id), Observation::Absent)
}

/// The provider block through which an object was read.
fn read_through<'a>(on: &Situation<'a>, address: &Address, object: &'a RecordedObject) -> &'a ProviderName {
    super::walk::reading_block(on.configuration, address, object).unwrap_or(&object.provider)
}

fn fingerprints(on: &Situation<'_>) -> BTreeMap<Address, String> {
    let mut all = BTreeMap::new();
    for (address, recorded) in &on.recorded.objects {
        let print = match on.live.get(read_through(on, address, recorded), address.kind(), &recorded.id) {
            Observation::Present { object, .. } => Live::fingerprint(object, address.kind(), on.catalog),
            Observation::Absent => "absent".to_owned(),
            Observation::Unread | Observation::Unreadable(_) => continue,
        };
        all.insert(address.clone(), print);
    }
    all
}

/// What happens to each address, for people.
fn changes(
    on: &Situation<'_>,
    proposal: &Proposal,
    selected: &Selected,
    create_first: &BTreeSet<Address>,
    lowering: &Lowering,
    numbers: &[StepId],
) -> Vec<Change> {
    let mut steps: BTreeMap<&Address, Vec<StepId>> = BTreeMap::new();
    for (index, draft) in lowering.drafts.iter().enumerate() {
        steps.entry(&draft.address).or_default().push(numbers[index]);
    }
    for list in steps.values_mut() {
        list.sort_unstable();
    }
    let of = |address: &Address| steps.get(address).cloned().unwrap_or_default();
    let mut changes = Vec::new();
    for (address, item) in proposal.items.iter().filter(|(a, _)| selected.has(a)) {
        let delta = &item.delta;
        let found = on.resolution.adopted.get(address);
        let action = match delta.need {
            Need::Nothing | Need::Await if found.is_some() => Action::Adopt,
            Need::Nothing => continue,
            Need::Create => Action::Create,
            Need::Update => Action::Update,
            Need::Replace if create_first.contains(address) => Action::CreateThenDelete,
            Need::Replace => Action::DeleteThenCreate,
            Need::Delete => Action::Delete,
            Need::Adopt => Action::Adopt,
            Need::Forget => Action::Forget,
            Need::Await => Action::Await,
        };
        let mut notes = delta.notes.clone();
        let mut reason = delta.reason.clone();
        if let Some(found) = found {
            let text = format!("an interrupted run made it: {}", found.object.id);
            if action == Action::Adopt {
                reason = Reason::new(ReasonCode::Interrupted, text);
            } else {
                notes.push(text);
            }
        }
        if let Some(cover) = lowering.covered.get(address) {
            notes.push(format!("it ends with {cover}, so no call is made for it"));
        }
        if delta.need != Need::Await
            && let Some(Settling::Pending(status)) = status_of(on, address, delta.id.as_deref(), item)
        {
            notes.push(format!("it is still `{status}`; that is waited for first"));
        }
        changes.push(Change {
            address: address.clone(),
            provider: item.provider.clone(),
            action,
            reason,
            place: item.place.clone(),
            id: delta.id.clone(),
            differences: delta.differences.clone(),
            notes,
            steps: of(address),
        });
    }
    for (address, lookup) in proposal.late_lookups.iter().filter(|(a, _)| selected.has(a)) {
        changes.push(Change {
            address: address.clone(),
            provider: lookup.provider.clone(),
            action: Action::Read,
            reason: Reason::new(ReasonCode::LateArguments, "what it asks for is known only after apply"),
            place: lookup.place.clone(),
            id: None,
            differences: Vec::new(),
            notes: Vec::new(),
            steps: of(address),
        });
    }
    for (address, objects) in on.recorded.deposed.iter().filter(|(a, _)| selected.has(a)) {
        if !changes.iter().any(|c| c.address == *address) {
            let deletes = |draft: &Draft| {
                draft.address == *address && matches!(draft.action, StepAction::Delete { .. })
            };
            let action = if lowering.drafts.iter().any(deletes) { Action::Delete } else { Action::Forget };
            changes.push(Change {
                address: address.clone(),
                provider: objects.first().map_or_else(|| "".into(), |o| o.provider.clone()),
                action,
                reason: Reason::new(
                    ReasonCode::Deposed,
                    "it is left over from a replacement that was cut off",
                ),
                place: None,
                id: objects.first().map(|o| o.id.clone()),
                differences: Vec::new(),
                notes: Vec::new(),
                steps: of(address),
            });
        }
    }
    changes.sort_by(|a, b| a.address.cmp(&b.address));
    changes
}

fn status_of<'a>(
    on: &Situation<'a>,
    address: &Address,
    id: Option<&str>,
    item: &Item,
) -> Option<&'a Settling> {
    match on.live.get(&item.provider, address.kind(), id?) {
        Observation::Present { settling, .. } => Some(settling),
        _ => None,
    }
}
