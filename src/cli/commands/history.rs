//! `state history|diff|restore|backup|verify`: the snapshots of a state, and the whole of it in one file.

use serde_json::{Value as Json, json};

use super::state::{change, failed, told};
use crate::cli::args::{StateBackup, StateDiff, StateRestore};
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::sources;
use crate::cli::ui::Ui;
use crate::cli::workspace::Desk;
use crate::provider::Clock;
use crate::review::{Line, Look, Tone, clean, value_text};
use crate::state::backup::{self, Backup};
use crate::state::differences::{AttributeDifference, Difference, Differences, differences, restoring};
use crate::state::edit::EditFault;
use crate::state::history::{self, Snapshot};
use crate::state::{self, Backend, Recorded, StateError, beside};

/// A digest and a commit are told by so many digits.
const SHORT: usize = 12;

pub(super) fn history(backend: &dyn Backend, ui: &Ui) -> Ended {
    let snapshots = history::list(backend).map_err(failed)?;
    if ui.is_json() {
        let all: Vec<Json> =
            snapshots.iter().map(|one| json!({"serial": one.serial, "run": one.run})).collect();
        ui.value(&json!(all));
        return Ok(Exit::Done);
    }
    if snapshots.is_empty() {
        ui.note("There is no history: nothing was ever recorded.");
    }
    for snapshot in snapshots.iter().rev() {
        ui.print(&entry(snapshot, ui.look()));
    }
    Ok(Exit::Done)
}

/// A snapshot in a line, and below it what was approved and what was overridden.
fn entry(snapshot: &Snapshot, look: Look) -> String {
    let mut out = String::new();
    let number = Line::new().with(Tone::Strong, format!("{:>5}", snapshot.serial));
    let Some(run) = &snapshot.run else {
        number
            .plain("  the file does not say which run wrote it; `landbridge state verify`")
            .write(look, &mut out);
        return out;
    };
    let at = run.at.strftime("%Y-%m-%d %H:%M:%SZ");
    let mut line = number.plain(format!("  {at}  {:<13}  {}", clean(&run.operation), clean(&run.by)));
    if !run.plan.is_empty() {
        line = line.with(Tone::Faint, format!("  plan {}", short(&run.plan)));
    }
    if !run.revision.is_empty() {
        let (commit, rest) = run.revision.split_once(' ').unwrap_or((&run.revision, ""));
        let rest = if rest.is_empty() { String::new() } else { format!(" {}", clean(rest)) };
        line = line.with(Tone::Faint, format!("  git {}{rest}", short(commit)));
    }
    line.write(look, &mut out);
    let below = [("approved by", &run.approved_by), ("beyond the limits", &run.overrides)];
    for (what, names) in below.into_iter().filter(|(_, names)| !names.is_empty()) {
        let names = clean(&names.join(", "));
        Line::indent(7).with(Tone::Notice, what).plain(format!(" {names}")).write(look, &mut out);
    }
    out
}

fn short(digest: &str) -> String {
    clean(&digest.chars().take(SHORT).collect::<String>())
}

/// The state that a snapshot records, or the present one.
pub(super) fn at(backend: &dyn Backend, serial: Option<u64>, ui: &Ui) -> Result<Recorded, Stop> {
    match serial {
        Some(serial) => history::get(backend, serial).map_err(no_snapshot),
        None => Ok(super::state::read(backend, ui)?.recorded),
    }
}

fn no_snapshot(error: StateError) -> Stop {
    match error {
        StateError::NoSnapshot { .. } => {
            Stop::refused(error.to_string(), "`landbridge state history` lists those that are kept")
        }
        other => failed(other),
    }
}

pub(super) fn diff(args: &StateDiff, backend: &dyn Backend, ui: &Ui) -> Ended {
    let (from, to) = (at(backend, Some(args.from), ui)?, at(backend, args.to, ui)?);
    let found = differences(&from, &to);
    if ui.is_json() {
        ui.value(&as_json(&found));
    } else if found.is_empty() {
        ui.print("They record the same.\n");
    } else {
        ui.print(&page(&found, ui.look()));
    }
    Ok(Exit::Done)
}

fn as_json(found: &Differences) -> Json {
    let addresses: Vec<Json> = found
        .addresses
        .iter()
        .map(|(address, difference)| {
            let mut told = match difference {
                Difference::Comes(id) => json!({"action": "comes", "after": id}),
                Difference::Goes(id) => json!({"action": "goes", "before": id}),
                Difference::Other(before, after) => {
                    json!({"action": "other", "before": before, "after": after})
                }
                Difference::Changes(rows) => {
                    let rows: Vec<Json> = rows
                        .iter()
                        .map(|row| {
                            json!({"attribute": row.name, "before": row.before, "after": row.after, "sensitive": row.sensitive})
                        })
                        .collect();
                    json!({"action": "changes", "attributes": rows})
                }
            };
            told["address"] = json!(address.to_string());
            told
        })
        .collect();
    json!({"addresses": addresses, "outputs": found.outputs})
}

/// What differs, to read: `+` only the second has, `-` only the first.
fn page(found: &Differences, look: Look) -> String {
    let mut out = String::new();
    for (address, difference) in &found.addresses {
        let (tone, sign, aside) = match difference {
            Difference::Comes(id) => (Tone::Good, "+", format!("  {id}")),
            Difference::Goes(id) => (Tone::Bad, "-", format!("  {id}")),
            Difference::Other(before, after) => (Tone::Bad, "-/+", format!("  {before} -> {after}")),
            Difference::Changes(_) => (Tone::Notice, "~", String::new()),
        };
        let line = Line::new().with(tone, sign).plain(" ").with(Tone::Strong, clean(&address.to_string()));
        line.with(Tone::Faint, clean(&aside)).write(look, &mut out);
        if let Difference::Changes(rows) = difference {
            let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
            for row in rows {
                let name = format!("{:<width$}  ", clean(&row.name));
                Line::indent(4).plain(name).plain(arrow(row)).write(look, &mut out);
            }
        }
    }
    for name in &found.outputs {
        Line::new().with(Tone::Notice, "~").plain(format!(" output {}", clean(name))).write(look, &mut out);
    }
    out
}

fn arrow(row: &AttributeDifference) -> String {
    if row.sensitive {
        return "(sensitive)".to_owned();
    }
    let text = |value: &Option<crate::resource::Value>| match value {
        Some(value) => clean(&value_text(value)),
        None => "(none)".to_owned(),
    };
    format!("{} -> {}", text(&row.before), text(&row.after))
}

pub(super) async fn restore(args: &StateRestore, desk: Desk, ui: &Ui) -> Ended {
    let backend = &*desk.backend;
    let wanted = match args.from.parse::<u64>() {
        Ok(serial) => {
            let wanted = history::get(backend, serial).map_err(no_snapshot)?;
            if let Err(StateError::ForeignStack { file, found, .. }) = state::read(backend) {
                let instead = format!("{file} is the state of stack `{found}`");
                return bring_back(args, serial, &wanted, &instead, &desk, ui).await;
            }
            wanted
        }
        Err(_) => {
            let bytes = sources::bytes(std::path::Path::new(&args.from))?;
            let backup = backup::read(backend, &args.from, &bytes).map_err(failed)?;
            if is_empty_place(backend)? {
                backup::unpack(backend, &backup, Clock::system().now()).map_err(failed)?;
                told(ui, &brought_back(&backup));
                return Ok(Exit::Done);
            }
            let now = super::state::read(backend, ui)?.recorded;
            if !backup.beside.is_empty() {
                let names: Vec<String> = backup.beside.keys().map(|name| format!("{name}/")).collect();
                ui.warn(&format!(
                    "the backup also holds {} of a rebuild, which come back only where no state is",
                    names.join(" and ")
                ));
            }
            backup.over(&args.from, &now).map_err(failed)?.clone()
        }
    };
    let now = super::state::read(backend, ui)?.recorded;
    if wanted.revision.lineage != now.revision.lineage {
        return Err(Stop::refused(
            format!("snapshot {} is of another lineage than the state that is here", args.from),
            "`landbridge state verify` says more",
        ));
    }
    let found = differences(&now, &wanted);
    restoring(&now, &wanted).map_err(|fault| super::state::refused(&fault))?;
    if found.is_empty() {
        told(ui, "Nothing differs: the state records that already.");
        return Ok(Exit::Done);
    }
    if !ui.is_json() {
        ui.print("What would be recorded (nothing in the cloud is touched):\n\n");
        ui.print(&page(&found, ui.look()));
        let gone =
            found.addresses.values().filter(|d| matches!(d, Difference::Goes(_) | Difference::Other(..)));
        let gone = gone.count();
        if gone > 0 {
            let objects = if gone == 1 { "1 object is".to_owned() } else { format!("{gone} objects are") };
            ui.print(&format!("\n{objects} let go of: it stays in the cloud, and is not ours any more.\n"));
        }
    }
    if !args.auto_approve {
        let otherwise = "look at what would be recorded, then use --auto-approve";
        confirm(ui, "Record that? The present state stays in the history.", otherwise)?;
    }
    let serial = now.revision.serial;
    let edit = |recorded: &Recorded| match differences(recorded, &wanted) == found {
        true => restoring(recorded, &wanted),
        false => Err(EditFault::Moved),
    };
    change("state restore", &desk, edit).await?;
    let recorded = super::state::read(backend, ui)?.recorded.revision.serial;
    told(
        ui,
        &format!(
            "Recorded as snapshot {recorded}; the state before it is snapshot {serial}. `landbridge plan` shows what differs from the cloud."
        ),
    );
    Ok(Exit::Done)
}

/// A snapshot takes the place of a state that is of another stack: nothing there is to be compared.
async fn bring_back(
    args: &StateRestore,
    serial: u64,
    wanted: &Recorded,
    instead: &str,
    desk: &Desk,
    ui: &Ui,
) -> Ended {
    let count = wanted.objects.len();
    told(
        ui,
        &format!("{instead}. In its place comes snapshot {serial} of the history, with {count} recorded."),
    );
    if !args.auto_approve {
        let question = "Record that? The file that lies there is kept under another name.";
        confirm(ui, question, "use --auto-approve")?;
    }
    let opening = super::state::opening("state restore", desk, &Clock::system());
    for file in state::bring_back(desk.backend.clone(), opening, serial).await.map_err(failed)? {
        told(ui, &format!("What lay there is kept as {file}."));
    }
    let now = super::state::read(&*desk.backend, ui)?.recorded.revision.serial;
    let then = "`landbridge recover` looks for what is newer among the live objects";
    told(ui, &format!("Recorded as snapshot {now}. {then}."));
    Ok(Exit::Done)
}

fn brought_back(backup: &Backup) -> String {
    let (serial, count) = (backup.recorded.revision.serial, backup.recorded.objects.len());
    let also: String = backup.beside.keys().map(|name| format!(" and {name}/")).collect();
    format!("Brought back the whole state: snapshot {serial}, {count} recorded, with its history{also}.")
}

/// Whether there is no state yet, or one whose snapshot is missing.
fn is_empty_place(backend: &dyn Backend) -> Result<bool, Stop> {
    match state::read(backend) {
        Ok(loaded) => Ok(loaded.is_nothing()),
        Err(StateError::Missing { .. }) => Ok(true),
        Err(error) => Err(failed(error)),
    }
}

/// What to do where a state should be and is not.
const NO_STATE: &str = "if there should be one, `landbridge recover` finds its objects again";

pub(super) fn back_up(args: &StateBackup, backend: &dyn Backend, ui: &Ui) -> Ended {
    let file = args.into.display();
    let mut nothing = state::read(backend).map_err(failed)?.is_nothing();
    let mut also = Vec::new();
    for name in beside::NAMES {
        if !state::read(&*backend.beside(name)).map_err(failed)?.is_nothing() {
            nothing = false;
            also.push(format!("{name}/"));
        }
    }
    if nothing {
        // The backup of nothing would pass for one, on the day when the real one is needed.
        let what = format!("no state of {} is here, so no backup of it was written", backend.stack());
        return Err(Stop::refused(what, NO_STATE));
    }
    let bytes = backup::write(backend).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|error| Stop::Failed(error.into()))?;
    if !sources::write_private_new(&args.into, &text)? {
        let what = format!("there is {file} already, and a backup overwrites nothing");
        return Err(Stop::refused(what, "give another name, or move that file away first"));
    }
    let also = match also.is_empty() {
        true => String::new(),
        false => format!(", with what lies beside it in {}", also.join(" and ")),
    };
    told(
        ui,
        &format!(
            "The state is in {file}{also}; `landbridge state restore {file}` brings it back, here or elsewhere."
        ),
    );
    Ok(Exit::Done)
}

pub(super) fn verify(backend: &dyn Backend, ui: &Ui) -> Ended {
    // Reading checks checksum, journal and lineage of both.
    let loaded = super::state::read(backend, ui)?;
    if loaded.is_nothing() {
        let (stack, place) = (backend.stack(), backend.place("state.json"));
        told(ui, &format!("No state of {stack} is here (there is no {place}); {NO_STATE}."));
        return Ok(Exit::Done);
    }
    let recorded = loaded.recorded;
    let mut faults = recorded.verify();
    let history::Findings { wrong, earlier } = history::verify(backend, &recorded).map_err(failed)?;
    faults.extend(wrong);
    if !earlier.is_empty() {
        let numbers: Vec<String> = earlier.iter().map(ToString::to_string).collect();
        ui.note(&format!(
            "In the history, of an earlier lineage of this state, from before it was recovered or replaced: {}. \
             They can be looked at, and are nothing to put right.",
            numbers.join(", ")
        ));
    }
    for (address, object) in &recorded.objects {
        for other in object.dependencies.iter().filter(|other| !recorded.objects.contains_key(*other)) {
            ui.warn(&format!("{address} depends on {other}, of which nothing is recorded"));
        }
    }
    if !faults.is_empty() {
        for fault in &faults {
            ui.error(fault, "");
        }
        return Ok(Exit::Failed);
    }
    let (objects, pending) = (recorded.objects.len(), recorded.pending.len());
    let kept = backend.serials().map_err(failed)?.len();
    told(
        ui,
        &format!(
            "The state of {} is whole: serial {}, {objects} recorded, {pending} without a known end, {kept} in the history.",
            backend.stack(),
            recorded.revision.serial
        ),
    );
    Ok(Exit::Done)
}
