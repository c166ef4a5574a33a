//! The session: the locked handle that alone may write the state.
//!
//! ```text
//! open ── begin ─▶ ticket ─▶ the call ─▶ end ──…── close
//!                 durable               durable    snapshot, history, journal removed
//! ```
//!
//! The owner holds the [`Session`]; workers hold a [`SessionHandle`]. What is not closed is still
//! there: the next session finds the journal and goes on from it.

use std::sync::Arc;

use jiff::Timestamp;

use super::backend::{Backend, Claim, Hold, Stored};
use super::commit::{Shared, Submitted, off_runtime};
use super::error::StateError;
use super::journal::{Begun, Ended, Entry, Outcome, Ticket};
use super::load::{self, Interrupted, JournalFile, Loaded, Note};
use super::recorded::Recorded;
use super::records::Header;
use super::statefile::{self, Run};
use crate::planted::{self, Bug};

/// How a session is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// What it is for: `apply`, `destroy`, `import`, `state mv`, …
    pub operation: String,
    /// The digest of the plan; empty where there is none.
    pub plan: String,
    /// The persons whose signed approval of that plan was verified.
    pub approved_by: Vec<String>,
    /// The limits that it goes beyond because the user said so.
    pub overrides: Vec<String>,
    /// The revision of the configuration in its repository; empty where it is in none.
    pub revision: String,
    /// How many snapshots the history keeps.
    pub kept: usize,
    /// When.
    pub at: Timestamp,
    /// The lineage, should the state be a new one.
    pub lineage: String,
}

/// A session as it was opened.
#[derive(Debug)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// The last run, if it did not end by itself.
    pub interrupted: Option<Interrupted>,
    /// The run that wrote the snapshot; none where there is no snapshot yet.
    pub last: Option<Run>,
}

/// A session that has ended.
#[derive(Debug)]
pub struct Ending {
    /// The state as it is now on disk.
    pub recorded: Recorded,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// The locked state of one stack. Dropped without [`Session::close`] it lets go of the lock and
/// leaves the journal as it is.
#[derive(Debug)]
pub struct Session {
    handle: SessionHandle,
    backend: Arc<dyn Backend>,
    opening: Opening,
    /// The first bytes of the snapshot that was read.
    read: Option<Vec<u8>>,
    /// The highest number in the history.
    newest: u64,
}

/// What workers write through.
#[derive(Clone, Debug)]
pub struct SessionHandle {
    shared: Arc<Shared>,
}

/// So much of a snapshot's start tells it from every other: its checksum.
pub(super) const TOKEN_BYTES: usize = 96;

impl Session {
    /// Takes the lock and reads the state. [`StateError::Locked`] says who has it; waiting is the
    /// caller's business. Nothing is written yet but the lock.
    pub async fn open(backend: Arc<dyn Backend>, opening: Opening) -> Result<Opened, StateError> {
        let may_block = backend.may_block();
        off_runtime(may_block, move || open(backend, opening)).await
    }

    /// A handle for workers.
    pub fn handle(&self) -> SessionHandle {
        self.handle.clone()
    }

    /// Looks at the state, with every entry folded in that was handed in so far.
    pub fn with<T>(&self, look: impl FnOnce(&Recorded) -> T) -> T {
        self.handle.with(look)
    }

    /// See [`SessionHandle::begin`].
    pub async fn begin(&self, begun: Begun) -> Result<Ticket, StateError> {
        self.handle.begin(begun).await
    }

    /// See [`SessionHandle::end`].
    pub async fn end(&self, ticket: Ticket, outcome: Outcome, at: Timestamp) -> Result<(), StateError> {
        self.handle.end(ticket, outcome, at).await
    }

    /// See [`SessionHandle::record`].
    pub async fn record(&self, entry: Entry) -> Result<(), StateError> {
        self.handle.record(entry).await
    }

    /// Ends the session: the state becomes the next snapshot if anything changed, the journal goes,
    /// and the lock is free. After an error what was recorded is still in the journal.
    pub async fn close(self, at: Timestamp) -> Result<Ending, StateError> {
        let shared = &self.handle.shared;
        let changed = shared.written() > 0 || shared.has_journal();
        let ended = if changed { self.record(Entry::Closed { at }).await } else { Ok(()) };
        shared.close();
        // Whatever happened, the lock is not kept.
        let Some(hold) = shared.take_hold() else { return Err(StateError::Closed) };
        let recorded = shared.with(Recorded::clone);
        let Opening { operation, plan, approved_by, overrides, revision, kept, .. } = self.opening.clone();
        let run = Run { at, by: self.backend.who(), operation, plan, approved_by, overrides, revision };
        let (read, newest) = (self.read.clone(), self.newest);
        shared
            .off_runtime(move || {
                let mut hold = hold;
                let compacted = match (ended, changed) {
                    (Ok(()), true) => compact(&mut *hold, recorded, newest, &run, read.as_deref(), kept),
                    (Ok(()), false) => Ok(Ending { recorded, notes: Vec::new() }),
                    (Err(failure), _) => Err(failure),
                };
                let released = hold.release();
                let mut ending = compacted?;
                ending.notes.extend(released.err().map(|e| Note::Unfinished(e.to_string())));
                Ok(ending)
            })
            .await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.handle.shared.close();
        if let Some(hold) = self.handle.shared.take_hold() {
            // Best effort: a lock that stays is recognised as a dead owner's.
            let _ = hold.release();
        }
    }
}

impl SessionHandle {
    /// Begins a writing call. It is on disk before this returns, so the call may leave.
    pub async fn begin(&self, begun: Begun) -> Result<Ticket, StateError> {
        let address = begun.address.clone();
        let submitted = self.submit(&Entry::Begun(Box::new(begun)))?;
        let seq = submitted.seq;
        if !planted::is(Bug::IntentNotAwaited) {
            submitted.durable().await?;
        }
        Ok(Ticket { seq, address })
    }

    /// Ends a writing call. It is on disk before this returns, so a dependent may start.
    pub async fn end(&self, ticket: Ticket, outcome: Outcome, at: Timestamp) -> Result<(), StateError> {
        self.record(Entry::Ended(Box::new(Ended { begun: ticket.seq, outcome, at }))).await
    }

    /// Records anything else. It is on disk before this returns.
    pub async fn record(&self, entry: Entry) -> Result<(), StateError> {
        self.submit(&entry)?.durable().await.map(|_| ())
    }

    /// Looks at the state, with every entry folded in that was handed in so far. After a failed
    /// write only what is on disk counts: read it again.
    pub fn with<T>(&self, look: impl FnOnce(&Recorded) -> T) -> T {
        self.shared.with(look)
    }

    /// How many entries this session has written, and with how many syncs of the journal.
    pub fn written(&self) -> (u64, u64) {
        (self.shared.written(), self.shared.syncs())
    }

    /// Why nothing can be written any more, once a write has failed.
    pub fn failure(&self) -> Option<StateError> {
        self.shared.failure()
    }

    fn submit(&self, entry: &Entry) -> Result<Submitted, StateError> {
        self.shared.submit(entry)
    }
}

fn open(backend: Arc<dyn Backend>, opening: Opening) -> Result<Opened, StateError> {
    let claim = Claim { operation: opening.operation.clone(), since: opening.at };
    let (mut hold, displaced) = backend.lock(&claim)?;
    let settled = backend.load().and_then(|stored| {
        let loaded = load::assemble(&*backend, &stored)?;
        let notes = settle(&mut *hold, &stored, &loaded, opening.kept)?;
        Ok((stored, loaded, notes))
    });
    let (stored, loaded, more) = match settled {
        Ok(settled) => settled,
        Err(failure) => {
            let _ = hold.release();
            return Err(failure);
        }
    };
    let Loaded { mut recorded, notes, interrupted, last, journal } = loaded;
    let lineage = recorded.revision.lineage.get_or_insert_with(|| opening.lineage.clone());
    let header = match journal {
        JournalFile::Open { .. } => None,
        JournalFile::None | JournalFile::Stale => {
            Some(Header::new(&recorded.stack, lineage, recorded.revision.serial))
        }
    };
    let entry =
        Entry::Opened { operation: opening.operation.clone(), plan: opening.plan.clone(), at: opening.at };
    let shared = Arc::new(Shared::new(recorded, entry, header, hold, backend.may_block()));
    let notes = displaced.map(Note::TookOver).into_iter().chain(notes).chain(more).collect();
    let newest = stored.newest.unwrap_or(0);
    let read = stored.snapshot.map(|mut bytes| {
        bytes.truncate(TOKEN_BYTES);
        bytes
    });
    let session = Session { handle: SessionHandle { shared }, backend, opening, read, newest };
    Ok(Opened { session, notes, interrupted, last })
}

/// Brings the files to a point from which the session can go on.
fn settle(
    hold: &mut dyn Hold,
    stored: &Stored,
    loaded: &Loaded,
    kept: usize,
) -> Result<Vec<Note>, StateError> {
    let mut notes = Vec::new();
    let serial = loaded.recorded.revision.serial;
    if let Some(snapshot) = &stored.snapshot
        && stored.newest.is_none_or(|newest| newest < serial)
    {
        // A run was killed between the snapshot and its copy in the history.
        notes.extend(hold.keep(serial, snapshot, kept).err().map(|e| Note::Unfinished(e.to_string())));
    }
    match (loaded.journal, &stored.journal) {
        (JournalFile::Open { .. }, Some(_)) if planted::is(Bug::TornTailNotCut) => {}
        (JournalFile::Open { whole }, Some(journal)) => hold.start_journal(&journal[..whole])?,
        (JournalFile::Stale, _) => hold.drop_journal()?,
        _ => {}
    }
    Ok(notes)
}

/// Makes the state the next snapshot.
fn compact(
    hold: &mut dyn Hold,
    mut recorded: Recorded,
    newest: u64,
    run: &Run,
    read: Option<&[u8]>,
    kept: usize,
) -> Result<Ending, StateError> {
    // Above whatever is in the history: a state of another lineage may have begun to count anew.
    recorded.revision.serial = recorded.revision.serial.max(newest) + 1;
    let broken = recorded.verify();
    assert!(broken.is_empty(), "the fold broke the state, please report: {broken:?}");
    let bytes = statefile::write(&recorded, run);
    if planted::is(Bug::JournalDroppedFirst) {
        hold.drop_journal()?;
    }
    hold.publish(read, &bytes)?;
    // From here on the new snapshot counts, and what fails is made good by the next session.
    let kept = hold.keep(recorded.revision.serial, &bytes, kept);
    let dropped = hold.drop_journal();
    let notes = [kept, dropped].into_iter().filter_map(|r| r.err().map(|e| Note::Unfinished(e.to_string())));
    Ok(Ending { notes: notes.collect(), recorded })
}
