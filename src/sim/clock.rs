//! The simulator's time: a start, what has passed since on tokio's clock, and what was added by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// What "now" is for a simulator. Copies share the hand-moved part.
///
/// Because it counts on tokio's clock, `tokio::time::pause` makes it virtual.
#[derive(Clone, Debug)]
pub struct SimClock {
    base: Timestamp,
    started: Instant,
    added_ms: Arc<AtomicI64>,
    stopped: bool,
}

impl SimClock {
    /// A clock that shows `base` now and runs from there.
    pub fn starting_at(base: Timestamp) -> SimClock {
        SimClock { base, started: Instant::now(), added_ms: Arc::default(), stopped: false }
    }

    /// A clock that shows `base` until it is moved by hand.
    pub fn stopped_at(base: Timestamp) -> SimClock {
        SimClock { stopped: true, ..SimClock::starting_at(base) }
    }

    /// A clock that shows the machine's own time.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the simulator looks at the wall clock"
    )]
    pub fn real() -> SimClock {
        SimClock::starting_at(Timestamp::now())
    }

    /// What it shows, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let passed =
            if self.stopped { 0 } else { i64::try_from(self.started.elapsed().as_millis()).unwrap_or(0) };
        let ms = self.base.as_millisecond() + passed + self.added_ms.load(Ordering::Relaxed);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// Moves it.
    pub fn advance(&self, by: SignedDuration) {
        self.added_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_by_hand() {
        let clock = SimClock::stopped_at("2025-01-02T03:04:05Z".parse().unwrap());
        let copy = clock.clone();
        copy.advance(SignedDuration::from_secs(90));
        assert_eq!(clock.now().to_string(), "2025-01-02T03:05:35Z");
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_follows_tokios() {
        let clock = SimClock::starting_at("2025-01-02T03:04:05Z".parse().unwrap());
        tokio::time::advance(std::time::Duration::from_secs(60)).await;
        assert_eq!(clock.now().to_string(), "2025-01-02T03:05:05Z");
    }
}
