//! From options to what the commands work with: configuration, state, clouds.

#![expect(clippy::disallowed_methods, reason = "the edge: the lineage of a new state is random")]

use std::path::Path;
use std::sync::Arc;

use super::args::Work;
use super::cloud;
use super::conceal;
use super::failure::{Stop, Texts, tell_diagnostics};
use super::git;
use super::options::Options;
use super::policies;
use super::request_log;
use super::sources;
use super::ui::Ui;
use crate::config::{self, Configuration, Import, Mapping, Sources};
use crate::ops::{Failure, Workspace};
use crate::plan::{Answer, Answers};
use crate::provider::{self, Clock, Transport};
use crate::resource::Catalog;
use crate::state::files::OsFiles;
use crate::state::{self, Ahead, Backend, LocalBackend};

/// The configuration with what its messages need.
pub(super) struct Author {
    pub(super) configuration: Arc<Configuration>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) texts: Texts,
    /// The stack whose state is being read already.
    ahead: Option<(String, Arc<Ahead>)>,
}

/// Reads and checks the configuration; warnings are told.
pub(super) fn author(options: &Options, ui: &Ui) -> Result<Author, Stop> {
    author_of(&sources::read(options)?, ui)
}

/// The same for a command that will want the state: it is read meanwhile.
pub(super) fn author_with_state(options: &Options, ui: &Ui) -> Result<Author, Stop> {
    let sources = sources::read(options)?;
    // Whatever is wrong with the name or the state is told by who needs them.
    let ahead = config::stack_name(&sources).and_then(|stack| {
        let backend = backend(options, &stack).ok()?;
        Some((stack, Arc::new(Ahead::begin(backend))))
    });
    let author = author_of(&sources, ui)?;
    Ok(Author { ahead, ..author })
}

fn author_of(sources: &Sources, ui: &Ui) -> Result<Author, Stop> {
    let catalog = Arc::new(provider::catalog());
    match config::parse(sources, &catalog) {
        Ok((configuration, warnings)) => {
            tell_diagnostics(ui, &warnings, &configuration.sources);
            let texts = configuration.sources.clone();
            Ok(Author { configuration: Arc::new(configuration), catalog, texts, ahead: None })
        }
        Err(faults) => Err(Stop::Diagnostics(faults, config::texts(sources))),
    }
}

/// What commands about the record alone need of the configuration.
pub(super) struct Desk {
    /// Where the state is.
    pub(super) backend: Arc<dyn Backend>,
    /// How many snapshots are kept.
    pub(super) kept: usize,
    /// The revision of the configuration in its repository.
    pub(super) revision: String,
}

/// For commands about the record alone. Whatever is wrong with the configuration, it does not stand in
/// the way of a lock that has to be taken away: the stack's name is enough.
pub(super) fn desk(options: &Options, ui: &Ui) -> Result<Desk, Stop> {
    let sources = sources::read(options)?;
    let (stack, kept, texts) = match author_of(&sources, ui) {
        Ok(author) => (author.configuration.stack.clone(), author.configuration.snapshots, author.texts),
        Err(Stop::Diagnostics(faults, texts)) => {
            let Some(stack) = config::stack_name(&sources) else {
                return Err(Stop::Diagnostics(faults, texts));
            };
            let faults =
                if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
            ui.warn(&format!(
                "the configuration has {faults} (`landbridge validate`); this needs only the name of its stack, `{stack}`"
            ));
            (stack, usize::MAX, texts)
        }
        Err(stop) => return Err(stop),
    };
    Ok(Desk { backend: backend(options, &stack)?, kept, revision: git::revision_of(&texts) })
}

impl Author {
    /// A file of the user, kept for the messages about it.
    fn file(&mut self, path: &Path) -> Result<(Arc<str>, Vec<u8>), Stop> {
        let file: Arc<str> = Arc::from(path.display().to_string());
        let bytes = sources::bytes(path)?;
        self.texts.insert(file.clone(), Arc::from(String::from_utf8_lossy(&bytes)));
        Ok((file, bytes))
    }

    /// What objects a file names for addresses.
    pub(super) fn imports(&mut self, path: &Path) -> Result<Vec<Import>, Stop> {
        let (file, bytes) = self.file(path)?;
        config::import_list(&file, &bytes).map_err(|faults| Stop::Diagnostics(faults, self.texts.clone()))
    }

    /// What the user says about interrupted creations.
    pub(super) fn answers(&mut self, path: Option<&Path>) -> Result<Answers, Stop> {
        let Some(path) = path else { return Ok(Answers::default()) };
        let (file, bytes) = self.file(path)?;
        match config::answers(&file, &bytes) {
            Ok(answers) => {
                let said = answers.into_iter();
                Ok(Answers(said.map(|(a, object, p)| (a, Answer { object, place: Some(p) })).collect()))
            }
            Err(faults) => Err(Stop::Diagnostics(faults, self.texts.clone())),
        }
    }

    /// What values of one place are in another.
    pub(super) fn mapping(&self, path: &Path) -> Result<Mapping, Stop> {
        let mut told = self.with(self.configuration.clone(), self.texts.clone());
        let (file, bytes) = told.file(path)?;
        config::mapping(&file, &bytes, &self.catalog).map_err(|faults| Stop::Diagnostics(faults, told.texts))
    }

    /// The same author with another configuration.
    pub(super) fn with(&self, configuration: Arc<Configuration>, texts: Texts) -> Author {
        Author { configuration, catalog: self.catalog.clone(), texts, ahead: None }
    }

    /// Where the stack's state is.
    pub(super) fn backend(&self, options: &Options) -> Result<Arc<dyn Backend>, Stop> {
        backend(options, &self.configuration.stack)
    }

    /// The state as far as it is being read, if it is this stack's.
    fn ahead(&self) -> Arc<Ahead> {
        let of_this = self.ahead.as_ref().filter(|(stack, _)| *stack == self.configuration.stack);
        of_this.map(|(_, ahead)| ahead.clone()).unwrap_or_default()
    }

    /// What an `ops` function could not do, with the author's texts.
    pub(super) fn stop(&self, failure: Failure) -> Stop {
        match failure {
            Failure::Diagnostics(all) => Stop::Diagnostics(all, self.texts.clone()),
            Failure::Refused { what, hint } => Stop::Refused { what, hint },
            Failure::Other(error) => Stop::Failed(error),
        }
    }

    /// Everything a command that contacts the cloud works with.
    pub(super) fn workspace(&self, options: &Options, work: &Work) -> Result<(Workspace, Transport), Stop> {
        let clock = Clock::system();
        let log = options.log.as_deref().map(request_log::to_file).transpose()?;
        let (configuration, parallelism) = (self.configuration.clone(), usize::from(work.parallelism));
        let (clouds, way) = if options.simulated {
            let world = options.states().join("world.yaml");
            cloud::simulated(configuration, &world, parallelism, clock.clone(), log)?
        } else {
            cloud::real(configuration, parallelism, clock.clone(), log)
        };
        let backend = self.backend(options)?;
        if options.log.is_some() {
            conceal::configured(&way, &self.configuration);
            // A state that cannot be read is reported by whoever needs it.
            drop(state::read(&*backend).map(|loaded| conceal::recorded(&way, &loaded.recorded)));
        }
        let workspace = Workspace {
            configuration: self.configuration.clone(),
            catalog: self.catalog.clone(),
            backend,
            ahead: self.ahead(),
            policies: Arc::new(policies::read(self)?),
            clouds: Arc::new(clouds),
            way: way.clone(),
            clock,
            simulated: options.simulated,
            parallelism,
            settle: cloud::settle(options.simulated),
            lock_timeout: work.lock_timeout,
            lineage: uuid::Uuid::new_v4().to_string(),
            revision: git::revision_of(&self.texts),
        };
        Ok((workspace, way))
    }
}

/// The state of a stack in its folder.
fn backend(options: &Options, stack: &str) -> Result<Arc<dyn Backend>, Stop> {
    if !sources::is_folder_name(stack) {
        return Err(Stop::refused(
            format!("`{stack}` cannot name a stack: its state would be outside of the states' folder"),
            "use letters, digits, `-` and `_`",
        ));
    }
    let user = ["LANDBRIDGE_USER", "USER", "LOGNAME"].iter().find_map(|name| options.env.get(*name));
    let user = user.map_or("unknown", String::as_str);
    Ok(Arc::new(LocalBackend::new(Arc::new(OsFiles), &options.states(), stack, user)))
}
