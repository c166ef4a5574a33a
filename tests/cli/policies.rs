//! Policies: the starter pack and its tests, a refused apply, exceptions that end.

use super::bench::Bench;

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies");

/// The example across accounts, held against the starter pack.
fn bench() -> Bench {
    let bench = Bench::example("cross-account");
    let rules = format!("policies:\n  rules: [{PACK}]\n  data: [{PACK}/limits.yaml]\n  exceptions: []\n");
    bench.write("landbridge.yaml", &format!("{}\n{rules}", bench.read("landbridge.yaml")));
    bench
}

#[test]
fn the_starter_pack_passes_its_tests() {
    let bench = Bench::empty();
    let said = bench.run(&format!("policy test {PACK}")).code(0);
    for file in ["approval", "connections", "limits", "naming", "tags", "whitelist"] {
        assert!(said.out.contains(&format!("{file}_test.rego")), "{file} has tests: {}", said.out);
    }
    said.says(" passed, 0 failed.");
    bench.write("x.rego", "package main\ntest_wrong { false }");
    bench.run("policy test x.rego").code(1).says("FAIL    main.test_wrong");
    bench.write("x.rego", "package main\ndeny { false }");
    bench.run("policy test x.rego").code(1).warns("there is no test");
}

#[test]
fn what_a_policy_denies_is_not_done() {
    let bench = bench();
    let denied = "vpcep_endpoint.shop: the tag `team` is missing [main.deny_missing_tags]";
    let plan = bench.run("plan --sim --out link.plan").code(0);
    plan.says("1 denial from 8 rules").says("refused  vpcep_endpoint.shop  landbridge.yaml:62");
    bench.run("apply --sim --auto-approve").code(1).warns(denied);
    bench.run("apply link.plan --sim").code(1).warns(denied);
    assert_eq!(bench.run("state list --sim").code(0).out, "", "nothing was done");
    let json = bench.run("plan --sim --json").code(0).out;
    let event = json.lines().find(|line| line.contains("Denied by a policy")).expect("an event");
    let event: serde_json::Value = serde_json::from_str(event).unwrap();
    assert_eq!(event["diagnostic"]["address"], "vpcep_endpoint.shop");

    let exception =
        "{ rule: deny_missing_tags, address: vpcep_endpoint.shop, owner: ann, until: 2999-12-31 }";
    bench.edit("exceptions: []", &format!("exceptions: [{exception}]"));
    bench.run("apply --sim --auto-approve").code(0).says("excepted until 2999-12-31, ann answers for it");

    // A service in use is not deleted, nor anything else in production.
    let plan = bench.run("destroy --sim --auto-approve").code(1);
    plan.warns("main.deny_too_many").warns("policies deny this plan");
    bench.edit("2999-12-31", "2026-01-31");
    bench.run("plan --sim").code(0).says("its exception ended on 2026-01-31; ann answers for it");
}

#[test]
fn faults_in_policies_stop_the_plan_where_they_are_named() {
    let bench = bench();
    let text = bench.read("landbridge.yaml");
    bench.edit(&format!("rules: [{PACK}]"), "rules: [none]");
    bench.run("plan --sim").code(1).warns("landbridge.yaml:").warns("failed to read none");
    bench.write("landbridge.yaml", &text);
    bench.edit("exceptions: []", "exceptions: [{ rule: x, until: soon }]\n  extra: 1");
    let said = bench.run("validate").code(1);
    said.warns("has no `owner`").warns("`soon` is no date").warns("there is no `extra` in `policies`");
}
