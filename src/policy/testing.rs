//! Tests of rules, in the ordinary form of OPA and Conftest: a rule `test_…` that must be true.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::Value as Json;

use super::engine::{Rules, load};
use crate::diagnostic::Diagnostic;

static TESTS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^((?:todo_)?test_\w+)\b(\()?").expect("a pattern"));

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is true.
    Passed,
    /// It is not.
    Failed,
    /// It is marked as still to do (`todo_test_…`).
    Skipped,
    /// It cannot be worked out.
    Broken(String),
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// Its path: `main.test_nobody_may`.
    pub name: String,
    /// Its file.
    pub file: Arc<str>,
    /// How it ended.
    pub told: Told,
    /// What it printed.
    pub prints: Vec<String>,
}

/// Runs every test of these files.
///
/// # Errors
/// Files that cannot be read.
pub fn test(rules: &Rules) -> Result<Vec<Tested>, Vec<Diagnostic>> {
    let mut loaded = load(rules)?;
    let tests = loaded.rules_named(&TESTS, true).map_err(|fault| vec![fault])?;
    let mut all = Vec::new();
    for (path, file) in tests {
        let name = path.strip_prefix("data.").unwrap_or(&path).to_owned();
        let todo = name.rsplit('.').next().is_some_and(|rule| rule.starts_with("todo_"));
        let told = match (!todo).then(|| loaded.worth(&path)) {
            None => Told::Skipped,
            Some(Ok(Some(Json::Bool(true)))) => Told::Passed,
            Some(Ok(_)) => Told::Failed,
            Some(Err(why)) => Told::Broken(why),
        };
        let prints = loaded.engine.take_prints().unwrap_or_default();
        all.push(Tested { name, file, told, prints });
    }
    Ok(all)
}
