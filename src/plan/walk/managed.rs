//! A managed block: each instance evaluated, found among what was read, and compared.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, Walk, Wishes, as_recorded, parent_of, unreadable};
use crate::config::{Ignore, ResourceBlock};
use crate::diff::{self, Case, Delta, Desired, Need, Reason, ReasonCode};
use crate::expr::{Each, Inputs, Worth};
use crate::provider::Settling;
use crate::refresh::{Observation, Sight};
use crate::resource::{Address, KindSchema, ObjectId, RowSet, Value};
use crate::state::RecordedObject;

impl Walk<'_> {
    pub(super) fn managed_block(&mut self, declared: &ResourceBlock) -> Result<(), ()> {
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
        let instances = self.instances(declared)?;
        self.check_imports(declared, &instances);
        for (address, each) in instances {
            let inputs = self.inputs(declared, &address, &each)?;
            let recorded = self.on.recorded.object(&address);
            let natural = if recorded.is_none() { natural_id(schema, &inputs) } else { None };
            if recorded.is_none() {
                match self.sought(&address, declared, &inputs, natural.as_deref()) {
                    Ok(None) => {}
                    Ok(Some(wanted)) => {
                        self.needs.wanted.push(wanted);
                        waiting = true;
                        continue;
                    }
                    Err(fault) => {
                        self.faults.push(*fault);
                        waiting = true;
                        continue;
                    }
                }
            }
            let found = match recorded {
                Some(object) => Some((self.on.read_through(&address, object), &object.id)),
                None => natural.as_ref().map(|id| (&declared.provider, id)),
            };
            let unread;
            let live = match found.map(|(provider, id)| self.on.live.get(provider, &schema.kind, id)) {
                Some(Observation::Absent) if natural.is_some() => {
                    self.faults.extend(self.not_there(&address, natural.as_deref().unwrap_or_default()));
                    None
                }
                None | Some(Observation::Absent) => None,
                Some(Observation::Present { object, settling }) => Some((object, settling)),
                Some(Observation::Unreadable(fault)) => {
                    self.faults.push(unreadable(&address, Some(declared.place.clone()), fault));
                    waiting = true;
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
            self.note_drift(schema, &address, place, recorded, live.map(|(o, _)| o), &delta);
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
                succeeds: None,
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
