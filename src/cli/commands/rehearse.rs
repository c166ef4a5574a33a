//! `rehearse`: what `apply` of a saved plan would come to, tried on a twin.

use serde_json::json;

use crate::cli::args::Rehearse as Args;
use crate::cli::commands::review;
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::progress::seconds;
use crate::cli::trials::{self, section};
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{progress, stream, virtual_time};
use crate::ops::{self, Rehearsed, Workspace};
use crate::plan::{Limit, Plan};
use crate::review::{Line, Tone, outcome};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author_with_state(options, ui)?;
    let (workspace, _) = author.workspace(options, &args.work)?;
    let plan = review::read(&args.plan)?;
    on_a_twin(&author, &workspace, plan, &args.override_limit, ui).await
}

/// Tries a plan on a twin, and says what it came to.
pub(in crate::cli) async fn on_a_twin(
    author: &Author,
    workspace: &Workspace,
    plan: Plan,
    beyond: &[Limit],
    ui: &Ui,
) -> Ended {
    let reading = progress::reading(ui, ops::rehearse(workspace, plan, beyond));
    let rehearsal = reading.await.map_err(|failure| author.stop(failure))?;
    let rehearsed = virtual_time::run(move || rehearsal.run()).await?;
    let rehearsed = rehearsed.map_err(|failure| author.stop(failure))?;
    tell(ui, &rehearsed);
    Ok(if rehearsed.tried.applied.is_success() { Exit::Done } else { Exit::Failed })
}

/// Says what it came to.
fn tell(ui: &Ui, rehearsed: &Rehearsed) {
    let Rehearsed { tried, quotas, reads, unseen } = rehearsed;
    let (done, all) = trials::done(tried);
    let (fine, took) = (tried.applied.is_success(), seconds(tried.took));
    if ui.is_json() {
        let rest = json!({ "rehearsal": {
            "would": if fine { "succeed" } else { "fail" },
            "steps": all,
            "done": done,
            "failures": trials::failures_json(tried),
            "seconds": trials::rounded(tried.took),
            "critical_path": trials::path_json(tried),
            "calls": trials::calls_json(&tried.calls),
            "quotas": trials::quotas_json(quotas),
            "reads": reads,
            "unseen": unseen,
        } });
        let word = if fine { "would succeed" } else { "would fail" };
        return ui.event(stream::report("rehearsal", &format!("The plan {word}."), rest));
    }
    let look = ui.look();
    let (tone, word) = if fine { (Tone::Good, "would succeed") } else { (Tone::Bad, "would fail") };
    let head = Line::new().plain("The plan ").with(tone, word);
    let first = trials::failed(tried).into_iter().min_by_key(|(step, _)| step.id);
    match (fine, first) {
        (true, _) => {
            let rest = format!(": {all} steps in about {took}.");
            ui.print(&format!("{}\n", head.plain(rest).text(look)));
        }
        (false, Some((step, fault))) => {
            let with = if fault.code.is_empty() { String::new() } else { format!(" with {}", fault.code) };
            let at =
                format!(" at {}{with}, after {done} of {all} steps and about {took}.", trials::named(step));
            ui.print(&format!("{}\n", head.plain(at).text(look)));
        }
        (false, None) => ui.print(&format!("{}\n", head.plain(format!(" after about {took}.")).text(look))),
    }
    for broken in &tried.applied.broken_promises {
        ui.print(&format!("  {}: {}\n", broken.summary, broken.detail));
    }
    if !fine {
        let told = outcome(&tried.applied.plan, &tried.applied.report.ended, "Rehearsal", look);
        ui.print(&told.troubles);
    }
    ui.print(&trials::path(tried, look));
    ui.print(&section("Calls", &trials::calls_lines(&tried.calls), look));
    let quotas = trials::quota_lines(quotas);
    if !quotas.is_empty() {
        ui.print(&section("Left of the quotas afterwards", &quotas, look));
    }
    if !unseen.is_empty() {
        ui.print(&section("What cannot be known from outside", unseen, look));
    }
    ui.print(&format!(
        "\nNothing was changed: {reads} reading calls drew a twin of what is live, and the plan ran there.\n"
    ));
}
