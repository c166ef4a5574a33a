//! What a plan takes over from its situation: what was read, what an interrupted run has left.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::select::Selected;
use crate::plan::uncertain::evidence::of_reading;
use crate::plan::uncertain::{self, Leftover};
use crate::plan::walk::Situation;
use crate::refresh::{Live, Observation};
use crate::resource::{Address, ProviderName};
use crate::state::{Pending, RecordedObject, Seq};

/// What became of what an interrupted run left open.
pub(super) fn left_open(on: &Situation<'_>) -> Vec<Leftover> {
    let pending = on.recorded.pending.iter();
    pending.map(|(seq, pending)| Leftover::new(pending, evidence(on, *seq, pending))).collect()
}

/// On which evidence it is known what became of a beginning.
pub(super) fn evidence(on: &Situation<'_>, seq: Seq, pending: &Pending) -> String {
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
pub(super) fn marking(on: &Situation<'_>) -> BTreeSet<ProviderName> {
    let blocks = on.configuration.providers.values().filter(|block| block.mark);
    blocks.map(|block| block.name.clone()).collect()
}

/// What create-first replacements that were cut off have left.
pub(super) fn leftovers<'a>(
    on: &Situation<'a>,
    selected: &'a Selected,
) -> impl Iterator<Item = (&'a Address, &'a RecordedObject)> {
    let deposed = on.recorded.deposed.iter().filter(|(address, _)| selected.has(address));
    deposed.flat_map(|(address, objects)| objects.iter().map(move |object| (address, object)))
}

pub(super) fn is_absent(on: &Situation<'_>, address: &Address, object: &RecordedObject) -> bool {
    matches!(on.live.get(on.read_through(address, object), address.kind(), &object.id), Observation::Absent)
}

pub(super) fn fingerprints(on: &Situation<'_>) -> BTreeMap<Address, String> {
    let mut all = BTreeMap::new();
    for (address, recorded) in &on.recorded.objects {
        let print = match on.live.get(on.read_through(address, recorded), address.kind(), &recorded.id) {
            Observation::Present { object, .. } => Live::fingerprint(object, address.kind(), on.catalog),
            Observation::Absent => "absent".to_owned(),
            Observation::Unread | Observation::Unreadable(_) => continue,
        };
        all.insert(address.clone(), print);
    }
    all
}
