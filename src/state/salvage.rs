//! A state that cannot be used as it is: what is left of it, and the way to a new one.
//!
//! Nothing is thrown away: what cannot be used is kept under another name. The new snapshot appears
//! with everything in it that was found out meanwhile, so no moment shows a state that lacks
//! objects and looks whole.

use std::sync::Arc;

use super::backend::{Backend, Claim, Hold, Stored};
use super::commit::off_runtime;
use super::error::StateError;
use super::history;
use super::journal::Entry;
use super::load::{self, Loaded};
use super::recorded::Recorded;
use super::session::{Opening, TOKEN_BYTES};
use super::statefile::{self, Run};

/// What is left of a state.
#[derive(Clone, Debug)]
pub struct Remains {
    /// What is recorded: all of it, or what the newest part says that can be used.
    pub recorded: Recorded,
    /// What the user should know about how it was found.
    pub notes: Vec<String>,
    /// Why the state cannot be used as it is; none where it can.
    pub unusable: Option<String>,
}

/// Reads what is left of a state. One of another lineage than its history is nothing of ours. A state of
/// a newer program or of another stack is whole, and not for us to replace.
///
/// # Errors
/// Why nothing may be made of it.
pub fn remains(backend: &dyn Backend) -> Result<Remains, StateError> {
    let damage = match load::read(backend) {
        Ok(Loaded { recorded, notes, .. }) => {
            if let Some((why, recorded)) = history::stranger(backend, &recorded)? {
                let notes =
                    vec!["nothing that it records is used: every address looks for its object".to_owned()];
                return Ok(Remains { recorded, notes, unusable: Some(why) });
            }
            let notes = notes.iter().map(ToString::to_string).collect();
            return Ok(Remains { recorded, notes, unusable: None });
        }
        Err(damage @ (StateError::Snapshot { .. } | StateError::Missing { .. })) => damage,
        Err(damage @ (StateError::Journal { .. } | StateError::Mismatch { .. })) => damage,
        Err(other) => return Err(other),
    };
    let stored = backend.load()?;
    let (recorded, from) = newest(backend, &stored)?;
    let from = match from {
        Some(from) => format!("what is recorded is taken from {from}"),
        None => "nothing that is recorded can be used".to_owned(),
    };
    Ok(Remains { recorded, notes: vec![from], unusable: Some(damage.to_string()) })
}

/// The newest snapshot that can be used, and where it is from.
fn newest(backend: &dyn Backend, stored: &Stored) -> Result<(Recorded, Option<String>), StateError> {
    if let Some(bytes) = &stored.snapshot
        && let Ok((recorded, _)) = load::snapshot(backend, bytes)
        && history::stranger(backend, &recorded)?.is_none()
    {
        return Ok((recorded, Some(backend.place("state.json"))));
    }
    if let Some((serial, recorded)) = history::newest_whole(backend)? {
        return Ok((recorded, Some(format!("snapshot {serial} of the history"))));
    }
    Ok((Recorded { stack: backend.stack().to_owned(), ..Recorded::default() }, None))
}

/// Puts a new state in the place of one that cannot be used: what is left of it, with these entries
/// folded in. Says under which names the old parts are kept.
///
/// # Errors
/// The lock, the files; the state has moved, or can be used after all.
pub async fn salvage(
    backend: Arc<dyn Backend>,
    opening: Opening,
    remains: Remains,
    entries: Vec<Entry>,
) -> Result<Vec<String>, StateError> {
    off_runtime(backend.may_block(), move || {
        let claim = Claim { operation: opening.operation.clone(), since: opening.at };
        let (mut hold, _) = backend.lock(&claim)?;
        let kept = replace(&*backend, &mut *hold, &opening, &remains, &entries);
        let released = hold.release();
        let kept = kept?;
        released.map(|()| kept)
    })
    .await
}

/// Puts a snapshot of the history in the place of the state of another stack that lies there.
/// Says under which names the old parts are kept.
///
/// # Errors
/// The lock, the files; the state is of this stack after all.
pub async fn bring_back(
    backend: Arc<dyn Backend>,
    opening: Opening,
    serial: u64,
) -> Result<Vec<String>, StateError> {
    off_runtime(backend.may_block(), move || {
        let claim = Claim { operation: opening.operation.clone(), since: opening.at };
        let (mut hold, _) = backend.lock(&claim)?;
        let kept = (|| {
            let stored = backend.load()?;
            // What belongs to this stack is for `recover`, which loses nothing of it.
            if !matches!(load::assemble(&*backend, &stored), Err(StateError::ForeignStack { .. })) {
                return Err(StateError::Replaced { file: backend.place("state.json") });
            }
            let recorded = history::get(&*backend, serial)?;
            put(&*backend, &mut *hold, &opening, recorded, &stored)
        })();
        let released = hold.release();
        let kept = kept?;
        released.map(|()| kept)
    })
    .await
}

fn replace(
    backend: &dyn Backend,
    hold: &mut dyn Hold,
    opening: &Opening,
    remains: &Remains,
    entries: &[Entry],
) -> Result<Vec<String>, StateError> {
    let stored = backend.load()?;
    let left = match load::assemble(backend, &stored) {
        Ok(loaded) => history::stranger(backend, &loaded.recorded)?.map(|(_, anew)| anew),
        Err(_) => Some(newest(backend, &stored)?.0),
    };
    let Some(mut recorded) = left.filter(|left| *left == remains.recorded) else {
        return Err(StateError::Replaced { file: backend.place("state.json") });
    };
    for entry in entries {
        recorded.apply_entry(recorded.seq + 1, entry).map_err(|illegal| StateError::Snapshot {
            file: backend.place("state.json"),
            why: illegal.to_string(),
            newest: stored.newest,
        })?;
    }
    put(backend, hold, opening, recorded, &stored)
}

/// Makes this the next snapshot; what lies there is kept under other names, which are given back.
fn put(
    backend: &dyn Backend,
    hold: &mut dyn Hold,
    opening: &Opening,
    mut recorded: Recorded,
    stored: &Stored,
) -> Result<Vec<String>, StateError> {
    recorded.revision.lineage.get_or_insert_with(|| opening.lineage.clone());
    recorded.revision.serial = recorded.revision.serial.max(stored.newest.unwrap_or(0)) + 1;
    // The intents whose calls a lost journal bracketed are not known any more; nor are those here.
    let run = Run {
        at: opening.at,
        by: backend.who(),
        operation: opening.operation.clone(),
        plan: String::new(),
        approved_by: Vec::new(),
        overrides: Vec::new(),
        revision: opening.revision.clone(),
    };
    let mut kept = Vec::new();
    for (part, bytes) in [("state.json", &stored.snapshot), ("journal", &stored.journal)] {
        if let Some(bytes) = bytes {
            kept.push(hold.keep_aside(part, bytes)?);
        }
    }
    let bytes = statefile::write(&recorded, &run);
    let read = stored.snapshot.as_ref().map(|old| &old[..old.len().min(TOKEN_BYTES)]);
    hold.publish(read, &bytes)?;
    hold.keep(recorded.revision.serial, &bytes, opening.kept)?;
    if stored.journal.is_some() {
        hold.drop_journal()?;
    }
    Ok(kept)
}
