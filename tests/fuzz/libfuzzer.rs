//! The targets behind libFuzzer, one at a time: `LANDBRIDGE_FUZZ` names it (`.ci/fuzz` runs all).
//! An input that takes too long or too much memory is one that breaks something.

#![no_main]
#![expect(clippy::disallowed_methods, reason = "the fuzzer's own macro may be told to write what it ran")]

#[path = "mod.rs"]
mod fuzz;

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rustix::time::{ClockId, clock_gettime};

use self::fuzz::{TARGETS, Target};

/// So much work of this thread is allowed for one input: a second as it is released, which without
/// optimisation and with counters is ten times that.
const LONGEST: Duration = Duration::from_secs(10);
/// So much memory.
const MOST_KIB: u64 = 200 << 10;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "which target it is, the caller knows")]
    let name = std::env::var("LANDBRIDGE_FUZZ").unwrap_or_default();
    let names = TARGETS.map(|(name, _)| name);
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("LANDBRIDGE_FUZZ names no target; there are {}", names.join(", "))).1
});

fuzz_target!(|bytes: &[u8]| {
    let (work, memory) = (worked(), Memory::now());
    TARGET(bytes);
    let took = worked() - work;
    assert!(took <= LONGEST, "{} bytes take {took:?} of work", bytes.len());
    let grown = Memory::now().grown_since(&memory);
    assert!(grown <= MOST_KIB, "{} bytes take {grown} KiB of memory", bytes.len());
});

/// How long this thread was at work: what others do on the machine is no fault of the input's.
fn worked() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

/// The memory of this process in KiB.
struct Memory {
    now: u64,
    most: u64,
}

impl Memory {
    fn now() -> Memory {
        #[expect(clippy::disallowed_methods, reason = "the system tells it in a file")]
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
        };
        Memory { now: kib("VmRSS:"), most: kib("VmHWM:") }
    }

    /// By how much it was larger, at most, than it was before.
    fn grown_since(&self, before: &Memory) -> u64 {
        if self.most > before.most { self.most - before.now } else { 0 }
    }
}
