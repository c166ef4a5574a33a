//! What is told while steps run: live on a terminal, next to nothing elsewhere, JSON lines on request.
//!
//! One loop listens to the executor's events; what is shown comes from the `board`.

mod board;
mod json;
mod live;
mod plain;
mod reading;

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, MissedTickBehavior, interval};

use self::board::Board;
use super::ui::Ui;
use crate::plan::{Event, Step, StepEnd};
use crate::resource::Catalog;
use crate::review::{Look, Tone, clean};

pub(super) use self::board::seconds;
pub(super) use self::reading::reading;

/// How often somebody who waits is told that we still do.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often a log that nobody looks at is told the same.
const QUIET: Duration = Duration::from_secs(60);

/// How often a live display is drawn anew.
const FRAME: Duration = Duration::from_millis(100);

/// Somebody who is told what happens.
trait Listener {
    /// Something happened.
    fn event(&mut self, event: &Event, board: &Board<'_>, now: Duration);
    /// Time passed.
    fn tick(&mut self, board: &Board<'_>, now: Duration);
    /// It is over.
    fn end(&mut self) {}
}

/// Tells about a run until its events end.
pub(super) async fn follow(catalog: &Catalog, ui: &Ui, mut events: UnboundedReceiver<Event>) {
    let plan = loop {
        match events.recv().await {
            Some(Event::Noted(note)) => ui.warn(&note),
            Some(Event::Begun(plan)) => break plan,
            _ => return, // refused before anything began
        }
    };
    let plan = plan.as_ref();
    let (mut listener, every): (Box<dyn Listener + Send + '_>, Duration) = if ui.is_json() {
        (Box::new(json::Lines::new(plan, catalog, ui)), HEARTBEAT)
    } else if ui.is_live() {
        (Box::new(live::Display::new(plan, ui.err_look())), FRAME)
    } else {
        (Box::new(plain::Lines::new(plan, ui)), QUIET)
    };
    let start = Instant::now();
    let mut board = Board::new(plan);
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks.tick().await;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    let now = start.elapsed();
                    board.tell(&event, now);
                    listener.event(&event, &board, now);
                }
                None => break,
            },
            _ = ticks.tick() => listener.tick(&board, start.elapsed()),
        }
    }
    listener.end();
}

/// The line that stays when a step has ended; none for bookkeeping and for what was not tried.
fn ended_line(step: &Step, end: &StepEnd, took: Duration, look: Look) -> Option<String> {
    let (tone, word) = match end {
        StepEnd::Done(_) if step.action.is_bookkeeping() => return None,
        StepEnd::Done(_) => (Tone::Good, "done"),
        StepEnd::Failed(_) => (Tone::Bad, "failed"),
        StepEnd::Uncertain(_) => (Tone::Bad, "uncertain"),
        StepEnd::NotTried(_) => return None,
    };
    let line = crate::review::Line::new().with(tone, format!("{word:<9} ")).plain(what(step));
    Some(line.with(Tone::Faint, format!("  {}", board::took(took))).text(look))
}

/// A step in words: "create vpcep_service.payments".
fn what(step: &Step) -> String {
    format!("{:<6} {}", step.action.word(), clean(&step.address.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value as Json;

    use super::*;
    use crate::plan::{Plan, StepAction, StepId};

    #[tokio::test(start_paused = true)]
    async fn a_long_step_has_heartbeats_in_the_stream() {
        let step = Step {
            id: StepId(1),
            address: "vpcep_endpoint.shop".parse().unwrap(),
            provider: "shop".into(),
            action: StepAction::Create { want: Default::default(), deposes: false },
            after: Vec::new(),
            keep: Default::default(),
            timeout_s: 600,
            completes: None,
        };
        let plan = Arc::new(Plan { steps: vec![step], ..Plan::default() });
        let (sender, events) = tokio::sync::mpsc::unbounded_channel();
        let (ui, written) = Ui::kept(true);
        let catalog = crate::provider::catalog();
        let work = async move {
            let id = StepId(1);
            sender.send(Event::Begun(plan)).unwrap();
            sender.send(Event::Started { step: id }).unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
            sender.send(Event::Waiting { step: id, status: "creating".into() }).unwrap();
            tokio::time::sleep(Duration::from_secs(20)).await;
            let end = StepEnd::Done(Some("8d3c".into()));
            sender.send(Event::Ended { step: id, end, took: Duration::from_secs(25) }).unwrap();
        };
        tokio::join!(follow(&catalog, &ui, events), work);
        let told: Vec<Json> =
            written.lines().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let brief: Vec<(&str, Option<u64>)> = told
            .iter()
            .map(|event| (event["type"].as_str().unwrap(), event["hook"]["elapsed_seconds"].as_u64()))
            .collect();
        assert_eq!(
            brief,
            [
                ("apply_start", None),
                ("apply_progress", Some(10)),
                ("apply_progress", Some(20)),
                ("apply_complete", Some(25))
            ]
        );
        assert!(told[1]["@message"].as_str().unwrap().contains("(creating)"), "{}", told[1]);
        assert_eq!(told[3]["hook"]["id_value"], "8d3c");
    }
}
