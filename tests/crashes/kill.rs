//! One journey, killed at each of its points in turn, many at a time.

#![expect(clippy::print_stdout, reason = "how many points were tried is what one wants to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::journeys::Journey;
use crate::cli::bench::{Bench, KILLED, Said};

/// So many runs at a time: nearly all of their time they wait for the simulated cloud.
const AT_A_TIME: usize = 12;

/// The number of the point to be killed at is handed to the binary in here; 0 kills nowhere.
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
    let points = points(&run(&whole, &(journey.command)(&whole), 0).code(0));
    if let Some(then) = journey.then {
        whole.run(then).code(0);
    }
    whole.run(journey.plan).code(0);
    let expected = held(&whole);

    let next = AtomicUsize::new(1);
    let verdicts = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > points.len() {
                        break;
                    }
                    let verdict = kill_at(journey, &before, number, &expected);
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
    let faults: Vec<&String> = verdicts.iter().flat_map(|verdict| &verdict.faults).collect();
    assert!(faults.is_empty(), "{}: {faults:#?}", journey.name);
    let tried: BTreeSet<String> = tried.into_iter().collect();
    assert_eq!(tried, points.into_iter().collect(), "{}: every point was its turn", journey.name);
    tried
}

/// Runs the binary, which is killed at the point of this number, from 1.
fn run(bench: &Bench, args: &str, point: usize) -> Said {
    Said::of(bench.command(args).env(POINT, point.to_string()))
}

/// The names of the points that a run passed, in order.
fn points(said: &Said) -> Vec<String> {
    let lines = said.err.lines().filter_map(|line| line.strip_prefix("crash point "));
    lines.filter_map(|line| Some(line.split_once(": ")?.1.to_owned())).collect()
}

fn kill_at(journey: &Journey, before: &Bench, number: usize, expected: &BTreeMap<String, usize>) -> Verdict {
    let bench = before.copy();
    let command = (journey.command)(&bench);
    let killed = run(&bench, &command, number);
    let mut verdict = Verdict::default();
    if killed.code == KILLED {
        verdict.killed_at = points(&killed).pop();
    }
    let place = format!("killed at point {number}, {}", verdict.killed_at.as_deref().unwrap_or("none"));
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
    let held = held(&bench);
    let missing = |of: &BTreeMap<String, usize>, from: &BTreeMap<String, usize>| -> usize {
        of.iter().map(|(what, count)| count.saturating_sub(from.get(what).copied().unwrap_or(0))).sum()
    };
    (verdict.lost, verdict.doubled) = (missing(expected, &held), missing(&held, expected));
    if held != *expected {
        verdict.faults.push(format!("{place}: the cloud holds {held:#?}, not {expected:#?}"));
    }
    verdict
}

/// What is in the cloud, without what it chose itself, and how often.
fn held(bench: &Bench) -> BTreeMap<String, usize> {
    let world = bench.world();
    let services = world.services.iter().map(|o| ("service", serde_json::to_value(o)));
    let permissions = world.permissions.iter().map(|o| ("permission", serde_json::to_value(o)));
    let endpoints = world.endpoints.iter().map(|o| ("endpoint", serde_json::to_value(o)));
    let mut held = BTreeMap::new();
    for (kind, object) in services.chain(permissions).chain(endpoints) {
        let mut object = object.unwrap();
        if let Value::Object(members) = &mut object {
            let chosen = [
                "id",
                "service_id",
                "service_name",
                "marker_id",
                "ip",
                "port_ip",
                "created_at",
                "updated_at",
                "next",
            ];
            members.retain(|name, _| !chosen.contains(&name.as_str()));
        }
        *held.entry(format!("{kind} {object}")).or_default() += 1;
    }
    held
}
