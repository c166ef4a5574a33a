//! Reviews through the binary: written to files beside a plan, and in the words of another tool.

use super::bench::Bench;

#[test]
fn a_plan_writes_its_review_in_any_form_and_a_saved_one_gives_the_same() {
    let bench = Bench::example("cross-account");
    bench
        .run("plan --sim --out link.plan --link https://ci.example/7 --write github=comment.md --write gitlab-report=report.json")
        .code(0);
    let comment = bench.read("comment.md");
    assert!(comment.contains("**4 to create.**") && comment.contains("https://ci.example/7"), "{comment}");
    let again = bench.run("review link.plan --format github --link https://ci.example/7").code(0);
    assert_eq!(again.out, comment, "the saved plan gives the same comment");
    let report: serde_json::Value = serde_json::from_str(&bench.read("report.json")).expect("JSON");
    assert_eq!(report, serde_json::json!({"create": 4, "update": 0, "delete": 0}));
    // Without a plan file the review is as full.
    bench.run("plan --sim --write terraform-json=shown.json").code(0);
    let shown = bench.read("shown.json");
    assert_eq!(bench.run("review link.plan --format terraform-json").code(0).out, shown);
    bench.run("review link.plan --format nonsense").code(1).warns("sarif");
    bench.run("plan --sim --write nonsense=x").code(1).warns("there is no form `nonsense`");
}

#[test]
fn a_plan_that_is_kept_says_which_one_it_is_in_every_form() {
    let bench = Bench::example("cross-account");
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = bench.run("plan --sim --out link.plan").code(0).out;
    assert!(plain(&said).contains("Apply does exactly this plan"), "{said}");
    let digest = bench.run("review link.plan --json").code(0).out;
    let digest: serde_json::Value = serde_json::from_str(&digest).expect("JSON");
    let digest = &digest["digest"].as_str().expect("a digest")[..12];
    for form in
        ["text", "terraform-text", "markdown", "html", "github", "github-annotations", "gitlab", "sarif"]
    {
        let told = bench.run(&format!("review link.plan --format {form}")).code(0).out;
        assert!(told.contains(digest) && plain(&told).contains("exactly this plan"), "{form}: {told}");
    }
    // What nobody keeps has nothing to point at.
    assert!(!bench.run("plan --sim").code(0).out.contains("exactly this plan"));
}

#[test]
fn the_stream_says_what_is_read_before_what_changes() {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    bench.edit("client_port: 443", "client_port: 8443");
    let events = |line: &str| -> Vec<serde_json::Value> {
        let out = bench.run(line).code(0).out;
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let told = events("plan --sim --json");
    let places =
        |kind: &str| -> Vec<usize> { (0..told.len()).filter(|at| told[*at]["type"] == kind).collect() };
    let (started, completed) = (places("refresh_start"), places("refresh_complete"));
    let objects = |places: &[usize]| -> Vec<String> {
        let told = places.iter().map(|at| &told[*at]["hook"]);
        told.map(|hook| format!("{} {}", hook["resource"]["addr"], hook["id_value"])).collect()
    };
    assert_eq!(objects(&started), objects(&completed));
    assert_eq!(started.len(), 4, "each recorded object: {told:#?}");
    assert!(objects(&started)[0].starts_with("\"vpcep_accept.shop\" \""), "{:?}", objects(&started));
    let changes = places("planned_change");
    assert!(started.last() < completed.first() && completed.last() < changes.first(), "{told:#?}");
    // Who goes by the record reads nothing.
    let told = events("plan --sim --json --refresh=false");
    assert!(!told.iter().any(|event| event["type"] == "refresh_start"), "{told:#?}");
}

#[test]
fn what_other_tools_look_for_is_there() {
    let bench = Bench::example("cross-account");
    bench
        .run("plan --sim --compat terraform")
        .code(0)
        .says("\nTerraform will perform the following actions:\n")
        .says("\n  # vpcep_service.payments will be created\n  + resource \"vpcep_service\" \"payments\" {\n")
        .says("\nPlan: 4 to add, 0 to change, 0 to destroy.\n");
    bench
        .run("apply --sim --auto-approve --compat terraform")
        .code(0)
        .says("\nApply complete! Resources: 4 added, 0 changed, 0 destroyed.\n");
    bench
        .run("plan --sim --compat terraform")
        .code(0)
        .says("No changes. Your infrastructure matches the configuration.");
    let refused = bench.run("plan --sim --compat terraform --var nope=1").code(1);
    assert!(refused.err.starts_with("Error: "), "{}", refused.err);
    bench
        .run("destroy --sim --auto-approve --compat terraform")
        .code(0)
        .says("\nPlan: 0 to add, 0 to change, 4 to destroy.\n")
        .says("\nDestroy complete! Resources: 4 destroyed.\n");
}
