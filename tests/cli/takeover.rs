//! What others manage, or nobody: Terraform's state, and live objects without a configuration, become a
//! configuration and its record.

#![expect(clippy::disallowed_methods, reason = "tests move the files of their folder")]

use serde_json::json;

use super::bench::Bench;

/// The example as it lives in the cloud, without configuration and state; and the ids of its service and
/// its endpoint.
fn live() -> (Bench, String, String) {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    let world = bench.world();
    let block = "{ type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }";
    bench.write(
        "providers.yaml",
        &format!("stack: payments-link\nproviders:\n  owner: {block}\n  shop: {block}\n"),
    );
    std::fs::remove_file(bench.path("landbridge.yaml")).unwrap();
    std::fs::remove_dir_all(bench.path("state/.sim/payments-link")).unwrap();
    (bench, world.services[0].id.to_string(), world.endpoints[0].id.to_string())
}

#[test]
fn what_terraform_manages_is_taken_over_whole() {
    let (bench, service, endpoint) = live();
    let instance = |attributes: serde_json::Value| json!([{ "attributes": attributes }]);
    let resource = |mode: &str, kind: &str, name: &str, instances: serde_json::Value| json!({ "mode": mode, "type": kind, "name": name, "instances": instances });
    let mut inner =
        resource("managed", "huaweicloud_vpcep_endpoint", "this", instance(json!({ "id": endpoint })));
    inner["module"] = json!("module.shops[\"eu\"]");
    inner["instances"][0]["index_key"] = json!("a");
    let decides = json!({ "id": service, "service_id": service, "endpoints": [endpoint] });
    let state = json!({ "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "resources": [
        resource("managed", "huaweicloud_vpcep_service", "pay", instance(json!({ "id": service }))),
        inner,
        resource("managed", "huaweicloud_vpcep_approval", "ok", instance(decides)),
        resource("data", "huaweicloud_vpc", "v", instance(json!({ "id": "v" }))),
        resource("managed", "huaweicloud_vpc", "v", instance(json!({ "id": "v" }))),
        resource("managed", "huaweicloud_vpcep_service", "gone", instance(json!({ "id": "0f0f0f0f-0000-4000-8000-000000000001" }))),
    ] });
    bench.write("terraform.tfstate", &state.to_string());
    let shown = bench.run("import --from-tfstate terraform.tfstate --sim").code(0).says("  vpcep_service:");
    let table: Vec<Vec<&str>> = shown
        .out
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect())
        .collect();
    assert_eq!(
        table,
        [
            ["In Terraform", "Here"],
            ["huaweicloud_vpcep_service.pay", "vpcep_service.pay, vpcep_whitelist.pay"],
            ["module.shops[\"eu\"].huaweicloud_vpcep_endpoint.this[\"a\"]", "vpcep_endpoint.shops_eu[\"a\"]"],
            ["huaweicloud_vpcep_approval.ok", "vpcep_accept.shops_eu[\"a\"]"],
            ["huaweicloud_vpcep_service.gone", "left out: no provider block leads to it"],
            ["data.huaweicloud_vpc.v", "left out: lookups are not managed"],
            ["huaweicloud_vpc.v", "left out: we have no such kind"],
        ]
    );
    assert_eq!(bench.run("state list --sim").code(0).out, "", "it was only shown");
    bench.run("import --from-tfstate terraform.tfstate --out links.yaml --sim").code(0).says("4 objects");
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench
        .run("import --from-tfstate terraform.tfstate --sim")
        .code(0)
        .says("recorded already: vpcep_service.pay, vpcep_whitelist.pay")
        .says("recorded already: vpcep_accept.shops_eu[\"a\"]");
    bench.run("destroy --sim --auto-approve").code(0);
    assert!(bench.world().services.is_empty() && bench.world().endpoints.is_empty());
}

#[test]
fn an_export_takes_what_its_filters_mean_and_says_what_they_do_not_reach() {
    let (bench, service, endpoint) = live();
    let all = bench.run("export --sim").code(0).out;
    for kind in ["vpcep_service:", "vpcep_whitelist:", "vpcep_endpoint:", "vpcep_accept:"] {
        assert!(all.contains(kind), "{kind}\n{all}");
    }
    // A service brings its endpoints along: they are one link.
    for whole in
        ["--name pay", "--tag team=payments", "--tag team", "--vpc 4189d3c2-8882-4871-a3c2-d380272eed80"]
    {
        assert_eq!(bench.run(&format!("export --sim {whole}")).code(0).out, all, "{whole}");
    }
    for none in
        ["--name other", "--tag team=others", "--tag Name", "--vpc 00000000-0000-4000-8000-000000000000"]
    {
        bench.run(&format!("export --sim {none}")).code(0).warns("Nothing was found");
    }
    // What is named by its id comes alone; whatever it needs and has no address is written by its id.
    let alone = bench.run(&format!("export --sim --id {endpoint}")).code(0).out;
    assert!(alone.contains("vpcep_endpoint:") && alone.contains(&format!("endpoint_service_id: {service}")));
    assert!(!alone.contains("vpcep_service:"), "{alone}");
    let owner = bench.run("export --sim --provider owner").code(0).out;
    assert!(owner.contains("vpcep_service:") && !owner.contains("vpcep_endpoint:"), "{owner}");
    bench.run("export --sim --provider owners").code(1).warns("there is owner, shop");
    bench.run("export --sim --id nothing").code(1).warns("no provider block leads to an object `nothing`");
    // A file that is there is not overwritten.
    bench.write("mine.yaml", "# mine\n");
    bench.run("export --sim --out mine.yaml").code(1).warns("is not overwritten");
    assert_eq!(bench.read("mine.yaml"), "# mine\n");
    assert_eq!(bench.run("state list --sim").code(0).out, "", "nothing was recorded");
}
