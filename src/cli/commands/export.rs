//! `export`: live objects become a configuration, and the record of it.

use std::path::{Path, PathBuf};

use crate::cli::args::{Export as Args, Work};
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{progress, sources, stream, workspace};
use crate::ops::{self, Exported, Filter};
use crate::review::clean;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let tag = |text: &String| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (text.clone(), None),
    };
    let filter = Filter {
        providers: args.provider.clone(),
        name: args.name.clone(),
        tags: args.tag.iter().map(tag).collect(),
        vpcs: args.vpc.clone(),
        ids: args.id.clone(),
        ..Filter::default()
    };
    if let Some(out) = &args.out {
        will_be_read(options, out)?;
    }
    let options = &without_new(options, args.out.as_ref());
    let exported = read(&filter, options, &args.work, ui).await?;
    if exported.addresses.is_empty() {
        ui.note("Nothing was found that is not recorded already.");
        return Ok(Exit::Done);
    }
    let Some(out) = &args.out else {
        ui.print(&exported.text);
        ui.note("This was only shown: --out FILE writes it, and records its objects.");
        return Ok(Exit::Done);
    };
    keep(&exported, out, options, &args.work, ui).await?;
    Ok(Exit::Done)
}

/// Reads what is live.
pub(in crate::cli) async fn read(
    filter: &Filter,
    options: &Options,
    work: &Work,
    ui: &Ui,
) -> Result<Exported, Stop> {
    let author = workspace::author(options, ui)?;
    let (workspace, _) = author.workspace(options, work)?;
    let exported = progress::reading(ui, ops::export(&workspace, filter));
    let exported = exported.await.map_err(|failure| author.stop(failure))?;
    for note in &exported.notes {
        ui.warn(note);
    }
    Ok(exported)
}

/// Writes the configuration, and records the objects under its addresses.
pub(in crate::cli) async fn keep(
    exported: &Exported,
    out: &Path,
    options: &Options,
    work: &Work,
    ui: &Ui,
) -> Result<(), Stop> {
    let shown = out.display().to_string();
    let text = format!(
        "# Exported from live objects. Rename what you like before the first apply with `state mv`.\n{}",
        exported.text
    );
    if !sources::write_new(out, &text)? {
        return Err(Stop::refused(
            format!("{shown} is there already, and is not overwritten"),
            "name another file with --out",
        ));
    }
    let files = beside(options, out)?;
    let together = Options { files: files.clone(), ..options.clone() };
    let author = workspace::author(&together, ui)?;
    let (workspace, _) = author.workspace(&together, work)?;
    let imports = exported.imports(&workspace);
    let found = ops::import(&workspace, &imports).await.map_err(|failure| author.stop(failure))?;
    let count = found.bound.len();
    ops::bind(&workspace, found).await.map_err(|failure| author.stop(failure))?;
    let said = format!("{count} objects are written to {} and recorded.", clean(&shown));
    if ui.is_json() {
        ui.event(stream::log(&said));
        return Ok(());
    }
    let named: Vec<String> = files.iter().map(|file| format!("-f {}", file.display())).collect();
    let plan = if options.files.is_empty() && files.len() == sources::found(options)?.len() {
        "landbridge plan".to_owned()
    } else {
        format!("landbridge {} plan", named.join(" "))
    };
    ui.print(&format!("{said} `{plan}` shows no changes.\n"));
    Ok(())
}

/// What is written is recorded, too: an `apply` that does not read it would delete all of it.
///
/// # Errors
/// The same files do not hold it, however they are named: the command would have to be another one.
pub(in crate::cli) fn will_be_read(options: &Options, out: &Path) -> Result<(), Stop> {
    let here = [PathBuf::from(".")];
    let named = if options.files.is_empty() { &here[..] } else { &options.files[..] };
    let hidden_by = |folder: &Path| {
        let usual = folder.join(sources::USUAL);
        (usual.is_file() && !is_same(&usual, out)).then_some(usual)
    };
    let is_in =
        |folder: &Path| folder.is_dir() && is_same(&folder.join(out.file_name().unwrap_or_default()), out);
    let holds = |place: &PathBuf| is_same(place, out) || (is_in(place) && hidden_by(place).is_none());
    if named.iter().any(holds) {
        return Ok(());
    }
    let files = sources::found(options)?;
    let all = files.iter().map(PathBuf::as_path).chain([out]).map(|file| format!("-f {}", file.display()));
    let mut hint =
        format!("name it for this command and for every later one: {}", all.collect::<Vec<_>>().join(" "));
    if let Some(usual) = named.iter().filter(|place| is_in(place)).find_map(|place| hidden_by(place)) {
        hint.push_str(&format!(
            "; or give {} another name first, since a folder without it is read whole",
            usual.strip_prefix(".").unwrap_or(&usual).display()
        ));
    }
    let whose = if options.files.is_empty() { "this folder" } else { "these files" };
    let shown = out.display();
    Err(Stop::refused(
        format!(
            "{shown} is recorded and not read: without it, the next `apply` of {whose} would delete all that it holds"
        ),
        hint,
    ))
}

/// Whether two paths name one place, there or not.
fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| std::path::absolute(path).ok();
    place(one).is_some() && place(one) == place(other)
}

/// The options without the file that is yet to be written, so that it can be named like the others.
pub(in crate::cli) fn without_new(options: &Options, out: Option<&PathBuf>) -> Options {
    let is_new = |file: &PathBuf| out.is_some_and(|out| is_same(file, out)) && !file.exists();
    let mut options = options.clone();
    if options.files.len() > 1 {
        options.files.retain(|file| !is_new(file));
    }
    options
}

/// The files of the configuration, the new one among them.
fn beside(options: &Options, out: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut files = sources::found(options)?;
    if !files.iter().any(|file| is_same(file, out)) {
        files.push(out.to_owned());
    }
    Ok(files)
}
