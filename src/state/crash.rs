//! Crash points: places before and after each write where a test may kill the process.
//!
//! They exist with the feature `crash-points` only; otherwise a point is nothing. Points are counted
//! in the order in which they are passed, and each says its name on stderr. The one whose number is
//! armed ends the process with SIGKILL: no handler runs, nothing is flushed or cleaned up, and the
//! operating system lets go of its locks, just as when somebody else kills it.
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
    use std::io::Write as _;
    use std::sync::{Mutex, PoisonError};

    /// How many points were passed, and at which one it ends; nothing is armed at first.
    static ARMED: Mutex<Option<(u64, u64)>> = Mutex::new(None);

    /// From now on points are counted, and the one of this number (from 1) kills; 0 kills nowhere.
    pub fn arm(number: u64) {
        *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = Some((0, number));
    }

    /// Passes the point `what.when`.
    pub fn point(what: &str, when: &str) {
        // The lock is kept while the process dies, so that nobody passes another point meanwhile.
        let mut armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((passed, kill_at)) = armed.as_mut() else { return };
        *passed += 1;
        // A test that does not read it any more is no reason to stop.
        drop(writeln!(std::io::stderr(), "crash point {passed}: {what}.{when}"));
        if passed == kill_at {
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
