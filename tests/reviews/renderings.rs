//! Every rendering of the six plans, kept as golden files; and what must hold of any of them.

use std::collections::BTreeSet;

use landbridge::diagnostic::Diagnostic;
use landbridge::plan::{Action, Change, Shown};
use landbridge::resource::Value;
use landbridge::review::{Format, Host, Look, Review, Surroundings, comment, marker};
use sha2::{Digest, Sha256};

use super::plans::{CANARY, SIX};

/// Lines of a golden file, beyond which the rest is told by a digest.
const LINES: usize = 3000;

fn around() -> Surroundings {
    Surroundings {
        look: Look { width: 100, colour: false },
        link: Some("https://ci.example/runs/7".to_owned()),
        prefix: "infra".to_owned(),
    }
}

/// The text, or its head and a digest of all of it where nobody would read it whole.
fn kept(text: &str) -> String {
    let count = text.lines().count();
    if count <= LINES {
        return text.to_owned();
    }
    let head: Vec<&str> = text.lines().take(150).collect();
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    format!("{}\n… {count} lines, SHA-256 {digest}\n", head.join("\n"))
}

/// What a page says: without its looks, its script and its drawing, which are tested in a browser, and a
/// line for each piece of text.
fn said(page: &str) -> String {
    let mut text = page.to_owned();
    for part in ["style", "script", "svg"] {
        while let Some(from) = text.find(&format!("<{part}")) {
            let end = format!("</{part}>");
            let to = text[from..].find(&end).expect("it is closed") + from + end.len();
            text.replace_range(from..to, "");
        }
    }
    let pieces = text.split('<').filter_map(|piece| Some(piece.split_once('>')?.1.trim()));
    let lines: Vec<&str> = pieces.filter(|line| !line.is_empty()).collect();
    format!("{}\n", lines.join("\n"))
}

#[test]
fn every_rendering_of_every_plan_is_as_it_was_read() {
    for sample in SIX.iter() {
        for format in Format::ALL {
            let mut text = format.render(&sample.plan, &around());
            if format == Format::Html {
                text = said(&text);
            }
            // Read by: text terraform-text markdown json terraform-json github github-summary
            // github-annotations gitlab gitlab-report sarif html
            insta::with_settings!({
                snapshot_path => format!("golden/{}", sample.name),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                insta::assert_snapshot!(format.name(), kept(&text));
            });
        }
    }
}

#[test]
fn code_scanning_is_given_what_its_published_schema_asks_for() {
    let text = include_str!("../data/sarif-2.1.0.schema.json");
    let mut schema: serde_json::Value = serde_json::from_str(text).expect("a schema");
    // As published, one pattern is no regular expression: a bracket is missing.
    for of in ["run", "toolComponent"] {
        let pattern = &mut schema["definitions"][of]["properties"]["language"]["pattern"];
        assert_eq!(*pattern, "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
        *pattern = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for sample in SIX.iter() {
        let log = serde_json::from_str(&Format::Sarif.render(&sample.plan, &around())).expect("JSON");
        let faults: Vec<String> = validator.iter_errors(&log).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{}", sample.name);
    }
}

#[test]
fn no_rendering_shows_a_secret_or_a_control_character() {
    for sample in SIX.iter() {
        for format in Format::ALL {
            let text = format.render(&sample.plan, &around());
            assert!(!text.contains(CANARY), "{} {}", sample.name, format.name());
            let hidden = text.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(hidden, None, "{} {}", sample.name, format.name());
        }
    }
}

/// The sentence that a comment says instead of what it leaves out.
const LEFT_OUT: &str = "left out: with them this would exceed";

#[test]
fn a_comment_that_is_too_long_says_the_same_in_fewer_words() {
    let sample = SIX.iter().find(|sample| sample.name == "mass_deletion").expect("a sample");
    let mut last = usize::MAX;
    let mut steps = BTreeSet::new();
    // The same change over and over: from one that fits whole to one of which only the counts do.
    for times in [1, 3, 6, 10, 30, 100, 300] {
        let mut plan = sample.plan.clone();
        plan.changes = plan.changes.iter().cycle().take(plan.changes.len() * times).cloned().collect();
        let review = Review::of(&plan);
        let text = comment(&review, Host::GITHUB, Some("https://ci.example/runs/7"));
        assert!(text.chars().count() <= 65_536, "{times}: {}", text.chars().count());
        assert_eq!(text.matches("```").count() % 2, 0, "{times}: every block is closed");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{times}");
        assert!(text.contains(&format!("{} to delete", 24 * times)), "{times}: the counts are right");
        assert!(text.contains("https://ci.example/runs/7"), "{times}: it says where all of it is");
        assert!(text.starts_with(&marker("tills")), "{times}: it can be found again");
        let step = text.lines().filter(|line| line.starts_with("- delete")).count() / (24 * times);
        steps.insert((step, text.contains("<details>")));
        assert!(step <= last, "more is never said of more");
        last = step;
        assert_eq!(
            comment(&review, Host::GITLAB, None).contains(LEFT_OUT),
            times >= 100,
            "{times}: GitLab takes more"
        );
    }
    assert_eq!(steps.len(), 3, "with details, one line for each object, counts alone: {steps:?}");
}

#[test]
fn characters_are_counted_as_the_host_does() {
    let sample = SIX.iter().find(|sample| sample.name == "replacement").expect("a sample");
    let review = Review::of(&sample.plan);
    let text = comment(&review, Host::GITHUB, None);
    // A sign of four bytes is one character to a comment, and four bytes to the summary of a job.
    let mut wide = sample.plan.clone();
    wide.stack = "🛰".repeat(1000);
    let review = Review::of(&wide);
    assert!(comment(&review, Host::GITHUB, None).chars().count() > text.chars().count());
    assert!(comment(&review, Host::GITHUB_SUMMARY, None).len() <= 1024 * 1024);
}

/// Names and values that would like to be more than text.
const HOSTILE: [&str; 10] = [
    "</details><script>alert(1)</script>",
    "```\n# heading\n```",
    "`` ` ``",
    "| a | b |",
    "@octocat @all #1 !2 ~3",
    "[x](javascript:alert(1))",
    "\n/approve\n/merge",
    "-->",
    "\u{202e}\u{1b}[2J\r",
    "::error::x%0A",
];

#[test]
fn hostile_names_and_values_stay_text() {
    let sample = SIX.iter().find(|sample| sample.name == "replacement").expect("a sample");
    for text in HOSTILE {
        let mut plan = sample.plan.clone();
        plan.stack = text.to_owned();
        for change in &mut plan.changes {
            change.address = change.address.block.instance(Some(text.into()));
            change.reason.text = format!("`{text}` {text}");
            change.notes = vec![text.to_owned()];
            for difference in &mut change.differences {
                difference.after = Shown::Value(Value::from(text));
            }
        }
        plan.diagnostics.push(Diagnostic::warning(text, text).hint(text));
        for format in [Format::Github, Format::Gitlab, Format::Markdown] {
            let told = format.render(&plan, &around());
            let mut fence: Option<&str> = None;
            for line in told.lines() {
                let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
                match fence {
                    Some(open) if line == open => fence = None,
                    Some(_) => {}
                    None if ticks.len() >= 3 => fence = Some(ticks),
                    None => {
                        // Outside of blocks: what stands in code is text, the rest is escaped.
                        let bare = without_code(line).replace("\\]", "").replace("\\!", "");
                        for bad in ["<script", "@octocat", "@all", " #1", "](javascript", "![", "| a |"] {
                            assert!(!bare.contains(bad), "{text:?}: {line}");
                        }
                        assert!(!line.starts_with('/') && !line.starts_with("# "), "{text:?}: {line}");
                    }
                }
            }
            assert_eq!(fence, None, "{text:?}: a block is not closed");
            assert_eq!(told.matches("\n<details>").count(), told.matches("\n</details>").count(), "{text:?}");
        }
        for line in Format::GithubAnnotations.render(&plan, &around()).lines() {
            assert!(
                line.starts_with("::warning file=infra/landbridge.yaml,")
                    || line.starts_with("::warning title=")
                    || line.starts_with("::notice title="),
                "{line}"
            );
        }
        let sarif: serde_json::Value =
            serde_json::from_str(&Format::Sarif.render(&plan, &around())).expect("JSON");
        assert_eq!(sarif["version"], "2.1.0");
    }
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`').filter(|at| !rest[..*at].ends_with('\\')) {
        out.push_str(&rest[..at]);
        let after = &rest[at..];
        let run = &after[..after.len() - after.trim_start_matches('`').len()];
        let inside = &after[run.len()..];
        // The closing run is exactly as long.
        let mut from = 0;
        let close = loop {
            let Some(found) = inside[from..].find(run).map(|found| from + found) else { break None };
            let longer = inside[found + run.len()..].starts_with('`') || inside[..found].ends_with('`');
            if !longer {
                break Some(found);
            }
            from = found + 1;
        };
        match close {
            Some(close) => rest = &inside[close + run.len()..],
            None => {
                out.push_str(run);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    out
}

#[test]
fn annotations_keep_to_githubs_limits() {
    let sample = SIX.iter().find(|sample| sample.name == "mass_deletion").expect("a sample");
    let told = Format::GithubAnnotations.render(&sample.plan, &around());
    let of = |told: &str, level: &str| {
        told.lines().filter(|line| line.starts_with(&format!("::{level} "))).count()
    };
    // What is about one line is one annotation: the twelve endpoints, the twelve acceptances.
    assert_eq!((of(&told, "error"), of(&told, "warning")), (2, 2), "the plan and its limit, then what goes");
    let third = told.lines().nth(2).expect("a line");
    assert!(third.starts_with("::warning file=infra/landbridge.yaml,line=29,col="), "{third}");
    let mut plan = sample.plan.clone();
    for (place, line) in plan.changes.iter_mut().filter_map(|change| change.place.as_mut()).zip(1..) {
        place.line = line;
    }
    let told = Format::GithubAnnotations.render(&plan, &around());
    assert_eq!((of(&told, "error"), of(&told, "warning")), (2, 10));
    assert!(told.lines().last().is_some_and(|line| line.contains("15 more of this level")), "{told}");
}

#[test]
fn a_scanner_gets_a_rule_a_place_and_a_steady_fingerprint_for_each_finding() {
    for sample in SIX.iter() {
        let told: serde_json::Value =
            serde_json::from_str(&Format::Sarif.render(&sample.plan, &around())).expect("JSON");
        let run = &told["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let results = run["results"].as_array().expect("results");
        let mut prints = BTreeSet::new();
        for result in results {
            let rule = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
            assert_eq!(
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                "infra/landbridge.yaml"
            );
            assert!(prints.insert(result["partialFingerprints"]["landbridge/v1"].to_string()), "{result}");
        }
        let felt = |c: &Change| {
            c.action == Action::Update && sample.plan.risk.hazards.iter().any(|h| h.address == c.address)
        };
        let destroyed = sample
            .plan
            .changes
            .iter()
            .filter(|c| c.action.is_replace() || c.action == Action::Delete || felt(c));
        let is_risk =
            |result: &&serde_json::Value| result["ruleId"].as_str().is_some_and(|r| r.starts_with("risk/"));
        let risks = results.iter().filter(is_risk).count();
        assert_eq!(results.len() - risks, destroyed.count() + sample.plan.drift.len(), "{}", sample.name);
        assert!(risks >= sample.plan.risk.exceeded.len(), "{}", sample.name);
    }
}
