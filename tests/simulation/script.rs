//! A script: everything that a seed decides, as data that can be shown, replayed and made smaller.

use super::draw::Draw;
use super::links::{self, Links};
use super::stack::{self, Stack};
use super::trouble::{self, Ending, Fault, Meddling};

/// One story. What it does not say (the schedule, each latency, whom a fault by chance strikes)
/// comes from its seed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Script {
    pub(super) seed: u64,
    /// How long answers take.
    pub(super) latency: &'static str,
    /// How many requests may be under way at once.
    pub(super) parallelism: usize,
    /// Whether clients log in and use tokens.
    pub(super) passwords: bool,
    /// What is desired first.
    pub(super) stack: Stack,
    /// Whether the author has an account at the second cloud.
    pub(super) beyond: bool,
    /// What is desired first of the second cloud.
    pub(super) links: Links,
    pub(super) acts: Vec<Act>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// The author wants this from now on.
    Desire(Stack),
    /// The author wants this of the second cloud from now on.
    DesireLinks(Links),
    /// Others change the cloud.
    Meddle(Meddling),
    /// So many seconds pass.
    Wait(u64),
    /// A refresh is recorded.
    Refresh,
    /// A run, in trouble.
    Run(Run),
    /// A run in peace, after which everything must be as desired.
    Settle,
}

/// One `apply` or `destroy`, with what goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) destroy: bool,
    /// Whether the plan is saved, and later applied as it is or refused.
    pub(super) saved: bool,
    pub(super) faults: Vec<Fault>,
    pub(super) ending: Ending,
    /// A second run begins after so many milliseconds, and waits for the lock or does not.
    pub(super) rival: Option<(u64, bool)>,
    /// Others change the cloud after so many milliseconds.
    pub(super) meddling: Option<(u64, Meddling)>,
}

impl Script {
    pub(super) fn drawn(seed: u64) -> Script {
        let mut draw = Draw(seed);
        let mut script = Script {
            seed,
            latency: draw.one(&["1ms..5ms", "1ms..300ms", "20ms..2s"]),
            parallelism: draw.one(&[1, 2, 10, 10]),
            passwords: draw.chance(30),
            stack: stack::stack(&mut draw),
            beyond: false,
            links: Links::new(),
            acts: Vec::new(),
        };
        let mut desired = script.stack.clone();
        for round in 0..2 + draw.below(3) {
            if round > 0 {
                if draw.chance(25) {
                    script.acts.push(Act::Meddle(trouble::meddling(&mut draw)));
                }
                desired = stack::edited(&mut draw, &desired);
                script.acts.push(Act::Desire(desired.clone()));
            }
            if draw.chance(10) {
                script.acts.push(Act::Refresh);
            }
            for _ in 0..1 + draw.below(3) {
                script.acts.push(Act::Run(run(&mut draw)));
                if draw.chance(20) {
                    script.acts.push(Act::Wait(draw.one(&[1, 15, 70, 1500])));
                }
            }
            if draw.chance(60) {
                script.acts.push(Act::Settle);
            }
        }
        script
    }

    /// The same script with links of the second cloud, in every second one without the first. What is
    /// drawn for them comes from a stream of its own.
    pub(super) fn beyond(seed: u64) -> Script {
        let mut script = Script::drawn(seed);
        let mut draw = Draw(!seed);
        if draw.chance(50) {
            script.stack.clear();
            script.acts.retain(|act| !matches!(act, Act::Desire(_)));
        }
        script.beyond = true;
        script.links = links::links(&mut draw);
        let mut desired = script.links.clone();
        for act in std::mem::take(&mut script.acts) {
            if draw.chance(25) {
                script.acts.push(Act::Meddle(trouble::meddling_with_links(&mut draw)));
            }
            if draw.chance(40) {
                desired = links::edited(&mut draw, &desired);
                script.acts.push(Act::DesireLinks(desired.clone()));
            }
            script.acts.push(match act {
                Act::Run(mut run) => {
                    run.faults.extend(trouble::faults_of_links(&mut draw));
                    Act::Run(within_settle(run))
                }
                other => other,
            });
        }
        script
    }
}

fn run(draw: &mut Draw) -> Run {
    let drawn = drawn_run(draw);
    // What leaves before a crash has its effect within `settle`: that is what the promise is about.
    let late = drawn.faults.iter().any(|(kind, _)| *kind == trouble::VERY_LATE);
    let run = if late { Run { ending: Ending::ByItself, rival: None, ..drawn } } else { drawn };
    within_settle(run)
}

/// What is done very late, and then does not show for long, shows later than within `settle`.
fn within_settle(mut run: Run) -> Run {
    if run.faults.iter().any(|(kind, _)| *kind == trouble::VERY_LATE) {
        run.faults.retain(|(kind, _)| !trouble::HIDES.contains(kind));
    }
    run
}

fn drawn_run(draw: &mut Draw) -> Run {
    Run {
        destroy: draw.chance(15),
        saved: draw.chance(15),
        faults: trouble::faults(draw),
        ending: trouble::ending(draw),
        rival: draw.chance(10).then(|| (draw.below(4000) as u64, draw.chance(50))),
        meddling: draw
            .chance(10)
            .then(|| (draw.below(4000) as u64, trouble::meddling(draw)))
            .filter(|(_, what)| !what.hides_evidence()),
    }
}
