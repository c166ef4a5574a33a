//! Where a run stands: what runs, what waits for what, how long it may still take. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::plan::{Event, Plan, Step, StepEnd, StepId};

/// One running step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Running {
    /// When it started, since the run did.
    pub(super) since: Duration,
    /// The cloud's status word, or why it tries again.
    pub(super) status: String,
}

/// Where a run stands.
#[derive(Clone, Debug)]
pub(super) struct Board<'p> {
    plan: &'p Plan,
    running: BTreeMap<StepId, Running>,
    ended: BTreeSet<StepId>,
    failed: usize,
    /// How long steps took, by what they do: count and sum.
    took: BTreeMap<(&'static str, String), (u32, Duration)>,
    stopping: bool,
}

impl<'p> Board<'p> {
    /// Nothing has started.
    pub(super) fn new(plan: &'p Plan) -> Board<'p> {
        Board {
            plan,
            running: BTreeMap::new(),
            ended: BTreeSet::new(),
            failed: 0,
            took: BTreeMap::new(),
            stopping: false,
        }
    }

    /// Takes in what happened.
    pub(super) fn tell(&mut self, event: &Event, now: Duration) {
        match event {
            Event::Started { step } => {
                self.running.insert(*step, Running { since: now, status: String::new() });
            }
            Event::Waiting { step, status } => self.status(*step, status.clone()),
            Event::Retrying { step, after, fault } => {
                let said = if fault.code.is_empty() { &fault.message } else { &fault.code };
                let text = format!("{}; again in {}", crate::review::clean(said), seconds(*after));
                self.status(*step, text);
            }
            Event::Ended { step, end, took } => {
                self.running.remove(step);
                self.ended.insert(*step);
                match end {
                    StepEnd::Done(_) => {
                        let sum = self.took.entry(alike(self.plan.step(*step))).or_default();
                        *sum = (sum.0 + 1, sum.1 + *took);
                    }
                    StepEnd::Failed(_) | StepEnd::Uncertain(_) => self.failed += 1,
                    StepEnd::NotTried(_) => {}
                }
            }
            Event::Noted(_) | Event::Begun(_) => {}
            Event::Stopping { .. } => self.stopping = true,
        }
    }

    fn status(&mut self, step: StepId, status: String) {
        if let Some(running) = self.running.get_mut(&step) {
            running.status = status;
        }
    }

    /// The steps that run, in order.
    pub(super) fn running(&self) -> impl Iterator<Item = (&'p Step, &Running)> {
        self.running.iter().map(|(id, running)| (self.plan.step(*id), running))
    }

    /// The steps that have not started and what they wait for, as far as it runs.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&'p Step, &'p Step)> {
        let open = self.plan.steps.iter().filter(|step| !self.has_started(step.id));
        open.filter_map(|step| {
            let blocker = step.after.iter().find(|id| self.running.contains_key(id))?;
            Some((step, self.plan.step(*blocker)))
        })
    }

    fn has_started(&self, step: StepId) -> bool {
        self.ended.contains(&step) || self.running.contains_key(&step)
    }

    /// One line: "2 of 5 steps, 12s, about 20s left".
    pub(super) fn headline(&self, now: Duration) -> String {
        let mut line = format!("{} of {} steps, {}", self.ended.len(), self.plan.steps.len(), seconds(now));
        if self.failed > 0 {
            line.push_str(&format!(", {} failed", self.failed));
        }
        if self.stopping {
            line.push_str(", stopping");
        } else if let Some(left) = self.remaining(now).or_else(|| self.estimated(now)) {
            line.push_str(&format!(", about {} left", seconds(left)));
        }
        line
    }

    /// The longest chain of what is left, by how long such steps took in this run; none while the
    /// chain has a step whose like has not ended yet. An honest guess, or none.
    pub(super) fn remaining(&self, now: Duration) -> Option<Duration> {
        let mut until: BTreeMap<StepId, Duration> = BTreeMap::new();
        for step in self.plan.steps.iter().filter(|step| !self.ended.contains(&step.id)) {
            let own = match self.running.get(&step.id) {
                // Running longer than its likes did: nothing is known about the rest of it.
                Some(running) => self.typical(step)?.checked_sub(now.saturating_sub(running.since))?,
                None => self.typical(step)?,
            };
            let before = step.after.iter().filter_map(|id| until.get(id)).max().copied().unwrap_or_default();
            until.insert(step.id, before + own);
        }
        until.into_values().max()
    }

    /// What is left of the plan's own estimate, where that stands on earlier runs alone.
    fn estimated(&self, now: Duration) -> Option<Duration> {
        let estimate = self.plan.risk.estimate.as_ref().filter(|estimate| estimate.assumed == 0)?;
        Duration::from_secs(estimate.seconds).checked_sub(now)
    }

    fn typical(&self, step: &Step) -> Option<Duration> {
        if step.action.is_bookkeeping() {
            return Some(Duration::ZERO);
        }
        self.took.get(&alike(step)).map(|(count, sum)| *sum / *count)
    }
}

/// Steps that take about the same time: the same action on the same kind.
fn alike(step: &Step) -> (&'static str, String) {
    (step.action.word(), step.address.kind().to_string())
}

/// How long something took: like [`seconds`], short ones with a tenth (`0.3s`).
pub(super) fn took(span: Duration) -> String {
    if span.as_secs() < 10 { format!("{:.1}s", span.as_secs_f64()) } else { seconds(span) }
}

/// A length of time for people: `3s`, `2m05s`, `1h02m`.
pub(in crate::cli) fn seconds(span: Duration) -> String {
    match span.as_secs() {
        s @ ..60 => format!("{s}s"),
        s @ 60..3600 => format!("{}m{:02}s", s / 60, s % 60),
        s => format!("{}h{:02}m", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::StepAction;
    use crate::resource::Fault;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn plan() -> Plan {
        let step = |n: u32, address: &str, after: &[u32]| Step {
            id: StepId(n),
            address: address.parse().unwrap(),
            provider: "p".into(),
            action: StepAction::Create { want: BTreeMap::new(), deposes: false },
            after: after.iter().copied().map(StepId).collect(),
            keep: Default::default(),
            timeout_s: 600,
            completes: None,
        };
        let steps = vec![step(1, "vpc.a", &[]), step(2, "vpc.b", &[]), step(3, "vpc.c", &[2])];
        Plan { steps, ..Plan::default() }
    }

    #[test]
    fn it_says_what_runs_what_waits_and_what_is_left() {
        let plan = plan();
        let mut board = Board::new(&plan);
        let started = |n| Event::Started { step: StepId(n) };
        board.tell(&started(1), S(0));
        board.tell(&started(2), S(1));
        assert_eq!(board.headline(S(2)), "0 of 3 steps, 2s", "no estimate before anything has ended");
        let waits: Vec<_> =
            board.waiting().map(|(a, b)| (a.address.to_string(), b.address.to_string())).collect();
        assert_eq!(waits, [("vpc.c".to_owned(), "vpc.b".to_owned())]);

        board.tell(&Event::Ended { step: StepId(1), end: StepEnd::Done(None), took: S(10) }, S(10));
        board.tell(&Event::Waiting { step: StepId(2), status: "creating".into() }, S(10));
        assert_eq!(board.headline(S(10)), "1 of 3 steps, 10s, about 11s left");
        assert_eq!(board.running().next().unwrap().1.status, "creating");
        assert_eq!(board.headline(S(12)), "1 of 3 steps, 12s", "longer than its like: no guess");

        let end = StepEnd::Failed(Fault::message("no"));
        board.tell(&Event::Ended { step: StepId(2), end, took: S(11) }, S(12));
        board.tell(&Event::Stopping { now: false }, S(12));
        assert_eq!(board.headline(S(72)), "2 of 3 steps, 1m12s, 1 failed, stopping");
    }
}
