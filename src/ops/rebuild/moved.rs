//! The map of a rebuild: what was there before, and what is there now. Pure.

use std::collections::BTreeSet;

use crate::resource::{Address, Catalog, Identity, ObjectId, ProviderName, Value};
use crate::state::{Recorded, RecordedObject};

/// What became of one address.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The address.
    pub address: Address,
    /// Its object before; none where it had none.
    pub before: Option<Side>,
    /// Its object now; none where it has none yet, or is not desired any more.
    pub after: Option<Side>,
    /// Whether it exists with what it refers to, such as a whitelist, and has its id from there.
    pub is_part: bool,
}

/// One object as others know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The provider block.
    pub provider: ProviderName,
    /// Where it lives.
    pub identity: Identity,
    /// Its id.
    pub id: ObjectId,
    /// What others keep of it, such as its address and its names; without what must not be shown.
    pub known_by: Vec<(&'static str, Value)>,
}

/// What differs between two records in the objects themselves, by address.
pub fn moved(before: &Recorded, after: &Recorded, catalog: &Catalog) -> Vec<Moved> {
    let addresses: BTreeSet<&Address> = before.objects.keys().chain(after.objects.keys()).collect();
    let moved = addresses.into_iter().filter_map(|address| {
        let (old, new) = (before.object(address), after.object(address));
        let same = |one: &RecordedObject, other: &RecordedObject| {
            one.id == other.id && one.identity == other.identity
        };
        if old.zip(new).is_some_and(|(old, new)| same(old, new)) {
            return None;
        }
        let side = |object| side(address, object, catalog);
        let is_part = catalog.schema(&address.block).adopts;
        Some(Moved { address: address.clone(), before: old.map(side), after: new.map(side), is_part })
    });
    moved.collect()
}

fn side(address: &Address, object: &RecordedObject, catalog: &Catalog) -> Side {
    let kept = catalog.schema(&address.block).stakes.kept_by_others.iter();
    let shown = kept.filter(|(name, _)| !object.sensitive.contains(*name));
    let known_by = shown.filter_map(|(name, _)| Some((*name, object.attributes.get(name)?.clone())));
    Side {
        provider: object.provider.clone(),
        identity: object.identity.clone(),
        id: object.id.clone(),
        known_by: known_by.filter(|(_, value)| *value != Value::Null).collect(),
    }
}
