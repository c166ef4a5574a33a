//! Progress as JSON lines, with a heartbeat every ten seconds for each running step.

use std::time::Duration;

use super::Listener;
use super::board::Board;
use crate::cli::{interrupt, stream, ui::Ui};
use crate::plan::{Event, Plan, Step, StepEnd};
use crate::resource::Catalog;

/// Objects of the stream.
pub(super) struct Lines<'a> {
    plan: &'a Plan,
    catalog: &'a Catalog,
    ui: &'a Ui,
}

impl<'a> Lines<'a> {
    pub(super) fn new(plan: &'a Plan, catalog: &'a Catalog, ui: &'a Ui) -> Lines<'a> {
        Lines { plan, catalog, ui }
    }

    fn provider_of(&self, step: &Step) -> &'static str {
        let block = &step.address.block;
        self.catalog.get(block.mode, &block.kind).map_or("", |schema| schema.provider_type)
    }
}

impl Listener for Lines<'_> {
    fn event(&mut self, event: &Event, _: &Board<'_>, _: Duration) {
        match event {
            Event::Noted(_) | Event::Begun(_) => {}
            Event::Started { step } => {
                let step = self.plan.step(*step);
                self.ui.event(stream::apply_start(step, self.provider_of(step)));
            }
            Event::Ended { step, end, took } => {
                let step = self.plan.step(*step);
                let provider = self.provider_of(step);
                let (summary, fault) = match end {
                    StepEnd::Done(id) => {
                        return self.ui.event(stream::apply_complete(step, provider, id.as_deref(), *took));
                    }
                    StepEnd::NotTried(_) => return,
                    StepEnd::Failed(fault) => ("Step failed", fault),
                    StepEnd::Uncertain(fault) => ("Step has no known end", fault),
                };
                self.ui.event(stream::apply_errored(step, provider, *took));
                self.ui.event(stream::fault(step, self.plan.place_of(&step.address), fault, summary));
            }
            Event::Stopping { now } => {
                self.ui.event(stream::log(interrupt::meaning(*now)));
            }
            Event::Waiting { .. } | Event::Retrying { .. } => {}
        }
    }

    fn tick(&mut self, board: &Board<'_>, now: Duration) {
        for (step, running) in board.running() {
            let elapsed = now.saturating_sub(running.since);
            self.ui.event(stream::apply_progress(step, self.provider_of(step), elapsed, &running.status));
        }
    }
}
