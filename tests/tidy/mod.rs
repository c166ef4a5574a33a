//! What the compiler cannot see: who may import whom, a first comment in each file, golden files
//! that somebody reads.

#![expect(clippy::disallowed_methods, reason = "it reads the sources")]

mod dependencies;
mod settings;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules each module may import. A module sees only rows above its own, but for `sim`,
/// which sees nothing of ours and is seen by `twin` and `cli` alone. `ARCHITECTURE.md` says why.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("planted", &[]),
    ("resource", &[]),
    ("diagnostic", &["resource"]),
    ("expr", &["resource", "diagnostic"]),
    ("config", &["resource", "diagnostic", "expr"]),
    ("state", &["planted", "resource"]),
    ("graph", &[]),
    ("provider", &["planted", "resource", "diagnostic", "state"]),
    ("refresh", &["planted", "resource", "diagnostic", "provider"]),
    ("diff", &["resource", "diagnostic", "expr", "state", "provider"]),
    (
        "plan",
        &[
            "planted",
            "resource",
            "diagnostic",
            "expr",
            "config",
            "state",
            "graph",
            "provider",
            "refresh",
            "diff",
        ],
    ),
    ("recovery", &["resource", "diagnostic", "diff", "plan"]),
    ("policy", &["resource", "diagnostic", "config", "plan"]),
    ("review", &["resource", "diagnostic", "plan"]),
    ("apply", &["planted", "resource", "expr", "state", "provider", "plan"]),
    ("sim", &[]),
    ("twin", &["resource", "diagnostic", "state", "provider", "refresh", "sim"]),
    (
        "ops",
        &[
            "resource",
            "diagnostic",
            "expr",
            "config",
            "state",
            "graph",
            "provider",
            "refresh",
            "diff",
            "plan",
            "recovery",
            "policy",
            "apply",
            "twin",
        ],
    ),
    (
        "cli",
        &[
            "resource",
            "diagnostic",
            "expr",
            "config",
            "state",
            "graph",
            "provider",
            "plan",
            "recovery",
            "policy",
            "review",
            "apply",
            "ops",
            "sim",
            "twin",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_under(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The modules that a source imports, each with the line that does it.
fn imports(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        for (at, _) in line.match_indices("crate::") {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let name: String =
                line[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            found.entry(name).or_insert(number + 1);
        }
    }
    found
}

#[test]
fn a_module_imports_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (module, allowed) in MAY_IMPORT {
        for file in files_under(&root().join("src").join(module), ".rs") {
            let text = fs::read_to_string(&file).expect("a source");
            for (name, line) in imports(&text) {
                seen += 1;
                let is_module = MAY_IMPORT.iter().any(|(m, _)| *m == name);
                if is_module && name != *module && !allowed.contains(&name.as_str()) {
                    wrong.push(format!("{}:{line}: `{module}` must not know `{name}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "the search found only {seen} imports, so it does not look where they are");
}

#[test]
fn every_module_of_the_library_is_in_the_table() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("the library");
    let declared: Vec<&str> =
        lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let listed: Vec<&str> = MAY_IMPORT.iter().map(|(m, _)| *m).collect();
    assert_eq!(declared, listed, "src/lib.rs and the table name the same modules in the same order");
}

#[test]
fn every_source_begins_with_what_it_owns() {
    let sources =
        [files_under(&root().join("src"), ".rs"), files_under(&root().join("tests"), ".rs")].concat();
    let bare: Vec<String> = sources
        .iter()
        .filter(|f| !fs::read_to_string(f).expect("a source").starts_with("//!"))
        .map(|f| f.display().to_string())
        .collect();
    assert!(bare.is_empty(), "these have no `//!` line: {bare:#?}");
}

#[test]
fn every_golden_file_is_read() {
    let sources =
        [files_under(&root().join("src"), ".rs"), files_under(&root().join("tests"), ".rs")].concat();
    let all: String = sources.iter().map(|f| fs::read_to_string(f).expect("a source")).collect();
    let golden =
        [files_under(&root().join("src"), ".snap"), files_under(&root().join("tests"), ".snap")].concat();
    let unread: Vec<String> = golden
        .iter()
        .filter(|file| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let name = stem.rsplit("__").next().unwrap_or_default().to_owned();
            // Kept under its test's name, a counter, or a name that the test gives.
            let base = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-').to_owned();
            !all.contains(&base)
        })
        .map(|f| f.display().to_string())
        .collect();
    assert!(unread.is_empty(), "nobody reads these: {unread:#?}");
}
