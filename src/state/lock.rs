//! The lock: who writes, since when, doing what; and whether a lock may be taken over. Pure.
//!
//! The file `lock` holds the epoch and the holder, and stays there when nobody holds it, so that
//! epochs go on. While a run holds the lock it also has the file locked at the operating system,
//! which ends with the process: that is what makes a dead owner recognisable.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::Process;

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The user.
    pub who: String,
    /// What they do: `apply`, `state mv`, …
    pub operation: String,
    /// Since when.
    pub since: Timestamp,
    /// The process.
    pub process: Process,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holder { who, operation, since, process } = self;
        write!(f, "{who}@{}, process {}, running `{operation}` since {since:.0}", process.host, process.pid)
    }
}

/// What the lock file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LockRecord {
    /// Counts the holders; a holder whose epoch has passed may not write any more.
    pub(super) epoch: u64,
    /// The holder; none while it is free.
    pub(super) holder: Option<Holder>,
}

impl LockRecord {
    /// The bytes of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a lock is plain data: please report");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file. One that cannot be read names nobody: the operating system's lock decides.
    pub(super) fn from_bytes(bytes: &[u8]) -> LockRecord {
        serde_json::from_slice(bytes).unwrap_or_default()
    }
}

/// What a claimant finds out about the lock that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nobody holds it, or its owner is known to be dead.
    Free,
    /// Its owner lives, or may live.
    Held,
}

/// Decides whether a recorded lock still holds. `certain`: the operating system gave us its lock
/// on the file; else it knows no locks here. `running`: whether the holder's process lives.
pub(super) fn judge(record: &LockRecord, me: &Process, certain: bool, running: Option<bool>) -> Verdict {
    let Some(holder) = &record.holder else { return Verdict::Free };
    if holder.process.host != me.host {
        // Its machine may not see our lock on a shared file system, nor we its processes.
        return Verdict::Held;
    }
    match (certain, running) {
        // An earlier session of this very process, which was dropped without an end.
        (true, _) if holder.process == *me => Verdict::Free,
        (_, Some(true)) => Verdict::Held,
        (_, Some(false)) | (true, None) => Verdict::Free,
        (false, None) => Verdict::Held,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(host: &str, pid: u32) -> Process {
        Process { host: host.into(), pid, started: Some(7), boot: None }
    }

    fn held(by: Process) -> LockRecord {
        let holder = Holder {
            who: "ann".into(),
            operation: "apply".into(),
            since: Timestamp::UNIX_EPOCH,
            process: by,
        };
        LockRecord { epoch: 3, holder: Some(holder) }
    }

    #[test]
    fn only_a_dead_local_owner_is_displaced() {
        let me = process("here", 1);
        let table = [
            (LockRecord::default(), false, None, Verdict::Free),
            (held(process("here", 2)), true, Some(false), Verdict::Free),
            (held(process("here", 2)), true, None, Verdict::Free),
            (held(process("here", 2)), true, Some(true), Verdict::Held),
            (held(process("here", 2)), false, Some(false), Verdict::Free),
            // Another start of this machine, or another machine of the same name.
            (held(process("here", 2)), false, None, Verdict::Held),
            (held(me.clone()), true, Some(true), Verdict::Free),
            (held(me.clone()), false, Some(true), Verdict::Held),
            (held(process("there", 2)), true, Some(false), Verdict::Held),
        ];
        for (record, certain, running, verdict) in table {
            assert_eq!(judge(&record, &me, certain, running), verdict, "{record:?} {certain} {running:?}");
        }
    }

    #[test]
    fn a_lock_file_reads_back_and_a_damaged_one_names_nobody() {
        let record = held(process("here", 2));
        assert_eq!(LockRecord::from_bytes(&record.to_bytes()), record);
        assert_eq!(LockRecord::from_bytes(b"{\"epoch\": 4, \"hol"), LockRecord::default());
        assert_eq!(
            record.holder.unwrap().to_string(),
            "ann@here, process 2, running `apply` since 1970-01-01T00:00:00Z"
        );
    }
}
