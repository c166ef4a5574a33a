//! All rules, asked about one plan.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use regorus::Value as Rego;
use serde_json::Value as Json;

use super::engine::{Loaded, Rules, load};
use super::exceptions;
use super::rulings::rulings;
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::plan::representation::representation;
use crate::plan::verdict::{Effect, Exempt, Ruling, Verdict};

/// The names that Conftest asks for; a bracket after one makes it a function.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:default[ \t]+)?((?:deny|violation|warn)(?:_\w+)?)\b(\()?").expect("a pattern")
});

/// Asks every `deny`, `violation` and `warn` of every package, also those with a name after it
/// (`deny_wildcard`), about this plan. Exceptions are held against the date that is given.
///
/// # Errors
/// Rules that cannot be read or worked out: then nobody knows whether they would deny.
pub fn evaluate(rules: &Rules, plan: &Plan, today: Date) -> Result<Verdict, Vec<Diagnostic>> {
    if rules.files.is_empty() {
        return Ok(Verdict::default());
    }
    let mut loaded = load(rules)?;
    let asked = loaded.rules_named(&ASKED, false).map_err(|fault| vec![fault])?;
    let input = Rego::from_json_str(&representation(plan).to_string())
        .map_err(|why| vec![Diagnostic::error("Cannot judge the plan", why.to_string())])?;
    loaded.engine.set_input(input);
    let mut verdict = Verdict { rules: asked.len(), ..Verdict::default() };
    let mut faults = Vec::new();
    for (path, file) in &asked {
        match loaded.worth(path) {
            Ok(worth) => {
                let name = path.strip_prefix("data.").unwrap_or(path);
                let found = rulings(plan, name, effect_of(name), &worth.unwrap_or(Json::Null));
                let exempt = own_exception(&mut loaded, path);
                verdict.rulings.extend(found.into_iter().map(|r| Ruling { exempt: exempt.clone(), ..r }));
            }
            Err(why) => {
                let detail = format!("`{path}` in {file} cannot be worked out for this plan: {why}");
                let hint = "a rule that fails neither denies nor lets pass; make it hold for every plan";
                faults.push(Diagnostic::error("A policy failed", detail).hint(hint));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    exceptions::hold_against(&rules.exceptions, &mut verdict, today);
    verdict.rulings.sort();
    verdict.rulings.dedup();
    verdict.rulings.sort_by_key(|ruling| (ruling.passes(), ruling.effect));
    if asked.is_empty() {
        verdict
            .notes
            .push("the policies have no rule `deny`, `violation` or `warn`, so they say nothing".to_owned());
    }
    Ok(verdict)
}

fn effect_of(name: &str) -> Effect {
    let rule = name.rsplit('.').next().unwrap_or(name);
    if rule.starts_with("warn") { Effect::Warn } else { Effect::Deny }
}

/// Conftest's own exceptions: `exception` of the same package holds lists of rules that are let
/// through, each named by what follows `deny_`.
fn own_exception(loaded: &mut Loaded, path: &str) -> Option<Exempt> {
    let (package, rule) = path.rsplit_once('.')?;
    let short = rule.split_once('_').map_or("", |(_, name)| name);
    // A package without the rule `exception` answers with a fault, which means that there is none.
    let worth = loaded.worth(&format!("{package}.exception")).ok().flatten()?;
    let lists = worth.as_array()?;
    let named = |list: &Json| list.as_array().is_some_and(|names| names.iter().any(|n| n == short));
    lists.iter().any(named).then(|| Exempt {
        owner: format!(
            "the policy's own rule `{}.exception`",
            package.strip_prefix("data.").unwrap_or(package)
        ),
        until: None,
        reason: String::new(),
        expired: false,
    })
}
