//! Progress where nobody looks on: a line when a step starts or ends, and one every ten seconds.

use std::time::Duration;

use super::board::{Board, seconds};
use super::{Listener, ended_line, what};
use crate::cli::interrupt;
use crate::cli::ui::Ui;
use crate::plan::{Event, Plan};

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
            Event::Begun(_) => {}
            Event::Started { step } => {
                let step = self.plan.step(*step);
                if !step.action.is_bookkeeping() {
                    self.ui.note(&format!("start     {}", what(step)));
                }
            }
            Event::Ended { step, end, took } => {
                if let Some(line) = ended_line(self.plan.step(*step), end, *took, self.ui.err_look()) {
                    self.ui.note(&line);
                }
            }
            Event::Stopping { now } => self.ui.note(interrupt::meaning(*now)),
            Event::Waiting { .. } | Event::Retrying { .. } => {}
        }
    }

    fn tick(&mut self, board: &Board<'_>, now: Duration) {
        for (step, running) in board.running() {
            let took = seconds(now.saturating_sub(running.since));
            let status =
                if running.status.is_empty() { String::new() } else { format!("  {}", running.status) };
            self.ui.note(&format!("waiting   {}  {took}{status}", what(step)));
        }
        self.ui.note(&format!("          {}", board.headline(now)));
    }
}
