//! While a plan is made: that something happens. A moving line on a terminal, elsewhere a word every
//! ten seconds.

use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::HEARTBEAT;
use crate::cli::stream;
use crate::cli::ui::Ui;

/// Does what reads the cloud, and says meanwhile that it is read.
pub(in crate::cli) async fn reading<T>(ui: &Ui, work: impl Future<Output = T>) -> T {
    if ui.is_live() {
        let _moving = Moving::new();
        return work.await;
    }
    let mut work = std::pin::pin!(work);
    let start = Instant::now();
    let mut ticks = interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks.tick().await;
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticks.tick() => {
                let said = format!("Still reading the cloud [{}s elapsed]", start.elapsed().as_secs());
                if ui.is_json() { ui.event(stream::log(&said)) } else { ui.note(&said) }
            }
        }
    }
}

/// A moving line that goes away with the value.
struct Moving(ProgressBar);

impl Moving {
    fn new() -> Moving {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg}  {elapsed}").expect("a constant template"),
        );
        bar.set_message("Reading the cloud");
        bar.enable_steady_tick(Duration::from_millis(120));
        Moving(bar)
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_hears_a_heartbeat() {
        for (json, told) in [(true, "\"@message\":\"Still reading"), (false, "Still reading")] {
            let (ui, written) = Ui::kept(json);
            let answer = reading(&ui, async {
                tokio::time::sleep(Duration::from_secs(25)).await;
                7
            });
            assert_eq!(answer.await, 7);
            let lines = written.lines();
            assert_eq!(lines.len(), 2, "{lines:?}");
            for (line, seconds) in lines.iter().zip([10, 20]) {
                assert!(line.contains(told) && line.contains(&format!("[{seconds}s elapsed]")), "{line}");
            }
        }
    }
}
