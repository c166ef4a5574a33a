//! Progress on a terminal: a few lines that are drawn anew, above them what has ended.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::board::{Board, seconds};
use super::{Listener, ended_line, what};
use crate::cli::interrupt;
use crate::plan::{Event, Plan};
use crate::review::{Line, Look, Tone, clean};

/// More running steps than this are only counted.
const SHOWN: usize = 8;

/// The lines that move.
const SPIN: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A live display on stderr.
pub(super) struct Display<'a> {
    plan: &'a Plan,
    bar: ProgressBar,
    look: Look,
    frame: usize,
}

impl<'a> Display<'a> {
    pub(super) fn new(plan: &'a Plan, look: Look) -> Display<'a> {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
        bar.set_style(ProgressStyle::with_template("{msg}").expect("a constant template"));
        Display { plan, bar, look, frame: 0 }
    }

    fn draw(&self, board: &Board<'_>, now: Duration) {
        let lines = lines(board, now, SPIN[self.frame % SPIN.len()]);
        // A line that wraps would not be taken back whole.
        let cut = |line: Line| {
            if line.width() < self.look.width { line.text(self.look) } else { clip(&line, self.look) }
        };
        self.bar.set_message(lines.into_iter().map(cut).collect::<Vec<_>>().join("\n"));
        self.bar.tick();
    }
}

impl Listener for Display<'_> {
    fn event(&mut self, event: &Event, board: &Board<'_>, now: Duration) {
        if let Event::Ended { step, end, took } = event
            && let Some(line) = ended_line(self.plan.step(*step), end, *took, self.look)
        {
            self.bar.println(line);
        }
        if let Event::Stopping { now: at_once } = event {
            self.bar.println(interrupt::meaning(*at_once));
            self.draw(board, now);
        }
    }

    fn tick(&mut self, board: &Board<'_>, now: Duration) {
        self.frame += 1;
        self.draw(board, now);
    }

    fn end(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn clip(line: &Line, look: Look) -> String {
    let plain = line.text(Look { colour: false, ..look });
    plain.chars().take(look.width.saturating_sub(2)).chain(['…']).collect()
}

/// The moving lines: what runs, what waits for what, and where the whole stands.
fn lines(board: &Board<'_>, now: Duration, spin: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let running: Vec<_> = board.running().filter(|(step, _)| !step.action.is_bookkeeping()).collect();
    for (step, running) in running.iter().take(SHOWN) {
        let took = seconds(now.saturating_sub(running.since));
        let line = Line::new().with(Tone::Notice, format!("{spin:<9} ")).plain(what(step));
        lines.push(line.with(Tone::Faint, format!("  {took}  {}", clean(&running.status))));
    }
    if running.len() > SHOWN {
        lines.push(Line::indent(10).with(Tone::Faint, format!("and {} more", running.len() - SHOWN)));
    }
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (step, blocker) in board.waiting() {
        let waits = waiting.entry(clean(&blocker.address.to_string())).or_default();
        waits.push(clean(&step.address.to_string()));
    }
    for (blocker, waits) in waiting.iter().take(3) {
        let who = match waits.as_slice() {
            [one] => format!("{one} waits"),
            [first, rest @ ..] => format!("{first} and {} more wait", rest.len()),
            [] => continue,
        };
        lines.push(Line::indent(10).with(Tone::Faint, format!("{who} for {blocker}")));
    }
    lines.push(Line::indent(10).plain(board.headline(now)));
    lines
}
