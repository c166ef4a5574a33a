//! The pace of one API: unknown at first, slowed by its throttling, recovering with its answers.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// The shortest and the longest gap between two requests while the API throttles.
const GAP: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// How long nothing is sent after the API throttled.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Turn {
    gap: Duration,
    next: Option<Instant>,
    slowed: Option<Instant>,
}

/// Shared by all requests to one endpoint. Waiting here holds no slot of the transport.
#[derive(Debug, Default)]
pub struct Pace {
    turn: Mutex<Turn>,
}

impl Pace {
    /// Waits for the next turn.
    pub async fn turn(&self) {
        let wait = {
            let mut turn = self.turn.lock().expect("no panic while pacing");
            let now = Instant::now();
            let at = turn.next.unwrap_or(now).max(now);
            turn.next = Some(at + turn.gap);
            at
        };
        tokio::time::sleep_until(wait).await;
    }

    /// The API throttled: everybody waits, then goes at half the pace. Answers to one burst count once.
    pub fn slow(&self, retry_after: Option<Duration>) {
        let mut turn = self.turn.lock().expect("no panic while pacing");
        let now = Instant::now();
        let pause = retry_after.unwrap_or(PAUSE);
        turn.next = Some(turn.next.unwrap_or(now).max(now + pause));
        if turn.slowed.is_none_or(|at| now.duration_since(at) >= PAUSE) {
            turn.slowed = Some(now);
            turn.gap = (turn.gap * 2).clamp(GAP.0, GAP.1);
        }
    }

    /// The API answered: a little faster from now on.
    pub fn ease(&self) {
        let mut turn = self.turn.lock().expect("no panic while pacing");
        if !turn.gap.is_zero() {
            turn.gap = turn.gap.mul_f64(0.9);
            if turn.gap < Duration::from_millis(2) {
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
        assert_eq!(time_of(&pace, 1000).await, Duration::ZERO);
        pace.slow(None);
        pace.slow(None);
        let slow = time_of(&pace, 11).await;
        assert!(slow >= Duration::from_millis(1500) && slow < Duration::from_secs(2), "{slow:?}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..60 {
            pace.ease();
        }
        assert_eq!(time_of(&pace, 1000).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_named_pause_is_kept() {
        let pace = Pace::default();
        pace.slow(Some(Duration::from_secs(7)));
        assert!(time_of(&pace, 1).await >= Duration::from_secs(7));
    }
}
