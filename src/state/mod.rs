//! What was recorded: snapshot, journal, lock, backends.
//!
//! `Recorded` is the state as the engine sees it: the snapshot with the journal folded in. The
//! journal's law: an entry that begins a call is on disk before the call leaves, the entry that
//! ends it before a dependent starts; folding the entries in order gives the state.
//!
//! Architecture invariant: only `session` and `backend` touch files; the rest is pure.

mod fold;
mod journal;
mod recorded;
mod records;
mod statefile;
mod verify;

pub use journal::{Begun, Binding, Ended, Entry, IllegalMove, Outcome, Seq, Ticket};
pub use recorded::{Origin, Pending, Recorded, RecordedObject, RecordedOutput, Revision};
pub use statefile::Run;
