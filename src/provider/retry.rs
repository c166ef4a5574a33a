//! Retrying, in this one place. What may be sent again is decided by who knows the answer; how
//! often and when is decided here.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::time::Instant;

use super::Pace;

/// What one attempt came to.
#[derive(Debug)]
pub enum Attempt<T, E> {
    /// It is over.
    Done(Result<T, E>),
    /// It may be sent again.
    Again {
        /// What to say if it is not.
        fault: E,
        /// Whether the API asked us to slow down.
        throttled: bool,
        /// How long the API asked us to wait.
        after: Option<Duration>,
    },
}

/// How long one request may be repeated. Waiting for its turn does not count.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// At most so many attempts that ended in a failure of the cloud; throttling does not count.
    pub attempts: u32,
    /// No new attempt starts when its attempts and their waits have taken longer than this.
    pub span: Duration,
}

impl Budget {
    /// For reads and for writes that may be repeated.
    pub const USUAL: Budget = Budget { attempts: 6, span: Duration::from_secs(240) };
}

/// The retry of one API: its pace, and the randomness of its waits.
#[derive(Clone, Debug)]
pub struct Retry {
    pace: Arc<Pace>,
    random: Arc<Mutex<SmallRng>>,
}

impl Retry {
    /// With waits drawn from this seed.
    pub fn new(seed: u64) -> Retry {
        Retry { pace: Arc::default(), random: Arc::new(Mutex::new(SmallRng::seed_from_u64(seed))) }
    }

    /// Attempts until it is over or the budget is spent.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn run<T, E, F, Fut>(&self, budget: Budget, mut attempt: F) -> Result<T, E>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Attempt<T, E>>,
    {
        let mut spent = Duration::ZERO;
        let (mut failures, mut throttles) = (0, 0);
        loop {
            self.pace.turn().await;
            let started = Instant::now();
            match attempt().await {
                Attempt::Done(result) => {
                    self.pace.ease();
                    return result;
                }
                Attempt::Again { fault, throttled, after } => {
                    let wait = if throttled {
                        throttles += 1;
                        self.pace.slow(after);
                        self.wait(Duration::from_secs(1), throttles)
                    } else {
                        failures += 1;
                        self.wait(Duration::from_millis(400), failures)
                    };
                    let wait = wait.max(after.unwrap_or_default());
                    spent += started.elapsed() + wait;
                    if failures >= budget.attempts || spent > budget.span {
                        return Err(fault);
                    }
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    /// A wait that doubles with each attempt, up to 20 seconds, of which the last half is random.
    fn wait(&self, first: Duration, attempt: u32) -> Duration {
        let full = (first * 2u32.saturating_pow(attempt.min(16) - 1)).min(Duration::from_secs(20));
        let share = self.random.lock().expect("no panic while drawing").random_range(0.5..1.0);
        full.mul_f64(share)
    }
}

/// What a `Retry-After` header asks for, in seconds or as a date.
pub fn retry_after(headers: &http::HeaderMap, now: jiff::Timestamp) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(600)));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(at.duration_since(now)).ok().map(|wait| wait.min(Duration::from_secs(600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Attempt<u32, &'static str>;

    async fn run(answers: Vec<Outcome>) -> (Result<u32, &'static str>, Duration, usize) {
        let start = Instant::now();
        let left = Mutex::new(answers.into_iter());
        let retry = Retry::new(7);
        let attempt = || {
            let next = left.lock().unwrap().next().unwrap_or(again(false, None));
            async move { next }
        };
        let result = retry.run(Budget::USUAL, attempt).await;
        let left = left.lock().unwrap().len();
        (result, start.elapsed(), left)
    }

    fn again(throttled: bool, after: Option<u64>) -> Outcome {
        Attempt::Again { fault: "no", throttled, after: after.map(Duration::from_secs) }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_is_over() {
        assert_eq!(run(vec![Attempt::Done(Ok(1))]).await, (Ok(1), Duration::ZERO, 0));
        assert_eq!(
            run(vec![Attempt::Done(Err("x")), again(false, None)]).await,
            (Err("x"), Duration::ZERO, 1)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_repeated_within_the_budget() {
        let (result, took, _) = run(vec![again(false, None), again(false, None), Attempt::Done(Ok(3))]).await;
        assert_eq!(result, Ok(3));
        assert!(took >= Duration::from_millis(600) && took <= Duration::from_millis(1200), "{took:?}");
        let (result, took, _) = run(vec![]).await;
        assert_eq!(result, Err("no"));
        assert!(took < Budget::USUAL.span);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_is_waited_out_in_seconds() {
        let throttled = (0..12).map(|_| again(true, None));
        let (result, took, _) = run(throttled.chain([Attempt::Done(Ok(3))]).collect()).await;
        assert_eq!(result, Ok(3));
        assert!(took > Duration::from_secs(60), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_that_is_asked_for_is_kept() {
        let (result, took, _) = run(vec![again(false, Some(30)), Attempt::Done(Ok(3))]).await;
        assert_eq!(result, Ok(3));
        assert!(took >= Duration::from_secs(30) && took < Duration::from_secs(32), "{took:?}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "2025-01-02T03:04:05Z".parse().unwrap();
        for (text, seconds) in [
            ("5", Some(5)),
            ("Thu, 02 Jan 2025 03:04:35 GMT", Some(30)),
            ("soon", None),
            ("99999", Some(600)),
        ] {
            let headers = [(http::header::RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
