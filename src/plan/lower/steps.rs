//! The steps of each address, without order between addresses.

use std::collections::BTreeMap;

use super::record::{bound_attributes, keep, kept, record_differs, settings, shown_object};
use super::situation::{evidence, is_absent, leftovers};
use super::{Draft, Lowering, ObjectKey};
use crate::diff::Need;
use crate::expr::{Inputs, Worth};
use crate::plan::select::Selected;
use crate::plan::walk::{Item, Proposal, Situation};
use crate::plan::{Handle, HandleSource, Keep, Part, PlanInput, PlanMode, StepAction};
use crate::planted::{self, Bug};
use crate::provider;
use crate::resource::{Address, Attributes, KindSchema, Object};
use crate::state::Origin;

impl Lowering {
    pub(super) fn resolved_beginnings(&mut self, on: &Situation<'_>) {
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

    pub(super) fn late_lookups(&mut self, proposal: &Proposal, selected: &Selected) {
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
    pub(super) fn steps_of(
        &mut self,
        on: &Situation<'_>,
        proposal: &Proposal,
        address: &Address,
        item: &Item,
        create_first: bool,
    ) {
        let schema = on.catalog.schema(&address.block);
        let recorded = on.recorded.objects.get(address);
        let made = on.resolution.adopted.get(address).map(|f| (&f.object, Origin::Made, Some(f.begun)));
        let found = || on.adoption.found.get(address).map(|f| (&f.object, Origin::Adopted, None));
        let adopted = made.or_else(found).map(|(object, origin, resolves)| {
            let action = StepAction::Adopt { object: shown_object(object, item), origin, resolves };
            let step = self.step(schema, proposal, address, item, action);
            if let Some(recorded) = recorded.filter(|_| item.delta.want.is_empty()) {
                self.drafts[step].keep = kept(recorded);
            }
            step
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
                let object =
                    item.delta.found.clone().unwrap_or(Object::new(id.clone(), item.delta.have.clone()));
                let mut object =
                    Object { attributes: item.delta.have.clone(), ..shown_object(&object, item) };
                for (name, value) in settings(schema, item) {
                    object.attributes.set(name, value);
                }
                object.attributes.retain(|name| !item.delta.sensitive.contains(name));
                let is_on_its_way = provider::is_on_its_way(&schema.kind, &object);
                let origin = item.succeeds.unwrap_or(Origin::Adopted);
                let action = StepAction::Adopt { object, origin, resolves: None };
                let step = self.step(schema, proposal, address, item, action);
                self.makes.insert(address.clone(), step);
                // Such as a decision that a run took which is not recorded any more.
                if is_on_its_way {
                    let done = self.step(schema, proposal, address, item, StepAction::Await { id });
                    self.makes.insert(address.clone(), done);
                    self.edges.push((step, done));
                }
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
            self.covered.insert(step, cover);
        }
    }

    /// The object whose end ends this one too, if that end is part of the plan, and its address.
    fn covering(&self, schema: &KindSchema, have: &Attributes) -> Option<(ObjectKey, Address)> {
        let attribute = schema.dies_with?;
        let id = have.text(attribute)?;
        schema.referred(attribute).find_map(|kind| {
            let host = (kind.to_owned(), id.to_owned());
            self.ending.get(&host).cloned().map(|address| (host, address))
        })
    }

    /// Leftovers of create-first replacements that were cut off.
    pub(super) fn deposed(&mut self, on: &Situation<'_>, selected: &Selected) {
        // A refresh ends nothing.
        if on.mode == PlanMode::RefreshOnly || planted::is(Bug::DeposedForgotten) {
            return;
        }
        for (address, object) in leftovers(on, selected) {
            let schema = on.catalog.schema(&address.block);
            let cover = self.covering(schema, &object.attributes);
            let action = if cover.is_some() || is_absent(on, address, object) {
                StepAction::Forget { deposed: Some(object.id.clone()) }
            } else {
                let have = object.attributes.iter();
                let have = have.map(|(k, v)| (k.to_owned(), PlanInput::Known(v.clone()))).collect();
                StepAction::Delete { id: object.id.clone(), have, deposed: true }
            };
            let step = self.push(Draft {
                address: address.clone(),
                provider: on.read_through(address, object).clone(),
                action,
                keep: Keep::default(),
                timeout_s: u64::from(schema.timeout_minutes) * 60,
                completes: None,
            });
            self.aside.entry(address.clone()).or_default().push((object.id.clone(), step));
            self.covered.extend(cover.map(|cover| (step, cover)));
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
}
