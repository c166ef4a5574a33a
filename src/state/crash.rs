//! Named crash points: places between two effects where a test may end the process.
//!
//! They exist in the crate's own tests and with the feature `crash-points`; otherwise a point is
//! nothing. Which one goes off is set by `arm`, never by the environment.

use std::io;

/// What is written, in the order of a run.
#[cfg(any(test, feature = "crash-points"))]
const SUBJECTS: [(&str, &[&str]); 5] = [
    ("lock", &["before_write", "written", "released"]),
    ("journal.start", &["before_write", "written", "synced", "renamed", "durable"]),
    ("journal", &["before_write", "written", "synced", "dropped"]),
    ("state", &["before_write", "written", "synced", "renamed", "durable"]),
    ("history", &["before_write", "written", "synced", "renamed", "durable", "pruned"]),
];

/// All points, as `arm` names them.
#[cfg(any(test, feature = "crash-points"))]
pub fn points() -> impl Iterator<Item = String> {
    SUBJECTS.iter().flat_map(|(what, when)| when.iter().map(move |when| format!("{what}.{when}")))
}

/// What happens at a point.
#[cfg(any(test, feature = "crash-points"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The process ends at once; nothing is cleaned up or flushed, as with SIGKILL.
    Kill,
    /// The effect fails with an error.
    Fail,
}

#[cfg(any(test, feature = "crash-points"))]
static ARMED: std::sync::Mutex<Option<(String, u32, Crash)>> = std::sync::Mutex::new(None);

/// Lets the `nth` passing (from 1) of a point go off, or none.
#[cfg(any(test, feature = "crash-points"))]
pub fn arm(point: Option<(&str, u32, Crash)>) {
    *ARMED.lock().expect("no panic while it is held") = point.map(|(name, nth, how)| (name.into(), nth, how));
}

/// Passes the point `what.when`.
#[cfg(any(test, feature = "crash-points"))]
pub(super) fn point(what: &str, when: &str) -> io::Result<()> {
    let mut armed = ARMED.lock().expect("no panic while it is held");
    let Some((name, left, how)) = armed.as_mut() else { return Ok(()) };
    if name.strip_prefix(what).and_then(|rest| rest.strip_prefix('.')) != Some(when) {
        return Ok(());
    }
    *left -= 1;
    match (*left, *how) {
        (0, Crash::Kill) => std::process::abort(),
        (0, Crash::Fail) => {
            *armed = None;
            Err(io::Error::other(format!("crash point {what}.{when}")))
        }
        _ => Ok(()),
    }
}

/// Passes the point `what.when`.
#[cfg(not(any(test, feature = "crash-points")))]
#[expect(clippy::unnecessary_wraps, reason = "as in the variant for tests")]
#[inline]
pub(super) fn point(_what: &str, _when: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_goes_off_once_at_its_nth_passing() {
        let pass = || point("a test", "here");
        assert!(pass().is_ok());
        arm(Some(("a test.here", 2, Crash::Fail)));
        assert!(point("a test", "elsewhere").is_ok() && point("another test", "here").is_ok());
        assert!(pass().is_ok());
        assert_eq!(pass().unwrap_err().to_string(), "crash point a test.here");
        assert!(pass().is_ok());
        assert!(points().any(|name| name == "journal.synced"));
    }
}
