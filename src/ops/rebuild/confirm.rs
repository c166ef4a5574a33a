//! A rebuild becomes the stack's own: its record takes the place of the stack's, and what was there
//! before waits aside for its deletion.

use std::sync::Arc;

use super::anew;
use super::moved::{Moved, moved};
use crate::ops::{Failure, PlanOptions, Workspace, plan};
use crate::plan::Plan;
use crate::state::beside::{self, Mark, OLD, REBUILD};
use crate::state::differences::differences;
use crate::state::{self, Ahead, Backend, Recorded};

/// So many changes are named where a rebuild cannot be confirmed.
const MOST_NAMED: usize = 5;

/// A rebuild that may be confirmed.
#[derive(Debug)]
pub struct Confirmation {
    /// What was there before, and what is there now.
    pub moved: Vec<Moved>,
    /// How many objects of before are not in the stack any more.
    pub old: usize,
    before: Recorded,
    after: Recorded,
    aside: Recorded,
}

/// Makes sure that a rebuild is whole and is what the configuration says by now, so that the next
/// plan is empty. Nothing is written: [`take_over`] does that.
///
/// # Errors
/// There is no rebuild; the stack's state has moved since; something is left to do.
pub async fn confirm(workspace: &Workspace) -> Result<Confirmation, Failure> {
    let before = state::read(workspace.backend.as_ref())?.recorded;
    let place = workspace.backend.beside(REBUILD);
    let after = state::read(&*place)?.recorded;
    let Some(mark) = Mark::of(&after) else { return Err(nothing_under_way()) };
    // A run that was cut off here has done the most of it.
    let is_taken_over = differences(&before, &after).is_empty() && before.pending.is_empty();
    if mark.of != before.revision && !is_taken_over {
        super::must_be_the_same(&mark, &Mark { of: before.revision.clone(), purpose: mark.purpose.clone() })?;
    }
    let elsewhere = Workspace { backend: place, ahead: Arc::new(Ahead::default()), ..workspace.clone() };
    let options = PlanOptions { passing: true, ..PlanOptions::default() };
    let planned = plan(&elsewhere, &options).await?;
    if !planned.plan.is_empty() || !after.pending.is_empty() {
        return Err(not_yet(&planned.plan));
    }
    let aside = anew::only_in(&before, &after);
    Ok(Confirmation {
        moved: moved(&before, &after, &workspace.catalog),
        old: aside.every_object().count(),
        before,
        after,
        aside,
    })
}

pub(super) fn nothing_under_way() -> Failure {
    Failure::Refused {
        what: "no rebuild is under way".to_owned(),
        hint: "`landbridge rebuild --map OLD=NEW` begins one".to_owned(),
    }
}

fn not_yet(plan: &Plan) -> Failure {
    let mut named: Vec<String> = plan
        .changes
        .iter()
        .take(MOST_NAMED)
        .map(|c| format!("\n  {} {}", c.action.word(), c.address))
        .collect();
    if plan.changes.len() > MOST_NAMED {
        named.push(format!("\n  and {} more", plan.changes.len() - MOST_NAMED));
    }
    Failure::Refused {
        what: format!(
            "the rebuild is not what the configuration says: `plan` would not be empty afterwards{}",
            named.concat()
        ),
        hint: "run the same `landbridge rebuild --map …` again: it goes on where it is not finished, says what to \
               change in the configuration, and with --edit changes it"
            .to_owned(),
    }
}

/// Takes a rebuild over as the stack's own state. The state before it stays in the history; its
/// objects wait aside until they are deleted or forgotten.
///
/// # Errors
/// The state is locked, has moved since, or cannot be written.
pub async fn take_over(workspace: &Workspace, confirmation: Confirmation) -> Result<(), Failure> {
    let Confirmation { before, after, aside, .. } = confirmation;
    if aside.every_object().next().is_some() || !aside.pending.is_empty() {
        put_aside(workspace, &before, aside).await?;
    }
    let own = workspace.opening("rebuild --confirm");
    beside::take_over(workspace.backend.clone(), own, before, after).await?;
    let place = workspace.backend.beside(REBUILD);
    Ok(beside::discard(place, "rebuild --confirm", workspace.clock.now()).await?)
}

async fn put_aside(workspace: &Workspace, before: &Recorded, aside: Recorded) -> Result<(), Failure> {
    let place = workspace.backend.beside(OLD);
    let there = state::read(&*place)?.recorded;
    let purpose = "what was there before a rebuild".to_owned();
    let mark = Mark { of: before.revision.clone(), purpose };
    match Mark::of(&there) {
        Some(earlier) if earlier == mark => Ok(()),
        Some(_) => Err(Failure::Refused {
            what: "the old objects of an earlier rebuild are still waiting for their deletion".to_owned(),
            hint: "`landbridge rebuild --delete-old` deletes them, `--forget-old` lets go of them".to_owned(),
        }),
        None => Ok(beside::begin(place, workspace.opening("rebuild"), mark.put_on(aside)).await?),
    }
}

/// Whether a rebuild is under way.
pub(super) fn under_way(backend: &dyn Backend) -> Result<Option<Recorded>, Failure> {
    let there = state::read(&*backend.beside(REBUILD))?.recorded;
    Ok(Mark::of(&there).is_some().then_some(there))
}
