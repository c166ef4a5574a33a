//! The plan for when nothing has moved, worked out while the clouds are asked.
//!
//! Listings are few, but what lives under a parent takes a request for each one. A plan is a pure
//! function of what was read, and mostly what is read is what was recorded. So for a large stack the
//! plan is worked out on a thread of its own, what is still being asked for taken as recorded; if the
//! answers say the same, it is the plan, and has cost no time. If not, it is thrown away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{PlanOptions, Workspace};
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::plan::adoption::Adoption;
use crate::plan::uncertain::Resolution;
use crate::plan::walk::{self, Proposal, Situation, Walked};
use crate::plan::{self, Plan, PlanMode, Secrets, Selection};
use crate::provider::Settling;
use crate::refresh::{Answers, Ask, Live, Observation, Sight};
use crate::resource::{Address, Catalog, Kind, Object};
use crate::state::{Recorded, RecordedObject};

/// So many objects are worth a guess: those of a smaller stack are compared in no time.
const LARGE: usize = 500;

/// Everything a plan is made from but what is live.
pub(super) struct Ground {
    configuration: Arc<Configuration>,
    catalog: Arc<Catalog>,
    pub(super) recorded: Arc<Recorded>,
    pub(super) resolution: Resolution,
    mode: PlanMode,
    selection: Selection,
    replace: BTreeSet<Address>,
    passing: bool,
    simulated: bool,
}

impl Ground {
    pub(super) fn new(
        workspace: &Workspace,
        options: &PlanOptions,
        recorded: Arc<Recorded>,
        resolution: Resolution,
        replace: BTreeSet<Address>,
    ) -> Ground {
        Ground {
            configuration: workspace.configuration.clone(),
            catalog: workspace.catalog.clone(),
            recorded,
            resolution,
            mode: options.mode,
            selection: options.selection.clone(),
            replace,
            // Rules look at the whole picture.
            passing: options.passing && workspace.policies.files.is_empty(),
            simulated: workspace.simulated,
        }
    }

    /// Whether a guess is worth its while.
    pub(super) fn is_large(&self) -> bool {
        self.recorded.objects.len() >= LARGE
    }

    /// All of it together.
    pub(super) fn situation<'a>(
        &'a self,
        recorded: &'a Recorded,
        live: &'a Live,
        adoption: &'a Adoption,
    ) -> Situation<'a> {
        Situation {
            configuration: &self.configuration,
            catalog: &self.catalog,
            recorded,
            resolution: &self.resolution,
            live,
            adoption,
            mode: self.mode,
            replace: &self.replace,
            passing: self.passing,
        }
    }

    /// What must be asked to find beforehand what a cloud would refuse.
    pub(super) fn asks(&self, on: Situation<'_>, proposal: &Proposal) -> BTreeSet<Ask> {
        plan::preflight::asks(on, proposal, &self.selection)
    }

    /// The plan of what the walk found.
    pub(super) fn lower(
        &self,
        on: Situation<'_>,
        proposal: &Proposal,
    ) -> Result<(Plan, Secrets), Vec<Diagnostic>> {
        plan::lower(on, proposal, &self.selection, self.simulated)
    }
}

/// A plan that is right if nothing has moved.
pub(super) struct Guess {
    assumed: Arc<Live>,
    plan: oneshot::Receiver<Option<(Plan, Secrets)>>,
}

impl Guess {
    /// Begins to work it out: `live` is what was read, `asked` is still asked for.
    pub(super) fn begin(
        ground: &Arc<Ground>,
        live: &Live,
        asked: &[(Sight, Option<String>)],
        adoption: Adoption,
    ) -> Guess {
        let assumed = Arc::new(with_recorded(live, &ground.recorded, asked));
        let (tell, plan) = oneshot::channel();
        let (ground, live) = (ground.clone(), assumed.clone());
        drop(tokio::task::spawn_blocking(move || {
            let on = ground.situation(&ground.recorded, &live, &adoption);
            // Faults are told by the real walk.
            let Ok(Walked::Done(proposal)) = walk::walk(on) else { return };
            // Where more is to be asked, more is to be done than nothing.
            if !ground.asks(on, &proposal).is_empty() {
                return;
            }
            // Nobody listens any more if something has moved. What the walk held is given back here,
            // after the plan was told.
            drop(tell.send(ground.lower(on, &proposal).ok()));
        }));
        Guess { assumed, plan }
    }

    /// The plan, if what is live is as it was assumed.
    pub(super) async fn if_right(self, live: &Live) -> Option<(Plan, Secrets)> {
        if live.says_the_same(&self.assumed) { self.plan.await.ok().flatten() } else { None }
    }
}

/// What is live, with what is asked for as it is recorded.
fn with_recorded(live: &Live, recorded: &Recorded, asked: &[(Sight, Option<String>)]) -> Live {
    let mut assumed = Live { asked: Some(Answers::default()), ..live.clone() };
    let objects: BTreeMap<(&Kind, &str), &RecordedObject> =
        recorded.every_object().map(|(a, o)| ((a.kind(), o.id.as_str()), o)).collect();
    for (sight, _) in asked {
        let Some(recorded) = objects.get(&(&sight.kind, sight.id.as_str())) else { continue };
        let object = Object::new(sight.id.clone(), recorded.attributes.clone());
        let seen = assumed.seen.entry((sight.provider.clone(), sight.kind.clone())).or_default();
        seen.insert(sight.id.clone(), Observation::Present { object, settling: Settling::Ready });
    }
    assumed
}
