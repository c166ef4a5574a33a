//! One step, done: intent on disk, call, outcome on disk, wait for the end of it, and the record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use super::look::{Claims, Found, OpenCreation, Opened, look_for};
use super::watch::Watch;
use crate::plan::{Event, Keep, Step, StepAction, StepEnd};
use crate::planted::{self, Bug};
use crate::provider::{self, Call, Class, Clock, Cloud, Clouds, Effect, Read, Settling, Write, WriteFault};
use crate::resource::{
    Address, Attributes, Catalog, Change, Compare, Fault, Identity, KindSchema, Object, ObjectId,
    ProviderName, Value,
};
use crate::state::{Begun, Binding, Entry, Origin, Outcome, Seq, SessionHandle, StateError, crash};

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
}

/// How often a call that may be repeated is repeated when no answer comes.
const REPEATS: usize = 4;
/// How long a completed object is given to show it.
const COMPLETION: Duration = Duration::from_secs(30);

/// One step in the hands of a worker.
struct Doing<'a> {
    worker: &'a Worker,
    job: &'a Job,
    schema: &'a KindSchema,
    cloud: Arc<Cloud>,
    binding: Binding,
    deadline: Instant,
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
        let deadline = self.clock.deadline(Duration::from_secs(step.timeout_s));
        Doing { worker: self, job: &job, schema, cloud, binding, deadline }.run().await
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

    /// All calls of an effect, each journalled; gives the object as the last answer showed it.
    async fn perform(&self, effect: &Effect, before: Option<Object>) -> Result<Told, StepEnd> {
        let kind = &self.schema.kind;
        let calls = provider::calls(kind, effect);
        let mut object = before;
        // What no answer shows is as recorded until its call has succeeded, and then as wanted.
        let later: Vec<&str> = calls.iter().filter_map(|call| call.sets.as_deref()).collect();
        if let Some(object) = &mut object {
            object.attributes.retain(|name| !later.contains(&name));
        }

        let mut fresh = false;
        let _turn = match self.lane_of(effect) {
            Some(lane) => Some(self.worker.lane(lane).lock_owned().await),
            None => None,
        };
        for index in 0..calls.len() {
            let reply = self.one_call(effect, &calls, index, object.as_ref()).await?;
            fresh = reply.is_some();
            object = reply.or(object);
            let rest = &calls[index + 1..];
            // A new object takes no more calls before it is there.
            if calls[index].makes
                && !rest.is_empty()
                && let Some(made) = object.take()
            {
                object = Some(self.settled(Told { object: made, fresh }, rest).await?);
            }
        }
        match object {
            Some(object) => Ok(Told { object, fresh }),
            None => Err(StepEnd::Failed(Fault::message(
                "the cloud answered without an object; please report this",
            ))),
        }
    }

    /// What must not overlap with this effect. Creations with one intent are serial too, so that
    /// after a lost answer at most one object can be the answer.
    fn lane_of(&self, effect: &Effect) -> Option<String> {
        if let Some(lane) = provider::lane(&self.schema.kind, effect) {
            return Some(format!("{} {lane}", self.step().provider));
        }
        match effect {
            Effect::Create { want } => {
                let want = serde_json::to_string(want).unwrap_or_default();
                Some(format!("{} {} {want}", self.step().provider, self.schema.kind))
            }
            Effect::Update { .. } | Effect::Delete { .. } => None,
        }
    }

    /// One call, repeated only where that is safe.
    async fn one_call(
        &self,
        effect: &Effect,
        calls: &[Call],
        index: usize,
        object: Option<&Object>,
    ) -> Result<Option<Object>, StepEnd> {
        let plain = &object.map_or_else(|| calls[index].clone(), |o| calls[index].for_object(&o.id));
        let (of, rest) = (calls.len(), &calls[index + 1..]);
        let mut pause = Duration::from_secs(1);
        let mut unanswered = 0;
        loop {
            let slot = self.worker.slots.acquire().await;
            let begun_at = self.now();
            let (call, mark) = &self.marked(plain, begun_at);
            let creation = match effect {
                Effect::Create { want } if call.makes => {
                    Some(self.worker.claims.open(self.opening(want, mark.as_deref(), begun_at)))
                }
                _ => None,
            };
            let begun = Begun {
                address: self.step().address.clone(),
                effect: effect.clone(),
                call: call.clone(),
                index,
                of,
                binding: self.binding.clone(),
                deposed: matches!(self.step().action, StepAction::Delete { deposed: true, .. }),
                at: begun_at,
                mark: mark.clone(),
            };
            let ticket = self.worker.session.begin(begun).await.map_err(|e| unrecorded(&e))?;
            let seq = ticket.seq();
            crash::point("request", "before_send");
            let result = self.cloud.perform(&ticket, &self.schema.kind, call).await;
            crash::point("request", "answered");
            drop(slot);
            let (outcome, next) = match result {
                Ok(reply) => {
                    let told = reply.object.map(|o| self.normal(o));
                    (self.made(effect, told.clone().or_else(|| object.cloned()), rest), Next::Done(told))
                }
                Err(WriteFault::Refused(Class::State, fault)) if provider::is_passing(&fault.code) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::Again(fault))
                }
                // It did not leave in time, so that it is begun anew.
                Err(WriteFault::Refused(Class::Throttle, fault)) if call.makes => {
                    (Outcome::Failed { fault: fault.clone() }, Next::Again(fault))
                }
                Err(WriteFault::Refused(_, fault)) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unchangeable(attribute, fault)) => {
                    let outcome =
                        Outcome::Unchangeable { attribute: attribute.to_owned(), fault: fault.clone() };
                    let fault =
                        Fault { advice: "plan again: the next plan replaces the object".to_owned(), ..fault };
                    (outcome, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unanswered(fault)) if planted::is(Bug::LostAnswerIsRefusal) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unanswered(fault)) => {
                    (Outcome::Uncertain { fault: fault.clone() }, Next::Look(fault))
                }
            };
            self.worker.session.end(ticket, outcome, self.now()).await.map_err(|e| unrecorded(&e))?;
            let looked = match (&next, &creation) {
                (Next::Look(fault), Some(creation)) => {
                    Some(self.look(creation, seq, rest, fault.clone()).await?)
                }
                _ => None,
            };
            creation.into_iter().for_each(Opened::close);
            let fault = match (next, looked) {
                (_, Some(Some(object))) => return Ok(Some(object)),
                (_, Some(None)) => continue, // nothing happened, everything would show: do it again
                (Next::Done(object), _) => return Ok(object),
                (Next::End(end), _) => return Err(end),
                (Next::Again(fault), _) => fault,
                (Next::Look(fault), _) => {
                    unanswered += 1;
                    if unanswered > REPEATS {
                        return Err(StepEnd::Uncertain(fault));
                    }
                    let evidence = "the call has the same effect when it is repeated".to_owned();
                    self.worker.record(Entry::Resolved { begun: seq, evidence }).await?;
                    fault
                }
            };
            if Instant::now() + pause > self.deadline {
                return Err(StepEnd::Failed(self.overdue(fault.message)));
            }
            self.tell(Event::Retrying { step: self.step().id, after: pause, fault });
            self.worker.clock.sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }

    /// A creation as nobody knows its object yet.
    fn opening(&self, want: &Attributes, mark: Option<&str>, since: Timestamp) -> OpenCreation {
        OpenCreation {
            provider: self.step().provider.clone(),
            kind: self.schema.kind.clone(),
            want: want.clone(),
            mark: mark.map(str::to_owned),
            since,
        }
    }

    /// The call with the mark of its intent, where the provider block marks what it makes.
    fn marked(&self, call: &Call, at: Timestamp) -> (Call, Option<String>) {
        if !call.makes || !self.worker.marking.contains(&self.step().provider) {
            return (call.clone(), None);
        }
        // Of this state, this address and this moment: no other intent has it.
        let lineage = self.worker.session.with(|r| r.revision.lineage.clone()).unwrap_or_default();
        let text = format!("{lineage} {} {at}", self.step().address);
        let digest = Sha256::digest(text.as_bytes());
        let mark: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        match provider::marked(call, &mark) {
            Some(call) => (call, Some(mark)),
            None => (call.clone(), None),
        }
    }

    /// What an answered call came to, where `rest` is still to be done.
    fn made(&self, effect: &Effect, object: Option<Object>, rest: &[Call]) -> Outcome {
        match (effect, object) {
            // What exists with its parent does not go; it is no longer ours.
            (Effect::Delete { .. }, _) => Outcome::Gone { settling: !rest.is_empty() || !self.schema.adopts },
            (_, Some(object)) => {
                self.worker.claims.claim(&object.id);
                Outcome::Made { object: self.as_recorded(object, rest), settling: true }
            }
            (_, None) => Outcome::Failed { fault: Fault::message("the answer held no object") },
        }
    }

    /// Looks for what an unanswered creation may have made. `None`: nothing happened.
    async fn look(
        &self,
        creation: &Opened<'_>,
        seq: Seq,
        rest: &[Call],
        fault: Fault,
    ) -> Result<Option<Object>, StepEnd> {
        self.tell(Event::Waiting { step: self.step().id, status: "no answer; looking for it".into() });
        let worker = self.worker;
        let found = look_for(&self.cloud, self.schema, creation, worker.settle, &worker.clock).await;
        match found {
            Found::Made(object) => {
                // Listings lack some attributes.
                let whole = self.cloud.get(&self.schema.kind, &object.id).await.ok().flatten();
                let object = self.as_recorded(whole.map_or(object, |whole| self.normal(whole)), rest);
                let entry = Entry::Adopted {
                    address: self.step().address.clone(),
                    object: object.clone(),
                    binding: Box::new(self.binding.clone()),
                    origin: Origin::Made,
                    settling: true,
                    resolves: Some(seq),
                };
                worker.record(entry).await?;
                Ok(Some(object))
            }
            Found::Nothing => {
                let evidence = "no matching object shows in the listing, and by now it would".to_owned();
                worker.record(Entry::Resolved { begun: seq, evidence }).await?;
                Ok(None)
            }
            Found::Unclear(why) => Err(StepEnd::Uncertain(Fault {
                message: format!("{}; {}", fault.message.trim_end_matches('.'), why.message),
                ..fault
            })),
        }
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
        let completed = match &self.step().completes {
            Some(other) => self.complete(other).await?,
            None => None,
        };
        Ok(Done { id: Some(id.to_owned()), gone: !deposed, completed, ..Done::default() })
    }

    /// What an earlier run began, and nobody saw the end of, comes to rest before it is ended:
    /// the cloud deletes nothing that it is still making.
    async fn at_rest(&self, id: &str, deposed: bool) -> Result<(), StepEnd> {
        let address = &self.step().address;
        let is_settling = self.worker.session.with(|recorded| match deposed {
            true => {
                recorded.deposed.get(address).is_some_and(|all| all.iter().any(|o| o.id == id && o.settling))
            }
            false => recorded.objects.get(address).is_some_and(|o| o.settling),
        });
        if !is_settling {
            return Ok(());
        }
        let mut looks = self.follow(id);
        loop {
            match tokio::time::timeout_at(self.deadline, looks.recv()).await {
                Err(_) | Ok(None) => {
                    return Err(StepEnd::Failed(self.overdue("it is still being made".to_owned())));
                }
                Ok(Some(Ok(Some(object)))) => match provider::resting(&self.schema.kind, &object) {
                    Settling::Pending(status) => self.tell(Event::Waiting { step: self.step().id, status }),
                    Settling::Ready | Settling::Leaving | Settling::Failed(_) => return Ok(()),
                },
                Ok(Some(Ok(None))) => return Ok(()),
                // A failed look says nothing about the object.
                Ok(Some(Err(_))) => {}
            }
        }
    }

    /// Waits until an object is gone.
    async fn gone(&self, id: &str) -> Result<(), StepEnd> {
        let mut looks = self.follow(id);
        loop {
            match tokio::time::timeout_at(self.deadline, looks.recv()).await {
                Err(_) | Ok(None) => {
                    return Err(StepEnd::Failed(self.overdue("it is still there".to_owned())));
                }
                Ok(Some(Ok(None))) => return Ok(()),
                Ok(Some(Ok(Some(object)))) => {
                    let status = match provider::settling(&self.schema.kind, None, &object) {
                        Settling::Failed(fault) => return Err(StepEnd::Failed(fault)),
                        Settling::Pending(status) => status,
                        Settling::Leaving | Settling::Ready => "deleting".to_owned(),
                    };
                    self.tell(Event::Waiting { step: self.step().id, status });
                }
                // A failed look says nothing about the object.
                Ok(Some(Err(_))) => {}
            }
        }
    }

    /// Waits until an object is where it was led to; gives it as it is then. `rest` is still to be
    /// done.
    async fn settled(&self, told: Told, rest: &[Call]) -> Result<Object, StepEnd> {
        let Told { object, fresh } = told;
        let want = match &self.step().action {
            StepAction::Await { .. } => self.recorded_arguments(),
            _ => self.job.want.clone(),
        };
        let judge = |object: &Object| match &self.step().action {
            // The plan found it as it should be: only that it rests is waited for.
            StepAction::Await { .. } if !self.schema.adopts => provider::resting(&self.schema.kind, object),
            _ => provider::settling(&self.schema.kind, Some(&want), object),
        };
        let mut last = judge(&object);
        // The answer of the last call may say that all is done.
        if fresh && last == Settling::Ready {
            return Ok(object);
        }
        let id = object.id.clone();
        if !fresh && let Ok(Some(now)) = self.cloud.get(&self.schema.kind, &id).await {
            let now = self.normal(now);
            last = judge(&now);
            if last == Settling::Ready {
                return Ok(now);
            }
        }
        let mut looks = self.follow(&id);
        loop {
            if let Settling::Pending(status) = &last {
                self.tell(Event::Waiting { step: self.step().id, status: status.clone() });
            }
            match tokio::time::timeout_at(self.deadline, looks.recv()).await {
                Err(_) | Ok(None) => {
                    let status = match last {
                        Settling::Pending(status) => format!("it is still `{status}`"),
                        _ => "it does not show yet".to_owned(),
                    };
                    return Err(StepEnd::Failed(self.overdue(status)));
                }
                Ok(Some(Ok(Some(object)))) => {
                    last = judge(&object);
                    match &last {
                        Settling::Ready => return Ok(object),
                        Settling::Failed(fault) => {
                            let object = self.as_recorded(object, rest);
                            self.seen(&object, false, Some(fault.clone())).await?;
                            return Err(StepEnd::Failed(fault.clone()));
                        }
                        Settling::Leaving => {
                            let fault = Fault::message("somebody else is deleting it");
                            return Err(StepEnd::Failed(fault));
                        }
                        Settling::Pending(_) => {}
                    }
                }
                // Not there yet, or the look failed: neither says that it is gone.
                Ok(Some(Ok(None) | Err(_))) => {}
            }
        }
    }

    fn follow(&self, id: &str) -> mpsc::UnboundedReceiver<super::watch::Look> {
        let attribute = |name: &str| {
            let value = self.job.want.text(name).or_else(|| self.job.have.text(name));
            value.map(str::to_owned).or_else(|| self.recorded_attributes().text(name).map(str::to_owned))
        };
        let parent = crate::plan::walk::parent_of(self.schema, attribute);
        self.worker.watch.follow(&self.step().provider, &self.cloud, self.schema, parent, id)
    }

    /// The object is as it should be: recorded, and with it what it completes.
    async fn finish(&self, object: Object) -> Result<Done, StepEnd> {
        let object = self.as_recorded(object, &[]);
        self.seen(&object, false, None).await?;
        let completed = match &self.step().completes {
            Some(other) => self.complete(other).await?,
            None => None,
        };
        Ok(Done { id: Some(object.id), attributes: Some(object.attributes), gone: false, completed })
    }

    /// Reads the object that this step completed, in its own account, until it shows that.
    async fn complete(&self, other: &Address) -> Result<Option<(Address, Attributes)>, StepEnd> {
        let Some(recorded) = self.worker.session.with(|r| r.objects.get(other).cloned()) else {
            return Ok(None);
        };
        let schema = self.worker.catalog.schema(&other.block);
        let Ok(cloud) = self.worker.clouds.get(&recorded.provider) else { return Ok(None) };
        let until = self.worker.clock.deadline(COMPLETION).min(self.deadline);
        let watch = &self.worker.watch;
        let status = |attributes: &Attributes| {
            let by_status = schema.attributes.iter().find(|a| matches!(a.compare, Compare::Status(_)));
            by_status.and_then(|a| attributes.text(a.name).map(str::to_owned))
        };
        let first = cloud.get(&schema.kind, &recorded.id).await;
        let mut looks = None;
        let mut seen = first.map(|o| o.map(|o| Object { attributes: schema.normalise(o.attributes), ..o }));
        loop {
            if let Ok(Some(object)) = &seen {
                let settled = provider::resting(&schema.kind, object) == Settling::Ready;
                let late =
                    schema.attributes.iter().any(|a| a.is_late() && object.attributes.get(a.name).is_some());
                let overdue = Instant::now() >= until;
                if settled && (late || status(&object.attributes) != status(&recorded.attributes)) || overdue
                {
                    let attributes = schema.known(object.attributes.clone(), &recorded.attributes);
                    let entry = Entry::Seen {
                        address: other.clone(),
                        id: object.id.clone(),
                        attributes: attributes.clone(),
                        settling: false,
                        taint: None,
                    };
                    self.worker.record(entry).await?;
                    return Ok(Some((other.clone(), attributes)));
                }
            } else if Instant::now() >= until {
                return Ok(None); // the next refresh reads it
            }
            let looks = looks
                .get_or_insert_with(|| watch.follow(&recorded.provider, &cloud, schema, None, &recorded.id));
            match tokio::time::timeout_at(until, looks.recv()).await {
                Ok(Some(look)) => seen = look,
                Ok(None) => return Ok(None),
                Err(_) => {}
            }
        }
    }

    async fn adopt(&self, object: Object, origin: Origin, resolves: Option<Seq>) -> Result<(), StepEnd> {
        let entry = Entry::Adopted {
            address: self.step().address.clone(),
            object,
            binding: Box::new(self.binding.clone()),
            origin,
            settling: false,
            resolves,
        };
        self.worker.record(entry).await
    }

    async fn seen(&self, object: &Object, settling: bool, taint: Option<Fault>) -> Result<(), StepEnd> {
        let entry = Entry::Seen {
            address: self.step().address.clone(),
            id: object.id.clone(),
            attributes: object.attributes.clone(),
            settling,
            taint,
        };
        self.worker.record(entry).await
    }

    /// Records what stands beside the attributes, where it differs, and settings of ours.
    async fn bind(&self) -> Result<(), StepEnd> {
        let settings: Attributes = self
            .schema
            .arguments()
            .filter(|a| a.change == Change::Setting)
            .filter_map(|a| Some((a.name, self.job.want.get(a.name)?.clone())))
            .collect();
        if self.step().keep.arguments.is_empty() {
            return Ok(()); // a record of what is not desired any more
        }
        let entry = Entry::Bound {
            address: self.step().address.clone(),
            binding: Box::new(self.binding.clone()),
            settings,
        };
        self.worker.record(entry).await
    }

    /// An object as it is recorded: of a shared set our own members, with the settings of ours and
    /// what the answer does not hold, as far as it does not take the `rest` of the calls.
    fn as_recorded(&self, object: Object, rest: &[Call]) -> Object {
        let mut attributes = object.attributes;
        let before = self.recorded_attributes();
        for attribute in &self.schema.attributes {
            let name = attribute.name;
            if attribute.change == Change::Setting || attributes.held(name).is_none() {
                let due = rest.iter().any(|call| call.sets.as_deref() == Some(name));
                let wanted = self.job.want.get(name).filter(|_| !due);
                let known = wanted.or_else(|| before.get(name));
                if let Some(value) = known {
                    attributes.set(name, value.clone());
                }
            }
        }
        if let Some(rule) = self.schema.members() {
            let name = rule.attribute.name;
            let arguments = if self.job.want.is_empty() { &before } else { &self.job.want };
            let sets: Vec<_> = arguments.get(name).into_iter().collect();
            attributes = rule.recorded(attributes, arguments, &sets);
        }
        Object::new(object.id, attributes)
    }

    fn normal(&self, object: Object) -> Object {
        Object { attributes: self.schema.normalise(object.attributes), ..object }
    }

    fn recorded_attributes(&self) -> Attributes {
        let address = &self.step().address;
        self.worker.session.with(|r| r.objects.get(address).map(|o| o.attributes.clone())).unwrap_or_default()
    }

    fn recorded_arguments(&self) -> Attributes {
        let keep = &self.step().keep;
        self.recorded_attributes()
            .iter()
            .filter(|(name, _)| keep.arguments.contains(*name))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }

    /// A record with the secret values that the plan does not hold.
    fn with_secrets(&self, mut attributes: Attributes) -> Attributes {
        for (name, value) in self.recorded_attributes().iter() {
            let is_setting = self.schema.attribute(name).is_some_and(|a| a.change == Change::Setting);
            if is_setting && attributes.get(name).is_none() {
                attributes.set(name, value.clone());
            }
        }
        attributes
    }

    fn overdue(&self, what: String) -> Fault {
        let minutes = self.step().timeout_s / 60;
        Fault {
            message: format!("{what}, and the deadline of {minutes} min has passed"),
            advice: "nothing is lost: the next apply goes on waiting; `timeouts` in the configuration sets another deadline"
                .to_owned(),
            ..Fault::default()
        }
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

/// An object, and whether the last answer told it.
struct Told {
    object: Object,
    fresh: bool,
}

/// What follows a call.
enum Next {
    Done(Option<Object>),
    End(StepEnd),
    Again(Fault),
    Look(Fault),
}
