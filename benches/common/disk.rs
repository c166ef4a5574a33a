//! How often in a second this disk keeps an appended line: what bounds every journal.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Syncs of a small append a second, measured for about half a second.
///
/// # Panics
/// If the folder cannot be written.
pub(crate) fn syncs_per_second(folder: &Path) -> f64 {
    let path = folder.join("sync.probe");
    let mut file = OpenOptions::new().create(true).append(true).open(&path).expect("the folder is writable");
    let line = [b'x'; 512];
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < Duration::from_millis(500) {
        file.write_all(&line).expect("the disk has room");
        file.sync_data().expect("the disk syncs");
        count += 1;
    }
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    std::fs::remove_file(&path).expect("it was made here");
    rate
}
