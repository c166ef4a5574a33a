//! Rules, as their authors write them: for OPA 1.0, for Conftest before it, and wrong ones.

use std::sync::Arc;

use jiff::civil::{Date, date};
use serde_json::json;

use super::*;
use crate::config::Exception;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::verdict::Verdict;
use crate::plan::{Action, Change, Plan, Reason, ReasonCode};

const TODAY: Date = date(2026, 3, 1);

fn rules(texts: &[&str]) -> Rules {
    let file =
        |(n, text): (usize, &&str)| RuleFile { name: format!("{n}.rego").into(), text: (*text).into() };
    Rules { files: texts.iter().enumerate().map(file).collect(), ..Rules::default() }
}

fn place(line: usize) -> Place {
    Place { file: "landbridge.yaml".into(), start: 0, end: 1, line, column: 1 }
}

/// A plan that deletes one endpoint.
fn plan() -> Plan {
    let change = Change {
        address: "vpcep_endpoint.shop".parse().unwrap(),
        provider: "shop".into(),
        action: Action::Delete,
        reason: Reason::new(ReasonCode::NotDesired, ""),
        place: Some(place(62)),
        id: None,
        differences: Vec::new(),
        notes: Vec::new(),
        steps: Vec::new(),
    };
    Plan { stack: "link".into(), changes: vec![change], ..Plan::default() }
}

fn judge(rules: &Rules) -> Result<Verdict, Vec<Diagnostic>> {
    evaluate(rules, &plan(), TODAY)
}

fn told(verdict: &Verdict) -> Vec<String> {
    let one = |r: &crate::plan::verdict::Ruling| {
        let line = r.place.as_ref().map_or(0, |place| place.line);
        let word = if r.passes() {
            "passes"
        } else if r.denies() {
            "denies"
        } else {
            "warns"
        };
        format!("{word} {} {} ({line})", r.rule, r.message)
    };
    verdict.rulings.iter().map(one).collect()
}

#[test]
fn rules_of_both_generations_say_what_they_find() {
    let old = r#"package main
deny[msg] { input.landbridge.stack == "link"; msg := "old: vpcep_endpoint.shop goes" }
warn[{"msg": msg, "metadata": {"address": "vpcep_endpoint.shop"}}] { msg := "look" }
violation_named[{"msg": "named"}] { input.format_version == "1.2" }
deny_function(x) { x == 1 }"#;
    let new = r#"package team.rules
deny contains "new" if input.terraform_version
deny_never contains "never" if input.nothing
warn_all := ["a", "b"]"#;
    let tests = "package main\ntest_x { true }";
    let verdict = judge(&rules(&[old, new, tests])).unwrap();
    assert_eq!(verdict.rules, 6);
    assert_eq!(
        told(&verdict),
        [
            "denies main.deny old: vpcep_endpoint.shop goes (62)",
            "denies main.violation_named named (0)",
            "denies team.rules.deny new (0)",
            "warns main.warn look (62)",
            "warns team.rules.warn_all a (0)",
            "warns team.rules.warn_all b (0)",
        ]
    );
    assert_eq!(judge(&Rules::default()).unwrap(), Verdict::default());
    assert_eq!(judge(&rules(&["package main\nallow := true"])).unwrap().notes.len(), 1);
}

#[test]
fn an_exception_holds_until_its_day_for_its_rule_and_resource() {
    let rule = r#"package main
deny_going contains {"msg": "goes", "address": "vpcep_endpoint.shop"} if true
deny_going contains "somewhere" if true"#;
    let exception = |rule: &str, address: Option<&str>, until: Date| Exception {
        rule: rule.into(),
        address: address.map(str::to_owned),
        owner: "ann".into(),
        until,
        reason: "agreed".into(),
        place: place(9),
    };
    let with = |exceptions: Vec<Exception>| judge(&Rules { exceptions, ..rules(&[rule]) }).unwrap();

    let verdict = with(vec![exception("deny_going", Some("vpcep_endpoint.shop"), TODAY)]);
    assert_eq!(
        told(&verdict),
        ["denies main.deny_going somewhere (0)", "passes main.deny_going goes (62)"],
        "the day itself counts, and another finding of the rule does not"
    );
    assert_eq!(verdict.denials().count(), 1);
    assert_eq!(with(vec![exception("main.deny_going", None, TODAY)]).denials().count(), 0);

    let verdict = with(vec![exception("deny_going", None, date(2026, 2, 28))]);
    assert_eq!(verdict.denials().count(), 2);
    assert!(verdict.rulings[0].exemption().contains("ended on 2026-02-28; ann answers"), "{verdict:?}");
    assert_eq!(
        verdict.notes,
        ["the exception from deny_going ended on 2026-02-28: ann renews or removes it (landbridge.yaml:9)"]
    );
    let verdict = with(vec![exception("deny_other", None, TODAY)]);
    assert!(verdict.notes[0].contains("covers nothing in this plan"), "{verdict:?}");

    let own = "package main\ndeny_going contains \"goes\" if true\nexception contains [\"going\"] if true";
    let verdict = judge(&rules(&[own])).unwrap();
    assert_eq!(
        (verdict.denials().count(), verdict.rulings[0].exemption().as_str()),
        (0, "excepted by the policy's own rule `main.exception`")
    );
}

#[test]
fn what_cannot_be_worked_out_never_passes() {
    for (text, said) in [
        ("package main\ndeny[msg] { nope(", "cannot be read"),
        ("deny contains 1 if true", "cannot be read"),
        ("package main\ndeny contains \"x\" if to_number(\"y\") == 1", "cannot be worked out"),
        (
            "package main\ndeny contains \"x\" if http.send({\"url\": \"http://x\", \"method\": \"get\"})",
            "http.send",
        ),
        ("package main\ndeny contains \"x\" if time.now_ns() > 0", "time.now_ns"),
    ] {
        let faults = judge(&rules(&[text])).expect_err(text);
        assert!(faults.iter().any(|fault| fault.detail.contains(said)), "{text}: {faults:#?}");
    }
    let with_data = |data| Rules { data, ..rules(&["package main\ndeny contains data.word if true"]) };
    let word = |value| (Arc::from("data.yaml"), json!({ "word": value }));
    assert_eq!(told(&judge(&with_data(vec![word("said")])).unwrap()), ["denies main.deny said (0)"]);
    assert!(judge(&with_data(vec![word("one"), word("two")])).is_err(), "two truths");
    assert!(judge(&with_data(vec![(Arc::from("list.yaml"), json!([1]))])).is_err());
}

#[test]
fn tests_of_rules_pass_fail_or_wait() {
    let text = r#"package main
deny contains "x" if input.bad
test_good if count(deny) == 1 with input as {"bad": true}
test_wrong if count(deny) == 1 with input as {"bad": false}
test_loud if { print("heard"); false }
todo_test_later if false"#;
    let tested = test(&rules(&[text])).unwrap();
    let told: Vec<_> = tested.iter().map(|t| (t.name.as_str(), &t.told)).collect();
    assert_eq!(
        told,
        [
            ("main.test_good", &Told::Passed),
            ("main.test_loud", &Told::Failed),
            ("main.test_wrong", &Told::Failed),
            ("main.todo_test_later", &Told::Skipped),
        ]
    );
    assert!(tested[1].prints[0].contains("heard"));
}
