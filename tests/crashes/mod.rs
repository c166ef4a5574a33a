//! Crash points, all of them: the binary is killed before and after every write of lock, journal,
//! state and request, one after another. After each, the next plan says what it found, the same
//! command run again converges, and the cloud holds exactly the desired objects, each once.
//!
//! It needs the feature `crash-points`, and prints what came of it:
//! `cargo test --features crash-points --test main crashes:: -- --nocapture --test-threads 1`

mod journeys;
mod kill;

use std::collections::BTreeSet;

use self::journeys::{ALL, BEYOND, Journey};
use self::kill::kill_everywhere;

#[test]
fn first_apply() {
    kill_everywhere(journey("first apply"));
}

#[test]
fn the_other_journeys() {
    let mut seen = BTreeSet::new();
    for journey in ALL.iter().filter(|journey| journey.name != "first apply") {
        seen.extend(kill_everywhere(journey));
    }
    let subjects: BTreeSet<&str> = seen.iter().filter_map(|name| name.split('.').next()).collect();
    let written = ["history", "journal", "lock", "request", "state"];
    assert!(written.iter().all(|subject| subjects.contains(subject)), "{subjects:?}");
}

#[test]
fn the_journeys_of_the_second_cloud() {
    for journey in BEYOND {
        kill_everywhere(journey);
    }
}

fn journey(name: &str) -> &'static Journey {
    ALL.iter().find(|journey| journey.name == name).expect("a journey of the list")
}
