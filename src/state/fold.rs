//! The fold: which entry may follow which, and what it makes of the state. Pure and total.
//!
//! An address has one *slot* for its current object and one for each deposed object. A slot has at
//! most one pending call.
//!
//! | entry | legal when | the state after it |
//! |---|---|---|
//! | any | its number is the last one plus 1 | counted |
//! | `Opened`, `Closed`, `Outputs` | always (a run may have been cut off) | outputs replaced |
//! | `Timed` | always | averages moved |
//! | `Begun` create, index 0 | nothing current, nothing pending at the address | pending |
//! | `Begun` create, index > 0 | a current object, nothing pending on it | pending |
//! | `Begun` update | the current object has this id, nothing pending on it | pending |
//! | `Begun` delete | the slot's object has this id, nothing pending on it | pending |
//! | `Ended` any | it was begun and neither ended nor resolved | |
//! | … `Made` | create; update, or a delete's call before its last, with the same id | recorded; not pending |
//! | … `Tainted` | create; update or delete with the same id | recorded, tainted; not pending |
//! | … `Gone` | delete | removed, or `settling`; not pending |
//! | … `Failed` | any effect | not pending |
//! | … `Unchangeable` | update | the attribute noted; not pending |
//! | … `Uncertain` | any effect | stays pending, says why |
//! | `Seen` | a slot of the address has this id | attributes, settling, taint replaced |
//! | `Bound` | a current object of the same identity | binding replaced, settings set |
//! | `Adopted` | nothing current; nothing pending, or exactly the create that it resolves | recorded |
//! | `Resolved` | pending | not pending |
//! | `Forgotten`, `Deposed` | the slot has an object and nothing pending | removed; put aside |
//! | `Moved` | one kind; something to move; target free; nothing pending at either | moved, also in dependencies |
//!
//! A data lookup is never recorded, and no object has an empty id or depends on itself. An illegal
//! entry changes nothing.

use jiff::Timestamp;

use super::effect::Effect;
use super::journal::{Begun, Binding, Ended, Entry, IllegalMove, Outcome, Seq};
use super::recorded::{Origin, Pending, Recorded, RecordedObject};
use crate::resource::{Address, Attributes, Fault, Object};

/// Why an entry is not possible, without its number.
type Why = String;

impl Recorded {
    /// Folds one entry in. An illegal one is refused and changes nothing.
    pub fn apply_entry(&mut self, seq: Seq, entry: &Entry) -> Result<(), IllegalMove> {
        let step = if seq == self.seq + 1 {
            self.step(seq, entry)
        } else {
            Err(format!("entry {} comes next", self.seq + 1))
        };
        step.map_err(|why| IllegalMove { seq, why })?;
        self.seq = seq;
        Ok(())
    }

    fn step(&mut self, seq: Seq, entry: &Entry) -> Result<(), Why> {
        match entry {
            Entry::Opened { .. } | Entry::Closed { .. } => Ok(()),
            Entry::Outputs(outputs) => {
                self.outputs.clone_from(outputs);
                Ok(())
            }
            Entry::Timed(timings) => {
                for (key, timing) in timings {
                    self.timings.entry(key.clone()).or_default().add(*timing);
                }
                Ok(())
            }
            Entry::Begun(begun) => self.begin(seq, begun),
            Entry::Ended(ended) => self.end(ended),
            Entry::Seen { address, id, attributes, settling, taint } => {
                let object = self.slot_of(address, id)?;
                object.attributes.clone_from(attributes);
                object.settling = *settling;
                object.taint.clone_from(taint);
                Ok(())
            }
            Entry::Bound { address, binding, settings } => self.bind(address, binding, settings),
            Entry::Adopted { address, object, binding, origin, settling, resolves } => {
                self.adopt(address, object, binding, *origin, *settling, *resolves)
            }
            Entry::Resolved { begun, .. } => match self.pending.remove(begun) {
                Some(_) => Ok(()),
                None => Err(format!("entry {begun} is not pending")),
            },
            Entry::Forgotten { address, deposed } => {
                self.must_be_idle(address, deposed.as_deref())?;
                self.remove(address, deposed.as_deref())
            }
            Entry::Deposed { address } => {
                self.must_be_idle(address, None)?;
                let object = self.objects.remove(address).ok_or_else(|| no_object(address))?;
                self.deposed.entry(address.clone()).or_default().push(*object);
                Ok(())
            }
            Entry::Moved { from, to } => self.relocate(from, to),
        }
    }

    fn begin(&mut self, seq: Seq, begun: &Begun) -> Result<(), Why> {
        let address = &begun.address;
        may_hold(address, &begun.binding)?;
        if begun.index >= begun.of {
            return Err(format!("call {} of {} of {address}", begun.index, begun.of));
        }
        self.must_be_idle(address, begun.slot())?;
        match (&begun.effect, self.objects.get(address)) {
            (Effect::Create { .. } | Effect::Update { .. }, _) if begun.deposed => {
                Err(format!("only a deletion is for a deposed object of {address}"))
            }
            (Effect::Create { .. }, None) if begun.index == 0 => Ok(()),
            (Effect::Create { .. }, Some(_)) if begun.index > 0 => Ok(()),
            (Effect::Create { .. }, None) => Err(no_object(address)),
            (Effect::Create { .. }, Some(object)) => Err(occupied(address, object)),
            (Effect::Update { id, .. } | Effect::Delete { id, .. }, _) => {
                self.object_in(address, begun.slot(), id).map(|_| ())
            }
        }?;
        self.pending.insert(seq, Pending { begun: begun.clone(), since: begun.at, uncertain: None });
        Ok(())
    }

    fn end(&mut self, ended: &Ended) -> Result<(), Why> {
        let seq = ended.begun;
        let pending = self.pending.get(&seq).ok_or_else(|| format!("entry {seq} is not pending"))?;
        if pending.uncertain.is_some() {
            return Err(format!("entry {seq} ended already; an uncertain end is resolved, not ended again"));
        }
        let begun = &pending.begun;
        match (&ended.outcome, &begun.effect) {
            (Outcome::Uncertain { fault }, _) => {
                self.give_up(seq, fault, ended.at);
                return Ok(());
            }
            (Outcome::Failed { .. }, _)
            | (Outcome::Made { .. }, Effect::Create { .. } | Effect::Update { .. })
            | (Outcome::Tainted { .. }, _)
            | (Outcome::Gone { .. }, Effect::Delete { .. })
            | (Outcome::Unchangeable { .. }, Effect::Update { .. }) => {}
            // Such as a whitelist that is emptied by several calls.
            (Outcome::Made { .. }, Effect::Delete { .. }) if begun.index + 1 < begun.of => {}
            (outcome, effect) => {
                return Err(format!("{} cannot end as {}", effect_word(effect), outcome_word(outcome)));
            }
        }
        if let Outcome::Made { object, .. } | Outcome::Tainted { object, .. } = &ended.outcome {
            self.must_fit(begun, object)?;
        }
        let begun = self.pending.remove(&seq).expect("just looked at").begun;
        match &ended.outcome {
            Outcome::Made { object, settling } => self.made(begun, object, *settling, None),
            Outcome::Tainted { object, fault } => self.made(begun, object, false, Some(fault.clone())),
            Outcome::Gone { settling: true } => {
                let id = begun.id().expect("a deletion names its object").to_owned();
                self.object_in(&begun.address, begun.slot(), &id)?.settling = true;
            }
            Outcome::Gone { settling: false } => self.remove(&begun.address, begun.slot())?,
            Outcome::Unchangeable { attribute, fault } => {
                let object = self.objects.get_mut(&begun.address).ok_or_else(|| no_object(&begun.address))?;
                object.unchangeable.insert(attribute.clone(), fault.clone());
            }
            Outcome::Failed { .. } | Outcome::Uncertain { .. } => {}
        }
        Ok(())
    }

    fn give_up(&mut self, seq: Seq, fault: &Fault, at: Timestamp) {
        let pending = self.pending.get_mut(&seq).expect("just looked at");
        pending.uncertain = Some(fault.clone());
        pending.since = pending.since.max(at);
    }

    /// Whether a call may answer with this object.
    fn must_fit(&self, begun: &Begun, object: &Object) -> Result<(), Why> {
        let address = &begun.address;
        if object.id.is_empty() {
            return Err(format!("the object of {address} has no id"));
        }
        let expected = match &begun.effect {
            Effect::Update { id, .. } | Effect::Delete { id, .. } => Some(id),
            Effect::Create { .. } => self.objects.get(address).map(|o| &o.id),
        };
        match expected {
            Some(id) if *id != object.id => Err(format!("{address} is {id}, not {}", object.id)),
            Some(_) => Ok(()),
            None => self.must_be_new(address, &object.id),
        }
    }

    fn made(&mut self, begun: Begun, object: &Object, settling: bool, taint: Option<Fault>) {
        let whole = begun.index + 1 == begun.of && !matches!(begun.effect, Effect::Delete { .. });
        let slot = match begun.slot() {
            None => self.objects.get_mut(&begun.address).map(|object| &mut **object),
            Some(id) => self.deposed.get_mut(&begun.address).and_then(|d| d.iter_mut().find(|o| o.id == id)),
        };
        let Some(current) = slot else {
            let mut new = RecordedObject::new(object, &begun.binding, Origin::Made, settling);
            new.taint = taint;
            self.objects.insert(begun.address, Box::new(new));
            return;
        };
        current.attributes.clone_from(&object.attributes);
        current.settling = settling;
        current.taint = taint;
        // Only the last call of a step makes its wishes true: before it, what an argument was given
        // up for is not done yet, and must not look as if it were.
        if whole {
            current.rebind(&begun.binding);
        }
    }

    fn bind(&mut self, address: &Address, binding: &Binding, settings: &Attributes) -> Result<(), Why> {
        may_hold(address, binding)?;
        let object = self.objects.get_mut(address).ok_or_else(|| no_object(address))?;
        if object.identity != binding.identity {
            return Err(format!("{address} lives in another account, project or region"));
        }
        object.rebind(binding);
        for (name, value) in settings.iter() {
            object.attributes.set(name, value.clone());
        }
        Ok(())
    }

    fn adopt(
        &mut self,
        address: &Address,
        object: &Object,
        binding: &Binding,
        origin: Origin,
        settling: bool,
        resolves: Option<Seq>,
    ) -> Result<(), Why> {
        may_hold(address, binding)?;
        if object.id.is_empty() {
            return Err(format!("the object of {address} has no id"));
        }
        if let Some(current) = self.objects.get(address) {
            return Err(occupied(address, current));
        }
        self.must_be_new(address, &object.id)?;
        match resolves {
            None => self.must_be_idle(address, None)?,
            Some(seq) => {
                let pending = self.pending.get(&seq).ok_or_else(|| format!("entry {seq} is not pending"))?;
                if pending.begun.address != *address || !matches!(pending.begun.effect, Effect::Create { .. })
                {
                    return Err(format!("entry {seq} is not a create of {address}"));
                }
                if origin != Origin::Made {
                    return Err(format!("what entry {seq} made of {address} is made, not adopted"));
                }
                self.pending.remove(&seq);
            }
        }
        self.objects
            .insert(address.clone(), Box::new(RecordedObject::new(object, binding, origin, settling)));
        Ok(())
    }

    fn remove(&mut self, address: &Address, deposed: Option<&str>) -> Result<(), Why> {
        let Some(id) = deposed else {
            return self.objects.remove(address).map(|_| ()).ok_or_else(|| no_object(address));
        };
        let list = self.deposed.get_mut(address).ok_or_else(|| no_object(address))?;
        let place = list.iter().position(|o| o.id == id).ok_or_else(|| no_deposed(address, id))?;
        list.remove(place);
        if list.is_empty() {
            self.deposed.remove(address);
        }
        Ok(())
    }

    fn relocate(&mut self, from: &Address, to: &Address) -> Result<(), Why> {
        if from == to || from.kind() != to.kind() || from.is_data() || to.is_data() {
            return Err(format!("{from} cannot move to {to}: both must be resources of one kind"));
        }
        if let Some(object) = self.object(to).or_else(|| self.deposed.get(to)?.first()) {
            return Err(occupied(to, object));
        }
        for pending in self.pending.values() {
            if [from, to].contains(&&pending.begun.address) {
                return Err(format!("a call for {} is pending", pending.begun.address));
            }
        }
        let current = self.objects.remove(from);
        let deposed = self.deposed.remove(from);
        if current.is_none() && deposed.is_none() {
            return Err(no_object(from));
        }
        self.objects.extend(current.map(|o| (to.clone(), o)));
        self.deposed.extend(deposed.map(|d| (to.clone(), d)));
        for (address, object) in self.every_object_mut() {
            if object.dependencies.remove(from) && address != to {
                object.dependencies.insert(to.clone());
            }
            if address == to {
                object.dependencies.remove(to);
            }
        }
        Ok(())
    }

    fn every_object_mut(&mut self) -> impl Iterator<Item = (&Address, &mut RecordedObject)> {
        let deposed = self.deposed.iter_mut().flat_map(|(a, list)| list.iter_mut().map(move |o| (a, o)));
        self.objects.iter_mut().map(|(a, o)| (a, &mut **o)).chain(deposed)
    }

    /// The object of a slot, if it has this id.
    fn object_in(
        &mut self,
        address: &Address,
        deposed: Option<&str>,
        id: &str,
    ) -> Result<&mut RecordedObject, Why> {
        if deposed.is_some() {
            let list = self.deposed.get_mut(address).ok_or_else(|| no_object(address))?;
            return list.iter_mut().find(|o| o.id == id).ok_or_else(|| no_deposed(address, id));
        }
        match self.objects.get_mut(address) {
            Some(object) if object.id == id => Ok(object),
            Some(object) => Err(format!("{address} is {}, not {id}", object.id)),
            None => Err(no_object(address)),
        }
    }

    /// The address's object of this id, current or deposed.
    fn slot_of(&mut self, address: &Address, id: &str) -> Result<&mut RecordedObject, Why> {
        let deposed = self.deposed.get(address).is_some_and(|list| list.iter().any(|o| o.id == id));
        let current = self.objects.get(address).is_some_and(|o| o.id == id);
        self.object_in(address, (deposed && !current).then_some(id), id)
    }

    /// A deposed object does not become the current one again: its deletion was decided.
    fn must_be_new(&self, address: &Address, id: &str) -> Result<(), Why> {
        match self.deposed.get(address) {
            Some(list) if list.iter().any(|o| o.id == id) => {
                Err(format!("{id} is a deposed object of {address}"))
            }
            _ => Ok(()),
        }
    }

    fn must_be_idle(&self, address: &Address, deposed: Option<&str>) -> Result<(), Why> {
        let busy =
            self.pending.iter().find(|(_, p)| p.begun.address == *address && p.begun.slot() == deposed);
        match busy {
            None => Ok(()),
            Some((seq, _)) => Err(format!("entry {seq} for {address} is pending; it is resolved first")),
        }
    }
}

fn may_hold(address: &Address, binding: &Binding) -> Result<(), Why> {
    if address.is_data() {
        return Err(format!("{address} is a lookup; nothing is recorded for it"));
    }
    if binding.dependencies.contains(address) {
        return Err(format!("{address} would depend on itself"));
    }
    Ok(())
}

fn no_object(address: &Address) -> Why {
    format!("{address} has no recorded object")
}

fn no_deposed(address: &Address, id: &str) -> Why {
    format!("{address} has no deposed object {id}")
}

fn occupied(address: &Address, object: &RecordedObject) -> Why {
    format!("{address} has an object already, {}", object.id)
}

fn effect_word(effect: &Effect) -> &'static str {
    match effect {
        Effect::Create { .. } => "a create",
        Effect::Update { .. } => "an update",
        Effect::Delete { .. } => "a delete",
    }
}

fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Made { .. } => "made",
        Outcome::Tainted { .. } => "tainted",
        Outcome::Gone { .. } => "gone",
        Outcome::Failed { .. } => "failed",
        Outcome::Unchangeable { .. } => "unchangeable",
        Outcome::Uncertain { .. } => "uncertain",
    }
}
