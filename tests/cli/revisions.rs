//! Two revisions of a configuration in git, compared without cloud, credentials or environment.

#![expect(clippy::disallowed_methods, reason = "tests make repositories")]

use std::process::Command;

use super::bench::Bench;

fn git(bench: &Bench, args: &[&str]) {
    let identity =
        ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"];
    let output = Command::new("git").args(identity).args(args).current_dir(bench.path("")).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
}

fn commit(bench: &Bench, tag: &str) {
    git(bench, &["add", "--all"]);
    git(bench, &["commit", "--quiet", "--message", tag]);
    git(bench, &["tag", tag]);
}

/// The example across accounts in a repository; credentials come from an environment that is not there.
fn bench() -> Bench {
    let bench = Bench::example("cross-account").env("PATH", "/usr/local/bin:/usr/bin:/bin");
    git(&bench, &["init", "--quiet"]);
    commit(&bench, "one");
    bench
}

#[test]
fn what_two_revisions_differ_in_is_worked_out_offline() {
    let bench = bench();
    bench.edit("client_port: 443", "client_port: 8443");
    bench.edit("shop: 5fc973eea581490997e82ea11a1df31f", "lab: aaa973eea581490997e82ea11a1df31f");
    commit(&bench, "ports");
    let said = bench.run("review --base one").code(0).warns("No cloud was asked");
    let said = said.says("~ update in place  vpcep_service.payments").says("landbridge.yaml:");
    let said = said.says("{ client_port: 443, protocol: TCP, server_port: 8443 }");
    said.says("+ iam:domain::aaa973eea581490997e82ea11a1df31f")
        .says("Plan: 0 to create, 2 to update, 0 to replace, 0 to delete.");
    bench.run("review --base ports").code(0).says("No changes");
    assert!(bench.run("review --base one --head one").code(0).out.contains("No changes"));

    // A replacement takes what refers to it along, and what is gone goes.
    bench.edit(
        "port_id: 4189d3c2-8882-4871-a3c2-d380272eed88",
        "port_id: 4189d3c2-8882-4871-a3c2-d380272eed89",
    );
    bench
        .edit("vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80", "vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed81");
    commit(&bench, "moved");
    let said = bench.run("review --base ports").code(0);
    assert!(
        said.out.contains("vpcep_service.payments") && said.out.contains("vpcep_endpoint.shop"),
        "{}",
        said.out
    );
    let said = bench.run("review --base one --format terraform-json").code(0);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let before =
        &json["resource_changes"].as_array().unwrap().iter().find(|c| c["type"] == "vpcep_endpoint").unwrap();
    assert_eq!(before["change"]["before"]["endpoint_service_id"], "${vpcep_service.payments.id}", "{before}");
}

#[test]
fn a_hostile_repository_gets_nothing_but_its_own_texts() {
    let bench = bench();
    let text = bench.read("landbridge.yaml");
    bench.write(
        "landbridge.yaml",
        &text.replace("service_name: ${local.prefix}", "service_name: ${file(\"../secret\")}"),
    );
    commit(&bench, "outside");
    bench.run("review --base one").code(1).warns("outside of the repository");
    bench.write(
        "landbridge.yaml",
        &text.replace("service_name: ${local.prefix}", "service_name: ${env.LANDBRIDGE_TEST}"),
    );
    commit(&bench, "environment");
    let said = Bench::run(&bench, "review --base one");
    assert!(said.all().contains("LANDBRIDGE_TEST"), "{}", said.all());
    std::fs::remove_file(bench.path("landbridge.yaml")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", bench.path("landbridge.yaml")).unwrap();
    commit(&bench, "link");
    bench.run("review --base one").code(1).warns("there is no configuration in HEAD");
    bench.run("review --base --upload-pack=x").code(1);
    bench.run("review --base=--output=x").code(1).warns("there is no revision");
    bench.run("review --base one -f ../x.yaml").code(1).warns("outside of the repository");
}
