//! Progress where nobody looks on: quiet. A line for what goes wrong, and once a minute what is waited
//! for, so that a long run in a log does not look dead; the summary says what was done.

use std::time::Duration;

use super::board::{Board, seconds};
use super::{Listener, ended_line, what};
use crate::cli::interrupt;
use crate::cli::ui::Ui;
use crate::plan::{Event, Plan, StepEnd};

/// So many of the running steps are named at once.
const MOST: usize = 10;

/// Lines on stderr.
pub(super) struct Lines<'a> {
    plan: &'a Plan,
    ui: &'a Ui,
}

impl<'a> Lines<'a> {
    pub(super) fn new(plan: &'a Plan, ui: &'a Ui) -> Lines<'a> {
        Lines { plan, ui }
    }
}

impl Listener for Lines<'_> {
    fn event(&mut self, event: &Event, _: &Board<'_>, _: Duration) {
        match event {
            Event::Ended { step, end, took } if !matches!(end, StepEnd::Done(_)) => {
                if let Some(line) = ended_line(self.plan.step(*step), end, *took, self.ui.err_look()) {
                    self.ui.note(&line);
                }
            }
            Event::Stopping { now } => self.ui.note(interrupt::meaning(*now)),
            _ => {}
        }
    }

    fn tick(&mut self, board: &Board<'_>, now: Duration) {
        for (step, running) in board.running().take(MOST) {
            let took = seconds(now.saturating_sub(running.since));
            let status =
                if running.status.is_empty() { String::new() } else { format!("  {}", running.status) };
            self.ui.note(&format!("waiting   {}  {took}{status}", what(step)));
        }
        self.ui.note(&format!("          {}", board.headline(now)));
    }
}
