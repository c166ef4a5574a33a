//! `apply`: a plan shown, confirmed and done; or a saved plan, done exactly.

use crate::cli::args::Apply as Args;
use crate::cli::commands::{output, plan, review};
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{interrupt, progress, stream};
use crate::ops::{self, Applied, Planned, Workspace};
use crate::plan::{Approval, Plan, PlanMode, Secrets};
use crate::review::outcome;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author(options, ui)?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    if let Some(path) = &args.plan {
        let plan = review::read(path)?;
        let planned = Planned { plan, secrets: Secrets::default(), notes: Vec::new() };
        plan::tell(ui, &author, &planned, args.steps);
        return carry_out(&author, &workspace, planned, Approval::Saved, ui).await;
    }
    let planned = plan::make(&author, &workspace, &way, plan::plan_options(&args.select, None), ui).await?;
    plan::tell(ui, &author, &planned, args.steps);
    let approval = ask(ui, &planned.plan, args.auto_approve)?;
    carry_out(&author, &workspace, planned, approval, ui).await
}

/// Gets the approval that this plan needs. One that only brings the record up to date needs none.
pub(in crate::cli) fn ask(ui: &Ui, plan: &Plan, automatic: bool) -> Result<Approval, Stop> {
    let only_record = plan.is_empty() && (plan.mode != PlanMode::RefreshOnly || plan.drift.is_empty());
    if automatic || only_record {
        return Ok(Approval::Automatic);
    }
    let cloud = if plan.simulated { "the simulated cloud" } else { "the cloud" };
    let question = match plan.mode {
        PlanMode::Normal => format!("Do exactly this to {cloud}?"),
        PlanMode::Destroy => format!("Delete all this from {cloud}? There is no way back."),
        PlanMode::RefreshOnly => "Bring the record up to date?".to_owned(),
    };
    confirm(ui, &question)?;
    Ok(Approval::Asked)
}

/// Does an approved plan, and tells how it went.
pub(in crate::cli) async fn carry_out(
    author: &Author,
    workspace: &Workspace,
    planned: Planned,
    approval: Approval,
    ui: &Ui,
) -> Ended {
    let Planned { plan, secrets, .. } = planned;
    if plan.steps.is_empty() && plan.outputs.is_empty() && approval != Approval::Saved {
        return Ok(Exit::Done);
    }
    let approved = plan.approve(approval).map_err(|refusal| Stop::refused(refusal.to_string(), ""))?;
    let (sender, events) = tokio::sync::mpsc::unbounded_channel();
    let (listening, cancel) = interrupt::listen();
    let (applied, ()) = tokio::join!(
        ops::apply(workspace, approved, secrets, sender, cancel),
        progress::follow(&author.catalog, ui, events),
    );
    drop(listening);
    let applied = applied.map_err(|failure| author.stop(failure))?;
    tell(ui, &applied);
    Ok(match (&applied.report.stopped, applied.is_success()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Failed,
    })
}

/// Says what an apply came to.
fn tell(ui: &Ui, applied: &Applied) {
    let Applied { plan, report, notes, broken_promises } = applied;
    for note in notes {
        ui.warn(note);
    }
    for broken in broken_promises {
        ui.error(&format!("{}: {}", broken.summary, broken.detail), &broken.hint);
    }
    if let Some(why) = &report.broken {
        ui.error(&format!("nothing more could be recorded: {why}"), "");
    }
    let word = stream::operation_title(plan.mode);
    if ui.is_json() {
        if report.is_success() {
            ui.event(stream::summary(plan, &word.to_lowercase()));
        }
        return ui.event(stream::outputs(&report.outputs));
    }
    let told = outcome(plan, &report.ended, word, ui.look());
    if !told.troubles.is_empty() {
        ui.note(&outcome(plan, &report.ended, word, ui.err_look()).troubles);
    }
    if !plan.is_empty() || !report.is_success() {
        ui.print(&format!("\n{}\n", told.summary));
    }
    if !report.is_success() {
        let when = if report.stopped { "Run" } else { "Once the cause is removed, run" };
        ui.note(&format!("\nWhat is done is recorded. {when} the same command again: it goes on from here."));
    } else if plan.mode == PlanMode::Normal && !plan.is_empty() && !report.outputs.is_empty() {
        ui.print(&format!("\nOutputs:\n{}", output::table(&report.outputs, ui.look())));
    }
}
