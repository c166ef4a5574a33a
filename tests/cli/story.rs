//! The story of the README through the binary: from YAML to a converged link, and away again.

use super::bench::Bench;

/// Consumers by name in the example; a second one joins in the story.
const TENANT: &str = "      shop: 5fc973eea581490997e82ea11a1df31f\n";

/// The paragraphs of a plan that begin with an action, without ids and places.
fn paragraphs(plan: &str) -> Vec<String> {
    let about = |text: &&str| text.starts_with(['+', '~', '-', '=', '.', '<', '>']);
    let lines = |text: &str| {
        let bare = text.lines().map(|line| line.split("  id ").next().unwrap_or(line).trim_end().to_owned());
        bare.filter(|line| !line.contains("landbridge.yaml:")).collect::<Vec<_>>().join("\n")
    };
    plan.split("\n\n").filter(about).map(lines).collect()
}

#[test]
fn from_yaml_to_a_converged_link_and_away_again() {
    let bench = Bench::example("cross-account");
    let first = bench.run("plan --sim --detailed-exitcode").code(2);
    assert_eq!(first.out, bench.run("plan --sim --detailed-exitcode").code(2).out, "the same bytes twice");
    let first =
        first.says("simulated cloud").says("Plan: 4 to create, 0 to update, 0 to replace, 0 to delete.");
    let order =
        ["vpcep_service.payments", "vpcep_whitelist.tenants", "vpcep_endpoint.shop", "vpcep_accept.shop"];
    let places: Vec<_> = order.iter().map(|a| first.out.find(&format!("+ create  {a}")).unwrap()).collect();
    assert!(places.is_sorted(), "the plan reads in the order of doing");

    let applied = bench.run("apply --sim --auto-approve").code(0).says("Apply complete: 4 created.");
    assert!(!applied.err.contains("vpcep_"), "progress is for terminals: {}", applied.err);
    let address = bench.run("output address --raw --sim").code(0).out;
    assert!(address.parse::<std::net::Ipv4Addr>().is_ok(), "{address}");

    bench
        .run("plan --sim --detailed-exitcode")
        .code(0)
        .says("No changes. The cloud matches the configuration.");
    bench.run("drift --sim").code(0);

    bench.edit("client_port: 443", "client_port: 8443");
    bench.edit(TENANT, &format!("{TENANT}      lab: aaa973eea581490997e82ea11a1df31f\n"));
    let changed = bench.run("plan --sim --detailed-exitcode").code(2);
    assert_eq!(
        paragraphs(&changed.out),
        [
            "~ update in place  vpcep_service.payments\n  \
             ~ ports  - { client_port: 443, protocol: TCP, server_port: 8443 }\n           \
             + { client_port: 8443, protocol: TCP, server_port: 8443 }",
            "~ update in place  vpcep_whitelist.tenants\n  \
             ~ permissions  + iam:domain::aaa973eea581490997e82ea11a1df31f\n                   \
             (1 other stays)",
        ]
    );
    bench.run("apply --sim --auto-approve").code(0).says("Apply complete: 2 updated.");
    bench.run("plan --sim --detailed-exitcode").code(0);
    assert_eq!(bench.run("output address --raw --sim").out, address, "the endpoint stayed");

    bench.run("destroy --sim --auto-approve").code(0).says("Destroy complete: 4 deleted.");
    assert_eq!(bench.run("state list --sim").code(0).out, "");
    bench.run("destroy --sim --auto-approve").code(0).says("There is nothing to destroy.");
}

#[test]
fn a_saved_plan_is_reviewed_and_done_exactly_or_refused() {
    let bench = Bench::example("across-vpcs");
    bench.run("plan --sim --out link.plan").code(0);
    bench.run("review link.plan").code(0).says("Plan: 2 to create");
    let json: serde_json::Value =
        serde_json::from_str(&bench.run("review link.plan --format json").code(0).out).unwrap();
    assert_eq!(json["counts"]["create"], 2);
    bench.run("apply link.plan --sim").code(0).says("Apply complete: 2 created.");
    bench.run("apply link.plan --sim").code(1).warns("stale");
    bench.write("link.plan", "{}");
    bench.run("review link.plan").code(1).warns("cannot be used");
}

#[test]
fn whoever_waits_is_accepted_by_a_stack_of_the_owner() {
    let bench = Bench::example("accept-waiting");
    bench.run("--sim -f service.yaml apply --auto-approve").code(0);
    let service = bench.run("--sim -f service.yaml output service --raw").code(0).out;
    let var = format!("--sim --var service={service}");
    bench.run(&format!("{var} -f consumer.yaml apply --auto-approve")).code(0);
    bench.run(&format!("{var} apply --auto-approve")).code(0).says("connections  1");
    bench.run(&format!("{var} plan --detailed-exitcode")).code(0);
    bench.run(&format!("{var} -f consumer.yaml plan --detailed-exitcode")).code(0);
}

#[test]
fn a_gateway_to_object_storage_finds_its_service_by_name() {
    let bench = Bench::example("obs-gateway");
    bench.run("apply --sim --auto-approve").code(0).says("1 created").says("obs");
    bench.run("plan --sim --detailed-exitcode").code(0);
}
