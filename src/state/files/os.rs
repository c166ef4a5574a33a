//! The real files. The only place of the state that does IO.
#![expect(clippy::disallowed_methods, reason = "the local backend keeps the state in files")]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{Files, LockFile, Locking, Process, Writing};

/// The file system of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFiles;

#[derive(Debug)]
struct OsFile(File);

/// `None` where there is no such file.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// For the owner only: the state may hold values that were marked sensitive.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

impl Writing for OsFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

impl LockFile for OsFile {
    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(bytes)?;
        self.0.set_len(bytes.len() as u64)?;
        self.0.sync_data()
    }
}

impl OsFiles {
    /// The process of this machine that has this number now.
    pub(in crate::state) fn process_numbered(self, pid: u32) -> Process {
        Process {
            host: kernel_word("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".to_owned()),
            pid,
            started: started(pid),
            boot: kernel_word("/proc/sys/kernel/random/boot_id"),
        }
    }
}

impl Files for OsFiles {
    fn may_block(&self) -> bool {
        true
    }

    fn read(&self, path: &Path, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = found(File::open(path))? else { return Ok(None) };
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(length.min(limit));
        file.take(limit as u64).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        let file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn append(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        Ok(Box::new(OsFile(OpenOptions::new().append(true).open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        found(fs::remove_file(path)).map(|_| ())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened like a file, and a rename is durable by itself.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(Path::new(""));
        self.create_folder(above)?;
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        match builder.create(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
            _ => self.sync_folder(if above.as_os_str().is_empty() { Path::new(".") } else { above }),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let Some(entries) = found(fs::read_dir(folder))? else { return Ok(Vec::new()) };
        let mut names = entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    fn lock(&self, path: &Path) -> io::Result<Locking> {
        let mut options = OpenOptions::new();
        let file = private(options.read(true).write(true).create(true).truncate(false)).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Locking::Ours(Box::new(OsFile(file)))),
            Err(TryLockError::WouldBlock) => Ok(Locking::Busy),
            Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {
                Ok(Locking::Unsupported(Box::new(OsFile(file))))
            }
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    fn process(&self) -> Process {
        OsFiles.process_numbered(std::process::id())
    }

    fn is_running(&self, process: &Process) -> Option<bool> {
        let now = self.process();
        now.started?; // No such system information here.
        // Another start of this machine, or another machine of the same name: who can say?
        let seen_from_here = now.host == process.host && now.boot == process.boot;
        seen_from_here.then(|| process.started.is_some() && started(process.pid) == process.started)
    }
}

fn kernel_word(path: &str) -> Option<String> {
    let word = fs::read_to_string(path).ok()?.trim().to_owned();
    (!word.is_empty()).then_some(word)
}

/// Start time of a process in clock ticks since the machine's start: field 22 of its `stat`. The
/// second field is the program's name in parentheses and may itself hold spaces and parentheses.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}
