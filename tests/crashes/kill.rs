//! One journey, killed at each of its points in turn, many at a time.

#![expect(clippy::print_stdout, reason = "how many points were tried is what one wants to read")]

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::journeys::Journey;
use crate::cli::bench::{Bench, KILLED, Said};
use crate::common::{Held, held, missing, tally};

/// So many runs at a time: nearly all of their time they wait for the simulated cloud.
const AT_A_TIME: usize = 12;

/// The point to be killed at is handed to the binary in here.
const POINT: &str = "LANDBRIDGE_CRASH_POINT";

/// What came of killing at one point.
#[derive(Default)]
struct Verdict {
    killed_at: Option<String>,
    faults: Vec<String>,
    lost: usize,
    doubled: usize,
}

/// Kills a journey at every point; gives the names of the points.
pub(crate) fn kill_everywhere(journey: &Journey) -> BTreeSet<String> {
    let before = (journey.before)();
    let whole = before.copy();
    let points = points(&run(&whole, &(journey.command)(&whole), "none").code(0));
    if let Some(then) = journey.then {
        whole.run(then).code(0);
    }
    whole.run(journey.plan).code(0);
    let expected = held(&whole.world());

    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = kill_at(journey, &before, point, &expected);
                    verdicts.lock().unwrap().push(verdict);
                }
            });
        }
    });
    let verdicts = verdicts.into_inner().unwrap();
    let tried: Vec<_> = verdicts.iter().filter_map(|verdict| verdict.killed_at.clone()).collect();
    let survived = verdicts.iter().filter(|v| v.killed_at.is_some() && v.faults.is_empty()).count();
    let (lost, doubled): (usize, usize) =
        verdicts.iter().fold((0, 0), |(l, d), v| (l + v.lost, d + v.doubled));
    println!(
        "crash points of {}: {} tried, {survived} survived; objects lost {lost}, duplicates {doubled}",
        journey.name,
        tried.len(),
    );
    tally(tried.len(), "crash points tried");
    tally(survived, "crash points survived");
    tally(lost, "objects lost");
    tally(doubled, "duplicates");
    let faults: Vec<&String> = verdicts.iter().flat_map(|verdict| &verdict.faults).collect();
    assert!(faults.is_empty(), "{}: {faults:#?}", journey.name);
    // Parallel steps may share a write or not, so a point need not be passed equally often each time.
    let tried = names(&tried);
    assert_eq!(tried, names(&points), "{}: every point had its turn", journey.name);
    tried
}

/// Runs the binary, which is killed at this point.
fn run(bench: &Bench, args: &str, point: &str) -> Said {
    Said::of(bench.command(args).env(POINT, point))
}

/// The points that a run passed, in order.
fn points(said: &Said) -> Vec<String> {
    said.err.lines().filter_map(|line| line.strip_prefix("crash point ")).map(str::to_owned).collect()
}

/// What points are called, without how often they were passed.
fn names<'a>(points: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    points.into_iter().filter_map(|point| Some(point.split_once(' ')?.0.to_owned())).collect()
}

fn kill_at(journey: &Journey, before: &Bench, point: &str, expected: &Held) -> Verdict {
    let bench = before.copy();
    let command = (journey.command)(&bench);
    let killed = run(&bench, &command, point);
    let mut verdict = Verdict::default();
    if killed.code == KILLED {
        verdict.killed_at = Some(point.to_owned());
    }
    let place = format!("killed at {point}");
    let mut fault = |what: &str, said: &Said| {
        verdict.faults.push(format!("{place}: {what}:\n{}", said.all()));
    };

    let interrupted = bench.files().iter().any(|(path, text)| {
        // More than its first line: a run began, and did not end.
        path.ends_with("journal") && text.lines().count() > 1 && !text.contains("{\"closed\":")
    });
    let found = bench.run(journey.plan);
    if ![0, 2].contains(&found.code) {
        fault("the next plan fails", &found);
    }
    if interrupted && !found.err.contains("was cut off") {
        fault("the next plan does not say that a run was cut off", &found);
    }
    let again = bench.run(&command);
    let done_already = journey.done_already.is_some_and(|words| again.code == 1 && again.err.contains(words));
    if again.code != 0 && !done_already {
        fault("the second run fails", &again);
    }
    if let Some(then) = journey.then {
        let then = bench.run(then);
        if then.code != 0 {
            fault("what is run then fails", &then);
        }
    }
    let last = bench.run(journey.plan);
    if last.code != 0 {
        fault("the last plan is not empty", &last);
    }
    if last.err.contains("warning:") {
        fault("the last plan still warns", &last);
    }
    let held = held(&bench.world());
    (verdict.lost, verdict.doubled) = (missing(expected, &held), missing(&held, expected));
    if held != *expected {
        verdict.faults.push(format!("{place}: the cloud holds {held:#?}, not {expected:#?}"));
    }
    verdict
}
