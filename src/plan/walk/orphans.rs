//! What is recorded and not desired.

use super::{Item, Walk, Wishes, as_recorded, unreadable};
use crate::diagnostic::Place;
use crate::diff::{self, Case, Need, Reason, ReasonCode};
use crate::plan::PlanMode;
use crate::provider::Settling;
use crate::refresh::Observation;
use crate::resource::{Address, RowSet};
use crate::state::RecordedObject;

impl Walk<'_> {
    /// What is recorded and not desired.
    pub(super) fn orphans(&mut self) {
        for (address, recorded) in &self.on.recorded.objects {
            if self.proposal.items.contains_key(address) || self.blocked.contains(&address.block) {
                continue;
            }
            let schema = self.on.catalog.schema(&address.block);
            let provider = self.on.read_through(address, recorded);
            let unread;
            let live = match self.on.live.get(provider, address.kind(), &recorded.id) {
                Observation::Absent => None,
                Observation::Present { object, settling } => Some((object, settling)),
                Observation::Unread => {
                    unread = as_recorded(recorded);
                    Some((&unread, &Settling::Ready))
                }
                Observation::Unreadable(fault) => {
                    self.faults.push(unreadable(address, None, fault));
                    continue;
                }
            };
            let place = self.asked_for(address);
            let ending = self.ending(address);
            let keep = self.on.mode == PlanMode::RefreshOnly;
            let mut delta = diff::compare(&Case {
                schema,
                desired: None,
                recorded: Some(recorded),
                live,
                ending: &ending,
            });
            let seen = live.map(|(o, _)| o);
            self.note_drift(schema, address, place.clone(), Some(recorded), seen, &delta);
            if keep && live.is_some() {
                delta.need = Need::Nothing;
                delta.differences.clear();
            }
            if keep {
                let view = delta.view(schema);
                self.put_view(address, view);
            }
            let item = Item {
                provider: provider.clone(),
                delta,
                place,
                reads: RowSet::default(),
                wishes: Wishes {
                    prevent_destroy: self.prevents_destroy(address, recorded),
                    delete_s: recorded.delete_timeout_s,
                    ..Wishes::default()
                },
                triggers: recorded.triggers.clone(),
                moves: false,
                succeeds: None,
            };
            self.proposal.items.insert(address.clone(), Box::new(item));
        }
    }

    /// The line that asks for an address; of an instance that is asked for no more, the line that
    /// said so once.
    fn asked_for(&self, address: &Address) -> Option<Place> {
        let block = self.on.configuration.blocks.get(&address.block)?;
        let each =
            block.for_each.as_ref().filter(|_| address.key.is_some() && self.on.mode == PlanMode::Normal);
        let gone =
            !self.proposal.views.get(&address.block).is_some_and(|keys| keys.contains(address.key.as_ref()));
        each.filter(|_| gone)
            .and_then(|template| template.place.clone())
            .or_else(|| Some(block.place.clone()))
    }

    /// With `destroy` the author's present wish holds, else the recorded one.
    fn prevents_destroy(&self, address: &Address, recorded: &RecordedObject) -> bool {
        match self.on.configuration.blocks.get(&address.block) {
            Some(block) => block.lifecycle.prevent_destroy,
            None => recorded.prevent_destroy && self.on.mode == PlanMode::Destroy,
        }
    }

    fn ending(&self, address: &Address) -> Reason {
        if self.on.mode == PlanMode::Destroy {
            return Reason::new(ReasonCode::Destroy, "everything is to be destroyed");
        }
        let text = match (self.on.configuration.blocks.get(&address.block), &address.key) {
            (None, _) => "it is not in the configuration any more".to_owned(),
            (Some(_), Some(key)) => format!("`for_each` has no key \"{key}\" any more"),
            (Some(_), None) => "its block has `for_each` now".to_owned(),
        };
        Reason::new(ReasonCode::NotDesired, text)
    }
}
