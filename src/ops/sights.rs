//! What a plan looks at: every recorded object once, and none that another one shows.

use std::collections::{BTreeMap, BTreeSet};

use super::Workspace;
use crate::plan::{uncertain, walk};
use crate::provider::{self, Effect, Settling};
use crate::refresh::{Live, Observation, Sight};
use crate::resource::{Address, Kind, KindSchema, Listing, Mode, Object, ProviderName};
use crate::state::{Recorded, RecordedObject};

/// Where a recorded object is to be seen: only where its identity says, so that nothing is looked
/// for in a wrong account.
pub(super) fn sight(
    workspace: &Workspace,
    address: &Address,
    object: &RecordedObject,
    live: &Live,
) -> Option<(Sight, Option<String>)> {
    let provider = walk::reading_block(&workspace.configuration, address, object)?;
    if live.identities.get(provider) != Some(&object.identity) {
        return None; // the walk reports it
    }
    let schema = workspace.catalog.schema(&address.block);
    let parent = walk::parent_of(schema, |name| object.attributes.text(name).map(str::to_owned));
    let sight = Sight { provider: provider.clone(), kind: address.kind().clone(), id: object.id.clone() };
    Some((sight, parent))
}

/// Tells the clouds what is recorded of objects that no call finds by their ids alone.
pub(super) fn acquaint(workspace: &Workspace, recorded: &Recorded) {
    let mut last: Option<(&Kind, Option<&str>)> = None;
    for (address, object) in recorded.every_object() {
        // They are in the order of their kinds.
        let found_by = match last {
            Some((kind, found_by)) if kind == address.kind() => found_by,
            _ => workspace.catalog.schema(&address.block).found_by,
        };
        last = Some((address.kind(), found_by));
        let Some(known) = found_by.and_then(|name| object.attributes.text(name)) else { continue };
        let block = walk::reading_block(&workspace.configuration, address, object);
        if let Some(Ok(cloud)) = block.map(|block| workspace.clouds.get(block)) {
            cloud.acquaint(&object.id, known);
        }
    }
}

/// Where it shows what became of the calls that can be repeated.
pub(super) fn half_done<'r>(
    workspace: &'r Workspace,
    recorded: &'r Recorded,
    resolution: &'r uncertain::Resolution,
) -> impl Iterator<Item = (Sight, Option<String>)> + 'r {
    resolution.repeatable.iter().filter_map(|seq| {
        let pending = recorded.pending.get(seq)?;
        let sight = uncertain::sight_of(&workspace.configuration, recorded, &workspace.catalog, pending)?;
        let schema = workspace.catalog.schema(&pending.begun.address.block);
        let parent = walk::parent_of(schema, |name| {
            let (Effect::Create { want: known }
            | Effect::Update { have: known, .. }
            | Effect::Delete { have: known, .. }) = &pending.begun.effect;
            known.text(name).map(str::to_owned)
        });
        Some((sight, parent))
    })
}

/// The kinds to list whose provider block is still there; of the others the walk says that it is not.
pub(super) fn known<K>(workspace: &Workspace, kinds: BTreeSet<(ProviderName, K)>) -> Vec<(ProviderName, K)> {
    kinds.into_iter().filter(|(p, _)| workspace.configuration.providers.contains_key(p)).collect()
}

/// Whether objects of a kind may be shown by others.
pub(super) fn has_mirror(workspace: &Workspace, kind: &Kind) -> bool {
    workspace.catalog.get(Mode::Managed, kind).is_some_and(|schema| schema.mirrored.is_some())
}

/// Whether one listing shows all objects of a kind that a project has.
pub(super) fn is_listed_at_once(workspace: &Workspace, kind: &Kind) -> bool {
    workspace.catalog.get(Mode::Managed, kind).is_none_or(|schema| schema.listing == Listing::Project)
}

/// What is live as it is recorded is held once.
pub(super) fn share(workspace: &Workspace, recorded: &Recorded, live: &mut Live) {
    for (address, object) in recorded.every_object() {
        if let Some(provider) = walk::reading_block(&workspace.configuration, address, object) {
            live.share(provider, address.kind(), &object.id, &object.attributes);
        }
    }
}

/// Of what others of the stack may show (an acceptance: its endpoint), what they do not show to be as
/// recorded; the rest is noted as seen. That spares a listing for each service.
pub(super) fn unless_mirrored(
    workspace: &Workspace,
    recorded: &Recorded,
    mut wanted: Vec<(Sight, Option<String>)>,
    live: &mut Live,
) -> Vec<(Sight, Option<String>)> {
    let mut shown: BTreeMap<&str, &RecordedObject> = BTreeMap::new();
    for (address, object) in recorded.every_object() {
        if is_shown(workspace.catalog.schema(&address.block), object, live) {
            shown.insert(&object.id, object);
        }
    }
    wanted.retain(|(sight, _)| {
        let Some(object) = shown.get(sight.id.as_str()) else { return true };
        let object = Object::new(sight.id.clone(), object.attributes.clone());
        let seen = live.seen.entry((sight.provider.clone(), sight.kind.clone())).or_default();
        seen.insert(sight.id.clone(), Observation::Present { object, settling: Settling::Ready });
        false
    });
    wanted
}

/// Whether the object that shows this one rests as it was recorded.
fn is_shown(schema: &KindSchema, object: &RecordedObject, live: &Live) -> bool {
    let Some(by) = &schema.mirrored else { return false };
    let apart = by.apart.iter().any(|name| object.arguments.contains(*name));
    if apart || object.settling || object.taint.is_some() {
        return false;
    }
    // What an interrupted run left may be on its way still, and on both sides the same.
    let ours = Object::new(object.id.clone(), object.attributes.clone());
    if provider::resting(&schema.kind, &ours) != Settling::Ready {
        return false;
    }
    let Some(id) = object.attributes.text(by.attribute) else { return false };
    let recorded = object.attributes.text(by.status);
    recorded.is_some()
        && by.kinds.iter().flat_map(|kind| live.find(kind, id)).any(|observation| match observation {
            Observation::Present { object, settling: Settling::Ready } => {
                object.attributes.text(by.theirs) == recorded
            }
            _ => false,
        })
}
