//! Changes as a difference: each line begins with the sign that hosts colour it by.

use crate::review::model::{Entry, Sign, place_text};
use crate::review::rows::{Body, Cell, Part, Row};
use crate::review::show::clean;
use crate::review::text::others_stay;

/// Columns after which addresses are no longer aligned.
const WIDEST: usize = 60;
/// Characters of a reason in the overview; the details have all of it.
const REASON: usize = 110;
/// Longer than this, values are left to the details.
const SHORT: usize = 60;
/// So many keys of a block are told.
const KEYS: usize = 5;

/// The sign of a whole change: what goes is red on hosts, what comes green, what moves orange.
pub(super) fn mark(sign: Sign) -> char {
    match sign {
        Sign::Minus | Sign::MinusPlus | Sign::PlusMinus => '-',
        Sign::Plus => '+',
        Sign::Tilde | Sign::Bang => '!',
        Sign::None | Sign::Equals | Sign::Dot | Sign::Less | Sign::Greater => ' ',
    }
}

/// The sign as a line begins with it: the first character is what hosts colour by.
fn seen(sign: Sign) -> String {
    match sign {
        Sign::MinusPlus | Sign::PlusMinus => sign.text().to_owned(),
        other => mark(other).to_string(),
    }
}

/// One line for each block: how many of its objects, and which.
pub(super) fn blocks(entries: &[&Entry]) -> String {
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let block = |entry: &Entry| block_of(&entry.address).to_owned();
        match groups.iter_mut().find(|g| g[0].action == entry.action && block(g[0]) == block(entry)) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    let counted = |group: &Vec<&Entry>| format!("{} {}", group.len(), block_of(&group[0].address));
    let width = groups.iter().map(|group| counted(group).chars().count()).max().unwrap_or(0).min(WIDEST);
    let signs = groups.iter().map(|group| seen(group[0].sign).len()).max().unwrap_or(1);
    let mut out = String::new();
    for group in &groups {
        let place = group[0].place.as_ref().map(place_text).unwrap_or_default();
        let line = format!(
            "{:<signs$} {}  {:<width$}  {place}  {}",
            seen(group[0].sign),
            group[0].action,
            counted(group),
            keys(group)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The address without the key of its instance.
pub(super) fn block_of(address: &str) -> &str {
    address.split('[').next().unwrap_or(address)
}

/// The first keys of a block's instances, and the last one.
fn keys(group: &[&Entry]) -> String {
    let key = |entry: &Entry| entry.address.strip_prefix(block_of(&entry.address)).unwrap_or("").to_owned();
    match group {
        [] => String::new(),
        [one] => key(one),
        [first, .., last] if group.len() > KEYS => {
            format!("{} {} {} … {}", key(first), key(group[1]), key(group[2]), key(last))
        }
        few => few.iter().map(|entry| key(entry)).collect::<Vec<_>>().join(" "),
    }
}

/// One line for each change.
pub(super) fn overview(entries: &[&Entry]) -> String {
    let width =
        |text: &dyn Fn(&Entry) -> usize| entries.iter().map(|e| text(e)).max().unwrap_or(0).min(WIDEST);
    let actions = width(&|e| e.action.len());
    let addresses = width(&|e| e.address.chars().count());
    let signs = width(&|e| seen(e.sign).len());
    let places = width(&|e| e.place.as_ref().map_or(0, |p| place_text(p).chars().count()));
    let mut out = String::new();
    for entry in entries {
        let place = entry.place.as_ref().map(place_text).unwrap_or_default();
        let line = format!(
            "{:<signs$} {:<actions$}  {:<addresses$}  {place:<places$}  {}",
            seen(entry.sign),
            entry.action,
            entry.address,
            about(entry)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// What a change is about, in a few words: why, or what differs.
fn about(entry: &Entry) -> String {
    let replaced = matches!(entry.sign, Sign::MinusPlus | Sign::PlusMinus);
    let forcing: Vec<String> = entry.rows.iter().filter(|row| row.replaces.is_some()).map(moves).collect();
    let text = match (&entry.follows, &entry.reason) {
        (Some(expression), _) => format!("follows {expression}"),
        (None, _) if replaced && !forcing.is_empty() => format!("{} forces it", forcing.join(", ")),
        (None, Some(reason)) => reason.clone(),
        (None, None) if matches!(entry.sign, Sign::Tilde | Sign::Bang) => {
            entry.rows.iter().map(moves).collect::<Vec<_>>().join(", ")
        }
        (None, None) => String::new(),
    };
    let cuts = match entry.cut {
        0 => String::new(),
        1 => "cuts 1 live connection; ".to_owned(),
        many => format!("cuts {many} live connections; "),
    };
    let text = format!("{cuts}{text}").trim_end_matches("; ").to_owned();
    if text.chars().count() <= REASON {
        return text;
    }
    text.chars().take(REASON - 1).chain(['…']).collect()
}

/// An attribute, with what it is and will be where that is short.
fn moves(row: &Row) -> String {
    match &row.body {
        Body::Arrow(before, after) => {
            let told = format!("{} {} -> {}", row.name, cell(before), cell(after));
            if told.chars().count() <= SHORT { told } else { row.name.clone() }
        }
        _ => row.name.clone(),
    }
}

/// Changes in full.
pub(super) fn details(entries: &[&Entry]) -> String {
    entries.iter().map(|entry| detail(entry)).collect::<Vec<_>>().join("\n")
}

fn detail(entry: &Entry) -> String {
    let mark = mark(entry.sign);
    let mut out = format!("{} {} {}", seen(entry.sign), entry.words, entry.address);
    if let Some(id) = &entry.id {
        out.push_str(&format!("  id {id}"));
    }
    if let Some(place) = &entry.place {
        out.push_str(&format!("  {}", place_text(place)));
    }
    out.push('\n');
    if let Some(reason) = &entry.reason {
        out.push_str(&format!("  because {reason}\n"));
    }
    let whole = if matches!(entry.sign, Sign::Plus | Sign::Minus) { mark } else { ' ' };
    out.push_str(&rows(&entry.rows, whole));
    for note in &entry.notes {
        out.push_str(&format!("  note: {note}\n"));
    }
    out
}

/// Attributes, one below the other; `whole` marks those that come or go with their object.
pub(super) fn rows(rows: &[Row], whole: char) -> String {
    let names = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let own = if row.sign == Sign::None { whole } else { mark(row.sign) };
        let mut lines: Vec<(char, String)> = match &row.body {
            Body::One(one) => vec![(own, cell(one))],
            Body::Arrow(before, after) => vec![('-', cell(before)), ('+', cell(after))],
            Body::Parts(parts, same) => members(parts, *same, own),
        };
        if let (Some(why), Some((_, last))) = (&row.replaces, lines.last_mut()) {
            last.push_str(&format!("  # forces replacement: {}", clean(why)));
        }
        for (i, (mark, text)) in lines.into_iter().enumerate() {
            let name = if i == 0 || mark == '+' || mark == '-' { row.name.as_str() } else { "" };
            let line = format!("{mark}   {name:<names$}  {text}");
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

fn members(parts: &[Part], same: usize, own: char) -> Vec<(char, String)> {
    let signed = parts.iter().any(|part| part.sign != Sign::None);
    let mut lines: Vec<(char, String)> =
        parts.iter().map(|part| (if signed { mark(part.sign) } else { own }, part.text.clone())).collect();
    if same > 0 {
        lines.push((' ', others_stay(same)));
    }
    if lines.is_empty() {
        lines.push((' ', "(only blanks differ)".to_owned()));
    }
    lines
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::None => "(none)".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Unknown(expression) if expression.is_empty() => "(known after apply)".to_owned(),
        Cell::Unknown(expression) => format!("(known after apply) {}", clean(expression)),
        Cell::Sensitive => "(sensitive)".to_owned(),
    }
}
