//! `review`: a saved plan, shown. It needs no configuration and contacts nothing.

use std::path::Path;

use crate::cli::approval::{self, Wish};
use crate::cli::args::{Posting, Review as Args};
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop, tell_diagnostics};
use crate::cli::options::Options;
use crate::cli::post::{self, Host, Posted};
use crate::cli::ui::Ui;
use crate::cli::{renderings, request_log, revisions, sources};
use crate::plan::{Plan, planfile};
use crate::provider::{Clock, Transport};
use crate::review::{Format, Review, drift, json, steps, terraform_text, text};

pub(in crate::cli) async fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let plan = match (&args.base, &args.plan) {
        (None, Some(path)) => read(path)?,
        (base, _) => between(base.as_deref().unwrap_or("HEAD"), &args.head, options, ui)?,
    };
    let link = args.render.link.as_deref();
    match args.format.0 {
        Format::Text if ui.is_json() => ui.value(&json(&plan)),
        Format::Text if args.base.is_some() && plan.is_empty() => ui.print("No changes.\n"),
        Format::Text => show(ui, Review::kept(&plan), &plan, args.steps),
        _ => renderings::print(&plan, args.format, link, &options.env, ui),
    }
    renderings::write(&plan, &args.render.write, link, &options.env)?;
    if let (Some(by), Some(path)) = (&args.by, &args.plan) {
        approve(args, by, path, &plan, options, ui)?;
    }
    if let Some(host) = args.posting.post {
        post(args, host, &plan, options, ui).await?;
    }
    Ok(Exit::Done)
}

/// Posts the review where its readers are.
async fn post(args: &Args, host: Host, plan: &Plan, options: &Options, ui: &Ui) -> Result<(), Stop> {
    let refused = |fault: post::Fault| Stop::refused(fault.what, fault.hint);
    let Posting { repository, number, .. } = &args.posting;
    let event = |path: &str| serde_json::from_slice(&sources::bytes(Path::new(path)).ok()?).ok();
    let place = post::find(host, repository.as_deref(), *number, &options.env, &event).map_err(refused)?;
    let way = Transport::http(1);
    let way = match &options.log {
        Some(log) => way.logged(request_log::to_file(log)?),
        None => way,
    };
    let format = match host {
        Host::Github => Format::Github,
        Host::Gitlab => Format::Gitlab,
    };
    let text = renderings::text(plan, format, args.render.link.as_deref(), &options.env);
    let posted = post::post(&place, &text, &way, &Clock::system()).await.map_err(refused)?;
    let target = &place.target;
    ui.note(&match posted {
        Posted::Created => format!("Posted on {target}."),
        Posted::Replaced => format!("Posted on {target}, in place of the earlier review."),
        Posted::Same => format!("The review on {target} says this already."),
    });
    Ok(())
}

/// What would change between two revisions.
fn between(base: &str, head: &str, options: &Options, ui: &Ui) -> Result<Plan, Stop> {
    let plan = revisions::compare(base, head, options)?;
    ui.note(&format!(
        "From {base} to {head}, by the configuration alone: as if {base} were in force. No cloud was asked."
    ));
    Ok(plan)
}

/// Approves what was just shown.
fn approve(args: &Args, by: &str, path: &Path, plan: &Plan, options: &Options, ui: &Ui) -> Result<(), Stop> {
    let now = Clock::system().now();
    let wish = Wish { by, key: args.key.as_deref(), valid_for: args.valid_for, now };
    let file = approval::give(path, plan, &wish, options)?;
    ui.note(&format!("Approved by {by}: {0}, signed in {0}.sig", file.display()));
    Ok(())
}

/// A saved plan.
pub(in crate::cli) fn read(path: &Path) -> Result<Plan, Stop> {
    let bytes = sources::bytes(path)?;
    planfile::read(&bytes).map_err(|fault| {
        Stop::refused(
            format!("{} cannot be used: {fault}", path.display()),
            "make it again with `plan --out`",
        )
    })
}

/// Shows a plan to people.
pub(in crate::cli) fn show(ui: &Ui, mut review: Review, plan: &Plan, with_steps: bool) {
    tell_diagnostics(ui, &review.diagnostics, &Default::default());
    if ui.speaks_terraform() {
        return ui.print(&terraform_text(&review));
    }
    // The diagnostics were told with the lines they speak of.
    review.sections.retain(|section| section.key != "checks");
    let mut shown = text(&review, ui.look());
    if with_steps && !plan.steps.is_empty() {
        shown.push_str(&steps(plan, ui.look()));
    }
    ui.print(&shown);
}

/// Shows only what others did.
pub(in crate::cli) fn show_drift(ui: &Ui, plan: &Plan) {
    ui.print(&drift(&Review::of(plan), ui.look()));
    ui.print("\n`landbridge plan` shows what apply would do about it; `apply --refresh-only` takes it into the record.\n");
}
