//! What happens to each address, for people.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, Lowering};
use crate::diff::{Need, Reason, ReasonCode};
use crate::plan::select::Selected;
use crate::plan::walk::{Item, Proposal, Situation};
use crate::plan::{Action, Change, StepAction, StepId};
use crate::provider::Settling;
use crate::refresh::Observation;
use crate::resource::Address;

/// What happens to each address, for people.
pub(super) fn changes(
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
        let adopted = on.adoption.found.get(address);
        let action = match delta.need {
            Need::Nothing | Need::Await if found.is_some() || adopted.is_some() => Action::Adopt,
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
        if let Some(adopted) = adopted {
            if action == Action::Adopt {
                reason = Reason::new(ReasonCode::Imported, adopted.evidence.clone());
            } else {
                notes.push(format!("{} is adopted first: {}", adopted.object.id, adopted.evidence));
            }
        }
        let covered = lowering.ends.get(address).and_then(|ends| lowering.covered.get(ends));
        if let Some((_, cover)) = covered {
            notes.push(format!("it ends with `{cover}`, without a delete call of its own"));
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
