//! The clock: a point in time and the runtime's own elapsed time, so that tests pause and move it;
//! and the clock of a cloud, as its answers show it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::Response;
use http::header::DATE;
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

/// A cloud's clock, learnt from the dates of its answers.
#[derive(Debug)]
pub(super) struct CloudClock {
    ours: Clock,
    /// The cloud's clock minus ours in milliseconds; `i64::MIN` before the first answer.
    offset: AtomicI64,
}

impl CloudClock {
    pub(super) fn new(ours: Clock) -> CloudClock {
        CloudClock { ours, offset: AtomicI64::new(i64::MIN) }
    }

    /// The cloud's clock minus ours, once it has answered.
    pub(super) fn offset(&self) -> Option<SignedDuration> {
        match self.offset.load(Ordering::Relaxed) {
            i64::MIN => None,
            millis => Some(SignedDuration::from_millis(millis)),
        }
    }

    /// The time by the cloud's clock, as far as it is known.
    pub(super) fn now(&self) -> Timestamp {
        let ours = self.ours.now();
        ours.checked_add(self.offset().unwrap_or_default()).unwrap_or(ours)
    }

    /// Learns from an answer.
    pub(super) fn learn<T>(&self, response: &Response<T>) {
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(|text| jiff::fmt::rfc2822::parse(text).ok()) {
            let offset = date.timestamp().duration_since(self.ours.now());
            let seen = i64::try_from(offset.as_millis()).unwrap_or_default();
            // The header is cut to seconds and takes time to come: what it shows is too early by up
            // to that, so the latest of such readings is the nearest.
            let known = self.offset.load(Ordering::Relaxed);
            if seen > known || known - seen > 2_000 {
                self.offset.store(seen, Ordering::Relaxed);
            }
        }
    }
}

/// A time as APIs write it: with or without a fraction, with or without `Z`.
pub(super) fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
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

    #[test]
    fn times_are_read_with_and_without_their_ends() {
        let at = read_time("2025-01-02T03:04:05Z");
        assert!(at.is_some());
        assert_eq!(read_time("2025-01-02T03:04:05"), at);
        assert_eq!(read_time("2025-01-02T03:04:05.000Z"), at);
        assert_eq!(read_time("soon"), None);
    }
}
