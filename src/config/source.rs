//! Everything that comes from outside, as data.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How `file()` reads: a path as it was written, to bytes or the reason why not.
pub type ReadFile = Arc<dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync>;

/// What a configuration is read from. The edge reads files and environment; nothing here does.
#[derive(Clone)]
pub struct Sources {
    /// The files of the configuration, each under the name that messages show.
    pub files: Vec<(Arc<str>, Vec<u8>)>,
    /// Files of variable values, later ones win.
    pub var_files: Vec<(Arc<str>, Vec<u8>)>,
    /// `--var name=value`, which win over files.
    pub vars: Vec<(String, String)>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Whether the simulated cloud takes the place of every provider.
    pub simulated: bool,
    /// What `path.module` and `path.root` are worth.
    pub module_dir: Arc<str>,
    /// How `file()` reads.
    pub files_readable: ReadFile,
}

impl Default for Sources {
    fn default() -> Self {
        Sources {
            files: Vec::new(),
            var_files: Vec::new(),
            vars: Vec::new(),
            env: BTreeMap::new(),
            simulated: false,
            module_dir: ".".into(),
            files_readable: Arc::new(|_| Err("files cannot be read here".into())),
        }
    }
}

impl Sources {
    /// One file and nothing else.
    pub fn file(name: &str, text: &str) -> Sources {
        Sources { files: vec![(name.into(), text.as_bytes().to_vec())], ..Sources::default() }
    }
}
