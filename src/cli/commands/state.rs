//! `state`: what is recorded, looked at or corrected. The cloud is never touched.

#![expect(clippy::disallowed_methods, reason = "the edge: the lineage of a new state is random")]

use serde_json::json;

use super::history;
use crate::cli::args::{State as Args, StateCommand, StateList, StateMv, StateRm, StateShow, StateUnlock};
use crate::cli::commands::import::address;
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::stream;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Desk};
use crate::ops::Failure;
use crate::provider::Clock;
use crate::resource::Address;
use crate::review::{Line, Look, Tone, clean};
use crate::state::edit::{self, EditFault};
use crate::state::{self, Backend, Entry, Loaded, Opening, Recorded, RecordedObject, Session, StateError};

pub(in crate::cli) async fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let desk = workspace::desk(options, ui)?;
    let backend = desk.backend.clone();
    match &args.command {
        StateCommand::List(args) => list(args, &*backend, ui),
        StateCommand::Show(args) => show(args, &*backend, ui),
        StateCommand::Mv(args) => mv(args, &desk, ui).await,
        StateCommand::Rm(args) => rm(args, &desk, ui).await,
        StateCommand::History(_) => history::history(&*backend, ui),
        StateCommand::Diff(args) => history::diff(args, &*backend, ui),
        StateCommand::Restore(args) => history::restore(args, desk, ui).await,
        StateCommand::Backup(args) => history::back_up(args, &*backend, ui),
        StateCommand::Verify(_) => history::verify(&*backend, ui),
        StateCommand::Unlock(args) => unlock(args, &*backend, ui),
    }
}

pub(super) fn failed(error: StateError) -> Stop {
    match Failure::from(error) {
        Failure::Diagnostics(all) => Stop::Diagnostics(all, Default::default()),
        Failure::Refused { what, hint } => Stop::Refused { what, hint },
        Failure::Other(error) => Stop::Failed(error),
    }
}

pub(super) fn refused(fault: &EditFault) -> Stop {
    Stop::refused(fault.to_string(), "`landbridge state list` shows what is recorded")
}

/// Reads the state; what was remarkable about it is told.
pub(super) fn read(backend: &dyn Backend, ui: &Ui) -> Result<Loaded, Stop> {
    let loaded = state::read(backend).map_err(failed)?;
    for note in &loaded.notes {
        ui.warn(&note.to_string());
    }
    Ok(loaded)
}

fn list(args: &StateList, backend: &dyn Backend, ui: &Ui) -> Ended {
    let recorded = history::at(backend, args.at, ui)?;
    let all = edit::list(&recorded);
    if ui.is_json() {
        let told: Vec<_> = all
            .iter()
            .map(|shown| {
                json!({
                    "address": shown.address.to_string(),
                    "id": shown.current.map(|object| &object.id),
                    "provider": shown.current.map(|object| object.provider.as_str()),
                    "deposed": shown.deposed.iter().map(|object| &object.id).collect::<Vec<_>>(),
                    "uncertain": shown.pending.len(),
                })
            })
            .collect();
        ui.value(&json!(told));
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        ui.note("Nothing is recorded.");
    }
    let width = all.iter().map(|shown| shown.address.to_string().chars().count()).max().unwrap_or(0);
    for shown in all {
        let mut line = Line::new().plain(format!("{:<width$}", clean(&shown.address.to_string())));
        if let Some(object) = shown.current {
            line = line.with(Tone::Faint, format!("  {}", clean(&object.id)));
        }
        for object in shown.deposed {
            line = line.with(Tone::Notice, format!("  to be deleted: {}", clean(&object.id)));
        }
        if !shown.pending.is_empty() {
            line = line.with(Tone::Notice, "  a call has no known end");
        }
        ui.print(&format!("{}\n", line.text(ui.look())));
    }
    Ok(Exit::Done)
}

fn show(args: &StateShow, backend: &dyn Backend, ui: &Ui) -> Ended {
    let address = address(&args.address)?;
    let recorded = history::at(backend, args.at, ui)?;
    let shown = edit::show(&recorded, &address).map_err(|fault| refused(&fault))?;
    let objects = shown.current.into_iter().chain(shown.deposed);
    if ui.is_json() {
        let told: Vec<_> = objects.map(redacted).collect();
        ui.value(&json!({"address": address.to_string(), "objects": told}));
        return Ok(Exit::Done);
    }
    for (i, object) in objects.enumerate() {
        let what = if i == 0 && shown.current.is_some() { "" } else { "  (to be deleted)" };
        ui.print(&page(&address, object, what, ui.look()));
    }
    for (_, pending) in &shown.pending {
        let call = &pending.begun.call;
        ui.print(&format!(
            "uncertain: {} was begun {} and has no known end\n",
            call.operation, pending.begun.at
        ));
    }
    Ok(Exit::Done)
}

/// One recorded object, to read.
fn page(address: &Address, object: &RecordedObject, what: &str, look: Look) -> String {
    let mut out = String::new();
    let head = Line::new().with(Tone::Strong, clean(&address.to_string()));
    head.with(Tone::Notice, what).write(look, &mut out);
    let place = &object.identity;
    let mut rows = vec![
        ("id".to_owned(), object.id.clone()),
        ("provider".to_owned(), object.provider.to_string()),
        (
            "lives in".to_owned(),
            format!("{}, project {}, account {}", place.region, place.project, place.account),
        ),
        ("came to us".to_owned(), format!("{:?}", object.origin).to_lowercase()),
    ];
    if object.settling {
        rows.push(("settling".to_owned(), "its last change was still on the way".to_owned()));
    }
    rows.extend(object.taint.iter().map(|fault| ("failed".to_owned(), fault.to_string())));
    rows.extend(object.dependencies.iter().map(|a| ("depends on".to_owned(), a.to_string())));
    write_rows(&rows, look, &mut out);
    out.push('\n');
    let attributes: Vec<(String, String)> = object
        .attributes
        .iter()
        .map(|(name, value)| {
            let hidden = object.sensitive.contains(name);
            (
                name.to_owned(),
                if hidden { "(sensitive)".to_owned() } else { crate::review::value_text(value) },
            )
        })
        .collect();
    write_rows(&attributes, look, &mut out);
    out
}

fn write_rows(rows: &[(String, String)], look: Look, out: &mut String) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, text) in rows {
        Line::indent(2).with(Tone::Faint, format!("{name:<width$}  ")).plain(clean(text)).write(look, out);
    }
}

/// The record as JSON without what must not be shown.
fn redacted(object: &RecordedObject) -> serde_json::Value {
    let mut object = object.clone();
    for name in &object.sensitive {
        object.attributes.set(name, "(sensitive)");
    }
    serde_json::to_value(&object).expect("a record is plain data: please report")
}

async fn mv(args: &StateMv, desk: &Desk, ui: &Ui) -> Ended {
    let (from, to) = (address(&args.from)?, address(&args.to)?);
    let edit = |recorded: &Recorded| edit::rename(recorded, &from, &to);
    let entries = change("state mv", desk, edit).await?;
    for entry in &entries {
        if let Entry::Moved { from, to } = entry {
            told(ui, &format!("{from} is now {to}."));
        }
    }
    Ok(Exit::Done)
}

async fn rm(args: &StateRm, desk: &Desk, ui: &Ui) -> Ended {
    let addresses = args.addresses.iter().map(|text| address(text)).collect::<Result<Vec<_>, _>>()?;
    change("state rm", desk, |recorded| edit::remove(recorded, &addresses)).await?;
    for address in &addresses {
        told(ui, &format!("Let go of {address}. Its object is still in the cloud, and not ours any more."));
    }
    Ok(Exit::Done)
}

pub(super) fn told(ui: &Ui, said: &str) {
    if ui.is_json() {
        ui.event(stream::log(said));
    } else {
        ui.print(&format!("{said}\n"));
    }
}

/// How a command of `state` begins to write.
pub(super) fn opening(operation: &str, desk: &Desk, clock: &Clock) -> Opening {
    Opening {
        operation: operation.to_owned(),
        plan: String::new(),
        approved_by: Vec::new(),
        overrides: Vec::new(),
        revision: desk.revision.clone(),
        kept: desk.kept,
        at: clock.now(),
        lineage: uuid::Uuid::new_v4().to_string(),
    }
}

/// Locks the state, records an edit as a whole, and lets go.
pub(super) async fn change(
    operation: &str,
    desk: &Desk,
    edit: impl Fn(&Recorded) -> Result<Vec<Entry>, EditFault>,
) -> Result<Vec<Entry>, Stop> {
    let clock = Clock::system();
    let session =
        Session::open(desk.backend.clone(), opening(operation, desk, &clock)).await.map_err(failed)?.session;
    let entries = session.with(|recorded| edit(recorded));
    for entry in entries.iter().flatten() {
        session.record(entry.clone()).await.map_err(failed)?;
    }
    session.close(clock.now()).await.map_err(failed)?;
    entries.map_err(|fault| refused(&fault))
}

fn unlock(args: &StateUnlock, backend: &dyn Backend, ui: &Ui) -> Ended {
    let Some(holder) = backend.holder().map_err(failed)? else {
        told(ui, "Nobody holds the lock.");
        return Ok(Exit::Done);
    };
    if !args.force {
        let alive = match backend.is_running(&holder) {
            Some(true) => {
                "That process still runs. Without the lock it can record nothing more of what it does; \
                 what it has begun stands in the journal."
            }
            Some(false) => "That process has ended, so the next run takes the lock over by itself.",
            None => "Whether that process still runs cannot be seen from here.",
        };
        let question = format!("The lock is held by {holder}.\n{alive}\nTake it away?");
        if !ui.may_ask() {
            let what = format!("nothing was changed: the lock is held by {holder}. {alive}");
            return Err(Stop::refused(
                what,
                "there is no terminal to ask on; --force takes it away all the same",
            ));
        }
        confirm(ui, &question, "--force takes it away all the same")?;
    }
    backend.unlock().map_err(failed)?;
    told(ui, &format!("Took the lock away from {holder}. They cannot write any more."));
    Ok(Exit::Done)
}
