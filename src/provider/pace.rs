//! The pace of one API: unknown at first, slowed by its throttling, recovering with its answers.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// The longest gap between two requests while the API throttles.
const LONGEST: Duration = Duration::from_secs(5);

/// The gap that counts as none: from there on the API is not slowed by us.
const NONE: Duration = Duration::from_millis(2);

/// How long nothing is sent after the API throttled.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Turn {
    gap: Duration,
    next: Option<Instant>,
    slowed: Option<Instant>,
    second: Option<Instant>,
    /// Requests in this second and in the one before.
    sent: (u32, u32),
}

impl Turn {
    fn count(&mut self, at: Instant) {
        match self.second {
            Some(second) if at.saturating_duration_since(second) < Duration::from_secs(1) => self.sent.0 += 1,
            _ => {
                self.second = Some(at);
                self.sent = (1, self.sent.0);
            }
        }
    }
}

/// Shared by all requests to one endpoint. Waiting here holds no slot of the transport.
#[derive(Debug, Default)]
pub struct Pace {
    turn: Mutex<Turn>,
}

impl Pace {
    /// Waits for the next turn.
    pub async fn turn(&self) {
        let (now, at) = {
            let mut turn = self.turn.lock().expect("no panic while pacing");
            let now = Instant::now();
            let at = turn.next.unwrap_or(now).max(now);
            turn.next = Some(at + turn.gap);
            turn.count(at);
            (now, at)
        };
        // A timer rounds up to the next millisecond, even one that is due.
        if at > now {
            tokio::time::sleep_until(at).await;
        }
    }

    /// The API throttled: everybody waits, then goes at half the pace. Answers to one burst count once.
    pub fn slow(&self, retry_after: Option<Duration>) {
        let mut turn = self.turn.lock().expect("no panic while pacing");
        let now = Instant::now();
        let pause = retry_after.unwrap_or(PAUSE);
        turn.next = Some(turn.next.unwrap_or(now).max(now + pause));
        if turn.slowed.is_none_or(|at| now.duration_since(at) >= PAUSE) {
            turn.slowed = Some(now);
            let now_at = if turn.gap.is_zero() {
                Duration::from_secs(1) / turn.sent.0.max(turn.sent.1).max(4)
            } else {
                turn.gap
            };
            turn.gap = (now_at * 2).clamp(NONE * 2, LONGEST);
        }
    }

    /// The API answered: one request a second more for every hundred, or a fifth of one, whichever
    /// is more. So the limit is found again in seconds, and not overrun at once.
    pub fn ease(&self) {
        let mut turn = self.turn.lock().expect("no panic while pacing");
        if !turn.gap.is_zero() {
            let rate = 1.0 / turn.gap.as_secs_f64();
            turn.gap = Duration::from_secs_f64(1.0 / (rate * 1.01).max(rate + 0.2));
            if turn.gap < NONE {
                turn.gap = Duration::ZERO;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_of(pace: &Pace, requests: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..requests {
            pace.turn().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn free_until_throttled_then_slow_then_free_again() {
        let pace = Pace::default();
        assert_eq!(time_of(&pace, 40).await, Duration::ZERO);
        pace.slow(None);
        pace.slow(None);
        // A pause, then half of what it was: 20 a second.
        let slow = time_of(&pace, 11).await;
        assert!(slow >= Duration::from_millis(1450) && slow < Duration::from_millis(1600), "{slow:?}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..400 {
            pace.ease();
        }
        assert_eq!(time_of(&pace, 1000).await, Duration::ZERO);
    }

    /// An API that takes 30 requests in any second.
    #[tokio::test(start_paused = true)]
    async fn most_of_a_limit_is_used_and_little_is_refused() {
        let pace = Pace::default();
        let (start, mut taken, mut refused) = (Instant::now(), std::collections::VecDeque::new(), 0);
        while taken.len() < 30 || start.elapsed() < Duration::from_secs(60) {
            pace.turn().await;
            let now = Instant::now();
            let recent =
                taken.iter().rev().take_while(|at| now.duration_since(**at) < Duration::from_secs(1));
            if recent.count() >= 30 {
                refused += 1;
                pace.slow(None);
            } else {
                taken.push_back(now);
                pace.ease();
            }
        }
        assert!(taken.len() > 60 * 30 / 2, "{}", taken.len());
        assert!(refused * 20 < taken.len(), "{refused} of {}", taken.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_named_pause_is_kept() {
        let pace = Pace::default();
        pace.slow(Some(Duration::from_secs(7)));
        assert!(time_of(&pace, 1).await >= Duration::from_secs(7));
    }
}
