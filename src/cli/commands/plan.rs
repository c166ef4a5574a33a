//! `plan`: what apply would do, shown or kept.

use crate::cli::args::{Plan as Args, Select};
use crate::cli::commands::review::show;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop, tell_diagnostics};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{conceal, git, progress, renderings, sources, stream};
use crate::diagnostic::Severity;
use crate::ops::{self, PlanOptions, Planned, Workspace};
use crate::plan::verdict::Ruling;
use crate::plan::{self, Answers, PlanMode, Selection, planfile};
use crate::provider::Transport;
use crate::resource::Address;
use crate::review::Review;
use crate::state;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author_with_state(options, ui)?;
    let answers = author.answers(args.select.answers.as_deref())?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    let passing = args.out.is_none() && args.render.write.is_empty();
    let asked = PlanOptions { passing, ..plan_options(&args.select, answers, args.destroy)? };
    let mut planned = make(&author, &workspace, &way, asked, ui).await?;
    if !passing {
        planned.plan.source.commit = git::revision_of(&author.texts);
    }
    // Of a plan that nobody keeps there is nothing to point at.
    tell(ui, &author, &planned, if passing { Review::of } else { Review::kept }, args.steps);
    let refused = planned.plan.diagnostics.iter().any(|one| one.severity == Severity::Error);
    if let Some(path) = &args.out {
        sources::write_private(path, &planfile::write(&planned.plan))?;
        if !ui.is_json() {
            let shown = path.display();
            ui.note(&match refused {
                false => format!(
                    "The plan is in {shown}: `landbridge review {shown}`, `landbridge apply {shown}`."
                ),
                true => format!("The plan is in {shown}, to be read with `landbridge review {shown}`."),
            });
        }
    }
    renderings::write(&planned.plan, &args.render.write, args.render.link.as_deref(), &options.env)?;
    let drifted = planned.plan.mode == PlanMode::RefreshOnly && !planned.plan.drift.is_empty();
    let pending = args.detailed_exitcode && (!planned.plan.is_empty() || drifted);
    // The process ends here: giving a large stack's memory back piece by piece only takes time.
    std::mem::forget((author, workspace, planned));
    Ok(match (refused, pending) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Pending,
        (false, false) => Exit::Done,
    })
}

/// What is to be planned for, by a plan that is not kept.
///
/// # Errors
/// Wishes that exclude each other: one of them would silently not be heard.
pub(in crate::cli) fn plan_options(
    select: &Select,
    answers: Answers,
    destroy: bool,
) -> Result<PlanOptions, Stop> {
    let mode = match (destroy, select.refresh_only) {
        (true, true) => {
            return Err(Stop::refused(
                "--refresh-only changes nothing in the cloud, and destroying does: they exclude each other",
                "leave one of them out",
            ));
        }
        (true, false) => PlanMode::Destroy,
        (false, true) => PlanMode::RefreshOnly,
        (false, false) => PlanMode::Normal,
    };
    if mode != PlanMode::Normal && !select.replace.is_empty() {
        let other = if destroy { "destroying" } else { "--refresh-only" };
        return Err(Stop::refused(
            format!("{other} replaces nothing, so there is no meaning in --replace"),
            "leave one of them out",
        ));
    }
    if mode == PlanMode::RefreshOnly && !select.refresh {
        return Err(Stop::refused(
            "--refresh-only looks at the cloud, and --refresh=false forbids that",
            "leave one of them out",
        ));
    }
    Ok(PlanOptions {
        mode,
        selection: Selection {
            target: select.target.clone(),
            exclude: select.exclude.clone(),
            replace: select.replace.clone(),
            answers,
        },
        no_refresh: !select.refresh,
        passing: true,
    })
}

/// Makes a plan; what was remarkable about the state is told.
pub(in crate::cli) async fn make(
    author: &Author,
    workspace: &Workspace,
    way: &Transport,
    options: PlanOptions,
    ui: &Ui,
) -> Result<Planned, Stop> {
    let refreshed = refreshed(author, workspace, &options, ui);
    refreshed.iter().for_each(|(address, id, of)| ui.event(stream::refresh(false, address, id, of)));
    let planned = progress::reading(ui, ops::plan(workspace, &options));
    let planned = planned.await.map_err(|failure| author.stop(failure))?;
    refreshed.iter().for_each(|(address, id, of)| ui.event(stream::refresh(true, address, id, of)));
    conceal::planned(way, &planned.secrets);
    for note in &planned.notes {
        ui.warn(note);
    }
    Ok(planned)
}

/// What a plan will read because it is recorded, for the JSON stream: address, id and provider type.
fn refreshed(
    author: &Author,
    workspace: &Workspace,
    options: &PlanOptions,
    ui: &Ui,
) -> Vec<(Address, String, &'static str)> {
    if !ui.is_json() || options.no_refresh {
        return Vec::new();
    }
    // A state that cannot be read is reported by the plan.
    let Ok(loaded) = state::read(&*workspace.backend) else { return Vec::new() };
    let objects = loaded.recorded.objects.iter();
    objects
        .map(|(address, object)| (address.clone(), object.id.clone(), provider_of(author, address)))
        .collect()
}

/// Shows a plan: to people, as the review that is made of it, or as the JSON stream.
pub(in crate::cli) fn tell(
    ui: &Ui,
    author: &Author,
    planned: &Planned,
    review: impl Fn(&plan::Plan) -> Review,
    with_steps: bool,
) {
    if ui.is_json() {
        tell_diagnostics(ui, &planned.plan.diagnostics, &author.texts);
        let rulings: Vec<_> = planned.plan.verdict.rulings.iter().map(Ruling::diagnostic).collect();
        tell_diagnostics(ui, &rulings, &author.texts);
        stream::plan(&planned.plan, |address| provider_of(author, address))
            .into_iter()
            .for_each(|e| ui.event(e));
    } else {
        show(ui, review(&planned.plan), &planned.plan, with_steps);
    }
}

pub(in crate::cli) fn provider_of(author: &Author, address: &Address) -> &'static str {
    let block = &address.block;
    author.catalog.get(block.mode, &block.kind).map_or("", |schema| schema.provider_type)
}
