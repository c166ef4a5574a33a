//! Trying something on a twin: the same commands, on a copy of the state and of the live clouds. Nothing that is
//! done there reaches either.
//!
//! A [`Scene`] is read first, by reading calls alone and in real time; a [`Trial`] of it runs on the runtime's time,
//! which its caller pauses, so hours pass in a moment.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::course::Course;
use super::{Applied, Failure, PlanOptions, Workspace, apply, plan};
use crate::apply::Stopper;
use crate::plan::{Approval, Limit, Plan, Secrets};
use crate::provider::Read;
use crate::refresh::Reader;
use crate::resource::{Attributes, Kind, ProviderName, Value};
use crate::state::backup::{self, Backup};
use crate::state::files::MemoryFiles;
use crate::state::{LocalBackend, Recorded};
use crate::twin::{Calls, Ears, Likeness, Lost, Twin};

/// What a trial needs.
pub struct Scene {
    workspace: Workspace,
    likeness: Likeness,
    state: Backup,
    at: Timestamp,
}

/// A state and a twin, to try something on.
pub struct Trial {
    /// What commands work with there.
    pub workspace: Workspace,
    /// The twin.
    pub twin: Twin,
}

/// What applying a plan on the twin came to.
pub struct Tried {
    /// What came of it.
    pub applied: Applied,
    /// When each step began and ended.
    pub course: Course,
    /// How long it took, on the twin's clock.
    pub took: Duration,
    /// The calls that it took.
    pub calls: Calls,
}

/// What is left of a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaLeft {
    /// Seen through this provider block.
    pub provider: ProviderName,
    /// Of what.
    pub what: &'static str,
    /// So many.
    pub left: i64,
}

impl Scene {
    /// Reads what these blocks lead to; `ears` have heard what was read before.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) async fn read(
        workspace: &Workspace,
        ears: Ears,
        blocks: impl IntoIterator<Item = ProviderName>,
    ) -> Result<Scene, Failure> {
        let state = backup::copy(&*workspace.backend)?;
        let reader = Reader { clouds: &workspace.clouds, catalog: &workspace.catalog };
        let likeness = ears.survey(reader, blocks).await?;
        let at = workspace.clock.now();
        Ok(Scene { workspace: workspace.clone(), likeness, state, at })
    }

    /// Reads what all provider blocks lead to, and everything that a plan would ask.
    ///
    /// # Errors
    /// What cannot be read or planned.
    pub async fn of(workspace: &Workspace) -> Result<Scene, Failure> {
        let ears = Ears::open(&workspace.way);
        let options = PlanOptions { passing: true, ..PlanOptions::default() };
        let planned = plan(workspace, &options).await?.plan;
        let used = planned.identities.into_keys().collect::<Vec<_>>();
        Scene::read(workspace, ears, used).await
    }

    /// How many reading calls it took.
    pub fn reads(&self) -> u64 {
        self.likeness.reads.values().sum()
    }

    /// What is recorded.
    pub fn recorded(&self) -> &Recorded {
        &self.state.recorded
    }

    /// A trial without these objects and, if need be, without the state.
    ///
    /// # Errors
    /// What was read makes no twin.
    pub fn begin(&self, lost: &Lost, without_state: bool) -> Result<Trial, Failure> {
        let of = &self.workspace;
        let twin = Twin::of(&self.likeness, &self.state.recorded.timings, lost, self.at, of.parallelism)
            .map_err(|why| anyhow::anyhow!("what was read makes no twin: {why}"))?;
        let folder = Path::new("twin");
        let files = Arc::new(MemoryFiles::new());
        let backend = LocalBackend::new(files, folder, &of.configuration.stack, &of.backend.who());
        if !without_state {
            backup::unpack(&backend, &self.state, self.at)?;
        }
        let workspace = Workspace {
            backend: Arc::new(backend),
            ahead: Arc::default(),
            clouds: twin.clouds.clone(),
            way: twin.way.clone(),
            clock: twin.clock.clone(),
            lock_timeout: Duration::ZERO,
            ..of.clone()
        };
        Ok(Trial { workspace, twin })
    }
}

impl Trial {
    /// Applies a plan.
    ///
    /// # Errors
    /// It may not be applied. What fails while it runs is in the report.
    pub async fn apply(&self, plan: Plan, secrets: Secrets, beyond: &[Limit]) -> Result<Tried, Failure> {
        let approved = plan.approve_beyond(Approval::Automatic, beyond)?;
        let (events, heard) = tokio::sync::mpsc::unbounded_channel();
        let (_stopper, cancel) = Stopper::new();
        let (clock, before) = (&self.workspace.clock, self.twin.calls());
        let began = clock.now();
        let (applied, course) = tokio::join!(
            apply(&self.workspace, approved, secrets, events, cancel),
            Course::of(clock, began, heard)
        );
        let took = Duration::try_from(clock.now().duration_since(began)).unwrap_or_default();
        Ok(Tried { applied: applied?, course, took, calls: self.twin.calls().since(&before) })
    }

    /// What is left of every quota that somebody tells, each once.
    pub async fn quotas(&self, providers: impl IntoIterator<Item = ProviderName>) -> Vec<QuotaLeft> {
        let (mut found, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
        for provider in providers {
            let Ok(cloud) = self.workspace.clouds.get(&provider) else { continue };
            let Ok(identity) = cloud.identity().await else { continue };
            for kind in self.workspace.catalog.iter().filter(|k| k.provider_type == cloud.provider_type()) {
                let Some(quota) = kind.preflight.quota else { continue };
                if !seen.insert((identity.clone(), quota.what)) {
                    continue;
                }
                let mut args = Attributes::new();
                args.set(quota.argument.0, quota.argument.1);
                let Ok(told) = cloud.lookup(&Kind::from(quota.lookup), &args).await else { continue };
                if let Value::Number(free) = told.value("free")
                    && let Some(left) = free.as_i64()
                {
                    found.push(QuotaLeft { provider: provider.clone(), what: quota.what, left });
                }
            }
        }
        found
    }
}
