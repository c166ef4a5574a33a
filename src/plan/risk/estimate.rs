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

/// The estimate; none where no step makes a call.
pub(super) fn estimate(
    steps: &[Step],
    timings: &BTreeMap<String, Timing>,
    catalog: &Catalog,
) -> Option<Estimate> {
    let (mut recorded, mut assumed) = (0, 0);
    // For each step when it ends, and the step before it on the longest way.
    let mut ends: Vec<(u64, Option<StepId>)> = Vec::with_capacity(steps.len());
    for step in steps {
        let took = if step.action.is_bookkeeping() {
            0
        } else if let Some(timing) =
            timings.get(&timing::key(step.address.kind().as_str(), step.action.word()))
        {
            recorded += 1;
            timing.mean_ms
        } else {
            assumed += 1;
            let whole = !catalog.schema(&step.address.block).adopts;
            match step.action {
                StepAction::Create { .. } | StepAction::Delete { .. } | StepAction::Await { .. } if whole => {
                    OBJECT_MS
                }
                _ => CALL_MS,
            }
        };
        let before = step
            .after
            .iter()
            .map(|id| (ends[id.index()].0, *id))
            .max_by_key(|(end, id)| (*end, std::cmp::Reverse(*id)));
        let start = before.map_or(0, |(end, _)| end);
        ends.push((start.saturating_add(took), before.map(|(_, id)| id)));
    }
    if recorded + assumed == 0 {
        return None;
    }
    let last = (0..steps.len()).max_by_key(|i| (ends[*i].0, std::cmp::Reverse(*i)))?;
    let mut path = Vec::new();
    let mut at = Some(steps[last].id);
    while let Some(id) = at {
        path.push(id);
        at = ends[id.index()].1;
    }
    path.reverse();
    path.retain(|id| !steps[id.index()].action.is_bookkeeping());
    Some(Estimate { seconds: ends[last].0.div_ceil(1000), path, recorded, assumed })
}
