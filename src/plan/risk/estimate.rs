//! How long a plan will take: the longest chain of steps that wait for each other, each taken to
//! last as long as such steps did in earlier runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::{Step, StepAction, StepId};
use crate::resource::Catalog;
use crate::state::{Timing, timing};

/// Where nothing is recorded: making and ending an object takes the cloud a minute or two, and a
/// call that is done when it is answered a few seconds.
const OBJECT_MS: u64 = 90_000;
const CALL_MS: u64 = 3_000;

/// How long a plan will take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// In seconds, rounded up.
    pub seconds: u64,
    /// The chain of steps that takes so long.
    pub path: Vec<StepId>,
    /// Of all steps that make calls: those whose time is known from earlier runs.
    pub recorded: usize,
    /// And those whose time is assumed.
    pub assumed: usize,
}

/// When each step of a plan begins and ends, in milliseconds from the start of the run.
pub(super) struct Timetable {
    /// For each step its time, and the step before it on the longest way.
    spans: Vec<(u64, u64, Option<StepId>)>,
    recorded: usize,
    assumed: usize,
}

impl Timetable {
    /// The timetable of steps that begin as soon as what they wait for has ended.
    pub(super) fn of(steps: &[Step], timings: &BTreeMap<String, Timing>, catalog: &Catalog) -> Timetable {
        let mut table = Timetable { spans: Vec::with_capacity(steps.len()), recorded: 0, assumed: 0 };
        for step in steps {
            let took = table.takes(step, timings, catalog);
            let before = step
                .after
                .iter()
                .map(|id| (table.end(*id), *id))
                .max_by_key(|(end, id)| (*end, std::cmp::Reverse(*id)));
            let start = before.map_or(0, |(end, _)| end);
            table.spans.push((start, start.saturating_add(took), before.map(|(_, id)| id)));
        }
        table
    }

    /// When a step begins.
    pub(super) fn start(&self, id: StepId) -> u64 {
        self.spans[id.index()].0
    }

    /// When a step ends.
    pub(super) fn end(&self, id: StepId) -> u64 {
        self.spans[id.index()].1
    }

    fn takes(&mut self, step: &Step, timings: &BTreeMap<String, Timing>, catalog: &Catalog) -> u64 {
        if step.action.is_bookkeeping() {
            return 0;
        }
        let key = timing::key(step.address.kind().as_str(), step.action.word());
        if let Some(timing) = timings.get(&key) {
            self.recorded += 1;
            return timing.mean_ms;
        }
        self.assumed += 1;
        let whole = !catalog.schema(&step.address.block).adopts;
        match step.action {
            StepAction::Create { .. } | StepAction::Delete { .. } | StepAction::Await { .. } if whole => {
                OBJECT_MS
            }
            _ => CALL_MS,
        }
    }

    /// How long all of it takes; none where no step makes a call.
    pub(super) fn estimate(&self, steps: &[Step]) -> Option<Estimate> {
        if self.recorded + self.assumed == 0 {
            return None;
        }
        let last =
            steps.iter().map(|step| step.id).max_by_key(|id| (self.end(*id), std::cmp::Reverse(*id)))?;
        let mut path = Vec::new();
        let mut at = Some(last);
        while let Some(id) = at {
            path.push(id);
            at = self.spans[id.index()].2;
        }
        path.reverse();
        path.retain(|id| !steps[id.index()].action.is_bookkeeping());
        Some(Estimate {
            seconds: self.end(last).div_ceil(1000),
            path,
            recorded: self.recorded,
            assumed: self.assumed,
        })
    }
}
