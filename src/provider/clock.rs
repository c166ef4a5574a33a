//! The clock: a point in time and the runtime's own elapsed time, so that tests pause and move it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that is passed in wherever time matters.
#[derive(Clone, Debug)]
pub struct Clock {
    base: Timestamp,
    start: Instant,
}

impl Clock {
    /// The machine's clock, read once; from then on time passes as the runtime says.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn system() -> Clock {
        Clock::starting_at(Timestamp::now())
    }

    /// A clock that shows this time now.
    pub fn starting_at(base: Timestamp) -> Clock {
        Clock { base, start: Instant::now() }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.start.elapsed()).unwrap_or(SignedDuration::MAX);
        self.base.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    /// Waits.
    pub async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    /// The instant at which `span` has passed from now.
    pub fn deadline(&self, span: Duration) -> Instant {
        Instant::now() + span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_passes_as_the_runtime_says() {
        let clock = Clock::starting_at("2025-01-02T03:04:05Z".parse().unwrap());
        clock.sleep(Duration::from_secs(3600)).await;
        assert_eq!(clock.now().to_string(), "2025-01-02T04:04:05Z");
    }
}
