//! `rehearse` and `drill`, as a user sees them.

use super::bench::Bench;

/// The example with its link made, and the cloud as it is then.
fn applied() -> (Bench, String) {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    let world = bench.read("state/.sim/world.yaml");
    (bench, world)
}

#[test]
fn a_rehearsal_says_what_apply_would_come_to() {
    let bench = Bench::example("cross-account");
    bench.run("plan --sim --out link.plan").code(0);
    let said = bench.run("rehearse --sim link.plan").code(0);
    let before = bench.read("state/.sim/world.yaml");
    insta::assert_snapshot!(said.out, @"
    The plan would succeed: 4 steps in about 3m10s.

    Where the time goes (from, how long)
          0s   1m33s  s1 create vpcep_service.payments
       1m33s      0s  s2 create vpcep_whitelist.tenants
       1m33s   1m33s  s3 create vpcep_endpoint.shop
       3m06s      3s  s4 create vpcep_accept.shop

    Calls
      4 writing: connection_action 1, create_endpoint 1, create_service 1, permission_action 1
      65 reading: get_endpoint 29, get_service 28, list_connections 7, list_permissions 1

    Left of the quotas afterwards
      owner: 50 endpoints, 19 endpoint services
      shop: 49 endpoints, 20 endpoint services

    What cannot be known from outside
      whether the credentials of `owner`, `shop` have the rights that these changes need
      whether an endpoint's `vpc_id` and `subnet_id` exist, have a free address, and lie outside
        198.19.128.0/17, which the cloud keeps for itself
      whether `port_id` is a back end of that `server_type` in that `vpc_id`, and whether a service of
        another project uses one of its ports

    Nothing was changed: 13 reading calls drew a twin of what is live, and the plan ran there.
    ");
    bench.run("rehearse --sim link.plan").code(0);
    assert_eq!(bench.read("state/.sim/world.yaml"), before, "the cloud is as it was");
    assert!(!bench.path("state/.sim/payments-link").exists(), "there is no state yet");
    let told = bench.run("rehearse --sim link.plan --json").code(0);
    let last: serde_json::Value = serde_json::from_str(told.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["type"], &last["rehearsal"]["would"]), (&"rehearsal".into(), &"succeed".into()));
    assert_eq!(last["rehearsal"]["critical_path"][3]["address"], "vpcep_accept.shop");

    // Somebody takes the ports meanwhile.
    let service = "services:\n- { id: 11111111-2222-4333-8444-555555555555, project: 0f1e2d3c4b5a69788796a5b4c3d2e1f0, \
        port_id: 4189d3c2-8882-4871-a3c2-d380272eed88, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, server_type: LB, \
        status: available, approval_enabled: true, ports: [{ client_port: 1, server_port: 8443 }], tcp_proxy: close, \
        created_at: 2026-02-01T00:00:00Z, updated_at: 2026-02-01T00:00:00Z }\n";
    bench.write("state/.sim/world.yaml", &format!("{before}{service}"));
    let said = bench.run("rehearse --sim link.plan").code(1);
    let head =
        "The plan would fail at s1 create vpcep_service.payments with EndPoint.3044, after 0 of 4 steps";
    assert!(said.out.starts_with(head), "{}", said.out);
    assert!(said.out.contains("not tried, because vpcep_service.payments did not succeed"), "{}", said.out);
    bench.run("rehearse --sim nowhere.plan").code(1).warns("nowhere.plan");
    let real = bench.run("apply --sim link.plan").code(1);
    assert!(real.err.contains("EndPoint.3044"), "{}", real.err);
}

#[test]
fn a_rehearsal_spans_clouds() {
    let bench = Bench::example("both-clouds");
    bench.run("plan --sim --out both.plan").code(0);
    let said = bench.run("rehearse --sim both.plan").code(0);
    assert!(said.out.starts_with("The plan would succeed: 5 steps in about "), "{}", said.out);
    bench.run("apply --sim both.plan").code(0);
    let said = bench.run("drill --sim --lose all").code(0);
    assert!(said.out.starts_with("Lost on the twin: 5 objects. All came back"), "{}", said.out);
}

#[test]
fn a_drill_measures_each_loss_against_its_target() {
    let (bench, world) = applied();
    let state = bench.read("state/.sim/payments-link/state.json");
    for lose in ["all", "state", "provider=shop", "kind=vpcep_accept", "share=50", "all --lose state"] {
        let said = bench.run(&format!("drill --sim --lose {lose} --target 5m")).code(0);
        assert!(
            said.out.contains("All came back: after ") && said.out.contains(", within the 5m00s"),
            "{}",
            said.out
        );
    }
    // What makes a service takes longer than that.
    let late = bench.run("drill --sim --lose all --target 1s --report junit=drill.xml").code(1);
    assert!(late.out.contains("All came back too late: after "), "{}", late.out);
    let report = bench.read("drill.xml");
    let shape: Vec<String> = report
        .lines()
        .map(|line| {
            // Times, and what is made of them, differ.
            let mut words = line.split(" time=\"");
            let first = words.next().unwrap_or_default().to_owned();
            let rest = words.filter_map(|rest| rest.split_once('"')).map(|(_, rest)| rest.to_owned());
            std::iter::once(first).chain(rest).collect()
        })
        .collect();
    insta::with_settings!({ filters => vec![(r"\b\d+s, \d+s more", "[time], [time] more")] }, {
        insta::assert_snapshot!(shape.join("\n"), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="5" failures="1"><testsuite name="drill payments-link" tests="5" failures="1" errors="0">
          <testcase classname="payments-link" name="recovery within 1s"><failure message="it took [time], [time] more than the 1s allowed">it took [time], [time] more than the 1s allowed</failure></testcase>
          <testcase classname="vpcep_accept" name="vpcep_accept.shop"></testcase>
          <testcase classname="vpcep_endpoint" name="vpcep_endpoint.shop"></testcase>
          <testcase classname="vpcep_service" name="vpcep_service.payments"></testcase>
          <testcase classname="vpcep_whitelist" name="vpcep_whitelist.tenants"></testcase>
        </testsuite></testsuites>
        "#);
    });
    let told = bench.run("drill --sim --lose state --json").code(0);
    let last: serde_json::Value = serde_json::from_str(told.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["type"], &last["drill"]["found_again"]), (&"drill".into(), &4.into()));
    bench
        .run("drill --sim --lose kind=vpcep_gateway")
        .code(1)
        .warns("nothing of kind `vpcep_gateway` is recorded");
    bench.run("drill --sim --lose everything").code(1).warns("provider=NAME");
    assert_eq!(bench.read("state/.sim/world.yaml"), world, "the cloud is as it was");
    assert_eq!(bench.read("state/.sim/payments-link/state.json"), state, "the state is as it was");
}
