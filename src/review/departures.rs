//! Where a new plan departs from the approved one, as text.

use super::line::{Line, Look, Tone};
use super::show::{clean, value_text};
use crate::plan::Shown;
use crate::plan::compare::Departure;

/// One paragraph for each subject: what was approved, and what it would be now.
pub fn departures(all: &[Departure], look: Look) -> String {
    let mut out = String::new();
    let mut subject = String::new();
    for departure in all {
        let (about, lines) = told(departure);
        if about != subject {
            out.push('\n');
            Line::new().with(Tone::Strong, clean(&about)).write(look, &mut out);
            subject = about;
        }
        for line in lines {
            line.write(look, &mut out);
        }
    }
    out
}

/// What a departure is about, and what it says.
fn told(departure: &Departure) -> (String, Vec<Line>) {
    let said = |tone: Tone, text: String| vec![Line::indent(2).with(tone, text)];
    match departure {
        Departure::Frame { what, approved, now } => (what.clone(), both("", approved, now)),
        Departure::Dropped(address, action) => {
            let text = format!("approved: {}; there is nothing to do to it any more", action.word());
            (address.to_string(), said(Tone::Notice, text))
        }
        Departure::Added(address, action) => {
            let text = format!("now: {}; nothing was approved for it", action.word());
            (address.to_string(), said(Tone::Bad, text))
        }
        Departure::Action { address, approved, now } => {
            (address.to_string(), both("", approved.word(), now.word()))
        }
        Departure::Object { address, approved, now } => {
            let id = |id: &Option<String>| id.clone().unwrap_or_else(|| "no object".to_owned());
            (address.to_string(), both("object ", &id(approved), &id(now)))
        }
        Departure::Attribute { address, attribute, approved, now } => {
            let way = |way: &Option<(Shown, Shown)>| match way {
                None => "no change".to_owned(),
                Some((Shown::Absent, to)) => shown(to),
                Some((from, to)) => format!("{} -> {}", shown(from), shown(to)),
            };
            (address.to_string(), both(&format!("{} ", clean(attribute)), &way(approved), &way(now)))
        }
        Departure::Calls(address) => {
            let text = "the calls that do it are others than those that were approved".to_owned();
            (address.to_string(), said(Tone::Bad, text))
        }
        Departure::Hidden(address, attribute) => {
            let text = format!(
                "{} is not shown in plans, and the configuration has changed: nobody can say that it is the same",
                clean(attribute)
            );
            (address.to_string(), said(Tone::Bad, text))
        }
        Departure::Output { name, approved, now } => {
            let worth = |worth: &Option<Shown>| worth.as_ref().map_or("no change".to_owned(), shown);
            (format!("output {name}"), both("", &worth(approved), &worth(now)))
        }
    }
}

/// A line for what was approved and one for what it is now, below each other.
fn both(what: &str, approved: &str, now: &str) -> Vec<Line> {
    let gap = " ".repeat(what.chars().count());
    vec![
        Line::indent(2).plain(what).with(Tone::Faint, "approved: ").plain(clean(approved)),
        Line::indent(2).plain(gap).with(Tone::Faint, "now:      ").with(Tone::Notice, clean(now)),
    ]
}

fn shown(shown: &Shown) -> String {
    match shown {
        Shown::Absent => "nothing".to_owned(),
        Shown::Value(value) => value_text(value),
        Shown::Unknown(source) if source.is_empty() => "(known after apply)".to_owned(),
        Shown::Unknown(source) => format!("(known after apply) {source}"),
        Shown::Sensitive => "(sensitive)".to_owned(),
    }
}
