//! The history: every session that changed something leaves a numbered copy of its snapshot.

use super::backend::Backend;
use super::error::StateError;
use super::load;
use super::recorded::Recorded;
use super::statefile::{self, Run, STATE_LIMIT};

/// The run that wrote a snapshot stands in front of it, within so many bytes.
const HEAD_BYTES: usize = 64 << 10;

/// One snapshot of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number.
    pub serial: u64,
    /// The run that wrote it; none where the file does not say any more.
    pub run: Option<Run>,
}

/// The snapshots, oldest first.
pub fn list(backend: &dyn Backend) -> Result<Vec<Snapshot>, StateError> {
    let one = |serial| {
        let start = backend.snapshot(serial, HEAD_BYTES)?;
        Ok(Snapshot { serial, run: statefile::read_run(&start) })
    };
    backend.serials()?.into_iter().map(one).collect()
}

/// What a look at the whole history comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong, in words: snapshots that cannot be read, that are newer than the state, or under a
    /// wrong number. An empty history has nothing wrong with it.
    pub wrong: Vec<String>,
    /// The snapshots of an earlier lineage, which a recovery leaves behind.
    pub earlier: Vec<u64>,
}

/// Looks at every snapshot beside a state that is whole.
pub fn verify(backend: &dyn Backend, recorded: &Recorded) -> Result<Findings, StateError> {
    let (mut wrong, mut earlier) = (Vec::new(), Vec::new());
    wrong.extend(stranger(backend, recorded)?.map(|(why, _)| {
        format!("{why}. `landbridge recover` puts that right, and keeps this file under another name")
    }));
    let foreign = !wrong.is_empty();
    for serial in backend.serials()? {
        match get(backend, serial) {
            Err(StateError::Io { doing, file, why }) => return Err(StateError::Io { doing, file, why }),
            Err(error) => wrong.push(error.to_string()),
            Ok(then) if then.revision.serial != serial => {
                wrong.push(format!(
                    "snapshot {serial} of the history says that it is {}",
                    then.revision.serial
                ));
            }
            Ok(then) if then.revision.lineage != recorded.revision.lineage => {
                if !foreign {
                    earlier.push(serial);
                }
            }
            Ok(_) if serial > recorded.revision.serial => {
                wrong.push(format!(
                    "the history holds snapshot {serial}, which is newer than the state ({}): an older file was put in its place",
                    recorded.revision.serial
                ));
            }
            Ok(_) => {}
        }
    }
    Ok(Findings { wrong, earlier })
}

/// The newest snapshot that can be read whole, and its number.
pub(super) fn newest_whole(backend: &dyn Backend) -> Result<Option<(u64, Recorded)>, StateError> {
    let newest_first = backend.serials()?.into_iter().rev();
    Ok(newest_first.filter_map(|serial| Some((serial, get(backend, serial).ok()?))).next())
}

/// Why a state is not taken for the one that its history is of, and what the state is then taken for:
/// the same line of snapshots, with nothing recorded. None where they belong together.
pub(super) fn stranger(
    backend: &dyn Backend,
    recorded: &Recorded,
) -> Result<Option<(String, Recorded)>, StateError> {
    let Some(lineage) = &recorded.revision.lineage else { return Ok(None) };
    let Some((serial, then)) = newest_whole(backend)? else { return Ok(None) };
    if then.revision.lineage.as_ref() == Some(lineage) {
        return Ok(None);
    }
    let why = format!(
        "the state file {} is not ours: it is of another lineage than the newest snapshot of its history ({serial})",
        backend.place("state.json")
    );
    let anew = Recorded { stack: then.stack, revision: then.revision, seq: then.seq, ..Recorded::default() };
    Ok(Some((why, anew)))
}

/// One snapshot's state.
pub fn get(backend: &dyn Backend, serial: u64) -> Result<Recorded, StateError> {
    let bytes = backend.snapshot(serial, STATE_LIMIT + 1)?;
    let file = backend.place(&format!("history/{serial:06}.json"));
    match load::snapshot(backend, &bytes) {
        Ok((recorded, _)) => Ok(recorded),
        Err(StateError::Snapshot { why, .. }) => Err(StateError::Kept { file, why }),
        Err(StateError::ForeignStack { found, .. }) => {
            Err(StateError::Kept { file, why: format!("it is of stack `{found}`") })
        }
        Err(StateError::Newer { found, known, .. }) => Err(StateError::Newer { file, found, known }),
        Err(other) => Err(other),
    }
}
