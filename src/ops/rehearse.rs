//! `rehearse`: what `apply` of a saved plan would come to, tried on a twin of the live clouds.

use std::sync::Arc;

use super::apply::{Before, still_good};
use super::plan::{decide, judge};
use super::trial::{QuotaLeft, Scene, Tried};
use super::{Failure, PlanOptions, Workspace, options_of, permitted};
use crate::plan::adoption::Adoption;
use crate::plan::{Approval, Limit, Plan, Secrets};
use crate::state;
use crate::twin::{Ears, Lost};

/// A plan with what its rehearsal needs, read from the live clouds.
pub struct Rehearsal {
    scene: Scene,
    plan: Plan,
    secrets: Secrets,
    beyond: Vec<Limit>,
}

/// What a rehearsal came to.
pub struct Rehearsed {
    /// The plan as it was tried.
    pub tried: Tried,
    /// What is left of the quotas afterwards.
    pub quotas: Vec<QuotaLeft>,
    /// How many reading calls to the live clouds it took.
    pub reads: u64,
    /// What nobody outside can see, so that the real run may still end otherwise; each a clause.
    pub unseen: Vec<String>,
}

/// Reads everything that the rehearsal of a plan needs. Nothing is written anywhere.
///
/// # Errors
/// What `apply` would refuse: a stale plan, limits, rules; and what cannot be read.
pub async fn rehearse(workspace: &Workspace, plan: Plan, beyond: &[Limit]) -> Result<Rehearsal, Failure> {
    let approved = plan.approve_beyond(Approval::Saved, beyond)?;
    permitted(&judge(workspace, approved.plan())?)?;
    let ears = Ears::open(&workspace.way);
    let loaded = state::read(&*workspace.backend)?;
    let recorded = Arc::new(loaded.recorded);
    let before = Before { recorded: recorded.clone(), interrupted: loaded.interrupted, last: loaded.last };
    let (plan, secrets) = still_good(workspace, &approved, Secrets::default(), before).await?;
    if plan.fingerprints.is_empty() {
        // A plan of nothing that was there is applied without asking again. The twin has to know more.
        let asking = PlanOptions { no_refresh: false, ..options_of(&plan) };
        decide(workspace, &asking, recorded, &mut Adoption::default()).await?;
    }
    let scene = Scene::read(workspace, ears, plan.identities.keys().cloned()).await?;
    Ok(Rehearsal { scene, plan, secrets, beyond: beyond.to_vec() })
}

impl Rehearsal {
    /// Applies the plan to a twin. The runtime's time is the twin's: pause it.
    ///
    /// # Errors
    /// No twin can be made.
    pub async fn run(self) -> Result<Rehearsed, Failure> {
        let Rehearsal { scene, plan, secrets, beyond } = self;
        let trial = scene.begin(&Lost::new(), false)?;
        let (providers, unseen) = (plan.identities.clone(), plan.unseen.clone());
        let tried = trial.apply(plan, secrets, &beyond).await?;
        let quotas = trial.quotas(providers.into_keys()).await;
        Ok(Rehearsed { tried, quotas, reads: scene.reads(), unseen })
    }
}
