//! Rule files, read; and the evaluator with them in it.

use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use regex::Regex;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value as Rego};
use serde_json::Value as Json;

use crate::config::Exception;
use crate::diagnostic::Diagnostic;

/// The text of one file of rules.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its name.
    pub name: Arc<str>,
    /// Its text.
    pub text: String,
}

/// Everything that decides, beside the plan.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The files of rules.
    pub files: Vec<RuleFile>,
    /// What rules see under `data`, merged in order.
    pub data: Vec<(Arc<str>, Json)>,
    /// What is let through.
    pub exceptions: Vec<Exception>,
}

/// A rule that does not end must not hang a plan.
const LONGEST: Duration = Duration::from_secs(30);
/// How many steps of work pass between two looks at the clock.
const CHECK_EVERY: NonZeroU32 = NonZeroU32::new(1000).expect("not zero");

/// The evaluator, and which packages came from which file.
pub(super) struct Loaded {
    pub(super) engine: Engine,
    /// Each file with the path of its package, `data.main`.
    pub(super) packages: Vec<(RuleFile, String)>,
}

/// Reads all rules and data.
pub(super) fn load(rules: &Rules) -> Result<Loaded, Vec<Diagnostic>> {
    let mut engine = Engine::new();
    // A builtin that fails silently would let a `deny` pass.
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: LONGEST, check_interval: CHECK_EVERY });
    let (mut packages, mut faults) = (Vec::new(), Vec::new());
    for file in &rules.files {
        match add(&mut engine, file) {
            Ok(package) => packages.push((file.clone(), package)),
            Err(why) => {
                let detail = format!("{} cannot be read: {why}", file.name);
                let hint = "rules are written in Rego, as OPA and Conftest take them";
                faults.push(Diagnostic::error("Not a policy", detail).hint(hint));
            }
        }
    }
    for (name, data) in &rules.data {
        let added = match Rego::from_json_str(&data.to_string()) {
            Ok(data) if data.as_object().is_ok() => engine.add_data(data).map_err(|e| e.to_string()),
            Ok(_) => Err("it is not a map".to_owned()),
            Err(e) => Err(e.to_string()),
        };
        if let Err(why) = added {
            let detail = format!("{name} cannot be used as data for rules: {}", tidy(&why));
            let hint = "each file is a map, and no two set the same key to different values";
            faults.push(Diagnostic::error("Not data for policies", detail).hint(hint));
        }
    }
    if faults.is_empty() { Ok(Loaded { engine, packages }) } else { Err(faults) }
}

/// Adds a file in today's syntax, or in the one before OPA 1.0, which most existing rules have.
fn add(engine: &mut Engine, file: &RuleFile) -> Result<String, String> {
    engine.set_rego_v0(false);
    let newer = match engine.add_policy(file.name.to_string(), file.text.clone()) {
        Ok(package) => return Ok(package),
        Err(fault) => fault.to_string(),
    };
    engine.set_rego_v0(true);
    let older = engine.add_policy(file.name.to_string(), file.text.clone());
    // Who gets further has understood more of it.
    older.map_err(|older| {
        let older = older.to_string();
        tidy(if place_of(&older) > place_of(&newer) { &older } else { &newer })
    })
}

/// The line and column that a message of the evaluator points at.
fn place_of(message: &str) -> (usize, usize) {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r":(\d+):(\d+)").expect("a pattern"));
    let number = |text: &str| text.parse().unwrap_or(0);
    PLACE.captures(message).map_or((0, 0), |found| (number(&found[1]), number(&found[2])))
}

/// A message of the evaluator as a few lines of ours.
pub(super) fn tidy(message: &str) -> String {
    let lines =
        message.lines().map(str::trim_end).filter(|line| !line.trim().is_empty() && line.trim() != "|");
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a file holds tests, by the custom of its name.
pub(super) fn is_test_file(name: &str) -> bool {
    name.ends_with("_test.rego")
}

impl Loaded {
    /// The rules whose names begin with one of these words, as `(path, file)`; sorted, each once.
    pub(super) fn rules_named(
        &self,
        pattern: &Regex,
        with_tests: bool,
    ) -> Result<Vec<(String, Arc<str>)>, Diagnostic> {
        let mut found: Vec<(String, Arc<str>)> = Vec::new();
        for (file, package) in self.packages.iter().filter(|(f, _)| with_tests || !is_test_file(&f.name)) {
            for name in pattern.captures_iter(&file.text) {
                let (name, call) = (&name[1], name.get(2).is_some_and(|call| !call.is_empty()));
                let path = format!("{package}.{name}");
                if call || found.iter().any(|(known, _)| *known == path) {
                    continue; // a function is no rule
                }
                let declared = self.engine.has_declared_rule_rooted_at(&file.name, name).map_err(|why| {
                    let detail =
                        format!("{}: what `{name}` is cannot be said: {}", file.name, tidy(&why.to_string()));
                    Diagnostic::error("Not a policy", detail)
                })?;
                if declared {
                    found.push((path, file.name.clone()));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// What a rule is worth; none where it is undefined.
    pub(super) fn worth(&mut self, path: &str) -> Result<Option<Json>, String> {
        let worth = self.engine.eval_rule(path.to_owned()).map_err(|why| tidy(&why.to_string()))?;
        if worth == Rego::Undefined {
            return Ok(None);
        }
        serde_json::to_value(&worth).map(Some).map_err(|why| why.to_string())
    }
}
