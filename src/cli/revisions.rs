//! `review --base`: two revisions of the configuration, read and compared offline.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::failure::Stop;
use super::git::{Tree, within};
use super::options::Options;
use super::sources::USUAL;
use crate::config::{self, Configuration, Sources};
use crate::diagnostic::Diagnostic;
use crate::ops::{OfflineFault, StandIns, offline};
use crate::plan::{Plan, Source};
use crate::provider;

static ENV: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\benv\.([A-Za-z_][A-Za-z0-9_]*)").expect("a pattern"));

/// What would change from the one revision to the other.
pub(super) fn compare(base: &str, head: &str, options: &Options) -> Result<Plan, Stop> {
    let (old, new) = (Tree::of(base)?, Tree::of(head)?);
    let (base_commit, head_commit) = (old.commit.clone(), new.commit.clone());
    let mut stand_ins = StandIns::default();
    let mut names = BTreeSet::new();
    let old = sources(&old, base, options, &mut names, &mut stand_ins)?;
    let Some(new) = sources(&new, "", options, &mut names, &mut stand_ins)? else {
        return Err(Stop::refused(
            format!("there is no configuration in {head}"),
            "name it with -f; what a revision deletes as a whole is shown by `git diff`",
        ));
    };
    let catalog = provider::catalog();
    let parse = |sources: &Sources| {
        config::parse(sources, &catalog).map_err(|faults| Stop::Diagnostics(faults, config::texts(sources)))
    };
    let old: Option<(Configuration, _)> = old.as_ref().map(parse).transpose()?;
    let (new, warnings) = parse(&new)?;
    let texts = |of: Option<&Configuration>| of.map(|c| c.sources.clone()).unwrap_or_default();
    let old = old.as_ref().map(|(configuration, _)| configuration);
    let mut plan = offline(old, &new, &catalog, stand_ins).map_err(|fault| match fault {
        OfflineFault::Base(faults) => Stop::Diagnostics(faults, texts(old)),
        OfflineFault::Head(faults) => Stop::Diagnostics(faults, texts(Some(&new))),
    })?;
    plan.diagnostics.extend(warnings);
    plan.source = Source { commit: head_commit, base: base_commit };
    // Credentials are not evaluated; what else reads the environment is worth telling.
    let elsewhere = |text: &str| -> Vec<String> {
        let mut provider = false;
        let told = text.lines().filter(|line| {
            if line.starts_with(|c: char| !c.is_whitespace() && c != '#') {
                provider = line.starts_with("providers:");
            }
            !provider
        });
        told.flat_map(|line| ENV.captures_iter(line).map(|found| found[1].to_owned())).collect()
    };
    let told: BTreeSet<String> = [old, Some(&new)]
        .into_iter()
        .flatten()
        .flat_map(|c| c.sources.values())
        .flat_map(|t| elsewhere(t))
        .collect();
    if !told.is_empty() {
        let names: Vec<String> = told.into_iter().collect();
        let detail = format!("{}: taken for the same unknown text in both revisions", names.join(", "));
        plan.diagnostics.push(Diagnostic::warning("The environment is not looked at", detail));
    }
    Ok(plan)
}

/// What a configuration is read from in one revision; none if it is not there.
fn sources(
    tree: &Tree,
    label: &str,
    options: &Options,
    env: &mut BTreeSet<String>,
    stand_ins: &mut StandIns,
) -> Result<Option<Sources>, Stop> {
    let outside = |path: &Path| {
        Stop::refused(
            format!("{} is outside of the repository", path.display()),
            "name it from the folder you work in",
        )
    };
    let mut paths = Vec::new();
    if options.files.is_empty() {
        paths = usual(tree, &tree.prefix);
    }
    for named in &options.files {
        let path = tree.path(named).ok_or_else(|| outside(named))?;
        if tree.has(&path) { paths.push(path) } else { paths.extend(usual(tree, &path)) }
    }
    if paths.is_empty() {
        return Ok(None);
    }
    let shown = |path: &str| if label.is_empty() { path.to_owned() } else { format!("{label}:{path}") };
    let read =
        |path: &String| -> Result<(Arc<str>, Vec<u8>), Stop> { Ok((shown(path).into(), tree.read(path)?)) };
    let files = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut var_files = Vec::new();
    for named in &options.var_files {
        let path = tree.path(named).ok_or_else(|| outside(named))?;
        var_files.push(read(&path)?);
    }
    for (_, bytes) in &files {
        env.extend(ENV.captures_iter(&String::from_utf8_lossy(bytes)).map(|found| found[1].to_owned()));
    }
    let folder = paths[0].rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let (inside, from) = (tree.clone(), folder.clone());
    Ok(Some(Sources {
        files,
        var_files,
        vars: options.vars.clone(),
        env: env.iter().map(|name| (name.clone(), stand_ins.text(&format!("env.{name}")))).collect(),
        simulated: false,
        module_dir: Arc::from(if folder.is_empty() { "." } else { &folder }),
        files_readable: Arc::new(move |path| {
            let path = within(&from, Path::new(path)).ok_or("it is outside of the repository")?;
            inside.read(&path).map_err(|why| why.to_string())
        }),
    }))
}

/// The configuration of a folder: its usual file, or else all its YAML files.
fn usual(tree: &Tree, folder: &str) -> Vec<String> {
    let at = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    if tree.has(&at(USUAL)) {
        return vec![at(USUAL)];
    }
    let yaml = |name: &&str| !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"));
    tree.names_in(folder).into_iter().filter(yaml).map(at).collect()
}
