//! The files of policies, read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde_json::Value as Json;

use super::failure::Stop;
use super::sources;
use super::workspace::Author;
use crate::diagnostic::{Diagnostic, Place};
use crate::policy::{RuleFile, Rules};

/// More files than this in one folder of rules are taken for a mistake.
const MOST_FILES: usize = 2000;
/// The largest file of rules or data.
const MOST_BYTES: u64 = 8 << 20;

/// The policies that a configuration names, relative to it.
pub(super) fn read(author: &Author) -> Result<Rules, Stop> {
    let settings = &author.configuration.policies;
    let folder = Path::new(&*author.configuration.module_dir).to_owned();
    let mut faults = Vec::new();
    let mut rules = Rules { exceptions: settings.exceptions.clone(), ..Rules::default() };
    for (path, place) in &settings.rules {
        let found = here(&folder, path).and_then(|path| of_path(&path));
        match found {
            Ok(files) => rules.files.extend(files),
            Err(why) => faults.push(unreadable(&why, place)),
        }
    }
    for (path, place) in &settings.data {
        match here(&folder, path).and_then(|path| data(&path)) {
            Ok(data) => rules.data.push(data),
            Err(why) => faults.push(unreadable(&why, place)),
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(Stop::Diagnostics(faults, author.texts.clone())) }
}

fn here(folder: &Path, path: &str) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(!path.trim().is_empty(), "an empty path names no policy");
    Ok(if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) })
}

fn unreadable(why: &anyhow::Error, place: &Place) -> Diagnostic {
    let hint = "paths are relative to the configuration";
    Diagnostic::error("Policies cannot be read", format!("{why:#}")).at(place.clone()).hint(hint)
}

/// The rules of a file, or of all files of a folder that end in `.rego`; sorted.
pub(super) fn of_path(path: &Path) -> anyhow::Result<Vec<RuleFile>> {
    if !path.is_dir() {
        return Ok(vec![rule_file(path)?]);
    }
    let (mut open, mut found) = (vec![path.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        let cannot = || format!("failed to read the folder {}", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            let kind = entry.file_type().with_context(cannot)?;
            let path = entry.path();
            if kind.is_dir() {
                open.push(path); // a link to a folder is none, so this comes to an end
            } else if path.extension().is_some_and(|ending| ending == "rego") {
                found.push(path);
            }
            anyhow::ensure!(
                found.len() + open.len() <= MOST_FILES,
                "{} holds too many files",
                path_shown(&folder)
            );
        }
    }
    anyhow::ensure!(!found.is_empty(), "{} holds no file that ends in .rego", path_shown(path));
    found.sort();
    found.iter().map(|path| rule_file(path)).collect()
}

fn path_shown(path: &Path) -> String {
    path.display().to_string()
}

fn rule_file(path: &Path) -> anyhow::Result<RuleFile> {
    let text = text(path)?;
    Ok(RuleFile { name: Arc::from(path.display().to_string()), text })
}

/// A file of data for rules: YAML, of which JSON is a part.
pub(super) fn data(path: &Path) -> anyhow::Result<(Arc<str>, Json)> {
    let text = text(path)?;
    let data = if path.extension().is_some_and(|ending| ending == "json") {
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?
    } else {
        serde_yaml::from_str(&text).with_context(|| format!("{} is no YAML", path.display()))?
    };
    Ok((Arc::from(path.display().to_string()), data))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = sources::bytes(path)?;
    anyhow::ensure!(bytes.len() as u64 <= MOST_BYTES, "{} is larger than {MOST_BYTES} bytes", path.display());
    String::from_utf8(bytes).with_context(|| format!("{} is no text", path.display()))
}
