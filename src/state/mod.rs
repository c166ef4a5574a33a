//! What was recorded: snapshot, journal, lock, backends.
//!
//! `Recorded` is the state as the engine sees it: the snapshot with the journal folded in. The
//! journal's law: an entry that begins a call is on disk before the call leaves, the entry that
//! ends it before a dependent starts; folding the entries in order gives the state.
//!
//! ```text
//! state.json ─┐                 begin, end, record
//!             ├─ load ─▶ Recorded ◀── fold ── journal ─ close ─▶ state.json, history/
//! journal ────┘
//! ```
//!
//! Architecture invariant: files are touched by `backend` and `files` only, and written through a
//! `session` only; the rest is pure.

mod recorded;
pub mod timing;
mod effect;
mod journal;
mod fold;
mod verify;
mod records;
mod statefile;
mod load;
mod ahead;
mod error;
mod lock;
pub mod crash;
pub mod files;
pub mod backend;
mod commit;
mod session;
mod salvage;
pub mod beside;
pub mod history;
pub mod edit;
pub mod differences;
pub mod backup;

pub use ahead::Ahead;
pub use backend::{Backend, LocalBackend, is_stack_name};
pub use effect::{Call, Effect};
pub use error::StateError;
pub use journal::{Begun, Binding, Ended, Entry, IllegalMove, Outcome, Seq, Ticket};
pub use load::{Interrupted, Loaded, Note, read};
pub use lock::Holder;
pub use recorded::{Origin, Pending, Recorded, RecordedObject, RecordedOutput, Revision};
pub use salvage::{Remains, bring_back, remains, salvage};
pub use session::{Ending, Opened, Opening, Session, SessionHandle};
pub use statefile::Run;
pub use timing::Timing;

#[cfg(test)]
mod tests;
