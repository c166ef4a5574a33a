//! The history: every session that changed something leaves a numbered copy of its snapshot.

use super::backend::Backend;
use super::error::StateError;
use super::load;
use super::recorded::Recorded;
use super::statefile::{self, Run, STATE_LIMIT};

/// How many snapshots are kept.
pub(super) const KEPT: usize = 100;
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

/// One snapshot's state.
pub fn get(backend: &dyn Backend, serial: u64) -> Result<Recorded, StateError> {
    let bytes = backend.snapshot(serial, STATE_LIMIT + 1)?;
    Ok(load::snapshot(backend, &bytes, None)?.0)
}
