//! Which steps are ready: plain data.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Step, StepId};

/// What waits, what is ready, what can never run.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// How many steps each still waits for.
    waiting: BTreeMap<StepId, usize>,
    /// Who waits for a step.
    followers: BTreeMap<StepId, Vec<StepId>>,
    ready: BTreeSet<StepId>,
    running: BTreeSet<StepId>,
}

impl Schedule {
    /// A schedule of these steps.
    pub(super) fn new(steps: &[Step]) -> Schedule {
        let mut schedule = Schedule {
            waiting: BTreeMap::new(),
            followers: BTreeMap::new(),
            ready: BTreeSet::new(),
            running: BTreeSet::new(),
        };
        for step in steps {
            if step.after.is_empty() {
                schedule.ready.insert(step.id);
            } else {
                schedule.waiting.insert(step.id, step.after.len());
            }
            for first in &step.after {
                schedule.followers.entry(*first).or_default().push(step.id);
            }
        }
        schedule
    }

    /// The next ready step, which runs from now on.
    pub(super) fn start(&mut self) -> Option<StepId> {
        let step = self.ready.pop_first()?;
        self.running.insert(step);
        Some(step)
    }

    /// A running step succeeded: its followers may be ready.
    pub(super) fn succeeded(&mut self, step: StepId) {
        self.ended(step);
        for follower in self.followers.remove(&step).unwrap_or_default() {
            if let Some(count) = self.waiting.get_mut(&follower) {
                *count -= 1;
                if *count == 0 {
                    self.waiting.remove(&follower);
                    self.ready.insert(follower);
                }
            }
        }
    }

    /// A running step did not succeed: everything that needs it, at any distance, will not run.
    pub(super) fn failed(&mut self, step: StepId) -> BTreeSet<StepId> {
        self.ended(step);
        let mut lost = BTreeSet::new();
        let mut open = self.followers.remove(&step).unwrap_or_default();
        while let Some(follower) = open.pop() {
            if self.waiting.remove(&follower).is_some() {
                lost.insert(follower);
                open.extend(self.followers.remove(&follower).unwrap_or_default());
            }
        }
        lost
    }

    fn ended(&mut self, step: StepId) {
        assert!(self.running.remove(&step), "step {step} ended without running: please report");
    }

    /// What has not been started, when nothing more shall be.
    pub(super) fn abandon(&mut self) -> BTreeSet<StepId> {
        let waiting = std::mem::take(&mut self.waiting).into_keys();
        waiting.chain(std::mem::take(&mut self.ready)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Keep, StepAction};

    fn steps(after: &[&[u32]]) -> Vec<Step> {
        let step = |(i, after): (usize, &&[u32])| Step {
            id: StepId(i as u32 + 1),
            address: format!("a.s{i}").parse().unwrap(),
            provider: "p".into(),
            action: StepAction::Forget { deposed: None },
            after: after.iter().map(|n| StepId(*n)).collect(),
            keep: Keep::default(),
            timeout_s: 0,
            completes: None,
        };
        after.iter().enumerate().map(step).collect()
    }

    #[test]
    fn a_step_starts_when_all_it_needs_has_succeeded() {
        let mut schedule = Schedule::new(&steps(&[&[], &[], &[1, 2], &[3]]));
        assert_eq!(
            (schedule.start(), schedule.start(), schedule.start()),
            (Some(StepId(1)), Some(StepId(2)), None)
        );
        schedule.succeeded(StepId(2));
        assert_eq!(schedule.start(), None);
        schedule.succeeded(StepId(1));
        assert_eq!(schedule.start(), Some(StepId(3)));
        schedule.succeeded(StepId(3));
        assert_eq!(schedule.start(), Some(StepId(4)));
    }

    #[test]
    fn a_failure_stops_only_what_needs_it() {
        let mut schedule = Schedule::new(&steps(&[&[], &[1], &[2], &[]]));
        schedule.start();
        assert_eq!(schedule.failed(StepId(1)), BTreeSet::from([StepId(2), StepId(3)]));
        assert_eq!(schedule.start(), Some(StepId(4)));
        assert!(schedule.abandon().is_empty());
    }
}
