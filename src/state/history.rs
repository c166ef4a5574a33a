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

/// What is wrong with the history, in words: snapshots that cannot be read, that are of another state,
/// or under a wrong number. An empty history has nothing wrong with it.
pub fn verify(backend: &dyn Backend, recorded: &Recorded) -> Result<Vec<String>, StateError> {
    let mut wrong = Vec::new();
    for serial in backend.serials()? {
        match get(backend, serial) {
            Err(StateError::Io { doing, file, why }) => return Err(StateError::Io { doing, file, why }),
            Err(error) => wrong.push(format!("snapshot {serial} of the history cannot be read: {error}")),
            Ok(then) if then.revision.serial != serial => {
                wrong.push(format!(
                    "snapshot {serial} of the history says that it is {}",
                    then.revision.serial
                ));
            }
            Ok(then) if then.revision.lineage != recorded.revision.lineage => {
                wrong.push(format!("snapshot {serial} of the history is of another lineage"));
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
    Ok(wrong)
}

/// One snapshot's state.
pub fn get(backend: &dyn Backend, serial: u64) -> Result<Recorded, StateError> {
    let bytes = backend.snapshot(serial, STATE_LIMIT + 1)?;
    Ok(load::snapshot(backend, &bytes, None)?.0)
}
