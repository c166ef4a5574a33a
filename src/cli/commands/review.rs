//! `review`: a saved plan, shown. It needs no configuration and contacts nothing.

use std::path::Path;

use crate::cli::approval::{self, Wish};
use crate::cli::args::Review as Args;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop, tell_diagnostics};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{renderings, sources};
use crate::plan::{Plan, planfile};
use crate::provider::Clock;
use crate::review::{Format, Review, drift, json, steps, terraform_text, text};

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let plan = read(&args.plan)?;
    match args.format.0 {
        Format::Text if ui.is_json() => ui.value(&json(&plan)),
        Format::Text => show(ui, &plan, args.steps),
        _ => renderings::print(&plan, args.format, args.render.link.as_deref(), &options.env, ui),
    }
    renderings::write(&plan, &args.render.write, args.render.link.as_deref(), &options.env)?;
    if let Some(by) = &args.by {
        approve(args, by, &plan, options, ui)?;
    }
    Ok(Exit::Done)
}

/// Approves what was just shown.
fn approve(args: &Args, by: &str, plan: &Plan, options: &Options, ui: &Ui) -> Result<(), Stop> {
    let now = Clock::system().now();
    let wish = Wish { by, key: args.key.as_deref(), valid_for: args.valid_for, now };
    let file = approval::give(&args.plan, plan, &wish, options)?;
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
pub(in crate::cli) fn show(ui: &Ui, plan: &Plan, with_steps: bool) {
    let review = Review::of(plan);
    tell_diagnostics(ui, &review.diagnostics, &Default::default());
    if ui.speaks_terraform() {
        return ui.print(&terraform_text(&review));
    }
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
