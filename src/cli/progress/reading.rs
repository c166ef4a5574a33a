//! While a plan is made: that something happens, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::ui::Ui;

/// A moving line that goes away with the value.
pub(in crate::cli) struct Reading(ProgressBar);

/// Says that the cloud is read, until the value is dropped.
pub(in crate::cli) fn reading(ui: &Ui) -> Reading {
    let target = if ui.is_live() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(ProgressStyle::with_template("{spinner} {msg}  {elapsed}").expect("a constant template"));
    bar.set_message("Reading the cloud");
    bar.enable_steady_tick(Duration::from_millis(120));
    Reading(bar)
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
