//! What is not in the stack any more: the objects of before a confirmed rebuild, or what an abandoned
//! one made. Each is a state of its own, from which everything is destroyed by the usual journey.

use std::sync::Arc;

use super::confirm::{nothing_under_way, under_way};
use super::{anew, preview};
use crate::ops::{Failure, Workspace};
use crate::resource::{Address, ObjectId};
use crate::state::beside::{self, ABANDONED, Mark, OLD, REBUILD};
use crate::state::{self, Ahead, Backend, Recorded};

/// Objects that are to be destroyed, on a state of their own.
pub struct Leaving {
    /// Where `destroy` is planned and done.
    pub workspace: Workspace,
    place: Arc<dyn Backend>,
    /// What is written before anything is destroyed; none where it is written already.
    base: Option<Recorded>,
    /// The state that goes then.
    goes: Option<Arc<dyn Backend>>,
}

/// The objects that were there before a rebuild.
///
/// # Errors
/// There are none, or the stack has one of them again.
pub fn old(workspace: &Workspace) -> Result<Leaving, Failure> {
    let place = workspace.backend.beside(OLD);
    let there = waiting(&*place)?;
    let now = state::read(workspace.backend.as_ref())?.recorded;
    let again = there.objects.iter().find(|(a, o)| now.object(a).is_some_and(|now| now.id == o.id));
    if let Some((address, object)) = again {
        return Err(Failure::Refused {
            what: format!("{address} has its old object again ({}): it is not to be deleted", object.id),
            hint: "`landbridge rebuild --forget-old` lets go of the old record".to_owned(),
        });
    }
    Ok(Leaving { workspace: on(workspace, place.clone()), place, base: None, goes: None })
}

/// The old objects that wait.
pub(super) fn waiting(place: &dyn Backend) -> Result<Recorded, Failure> {
    let there = state::read(place)?.recorded;
    match Mark::of(&there) {
        Some(_) => Ok(there),
        None => Err(Failure::Refused {
            what: "no objects of an earlier rebuild wait for their deletion".to_owned(),
            hint: "they do after `landbridge rebuild --confirm`".to_owned(),
        }),
    }
}

/// Lets go of the objects that were there before a rebuild, such as where their region is gone. Says
/// which they were.
///
/// # Errors
/// There are none; the files.
pub async fn forget_old(workspace: &Workspace) -> Result<Vec<(Address, ObjectId)>, Failure> {
    let place = workspace.backend.beside(OLD);
    let there = waiting(&*place)?;
    beside::discard(place, "rebuild --forget-old", workspace.clock.now()).await?;
    Ok(there.every_object().map(|(address, object)| (address.clone(), object.id.clone())).collect())
}

/// What a rebuild made that is given up.
///
/// # Errors
/// No rebuild is under way, nor one that was abandoned before.
pub async fn abandoned(workspace: &Workspace) -> Result<Leaving, Failure> {
    let place = workspace.backend.beside(ABANDONED);
    let there = state::read(&*place)?.recorded;
    let made = under_way(&*workspace.backend)?;
    let goes = made.is_some().then(|| workspace.backend.beside(REBUILD));
    if Mark::of(&there).is_some() {
        return Ok(Leaving { workspace: on(workspace, place.clone()), place, base: None, goes });
    }
    let Some(made) = made else { return Err(nothing_under_way()) };
    let own = state::read(workspace.backend.as_ref())?.recorded;
    let mark = Mark { of: made.revision.clone(), purpose: "what an abandoned rebuild made".to_owned() };
    let base = mark.put_on(anew::only_in(&made, &own));
    let preview = preview(workspace, &*place, &base).await?;
    Ok(Leaving { workspace: on(workspace, preview), place, base: Some(base), goes })
}

fn on(workspace: &Workspace, backend: Arc<dyn Backend>) -> Workspace {
    Workspace { backend, ahead: Arc::new(Ahead::default()), ..workspace.clone() }
}

/// Writes down what is to be destroyed, before that begins.
///
/// # Errors
/// The files, or somebody else who does the same.
pub async fn leave(leaving: &mut Leaving) -> Result<(), Failure> {
    if let Some(base) = leaving.base.take() {
        beside::begin(leaving.place.clone(), leaving.workspace.opening("rebuild"), base).await?;
        leaving.workspace.backend = leaving.place.clone();
    }
    if let Some(goes) = leaving.goes.take() {
        beside::discard(goes, "rebuild --abandon", leaving.workspace.clock.now()).await?;
    }
    Ok(())
}

/// Removes the record of what is destroyed.
///
/// # Errors
/// The files.
pub async fn discard(leaving: &Leaving) -> Result<(), Failure> {
    let at = leaving.workspace.clock.now();
    Ok(beside::discard(leaving.place.clone(), "rebuild", at).await?)
}
