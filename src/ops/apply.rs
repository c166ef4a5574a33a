//! `apply`: an approved plan, done; or refused, if the world is no longer the one it was made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::plan::{decide, judge};
use super::{Failure, PlanOptions, Workspace};
use crate::apply::{Cancel, Executor, Report, World, execute};
use crate::diagnostic::Diagnostic;
use crate::plan::adoption::Adoption;
use crate::plan::{Action, Approval, Approved, Change, Event, Plan, PlanMode, Secrets, Verdict, walk};
use crate::resource::Mode;
use crate::state::{Interrupted, Note, Recorded, Run};

/// What an apply came to.
#[derive(Debug)]
pub struct Applied {
    /// The plan whose steps were done. After an interrupted run it is what was left of the approved
    /// one.
    pub plan: Arc<Plan>,
    /// How each step ended.
    pub report: Report,
    /// What the user should know about how the state was left.
    pub notes: Vec<String>,
    /// The postconditions that came to be known by it and do not hold.
    pub broken_promises: Vec<Diagnostic>,
}

impl Applied {
    /// Whether every step is done, and what came of it is as the author says it must be.
    pub fn is_success(&self) -> bool {
        self.report.is_success() && self.broken_promises.is_empty()
    }
}

/// Does an approved plan; `events` hears what happens.
///
/// # Errors
/// The plan is stale, the state is locked or cannot be used. What fails while it runs is in the
/// report.
pub async fn apply(
    workspace: &Workspace,
    approved: Approved,
    secrets: Secrets,
    events: mpsc::UnboundedSender<Event>,
    cancel: Cancel,
) -> Result<Applied, Failure> {
    permitted(&judge(workspace, approved.plan())?)?;
    let operation = if approved.plan().mode == PlanMode::Destroy { "destroy" } else { "apply" };
    let opened =
        workspace.lock(operation, approved.digest(), approved.signers(), approved.overrides()).await?;
    let session = opened.session;
    // What a plan of just now has said already is not said again.
    let is_news = |note: &&Note| approved.by() == Approval::Saved || matches!(note, Note::TookOver(_));
    for note in opened.notes.iter().filter(is_news) {
        // Nobody listening is no reason to stop.
        let _ = events.send(Event::Noted(note.to_string()));
    }

    let before = Before {
        recorded: Arc::new(session.with(Recorded::clone)),
        interrupted: opened.interrupted,
        last: opened.last,
    };
    let (plan, secrets) = match still_good(workspace, &approved, secrets, before).await {
        Ok(good) => good,
        Err(failure) => {
            // Nothing was written. What an interrupted run left stays as it is, so that its plan
            // can still be resumed.
            drop(session);
            return Err(failure);
        }
    };
    let plan = Arc::new(plan);
    let _ = events.send(Event::Begun(plan.clone()));
    let executor = Executor {
        clouds: workspace.clouds.clone(),
        catalog: workspace.catalog.clone(),
        session: session.handle(),
        clock: workspace.clock.clone(),
        parallelism: workspace.parallelism,
        settle: workspace.settle,
        events,
        cancel,
    };
    let report = execute(executor, &plan, &secrets).await;
    let mut broken_promises = Vec::new();
    if plan.mode == PlanMode::Normal && report.is_success() {
        let world = session.with(|recorded| World::new(recorded, &workspace.catalog));
        // What a lookup says is asked for by the next plan.
        let blocks = workspace.configuration.blocks.values().filter(|b| b.block.mode == Mode::Managed);
        for declared in blocks {
            broken_promises.extend(walk::broken_promises(&workspace.configuration, declared, &world));
        }
    }
    let mut notes = Vec::new();
    if report.broken.is_some() {
        // What was acknowledged is in the journal; the next run goes on from it.
        drop(session);
    } else {
        let ending = session.close(workspace.clock.now()).await?;
        notes.extend(ending.notes.iter().map(ToString::to_string));
    }
    Ok(Applied { plan, report, notes, broken_promises })
}

/// How the runs before this one left the state.
pub(super) struct Before {
    /// What is recorded.
    pub(super) recorded: Arc<Recorded>,
    /// The last one, if it did not end by itself.
    pub(super) interrupted: Option<Interrupted>,
    /// The one that wrote the snapshot.
    pub(super) last: Option<Run>,
}

/// The plan to do and the secrets it needs, if the world is still the one it was made from.
pub(super) async fn still_good(
    workspace: &Workspace,
    approved: &Approved,
    secrets: Secrets,
    before: Before,
) -> Result<(Plan, Secrets), Failure> {
    let plan = approved.plan();
    let recorded = before.recorded;
    if plan.stack != workspace.configuration.stack {
        return Err(stale(format!(
            "the plan is for stack `{}`, and this is stack `{}`",
            plan.stack, workspace.configuration.stack
        )));
    }
    if plan.simulated != workspace.simulated {
        let (made, now) =
            if plan.simulated { ("the simulated", "the real") } else { ("the real", "the simulated") };
        return Err(stale(format!("the plan was made against {made} cloud, and this is {now} one")));
    }
    if plan.configuration != workspace.configuration.digest {
        return Err(stale("the configuration or a variable has changed since the plan was made".to_owned()));
    }
    // A state that was never written has no lineage until a session gives it one.
    let same_revision = plan.revision.serial == recorded.revision.serial
        && (plan.revision.lineage == recorded.revision.lineage || plan.revision.lineage.is_none());
    let same_state = same_revision && plan.seq == recorded.seq;
    let interrupted = before.interrupted.is_some_and(|run| run.plan == approved.digest());
    let resumed = !same_state && same_revision && interrupted;
    if let Some(run) = before.last.filter(|run| !same_revision && run.plan == approved.digest()) {
        let what =
            format!("the plan is stale: it was carried out already, by {}, until {:.0}", run.by, run.at);
        let hint = "nothing was done; `landbridge plan` shows whether anything is left to do".to_owned();
        return Err(Failure::Refused { what, hint });
    }
    if !same_state && !resumed {
        return Err(stale(format!(
            "the state has changed since: the plan was made from serial {} (entry {}), and it is at serial {} (entry {})",
            plan.revision.serial, plan.seq, recorded.revision.serial, recorded.seq
        )));
    }
    if approved.by() != Approval::Saved && same_state {
        return Ok((plan.clone(), secrets));
    }
    // A saved plan, or the rest of one: look again, and go on only with what was approved.
    let mut options = options_of(plan);
    options.no_refresh &= !resumed;
    let (fresh, secrets) = decide(workspace, &options, recorded, &mut Adoption::default()).await?;
    if resumed {
        let beyond = beyond_approval(plan, &fresh);
        if !beyond.is_empty() {
            return Err(stale(format!(
                "after the interrupted run more is to do than was approved: {}",
                beyond.join(", ")
            )));
        }
        return Ok((fresh, secrets));
    }
    let moved = moved(plan, &fresh);
    if !moved.is_empty() {
        return Err(stale(format!("these have moved since the plan was made: {}", moved.join(", "))));
    }
    if plan.steps != fresh.steps {
        return Err(stale("the same inputs lead to other steps now".to_owned()));
    }
    Ok((plan.clone(), secrets))
}

/// Whether the rules let a plan be done.
///
/// # Errors
/// What they deny.
pub fn permitted(verdict: &Verdict) -> Result<(), Failure> {
    let denials: Vec<String> = verdict
        .denials()
        .map(|ruling| {
            let about = ruling.address.as_ref().map(ToString::to_string);
            let about = about.filter(|address| !ruling.message.contains(address.as_str()));
            let about = about.map(|address| format!("{address}: ")).unwrap_or_default();
            let exemption = match ruling.exemption() {
                ended if ended.is_empty() => ended,
                ended => format!(" ({ended})"),
            };
            format!("\n  {about}{} [{}]{exemption}", ruling.message, ruling.rule)
        })
        .collect();
    if denials.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused {
        what: format!("policies deny this plan:{}", denials.concat()),
        hint: "nothing was done; change the configuration, or have an exception with owner and expiry \
               written under `policies:`"
            .to_owned(),
    })
}

/// What was asked for when a plan was made.
pub fn options_of(plan: &Plan) -> PlanOptions {
    PlanOptions {
        mode: plan.mode,
        selection: plan.selection.clone(),
        no_refresh: plan.fingerprints.is_empty(),
        passing: false,
    }
}

fn stale(why: String) -> Failure {
    Failure::Refused {
        what: format!("the plan is stale: {why}"),
        hint: "nothing was done; plan again, and review the new plan".to_owned(),
    }
}

/// What is different in the world, by address.
fn moved(plan: &Plan, fresh: &Plan) -> Vec<String> {
    let mut moved = Vec::new();
    for (address, print) in &plan.fingerprints {
        match fresh.fingerprints.get(address) {
            Some(now) if now == print => {}
            Some(now) if now == "absent" => moved.push(format!("{address} (deleted)")),
            _ => moved.push(describe(address, plan, fresh)),
        }
    }
    let both: BTreeMap<_, _> = plan.changes.iter().map(|c| (&c.address, c)).collect();
    for change in &fresh.changes {
        let known = both.get(&change.address).is_some_and(|c| c.action == change.action);
        if !known && !plan.fingerprints.contains_key(&change.address) {
            moved.push(format!("{} (now to {})", change.address, change.action.word()));
        }
    }
    for (provider, identity) in &plan.identities {
        if fresh.identities.get(provider).is_some_and(|now| now != identity) {
            moved.push(format!("provider {provider} (another account, project or region)"));
        }
    }
    moved
}

/// An address that moved, with what moved where that is known.
fn describe(address: &crate::resource::Address, plan: &Plan, fresh: &Plan) -> String {
    let drifted = |p: &Plan| p.drift.iter().find(|d| d.address == *address).map(|d| d.differences.clone());
    let (before, now) = (drifted(plan).unwrap_or_default(), drifted(fresh).unwrap_or_default());
    let names: Vec<&str> = now.iter().filter(|d| !before.contains(d)).map(|d| d.attribute.as_str()).collect();
    if names.is_empty() { address.to_string() } else { format!("{address} ({})", names.join(", ")) }
}

/// What a resumed plan would do that was not approved. Less is fine: the rest is done already.
fn beyond_approval(plan: &Plan, fresh: &Plan) -> Vec<String> {
    let approved: BTreeMap<_, &Change> = plan.changes.iter().map(|c| (&c.address, c)).collect();
    let within = |change: &Change| match (approved.get(&change.address).map(|c| c.action), change.action) {
        // Binding, waiting and letting go make no calls.
        (_, Action::Adopt | Action::Await | Action::Forget | Action::Read) => true,
        (Some(was), now) if was == now => true,
        // The rest of a replacement, or of a creation in several calls.
        (Some(was), Action::Create | Action::Delete | Action::Update) if was.is_replace() => true,
        (Some(Action::Create), Action::Update) => true,
        _ => false,
    };
    fresh
        .changes
        .iter()
        .filter(|c| !within(c))
        .map(|c| format!("{} {}", c.action.word(), c.address))
        .collect()
}
