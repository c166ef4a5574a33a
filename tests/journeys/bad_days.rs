//! The four bad days, from the broken world to an empty plan: the state is gone, the objects are gone, the
//! region is gone, nobody ever wrote a configuration. For the example and for a generated estate, while
//! calls go wrong, and with the process killed at twenty points.
//!
//! The estate is small here, and whole with `LANDBRIDGE_ESTATE=whole`, for which one wants an optimised build:
//! `LANDBRIDGE_ESTATE=whole cargo test --profile simulation --test main journeys::bad_days -- --nocapture`.

#![expect(clippy::print_stdout, reason = "calls and virtual time are what one wants to read")]

use std::collections::BTreeMap;
use std::sync::Arc;

use landbridge::ops::{self, Failure, Filter, PlanOptions, Recovery, Workspace, rebuild};
use landbridge::plan::Answers;
use landbridge::sim::{Settings, World};
use landbridge::state::files::{Loss, MemoryFiles, Mishap};

use super::rebuild::{Unreachable, VALUES, confirmed, link, made_anew};
use crate::common::Journey;
use crate::common::estate::{self, ELSEWHERE, Estate, HERE};

/// So many points at which a run is killed.
const KILLS: u64 = 20;

/// How often the same command is run before somebody would give up.
const ATTEMPTS: usize = 5;

/// What goes wrong all the time.
const TROUBLE: [&str; 5] = [
    "{ operation: '*', probability: 0.02, error: { status: 503 } }",
    "{ operation: '*', probability: 0.01, cut: true }",
    "{ operation: 'create_*', probability: 0.04, lose_answer: true }",
    "{ operation: 'list_*', probability: 0.1, latency: 500ms..3s }",
    "{ operation: '*', rate: { per_second: 20, burst: 40 } }",
];

/// What was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    State,
    Objects,
    Region,
    Configuration,
}

const DAYS: [Day; 4] = [Day::State, Day::Objects, Day::Region, Day::Configuration];

/// A stack, and what its bad days take.
struct Stack {
    name: &'static str,
    journey: fn() -> Journey,
    map: fn() -> Vec<(String, String)>,
    values: fn() -> String,
}

const LINK: Stack = Stack {
    name: "the example",
    journey: link,
    map: || super::rebuild::BOTH.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect(),
    values: || VALUES.to_owned(),
};

const ESTATE: Stack = Stack {
    name: "the estate",
    journey: || estate(Estate::or_small(3)),
    map: estate::map,
    values: estate::values,
};

/// The story of an estate that can move.
fn estate(size: Estate) -> Journey {
    Journey { text: size.text_with_elsewhere(), ..size.journey(Settings::embedded()) }
}

/// The projects of the region that goes.
fn gone(world: &World) -> Vec<String> {
    let projects = world.accounts.iter().flat_map(|account| &account.projects);
    projects.filter(|project| project.region == HERE).map(|project| project.id.clone()).collect()
}

/// How often each thing is there; equal worlds hold the same things.
fn likeness(world: &World, region: &str) -> BTreeMap<String, usize> {
    let projects: Vec<&str> = world
        .accounts
        .iter()
        .flat_map(|account| account.projects.iter().filter(|project| project.region == region))
        .map(|project| project.id.as_str())
        .collect();
    let mut all = BTreeMap::new();
    let mut add = |line: String| *all.entry(line).or_insert(0) += 1;
    let here: BTreeMap<_, _> = world
        .services
        .iter()
        .filter(|s| projects.contains(&s.project.as_str()))
        .map(|s| (s.id, &s.name))
        .collect();
    here.values().for_each(|name| add(format!("service {name}")));
    for record in world.permissions.iter().filter(|record| here.contains_key(&record.service_id)) {
        add(format!("{} lets in {}", here[&record.service_id], record.permission));
    }
    let account = |project: &str| {
        let owns = |account: &&landbridge::sim::Account| account.projects.iter().any(|p| p.id == project);
        world.accounts.iter().find(owns).map_or("nobody", |account| account.name.as_str())
    };
    for e in world.endpoints.iter().filter(|e| projects.contains(&e.project.as_str())) {
        let to = here.get(&e.service_id).map_or("nothing", |name| name.as_str());
        add(format!("endpoint of {} to {to} {:?}", account(&e.project), e.status));
    }
    all
}

impl Day {
    /// Makes the loss.
    async fn breaks(self, journey: &mut Journey) {
        match self {
            Day::State => journey.files = MemoryFiles::new(),
            Day::Configuration => {
                journey.files = MemoryFiles::new();
                let from = journey.text.find("resources:\n").expect("resources");
                journey.text.truncate(from);
                if let Some(from) = journey.text.find("variables:\n") {
                    let to =
                        journey.text[from..].find("providers:\n").map_or(journey.text.len(), |n| from + n);
                    journey.text.replace_range(from..to, "");
                }
            }
            Day::Objects | Day::Region => {
                let lose = |world: &mut World| {
                    world.services.clear();
                    world.permissions.clear();
                    world.endpoints.clear();
                };
                journey.meddle(lose).await;
            }
        }
    }

    fn workspace(self, journey: &Journey) -> Workspace {
        match self {
            Day::Region => {
                let cloud = Unreachable(journey.sim.clone(), gone(&journey.sim.world()));
                journey.workspace_over(Arc::new(cloud))
            }
            _ => journey.workspace(),
        }
    }

    /// The one command of the day, once.
    async fn command(self, stack: &Stack, journey: &mut Journey) -> Result<(), Failure> {
        let workspace = self.workspace(journey);
        match self {
            Day::State => recovered(&workspace).await,
            Day::Objects => {
                let applied = journey.try_apply(&PlanOptions::default()).await?;
                if applied.is_success() { Ok(()) } else { Err(unfinished()) }
            }
            Day::Region => {
                if rebuild::confirm(&workspace).await.is_err() {
                    let map = (stack.map)();
                    let map: Vec<(&str, &str)> = map.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
                    let (_, text) = made_anew(&workspace, journey, &map, &(stack.values)()).await?;
                    journey.text = text;
                }
                let again = self.workspace(journey);
                match confirmed(&again).await {
                    // Whoever was killed after it was taken over has nothing more to do.
                    Err(Failure::Refused { what, .. }) if what == "no rebuild is under way" => Ok(()),
                    other => other,
                }
            }
            // Killed after the text was written, the configuration is there, and the state is lost.
            Day::Configuration if journey.text.contains("resources:\n") => recovered(&workspace).await,
            Day::Configuration => {
                // The new places are empty, and are no accounts of their own.
                let written = ops::export(&workspace, &Filter::default()).await?;
                journey.text.push_str(&written.text);
                let workspace = journey.workspace();
                let found = ops::import(&workspace, &written.imports(&workspace)).await?;
                ops::bind(&workspace, found).await
            }
        }
    }

    /// Where everything is in the end.
    fn region(self) -> &'static str {
        if self == Day::Region { ELSEWHERE } else { HERE }
    }
}

async fn recovered(workspace: &Workspace) -> Result<(), Failure> {
    match ops::recover(workspace, Answers::default()).await? {
        Recovery::Clear(found) if found.is_empty() => Ok(()),
        Recovery::Clear(found) => ops::agree(workspace, *found).await.map(drop),
        Recovery::Unclear { told, .. } => Err(told.into()),
    }
}

fn unfinished() -> Failure {
    Failure::Other(anyhow::anyhow!("not everything could be done"))
}

/// Runs the command until it is done.
async fn ended(day: Day, stack: &Stack, journey: &mut Journey) -> usize {
    for attempt in 1..=ATTEMPTS {
        match day.command(stack, journey).await {
            Ok(()) => return attempt,
            Err(failure) if attempt == ATTEMPTS => panic!("{day:?} of {}: {failure}", stack.name),
            Err(_) => {}
        }
    }
    unreachable!("the last attempt returns or panics")
}

/// The stack in peace, and what the cloud holds then.
async fn applied(stack: &Stack) -> (Journey, BTreeMap<String, usize>) {
    let journey = (stack.journey)();
    journey.apply().await;
    let held = likeness(&journey.sim.world(), HERE);
    (journey, held)
}

/// One bad day from its morning to an empty plan; what it took is told.
async fn a_day(day: Day, stack: &Stack, start: &Journey, held: &BTreeMap<String, usize>, trouble: &[&str]) {
    let mut journey = start.copy();
    day.breaks(&mut journey).await;
    journey.faults(trouble);
    let (began, before) = (journey.clock.now(), journey.sim.request_counts());
    let attempts = ended(day, stack, &mut journey).await;
    let took = journey.clock.now().duration_since(began);
    let after = journey.sim.request_counts();
    let calls: BTreeMap<&String, u64> = after
        .iter()
        .map(|(name, count)| (name, count - before.get(name).copied().unwrap_or_default()))
        .filter(|(_, count)| *count > 0)
        .collect();
    journey.faults(&[]);
    journey.assert_converged().await;
    assert_eq!(likeness(&journey.sim.world(), day.region()), *held, "{day:?} of {}", stack.name);
    println!(
        "{} lost of {}{}: back after {:.0} of virtual time, {} calls {calls:?}, {attempts} runs",
        format!("{day:?}").to_lowercase(),
        stack.name,
        if trouble.is_empty() { "" } else { ", with faults" },
        took,
        calls.values().sum::<u64>(),
    );
}

/// The same, killed at points that are spread over the whole command.
async fn killed(day: Day, stack: &Stack, start: &Journey, held: &BTreeMap<String, usize>) {
    let mut morning = start.copy();
    day.breaks(&mut morning).await;
    let mut calm = morning.copy();
    let first = calm.files.operations();
    ended(day, stack, &mut calm).await;
    let operations = calm.files.operations() - first;
    let mut points: Vec<u64> = (0..KILLS).map(|n| first + n * operations / KILLS).collect();
    points.dedup();
    for point in points {
        let mut journey = morning.copy();
        journey.files.fail_at(point, Mishap::Killed);
        let ended_by_itself = day.command(stack, &mut journey).await.is_ok();
        assert!(!ended_by_itself || journey.files.is_dead(), "{day:?}: operation {point} kills");
        journey.files = journey.files.restart(Loss::Unsynced);
        ended(day, stack, &mut journey).await;
        journey.assert_converged().await;
        let found = likeness(&journey.sim.world(), day.region());
        assert_eq!(found, *held, "{day:?} of {}, killed at {point}", stack.name);
    }
}

#[tokio::test(start_paused = true)]
async fn of_the_example_and_of_the_estate_with_faults_and_without() {
    for stack in [LINK, ESTATE] {
        let (start, held) = applied(&stack).await;
        for day in DAYS {
            a_day(day, &stack, &start, &held, &[]).await;
            a_day(day, &stack, &start, &held, &TROUBLE).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_the_example_killed_at_twenty_points() {
    let (start, held) = applied(&LINK).await;
    for day in DAYS {
        killed(day, &LINK, &start, &held).await;
    }
}

/// Large enough to be in the midst of everything when it is killed, where there is the time for that.
const MIDDLE: Stack = Stack {
    name: "an estate",
    journey: || estate(Estate { services: Estate::or_small(2).services.min(20) }),
    map: estate::map,
    values: estate::values,
};

#[tokio::test(start_paused = true)]
async fn of_an_estate_killed_at_twenty_points() {
    let (start, held) = applied(&MIDDLE).await;
    for day in DAYS {
        killed(day, &MIDDLE, &start, &held).await;
    }
}
