//! The course of a run: when each step began and ended, and which chain of them it waited for.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::plan::{Event, Plan, StepId};
use crate::provider::Clock;

/// When each step began and ended, from the beginning of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// By step: from and to.
    pub steps: BTreeMap<StepId, (Duration, Duration)>,
}

impl Course {
    /// Notes what happens, until nothing more can.
    pub(super) async fn of(clock: &Clock, began: Timestamp, mut events: UnboundedReceiver<Event>) -> Course {
        let mut course = Course::default();
        let mut started: BTreeMap<StepId, Duration> = BTreeMap::new();
        while let Some(event) = events.recv().await {
            let now = Duration::try_from(clock.now().duration_since(began)).unwrap_or_default();
            match event {
                Event::Started { step } => _ = started.entry(step).or_insert(now),
                Event::Ended { step, .. } => {
                    course.steps.insert(step, (started.get(&step).copied().unwrap_or(now), now));
                }
                _ => {}
            }
        }
        course
    }

    /// The chain that the run waited for: the step that ended last, the one of those it waited for that ended last,
    /// and so on; in the order of doing. Steps that only write the record take no time and are left out.
    pub fn critical_path(&self, plan: &Plan) -> Vec<StepId> {
        let ends = |id: &StepId| self.steps.get(id).map(|(_, to)| *to);
        let latest = |ids: &mut dyn Iterator<Item = StepId>| {
            ids.filter(|id| ends(id).is_some()).max_by_key(|id| (ends(id), std::cmp::Reverse(*id)))
        };
        let mut path = Vec::new();
        let mut at = latest(&mut self.steps.keys().copied());
        while let Some(id) = at {
            path.push(id);
            at = latest(&mut plan.step(id).after.iter().copied());
        }
        path.reverse();
        path.retain(|id| !plan.step(*id).action.is_bookkeeping());
        path
    }
}
