//! Every file operation of a journey goes wrong, one after another and in every way: the disk is
//! full, fails, writes half; the process is killed, or the power fails and takes with it what was
//! not synced. After each, the next plan can be made, the same thing done again converges, and the
//! cloud holds exactly the desired objects, each once.
//!
//! They take some minutes, so they are compiled with the crash points only:
//! `cargo test --features crash-points --test main journeys::accidents -- --nocapture` tells how many.

#![expect(clippy::print_stdout, reason = "how many accidents were survived is what one wants to read")]

use landbridge::apply::Stopper;
use landbridge::ops::{self, PlanOptions};
use landbridge::plan::{Approval, PlanMode, Secrets, planfile};
use landbridge::resource::Address;
use landbridge::state::files::{Does, Loss, Mishap};
use landbridge::state::{Opening, Session, edit};

use super::scenario;
use super::story::LINK;
use crate::common::{Held, Journey, held, missing, settled, tally};

/// What goes wrong at an operation, and what the end of the process takes away; none where the
/// machine and its files are still there for the next run.
type Accident = (Mishap, Option<Loss>);

/// What can go wrong where nothing but looking is done.
const LOOKING: [Accident; 2] = [(Mishap::Broken, None), (Mishap::Killed, Some(Loss::Nothing))];

/// What can go wrong besides where something is changed.
const CHANGING: [Accident; 5] = [
    (Mishap::Full, None),
    (Mishap::Broken, Some(Loss::Unsynced)),
    (Mishap::Killed, Some(Loss::Unsynced)),
    (Mishap::Killed, Some(Loss::Torn)),
    (Mishap::Killed, Some(Loss::Blank)),
];

/// What can go wrong besides where bytes are written.
const WRITING: [Accident; 3] = [
    (Mishap::FullHalfway, None),
    (Mishap::KilledHalfway, Some(Loss::Nothing)),
    (Mishap::KilledHalfway, Some(Loss::Torn)),
];

/// Everything that can go wrong at an operation.
fn accidents(does: Does) -> Vec<Accident> {
    match does {
        Does::Look => LOOKING.to_vec(),
        Does::Change => [&LOOKING[..], &CHANGING].concat(),
        Does::Write => [&LOOKING[..], &CHANGING, &WRITING].concat(),
    }
}

/// What a user does.
enum Act {
    Apply,
    Destroy,
    /// Applies a plan that was kept.
    Saved(String),
    Import(&'static str, String),
    Move(&'static str, &'static str),
    LetGo(&'static str),
}

impl Act {
    async fn run(&self, journey: &Journey) -> Result<(), String> {
        let words = |failure: ops::Failure| failure.to_string();
        let (applied, mode) = match self {
            Act::Apply => (journey.try_apply(&PlanOptions::default()).await, "apply"),
            Act::Destroy => {
                let options = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
                (journey.try_apply(&options).await, "destroy")
            }
            Act::Saved(text) => {
                let plan = planfile::read(text.as_bytes()).expect("a plan");
                let approved = plan.approve(Approval::Saved).expect("a plan that may be done");
                let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
                let (_stopper, cancel) = Stopper::new();
                let workspace = journey.workspace();
                (ops::apply(&workspace, approved, Secrets::default(), events, cancel).await, "apply")
            }
            Act::Import(to, id) => {
                return journey.import(to, id).await.map_err(words);
            }
            Act::Move(from, to) => {
                return edited(journey, |recorded| edit::rename(recorded, &address(from), &address(to)))
                    .await;
            }
            Act::LetGo(what) => {
                return edited(journey, |recorded| edit::remove(recorded, &[address(what)])).await;
            }
        };
        let applied = applied.map_err(words)?;
        if applied.is_success() { Ok(()) } else { Err(format!("{mode}: {:?}", applied.report.broken)) }
    }

    /// Whether everything is as it was desired afterwards.
    async fn is_settled(&self, journey: &Journey) -> Vec<String> {
        let mode = if matches!(self, Act::Destroy) { PlanMode::Destroy } else { PlanMode::Normal };
        let planned = settled(journey.plan_with(&PlanOptions { mode, ..PlanOptions::default() }).await);
        let left =
            planned.plan.steps.iter().map(|s| format!("left to do: {} {}", s.action.word(), s.address));
        left.chain(planned.notes).chain(journey.recorded().verify()).collect()
    }
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// An edit of the state, as `state mv` and `state rm` do it.
async fn edited(
    journey: &Journey,
    entries: impl Fn(&landbridge::state::Recorded) -> Result<Vec<landbridge::state::Entry>, edit::EditFault>,
) -> Result<(), String> {
    let backend = std::sync::Arc::new(journey.backend("payments-link"));
    let opening = Opening {
        operation: "state".into(),
        approved_by: Vec::new(),
        revision: String::new(),
        kept: 100,
        overrides: Vec::new(),
        plan: String::new(),
        at: journey.clock.now(),
        lineage: "00000000-0000-4000-8000-000000000001".into(),
    };
    let session = Session::open(backend, opening).await.map_err(|e| e.to_string())?.session;
    let entries = session.with(&entries);
    for entry in entries.iter().flatten() {
        session.record(entry.clone()).await.map_err(|e| e.to_string())?;
    }
    session.close(journey.clock.now()).await.map_err(|e| e.to_string())?;
    entries.map(|_| ()).map_err(|e| e.to_string())
}

/// Does it once with nothing going wrong, then with each accident at each operation.
async fn every_accident(name: &str, before: &Journey, act: &Act) {
    let whole = before.copy();
    let first = whole.files.history().len();
    act.run(&whole).await.expect("nothing goes wrong");
    let operations = whole.files.history().split_off(first);
    finish(act, &whole).await;
    let expected = held(&whole.sim.world());

    let (mut tried, mut lost, mut doubled, mut faults) = (0, 0, 0, Vec::new());
    let cases = operations.iter().zip(first as u64..);
    for (accident, number) in cases.flat_map(|(does, n)| accidents(*does).into_iter().map(move |a| (a, n))) {
        let (found, mut wrong) = one_accident(before, act, number, accident).await;
        tried += 1;
        lost += missing(&expected, &found);
        doubled += missing(&found, &expected);
        if found != expected {
            wrong.push(format!("the cloud holds {found:#?}"));
        }
        if !wrong.is_empty() {
            faults.push(format!("{accident:?} at operation {number}: {wrong:#?}"));
        }
    }
    println!(
        "file accidents of {name}: {} operations, {tried} accidents tried, {} survived; objects lost {lost}, duplicates {doubled}",
        operations.len(),
        tried - faults.len(),
    );
    tally(tried, "file accidents tried");
    tally(tried - faults.len(), "file accidents survived");
    tally(lost, "objects lost");
    tally(doubled, "duplicates");
    assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(8)]);
}

/// What the cloud holds in the end, and what was wrong on the way.
async fn one_accident(
    before: &Journey,
    act: &Act,
    operation: u64,
    (mishap, loss): Accident,
) -> (Held, Vec<String>) {
    let mut journey = before.copy();
    journey.files.fail_at(operation, mishap);
    // How it ends is its business; what it leaves behind is ours.
    let told = act.run(&journey).await;
    let mut wrong = Vec::new();
    if let Err(words) = &told
        && words.contains("please report")
    {
        wrong.push(format!("it says {words}"));
    }
    if let Some(loss) = loss {
        journey.files = journey.files.restart(loss);
    }
    if let Err(failure) = journey.plan_with(&PlanOptions::default()).await {
        wrong.push(format!("the next plan fails: {failure}"));
        return (held(&journey.sim.world()), wrong);
    }
    let again = act.run(&journey).await;
    // What was done the first time need not be possible a second time.
    let may_refuse = matches!(act, Act::Saved(_) | Act::Move(..) | Act::LetGo(_));
    if let Err(words) = again
        && !may_refuse
    {
        wrong.push(format!("the second run fails: {words}"));
    }
    finish(act, &journey).await;
    wrong.extend(act.is_settled(&journey).await);
    (held(&journey.sim.world()), wrong)
}

/// What is run after an act that does not bring everything about by itself.
async fn finish(act: &Act, journey: &Journey) {
    if !matches!(act, Act::Destroy) {
        journey.apply().await;
    }
}

async fn applied() -> Journey {
    let journey = Journey::new(LINK);
    journey.apply().await;
    journey
}

#[tokio::test(start_paused = true)]
async fn of_a_first_apply() {
    for link in &scenario::ALL[..2] {
        every_accident(&format!("a first apply ({})", link.name), &link.journey(), &Act::Apply).await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_change_in_place_with_a_tenant_that_joins_and_one_that_leaves() {
    let tenants = |other: &str| format!("shop: 5fc973eea581490997e82ea11a1df31f, lab: {other}");
    let mut journey = Journey::new(LINK);
    journey.edit("shop: 5fc973eea581490997e82ea11a1df31f", &tenants("0a0b0c0d0e0f40516273849506172839"));
    journey.apply().await;
    journey.edit("0a0b0c0d0e0f40516273849506172839", "0b0b0c0d0e0f40516273849506172839");
    journey.edit("client_port: 443", "client_port: 8443");
    every_accident("a change in place", &journey, &Act::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_replacement() {
    let mut journey = applied().await;
    journey.edit("server_type: LB", "server_type: VM");
    every_accident("a replacement", &journey, &Act::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_replacement_that_creates_first() {
    let mut journey = Journey::new(LINK);
    journey
        .edit("enable_dns: true\n", "enable_dns: true\n      lifecycle: { create_before_destroy: true }\n");
    journey.apply().await;
    journey.edit("enable_dns: true", "enable_dns: false");
    every_accident("a replacement that creates first", &journey, &Act::Apply).await;
}

#[tokio::test(start_paused = true)]
async fn of_a_destruction() {
    for link in &scenario::ALL[..2] {
        let journey = link.journey();
        journey.apply().await;
        every_accident(&format!("a destruction ({})", link.name), &journey, &Act::Destroy).await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_saved_plan() {
    let journey = Journey::new(LINK);
    let text = planfile::write(&journey.plan().await.plan);
    every_accident("a saved plan", &journey, &Act::Saved(text)).await;
}

#[tokio::test(start_paused = true)]
async fn of_edits_of_the_state() {
    let journey = applied().await;
    let accept = journey.recorded().objects[&address("vpcep_accept.shop")].id.clone();
    every_accident("letting go", &journey, &Act::LetGo("vpcep_accept.shop")).await;
    Act::LetGo("vpcep_accept.shop").run(&journey).await.expect("nothing goes wrong");
    every_accident("an import", &journey, &Act::Import("vpcep_accept.shop", accept)).await;
    let mut journey = applied().await;
    journey.edit("    tenants:\n      provider", "    admitted:\n      provider");
    every_accident("a move", &journey, &Act::Move("vpcep_whitelist.tenants", "vpcep_whitelist.admitted"))
        .await;
}
