//! One step, done: intent on disk, call, outcome on disk, wait for the end of it, and the record.

mod calls;
mod completion;
mod recording;
mod tokens;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

pub(super) use self::tokens::Tokens;
use self::waiting::Told;
use super::look::Claims;
use super::watch::Watch;
use crate::plan::{Event, Keep, Step, StepAction, StepEnd};
use crate::provider::{self, Clock, Cloud, Clouds, Effect, Read};
use crate::resource::{
    Address, Attributes, Catalog, Fault, Identity, KindSchema, Object, ObjectId, ProviderName, Value,
};
use crate::state::{Binding, Entry, Origin, SessionHandle, StateError};

/// A step with every hole filled.
pub(super) struct Job {
    pub(super) step: Step,
    pub(super) want: Attributes,
    pub(super) have: Attributes,
}

/// What a step left.
#[derive(Default)]
pub(super) struct Done {
    pub(super) id: Option<ObjectId>,
    /// The object's attributes as recorded.
    pub(super) attributes: Option<Attributes>,
    /// Whether the address has no object any more.
    pub(super) gone: bool,
    /// Another object that this step completed.
    pub(super) completed: Option<(Address, Attributes)>,
}

/// Everything a step is done with.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) clouds: Arc<Clouds>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) session: SessionHandle,
    pub(super) watch: Watch,
    pub(super) clock: Clock,
    pub(super) slots: Arc<Semaphore>,
    pub(super) settle: Duration,
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) claims: Arc<Claims>,
    pub(super) lanes: Arc<Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>>,
    pub(super) identities: Arc<BTreeMap<ProviderName, Identity>>,
    pub(super) marking: Arc<BTreeSet<ProviderName>>,
    pub(super) tokens: Arc<Tokens>,
}

/// One step in the hands of a worker.
struct Doing<'a> {
    worker: &'a Worker,
    job: &'a Job,
    schema: &'a KindSchema,
    cloud: Arc<Cloud>,
    binding: Binding,
    started: Instant,
    /// Milliseconds that the step waited for its turn: they do not count.
    waited: AtomicU64,
}

impl Worker {
    /// Does the step.
    ///
    /// # Errors
    /// How it ended, if not done.
    pub(super) async fn run(&self, job: Job) -> Result<Done, StepEnd> {
        let step = &job.step;
        let address = step.address.clone();
        match &step.action {
            StepAction::Resolve { begun, evidence } => {
                let entry = Entry::Resolved { begun: *begun, evidence: evidence.clone() };
                self.record(entry).await?;
                return Ok(Done::default());
            }
            StepAction::Forget { deposed } => {
                self.record(Entry::Forgotten { address, deposed: deposed.clone() }).await?;
                return Ok(Done { gone: deposed.is_none(), ..Done::default() });
            }
            _ => {}
        }
        let schema = self.catalog.schema(&step.address.block);
        let cloud = self.clouds.get(&step.provider).map_err(|faults| {
            let text: Vec<String> = faults.iter().map(|f| f.detail.clone()).collect();
            StepEnd::Failed(Fault::message(text.join("; ")))
        })?;
        // What only a saved plan's second look, or this run, has worked out must not be logged either.
        for name in &step.keep.sensitive {
            [&job.want, &job.have].into_iter().for_each(|values| cloud.conceal(values.value(name)));
        }
        let binding = self.binding(&step.provider, &step.keep)?;
        let started = Instant::now();
        Doing { worker: self, job: &job, schema, cloud, binding, started, waited: AtomicU64::new(0) }
            .run()
            .await
    }

    fn binding(&self, provider: &ProviderName, keep: &Keep) -> Result<Binding, StepEnd> {
        let identity = self.identities.get(provider).cloned().ok_or_else(|| {
            StepEnd::Failed(Fault::message(format!(
                "the plan does not say where provider `{provider}` leads"
            )))
        })?;
        Ok(Binding {
            provider: provider.clone(),
            identity,
            arguments: keep.arguments.clone(),
            sensitive: keep.sensitive.clone(),
            dependencies: keep.dependencies.clone(),
            triggers: keep.triggers.clone(),
            prevent_destroy: keep.prevent_destroy,
            delete_timeout_s: keep.delete_timeout_s,
        })
    }

    async fn record(&self, entry: Entry) -> Result<(), StepEnd> {
        self.session.record(entry).await.map_err(|e| unrecorded(&e))
    }

    /// The lane's turn: writes of one lane are serial.
    fn lane(&self, name: String) -> Arc<tokio::sync::Mutex<()>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().clone()
    }
}

/// The record cannot be written, so nothing more may be done.
fn unrecorded(error: &StateError) -> StepEnd {
    StepEnd::Failed(Fault::message(format!("the state could not be written: {error}")))
}

impl Doing<'_> {
    fn step(&self) -> &Step {
        &self.job.step
    }

    /// When the step is given up.
    fn deadline(&self) -> Instant {
        let waited = Duration::from_millis(self.waited.load(Ordering::Relaxed));
        self.started + Duration::from_secs(self.step().timeout_s) + waited
    }

    /// The step has waited for its turn.
    fn prolong(&self, by: Duration) {
        self.waited.fetch_add(by.as_millis().try_into().unwrap_or(0), Ordering::Relaxed);
    }

    async fn run(&self) -> Result<Done, StepEnd> {
        let step = self.step();
        let address = step.address.clone();
        match &step.action {
            StepAction::Create { deposes, .. } => {
                if *deposes {
                    self.worker.record(Entry::Deposed { address }).await?;
                }
                let effect = Effect::Create { want: self.job.want.clone() };
                if let Some(done) = self.adopt_as_it_is(&effect).await? {
                    return Ok(done);
                }
                let made = self.perform(&effect, self.with_parent()).await?;
                let object = self.settled(made, &[]).await?;
                self.finish(object).await
            }
            StepAction::Update { id, adopt, .. } => {
                if let Some(object) = adopt {
                    self.adopt(object.clone(), Origin::Made, None).await?;
                }
                let effect = Effect::Update {
                    id: id.clone(),
                    have: self.job.have.clone(),
                    want: self.job.want.clone(),
                };
                let before = Object::new(id.clone(), self.job.have.clone());
                let changed = self.perform(&effect, Some(before)).await?;
                let object = self.settled(changed, &[]).await?;
                self.bind().await?;
                self.finish(object).await
            }
            StepAction::Delete { id, deposed, .. } => self.delete(id, *deposed).await,
            StepAction::Adopt { object, origin, resolves } => {
                self.adopt(object.clone(), *origin, *resolves).await?;
                let attributes = Some(object.attributes.clone());
                Ok(Done { id: Some(object.id.clone()), attributes, ..Done::default() })
            }
            StepAction::Await { id } => {
                let object = Object::new(id.clone(), self.recorded_attributes());
                let object = self.settled(Told { object, fresh: false }, &[]).await?;
                self.bind().await?;
                self.finish(object).await
            }
            StepAction::Record { id, .. } => {
                let object = Object::new(id.clone(), self.with_secrets(self.job.have.clone()));
                self.seen(&object, false, None).await?;
                self.bind().await?;
                Ok(Done { id: Some(id.clone()), attributes: Some(object.attributes), ..Done::default() })
            }
            StepAction::Read { .. } => {
                let answer = self.cloud.lookup(address.kind(), &self.job.want).await;
                match answer {
                    Ok(attributes) => Ok(Done { attributes: Some(attributes), ..Done::default() }),
                    Err(fault) => Err(StepEnd::Failed(fault.fault)),
                }
            }
            StepAction::Forget { .. } | StepAction::Resolve { .. } => Ok(Done::default()),
        }
    }

    /// What exists with its parent, which may have been made only now, can be as it should be
    /// already: a connection that was accepted by itself is then only adopted, and an empty set is
    /// made without a call.
    async fn adopt_as_it_is(&self, effect: &Effect) -> Result<Option<Done>, StepEnd> {
        let Some(there) = self.with_parent() else { return Ok(None) };
        if provider::calls(&self.schema.kind, effect).is_empty() {
            let object = self.settled(Told { object: there, fresh: false }, &[]).await?;
            let object = self.as_recorded(object, &[]);
            self.adopt(object.clone(), Origin::Made, None).await?;
            return self.finish(object).await.map(Some);
        }
        if self.schema.forgets.is_none() {
            return Ok(None);
        }
        // A failed read says nothing: the call then finds out.
        let Ok(Some(object)) = self.cloud.get(&self.schema.kind, &there.id).await else { return Ok(None) };
        let object = self.normal(object);
        let differs = |name: &str, value: &Value| {
            self.schema.attribute(name).is_some_and(|a| *value != *object.attributes.value(a.name))
        };
        if self.job.want.iter().any(|(name, value)| differs(name, value)) {
            return Ok(None);
        }
        let object = self.as_recorded(object, &[]);
        self.adopt(object.clone(), Origin::Adopted, None).await?;
        self.finish(object).await.map(Some)
    }

    /// What exists with its parent has its id before it is made.
    fn with_parent(&self) -> Option<Object> {
        let key = self.schema.natural_key.iter().map(|name| self.job.want.text(name));
        let key: Option<Vec<&str>> = key.collect();
        let id = key.filter(|_| self.schema.adopts)?.join("/");
        Some(Object::new(id, self.job.want.clone()))
    }

    async fn delete(&self, id: &str, deposed: bool) -> Result<Done, StepEnd> {
        let effect = Effect::Delete { id: id.to_owned(), have: self.job.have.clone() };
        let before = Object::new(id, self.job.have.clone());
        // An empty set ends without a call, so no answer says that it is gone.
        let uncalled = provider::calls(&self.schema.kind, &effect).is_empty();
        if !uncalled {
            self.at_rest(id, deposed).await?;
        }
        self.perform(&effect, Some(before)).await?;
        if !self.schema.adopts || uncalled {
            if !uncalled {
                self.gone(id).await?;
            }
            let deposed = deposed.then(|| id.to_owned());
            let address = self.step().address.clone();
            self.worker.record(Entry::Forgotten { address, deposed }).await?;
        }
        let completed = self.complete().await?;
        Ok(Done { id: Some(id.to_owned()), gone: !deposed, completed, ..Done::default() })
    }

    /// The object is as it should be: recorded, and with it what it completes.
    async fn finish(&self, object: Object) -> Result<Done, StepEnd> {
        let object = self.as_recorded(object, &[]);
        self.seen(&object, false, None).await?;
        let completed = self.complete().await?;
        Ok(Done { id: Some(object.id), attributes: Some(object.attributes), gone: false, completed })
    }

    /// The time by the cloud's clock, as far as it is known.
    fn now(&self) -> Timestamp {
        let now = self.worker.clock.now();
        self.cloud.clock_offset().and_then(|offset| now.checked_add(offset).ok()).unwrap_or(now)
    }

    fn tell(&self, event: Event) {
        // Nobody listening is no reason to stop.
        let _ = self.worker.events.send(event);
    }
}
