//! `import`: existing objects come under addresses.

use crate::cli::args::Import as Args;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{progress, stream};
use crate::config::{Import, ImportBy};
use crate::ops::{self, Imported};
use crate::plan::Action;
use crate::resource::Address;
use crate::review::{Review, changes, clean};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author(options, ui)?;
    let imports = imports(&args, &mut author)?;
    let (workspace, _) = author.workspace(options, &args.work)?;
    let found = progress::reading(ui, ops::import(&workspace, &imports));
    let found = found.await.map_err(|failure| author.stop(failure))?;
    tell(ui, &found, args.dry_run);
    if !args.dry_run {
        ops::bind(&workspace, found).await.map_err(|failure| author.stop(failure))?;
    }
    Ok(Exit::Done)
}

/// What the command line names.
fn imports(args: &Args, author: &mut Author) -> Result<Vec<Import>, Stop> {
    if let Some(path) = &args.from {
        return author.imports(path);
    }
    let text = args.address.as_deref().unwrap_or_default();
    let to = text.parse().map_err(|fault| not_an_address(&fault))?;
    let by = match &args.id {
        Some(id) => ImportBy::Id(id.clone()),
        None => ImportBy::Attributes(args.by.clone()),
    };
    Ok(vec![Import { to, by, place: None }])
}

/// Says what is bound, and what the next apply makes of it.
fn tell(ui: &Ui, found: &Imported, dry_run: bool) {
    let bound = if dry_run { "would be bound to" } else { "is bound to" };
    for (objects, words) in [(&found.already, "was bound before to"), (&found.bound, bound)] {
        for (address, id) in objects {
            let said = format!("{} {words} {}.", clean(&address.to_string()), clean(id));
            if ui.is_json() {
                ui.event(stream::log(&said));
            } else {
                ui.print(&format!("{said}\n"));
            }
        }
    }
    let mut plan = found.plan.clone();
    plan.changes.retain(|change| change.action != Action::Adopt);
    if ui.is_json() {
        return;
    }
    if plan.changes.is_empty() {
        return ui.print("The configuration says the same as the cloud.\n");
    }
    let title = "What differs, and what the next apply does about it:";
    ui.print(&format!("\n{}", changes(&Review::of(&plan), title, ui.look())));
}

fn not_an_address(fault: &impl std::fmt::Display) -> Stop {
    Stop::refused(format!("{fault}"), "a shell wants quotes around keys: 'vpcep_endpoint.shop[\"eu\"]'")
}

/// An address as it was written on the command line.
pub(in crate::cli) fn address(text: &str) -> Result<Address, Stop> {
    text.parse().map_err(|fault| not_an_address(&fault))
}
