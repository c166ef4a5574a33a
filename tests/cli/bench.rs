//! A folder to run the binary in, with nothing set in the environment but what a test says.

#![expect(clippy::disallowed_methods, reason = "tests write and read the files of their folder")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What stands for an exit code where a signal ended the run.
pub(crate) const KILLED: i32 = -1;

/// A folder with one example in it, and the binary.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn empty() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    /// A folder with the files of `examples/NAME`.
    pub(crate) fn example(name: &str) -> Bench {
        let bench = Bench::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, bench.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
        bench
    }

    /// A folder with this configuration.
    pub(crate) fn with(text: &str) -> Bench {
        let bench = Bench::empty();
        bench.write("landbridge.yaml", text);
        bench
    }

    /// The same with a variable in the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Bench {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another folder with the same files, and the same environment.
    #[cfg(feature = "crash-points")]
    pub(crate) fn copy(&self) -> Bench {
        let copy = Bench { folder: tempfile::tempdir().unwrap(), env: self.env.clone() };
        for (path, _) in self.files() {
            let to = copy.path(path.strip_prefix(self.folder.path()).unwrap().to_str().unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(path, to).unwrap();
        }
        copy
    }

    /// The simulated cloud as it is now.
    pub(crate) fn world(&self) -> landbridge::sim::World {
        use landbridge::sim::{Settings, SimClock, store};
        let path = self.path("state/.sim/world.yaml");
        store::open(&path, Settings::embedded(), SimClock::real()).unwrap().world()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text in the configuration; it must be there.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = self.read("landbridge.yaml");
        assert!(text.contains(from), "{from} is not in the configuration");
        self.write("landbridge.yaml", &text.replace(from, to));
    }

    /// Runs the binary with these arguments, split at blanks.
    pub(crate) fn run(&self, args: &str) -> Said {
        Said::of(&mut self.command(args))
    }

    /// The binary with these arguments, nobody at its terminal.
    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landbridge"));
        command.args(args.split_whitespace()).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Every file below the folder, with its bytes as text.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                    found.push((path, text));
                }
            }
        }
        found
    }
}

impl Said {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Said {
        let output = command.output().unwrap();
        Said {
            code: output.status.code().unwrap_or(KILLED),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Said {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Checks that stdout has this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Said {
        assert!(self.out.contains(text), "`{text}` is not in stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Checks that stderr has this text.
    #[track_caller]
    pub(crate) fn warns(self, text: &str) -> Said {
        assert!(self.err.contains(text), "`{text}` is not in stderr:\n{}", self.err);
        self
    }

    /// Stdout and stderr together.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}
