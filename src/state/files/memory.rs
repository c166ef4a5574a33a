//! Files in memory, which model what a file system may lose and how it may fail.
//!
//! What is written is *there* at once, for every process; it is *durable* only once it is synced,
//! and so is a name once its folder is. [`MemoryFiles::restart`] is the end of all processes, with
//! or without the power; the handles of before then fail, so that a run that is still in memory
//! cannot write any more.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Files, LockFile, Locking, Process, Writing};

/// What goes wrong at one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The disk is full: nothing of a write is there.
    Full,
    /// The disk is full in the middle of a write: half of it is there.
    FullHalfway,
    /// The device fails; a failed sync leaves what it should have synced in doubt.
    Broken,
    /// The process is killed before the operation.
    Killed,
    /// The process is killed in the middle of a write: half of it is there.
    KilledHalfway,
}

/// What an operation does to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// It only looks.
    Look,
    /// It changes names, or makes something durable.
    Change,
    /// It writes bytes, of which a part may be there after a mishap.
    Write,
}

/// What the end of all processes takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing: they were killed.
    Nothing,
    /// Everything that was not synced.
    Unsynced,
    /// The second half of what was not synced in each file, while new names are all there.
    Torn,
    /// What was not synced reads as zeros, while lengths and new names are all there.
    Blank,
}

/// Files of an imaginary machine. Clones are handles on the same files.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    disk: Arc<Mutex<Disk>>,
    generation: u32,
}

type Inode = u64;

#[derive(Clone, Debug, Default)]
struct Disk {
    generation: u32,
    names: BTreeMap<PathBuf, Inode>,
    durable_names: BTreeMap<PathBuf, Inode>,
    content: BTreeMap<Inode, Content>,
    locked: BTreeSet<Inode>,
    last_inode: Inode,
    operations: Vec<Does>,
    syncs: u64,
    mishap: Option<(u64, Mishap)>,
    dead: bool,
}

#[derive(Clone, Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// How much of the front is durable.
    synced: usize,
}

#[derive(Debug)]
struct Handle {
    files: MemoryFiles,
    inode: Inode,
    locked: bool,
}

impl MemoryFiles {
    /// An empty disk.
    pub fn new() -> MemoryFiles {
        MemoryFiles::default()
    }

    /// The same files on another machine, from where they go their own way.
    pub fn copy(&self) -> MemoryFiles {
        let disk = self.disk().clone();
        MemoryFiles { disk: Arc::new(Mutex::new(disk)), generation: self.generation }
    }

    /// Lets the operation of this number, counted from 0 since the last start, go wrong.
    pub fn fail_at(&self, operation: u64, mishap: Mishap) {
        self.disk().mishap = Some((operation, mishap));
    }

    /// How many operations there were since the last start.
    pub fn operations(&self) -> u64 {
        self.disk().operations.len() as u64
    }

    /// What the operations since the last start did, in order.
    pub fn history(&self) -> Vec<Does> {
        self.disk().operations.clone()
    }

    /// How often a file was synced since the last start.
    pub fn syncs(&self) -> u64 {
        self.disk().syncs
    }

    /// Whether a mishap has killed the process that uses these files.
    pub fn is_dead(&self) -> bool {
        self.disk().dead
    }

    /// Ends all processes and gives the files as the next one finds them. Handles of before fail.
    pub fn restart(&self, loss: Loss) -> MemoryFiles {
        let mut disk = self.disk();
        disk.generation += 1;
        disk.locked.clear();
        disk.mishap = None;
        disk.dead = false;
        disk.operations.clear();
        disk.syncs = 0;
        match loss {
            Loss::Nothing => {}
            Loss::Unsynced => disk.names = disk.durable_names.clone(),
            Loss::Torn | Loss::Blank => disk.durable_names = disk.names.clone(),
        }
        for content in disk.content.values_mut() {
            let unsynced = content.bytes.len() - content.synced;
            match loss {
                Loss::Nothing => continue,
                Loss::Unsynced => content.bytes.truncate(content.synced),
                Loss::Torn => content.bytes.truncate(content.synced + unsynced / 2),
                Loss::Blank => content.bytes[content.synced..].fill(0),
            }
            content.synced = content.bytes.len();
        }
        let generation = disk.generation;
        drop(disk);
        MemoryFiles { disk: Arc::clone(&self.disk), generation }
    }

    /// Changes a file behind everybody's back.
    pub fn tamper(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut disk = self.disk();
        let inode = disk.names[path];
        let content = disk.content.get_mut(&inode).expect("a name has content");
        change(&mut content.bytes);
        content.synced = content.bytes.len();
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().expect("no panic while it is held")
    }

    /// Counts an operation and lets it go wrong if it is its turn; half way is the writer's business.
    fn operate(&self, does: Does) -> io::Result<(MutexGuard<'_, Disk>, Option<Mishap>)> {
        let mut disk = self.disk();
        if disk.dead || disk.generation != self.generation {
            return Err(io::Error::other("this process has ended"));
        }
        let number = disk.operations.len() as u64;
        disk.operations.push(does);
        let mishap = disk.mishap.filter(|(at, _)| *at == number).map(|(_, mishap)| mishap);
        match mishap {
            None | Some(Mishap::FullHalfway | Mishap::KilledHalfway) => Ok((disk, mishap)),
            Some(Mishap::Full) => Err(full()),
            Some(Mishap::Broken) => Err(io::Error::from_raw_os_error(5)),
            Some(Mishap::Killed) => {
                disk.dead = true;
                Err(io::Error::other("killed"))
            }
        }
    }

    fn content<T>(&self, inode: Inode, change: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        let (mut disk, _) = self.operate(Does::Change)?;
        Ok(change(disk.content.get_mut(&inode).expect("an open file has content")))
    }

    /// Writes from this place on; what was synced of what it writes over is not durable any more.
    fn write_at(&self, inode: Inode, at: Option<usize>, bytes: &[u8]) -> io::Result<()> {
        let (mut disk, mishap) = self.operate(Does::Write)?;
        let content = disk.content.get_mut(&inode).expect("an open file has content");
        let at = at.unwrap_or(content.bytes.len());
        let written = if mishap.is_some() { &bytes[..bytes.len() / 2] } else { bytes };
        let end = (at + written.len()).min(content.bytes.len());
        content.bytes.splice(at..end, written.iter().copied());
        content.synced = content.synced.min(at);
        if let Some(mishap) = mishap {
            disk.dead = mishap == Mishap::KilledHalfway;
            return Err(full());
        }
        Ok(())
    }
}

fn full() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

impl Disk {
    fn create(&mut self, path: &Path) -> Inode {
        self.last_inode += 1;
        self.content.insert(self.last_inode, Content::default());
        self.names.insert(path.to_owned(), self.last_inode);
        self.last_inode
    }
}

impl Writing for Handle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.files.write_at(self.inode, None, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.files.disk().syncs += 1;
        self.files.content(self.inode, |content| {
            content.synced = content.bytes.len();
        })
    }
}

impl LockFile for Handle {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.files.write_at(self.inode, Some(0), bytes)?;
        self.files.content(self.inode, |content| content.bytes.truncate(bytes.len()))?;
        self.files.content(self.inode, |content| content.synced = content.bytes.len())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut disk = self.files.disk();
        if self.locked && disk.generation == self.files.generation {
            disk.locked.remove(&self.inode);
        }
    }
}

impl Files for MemoryFiles {
    fn may_block(&self) -> bool {
        false
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let (disk, _) = self.operate(Does::Look)?;
        let Some(inode) = disk.names.get(path) else { return Ok(None) };
        let bytes = &disk.content[inode].bytes;
        Ok(Some(bytes[..bytes.len().min(limit)].to_vec()))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let (mut disk, _) = self.operate(Does::Change)?;
        let inode = disk.create(path);
        Ok(Box::new(Handle { files: self.clone(), inode, locked: false }))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let (disk, _) = self.operate(Does::Look)?;
        let inode = *disk.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Handle { files: self.clone(), inode, locked: false }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (mut disk, _) = self.operate(Does::Change)?;
        let inode = disk.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        disk.names.insert(to.to_owned(), inode);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (mut disk, _) = self.operate(Does::Change)?;
        disk.names.remove(path);
        Ok(())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let (mut disk, _) = self.operate(Does::Change)?;
        let disk = &mut *disk;
        disk.durable_names.retain(|path, _| path.parent() != Some(folder));
        let here = disk.names.iter().filter(|(path, _)| path.parent() == Some(folder));
        disk.durable_names.extend(here.map(|(path, inode)| (path.clone(), *inode)));
        Ok(())
    }

    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        self.operate(Does::Change).map(|_| ())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let (disk, _) = self.operate(Does::Look)?;
        let here = disk.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(here.filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn lock(&self, path: &Path) -> io::Result<Locking> {
        let (mut disk, _) = self.operate(Does::Change)?;
        let inode = match disk.names.get(path) {
            Some(inode) => *inode,
            None => disk.create(path),
        };
        Ok(if disk.locked.insert(inode) {
            Locking::Ours(Box::new(Handle { files: self.clone(), inode, locked: true }))
        } else {
            Locking::Busy
        })
    }

    fn process(&self) -> Process {
        Process {
            host: "memory".to_owned(),
            pid: self.generation,
            started: Some(0),
            boot: Some("one".to_owned()),
        }
    }

    fn is_running(&self, process: &Process) -> Option<bool> {
        Some(process.pid == self.disk().generation)
    }
}
