//! A process from start to end: how long it took, and the most memory it held.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What a process took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// From start to end.
    pub(crate) time: Duration,
    /// Peak resident memory in bytes, as the kernel counts it (`VmHWM`).
    pub(crate) memory: u64,
    /// Whether it was stopped for taking too long, so that `time` is less than it needs.
    pub(crate) stopped: bool,
}

impl Took {
    /// Peak memory in MB.
    pub(crate) fn megabytes(&self) -> f64 {
        self.memory as f64 / 1e6
    }
}

/// Runs a command to its end.
///
/// # Panics
/// If it fails: what it said is shown.
pub(crate) fn run(command: &mut Command, folder: &Path) -> Took {
    run_within(command, folder, Duration::MAX)
}

/// Runs a command, and stops it once it has taken longer than `limit`.
///
/// # Panics
/// If it fails: what it said is shown.
pub(crate) fn run_within(command: &mut Command, folder: &Path, limit: Duration) -> Took {
    let said = folder.join("said.txt");
    let out = fs::File::create(&said).expect("a file for what it says");
    let err = out.try_clone().expect("the same for its errors");
    command.current_dir(folder).stdin(Stdio::null()).stdout(out).stderr(err);
    let started = Instant::now();
    let mut child = command.spawn().expect("the command is there");
    let watched = PathBuf::from(format!("/proc/{}/status", child.id()));
    // The kernel keeps the peak, so looking now and then misses only the last moment.
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        while let Some(now) = peak_of(&watched) {
            peak = now.max(peak);
            std::thread::sleep(Duration::from_millis(3));
        }
        peak
    });
    let stopped = limit < Duration::MAX && !ends_within(&mut child, limit);
    if stopped {
        child.kill().expect("it is ours to stop");
    }
    let status = child.wait().expect("it ends");
    let time = started.elapsed();
    let memory = watcher.join().expect("it only reads");
    if !status.success() && !stopped {
        let said = fs::read_to_string(&said).unwrap_or_default();
        let tail: Vec<&str> = said.lines().rev().take(30).collect();
        panic!("{command:?} failed ({status}):\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    Took { time, memory, stopped }
}

/// Whether it ends by itself in that time. Only for what takes so long that a look now and then is exact enough.
fn ends_within(child: &mut Child, limit: Duration) -> bool {
    let started = Instant::now();
    while started.elapsed() < limit {
        if child.try_wait().expect("a child of ours").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// How many lines of what the last run in this folder said have these words.
pub(crate) fn lines_said(folder: &Path, words: &str) -> usize {
    let text = fs::read_to_string(folder.join("said.txt")).unwrap_or_default();
    text.lines().filter(|line| line.contains(words)).count()
}

/// The last line that starts with `start`, of what the last run in this folder said.
pub(crate) fn said(folder: &Path, start: &str) -> String {
    let text = fs::read_to_string(folder.join("said.txt")).unwrap_or_default();
    text.lines().rev().find(|line| line.starts_with(start)).unwrap_or_default().to_owned()
}

fn peak_of(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
