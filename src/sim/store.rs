//! The embedded world on disk: a snapshot (`world.yaml`) and the changes since (`world.log`), for several processes.
//!
//! Each request takes the lock, reads what others have appended, does its work, appends its changes as one line, and
//! lets go, before its answer goes out. So a process may be killed at any instant and the world is as a cloud would
//! be left. Power loss may take the last moments with it: the log is not synced line by line.
#![expect(clippy::disallowed_methods, reason = "the simulator's store is one of the places that touch files")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::clock::SimClock;
use super::cloud::{Change, Cloud};
use super::sample;
use super::settings::Settings;
use super::simulator::{Simulator, cloud_of};
use super::world::World;

/// A log's first line is shorter than this.
const HEADER: u64 = 64;
/// A log that is worth compacting when a world is opened.
const LARGE_LOG: u64 = 1 << 20;
/// A snapshot that costs nothing to write.
const SMALL_SNAPSHOT: u64 = 1 << 18;

/// The first line of a log: which snapshot it goes on from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    generation: u64,
}

/// The files of one embedded world.
#[derive(Debug)]
pub(crate) struct Store {
    snapshot: PathBuf,
    log_path: PathBuf,
    /// Held open for ever; its lock is the world's, and it holds the epoch.
    lock: File,
    log: File,
    /// How far the log is known.
    known: u64,
    /// Goes up when the files are replaced, so that others read them anew.
    epoch: u64,
}

/// Opens the embedded world at `path` (`state/.sim/world.yaml`); makes it from the sample when it is not there.
pub fn open(path: &Path, settings: Settings, clock: SimClock) -> anyhow::Result<Simulator> {
    let folder = path.parent().context("the world's path has no folder")?;
    make_private_folder(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    let lock_path = path.with_extension("lock");
    let lock = private().read(true).write(true).create(true).truncate(false).open(&lock_path);
    let lock = lock.with_context(|| format!("failed to open {}", lock_path.display()))?;
    lock.lock().with_context(|| format!("failed to lock {}", lock_path.display()))?;
    let log_path = path.with_extension("log");
    let opened = (|| {
        if !path.exists() {
            write_whole(path, sample::world().to_yaml().as_bytes())?;
        }
        let epoch = read_epoch(&lock)?;
        let (mut cloud, log, known) = load(path, &log_path, &settings)?;
        let mut store =
            Store { snapshot: path.to_owned(), log_path: log_path.clone(), lock, log, known, epoch };
        if store.known > LARGE_LOG && store.log_outweighs(0)? {
            store.compact(&mut cloud)?;
        }
        io::Result::Ok((store, cloud))
    })();
    let (store, cloud) = opened.with_context(|| {
        format!(
            "failed to read the simulated world {}; move it and {} away to begin with a new one",
            path.display(),
            log_path.display()
        )
    })?;
    store.lock.unlock()?;
    Ok(Simulator::over(cloud, sample::world(), settings, clock, Some(store)))
}

impl Simulator {
    /// Ends the use of a stored world: the changes since the snapshot move into it. Without this nothing is lost;
    /// the next [`open`] reads them from the log.
    pub fn close(&self) -> anyhow::Result<()> {
        let mut state = self.state();
        let state = &mut *state;
        let Some(store) = &mut state.store else { return Ok(()) };
        store.enter(&mut state.cloud, &state.settings)?;
        let written = match store.log_outweighs(SMALL_SNAPSHOT)? {
            true => store.compact(&mut state.cloud),
            false => Ok(()),
        };
        store.lock.unlock()?;
        Ok(written?)
    }
}

impl Store {
    /// Takes the lock, and brings the world to where others have left it.
    pub(crate) fn enter(&mut self, cloud: &mut Cloud, settings: &Settings) -> io::Result<()> {
        self.lock.lock()?;
        let entered = self.catch_up(cloud, settings);
        if entered.is_err() {
            self.lock.unlock()?;
        }
        entered
    }

    fn catch_up(&mut self, cloud: &mut Cloud, settings: &Settings) -> io::Result<()> {
        let epoch = read_epoch(&self.lock)?;
        if epoch != self.epoch {
            (*cloud, self.log, self.known) = load(&self.snapshot, &self.log_path, settings)?;
            self.epoch = epoch;
        } else if self.log.metadata()?.len() != self.known {
            self.known = replay(&mut self.log, self.known, cloud)?;
        }
        Ok(())
    }

    /// Writes what has changed, and lets the lock go.
    pub(crate) fn leave(&mut self, cloud: &mut Cloud) -> io::Result<()> {
        let changes = cloud.take_journal();
        let written = if changes.is_empty() { Ok(()) } else { self.append(&changes) };
        self.lock.unlock()?;
        written
    }

    fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        let mut line = serde_json::to_vec(changes)?;
        line.push(b'\n');
        self.log.seek(SeekFrom::Start(self.known))?;
        self.log.write_all(&line)?;
        self.known += line.len() as u64;
        Ok(())
    }

    /// Whether the log is larger than the half of the snapshot: so all compaction together costs no more than a few
    /// times what was written. A snapshot below `small` is written whenever there is something to write.
    fn log_outweighs(&self, small: u64) -> io::Result<bool> {
        let snapshot = fs::metadata(&self.snapshot)?.len();
        Ok(self.known > HEADER && (snapshot < small || self.known > snapshot / 2))
    }

    /// Moves the log into the snapshot. The lock is held.
    fn compact(&mut self, cloud: &mut Cloud) -> io::Result<()> {
        self.epoch += 1;
        self.lock.seek(SeekFrom::Start(0))?;
        self.lock.write_all(&self.epoch.to_le_bytes())?;
        let generation = cloud.counters.generation.wrapping_add(1).max(self.epoch);
        cloud.counters.generation = generation;
        write_whole(&self.snapshot, cloud.world().to_yaml().as_bytes())?;
        (self.log, self.known) = begin_log(&self.log_path, generation)?;
        Ok(())
    }
}

/// Reads snapshot and log. A log that goes on from an older snapshot is done with: its changes are in this one.
fn load(snapshot: &Path, log_path: &Path, settings: &Settings) -> io::Result<(Cloud, File, u64)> {
    let world = World::from_yaml(&fs::read_to_string(snapshot)?).map_err(damaged)?;
    let generation = world.counters.generation;
    let mut cloud = cloud_of(world, settings).map_err(damaged)?;
    let (log, known) = match continuing(log_path, generation)? {
        Some((mut log, start)) => {
            let known = replay(&mut log, start, &mut cloud)?;
            (log, known)
        }
        None => begin_log(log_path, generation)?,
    };
    // A change of the counters in the log is about ids; which snapshot this is, the snapshot says.
    cloud.counters.generation = generation;
    cloud.keep_journal();
    Ok((cloud, log, known))
}

/// The log, if it goes on from this snapshot, and where its first change stands.
fn continuing(log_path: &Path, generation: u64) -> io::Result<Option<(File, u64)>> {
    let mut log = match private().read(true).write(true).open(log_path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut start = [0_u8; 64];
    let read = log.read(&mut start)?;
    let Some(end) = start[..read].iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    let header: Header = serde_json::from_slice(&start[..end]).map_err(damaged)?;
    match header.generation {
        of if of == generation => Ok(Some((log, end as u64 + 1))),
        of if of < generation => Ok(None),
        of => Err(damaged(format!("the log goes on from snapshot {of}, but the snapshot is {generation}"))),
    }
}

/// Makes the changes that stand in the log after `known`; cuts off a line that was not finished.
fn replay(log: &mut File, known: u64, cloud: &mut Cloud) -> io::Result<u64> {
    log.seek(SeekFrom::Start(known))?;
    let mut text = Vec::new();
    log.read_to_end(&mut text)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    for line in text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let changes: Vec<Change> = serde_json::from_slice(line).map_err(damaged)?;
        changes.into_iter().for_each(|change| cloud.replay(change));
    }
    let end = known + whole as u64;
    if whole < text.len() {
        log.set_len(end)?;
    }
    Ok(end)
}

fn begin_log(path: &Path, generation: u64) -> io::Result<(File, u64)> {
    let mut line = serde_json::to_vec(&Header { generation })?;
    line.push(b'\n');
    write_whole(path, &line)?;
    Ok((private().read(true).write(true).open(path)?, line.len() as u64))
}

/// A file is there whole, or as it was before.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read_epoch(mut lock: &File) -> io::Result<u64> {
    let mut bytes = [0_u8; 8];
    lock.seek(SeekFrom::Start(0))?;
    match lock.read_exact(&mut bytes) {
        Ok(()) => Ok(u64::from_le_bytes(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        Err(error) => Err(error),
    }
}

fn damaged(reason: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_string())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
