//! `apply`: a plan shown, confirmed and done; or a saved plan, done exactly.

use std::path::Path;

use crate::cli::approval;
use crate::cli::args::Apply as Args;
use crate::cli::commands::{output, plan, review};
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{interrupt, progress, stream};
use crate::ops::{self, Applied, PlanOptions, Planned, Workspace};
use crate::plan::{Approval, Limit, Plan, PlanMode, Refusal, Secrets, compare};
use crate::provider::Transport;
use crate::review::{Counts, Look, Review, departures as departures_text, outcome, terraform_outcome};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author(options, ui)?;
    let answers = author.answers(args.select.answers.as_deref())?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    if let Some(path) = &args.plan {
        let plan = review::read(path)?;
        let planned = Planned { plan, secrets: Secrets::default(), notes: Vec::new(), unfinished: false };
        plan::tell(ui, &author, &planned, Review::kept, args.steps);
        let signers = approval::demand(&args.trust, path, &planned.plan, workspace.clock.now(), ui)?;
        return carry_out(
            &author,
            &workspace,
            planned,
            Yes::new(Approval::Saved, &args.override_limit).signed(signers),
            ui,
        )
        .await;
    }
    if let Some(path) = &args.approved {
        return again(&args, path, &author, &workspace, &way, ui).await;
    }
    if args.trust.require_approval.is_some() {
        return Err(Stop::refused(
            "only a saved plan can be approved beforehand",
            "name it: `apply PLAN --require-approval`, or `apply --approved PLAN --require-approval`",
        ));
    }
    let asked = plan::plan_options(&args.select, answers, false)?;
    let planned = plan::make(&author, &workspace, &way, asked, ui).await?;
    plan::tell(ui, &author, &planned, Review::of, args.steps);
    heed(&author, &planned.plan)?;
    let yes = ask(ui, &planned.plan, &args.override_limit, args.auto_approve)?;
    carry_out(&author, &workspace, planned, yes, ui).await
}

/// Refuses what the rules deny, before anybody is asked about it.
pub(in crate::cli) fn heed(author: &Author, plan: &Plan) -> Result<(), Stop> {
    ops::permitted(&plan.verdict).map_err(|denied| author.stop(denied))
}

/// The yes that a plan is done with.
pub(in crate::cli) struct Yes {
    /// How it was given.
    by: Approval,
    /// The persons who signed it.
    signers: Vec<String>,
    /// The limits that it may go beyond.
    overrides: Vec<Limit>,
}

impl Yes {
    fn new(by: Approval, overrides: &[Limit]) -> Yes {
        Yes { by, signers: Vec::new(), overrides: overrides.to_vec() }
    }

    fn signed(self, signers: Vec<String>) -> Yes {
        Yes { signers, ..self }
    }
}

/// Plans again for an approved plan that may be stale, and goes on only if that does the same.
async fn again(
    args: &Args,
    path: &Path,
    author: &Author,
    workspace: &Workspace,
    way: &Transport,
    ui: &Ui,
) -> Ended {
    let approved = review::read(path)?;
    let signers = approval::demand(&args.trust, path, &approved, workspace.clock.now(), ui)?;
    // The state may have moved since, so the cloud is read, however the first plan was made.
    let options = PlanOptions { no_refresh: false, ..ops::options_of(&approved) };
    let planned = plan::make(author, workspace, way, options, ui).await?;
    let departures = compare::departures(&approved, &planned.plan);
    if !departures.is_empty() {
        let shown = departures_text(&departures, ui.err_look());
        if !ui.is_json() {
            ui.note(&format!("What is to be done now differs from the approved {}:", path.display()));
            ui.note(&shown);
            ui.note("");
        }
        let mut what = "the new plan does something else than the approved one".to_owned();
        if ui.is_json() {
            what.push_str(&format!(":\n{}", departures_text(&departures, Look::default()).trim()));
        }
        return Err(Stop::refused(
            what,
            "nothing was done; plan again with --out, and have the new plan approved",
        ));
    }
    plan::tell(ui, author, &planned, Review::of, args.steps);
    ui.note("The new plan does exactly what was approved.");
    carry_out(
        author,
        workspace,
        planned,
        Yes::new(Approval::Automatic, &args.override_limit).signed(signers),
        ui,
    )
    .await
}

/// Gets the approval that this plan needs. One that only brings the record up to date needs none;
/// one that goes beyond the limits is refused before anybody is asked.
pub(in crate::cli) fn ask(ui: &Ui, plan: &Plan, overrides: &[Limit], automatic: bool) -> Result<Yes, Stop> {
    let otherwise = match plan.mode {
        PlanMode::Normal => "review the plan, then use --auto-approve; or `plan --out FILE` and `apply FILE`",
        PlanMode::Destroy => {
            "review it, then use --auto-approve; or `plan --destroy --out FILE` and `apply FILE`"
        }
        PlanMode::RefreshOnly => "look at the drift, then use --auto-approve",
    };
    ask_with(ui, plan, overrides, automatic, otherwise)
}

/// The same, with what to do where there is nobody to ask.
pub(in crate::cli) fn ask_with(
    ui: &Ui,
    plan: &Plan,
    overrides: &[Limit],
    automatic: bool,
    otherwise: &str,
) -> Result<Yes, Stop> {
    plan.within_limits(overrides).map_err(|refusal| refused(&refusal))?;
    let only_record = plan.is_empty() && (plan.mode != PlanMode::RefreshOnly || plan.drift.is_empty());
    if automatic || only_record {
        return Ok(Yes::new(Approval::Automatic, overrides));
    }
    let cloud = if plan.simulated { "the simulated cloud" } else { "the cloud" };
    let question = match plan.mode {
        PlanMode::Normal => format!("Do exactly this to {cloud}?"),
        PlanMode::Destroy => format!("Delete all this from {cloud}? There is no way back."),
        PlanMode::RefreshOnly => "Bring the record up to date?".to_owned(),
    };
    confirm(ui, &question, otherwise)?;
    Ok(Yes::new(Approval::Asked, overrides))
}

/// Refuses what may not be done whatever the user says, before anything is written for it.
pub(in crate::cli) fn permit(plan: &Plan, yes: &Yes) -> Result<(), Stop> {
    plan.clone().approve_beyond(yes.by, &yes.overrides).map(drop).map_err(|refusal| refused(&refusal))
}

/// Does an approved plan, and tells how it went.
pub(in crate::cli) async fn carry_out(
    author: &Author,
    workspace: &Workspace,
    planned: Planned,
    yes: Yes,
    ui: &Ui,
) -> Ended {
    let Planned { plan, secrets, unfinished, .. } = planned;
    let idle = plan.steps.is_empty() && plan.outputs.is_empty() && !unfinished;
    if idle && yes.by != Approval::Saved {
        return Ok(Exit::Done);
    }
    let approved = plan.approve_beyond(yes.by, &yes.overrides).map_err(|refusal| refused(&refusal))?;
    let approved = approved.signed(yes.signers);
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

fn refused(refusal: &Refusal) -> Stop {
    Stop::refused(refusal.brief.clone(), refusal.hint.clone())
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
    if ui.speaks_terraform() && report.is_success() {
        ui.print(&format!("\n{}\n", terraform_outcome(plan.mode, &Counts::of(plan))));
    } else if !plan.is_empty() || !report.is_success() {
        ui.print(&format!("\n{}\n", told.summary));
    }
    if !report.is_success() {
        let when = if report.stopped { "Run" } else { "Once the cause is removed, run" };
        ui.note(&format!("\nWhat is done is recorded. {when} the same command again: it goes on from here."));
    } else if plan.mode == PlanMode::Normal && !plan.is_empty() && !report.outputs.is_empty() {
        ui.print(&format!("\nOutputs:\n{}", output::table(&report.outputs, ui.look())));
    }
}
