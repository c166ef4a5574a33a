//! Ours against Terraform on the same chain: `cargo bench --bench terraform`.
//!
//! Terraform runs its builtin `terraform_data`, which calls no API at all; ours runs with the API of
//! the simulator, over HTTP on loopback, in a process of its own. Both keep their state on this disk.
//! The default size is small; `LANDBRIDGE_BENCH=full` takes the promised sizes and, for Terraform's
//! sake, some minutes more: its apply is stopped once it has taken longer than what is promised. `LANDBRIDGE_BENCH_OURS=1` leaves Terraform out.

#![expect(clippy::print_stdout, reason = "a benchmark is read")]
#![expect(clippy::disallowed_methods, reason = "a benchmark writes files and starts processes")]

mod common;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::chain::Shape;
use common::process::{self, Took};
use common::simulator::Simulator;
use common::{chain, disk, full, number, shown, tfstate, times, verdict};

/// Requests in flight.
const PARALLELISM: &str = "64";
/// Of so many runs of a no-change plan the middle one counts.
const PLANS: usize = 5;
/// Terraform's apply need not be watched for longer than so many times ours.
const STOPPED_AFTER: u32 = 110;

fn main() {
    let sizes = if full() { Sizes::full() } else { Sizes::small() };
    let syncs = disk::syncs_per_second(folder().path());
    println!("chain of groups of {}, parallelism {PARALLELISM}, disk: {syncs:.0} syncs/s", chain::GROUP);

    let [small, large] = sizes.growth;
    let (first, last) = (ours(small), ours(large));
    println!("from {small} to {large} resources the cost grows");
    let apply = times(last.apply.time, first.apply.time);
    verdict("apply, times", apply, "at most 5", apply <= 5.0);
    let plan = times(last.plan.time, first.plan.time);
    verdict("no-change plan, times", plan, "at most 5", plan <= 5.0);

    let ours_plan = ours(sizes.plan).plan;
    let ours_apply = ours(sizes.apply).apply;
    if std::env::var("LANDBRIDGE_BENCH_OURS").is_ok() {
        return;
    }
    if Command::new("terraform").arg("version").output().is_err() {
        println!("terraform is not installed here, so nothing is compared with it");
        return;
    }
    let theirs = terraform_plan(sizes.plan);
    println!("no-change plan of {} resources", sizes.plan);
    let faster = times(theirs.time, ours_plan.time);
    verdict("times faster than Terraform", faster, "at least 50, at 10000", faster >= 50.0);
    let part = theirs.memory as f64 / ours_plan.memory as f64;
    verdict("times less memory", part, "at least 8, at 10000", part >= 8.0);
    let theirs = terraform_apply(sizes.apply, ours_apply.time * STOPPED_AFTER);
    println!("apply of {} resources", sizes.apply);
    let faster = times(theirs.time, ours_apply.time);
    let least = if theirs.stopped { " at least" } else { "" };
    let what = format!("times faster than Terraform{least}");
    verdict(&what, faster, "at least 100, at 4000", faster >= 100.0);
}

struct Sizes {
    plan: usize,
    apply: usize,
    growth: [usize; 2],
}

impl Sizes {
    fn full() -> Sizes {
        Sizes { plan: 10_000, apply: 4_000, growth: [2_000, 8_000] }
    }

    fn small() -> Sizes {
        let base = number("LANDBRIDGE_BENCH_SIZE").unwrap_or(500);
        Sizes { plan: base * 2, apply: base, growth: [base, base * 4] }
    }
}

/// An apply from nothing, and no-change plans after it.
struct Ours {
    apply: Took,
    plan: Took,
}

fn ours(resources: usize) -> Ours {
    let folder = folder();
    let sim = Simulator::start(None);
    write(folder.path(), "landbridge.yaml", &chain::landbridge(Shape::usual(resources), &sim.address));
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landbridge"));
        process::run(command.args(args).args(["--parallelism", PARALLELISM]), folder.path())
    };
    let apply = run(&["apply", "--auto-approve"]);
    told("ours: apply", resources, &apply);
    let plan = middle((0..PLANS).map(|_| run(&["plan", "--detailed-exitcode"])).collect());
    told("ours: no-change plan", resources, &plan);
    Ours { apply, plan }
}

/// Terraform's no-change plan, on the state that its apply would have left.
fn terraform_plan(resources: usize) -> Took {
    let folder = folder();
    write(folder.path(), "terraform.tfstate", &tfstate::of(resources));
    let args = ["plan", "-detailed-exitcode"];
    let plan = terraform(folder.path(), resources, &args, Duration::MAX);
    told("terraform: no-change plan", resources, &plan);
    plan
}

fn terraform_apply(resources: usize, limit: Duration) -> Took {
    let folder = folder();
    let apply = terraform(folder.path(), resources, &["apply", "-auto-approve"], limit);
    told("terraform: apply", resources, &apply);
    if apply.stopped {
        let made = process::lines_said(folder.path(), "Creation complete");
        println!("  it was stopped then, and had made {made}");
    }
    apply
}

fn terraform(folder: &Path, resources: usize, args: &[&str], limit: Duration) -> Took {
    write(folder, "main.tf", &chain::terraform(resources));
    let command = || {
        let mut command = Command::new("terraform");
        command.env("CHECKPOINT_DISABLE", "1");
        command
    };
    process::run(command().args(["init", "-no-color"]), folder);
    let parallelism = format!("-parallelism={PARALLELISM}");
    process::run_within(command().args(args).args(["-no-color", &parallelism]), folder, limit)
}

fn told(what: &str, resources: usize, took: &Took) {
    println!("{what} of {resources}: {}, {:.0} MB", shown(took.time), took.megabytes());
}

/// The middle time of some runs, and the most memory of any.
fn middle(mut runs: Vec<Took>) -> Took {
    runs.sort_by_key(|took| took.time);
    let memory = runs.iter().map(|took| took.memory).max().unwrap_or_default();
    Took { time: runs[runs.len() / 2].time, memory, stopped: false }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder is writable");
}
