//! Where a state is kept. A backend says nothing about which cloud, and understands no entry: it
//! keeps bytes, and it fences.
//!
//! The contract is the same for a file system and for a remote store: who holds the lock has an
//! epoch; each write checks that it is still the holder's, and that the snapshot is still the one
//! that was read (compare and set). Calls may block; the session keeps them off the runtime.

mod local;

pub use local::{LocalBackend, is_stack_name};

use std::sync::Arc;

use jiff::Timestamp;

use super::error::StateError;
use super::lock::Holder;

/// What is kept of a state. The journal is read before the snapshot: a snapshot that is compacted
/// meanwhile then contains it, and the journal shows itself as older.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The snapshot.
    pub snapshot: Option<Vec<u8>>,
    /// The journal.
    pub journal: Option<Vec<u8>>,
    /// The newest serial in the history.
    pub newest: Option<u64>,
}

/// The wish to write.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What for: `apply`, `state mv`, …
    pub operation: String,
    /// Since when.
    pub since: Timestamp,
}

/// A place for the state of one stack.
pub trait Backend: Send + Sync + std::fmt::Debug {
    /// The stack.
    fn stack(&self) -> &str;
    /// The user who works with it, as the lock and the history name them.
    fn who(&self) -> String;
    /// What people call the part of the state: a path or an address.
    fn place(&self, part: &str) -> String;
    /// Whether calls may take long.
    fn may_block(&self) -> bool;
    /// What is kept, without the lock. Another process may be writing.
    fn load(&self) -> Result<Stored, StateError>;
    /// Takes the lock, or says who has it. A dead owner is displaced and named.
    fn lock(&self, claim: &Claim) -> Result<(Box<dyn Hold>, Option<Holder>), StateError>;
    /// Who holds the lock.
    fn holder(&self) -> Result<Option<Holder>, StateError>;
    /// Whether a holder's process still runs; none where that cannot be seen from here.
    fn is_running(&self, holder: &Holder) -> Option<bool>;
    /// Takes the lock away from whoever holds it, and says who that was. They cannot write any more.
    fn unlock(&self) -> Result<Option<Holder>, StateError>;
    /// The serials in the history, oldest first.
    fn serials(&self) -> Result<Vec<u64>, StateError>;
    /// A snapshot of the history, or only its first `limit` bytes.
    fn snapshot(&self, serial: u64, limit: usize) -> Result<Vec<u8>, StateError>;
    /// Another state of the same stack, kept beside this one under a name of ours.
    fn beside(&self, name: &str) -> Arc<dyn Backend>;
}

/// The held lock: it alone can write. Dropped without [`Hold::release`], it reads as a dead owner's.
pub trait Hold: Send + std::fmt::Debug {
    /// The number of this holding.
    fn epoch(&self) -> u64;
    /// Starts a new journal with its first bytes, durably; one that is there goes on in a fresh
    /// copy of its whole part, since of what a killed run wrote nobody knows what is durable.
    fn start_journal(&mut self, start: &[u8]) -> Result<(), StateError>;
    /// Appends to the journal, durably.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StateError>;
    /// Puts a new snapshot in the place of the one that was read (`read`: its first bytes).
    fn publish(&mut self, read: Option<&[u8]>, snapshot: &[u8]) -> Result<(), StateError>;
    /// Removes the journal: the snapshot contains it.
    fn drop_journal(&mut self) -> Result<(), StateError>;
    /// Keeps a snapshot in the history and at most `kept` of them in all. Another one of the same number
    /// is never overwritten.
    fn keep(&mut self, serial: u64, snapshot: &[u8], kept: usize) -> Result<(), StateError>;
    /// Keeps the bytes of a part that cannot be used under another name, and says which.
    fn keep_aside(&mut self, part: &str, bytes: &[u8]) -> Result<String, StateError>;
    /// Removes all that is kept, the snapshot last: until then it reads as a state.
    fn discard(&mut self) -> Result<(), StateError>;
    /// Lets go of the lock.
    fn release(self: Box<Self>) -> Result<(), StateError>;
}
