//! `policy test`: the tests of rules, in the ordinary form of OPA and Conftest.

use serde_json::json;

use crate::cli::args::{Policy as Args, PolicyCommand, PolicyTest};
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{policies, workspace};
use crate::policy::{self, Rules, Tested, Told};
use crate::review::clean;

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let PolicyCommand::Test(test) = &args.command;
    let tested = policy::test(&rules(test, options, ui)?)
        .map_err(|faults| Stop::Diagnostics(faults, Default::default()))?;
    if tested.is_empty() {
        return Err(Stop::refused(
            "there is no test in these policies",
            "a test is a rule whose name begins with `test_`, in the custom of OPA in a file *_test.rego",
        ));
    }
    if ui.is_json() {
        ui.value(&json!(tested.iter().map(value).collect::<Vec<_>>()));
    } else {
        ui.print(&text(&tested));
    }
    let good = tested.iter().all(|test| matches!(test.told, Told::Passed | Told::Skipped));
    Ok(if good { Exit::Done } else { Exit::Failed })
}

fn rules(test: &PolicyTest, options: &Options, ui: &Ui) -> Result<Rules, Stop> {
    let mut rules = if test.paths.is_empty() {
        let rules = policies::read(&workspace::author(options, ui)?)?;
        if rules.files.is_empty() {
            return Err(Stop::refused(
                "the configuration names no policies",
                "name a folder of them: `landbridge policy test examples/policies`",
            ));
        }
        rules
    } else {
        Rules::default()
    };
    for path in &test.paths {
        rules.files.extend(policies::of_path(path)?);
    }
    for path in &test.data {
        rules.data.push(policies::data(path)?);
    }
    Ok(rules)
}

fn word(told: &Told) -> &'static str {
    match told {
        Told::Passed => "pass",
        Told::Failed => "FAIL",
        Told::Skipped => "skip",
        Told::Broken(_) => "BROKEN",
    }
}

fn text(tested: &[Tested]) -> String {
    let mut out = String::new();
    for test in tested {
        out.push_str(&format!("{:<6}  {}  {}\n", word(&test.told), clean(&test.name), clean(&test.file)));
        if let Told::Broken(why) = &test.told {
            why.lines().for_each(|line| out.push_str(&format!("        {}\n", clean(line))));
        }
        for print in &test.prints {
            out.push_str(&format!("        printed: {}\n", clean(print)));
        }
    }
    let count = |wanted: fn(&Told) -> bool| tested.iter().filter(|test| wanted(&test.told)).count();
    let failed = count(|told| matches!(told, Told::Failed | Told::Broken(_)));
    out.push_str(&format!("\n{} passed, {failed} failed", count(|told| *told == Told::Passed)));
    match count(|told| *told == Told::Skipped) {
        0 => out.push_str(".\n"),
        skipped => out.push_str(&format!(", {skipped} skipped.\n")),
    }
    out
}

fn value(test: &Tested) -> serde_json::Value {
    json!({
        "name": test.name,
        "file": &*test.file,
        "result": word(&test.told).to_lowercase(),
        "prints": test.prints,
    })
}
