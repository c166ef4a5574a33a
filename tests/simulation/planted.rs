//! To show that the net catches fish: each planted bug is found within so many seeds.

use landbridge::planted::{Bug, plant};

use super::life::{Story, Tally};
use super::runner;
use super::script::{Act, Script};
use super::{stack, trouble};
use crate::common::tally;

/// So many seeds are enough to find any of them; most need a few.
const ENOUGH: u64 = 2000;

/// What shows only where several things meet is looked for where they do.
fn drawn(bug: Bug, seed: u64) -> Script {
    let mut script = Script::drawn(seed);
    let faults = match bug {
        Bug::CreateLeavesLate => vec![trouble::HELD_BACK, trouble::HIDDEN],
        // Every other life is any life.
        Bug::FoundTwice if seed.is_multiple_of(2) => {
            let later = script.acts.iter_mut().filter_map(|act| match act {
                Act::Desire(stack) => Some(stack),
                _ => None,
            });
            later.chain([&mut script.stack]).for_each(stack::let_one_fit_two_intents);
            trouble::HALF_OF_ENDPOINTS_UNANSWERED.to_vec()
        }
        _ => return script,
    };
    let runs = script.acts.iter_mut().filter_map(|act| match act {
        Act::Run(run) => Some(run),
        _ => None,
    });
    runs.for_each(|run| run.faults.clone_from(&faults));
    script
}

#[test]
#[expect(clippy::print_stdout, reason = "what was found is told")]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let is_found = |sum: &runner::Sum| !sum.broken.is_empty();
        let found = runner::run(0..ENOUGH, is_found, |seed| {
            plant(Some(bug));
            let lived = runner::attempt(&drawn(bug, seed), &Story::default());
            plant(None);
            // What goes wrong without the bug does not show it.
            match lived {
                Err(_) if runner::attempt(&drawn(bug, seed), &Story::default()).is_err() => {
                    Ok(Tally::default())
                }
                lived => lived,
            }
        });
        match found.broken.first_key_value() {
            Some((seed, law)) => {
                let law = law.lines().next().unwrap_or_default();
                println!("{bug:?}: found by seed {seed}, after {} seeds: {law}", found.seeds);
            }
            None => missed.push(bug),
        }
    }
    tally(Bug::ALL.len() - missed.len(), "planted bugs found");
    assert!(missed.is_empty(), "not found within {ENOUGH} seeds: {missed:?}");
}
