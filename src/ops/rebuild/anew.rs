//! What a rebuild makes anew: what stands through the mapped provider blocks, and what has to follow
//! it because it names such an object where it cannot name another. Pure.

use std::collections::BTreeSet;

use super::Providers;
use crate::config::{Configuration, Relocation};
use crate::resource::{Address, Catalog, Change, Kind, OrderRule};
use crate::state::{Recorded, RecordedObject};

/// The recorded addresses whose objects are made anew.
pub(super) struct Anew {
    /// All of them.
    pub(super) addresses: BTreeSet<Address>,
    /// Those that stay where they are, and follow what they refer to.
    pub(super) following: BTreeSet<Address>,
}

pub(super) fn anew(
    recorded: &Recorded,
    configuration: &Configuration,
    catalog: &Catalog,
    relocation: &Relocation,
) -> Anew {
    let moves = |(address, object): &(&Address, &RecordedObject)| {
        let declared = configuration.blocks.get(&address.block);
        relocation.providers.contains_key(&object.provider)
            || declared.is_some_and(|block| relocation.moves(block))
    };
    let moving = recorded.objects.iter().map(|(address, object)| (address, &**object)).filter(moves);
    let mut addresses: BTreeSet<Address> = moving.map(|(address, _)| address.clone()).collect();
    let mut following = BTreeSet::new();
    let mut lost: BTreeSet<(Kind, &str)> = BTreeSet::new();
    loop {
        lost.extend(
            addresses.iter().filter_map(|a| Some((a.kind().clone(), recorded.object(a)?.id.as_str()))),
        );
        let follows = |(address, object): &(&Address, &RecordedObject)| {
            let schema = catalog.schema(&address.block);
            schema.order.iter().any(|rule| match rule {
                OrderRule::Refers { attribute, kind } => {
                    let fixed =
                        schema.attribute(attribute).is_some_and(|a| matches!(a.change, Change::Replace(_)));
                    let id = object.attributes.text(attribute).unwrap_or_default();
                    fixed && lost.contains(&(Kind::from(*kind), id))
                }
                OrderRule::Beside { .. } => false,
            })
        };
        let more = recorded.objects.iter().map(|(address, object)| (address, &**object));
        let more = more.filter(|(address, _)| !addresses.contains(*address)).filter(follows);
        let more: Vec<Address> = more.map(|(address, _)| address.clone()).collect();
        if more.is_empty() {
            return Anew { addresses, following };
        }
        following.extend(more.iter().cloned());
        addresses.extend(more);
    }
}

/// The record without what is made anew, and without what waits or hangs in the old places.
pub(super) fn without(recorded: &Recorded, anew: &BTreeSet<Address>, providers: &Providers) -> Recorded {
    let mut left = recorded.clone();
    left.objects.retain(|address, _| !anew.contains(address));
    left.deposed.retain(|address, objects| {
        objects.retain(|object| !providers.contains_key(&object.provider));
        !anew.contains(address) && !objects.is_empty()
    });
    left.pending.retain(|_, pending| {
        let begun = &pending.begun;
        !anew.contains(&begun.address) && !providers.contains_key(&begun.binding.provider)
    });
    left
}

/// What `one` records and `other` does not, with the calls that it left open there.
pub(super) fn only_in(one: &Recorded, other: &Recorded) -> Recorded {
    let ids: BTreeSet<(&Kind, &str)> = other.every_object().map(|(a, o)| (a.kind(), o.id.as_str())).collect();
    let mut left = one.clone();
    left.objects.retain(|address, object| !ids.contains(&(address.kind(), object.id.as_str())));
    left.deposed.retain(|address, objects| {
        objects.retain(|object| !ids.contains(&(address.kind(), object.id.as_str())));
        !objects.is_empty()
    });
    left.pending.retain(|seq, pending| {
        // A change of what both record is the other's business.
        let shared = pending.begun.id().is_some_and(|id| ids.contains(&(pending.begun.address.kind(), id)));
        !shared && other.pending.get(seq) != Some(pending)
    });
    left.outputs.clear();
    left
}
