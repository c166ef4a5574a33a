//! The one loop that owns the schedule and hears from the workers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::cancel::{Cancel, Stop};
use super::look::Claims;
use super::resolve::{World, resolve, resolve_one};
use super::schedule::Schedule;
use super::watch::Watch;
use super::work::{Done, Job, Tokens, Worker};
use crate::plan::{Event, Plan, PlanInput, Secrets, Step, StepAction, StepEnd, StepId};
use crate::provider::{Clock, Clouds};
use crate::resource::{Attributes, Catalog, Fault, Value};
use crate::state::{Entry, RecordedOutput, SessionHandle, Timing, timing};

/// What a run needs.
pub struct Executor {
    /// The clouds.
    pub clouds: Arc<Clouds>,
    /// The kinds.
    pub catalog: Arc<Catalog>,
    /// The state, locked.
    pub session: SessionHandle,
    /// The time.
    pub clock: Clock,
    /// How many writing calls may be under way at once.
    pub parallelism: usize,
    /// By when everything that was made shows in listings.
    pub settle: Duration,
    /// Who wants to know what happens.
    pub events: mpsc::UnboundedSender<Event>,
    /// Who may stop it.
    pub cancel: Cancel,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How each step ended.
    pub ended: BTreeMap<StepId, StepEnd>,
    /// The outputs, if they were worked out.
    pub outputs: BTreeMap<String, RecordedOutput>,
    /// Whether it was stopped.
    pub stopped: bool,
    /// Why nothing more could be recorded, if that happened.
    pub broken: Option<String>,
}

impl Report {
    /// Whether every step is done.
    pub fn is_success(&self) -> bool {
        !self.stopped && self.broken.is_none() && self.ended.values().all(|e| matches!(e, StepEnd::Done(_)))
    }
}

/// Does the steps of a plan. The caller holds the session and closes it.
pub async fn execute(executor: Executor, plan: &Plan, secrets: &Secrets) -> Report {
    let Executor { clouds, catalog, session, clock, parallelism, settle, events, mut cancel } = executor;
    let mut world = session.with(|recorded| World::new(recorded, &catalog));
    let claims = session.with(|recorded| {
        let recorded = recorded.every_object().map(|(_, o)| o.id.clone());
        // What the plan binds is spoken for from the start.
        let bound = plan.steps.iter().filter_map(|step| match &step.action {
            StepAction::Adopt { object, .. } | StepAction::Update { adopt: Some(object), .. } => {
                Some(object.id.clone())
            }
            _ => None,
        });
        Claims::new(recorded.chain(bound))
    });
    let worker = Worker {
        clouds,
        catalog: catalog.clone(),
        session: session.clone(),
        watch: Watch::new(clock.clone()),
        clock,
        slots: Arc::new(Semaphore::new(parallelism.max(1))),
        settle,
        events: events.clone(),
        claims: Arc::new(claims),
        lanes: Arc::default(),
        identities: Arc::new(plan.identities.clone()),
        marking: Arc::new(plan.marking.clone()),
        tokens: Arc::new(session.with(Tokens::left_by)),
    };
    let mut schedule = Schedule::new(&plan.steps);
    let mut running: JoinSet<(StepId, Instant, Result<Done, StepEnd>)> = JoinSet::new();
    let mut report = Report::default();
    let mut timings: BTreeMap<String, Timing> = BTreeMap::new();
    // Telling is best effort: nobody listening is no reason to stop.
    let tell = |event| drop(events.send(event));

    loop {
        while cancel.level() == Stop::No && session.failure().is_none() {
            let Some(id) = schedule.start() else { break };
            let step = plan.step(id);
            let began = Instant::now();
            tell(Event::Started { step: id });
            match job(step, &catalog, &world, secrets) {
                Ok(job) => {
                    let worker = worker.clone();
                    running.spawn(async move { (id, began, worker.run(job).await) });
                }
                Err(fault) => {
                    let end = StepEnd::Failed(fault);
                    tell(Event::Ended { step: id, end: end.clone(), took: Duration::ZERO });
                    lose(&mut schedule, plan, &mut report, step, end, &tell);
                }
            }
        }
        if running.is_empty() {
            break;
        }
        let level = cancel.level();
        tokio::select! {
            joined = running.join_next() => {
                let (id, began, result) = match joined {
                    Some(Ok(ended)) => ended,
                    Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    _ => continue,
                };
                let step = plan.step(id);
                let end = match &result {
                    Ok(done) => StepEnd::Done(done.id.clone()),
                    Err(end) => end.clone(),
                };
                tell(Event::Ended { step: id, end: end.clone(), took: began.elapsed() });
                match result {
                    Ok(done) => {
                        if !step.action.is_bookkeeping() {
                            let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                            let key = timing::key(step.address.kind().as_str(), step.action.word());
                            timings.entry(key).or_default().add(Timing::one(took));
                        }
                        settle_in(&mut world, &catalog, step, done);
                        report.ended.insert(id, end);
                        schedule.succeeded(id);
                    }
                    Err(end) => lose(&mut schedule, plan, &mut report, step, end, &tell),
                }
            }
            now = cancel.beyond(level) => {
                tell(Event::Stopping { now: now == Stop::Now });
                if now == Stop::Now {
                    running.abort_all();
                    break;
                }
            }
        }
    }
    report.stopped = cancel.level() != Stop::No;
    report.broken = session.failure().map(|f| f.to_string());
    for id in schedule.abandon() {
        report.ended.insert(id, StepEnd::NotTried(None));
    }
    for step in &plan.steps {
        report.ended.entry(step.id).or_insert_with(|| {
            StepEnd::Uncertain(Fault::message("it was cut off; the next plan finds out what happened"))
        });
    }
    if !timings.is_empty()
        && report.broken.is_none()
        && let Err(error) = session.record(Entry::Timed(timings)).await
    {
        report.broken = Some(error.to_string());
    }
    if report.broken.is_none() {
        record_outputs(plan, secrets, &mut world, &session, &mut report).await;
    }
    report
}

/// A step with every hole filled.
fn job(step: &Step, catalog: &Catalog, world: &World, secrets: &Secrets) -> Result<Job, Fault> {
    let schema = catalog.schema(&step.address.block);
    let fill = |inputs: &BTreeMap<String, PlanInput>| resolve(inputs, schema, world, secrets);
    let (want, have) = match &step.action {
        StepAction::Create { want, .. } => (fill(want)?, Attributes::new()),
        StepAction::Update { want, have, .. } => (fill(want)?, fill(have)?),
        StepAction::Delete { have, .. } => (Attributes::new(), fill(have)?),
        StepAction::Record { attributes, .. } => (Attributes::new(), fill(attributes)?),
        StepAction::Read { args } => (fill(args)?, Attributes::new()),
        StepAction::Adopt { .. }
        | StepAction::Await { .. }
        | StepAction::Forget { .. }
        | StepAction::Resolve { .. } => Default::default(),
    };
    Ok(Job { step: step.clone(), want, have })
}

/// A step is done: later steps see what it left.
fn settle_in(world: &mut World, catalog: &Catalog, step: &Step, done: Done) {
    match done.attributes {
        Some(attributes) => world.put(&step.address, &attributes, catalog),
        None if done.gone => world.remove(&step.address),
        None => {}
    }
    if let Some((address, attributes)) = done.completed {
        world.put(&address, &attributes, catalog);
    }
}

/// A step is not done: everything that needs it is not tried.
fn lose(
    schedule: &mut Schedule,
    plan: &Plan,
    report: &mut Report,
    step: &Step,
    end: StepEnd,
    tell: &impl Fn(Event),
) {
    report.ended.insert(step.id, end);
    for lost in schedule.failed(step.id) {
        let end = StepEnd::NotTried(Some(step.address.clone()));
        tell(Event::Ended { step: lost, end: end.clone(), took: Duration::ZERO });
        report.ended.insert(lost, end);
    }
    debug_assert!(plan.steps.len() >= report.ended.len());
}

/// Works out the outputs and records them, as far as the run came.
async fn record_outputs(
    plan: &Plan,
    secrets: &Secrets,
    world: &mut World,
    session: &SessionHandle,
    report: &mut Report,
) {
    world.settle();
    for (name, planned) in &plan.results {
        let before = session.with(|recorded| recorded.outputs.get(name).cloned());
        let output = match resolve_one(&planned.worth, world, secrets) {
            Ok(value) => Some(RecordedOutput { value, sensitive: planned.sensitive }),
            // What cannot be said even now, since it reads what stays unknown, is nothing yet.
            Err(_) if report.is_success() => {
                Some(RecordedOutput { value: Value::Null, sensitive: planned.sensitive })
            }
            // After a failure it may read what is not there; it then keeps its old value.
            Err(_) => before,
        };
        if let Some(output) = output {
            report.outputs.insert(name.clone(), output);
        }
    }
    let same = session.with(|recorded| recorded.outputs == report.outputs);
    if !same && let Err(error) = session.record(Entry::Outputs(report.outputs.clone())).await {
        report.broken = Some(error.to_string());
    }
}
