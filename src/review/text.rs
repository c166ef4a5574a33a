//! A plan as text: short, aligned, readable without colours.

use super::line::{Line, Look, Tone, wrap};
use super::model::{Entry, Review, Sign, place_text};
use super::rows::{Body, Cell, Part, Row};
use super::section::{Finding, Level, Section};
use super::show::clean;
use crate::plan::{Plan, PlanMode};

/// The column at which attribute names start.
const NAME: usize = 4;

/// Details of more lines than this push what stands before them out of sight, so the totals stand there
/// too.
const SCREEN: usize = 40;

/// The whole review: what to know of it before the details, the totals after them.
pub fn text(review: &Review, look: Look) -> String {
    let mut details = String::new();
    section(&mut details, look, "", &review.changes);
    if !review.outputs.is_empty() {
        heading(&mut details, look, "Outputs:");
        rows(&review.outputs, &mut details, look);
    }
    let mut out = String::new();
    for line in header_of(review, look) {
        line.write(look, &mut out);
    }
    if details.lines().count() > SCREEN {
        out.push('\n');
        closing(review).iter().for_each(|line| line.write(look, &mut out));
    }
    left_open(&review.left_open, &mut out, look);
    if !review.sections.is_empty() {
        out.push('\n');
    }
    for section in &review.sections {
        found(&mut out, look, section);
    }
    let alone = review.sections.is_empty() && review.left_open.is_empty();
    if !alone && !details.is_empty() {
        heading(&mut out, look, "What apply will do:");
    }
    out.push_str(&details);
    out.push('\n');
    closing(review).iter().for_each(|line| line.write(look, &mut out));
    out
}

/// What happens in one paragraph: the totals, whether apply refuses, the risk.
pub(super) fn verdict(review: &Review) -> String {
    let mut told: Vec<String> = closing(review).iter().map(|line| line.text(Look::default())).collect();
    told.extend(review.section("risk").map(|risk| format!("Risk: {}", risk.summary)));
    told.join(" ")
}

/// Only what others did since the last apply.
pub fn drift(review: &Review, look: Look) -> String {
    let mut out = String::new();
    section(&mut out, look, "Changed by others since the last apply:", &review.drift);
    out.trim_start_matches('\n').to_owned()
}

/// Only what happens to each address, under a heading.
pub fn changes(review: &Review, title: &str, look: Look) -> String {
    let mut out = String::new();
    section(&mut out, look, title, &review.changes);
    out.trim_start_matches('\n').to_owned()
}

/// Which stack, on which cloud, and what was selected.
fn header_of(review: &Review, look: Look) -> Vec<Line> {
    let mut line = Line::new().plain("Stack ").with(Tone::Strong, clean(&review.stack));
    if review.simulated {
        line = line.plain(" on the ").with(Tone::Notice, "simulated cloud").plain(" (--sim)");
    }
    line = match review.mode {
        PlanMode::Normal => line,
        PlanMode::Destroy => line.plain(", ").with(Tone::Bad, "everything is to be deleted"),
        PlanMode::RefreshOnly => line.plain(", record only"),
    };
    let mut lines = vec![line];
    if let Some(provenance) = &review.provenance {
        lines
            .extend(wrap(&provenance.sentence(), look.width).into_iter().map(|text| Line::new().plain(text)));
    }
    if !review.selection.is_empty() {
        lines.push(Line::new().plain(format!("Selected: {}", review.selection)));
    }
    lines
}

/// Why there is nothing to do.
pub(super) fn nothing(review: &Review) -> &'static str {
    match (review.mode, review.drift.is_empty()) {
        (PlanMode::Normal, _) if review.selection.is_empty() => "The cloud matches the configuration.",
        (PlanMode::Normal, _) => "What was chosen needs nothing.",
        (PlanMode::Destroy, _) => "There is nothing to destroy.",
        (PlanMode::RefreshOnly, true) => "The record matches the cloud.",
        (PlanMode::RefreshOnly, false) => {
            "Apply takes what others changed into the record; it changes nothing in the cloud."
        }
    }
}

fn closing(review: &Review) -> Vec<Line> {
    let mut lines = Vec::new();
    if review.changes.is_empty() && review.outputs.is_empty() {
        lines.push(Line::new().with(Tone::Good, "No changes.").plain(" ").plain(nothing(review)));
    } else {
        let mut line = Line::new().with(Tone::Strong, "Plan:").plain(" ").plain(review.counts.sentence());
        line = line.plain(".");
        if review.unchanged > 0 {
            line = line.with(Tone::Faint, format!(" {} unchanged.", review.unchanged));
        }
        lines.push(line);
        if review.changes.is_empty() {
            lines.push(Line::new().plain("Only outputs change."));
        }
        // Checks are told with the lines they speak of, before everything else.
        if review.refusal().is_some() {
            lines.push(Line::new().with(Tone::Bad, "Apply refuses this plan as it stands."));
        }
    }
    lines
}

/// What was found: a line or two, and what belongs to it below.
fn found(out: &mut String, look: Look, section: &Section) {
    let title = format!("{}: ", section.title);
    // The summary goes on where the title ends.
    let lead = "-".repeat(title.chars().count());
    let told = wrap(&format!("{lead}{}", section.summary), look.width.saturating_sub(2));
    for (at, text) in told.iter().enumerate() {
        let line = match text.strip_prefix(&lead) {
            Some(rest) if at == 0 => Line::new().with(Tone::Strong, &title).plain(rest),
            _ => Line::indent(2).plain(text),
        };
        line.write(look, out);
    }
    for finding in &section.findings {
        if section.has_levels() {
            write_finding(finding, out, look);
        } else {
            write_told(finding, out, look);
        }
    }
}

/// A finding that is one of many alike: what it is about, and what belongs to it.
fn write_told(finding: &Finding, out: &mut String, look: Look) {
    let place = finding.place.as_ref().map(|place| format!("  {}", place_text(place))).unwrap_or_default();
    let told = wrap(&finding.text, look.width.saturating_sub(4));
    let last = told.len().saturating_sub(1);
    for (at, text) in told.into_iter().enumerate() {
        let mut line = Line::indent(if at == 0 { 2 } else { 4 }).plain(text);
        if at == last {
            line = line.with(Tone::Faint, &place);
        }
        line.write(look, out);
    }
    for more in &finding.more {
        for (at, text) in wrap(more, look.width.saturating_sub(NAME + 2)).into_iter().enumerate() {
            let lead = if at == 0 { "- " } else { "  " };
            Line::indent(NAME).plain(lead).plain(text).write(look, out);
        }
    }
}

fn write_finding(finding: &Finding, out: &mut String, look: Look) {
    let tone = match finding.level {
        Level::Refuses => Tone::Bad,
        Level::Warns => Tone::Notice,
        Level::Tells => Tone::Info,
    };
    let mut line = Line::indent(2).with(tone, finding.level.word()).plain("  ");
    line = line.with(Tone::Strong, finding.subject().unwrap_or(&finding.title));
    if let Some(place) = &finding.place {
        line = line.plain("  ").with(Tone::Faint, place_text(place));
    }
    line.write(look, out);
    for text in [&finding.text, &finding.hint].into_iter().filter(|text| !text.is_empty()) {
        for text in wrap(text, look.width.saturating_sub(NAME)) {
            Line::indent(NAME).plain(text).write(look, out);
        }
    }
}

fn heading(out: &mut String, look: Look, title: &str) {
    out.push('\n');
    Line::new().with(Tone::Strong, title).write(look, out);
}

fn section(out: &mut String, look: Look, title: &str, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    if !title.is_empty() {
        heading(out, look, title);
    }
    let mut was_short = false;
    for entry in entries {
        let is_short = entry.rows.is_empty() && entry.reason.is_none() && entry.notes.is_empty();
        if !(is_short && was_short) {
            out.push('\n');
        }
        was_short = is_short;
        write_entry(entry, out, look);
    }
}

/// What an interrupted run left open, each with what became of it.
fn left_open(leftovers: &[(String, String)], out: &mut String, look: Look) {
    if leftovers.is_empty() {
        return;
    }
    heading(out, look, "Left open by an interrupted run:");
    out.push('\n');
    for (begun, evidence) in leftovers {
        Line::indent(2).with(Tone::Info, begun).write(look, out);
        for text in wrap(evidence, look.width.saturating_sub(NAME)) {
            Line::indent(NAME).plain(text).write(look, out);
        }
    }
}

fn write_entry(entry: &Entry, out: &mut String, look: Look) {
    let tone = tone(entry.sign);
    let mut line = Line::new().with(tone, format!("{} {}", entry.sign.text(), entry.words)).plain("  ");
    line = line.with(Tone::Strong, &entry.address);
    let mut below = Vec::new();
    for aside in entry.id.iter().map(|id| format!("id {id}")).chain(entry.place.as_ref().map(place_text)) {
        if below.is_empty() && line.width() + 2 + aside.chars().count() <= look.width {
            line = line.plain("  ").with(Tone::Faint, aside);
        } else {
            below.push(aside);
        }
    }
    line.write(look, out);
    if !below.is_empty() {
        Line::indent(NAME).with(Tone::Faint, below.join("  ")).write(look, out);
    }
    if let Some(reason) = &entry.reason {
        for text in wrap(&format!("because {reason}"), look.width - NAME) {
            Line::indent(NAME).plain(text).write(look, out);
        }
    }
    rows(&entry.rows, out, look);
    for note in &entry.notes {
        for (i, text) in wrap(note, look.width.saturating_sub(NAME + 6)).into_iter().enumerate() {
            let lead = if i == 0 { "note: " } else { "      " };
            Line::indent(NAME).with(Tone::Notice, lead).plain(text).write(look, out);
        }
    }
}

fn tone(sign: Sign) -> Tone {
    match sign {
        Sign::None => Tone::Plain,
        Sign::Plus => Tone::Good,
        Sign::Tilde | Sign::Bang => Tone::Notice,
        Sign::Minus | Sign::MinusPlus | Sign::PlusMinus => Tone::Bad,
        Sign::Equals | Sign::Dot | Sign::Less | Sign::Greater => Tone::Info,
    }
}

fn rows(rows: &[Row], out: &mut String, look: Look) {
    let names = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        write_row(row, names, out, look);
    }
}

fn write_row(row: &Row, names: usize, out: &mut String, look: Look) {
    let mark = if row.sign == Sign::None { " " } else { row.sign.text() };
    let value_column = NAME + names + 2;
    let mut line = Line::indent(NAME - 2).with(tone(row.sign), mark).plain(" ");
    line = line.plain(format!("{:<names$}  ", row.name));
    let mut lines = match &row.body {
        Body::One(cell) => vec![with_cell(line, cell)],
        Body::Arrow(before, after) => {
            let whole = with_cell(with_cell(line.clone(), before).plain(" -> "), after);
            if whole.width() <= look.width {
                vec![whole]
            } else {
                let arrow = Line::indent(value_column - 3).plain("-> ");
                vec![with_cell(line, before), with_cell(arrow, after)]
            }
        }
        Body::Parts(parts, same) => with_parts(line, parts, *same, value_column),
    };
    if let (Some(why), Some(last)) = (&row.replaces, lines.last_mut()) {
        let comment = format!("# forces replacement: {}", clean(why));
        if last.width() + 2 + comment.chars().count() <= look.width {
            *last = last.clone().plain("  ").with(Tone::Bad, comment);
        } else {
            for (i, text) in wrap(&comment, look.width.saturating_sub(value_column)).into_iter().enumerate() {
                let lead = if i == 0 { 0 } else { 2 };
                lines.push(Line::indent(value_column + lead).with(Tone::Bad, text));
            }
        }
    }
    for line in lines {
        line.write(look, out);
    }
}

fn with_cell(line: Line, cell: &Cell) -> Line {
    match cell {
        Cell::None => line.with(Tone::Faint, "(none)"),
        Cell::Text(text) => line.plain(text),
        Cell::Unknown(expression) if expression.is_empty() => line.with(Tone::Faint, "(known after apply)"),
        Cell::Unknown(expression) => {
            line.with(Tone::Faint, format!("(known after apply) {}", clean(expression)))
        }
        Cell::Sensitive => line.with(Tone::Faint, "(sensitive)"),
    }
}

fn with_parts(first: Line, parts: &[Part], same: usize, column: usize) -> Vec<Line> {
    let signed = parts.iter().any(|part| part.sign != Sign::None);
    let mut lines: Vec<Line> = Vec::new();
    for part in parts {
        let line = if lines.is_empty() { first.clone() } else { Line::indent(column) };
        let tone = tone(part.sign);
        lines.push(match (signed, part.sign) {
            (false, _) => line.plain(&part.text),
            (true, Sign::None) => line.with(Tone::Faint, format!("  {}", part.text)),
            (true, sign) => line.with(tone, format!("{} {}", sign.text(), part.text)),
        });
    }
    if lines.is_empty() {
        lines.push(first.with(Tone::Faint, "(only blanks differ)"));
    }
    if same > 0 {
        lines.push(Line::indent(column).with(Tone::Faint, format!("  {}", others_stay(same))));
    }
    lines
}

/// How many members of an attribute stay as they are.
pub(super) fn others_stay(count: usize) -> String {
    if count == 1 { "(1 other stays)".to_owned() } else { format!("({count} others stay)") }
}

/// The steps in order, in their terse form: `s2 create subnet.web after s1`.
pub fn steps(plan: &Plan, look: Look) -> String {
    let mut out = String::new();
    heading(&mut out, look, "Steps:");
    for step in &plan.steps {
        let mut line = Line::indent(2).with(Tone::Faint, format!("{:<4}", step.id.to_string()));
        line = line.plain(format!("{:<7} ", step.action.word())).plain(clean(&step.address.to_string()));
        if !step.after.is_empty() {
            let after: Vec<_> = step.after.iter().map(ToString::to_string).collect();
            line = line.with(Tone::Faint, format!(" after {}", after.join(" ")));
        }
        line.write(look, &mut out);
    }
    out
}
