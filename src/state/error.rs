//! What can go wrong with the state, and what to do about it.
//!
//! A state that cannot be read is never "no objects", and nothing here is ever repaired by guess:
//! each message says which file, what is wrong with it, and what the user can do.

use super::journal::{IllegalMove, Seq};
use super::lock::Holder;

/// Why the state could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// The snapshot cannot be read.
    #[error(
        "the state file {file} cannot be used: {why}. It was left as it is. {}",
        restore(*.newest)
    )]
    Snapshot {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
        /// The newest snapshot in the history, if there is any.
        newest: Option<u64>,
    },
    /// The snapshot or the journal is of a newer program.
    #[error(
        "{file} was written by a newer landbridge: it has format {found}, and this one knows up to {known}. \
         It was left as it is. Use the newer program"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its format.
        found: u64,
        /// The newest format we know.
        known: u64,
    },
    /// The snapshot belongs to another stack.
    #[error(
        "{file} is the state of stack `{found}`, not of `{expected}`. It was left as it is. \
         Rename the stack in the configuration if that is the name it should have. {}",
        replaced(*.newest)
    )]
    ForeignStack {
        /// The file.
        file: String,
        /// Its stack.
        found: String,
        /// The stack that was asked for.
        expected: String,
        /// The newest snapshot in the history that is this stack's, if there is any.
        newest: Option<u64>,
    },
    /// A snapshot of the history cannot be read.
    #[error(
        "the snapshot {file} cannot be used: {why}. It was left as it is. Take this file out of `history/`: the \
         state beside it does not need it"
    )]
    Kept {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A backup of another stack.
    #[error("{file} is a backup of stack `{found}`, not of `{expected}`. Nothing was changed")]
    ForeignBackup {
        /// The file.
        file: String,
        /// Its stack.
        found: String,
        /// The stack that was asked for.
        expected: String,
    },
    /// There is a history, or a journal that extends a snapshot, but no snapshot.
    #[error(
        "the state file {file} is missing, although {evidence}. This is not taken for a stack without \
         objects. {}",
        restore(*.newest)
    )]
    Missing {
        /// The file.
        file: String,
        /// What shows that there was one.
        evidence: String,
        /// The newest snapshot in the history, if there is any.
        newest: Option<u64>,
    },
    /// The journal is damaged elsewhere than at its end.
    #[error(
        "the journal {file} is damaged: {why}. It was left as it is, and nothing was changed: what it \
         began in the cloud is known from nowhere else. Restore this file from a backup. Without one, \
         `landbridge recover` starts from the state beside it, and looks for what the journal had made beyond \
         it among the live objects"
    )]
    Journal {
        /// The file.
        file: String,
        /// What is wrong, and where.
        why: String,
    },
    /// The journal extends another snapshot than the one that is there.
    #[error(
        "the journal {file} does not belong to the state beside it: {why}. Both were left as they are. \
         Put back the state file that belongs to it; `history/` beside it has the former ones"
    )]
    Mismatch {
        /// The file.
        file: String,
        /// How they differ.
        why: String,
    },
    /// Somebody else writes.
    #[error("the state of `{stack}` is locked by {}", holder_words(.holder.as_deref()))]
    Locked {
        /// The stack.
        stack: String,
        /// Who; none where the lock file does not say.
        holder: Option<Box<Holder>>,
    },
    /// The lock was ours and is not any more.
    #[error(
        "the lock on the state of `{stack}` was taken from this run; nothing more is written. Now it is \
         {}. What was begun stands in the journal, and the next run looks for it",
        .by.as_ref().map_or("free".to_owned(), |h| format!("held by {h}"))
    )]
    LockLost {
        /// The stack.
        stack: String,
        /// Who has it now.
        by: Option<Box<Holder>>,
    },
    /// Somebody replaced the snapshot while we held the lock.
    #[error(
        "the state file {file} was replaced while this run held the lock. It was left as it is, and what \
         this run did stands in the journal. Put the former file back; `history/` beside it has a copy"
    )]
    Replaced {
        /// The file.
        file: String,
    },
    /// A file operation failed.
    #[error("cannot {doing} {file}: {why}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        file: String,
        /// The system's words.
        why: String,
    },
    /// An earlier write failed, so what is on disk is not known.
    #[error(
        "the state of this run could not be written ({0}), so nothing more is started. What is on disk \
         counts: run the same command again once the cause is removed"
    )]
    Poisoned(String),
    /// An entry may not follow. A bug of ours, unless a file was changed.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// An entry is larger than can be kept.
    #[error("entry {seq} of {bytes} bytes is larger than the journal takes")]
    TooLarge {
        /// The entry.
        seq: Seq,
        /// Its size.
        bytes: usize,
    },
    /// The session was closed.
    #[error("the session is closed")]
    Closed,
    /// A backup that cannot be used.
    #[error("the backup {file} cannot be used: {why}. Nothing was changed")]
    Backup {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// There is a state where a backup is to be put.
    #[error(
        "there is {file} already, which a backup does not overwrite. Move it away first if the backup is to take its place"
    )]
    Occupied {
        /// What is there.
        file: String,
    },
    /// There is no such snapshot in the history.
    #[error("the history of `{stack}` has no snapshot {serial}")]
    NoSnapshot {
        /// The stack.
        stack: String,
        /// Its number.
        serial: u64,
    },
}

fn restore(newest: Option<u64>) -> String {
    match newest {
        Some(serial) => {
            format!(
                "The newest copy of it is `history/{serial:06}.json` beside it. `landbridge recover` starts from \
                 that, and looks for what is newer among the live objects"
            )
        }
        None => "There is no whole copy of it in the history. Bring it back from a backup; without one, \
                 `landbridge recover` brings it back from the configuration and the live objects"
            .to_owned(),
    }
}

/// The way out where another file lies in the place of the state.
fn replaced(newest: Option<u64>) -> String {
    let way = match newest {
        Some(serial) => format!(
            "If this file was put there by mistake, `landbridge state restore {serial}` brings back the newest snapshot \
             of the history and keeps this file under another name"
        ),
        None => "If this file was put there by mistake, move it out of the folder".to_owned(),
    };
    format!("{way}; then `landbridge recover` looks for what is newer among the live objects")
}

fn holder_words(holder: Option<&Holder>) -> String {
    match holder {
        Some(holder) => {
            format!(
                "{holder}. Wait for it (`--lock-timeout`); if it is surely dead, `landbridge state unlock`"
            )
        }
        None => "another process that has not said who it is. Try again".to_owned(),
    }
}
