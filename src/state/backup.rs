//! A whole state in one file: snapshot, journal and history, as they lie, and the states that are kept
//! beside it, so that it can be brought to another machine. The file has its own checksum.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::backend::{Backend, Claim, Hold, Stored};
use super::beside;
use super::error::StateError;
use super::history;
use super::load::{self, Loaded};
use super::recorded::Recorded;
use super::statefile::STATE_LIMIT;

use crate::resource::hex;

/// What the file says it is.
const KIND: &str = "landbridge-backup";
/// The version of the format. A file without states beside is of the first one, as ever.
const FORMAT: u64 = 2;

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
    /// The states beside, by their names: of a rebuild under way, of what waits for its deletion.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    beside: BTreeMap<String, Content>,
}

/// A backup that was read and checked.
#[derive(Debug)]
pub struct Backup {
    /// What it records.
    pub recorded: Recorded,
    content: Stored,
    history: BTreeMap<u64, Vec<u8>>,
    /// The states beside, by their names.
    pub beside: BTreeMap<String, Backup>,
}

/// The state as it lies now, without its history: enough to try something on a copy.
///
/// # Errors
/// What cannot be read.
pub fn copy(backend: &dyn Backend) -> Result<Backup, StateError> {
    let content = Stored { newest: None, ..backend.load()? };
    let recorded = load::assemble(backend, &content)?.recorded;
    Ok(Backup { recorded, content, history: BTreeMap::new(), beside: BTreeMap::new() })
}

/// Everything that is kept of a state, as one file.
///
/// # Errors
/// What cannot be read.
pub fn write(backend: &dyn Backend) -> Result<Vec<u8>, StateError> {
    let mut content = content(backend)?;
    for name in beside::NAMES {
        let place = backend.beside(name);
        if !load::read(&*place)?.is_nothing() {
            content.beside.insert(name.to_owned(), self::content(&*place)?);
        }
    }
    let checksum = checksum(&content);
    let stack = backend.stack().to_owned();
    let format = if content.beside.is_empty() { 1 } else { FORMAT };
    let document = Document { kind: KIND.to_owned(), format, stack, checksum, content };
    let mut bytes = serde_json::to_vec_pretty(&document).expect("texts are plain data: please report");
    bytes.push(b'\n');
    Ok(bytes)
}

fn content(backend: &dyn Backend) -> Result<Content, StateError> {
    // What is damaged makes no backup.
    load::read(backend)?;
    let stored = backend.load()?;
    let mut history = BTreeMap::new();
    for serial in backend.serials()? {
        history.insert(serial, text(backend.snapshot(serial, STATE_LIMIT + 1)?));
    }
    let (state, journal) = (stored.snapshot.map(text), stored.journal.map(text));
    Ok(Content { state, journal, history, beside: BTreeMap::new() })
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
    if let Some(name) = document.content.beside.keys().find(|name| !beside::NAMES.contains(&name.as_str())) {
        return Err(damaged(format!("it has a part `{name}`, which this program does not know")));
    }
    opened(backend, document.content)
}

/// Checks that a state and those beside it are whole.
fn opened(backend: &dyn Backend, content: Content) -> Result<Backup, StateError> {
    let Content { state, journal, history, beside } = content;
    let content = Stored {
        snapshot: state.map(String::into_bytes),
        journal: journal.map(String::into_bytes),
        newest: history.keys().next_back().copied(),
    };
    let recorded = load::assemble(backend, &content)?.recorded;
    let history = history.into_iter().map(|(serial, text)| (serial, text.into_bytes())).collect();
    let open = |(name, content): (String, Content)| {
        let place = backend.beside(&name);
        Ok((name, opened(&*place, Content { beside: BTreeMap::new(), ..content })?))
    };
    let beside = beside.into_iter().map(open).collect::<Result<_, StateError>>()?;
    Ok(Backup { recorded, content, history, beside })
}

impl Loaded {
    /// Whether nothing was ever written there.
    pub fn is_nothing(&self) -> bool {
        self.last.is_none() && !self.has_journal()
    }
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

/// Puts a backup where no state is: all of it, history, journal and the states beside included. The
/// snapshot comes last, and until then the place reads as one whose state is missing, never as an empty
/// one.
///
/// # Errors
/// If there is a state already, or what cannot be written.
pub fn unpack(backend: &dyn Backend, backup: &Backup, at: Timestamp) -> Result<(), StateError> {
    locked(backend, at, |hold| {
        // All of it is looked at before anything is written.
        must_be_free(backend, backup)?;
        let mut missing = Vec::new();
        for (name, part) in &backup.beside {
            let place = backend.beside(name);
            let there = place.load()?;
            // An earlier try that was cut off may have brought it.
            if (&there.snapshot, &there.journal) != (&part.content.snapshot, &part.content.journal) {
                must_be_free(&*place, part)?;
                missing.push((place, part));
            }
        }
        for (place, part) in missing {
            locked(&*place, at, |hold| fill(hold, part))?;
        }
        fill(hold, backup)
    })
}

fn locked(
    backend: &dyn Backend,
    since: Timestamp,
    work: impl FnOnce(&mut dyn Hold) -> Result<(), StateError>,
) -> Result<(), StateError> {
    let (mut hold, _) = backend.lock(&Claim { operation: "state restore".to_owned(), since })?;
    let worked = work(&mut *hold);
    let released = hold.release();
    worked.and(released)
}

/// Refuses a place that has a state, or a part of another one.
fn must_be_free(backend: &dyn Backend, backup: &Backup) -> Result<(), StateError> {
    let there = backend.load()?;
    let foreign =
        there.journal.as_ref().is_some_and(|journal| Some(journal) != backup.content.journal.as_ref());
    if there.snapshot.is_some() || foreign {
        let file = backend.place(if foreign { "journal" } else { "state.json" });
        return Err(StateError::Occupied { file });
    }
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
    Ok(())
}

fn fill(hold: &mut dyn Hold, backup: &Backup) -> Result<(), StateError> {
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
}
