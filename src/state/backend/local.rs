//! The state in files: `state.json`, `journal`, `lock` and `history/` in the stack's folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Backend, Claim, Hold, Stored};
use crate::planted::{self, Bug};
use crate::state::crash;
use crate::state::error::StateError;
use crate::state::files::{self, Files, LockFile, Locking, Writing};
use crate::state::lock::{Holder, LockRecord, Verdict, judge};
use crate::state::records::JOURNAL_LIMIT;
use crate::state::statefile::STATE_LIMIT;

const SNAPSHOT: &str = "state.json";
const JOURNAL: &str = "journal";
const LOCK: &str = "lock";
const HISTORY: &str = "history";
/// A lock file is a few hundred bytes.
const LOCK_LIMIT: usize = 64 << 10;
/// How often the lock file may be replaced under our hands before we give up.
const LOCK_TRIES: usize = 20;

/// The state of one stack in a folder of this machine.
#[derive(Clone, Debug)]
pub struct LocalBackend {
    files: Arc<dyn Files>,
    folder: PathBuf,
    stack: String,
    user: String,
}

impl LocalBackend {
    /// The state of `stack` below `states` (`state/`, or `state/.sim/` for the simulated cloud),
    /// used by `user`.
    ///
    /// # Panics
    /// If the name is none that [`is_stack_name`] allows, which is checked where it is read.
    pub fn new(files: Arc<dyn Files>, states: &Path, stack: &str, user: &str) -> LocalBackend {
        assert!(is_stack_name(stack), "`{stack}` cannot name a folder of a state: please report");
        LocalBackend { files, folder: states.join(stack), stack: stack.to_owned(), user: user.to_owned() }
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.join(part)
    }

    fn history(&self, serial: u64) -> PathBuf {
        self.folder.join(HISTORY).join(format!("{serial:06}.json"))
    }

    fn read(&self, part: &str, limit: usize) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.path(part);
        self.files.read(&path, limit).map_err(|e| failed("read", &path, &e))
    }

    fn read_lock(&self) -> Result<Vec<u8>, StateError> {
        Ok(self.read(LOCK, LOCK_LIMIT)?.unwrap_or_default())
    }

    fn locked(&self, holder: Option<Holder>) -> StateError {
        StateError::Locked { stack: self.stack.clone(), holder: holder.map(Box::new) }
    }

    fn write(&self, what: &str, path: &Path, bytes: &[u8]) -> Result<(), StateError> {
        files::write_atomic(&*self.files, what, path, bytes).map_err(|e| failed("write", path, &e))
    }
}

fn failed(doing: &'static str, path: &Path, error: &io::Error) -> StateError {
    StateError::Io { doing, file: path.display().to_string(), why: error.to_string() }
}

/// Whether a stack may have this name: it is also the name of its folder, so it holds letters,
/// digits, `-`, `_` and `.`, begins with a letter or digit, and has at most 100 bytes.
pub fn is_stack_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

impl Backend for LocalBackend {
    fn stack(&self) -> &str {
        &self.stack
    }

    fn who(&self) -> String {
        format!("{}@{}", self.user, self.files.process().host)
    }

    fn place(&self, part: &str) -> String {
        self.path(part).display().to_string()
    }

    fn may_block(&self) -> bool {
        self.files.may_block()
    }

    fn load(&self) -> Result<Stored, StateError> {
        // In this order, see `Stored`. One byte more than may be, so that too large ones show.
        let journal = self.read(JOURNAL, JOURNAL_LIMIT + 1)?;
        let snapshot = self.read(SNAPSHOT, STATE_LIMIT + 1)?;
        let newest = self.serials()?.last().copied();
        Ok(Stored { snapshot, journal, newest })
    }

    fn lock(&self, claim: &Claim) -> Result<(Box<dyn Hold>, Option<Holder>), StateError> {
        let path = self.path(LOCK);
        let cannot = |e: io::Error| failed("lock", &path, &e);
        self.files.create_folder(&self.folder).map_err(cannot)?;
        let process = self.files.process();
        for _ in 0..LOCK_TRIES {
            let (mut file, certain) = match self.files.lock(&path).map_err(cannot)? {
                Locking::Busy if planted::is(Bug::LockNotChecked) => {
                    self.unlock()?;
                    continue;
                }
                Locking::Busy => return Err(self.locked(LockRecord::from_bytes(&self.read_lock()?).holder)),
                Locking::Ours(file) => (file, true),
                Locking::Unsupported(file) => (file, false),
            };
            // By name, not by handle: a lock that was forced open is another file of this name.
            let before = LockRecord::from_bytes(&self.read_lock()?);
            let running = before.holder.as_ref().and_then(|h| self.files.is_running(&h.process));
            if judge(&before, &process, certain, running) == Verdict::Held {
                return Err(self.locked(before.holder));
            }
            let holder = Holder {
                who: self.user.clone(),
                operation: claim.operation.clone(),
                since: claim.since,
                process: process.clone(),
            };
            let record = LockRecord { epoch: before.epoch + 1, holder: Some(holder) };
            let mine = record.to_bytes();
            crash::point("lock", "before_write");
            file.replace(&mine).map_err(cannot)?;
            crash::point("lock", "written");
            if self.read_lock()? != mine {
                continue;
            }
            // Whoever was killed left them; we alone may write here now.
            for folder in [self.folder.clone(), self.folder.join(HISTORY)] {
                files::clear_temporaries(&*self.files, &folder).map_err(cannot)?;
            }
            let hold = LocalHold {
                backend: self.clone(),
                epoch: record.epoch,
                mine,
                file,
                journal: None,
                length: 0,
            };
            return Ok((Box::new(hold), before.holder));
        }
        Err(self.locked(None))
    }

    fn holder(&self) -> Result<Option<Holder>, StateError> {
        Ok(LockRecord::from_bytes(&self.read_lock()?).holder)
    }

    fn is_running(&self, holder: &Holder) -> Option<bool> {
        self.files.is_running(&holder.process)
    }

    fn unlock(&self) -> Result<Option<Holder>, StateError> {
        let Some(bytes) = self.read(LOCK, LOCK_LIMIT)? else { return Ok(None) };
        let LockRecord { epoch, holder } = LockRecord::from_bytes(&bytes);
        // Another file of the same name: it is not locked at the operating system.
        let free = LockRecord { epoch: epoch + 1, holder: None };
        self.write("unlock", &self.path(LOCK), &free.to_bytes())?;
        Ok(holder)
    }

    fn serials(&self) -> Result<Vec<u64>, StateError> {
        let folder = self.folder.join(HISTORY);
        let names = self.files.list(&folder).map_err(|e| failed("list", &folder, &e))?;
        let mut serials: Vec<u64> =
            names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
        serials.sort_unstable();
        Ok(serials)
    }

    fn snapshot(&self, serial: u64, limit: usize) -> Result<Vec<u8>, StateError> {
        let path = self.history(serial);
        let bytes = self.files.read(&path, limit).map_err(|e| failed("read", &path, &e))?;
        bytes.ok_or_else(|| StateError::NoSnapshot { stack: self.stack.clone(), serial })
    }

    fn beside(&self, name: &str) -> Arc<dyn Backend> {
        Arc::new(LocalBackend { folder: self.folder.join(name), ..self.clone() })
    }
}

#[derive(Debug)]
struct LocalHold {
    backend: LocalBackend,
    epoch: u64,
    /// The lock file as we wrote it. As long as it is so, the lock is ours.
    mine: Vec<u8>,
    file: Box<dyn LockFile>,
    journal: Option<Box<dyn Writing>>,
    length: usize,
}

impl LocalHold {
    fn must_be_ours(&self) -> Result<(), StateError> {
        let now = self.backend.read_lock()?;
        if now == self.mine || planted::is(Bug::LockNotChecked) {
            return Ok(());
        }
        let by = LockRecord::from_bytes(&now).holder.map(Box::new);
        Err(StateError::LockLost { stack: self.backend.stack.clone(), by })
    }

    fn open_journal(&mut self) -> Result<(PathBuf, &mut dyn Writing), StateError> {
        let path = self.backend.path(JOURNAL);
        if self.journal.is_none() {
            let file = self.backend.files.append(&path).map_err(|e| failed("open", &path, &e))?;
            self.journal = Some(file);
        }
        Ok((path, self.journal.as_deref_mut().expect("just opened")))
    }
}

impl Hold for LocalHold {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn start_journal(&mut self, start: &[u8]) -> Result<(), StateError> {
        self.must_be_ours()?;
        self.journal = None;
        self.backend.write("journal.start", &self.backend.path(JOURNAL), start)?;
        self.length = start.len();
        self.open_journal().map(|_| ())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.must_be_ours()?;
        let length = self.length + bytes.len();
        let (path, file) = self.open_journal()?;
        let written = (|| {
            if length > JOURNAL_LIMIT {
                return Err(io::Error::other("the journal has reached its largest size"));
            }
            crash::point("journal", "before_write");
            file.write(bytes)?;
            crash::point("journal", "written");
            if !planted::is(Bug::JournalNotSynced) {
                file.sync()?;
            }
            crash::point("journal", "synced");
            Ok(())
        })();
        written.map_err(|e| failed("append to", &path, &e))?;
        self.length = length;
        Ok(())
    }

    fn publish(&mut self, read: Option<&[u8]>, snapshot: &[u8]) -> Result<(), StateError> {
        self.must_be_ours()?;
        let path = self.backend.path(SNAPSHOT);
        let now = self.backend.read(SNAPSHOT, read.map_or(1, <[u8]>::len))?;
        if now.as_deref() != read {
            return Err(StateError::Replaced { file: path.display().to_string() });
        }
        self.backend.write("state", &path, snapshot)
    }

    fn drop_journal(&mut self) -> Result<(), StateError> {
        self.must_be_ours()?;
        self.journal = None;
        let path = self.backend.path(JOURNAL);
        let removed = (|| {
            crash::point("journal", "before_drop");
            self.backend.files.remove(&path)?;
            crash::point("journal", "removed");
            self.backend.files.sync_folder(&self.backend.folder)?;
            crash::point("journal", "dropped");
            Ok(())
        })();
        removed.map_err(|e| failed("remove", &path, &e))
    }

    fn keep(&mut self, serial: u64, snapshot: &[u8], kept: usize) -> Result<(), StateError> {
        self.must_be_ours()?;
        let path = self.backend.history(serial);
        let there = self.backend.files.read(&path, STATE_LIMIT + 1).map_err(|e| failed("read", &path, &e))?;
        if there.is_some_and(|there| there != snapshot) {
            let other = io::Error::other("another snapshot is there, and none is ever overwritten");
            return Err(failed("write", &path, &other));
        }
        let folder = files::folder_of(&path);
        self.backend.files.create_folder(folder).map_err(|e| failed("create", folder, &e))?;
        self.backend.write("history", &path, snapshot)?;
        let serials = self.backend.serials()?;
        for old in &serials[..serials.len().saturating_sub(kept)] {
            let path = self.backend.history(*old);
            self.backend.files.remove(&path).map_err(|e| failed("remove", &path, &e))?;
        }
        crash::point("history", "pruned");
        Ok(())
    }

    fn keep_aside(&mut self, part: &str, bytes: &[u8]) -> Result<String, StateError> {
        self.must_be_ours()?;
        let path = self.backend.path(&format!("{part}.unusable-{}", self.epoch));
        self.backend.write("aside", &path, bytes)?;
        Ok(path.display().to_string())
    }

    fn discard(&mut self) -> Result<(), StateError> {
        self.must_be_ours()?;
        self.journal = None;
        let mut paths: Vec<PathBuf> =
            self.backend.serials()?.into_iter().map(|serial| self.backend.history(serial)).collect();
        paths.extend([self.backend.path(JOURNAL), self.backend.path(SNAPSHOT)]);
        for path in paths {
            crash::point("discard", "before_remove");
            let removed = self.backend.files.remove(&path);
            removed.map_err(|e| failed("remove", &path, &e))?;
            // One after another also for who loses power: the snapshot must be the last to go.
            let folder = files::folder_of(&path);
            self.backend.files.sync_folder(folder).map_err(|e| failed("sync", folder, &e))?;
        }
        crash::point("discard", "removed");
        Ok(())
    }

    fn release(mut self: Box<Self>) -> Result<(), StateError> {
        self.must_be_ours()?;
        let path = self.backend.path(LOCK);
        let free = LockRecord { epoch: self.epoch, holder: None };
        crash::point("lock", "before_release");
        self.file.replace(&free.to_bytes()).map_err(|e| failed("release", &path, &e))?;
        crash::point("lock", "released");
        Ok(())
    }
}
