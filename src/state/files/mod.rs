//! The seam under the local backend: files, their durability, and who runs on this machine.
//!
//! The operations are as small as the promises of a file system: a write may be lost until it is
//! synced, a new or renamed name until its folder is. So power loss, a full disk and a kill can be
//! modelled at each of them ([`MemoryFiles`]).

mod memory;
mod os;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use memory::{Does, Loss, MemoryFiles, Mishap};
pub use os::OsFiles;

use super::crash;

/// One process, so that a later one with the same number is not taken for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The machine's name.
    pub host: String,
    /// Its number.
    pub pid: u32,
    /// When it was started, in the system's own count; none where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<u64>,
    /// Which start of the machine it belongs to; none where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
}

/// A file that is being written, front to back.
pub trait Writing: Send + fmt::Debug {
    /// Appends all the bytes; after an error some of them may be there.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file that this process alone has locked; dropped, it is unlocked.
pub trait LockFile: Send + fmt::Debug {
    /// Replaces the content in place.
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// What became of trying to lock a file.
#[derive(Debug)]
pub enum Locking {
    /// It is ours, until it is dropped or the process ends.
    Ours(Box<dyn LockFile>),
    /// Another handle has it.
    Busy,
    /// The file system has no locks; the file is open, nothing more is known.
    Unsupported(Box<dyn LockFile>),
}

/// Files and processes of the local machine. Object safe and synchronous.
pub trait Files: Send + Sync + fmt::Debug {
    /// Whether operations may take long, so that they belong off the runtime's own threads.
    fn may_block(&self) -> bool;
    /// The first `limit` bytes of a file; none if there is no such file.
    fn read(&self, path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>>;
    /// A new empty file in place of any of that name, readable by its owner only.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// An existing file, to append to.
    fn append(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Renames a file over any other of that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; none there is fine.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes a folder and those above it, durably, for the owner only.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// The names in a folder, sorted; none if there is no such folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Opens or creates a file and tries to lock it.
    fn lock(&self, path: &Path) -> io::Result<Locking>;
    /// This process.
    fn process(&self) -> Process;
    /// Whether a process of this machine still runs; none where that cannot be known.
    fn is_running(&self, process: &Process) -> Option<bool>;
}

/// Writes a file so that at any instant either the old or the new one is there, whole. `what` names
/// it to the crash points.
pub(super) fn write_atomic(files: &dyn Files, what: &str, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary(path, &files.process());
    crash::point(what, "before_write");
    let written = (|| {
        let mut file = files.create(&temporary)?;
        file.write(bytes)?;
        crash::point(what, "written");
        file.sync()?;
        crash::point(what, "synced");
        files.rename(&temporary, path)
    })();
    if let Err(error) = written {
        // A full disk needs the room. If this fails too, the next session clears up.
        let _ = files.remove(&temporary);
        return Err(error);
    }
    crash::point(what, "renamed");
    files.sync_folder(folder_of(path))?;
    crash::point(what, "durable");
    Ok(())
}

/// Removes the temporary files that a killed process left in a folder.
pub(super) fn clear_temporaries(files: &dyn Files, folder: &Path) -> io::Result<()> {
    for name in files.list(folder)? {
        if name.starts_with('.') && name.ends_with(".tmp") {
            files.remove(&folder.join(name))?;
        }
    }
    Ok(())
}

/// The folder a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().expect("state files are inside a folder")
}

/// Beside the file, and another one for each process: two that both believe to hold the lock must
/// not write into one file.
fn temporary(path: &Path, process: &Process) -> PathBuf {
    let name = path.file_name().expect("a file has a name").to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", process.pid))
}
