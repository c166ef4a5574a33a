//! `rebuild`: what stood through some provider blocks is made anew through others: in another
//! region, another account. What is there now is not touched, and need not be there any more.
//!
//! It is the journey of `apply` for the configuration as it is elsewhere, on a state of its own that
//! begins as the stack's without what is made anew ([`anew`]). So it is resumed like any apply, and
//! the stack's own state stays as it is until the user confirms ([`confirm`]).

mod anew;
mod confirm;
mod leave;
mod moved;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub use confirm::{Confirmation, confirm, take_over};
pub use leave::{Leaving, abandoned, discard, forget_old, leave, old};
pub use moved::{Moved, Side, moved};

use super::{Failure, Workspace};
use crate::config::{Configuration, Mapping, Relocation};
use crate::diagnostic::{Diagnostic, known_names};
use crate::refresh::Live;
use crate::resource::{Address, ProviderName};
use crate::state::beside::{self, Mark, OLD, REBUILD};
use crate::state::files::MemoryFiles;
use crate::state::{self, Ahead, Backend, LocalBackend, Recorded};

/// Which provider blocks take the place of which.
pub type Providers = BTreeMap<ProviderName, ProviderName>;

/// What is to be made anew, and how the configuration has to change for it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// How the configuration changes.
    pub relocation: Relocation,
    /// What the user should know.
    pub notes: Vec<String>,
    recorded: Recorded,
}

/// A rebuild, ready to be planned.
pub struct Rebuild {
    /// The configuration as it is elsewhere, and the rebuild's own state.
    pub workspace: Workspace,
    /// The recorded addresses whose objects are made anew.
    pub anew: BTreeSet<Address>,
    /// Those among them that stay where they are, and follow what they refer to.
    pub following: BTreeSet<Address>,
    /// Whether it was begun already.
    pub begun: bool,
    /// The stack's own state.
    before: Recorded,
    place: Arc<dyn Backend>,
    base: Recorded,
}

/// Finds out how the configuration changes: which accounts are others, and who admits them.
///
/// # Errors
/// A provider block that is not there, or cannot take the place of another one; where a new one
/// leads cannot be found out.
pub async fn survey(workspace: &Workspace, providers: Providers, values: Mapping) -> Result<Survey, Failure> {
    let faults = wrong_providers(&workspace.configuration, &providers);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let recorded = state::read(workspace.backend.as_ref())?.recorded;
    let mut live = Live::default();
    workspace.reader().identify(providers.values().cloned().collect::<BTreeSet<_>>(), &mut live).await?;
    let mut relocation = Relocation { providers, values, accounts: BTreeMap::new() };
    let mut notes = Vec::new();
    for object in recorded.every_object().map(|(_, object)| object) {
        let Some(new) = relocation.providers.get(&object.provider) else { continue };
        let (old, new) = (&object.identity.account, &live.identities[new].account);
        if old != new {
            relocation.accounts.insert(old.clone(), new.clone());
        }
    }
    // An account that somebody keeps using stays admitted.
    let stays = |account: &String| {
        let mut others = recorded.every_object().map(|(_, object)| object);
        others.find(|o| o.identity.account == *account && !relocation.providers.contains_key(&o.provider))
    };
    let kept: Vec<(String, ProviderName)> =
        relocation.accounts.keys().filter_map(|a| Some((a.clone(), stays(a)?.provider.clone()))).collect();
    for (account, other) in kept {
        notes.push(format!(
            "account {account} is also that of `{other}`, which stays: whoever admits it goes on admitting it, and {} has to be added by hand",
            relocation.accounts[&account]
        ));
        relocation.accounts.remove(&account);
    }
    Ok(Survey { relocation, notes, recorded })
}

fn wrong_providers(configuration: &Configuration, providers: &Providers) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut fault = |detail: String, hint: String| {
        faults.push(Diagnostic::error("Provider blocks that cannot be mapped", detail).hint(hint));
    };
    for (old, new) in providers {
        let (from, to) = (configuration.providers.get(old), configuration.providers.get(new));
        for (name, block) in [(old, from), (new, to)] {
            if block.is_none() {
                let near =
                    known_names(name.as_str(), configuration.providers.keys().map(ProviderName::as_str));
                let near = if near.is_empty() { String::new() } else { format!("; {near}") };
                fault(
                    format!("there is no provider block `{name}`"),
                    format!("declare it beside the others{near}"),
                );
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && from.kind_type != to.kind_type
        {
            let detail =
                format!("`{old}` is of type {}, and `{new}` of type {}", from.kind_type, to.kind_type);
            fault(detail, "the kinds of one type are not those of another".to_owned());
        }
        if providers.contains_key(new) {
            let detail = format!("`{new}` takes the place of `{old}`, and is itself to be replaced");
            fault(detail, "rebuild in two steps".to_owned());
        }
    }
    faults
}

/// What is made anew and what stays, worked out or, where it was begun already, read.
///
/// # Errors
/// The state, or one that has moved since the rebuild was begun; another rebuild.
pub async fn rebuild(
    workspace: &Workspace,
    survey: Survey,
    mut elsewhere: Configuration,
) -> Result<Rebuild, Failure> {
    let Survey { relocation, recorded: before, .. } = survey;
    let anew::Anew { addresses, following } =
        anew::anew(&before, &workspace.configuration, &workspace.catalog, &relocation);
    let declared =
        elsewhere.blocks.values().any(|block| relocation.providers.values().any(|p| *p == block.provider));
    let place = workspace.backend.beside(REBUILD);
    let begun = Mark::of(&state::read(&*place)?.recorded);
    // After an edit the configuration says already what is only being made.
    let is_to_move =
        begun.is_some() || workspace.configuration.blocks.values().any(|block| relocation.moves(block));
    if addresses.is_empty() && !(declared && is_to_move) {
        let names: Vec<&str> = relocation.providers.keys().map(ProviderName::as_str).collect();
        let detail = format!("nothing is declared or recorded through {}", names.join(", "));
        return Err(vec![Diagnostic::error("Nothing to rebuild", detail)].into());
    }
    // Ids that existing objects have here say nothing about there.
    let moves = |block: &crate::resource::Block| {
        workspace.configuration.blocks.get(block).is_some_and(|block| relocation.moves(block))
    };
    elsewhere.imports.retain(|import| !moves(import.to.block()));
    let mark = Mark { of: before.revision.clone(), purpose: purpose(&relocation.providers) };
    if let Some(begun) = &begun {
        must_be_the_same(begun, &mark)?;
    }
    let base = mark.put_on(anew::without(&before, &addresses, &relocation.providers));
    let backend = match &begun {
        Some(_) => place.clone(),
        None => preview(workspace, &*place, &base).await?,
    };
    let workspace = Workspace {
        configuration: Arc::new(elsewhere),
        backend,
        ahead: Arc::new(Ahead::default()),
        ..workspace.clone()
    };
    Ok(Rebuild { workspace, anew: addresses, following, begun: begun.is_some(), before, place, base })
}

impl Rebuild {
    /// Writes the rebuild's own state, so that it can be applied. From here on it is under way.
    ///
    /// # Errors
    /// The files, or another rebuild that was begun meanwhile.
    pub async fn begin(&mut self) -> Result<(), Failure> {
        if !self.begun {
            beside::begin(self.place.clone(), self.workspace.opening("rebuild"), self.base.clone()).await?;
            self.workspace.backend = self.place.clone();
            self.begun = true;
        }
        Ok(())
    }

    /// What became of what is made anew, so far.
    ///
    /// # Errors
    /// The state.
    pub fn moved(&self) -> Result<Vec<Moved>, Failure> {
        let now = state::read(&*self.workspace.backend)?.recorded;
        Ok(moved(&self.before, &now, &self.workspace.catalog))
    }
}

/// What keeps the stack's own plan from being applied: a rebuild that is under way. It could not go on from
/// another state, and where the configuration is edited already, what it left alone would be replaced.
pub(super) fn keeps_from(backend: &dyn Backend) -> Option<Diagnostic> {
    let begun = confirm::under_way(backend).ok().flatten().and_then(|there| Mark::of(&there))?;
    let detail = format!(
        "it is made by `landbridge rebuild --map {}`, on a state of its own that goes on from this one as it is",
        begun.purpose.replace(',', " --map ")
    );
    let hint = "go on with that command, then `landbridge rebuild --confirm`; or give it up with `--abandon`";
    Some(Diagnostic::error("A rebuild is under way", detail).hint(hint))
}

/// What whoever plans the stack should know: old objects wait. A state of theirs that cannot be read is for the
/// commands that are about it.
pub(super) fn notes(backend: &dyn Backend) -> Option<String> {
    leave::waiting(&*backend.beside(OLD)).ok().map(|old| {
        let objects = match old.every_object().count() {
            1 => "1 old object of an earlier rebuild is".to_owned(),
            n => format!("{n} old objects of an earlier rebuild are"),
        };
        format!(
            "{objects} still there: `landbridge rebuild --delete-old` deletes them, `--forget-old` lets go of them"
        )
    })
}

fn purpose(providers: &Providers) -> String {
    let pairs: Vec<String> = providers.iter().map(|(old, new)| format!("{old}={new}")).collect();
    pairs.join(",")
}

/// A rebuild goes on as it was begun, and from the state that it was begun from.
fn must_be_the_same(begun: &Mark, mark: &Mark) -> Result<(), Failure> {
    if begun.of != mark.of {
        return Err(Failure::Refused {
            what: format!(
                "the state has changed since the rebuild was begun: it was begun from serial {}, and it is at serial {}",
                begun.of.serial, mark.of.serial
            ),
            hint: "`landbridge rebuild --abandon` deletes what it made; then begin again".to_owned(),
        });
    }
    if begun.purpose != mark.purpose {
        return Err(Failure::Refused {
            what: format!("another rebuild is under way: --map {}", begun.purpose.replace(',', " --map ")),
            hint: "go on with the same --map, or give it up with `landbridge rebuild --abandon`".to_owned(),
        });
    }
    Ok(())
}

/// A state that only this process knows, for a plan that may not be done.
async fn preview(
    workspace: &Workspace,
    place: &dyn Backend,
    recorded: &Recorded,
) -> Result<Arc<dyn Backend>, Failure> {
    let files = Arc::new(MemoryFiles::new());
    let backend = LocalBackend::new(files, Path::new("preview"), place.stack(), &place.who());
    let backend: Arc<dyn Backend> = Arc::new(backend);
    beside::begin(backend.clone(), workspace.opening("rebuild"), recorded.clone()).await?;
    Ok(backend)
}
