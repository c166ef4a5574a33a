//! A script, lived through: the engine and the simulated cloud in one process, on time of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use landbridge::apply::Stopper;
use landbridge::ops::{self, Applied, Failure, PlanOptions, Planned};
use landbridge::plan::{Approval, Limit, PlanMode, planfile};
use landbridge::sim::Settings;
use landbridge::state;
use landbridge::state::files::{Loss, Mishap};

use super::laws;
use super::links::{LINKS, Links};
use super::machine::{Line, Trace, until_down};
use super::script::{Act, Run, Script};
use super::stack::{SERVICES, Stack, yaml_with};
use super::trouble::{self, At, Ending, Fault, Meddling};
use super::user;
use crate::common::{Journey, failures, settled, told};

/// What a life came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: u64,
    pub(super) crashes: u64,
    /// How often each kind of fault struck.
    pub(super) faults: BTreeMap<&'static str, u64>,
    /// The trace of everything, in one number.
    pub(super) hash: u64,
}

/// What happened so far, in words, for whoever looks at a life that broke a law.
pub(super) type Story = Arc<std::sync::Mutex<Vec<String>>>;

/// No life takes so long: what is still under way then does not come to an end.
const LIFETIME: Duration = Duration::from_secs(14 * 24 * 3600);
/// By then the cloud has ended what it is deleting.
const DELETED: Duration = Duration::from_secs(100);
/// So many runs in peace are enough: the deadline of the first may pass while it waits for what an
/// earlier one began slowly, the second may hear that the cloud calls it failed, or meet what others
/// changed in the middle of a run; the third replaces it.
const RUNS_TO_SETTLE: usize = 3;

struct Life {
    script: Script,
    journey: Journey,
    desired: Stack,
    links: Links,
    trace: Trace,
    story: Story,
    tally: Tally,
    /// The faults whose rules the simulator has.
    rules: Vec<Fault>,
    guests: BTreeSet<String>,
    /// Services whose whitelist has been exclusive at some time.
    were_exclusive: BTreeSet<String>,
    theirs: BTreeSet<String>,
}

/// Lives through a script.
///
/// # Panics
/// With the law that was broken.
pub(super) fn live(script: &Script, story: &Story) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut life = Life::new(script.clone(), story.clone());
        let lived = tokio::time::timeout(LIFETIME, life.whole()).await;
        assert!(lived.is_ok(), "it does not come to an end");
        life.trace.note(life.journey.sim.world_yaml());
        Tally { hash: life.trace.hash(), ..life.tally }
    })
}

impl Life {
    fn new(script: Script, story: Story) -> Life {
        let settings = Settings { seed: script.seed, ..Settings::embedded() };
        let text = yaml_with(&script.stack, script.beyond.then_some(&script.links));
        let mut journey = Journey::with(&text, settings);
        journey.seed = script.seed;
        journey.parallelism = script.parallelism;
        journey.passwords = script.passwords;
        Life {
            desired: script.stack.clone(),
            links: script.links.clone(),
            journey,
            script,
            trace: Trace::default(),
            story,
            tally: Tally::default(),
            rules: Vec::new(),
            guests: BTreeSet::new(),
            were_exclusive: BTreeSet::new(),
            theirs: BTreeSet::new(),
        }
    }

    async fn whole(&mut self) {
        for (number, act) in self.script.acts.clone().into_iter().enumerate() {
            self.tell(format!("act {number}, at {}", self.journey.clock.now()));
            match act {
                Act::Desire(stack) => {
                    self.desired = stack;
                    self.write();
                }
                Act::DesireLinks(links) => {
                    self.links = links;
                    self.write();
                }
                Act::Meddle(what) if what.hides_evidence() && self.is_uncertain() => {}
                Act::Meddle(what) => self.meddle(what).await,
                Act::Wait(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                Act::Refresh => self.refresh().await,
                Act::Run(run) => self.run(&run).await,
                Act::Settle => self.settle(false).await,
            }
        }
        self.settle(false).await;
        self.settle(true).await;
    }

    /// The author writes down what is desired.
    fn write(&mut self) {
        let links = self.script.beyond.then_some(&self.links);
        self.journey.text = yaml_with(&self.desired, links);
    }

    fn tell(&self, line: String) {
        self.story.lock().expect("no panic while telling").push(line);
    }

    /// Lets these faults strike from now on, and counts those that did.
    fn trouble(&mut self, faults: &[Fault]) {
        let struck = self.journey.sim.struck();
        for ((kind, _), times) in self.rules.iter().zip(struck.into_iter().skip(1)) {
            *self.tally.faults.entry(kind).or_default() += times;
        }
        self.journey.sim.set_faults(trouble::rules(self.script.latency, faults));
        self.rules = faults.to_vec();
    }

    fn struck(&mut self, kind: &'static str) {
        *self.tally.faults.entry(kind).or_default() += 1;
    }

    async fn meddle(&mut self, what: Meddling) {
        let now = self.journey.sim.clock().now();
        self.journey.meddle(|world| trouble::meddle(world, now, what)).await;
        let world = self.journey.sim.world();
        self.guests = laws::with_guest(&world);
        self.theirs = laws::theirs(&world);
        self.tell(format!("  others: {what:?}"));
    }

    /// A refresh is recorded, and changes nothing in the cloud.
    async fn refresh(&mut self) {
        self.trouble(&[]);
        let before = self.writes();
        let options = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
        let refreshed = self.journey.try_apply(&options).await;
        self.tell(format!("  refresh: {}", word(&refreshed)));
        assert_eq!(self.writes(), before, "a refresh wrote to the cloud");
        self.check_record();
    }

    fn writes(&self) -> u64 {
        let counts = self.journey.sim.request_counts();
        let reads = |name: &str| {
            let name = name.split_once(':').map_or(name, |(_, action)| action);
            ["get_", "list_", "quotas", "Get", "List", "Describe", "DryRun"]
                .iter()
                .any(|verb| name.starts_with(verb))
        };
        counts.iter().filter(|(name, _)| !reads(name) && *name != "create_token").map(|(_, n)| n).sum()
    }

    /// One run, in trouble, which may end in any way.
    async fn run(&mut self, run: &Run) {
        self.tally.runs += 1;
        self.forget_guests_of_exclusive_sets();
        self.trouble(&run.faults);
        let files = self.journey.files.clone();
        let down = match run.ending {
            Ending::Crash(at, _) => Some(at),
            _ => None,
        };
        match run.ending {
            Ending::Crash(At::File(after, mishap), _) | Ending::File(after, mishap) => {
                files.fail_at(files.operations() + after, mishap);
            }
            _ => {}
        }
        let begun_at = files.operations();
        let line = Line::new(&self.journey.sim, &self.trace, down);
        let mut work = Box::pin(self.work(run, &line));
        let ended = match run.ending {
            Ending::Crash(..) => until_down(&mut work, &line, &files).await,
            Ending::Dropped(after) => {
                tokio::time::timeout(Duration::from_millis(after), &mut work).await.ok()
            }
            Ending::ByItself | Ending::File(..) | Ending::Stopped(..) => Some((&mut work).await),
        };
        match (ended, run.ending) {
            (Some(words), _) => {
                drop(work);
                self.tell(format!("  {words}"));
                files.fail_at(u64::MAX, Mishap::Full);
                match run.ending {
                    Ending::File(after, mishap) if files.operations() > begun_at + after => {
                        self.struck(match mishap {
                            Mishap::Full | Mishap::FullHalfway => "disk full",
                            Mishap::Broken | Mishap::Killed | Mishap::KilledHalfway => "disk broken",
                        });
                    }
                    Ending::Stopped(..) => self.struck("stopped by the user"),
                    _ => {}
                }
            }
            (None, Ending::Crash(_, loss)) => {
                // First the machine goes, then what ran on it: it has no last words.
                let restarted = files.restart(loss);
                drop(work);
                self.journey.files = restarted;
                self.tally.crashes += 1;
                self.struck(match loss {
                    Loss::Nothing => "process killed",
                    Loss::Unsynced | Loss::Blank => "power lost, with what was not synced",
                    Loss::Torn => "power lost, with half of what was not synced",
                });
                self.tell(format!("  crashed, {loss:?} is lost"));
            }
            (None, _) => {
                drop(work);
                self.struck("dropped within its process");
                self.tell("  dropped".to_owned());
            }
        }
        if run.rival.is_some() {
            self.struck("a second run at once");
        }
        if let Some((_, what)) = run.meddling {
            self.struck("others meanwhile");
            self.tell(format!("  others, meanwhile: {what:?}"));
            let world = self.journey.sim.world();
            self.guests = laws::with_guest(&world);
            self.theirs = laws::theirs(&world);
        }
        self.check_record();
    }

    /// The run itself, and what goes on beside it.
    async fn work(&self, run: &Run, line: &Line) -> String {
        let (stopper, cancel) = Stopper::new();
        let first = async { word(&self.apply(run, line, cancel, Duration::ZERO).await) };
        let rival = async {
            let Some((after, waits)) = run.rival else { return String::new() };
            tokio::time::sleep(Duration::from_millis(after)).await;
            let patience = Duration::from_secs(if waits { 90 } else { 0 });
            let (_stopper, cancel) = Stopper::new();
            format!("; a second run {}", word(&self.apply(run, line, cancel, patience).await))
        };
        let others = async {
            let Some((after, what)) = run.meddling else { return };
            tokio::time::sleep(Duration::from_millis(after)).await;
            let now = self.journey.sim.clock().now();
            self.journey.meddle(|world| trouble::meddle(world, now, what)).await;
        };
        let stop = async {
            let Ending::Stopped(after, times) = run.ending else { return };
            tokio::time::sleep(Duration::from_millis(after)).await;
            for _ in 0..times {
                stopper.ask();
            }
        };
        let (first, rival, (), ()) = tokio::join!(first, rival, others, stop);
        first + &rival
    }

    /// Plans, checks the plan, and applies it.
    async fn apply(
        &self,
        run: &Run,
        line: &Line,
        cancel: landbridge::apply::Cancel,
        patience: Duration,
    ) -> Result<Applied, Failure> {
        let mut workspace = self.journey.workspace_over(Arc::new(line.clone()));
        workspace.lock_timeout = patience;
        let options = options(run.destroy);
        let Planned { plan, secrets, .. } = ops::plan(&workspace, &options).await?;
        laws::plan_is_in_order(&plan, &self.desired);
        if run.meddling.is_none() && run.rival.is_none() && !run.faults.is_empty() {
            self.journey.sim.set_faults(trouble::rules(self.script.latency, &[]));
            let peace = ops::plan(&workspace, &options).await;
            self.journey.sim.set_faults(trouble::rules(self.script.latency, &run.faults));
            laws::trouble_changes_no_mind(&plan, &peace?.plan);
        }
        let text = planfile::write(&plan);
        assert_eq!(planfile::read(text.as_bytes()).as_ref(), Ok(&plan), "a plan reads back");
        let by = if run.saved { Approval::Saved } else { Approval::Automatic };
        let approved = plan.approve_beyond(by, &Limit::ALL)?;
        let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
        ops::apply(&workspace, approved, secrets, events, cancel).await
    }

    fn is_uncertain(&self) -> bool {
        let loaded = state::read(&self.journey.backend("drawn"));
        loaded.is_ok_and(|loaded| !loaded.recorded.pending.is_empty())
    }

    /// An exclusive whitelist has no guests, whether it is desired or only recorded.
    fn forget_guests_of_exclusive_sets(&mut self) {
        let Ok(loaded) = state::read(&self.journey.backend("drawn")) else { return };
        let object = |address: String| {
            loaded
                .recorded
                .objects
                .get(&address.parse::<landbridge::resource::Address>().expect("an address"))
        };
        let links = (0..LINKS).map(|n| {
            let desired = self.links.get(&n).is_some_and(|link| link.exclusive);
            (desired, format!("privatelink_whitelist.l{n}"), format!("privatelink_service.l{n}"))
        });
        let services = (0..SERVICES).map(|n| {
            let whitelist = self.desired.get(&n).and_then(|s| s.whitelist.as_ref());
            let desired = whitelist.is_some_and(|w| w.exclusive);
            (desired, format!("vpcep_whitelist.w{n}"), format!("vpcep_service.s{n}"))
        });
        for (desired, whitelist, service) in links.chain(services) {
            let (whitelist, Some(service)) = (object(whitelist), object(service)) else { continue };
            let is = |name: &str, word: &str| {
                whitelist
                    .is_some_and(|w| w.attributes.get(name).is_some_and(|v| v.to_string().contains(word)))
            };
            if desired || is("mode", "exclusive") {
                self.were_exclusive.insert(service.id.clone());
                self.guests.remove(&service.id);
            }
            // Once it was, everybody on it was ours, and is so until the record says otherwise.
            let is_ours = is("users", trouble::GUEST_OF_LINK) || is("permissions", trouble::GUEST);
            if is_ours && self.were_exclusive.contains(&service.id) {
                self.guests.remove(&service.id);
            }
        }
    }

    /// What is recorded can be read, is whole, and knows every object of ours.
    fn check_record(&self) {
        let loaded = match state::read(&self.journey.backend("drawn")) {
            Ok(loaded) => loaded,
            Err(error) => panic!("the state cannot be read: {error}"),
        };
        assert_eq!(loaded.recorded.verify(), Vec::<String>::new());
        let world = self.journey.sim.world();
        laws::nothing_is_lost(&world, &loaded.recorded);
        assert!(
            laws::theirs(&world).is_superset(&self.theirs),
            "what others made is gone: {:?}",
            self.theirs.difference(&laws::theirs(&world))
        );
    }

    /// Applies in peace; then everything is as desired, and there is nothing left to do.
    async fn settle(&mut self, destroy: bool) {
        self.forget_guests_of_exclusive_sets();
        self.trouble(&[]);
        let (nothing, no_links) = (Stack::new(), Links::new());
        if let Err(Failure::Diagnostics(faults)) = self.journey.plan_with(&options(destroy)).await
            && faults.iter().all(|f| f.summary == "The new object cannot be made before the old one is gone")
        {
            // The author is told so, and wants it the other way round.
            self.tell("  refused: it cannot be create-first".to_owned());
            for service in self.desired.values_mut() {
                let endpoints = service.endpoints.values_mut().chain([&mut service.twin]);
                endpoints.for_each(|endpoint| endpoint.create_first = false);
            }
            self.write();
        }
        for again in 1.. {
            let options = user::answering(&self.journey, options(destroy)).await;
            let planned = settled(self.journey.plan_with(&options).await);
            laws::plan_is_in_order(&planned.plan, &self.desired);
            self.tell(format!("  in peace: {:?}", planned.plan.changes.iter().map(told).collect::<Vec<_>>()));
            let applied = match self.journey.try_apply(&options).await {
                Ok(applied) => applied,
                Err(failure) => panic!("refused in peace: {failure:#?}"),
            };
            self.tell(format!("  {}", failed_words(&applied)));
            self.check_record();
            if applied.report.is_success() {
                break;
            }
            assert!(again < RUNS_TO_SETTLE, "it does not converge: {:#?}", failures(&applied.report));
        }
        if !destroy {
            self.journey.assert_converged().await;
        }
        tokio::time::sleep(DELETED).await;
        let world = self.journey.sim.world();
        let recorded = self.journey.recorded();
        laws::all_is_as_desired(&world, &recorded, if destroy { &nothing } else { &self.desired });
        laws::links_are_as_desired(&world, &recorded, if destroy { &no_links } else { &self.links });
        // A set that nobody had recorded when this began may be exclusive, too.
        self.forget_guests_of_exclusive_sets();
        let ours = world.services.iter().map(|s| s.id.to_string());
        let there: BTreeSet<String> =
            ours.chain(world.alibaba.services.iter().map(|s| s.id.clone())).collect();
        let now = laws::with_guest(&world);
        for service in self.guests.iter().filter(|service| there.contains(*service)) {
            assert!(now.contains(service), "a record of others is gone from the whitelist of {service}");
        }
        self.trace.note(format!("{recorded:?}"));
    }
}

fn options(destroy: bool) -> PlanOptions {
    let mode = if destroy { PlanMode::Destroy } else { PlanMode::Normal };
    PlanOptions { mode, ..PlanOptions::default() }
}

fn word(applied: &Result<Applied, Failure>) -> String {
    match applied {
        Ok(applied) => failed_words(applied),
        Err(failure) => format!("refused: {failure}"),
    }
}

/// How a run ended.
fn failed_words(applied: &Applied) -> String {
    let done: Vec<String> = applied.plan.changes.iter().map(told).collect();
    match (&applied.report.broken, applied.report.is_success()) {
        (Some(broken), _) => format!("broken: {broken}"),
        (None, true) => format!("done: {done:?}"),
        (None, false) => format!("failed: {:?} of {done:?}", failures(&applied.report)),
    }
}
