//! What the benchmarks share: the chain, processes and their memory, the simulator, the disk.
#![allow(dead_code, reason = "each benchmark uses its part")]
#![allow(clippy::print_stdout, reason = "a benchmark is read")]
#![allow(clippy::disallowed_methods, reason = "benchmarks write files and start processes")]

pub(crate) mod chain;
pub(crate) mod disk;
pub(crate) mod process;
pub(crate) mod simulator;
pub(crate) mod tfstate;

use std::time::Duration;

/// Whether the full size is asked for: `LANDBRIDGE_BENCH=full cargo bench`.
pub(crate) fn full() -> bool {
    std::env::var("LANDBRIDGE_BENCH").is_ok_and(|size| size == "full")
}

/// A number given in the environment.
pub(crate) fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// A time for people.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s >= 10.0 => format!("{s:.1} s"),
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.001 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.1} µs", s * 1e6),
    }
}

/// How much larger one time is than another.
pub(crate) fn times(large: Duration, small: Duration) -> f64 {
    large.as_secs_f64() / small.as_secs_f64()
}

/// What is reached and what is promised, in one line.
pub(crate) fn verdict(what: &str, reached: f64, promised: &str, kept: bool) {
    let word = if kept { "kept" } else { "NOT KEPT" };
    println!("  {what}: {reached:.1} (promised: {promised}; {word})");
}
