//! What a newcomer runs first.

#![expect(
    clippy::disallowed_methods,
    reason = "it reads the page, and lays the example where the page has it"
)]

use std::path::Path;

use super::bench::Bench;

/// The first block of this kind in the README.
fn first_of_readme(fence: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (_, block) = text.split_once(&format!("\n```{fence}\n")).unwrap();
    block.split_once("\n```\n").unwrap().0.to_owned()
}

#[test]
fn the_readme_shows_what_the_first_command_says() {
    assert!(first_of_readme("console").ends_with(" -f examples/cross-account apply --sim"));
    let bench = Bench::empty();
    let example = "examples/cross-account";
    std::fs::create_dir_all(bench.path(example)).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(example).join("landbridge.yaml");
    std::fs::copy(file, bench.path(&format!("{example}/landbridge.yaml"))).unwrap();
    let shown = first_of_readme("text");
    let (plan, rest) = shown.split_once("\nDo exactly this").unwrap();
    assert_eq!(bench.run(&format!("-f {example} plan --sim")).code(0).out, plan);
    let (_, outputs) = rest.split_once("\nApply complete: 4 created.\n").unwrap();
    let applied = bench.run(&format!("-f {example} apply --sim --auto-approve")).code(0).out;
    // The name of an endpoint is drawn, its address is the first that is free.
    let without_names = |text: &str| text.split("\n  names ").next().unwrap().to_owned();
    let (_, ours) = applied.split_once("Apply complete: 4 created.\n").unwrap();
    assert_eq!(without_names(ours), without_names(outputs));
}

#[test]
fn init_then_apply_works_on_the_simulated_cloud_and_nothing_is_overwritten() {
    let bench = Bench::empty();
    bench.run("init --stack my-link").code(0).says("apply --sim");
    assert!(bench.read("landbridge.yaml").contains("stack: my-link "));
    bench.run("init").code(1).warns("not overwritten");
    bench.run("validate --sim").code(0).says("Stack my-link is valid");
    bench.run("apply --sim --auto-approve").code(0).says("4 created");
    bench.run("plan").code(1).warns("OWNER_AK");
}

#[test]
fn the_editor_schema_is_a_schema_and_every_kind_has_a_page() {
    let bench = Bench::empty();
    let schema: serde_json::Value = serde_json::from_str(&bench.run("schema").code(0).out).unwrap();
    assert!(schema["$schema"].is_string() && schema.to_string().contains("vpcep_endpoint"));
    for line in bench.run("schema --list").code(0).out.lines() {
        let kind = line.split_whitespace().next().unwrap();
        bench.run(&format!("schema {kind}")).code(0).says(kind);
    }
    bench.run("schema vpcep_endpoints").code(1).warns("schema --list");
}

#[test]
fn codes_are_explained_and_graphs_drawn() {
    let bench = Bench::example("cross-account");
    bench.run("explain EndPoint.3006").code(0).says("live connections");
    bench.run("explain exit 2").code(0).says("pending");
    bench.run("explain nonsense").code(1);
    bench.run("graph").code(0).says("\"vpcep_endpoint.shop\" -> \"vpcep_whitelist.tenants\"");
    bench.run("graph --format mermaid").code(0).says("flowchart");
    bench.run("completions bash").code(0).says("landbridge");
}

#[test]
fn the_state_is_looked_at_and_corrected_without_touching_the_cloud() {
    let bench = Bench::example("across-vpcs");
    bench.run("apply --sim --auto-approve").code(0);
    bench.run("state list --sim").code(0).says("vpcep_service.web").says("vpcep_endpoint.clients");
    let id = bench.run("output endpoint --raw --sim").code(0).out;
    bench.run("state show vpcep_endpoint.clients --sim").code(0).says(&id);
    bench.run("state verify --sim").code(0).says("whole");
    bench.run("state rm vpcep_endpoint.clients --sim").code(0).says("still in the cloud");
    bench.run("state rm vpcep_endpoint.clients --sim").code(1).warns("nothing is recorded");
    bench.run(&format!("import vpcep_endpoint.clients {id} --sim")).code(0).says("is bound to");
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench.run("state unlock --sim").code(0).says("Nobody");
}
