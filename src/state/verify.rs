//! What must hold of every recorded state, whatever happened to it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::Effect;
use super::recorded::{Recorded, RecordedObject};
use crate::resource::Address;

impl Recorded {
    /// The broken invariants, in words; none for a whole state. The fold keeps them all, so any
    /// that is broken is a bug of ours or a file that somebody else wrote.
    pub fn verify(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if self.stack.is_empty() {
            broken.push("the stack has no name".to_owned());
        }
        if self.revision.serial > 0 && self.revision.lineage.is_none() {
            broken.push(format!("serial {} without a lineage", self.revision.serial));
        }
        for (address, object) in &self.objects {
            verify_object(address, object, &mut broken);
        }
        for (address, list) in &self.deposed {
            if list.is_empty() {
                broken.push(format!("{address} has an empty list of deposed objects"));
            }
            let mut ids: BTreeSet<&str> = self.objects.get(address).iter().map(|o| o.id.as_str()).collect();
            for object in list {
                verify_object(address, object, &mut broken);
                if !ids.insert(&object.id) {
                    broken.push(format!("{address} has {} twice", object.id));
                }
            }
        }
        self.verify_pending(&mut broken);
        broken
    }

    fn verify_pending(&self, broken: &mut Vec<String>) {
        let mut slots = BTreeMap::new();
        for (seq, pending) in &self.pending {
            let begun = &pending.begun;
            let address = &begun.address;
            if *seq == 0 || *seq > self.seq {
                broken.push(format!("entry {seq} is pending, but only {} were written", self.seq));
            }
            if let Some(other) = slots.insert((address, begun.slot()), seq) {
                broken.push(format!("entries {other} and {seq} for {address} are both pending"));
            }
            if begun.index >= begun.of {
                broken.push(format!("entry {seq} is call {} of {}", begun.index, begun.of));
            }
            let current = self.objects.get(address);
            let fits = match (&begun.effect, begun.slot()) {
                (Effect::Create { .. }, _) => current.is_some() == (begun.index > 0) && !begun.deposed,
                (Effect::Update { id, .. }, _) => current.is_some_and(|o| o.id == *id) && !begun.deposed,
                (Effect::Delete { id, .. }, None) => current.is_some_and(|o| o.id == *id),
                (Effect::Delete { .. }, Some(id)) => {
                    self.deposed.get(address).is_some_and(|list| list.iter().any(|o| o.id == id))
                }
            };
            if !fits {
                broken.push(format!("entry {seq} is pending for {address}, which does not fit its object"));
            }
        }
    }
}

fn verify_object(address: &Address, object: &RecordedObject, broken: &mut Vec<String>) {
    if address.is_data() {
        broken.push(format!("{address} is a lookup, but has a recorded object"));
    }
    if object.id.is_empty() {
        broken.push(format!("the object of {address} has no id"));
    }
    if object.dependencies.contains(address) {
        broken.push(format!("{address} depends on itself"));
    }
}
