//! Deterministic simulation: one seed decides a configuration, its edits, what others do, the
//! schedule, every latency, every fault and the moment of every crash.
//!
//! A seed is drawn into a [`script::Script`], which is data; [`life`] lives through it, with the
//! engine and the simulated cloud in one process and on virtual time, and the [`laws`] are checked
//! after every act. A seed that breaks one is made smaller ([`shrink`]) and printed with the command
//! that replays it.

pub(crate) mod draw;
mod laws;
mod life;
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

use self::life::Story;
use self::script::Script;

/// The seeds to live through: `LANDBRIDGE_SEEDS=42` is that one, `=200..300` are those; else the first
/// few.
#[expect(clippy::disallowed_methods, reason = "how many seeds there is time for, the caller knows")]
fn wanted() -> std::ops::Range<u64> {
    let text = std::env::var("LANDBRIDGE_SEEDS").unwrap_or_else(|_| "0..16".to_owned());
    let number =
        |text: &str| text.trim().parse::<u64>().expect("LANDBRIDGE_SEEDS is a number or a range A..B");
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "what was simulated is told")]
fn seeds() {
    let sum = runner::run(wanted(), false, |seed| runner::attempt(&Script::drawn(seed), &Story::default()));
    println!("{sum}");
    if let Some(seed) = sum.broken.keys().next() {
        let all: Vec<String> = sum
            .broken
            .iter()
            .map(|(s, l)| format!("  seed {s}: {}", l.lines().next().unwrap_or_default()))
            .collect();
        panic!("{}\nall seeds that break a law:\n{}", runner::told(*seed), all.join("\n"));
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
