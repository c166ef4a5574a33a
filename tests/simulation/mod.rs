//! Deterministic simulation: one seed decides a configuration, its edits, what others do, the
//! schedule, every latency, every fault and the moment of every crash.
//!
//! A seed is drawn into a [`script::Script`], which is data; [`life`] lives through it, with the
//! engine and the simulated cloud in one process and on virtual time, and the [`laws`] are checked
//! after every act. A seed that breaks one is made smaller ([`shrink`]) and printed with the command
//! that replays it.

pub(crate) mod draw;
mod export;
mod laws;
mod life;
mod links;
mod machine;
#[cfg(feature = "planted-bugs")]
mod planted;
mod recovery;
mod runner;
mod script;
mod shrink;
mod stack;
mod trouble;
mod user;

use std::time::{Duration, Instant};

use self::life::Story;
use self::script::Script;
use crate::common::said;

fn number(text: &str) -> u64 {
    text.trim().parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

/// The seeds to live through: `LANDBRIDGE_SEEDS=42` is that one, `=200..300` are those; else the first
/// few.
fn wanted() -> std::ops::Range<u64> {
    let text = said("LANDBRIDGE_SEEDS").unwrap_or_else(|| "0..16".to_owned());
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    }
}

#[test]
fn seeds() {
    live_through("seeds", Script::drawn);
}

/// The same lives with links of the second cloud, alone or beside those of the first.
#[test]
fn beyond() {
    live_through("beyond", Script::beyond);
}

/// Lives through the scripts of many seeds. With `LANDBRIDGE_SECONDS` none begins after so long.
fn live_through(test: &str, script: fn(u64) -> Script) {
    let (began, seconds) = (Instant::now(), said("LANDBRIDGE_SECONDS").map(|text| number(&text)));
    let sum = runner::run(
        wanted(),
        |_| seconds.is_some_and(|seconds| began.elapsed() >= Duration::from_secs(seconds)),
        |seed| runner::attempt(&script(seed), &Story::default()),
    );
    sum.tell();
    if let Some(seed) = sum.broken.keys().next() {
        let all: Vec<String> = sum
            .broken
            .iter()
            .map(|(s, l)| format!("  seed {s}: {}", l.lines().next().unwrap_or_default()))
            .collect();
        let told = runner::told(&script(*seed), test);
        panic!("{told}\nall seeds that break a law:\n{}", all.join("\n"));
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..3 {
        let live =
            || runner::attempt(&Script::drawn(seed), &Story::default()).expect("no law is broken").hash;
        assert_eq!(live(), live(), "seed {seed}");
    }
    let hash =
        |seed| runner::attempt(&Script::drawn(seed), &Story::default()).expect("no law is broken").hash;
    assert_ne!(hash(0), hash(1));
}
