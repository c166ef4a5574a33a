//! `import`: existing objects come under addresses.

use std::path::Path;

use crate::cli::args::Import as Args;
use crate::cli::commands::export;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace::{self, Author};
use crate::cli::{progress, sources, stream};
use crate::config::{Import, ImportBy};
use crate::ops::{self, Exported, Filter, Imported};
use crate::plan::Action;
use crate::recovery::{Managed, Terraform, terraform};
use crate::resource::{Address, ObjectId};
use crate::review::{Line, Review, Tone, changes, clean};

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    if let Some(path) = &args.from_tfstate {
        return take_over(path, &args, options, ui).await;
    }
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

/// Takes over what Terraform manages: a configuration, its record, and what became of what.
async fn take_over(path: &Path, args: &Args, options: &Options, ui: &Ui) -> Ended {
    let state = terraform(&sources::bytes(path)?).map_err(|why| {
        let what = format!("{} cannot be taken over: {why}", path.display());
        Stop::refused(what, "`terraform state pull` writes the state that is meant")
    })?;
    let named = |one: &Managed| (one.id.clone(), (one.name.clone(), one.key.clone()));
    let own = || state.managed.iter().filter(|one| one.kind != "vpcep_approval");
    let filter = Filter {
        ids: own().map(|one| one.id.clone()).collect(),
        names: own().map(named).collect(),
        ..Filter::default()
    };
    if filter.ids.is_empty() {
        return Err(Stop::refused(format!("{} manages nothing that we know", path.display()), ""));
    }
    if let Some(out) = &args.out {
        export::will_be_read(options, out)?;
    }
    let options = &export::without_new(options, args.out.as_ref());
    let exported = export::read(&filter, options, &args.work, ui).await?;
    tell_rows(ui, &rows(&state, &exported));
    match &args.out {
        Some(out) if !args.dry_run && !exported.addresses.is_empty() => {
            export::keep(&exported, out, options, &args.work, ui).await?;
        }
        _ => {
            ui.print(&exported.text);
            ui.note("This was only shown: --out FILE writes it, and records its objects.");
        }
    }
    Ok(Exit::Done)
}

/// What became of everything that the state holds: its address there, and what it is here.
fn rows(state: &Terraform, exported: &Exported) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for one in &state.managed {
        let is_its = |id: &String| *id == one.id || one.decides.contains(id);
        let wanted =
            |address: &Address| (one.kind == "vpcep_approval") == address.kind().as_str().contains("accept");
        let among = |all: &mut dyn Iterator<Item = (&Address, &ObjectId)>| {
            let its = all.filter(|(address, id)| is_its(id) && wanted(address));
            its.map(|(address, _)| address.to_string()).collect::<Vec<_>>().join(", ")
        };
        let became = among(&mut exported.addresses.iter());
        let already = among(&mut exported.already.iter().map(|(address, id)| (address, id)));
        let became = match (became.is_empty(), already.is_empty()) {
            (false, _) => became,
            (true, false) => format!("recorded already: {already}"),
            (true, true) => "left out: no provider block leads to it".to_owned(),
        };
        rows.push((clean(&one.address), became));
    }
    rows.extend(state.skipped.iter().map(|(address, why)| (clean(address), format!("left out: {why}"))));
    rows
}

fn tell_rows(ui: &Ui, rows: &[(String, String)]) {
    if ui.is_json() {
        return rows.iter().for_each(|(there, here)| say(ui, &format!("{there}: {here}")));
    }
    let head = "In Terraform";
    let wide = rows.iter().map(|(there, _)| there.chars().count()).chain([head.len()]).max().unwrap_or(0);
    let title = Line::new().with(Tone::Strong, format!("{head:<wide$}  Here"));
    ui.print(&format!("{}\n", title.text(ui.look())));
    for (there, here) in rows {
        ui.print(&format!("{there:<wide$}  {here}\n"));
    }
    ui.print("\n");
}

fn say(ui: &Ui, text: &str) {
    if ui.is_json() {
        ui.event(stream::log(text));
    } else {
        ui.print(&format!("{text}\n"));
    }
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
            say(ui, &format!("{} {words} {}.", clean(&address.to_string()), clean(id)));
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
