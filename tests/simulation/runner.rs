//! Many seeds, on all cores: what they came to, and the shortest story of one that breaks a law.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use super::life::{Story, Tally, live};
use super::script::Script;
use super::shrink::shrink;
use crate::common::tally;

thread_local! {
    /// Set while a law may be broken on this thread: its panic is told in other words.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// So long a story is made shorter: one that does not come to an end takes its time at every try.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lives through a script; the error is the law that was broken, with the place of the panic.
pub(super) fn attempt(script: &Script, story: &Story) -> Result<Tally, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
    QUIET.set(true);
    let lived = catch_unwind(AssertUnwindSafe(|| live(script, story)));
    QUIET.set(false);
    lived.map_err(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().map_or("a panic", |text| text).to_owned(),
    })
}

/// What many lives came to.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) seeds: u64,
    pub(super) runs: u64,
    pub(super) crashes: u64,
    pub(super) faults: BTreeMap<&'static str, u64>,
    /// Seeds that broke a law, with the law.
    pub(super) broken: BTreeMap<u64, String>,
}

impl Sum {
    fn add(&mut self, seed: u64, lived: Result<Tally, String>) {
        self.seeds += 1;
        match lived {
            Ok(tally) => {
                self.runs += tally.runs;
                self.crashes += tally.crashes;
                for (kind, times) in tally.faults {
                    *self.faults.entry(kind).or_default() += times;
                }
            }
            Err(law) => drop(self.broken.insert(seed, law)),
        }
    }

    /// Tells what it all came to.
    pub(super) fn tell(&self) {
        let of = |words: &[&str]| {
            self.broken.values().filter(|law| words.iter().any(|word| law.starts_with(word))).count()
        };
        tally(self.seeds, "seeds run");
        tally(self.runs, "runs in trouble");
        for (kind, times) in &self.faults {
            tally(times, &format!("faults injected: {kind}"));
        }
        tally(self.crashes, "runs crashed");
        tally(of(&["lost:"]), "objects lost");
        tally(of(&["duplicate:", "bound twice:"]), "duplicates");
        tally(self.broken.len(), "laws broken");
    }
}

/// Lives through seeds on all cores, until all have been or what they came to is enough.
pub(super) fn run(
    seeds: std::ops::Range<u64>,
    enough: impl Fn(&Sum) -> bool + Sync,
    attempt: impl Fn(u64) -> Result<Tally, String> + Sync,
) -> Sum {
    let next = AtomicU64::new(seeds.start);
    let stop = AtomicBool::new(false);
    let sum = Mutex::new(Sum::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let lived = attempt(seed);
                    let mut sum = sum.lock().expect("no panic while adding");
                    sum.add(seed, lived);
                    stop.fetch_or(enough(&sum), Ordering::Relaxed);
                }
            });
        }
    });
    sum.into_inner().expect("no panic while adding")
}

/// The law without what is particular to one story: its first words.
fn in_short(law: &str) -> String {
    law.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// The shortest story found of a seed that breaks a law, as it is printed.
pub(super) fn told(script: &Script, test: &str) -> String {
    let law = |script: &Script| attempt(script, &Story::default()).err().map(|law| in_short(&law));
    let seed = script.seed;
    let began = Instant::now();
    let broken = law(script);
    let script = shrink(script, |script| began.elapsed() < PATIENCE && law(script) == broken);
    let story = Story::default();
    let law = attempt(&script, &story).err().unwrap_or_else(|| "it passes now".to_owned());
    let story = story.lock().expect("no panic while telling").join("\n");
    format!(
        "seed {seed} breaks a law: {law}\n\nIts shortest story:\n{script:#?}\n\n{story}\n\n{law}\n\nreplay it with\n  {}\n",
        command(seed, test)
    )
}

/// The command that replays a seed.
pub(super) fn command(seed: u64, test: &str) -> String {
    format!("LANDBRIDGE_SEEDS={seed} cargo test --test main simulation::{test} -- --exact --nocapture")
}
