//! The files of `examples/ci` are YAML, and every command in them is one of ours.

#![expect(clippy::disallowed_methods, reason = "tests read the examples")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_yaml::Value as Yaml;

use super::Cli;
use crate::cli::tolerance;

fn files() -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci")], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every text under `run` and `script`.
fn scripts(yaml: &Yaml, inside: bool, found: &mut Vec<String>) {
    match yaml {
        Yaml::String(text) if inside => found.push(text.clone()),
        Yaml::Sequence(items) => items.iter().for_each(|item| scripts(item, inside, found)),
        Yaml::Mapping(entries) => {
            for (key, value) in entries {
                let script =
                    matches!(key.as_str(), Some("run" | "script" | "before_script" | "after_script"));
                scripts(value, script, found);
            }
        }
        _ => {}
    }
}

/// The words of a command up to the first redirection or the next command. Variables are worth 7, which
/// is a file as well as a number.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in command.split_whitespace() {
        if word.starts_with(['|', '>', '&', ';']) {
            break;
        }
        let word = word.replace('"', "");
        let mut plain = String::new();
        let mut rest = word.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            plain.push_str(before);
            plain.push('7');
            rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        }
        plain.push_str(rest);
        words.push(plain);
    }
    words
}

#[test]
fn every_command_of_the_ci_examples_is_one_of_ours() {
    let (mut commands, mut lines) = (0, 0);
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let yaml: Yaml =
            serde_yaml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        // What reads like a command to the eye, whatever key it stands under.
        let begins = ["landbridge ", "- landbridge ", "run: landbridge ", "- run: landbridge "];
        lines +=
            text.lines().filter(|line| begins.iter().any(|begin| line.trim().starts_with(begin))).count();
        let mut found = Vec::new();
        scripts(&yaml, false, &mut found);
        for line in found.iter().flat_map(|script| script.lines()).map(str::trim) {
            if line.starts_with("landbridge ") {
                let line = words(line).into_iter().map(OsString::from);
                if let Err(why) = Cli::try_parse_from(tolerance::tolerate(line)) {
                    panic!("{}: {why}", file.display());
                }
                commands += 1;
            }
        }
    }
    assert_eq!(commands, lines, "the search finds every command");
    assert!(commands > 0, "there are commands");
}
