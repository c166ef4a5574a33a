//! Crash points: places before and after each write where a test may kill the process.
//!
//! They exist with the feature `crash-points` only; otherwise a point is nothing. Each says on stderr
//! its name and how often it was passed. The one that is armed ends the process with SIGKILL: no
//! handler runs, nothing is flushed or cleaned up, and the operating system lets go of its locks,
//! just as when somebody else kills it.
//!
//! | subject | is written |
//! |---|---|
//! | `lock` | when a session begins and ends |
//! | `journal.start` | with the first entry of a session that finds no journal, or finds an interrupted one |
//! | `journal` | with each group of entries; it is dropped when the snapshot contains it |
//! | `request` | each writing call to a cloud |
//! | `state`, `history` | when a session ends |
//! | `unlock` | when a lock is taken away by force |

/// Passes the point `what.when`.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub fn point(_what: &str, _when: &str) {}

#[cfg(feature = "crash-points")]
pub use armed::{arm, point};

#[cfg(feature = "crash-points")]
mod armed {
    use std::collections::BTreeMap;
    use std::io::Write as _;
    use std::sync::{Mutex, PoisonError};

    /// Nothing is armed at first.
    static ARMED: Mutex<Option<Armed>> = Mutex::new(None);

    struct Armed {
        /// How often each point was passed.
        passed: BTreeMap<String, u64>,
        kill_at: String,
    }

    /// From now on points are told, and this one kills: `journal.synced 3` is the third passing of
    /// `journal.synced`. No text that is told so kills nowhere.
    pub fn arm(point: &str) {
        let armed = Armed { passed: BTreeMap::new(), kill_at: point.to_owned() };
        *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = Some(armed);
    }

    /// Passes the point `what.when`.
    pub fn point(what: &str, when: &str) {
        // The lock is kept while the process dies, so that nobody passes another point meanwhile.
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Armed { passed, kill_at }) = armed.as_mut() else { return };
        let name = format!("{what}.{when}");
        let times = passed.entry(name.clone()).or_default();
        *times += 1;
        let told = format!("{name} {times}");
        // A test that does not read it any more is no reason to stop.
        let _ = writeln!(std::io::stderr(), "crash point {told}");
        if told == *kill_at {
            kill();
        }
    }

    fn kill() -> ! {
        #[cfg(unix)]
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // Elsewhere there is no such signal; this too runs no handler and flushes nothing.
        std::process::abort()
    }
}
