//! From the bytes of snapshot and journal to the recorded state. Pure.

use std::fmt;

use jiff::Timestamp;

use super::backend::{Backend, Stored};
use super::error::StateError;
use super::history;
use super::journal::{Entry, Seq};
use super::lock::Holder;
use super::recorded::{Recorded, Revision};
use super::records::{self, Journal, JournalFault};
use super::statefile::{self, FileFault, Run};

/// A state as it was found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Snapshot and journal together.
    pub recorded: Recorded,
    /// What the user should know about how it was found.
    pub notes: Vec<Note>,
    /// The last run, if it did not end by itself.
    pub interrupted: Option<Interrupted>,
    /// The run that wrote the snapshot; none where there is no snapshot yet.
    pub last: Option<Run>,
    /// What is known of the journal's file, for who goes on with it.
    pub(super) journal: JournalFile,
}

impl Loaded {
    /// Whether a run left its journal, which the next session folds in or removes.
    pub fn has_journal(&self) -> bool {
        self.journal != JournalFile::None
    }
}

/// A run that did not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// What it did.
    pub operation: String,
    /// The digest of its plan; empty for a run without one.
    pub plan: String,
    /// When it began.
    pub at: Timestamp,
}

/// Something about a state that its user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The last run did not end by itself; so many calls have no known end.
    Interrupted {
        /// The run.
        run: Interrupted,
        /// Calls without a known end.
        pending: usize,
    },
    /// The journal's last record was cut off while it was written, so it was never acknowledged.
    TornTail {
        /// How many bytes.
        bytes: usize,
    },
    /// A run was killed between writing the snapshot and removing the journal.
    Compacted {
        /// The snapshot that contains the journal.
        serial: u64,
    },
    /// Somebody is at work on the state: what is read shows a moment in the middle of that.
    Running(Holder),
    /// The lock of a dead process was taken over.
    TookOver(Holder),
    /// The snapshot was written, but something after it failed.
    Unfinished(String),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Interrupted { run, pending } => {
                let Interrupted { operation, at, .. } = run;
                write!(f, "an earlier `{operation}` (begun {at:.0}) was cut off; ")?;
                match pending {
                    0 => write!(f, "every call that it began was answered, and is recorded"),
                    1 => write!(f, "1 call that it began has no known end"),
                    n => write!(f, "{n} calls that it began have no known end"),
                }
            }
            Note::TornTail { bytes } => {
                write!(
                    f,
                    "the journal's last record is incomplete and was ignored ({bytes} bytes): a run was cut off while writing it, or is writing it now"
                )
            }
            Note::Compacted { serial } => {
                write!(
                    f,
                    "an earlier run was cut off while it tidied up. Everything is in snapshot {serial}; the journal that is left holds nothing more, and the next apply removes it"
                )
            }
            Note::Running(holder) => {
                write!(f, "a run is under way: {holder}; what is shown here is a moment in the middle of it")
            }
            Note::TookOver(holder) => write!(f, "took over the lock of a dead process: {holder}"),
            Note::Unfinished(why) => write!(f, "the state was written, but: {why}"),
        }
    }
}

/// The journal's file, as its next writer must know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum JournalFile {
    /// There is none.
    #[default]
    None,
    /// It is contained in the snapshot already.
    Stale,
    /// It goes on after so many bytes.
    Open {
        /// The length of its whole part.
        whole: usize,
    },
}

/// How often a read that finds damage is repeated while the bytes keep changing.
const READ_TRIES: usize = 5;

/// Reads a state without its lock, for `plan` and for looking. Another process may be writing: what
/// it acknowledged before is seen, what it is writing may be.
pub fn read(backend: &dyn Backend) -> Result<Loaded, StateError> {
    let holder = backend.holder()?;
    let mut loaded = read_whole(backend)?;
    // A journal without an end is then no sign of an interruption.
    if let Some(holder) = holder.filter(|holder| backend.is_running(holder) != Some(false)) {
        loaded.notes = vec![Note::Running(holder)];
    }
    Ok(loaded)
}

fn read_whole(backend: &dyn Backend) -> Result<Loaded, StateError> {
    let mut stored = backend.load()?;
    for _ in 0..READ_TRIES {
        match assemble(backend, &stored) {
            Ok(loaded) => return Ok(loaded),
            Err(damage) => {
                let again = backend.load()?;
                if again == stored {
                    return Err(damage);
                }
                stored = again;
            }
        }
    }
    assemble(backend, &stored)
}

/// Puts snapshot and journal together, or says why they cannot be used.
pub(super) fn assemble(backend: &dyn Backend, stored: &Stored) -> Result<Loaded, StateError> {
    let journal = match &stored.journal {
        Some(bytes) => Some(records::decode(bytes).map_err(|fault| journal_error(backend, &fault))?),
        None => None,
    };
    let snapshot = match &stored.snapshot {
        Some(bytes) => Some(snapshot(backend, bytes).map_err(|fault| with_copy(backend, fault))?),
        None => None,
    };
    let evidence = match (&journal, stored.newest) {
        (Some(journal), _) if journal.header.serial > 0 => {
            Some(format!("a journal extends snapshot {}", journal.header.serial))
        }
        (_, Some(serial)) => Some(format!("the history holds snapshot {serial}")),
        _ => None,
    };
    let (recorded, last) = match (snapshot, evidence) {
        (Some((recorded, run)), _) => (recorded, Some(run)),
        (None, Some(evidence)) => {
            let file = backend.place("state.json");
            let newest = history::newest_whole(backend)?.map(|(serial, _)| serial);
            return Err(StateError::Missing { file, evidence, newest });
        }
        (None, None) => (Recorded { stack: backend.stack().to_owned(), ..Recorded::default() }, None),
    };
    match journal {
        Some(journal) => extend(backend, recorded, last, journal),
        None => {
            Ok(Loaded { recorded, notes: Vec::new(), interrupted: None, last, journal: JournalFile::None })
        }
    }
}

/// Reads one snapshot and checks that it is this stack's, and whole.
pub(super) fn snapshot(backend: &dyn Backend, bytes: &[u8]) -> Result<(Recorded, Run), StateError> {
    let file = backend.place("state.json");
    let (recorded, run) = match statefile::read(bytes) {
        Ok(read) => read,
        Err(FileFault::Newer(found)) => {
            return Err(StateError::Newer { file, found, known: statefile::FORMAT });
        }
        Err(fault) => return Err(StateError::Snapshot { file, why: fault.to_string(), newest: None }),
    };
    if recorded.stack != backend.stack() {
        let expected = backend.stack().to_owned();
        return Err(StateError::ForeignStack { file, found: recorded.stack, expected, newest: None });
    }
    if let Some(broken) = recorded.verify().into_iter().next() {
        return Err(StateError::Snapshot { file, why: broken, newest: None });
    }
    Ok((recorded, run))
}

/// The same fault with the newest copy to begin from. Only one that was read whole is recommended.
fn with_copy(backend: &dyn Backend, fault: StateError) -> StateError {
    let copy = || history::newest_whole(backend).ok().flatten().map(|(serial, _)| serial);
    match fault {
        StateError::Snapshot { file, why, .. } => StateError::Snapshot { file, why, newest: copy() },
        StateError::ForeignStack { file, found, expected, .. } => {
            StateError::ForeignStack { file, found, expected, newest: copy() }
        }
        other => other,
    }
}

fn extend(
    backend: &dyn Backend,
    mut recorded: Recorded,
    last: Option<Run>,
    journal: Journal,
) -> Result<Loaded, StateError> {
    let Journal { header, entries, whole, torn } = journal;
    let file = backend.place("journal");
    let mismatch = |why: String| StateError::Mismatch { file: file.clone(), why };
    if header.stack != recorded.stack {
        return Err(mismatch(format!("it is of stack `{}`", header.stack)));
    }
    let Revision { lineage, serial } = recorded.revision.clone();
    if let Some(lineage) = lineage.filter(|lineage| *lineage != header.lineage) {
        return Err(mismatch(format!("it is of lineage {}, the state of {lineage}", header.lineage)));
    }
    if header.serial > serial {
        return Err(mismatch(format!(
            "it extends snapshot {}, the state is snapshot {serial}",
            header.serial
        )));
    }
    let newest = entries.last().map_or(0, |(seq, _)| *seq);
    if header.serial < serial {
        if newest > recorded.seq {
            let held = recorded.seq;
            return Err(mismatch(format!("it has entries up to {newest}, snapshot {serial} has {held}")));
        }
        let notes = vec![Note::Compacted { serial }];
        return Ok(Loaded { recorded, notes, interrupted: None, last, journal: JournalFile::Stale });
    }
    recorded.revision.lineage = Some(header.lineage);
    let interrupted = fold(&mut recorded, &entries)
        .map_err(|illegal| StateError::Journal { file: file.clone(), why: illegal.to_string() })?;
    let mut notes = Vec::new();
    if torn > 0 {
        notes.push(Note::TornTail { bytes: torn });
    }
    if let Some(run) = interrupted.clone() {
        notes.push(Note::Interrupted { run, pending: recorded.pending.len() });
    }
    Ok(Loaded { recorded, notes, interrupted, last, journal: JournalFile::Open { whole } })
}

/// Folds entries in and says which run is still open after them.
fn fold(
    recorded: &mut Recorded,
    entries: &[(Seq, Entry)],
) -> Result<Option<Interrupted>, super::journal::IllegalMove> {
    let mut open = None;
    for (seq, entry) in entries {
        recorded.apply_entry(*seq, entry)?;
        match entry {
            Entry::Opened { operation, plan, at } => {
                open = Some(Interrupted { operation: operation.clone(), plan: plan.clone(), at: *at });
            }
            Entry::Closed { .. } => open = None,
            _ => {}
        }
    }
    Ok(open)
}

fn journal_error(backend: &dyn Backend, fault: &JournalFault) -> StateError {
    let file = backend.place("journal");
    match fault {
        JournalFault::Newer(found) => StateError::Newer { file, found: *found, known: records::FORMAT },
        fault => StateError::Journal { file, why: fault.to_string() },
    }
}
