//! `drift`: what others changed since the last apply. It changes nothing.

use crate::cli::args::Drift as Args;
use crate::cli::commands::{plan, review};
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, tell_diagnostics};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{progress, stream, workspace};
use crate::ops;
use crate::plan::{Plan, PlanMode};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author_with_state(options, ui)?;
    let answers = author.answers(args.answers.as_deref())?;
    let (workspace, _) = author.workspace(options, &args.work)?;
    let found = progress::reading(ui, ops::drift(&workspace, answers))
        .await
        .map_err(|failure| author.stop(failure))?;
    for note in &found.notes {
        ui.warn(note);
    }
    tell_diagnostics(ui, &found.diagnostics, &author.texts);
    let drifted = !found.drift.is_empty();
    // The part of a plan that is about others.
    let seen = Plan {
        stack: author.configuration.stack.clone(),
        simulated: options.simulated,
        mode: PlanMode::RefreshOnly,
        drift: found.drift,
        ..Plan::default()
    };
    if ui.is_json() {
        stream::plan(&seen, |address| plan::provider_of(&author, address))
            .into_iter()
            .for_each(|e| ui.event(e));
    } else if drifted {
        review::show_drift(ui, &seen);
    } else {
        ui.print("No drift. Nobody changed anything since the last apply.\n");
    }
    Ok(if drifted { Exit::Drifted } else { Exit::Done })
}
