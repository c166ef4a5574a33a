//! What every command works with.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{Configuration, Limit};
use crate::policy::Rules;
use crate::provider::{Clock, Clouds, Transport};
use crate::refresh::Reader;
use crate::resource::Catalog;
use crate::state::{Ahead, Backend, Opened, Opening, Session, StateError};

/// What every command works with. Everything from outside is in here, as values.
#[derive(Clone)]
pub struct Workspace {
    /// What is desired.
    pub configuration: Arc<Configuration>,
    /// The kinds.
    pub catalog: Arc<Catalog>,
    /// Where the state is.
    pub backend: Arc<dyn Backend>,
    /// The state, where it is being read already.
    pub ahead: Arc<Ahead>,
    /// The rules that plans are held against.
    pub policies: Arc<Rules>,
    /// The clouds.
    pub clouds: Arc<Clouds>,
    /// The way to them: who wants to know what they answer listens here.
    pub way: Transport,
    /// The time.
    pub clock: Clock,
    /// Whether the simulated cloud takes the place of every provider.
    pub simulated: bool,
    /// How many writing calls may be under way at once.
    pub parallelism: usize,
    /// By when everything that was made shows in listings; 60 s unless the author knows better.
    pub settle: Duration,
    /// How long to wait for somebody else's lock.
    pub lock_timeout: Duration,
    /// The lineage, should the state be a new one.
    pub lineage: String,
    /// The revision of the configuration in its repository; empty where it is in none.
    pub revision: String,
}

/// How often a lock that somebody else has is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(500);

impl Workspace {
    /// Reads from the clouds.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { clouds: &self.clouds, catalog: &self.catalog }
    }

    /// How a run that no plan stands behind opens a state.
    pub(super) fn opening(&self, operation: &str) -> Opening {
        Opening {
            operation: operation.to_owned(),
            plan: String::new(),
            approved_by: Vec::new(),
            overrides: Vec::new(),
            revision: self.revision.clone(),
            kept: self.configuration.snapshots,
            at: self.clock.now(),
            lineage: self.lineage.clone(),
        }
    }

    /// Takes the lock, waiting for it as long as was asked.
    pub(super) async fn lock(
        &self,
        operation: &str,
        plan: &str,
        approved_by: &[String],
        overrides: &[Limit],
    ) -> Result<Opened, StateError> {
        let until = self.clock.deadline(self.lock_timeout);
        loop {
            let opening = Opening {
                plan: plan.to_owned(),
                approved_by: approved_by.to_vec(),
                overrides: overrides.iter().map(ToString::to_string).collect(),
                ..self.opening(operation)
            };
            match Session::open(self.backend.clone(), opening).await {
                Err(StateError::Locked { .. }) if self.clock.deadline(LOCK_PAUSE) < until => {
                    self.clock.sleep(LOCK_PAUSE).await;
                }
                opened => return opened,
            }
        }
    }
}
