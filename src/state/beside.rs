//! States that are kept beside a stack's own for a while: one that is being built up elsewhere, and
//! objects that are not in the stack any more and wait for their deletion.
//!
//! Each begins as a part of another state, and its lineage says of which: see [`Mark`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::backend::{Backend, Claim, Hold};
use super::commit::off_runtime;
use super::error::StateError;
use super::load;
use super::recorded::{Recorded, Revision};
use super::session::{Opening, TOKEN_BYTES};
use super::statefile::{self, Run};

/// The state of a rebuild under way.
pub const REBUILD: &str = "rebuild";
/// The state of the objects of before a rebuild.
pub const OLD: &str = "old";
/// The state of what an abandoned rebuild made.
pub const ABANDONED: &str = "abandoned";
/// All such states: whoever takes a whole state along takes them along.
pub const NAMES: [&str; 3] = [REBUILD, OLD, ABANDONED];

/// The birth mark of such a state: which revision it is a part of, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The state that it was taken from.
    pub of: Revision,
    /// What for, in words that its maker understands.
    pub purpose: String,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Revision { lineage, serial } = &self.of;
        write!(f, "{}+{serial} {}", lineage.as_deref().unwrap_or_default(), self.purpose)
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Mark, ()> {
        let (of, purpose) = text.split_once(' ').ok_or(())?;
        let (lineage, serial) = of.rsplit_once('+').ok_or(())?;
        let lineage = Some(lineage.to_owned()).filter(|lineage| !lineage.is_empty());
        let of = Revision { lineage, serial: serial.parse().map_err(|_| ())? };
        Ok(Mark { of, purpose: purpose.to_owned() })
    }
}

impl Mark {
    /// The mark of a state that was begun here; none where there is no state, or one of another kind.
    pub fn of(recorded: &Recorded) -> Option<Mark> {
        recorded.revision.lineage.as_deref()?.parse().ok()
    }

    /// What is left of a state, as the beginning of one of its own.
    pub fn put_on(&self, part: Recorded) -> Recorded {
        Recorded { revision: Revision { lineage: Some(self.to_string()), serial: 1 }, ..part }
    }
}

/// Writes the beginning of such a state, durably.
///
/// # Errors
/// If there is a state already; the lock, the files.
pub async fn begin(
    backend: Arc<dyn Backend>,
    opening: Opening,
    recorded: Recorded,
) -> Result<(), StateError> {
    locked(backend, opening.operation.clone(), opening.at, move |backend, hold| {
        let there = backend.load()?;
        if there.snapshot.is_some() || there.journal.is_some() {
            return Err(StateError::Occupied { file: backend.place("state.json") });
        }
        hold.publish(None, &statefile::write(&recorded, &run(backend, &opening)))
    })
    .await
}

/// Puts such a state in the place of the stack's own, in one act: no moment shows a part of it. The
/// state before stays in the history.
///
/// # Errors
/// If the stack's own is not `before` any more; the lock, the files.
pub async fn take_over(
    backend: Arc<dyn Backend>,
    opening: Opening,
    before: Recorded,
    after: Recorded,
) -> Result<(), StateError> {
    locked(backend, opening.operation.clone(), opening.at, move |backend, hold| {
        let there = backend.load()?;
        if load::assemble(backend, &there)?.recorded != before {
            return Err(StateError::Replaced { file: backend.place("state.json") });
        }
        let Revision { lineage, serial } = before.revision;
        let revision = Revision {
            lineage: lineage.or_else(|| Some(opening.lineage.clone())),
            serial: serial.max(there.newest.unwrap_or(0)) + 1,
        };
        let recorded = Recorded { revision, seq: before.seq.max(after.seq), ..after };
        let run = run(backend, &opening);
        let bytes = statefile::write(&recorded, &run);
        let read = there.snapshot.as_ref().map(|old| &old[..old.len().min(TOKEN_BYTES)]);
        hold.publish(read, &bytes)?;
        hold.keep(recorded.revision.serial, &bytes, opening.kept)?;
        match there.journal {
            Some(_) => hold.drop_journal(),
            None => Ok(()),
        }
    })
    .await
}

fn run(backend: &dyn Backend, opening: &Opening) -> Run {
    Run {
        at: opening.at,
        by: backend.who(),
        operation: opening.operation.clone(),
        plan: opening.plan.clone(),
        approved_by: opening.approved_by.clone(),
        overrides: opening.overrides.clone(),
        revision: opening.revision.clone(),
    }
}

/// Removes such a state with its history: what was recorded is elsewhere, or of no use any more.
///
/// # Errors
/// The lock, the files.
pub async fn discard(
    backend: Arc<dyn Backend>,
    operation: &str,
    at: jiff::Timestamp,
) -> Result<(), StateError> {
    locked(backend, operation.to_owned(), at, |_, hold| hold.discard()).await
}

async fn locked(
    backend: Arc<dyn Backend>,
    operation: String,
    since: jiff::Timestamp,
    work: impl FnOnce(&dyn Backend, &mut dyn Hold) -> Result<(), StateError> + Send + 'static,
) -> Result<(), StateError> {
    off_runtime(backend.may_block(), move || {
        let (mut hold, _) = backend.lock(&Claim { operation, since })?;
        let worked = work(&*backend, &mut *hold);
        let released = hold.release();
        worked.and(released)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back() {
        for lineage in [Some("0000-01".to_owned()), None] {
            let of = Revision { lineage, serial: 7 };
            let mark = Mark { of, purpose: "owner=owner-dr,shop=shop-dr".to_owned() };
            assert_eq!(mark.to_string().parse(), Ok(mark));
        }
        assert_eq!("00000000-0000-4000-8000-000000000001".parse::<Mark>(), Err(()));
    }
}
