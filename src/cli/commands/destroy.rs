//! `destroy`: apply of the empty desired state.

use crate::cli::args::Destroy as Args;
use crate::cli::commands::{apply, plan};
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace;
use crate::review::Review;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author(options, ui)?;
    let answers = author.answers(args.select.answers.as_deref())?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    let asked = plan::plan_options(&args.select, answers, true)?;
    let planned = plan::make(&author, &workspace, &way, asked, ui).await?;
    plan::tell(ui, &author, &planned, Review::of, args.steps);
    apply::heed(&author, &planned.plan)?;
    let yes = apply::ask(ui, &planned.plan, &args.override_limit, args.auto_approve)?;
    apply::carry_out(&author, &workspace, planned, yes, ui).await
}
