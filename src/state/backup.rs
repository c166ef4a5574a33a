//! A whole state in one file: snapshot, journal and history, as they lie, so that it can be brought
//! to another machine. The file has its own checksum.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::backend::{Backend, Claim, Stored};
use super::error::StateError;
use super::history;
use super::load;
use super::recorded::Recorded;
use super::statefile::STATE_LIMIT;

use crate::resource::hex;

/// What the file says it is.
const KIND: &str = "landbridge-backup";
/// The version of the format.
const FORMAT: u64 = 1;

/// The file.
#[derive(Serialize, Deserialize)]
struct Document {
    kind: String,
    format: u64,
    stack: String,
    checksum: String,
    content: Content,
}

#[derive(Serialize, Deserialize)]
struct Content {
    /// `state.json`; none for a state that was never written.
    state: Option<String>,
    /// The journal of a run that did not end; it is bytes, and text as long as it is whole.
    journal: Option<String>,
    /// The snapshots by serial.
    history: BTreeMap<u64, String>,
}

/// A backup that was read and checked.
#[derive(Debug)]
pub struct Backup {
    /// What it records.
    pub recorded: Recorded,
    content: Stored,
    history: BTreeMap<u64, Vec<u8>>,
}

/// The state as it lies now, without its history: enough to try something on a copy.
///
/// # Errors
/// What cannot be read.
pub fn copy(backend: &dyn Backend) -> Result<Backup, StateError> {
    let content = Stored { newest: None, ..backend.load()? };
    let recorded = load::assemble(backend, &content)?.recorded;
    Ok(Backup { recorded, content, history: BTreeMap::new() })
}

/// Everything that is kept of a state, as one file.
///
/// # Errors
/// What cannot be read.
pub fn write(backend: &dyn Backend) -> Result<Vec<u8>, StateError> {
    // What is damaged makes no backup.
    load::read(backend)?;
    let stored = backend.load()?;
    let mut history = BTreeMap::new();
    for serial in backend.serials()? {
        history.insert(serial, text(backend.snapshot(serial, STATE_LIMIT + 1)?));
    }
    let content = Content { state: stored.snapshot.map(text), journal: stored.journal.map(text), history };
    let checksum = checksum(&content);
    let stack = backend.stack().to_owned();
    let document = Document { kind: KIND.to_owned(), format: FORMAT, stack, checksum, content };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("texts are plain data: please report");
    bytes.push(b'\n');
    Ok(bytes)
}

/// All of our files are UTF-8; a torn end of the journal, which was never acknowledged, may not be.
fn text(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let whole = error.utf8_error().valid_up_to();
            String::from_utf8_lossy(&error.as_bytes()[..whole]).into_owned()
        }
    }
}

fn checksum(content: &Content) -> String {
    let bytes = serde_json::to_vec(content).expect("texts are plain data: please report");
    hex(&Sha256::digest(&bytes))
}

/// Reads a backup, and checks that it is whole and of the backend's stack.
///
/// # Errors
/// What is wrong with it.
pub fn read(backend: &dyn Backend, file: &str, bytes: &[u8]) -> Result<Backup, StateError> {
    let damaged = |why: String| StateError::Backup { file: file.to_owned(), why };
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| damaged(format!("it does not read as a backup: {error}")))?;
    if document.kind != KIND {
        return Err(damaged("it is not a backup of a state".to_owned()));
    }
    if document.format > FORMAT {
        let file = file.to_owned();
        return Err(StateError::Newer { file, found: document.format, known: FORMAT });
    }
    if document.stack != backend.stack() {
        let (found, expected) = (document.stack, backend.stack().to_owned());
        return Err(StateError::ForeignBackup { file: file.to_owned(), found, expected });
    }
    if document.checksum != checksum(&document.content) {
        return Err(damaged("its checksum does not fit: it was changed after it was written".to_owned()));
    }
    let Content { state, journal, history } = document.content;
    let content = Stored {
        snapshot: state.map(String::into_bytes),
        journal: journal.map(String::into_bytes),
        newest: history.keys().next_back().copied(),
    };
    let recorded = load::assemble(backend, &content)?.recorded;
    let history = history.into_iter().map(|(serial, text)| (serial, text.into_bytes())).collect();
    Ok(Backup { recorded, content, history })
}

impl Backup {
    /// What the backup records, to be recorded over `now`.
    ///
    /// # Errors
    /// If it is of another lineage; or if it was made while calls had no known end, since what they made
    /// would be forgotten: only a whole state keeps looking for it.
    pub fn over(&self, file: &str, now: &Recorded) -> Result<&Recorded, StateError> {
        let calls = self.recorded.pending.len();
        let why = if self.recorded.revision.lineage != now.revision.lineage {
            "it is of another lineage than the state that is here".to_owned()
        } else if calls > 0 {
            let calls = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
            format!(
                "it was made during a run, when {calls} had no known end, and what was made then would be forgotten"
            )
        } else {
            return Ok(&self.recorded);
        };
        let why = format!("{why}. Move the state's folder away first if the backup is to take its place");
        Err(StateError::Backup { file: file.to_owned(), why })
    }
}

/// Puts a backup where no state is: all of it, history and journal included. The snapshot comes
/// last, and until then the place reads as one whose state is missing, never as an empty one.
///
/// # Errors
/// If there is a state already, or what cannot be written.
pub fn unpack(backend: &dyn Backend, backup: &Backup, at: Timestamp) -> Result<(), StateError> {
    let claim = Claim { operation: "state restore".to_owned(), since: at };
    let (mut hold, _) = backend.lock(&claim)?;
    let unpacked = (|| {
        let there = backend.load()?;
        let foreign =
            there.journal.as_ref().is_some_and(|journal| Some(journal) != backup.content.journal.as_ref());
        if there.snapshot.is_some() || foreign {
            let file = backend.place(if foreign { "journal" } else { "state.json" });
            return Err(StateError::Occupied { file });
        }
        // All of it is looked at before anything is written.
        for serial in backend.serials()? {
            let lineage = history::get(backend, serial).ok().map(|then| then.revision.lineage);
            let other = match backup.history.get(&serial) {
                Some(ours) => backend.snapshot(serial, STATE_LIMIT + 1)? != *ours,
                None => lineage.is_some_and(|lineage| lineage != backup.recorded.revision.lineage),
            };
            if other {
                let file = backend.place(&format!("history/{serial:06}.json"));
                return Err(StateError::Occupied { file });
            }
        }
        if let Some(journal) = &backup.content.journal {
            hold.start_journal(journal)?;
        }
        for (serial, snapshot) in &backup.history {
            hold.keep(*serial, snapshot, usize::MAX)?;
        }
        match &backup.content.snapshot {
            Some(snapshot) => hold.publish(None, snapshot),
            None => Ok(()),
        }
    })();
    let released = hold.release();
    unpacked.and(released)
}
