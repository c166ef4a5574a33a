//! The examples, written down again from what is live: a configuration as a person would have written
//! it, whose plan is empty, and which makes the same once more.

use super::bench::Bench;
use crate::common::held;

/// Only what an export needs of a configuration: its stack and its providers.
fn head(text: &str) -> String {
    let line = |word: &str| text.lines().find(|line| line.starts_with(word)).expect("it is there");
    let blocks = text.split_once("\nproviders:\n").expect("providers").1;
    let blocks: Vec<&str> = blocks.lines().take_while(|line| line.starts_with(' ')).collect();
    format!("{}\nproviders:\n{}\n", line("stack:"), blocks.join("\n"))
}

/// Applies an example, forgets its state and its text, and exports it.
fn exported(example: &str) -> Bench {
    let bench = Bench::example(example);
    bench.run("apply --sim --auto-approve").code(0);
    let text = bench.read("landbridge.yaml");
    let stack = text.lines().find_map(|line| line.strip_prefix("stack: ")?.split_whitespace().next());
    std::fs::remove_dir_all(bench.path(&format!("state/.sim/{}", stack.expect("a stack")))).unwrap();
    bench.write("landbridge.yaml", &head(&text));
    bench.run("export --sim --out exported.yaml").code(1).warns("would delete all that it holds");
    bench
        .run("export --sim --out elsewhere/new.yaml")
        .code(1)
        .warns("-f landbridge.yaml -f elsewhere/new.yaml");
    bench
        .run(&format!("{BOTH} export --out exported.yaml"))
        .code(0)
        .says("are written to exported.yaml and recorded");
    bench
}

const BOTH: &str = "-f landbridge.yaml -f exported.yaml --sim";

#[test]
fn what_the_examples_make_is_written_down_and_made_again() {
    let again = |example: &str| {
        let bench = exported(example);
        let before = held(&bench.world());
        bench
            .run(&format!("plan --detailed-exitcode {BOTH}"))
            .code(0)
            .says("No changes. The cloud matches the configuration.");
        bench.run(&format!("destroy --auto-approve {BOTH}")).code(0);
        let nothing = held(&bench.world());
        assert!(nothing.len() < before.len(), "{example}: {nothing:#?}");
        bench.run(&format!("apply --auto-approve {BOTH}")).code(0);
        assert_eq!(held(&bench.world()), before, "{example}");
        bench.run(&format!("plan --detailed-exitcode {BOTH}")).code(0);
    };
    // Nearly all of their time they wait for the simulated cloud.
    std::thread::scope(|scope| {
        for example in ["elasticsearch", "both-clouds", "cross-account", "across-vpcs"] {
            scope.spawn(move || again(example));
        }
    });
}

/// References, names from names, nothing that is so anyway.
#[test]
fn an_export_reads_like_what_a_person_wrote() {
    let text = exported("elasticsearch").read("exported.yaml");
    let (_, resources) = text.split_once('\n').expect("a comment first");
    assert_eq!(
        resources,
        r#"resources:
  privatelink_service:
    web_hooks_of_the_log_cluster:
      provider: customer
      resources:
        - { resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }
        - { resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }
      description: "web hooks of the log cluster"
      connect_bandwidth: 1024
      resource_group_id: rg-acfmsimdefault01
      tags: { team: search }
  elasticsearch_endpoint:
    web_hooks_of_the_log_cluster:
      provider: customer
      instance_id: es-cn-2r429tctl000d0000
      service_id: ${privatelink_service.web_hooks_of_the_log_cluster.id}
      zone_id: cn-hangzhou-i
  privatelink_whitelist:
    web_hooks_of_the_log_cluster:
      provider: customer
      service_id: ${privatelink_service.web_hooks_of_the_log_cluster.id}
      users: ["1000000000000001"]
  privatelink_accept:
    web_hooks_of_the_log_cluster:
      provider: customer
      service_id: ${privatelink_service.web_hooks_of_the_log_cluster.id}
      endpoint_id: ${elasticsearch_endpoint.web_hooks_of_the_log_cluster.id}
      bandwidth: 3072
      traffic_control_mode: BandwidthLimit
"#
    );
}
