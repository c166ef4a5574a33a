//! What a plan puts at risk, how long it will take, and the limits that apply keeps.

use landbridge::ops::{self, PlanOptions};
use landbridge::plan::risk::{HazardKind, Level};
use landbridge::plan::{Approval, Limit, PlanMode};
use landbridge::state;

use super::story::LINK;
use crate::common::{Journey, settled};

/// The sentences of the next plan's hazards.
async fn hazards(journey: &Journey) -> Vec<String> {
    journey.plan().await.plan.risk.hazards.into_iter().map(|hazard| hazard.text).collect()
}

/// Fourteen services, whose number is edited.
const MANY: &str = r#"
stack: many
providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }
resources:
  vpcep_service:
    s:
      for_each: '${toset([for i in range(0, 14) : tostring(i)])}'
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [{ client_port: 443, server_port: "${8000 + tonumber(each.key)}" }]
"#;

#[tokio::test(start_paused = true)]
async fn a_first_creation_risks_nothing() {
    let journey = Journey::new(LINK);
    let risk = journey.plan().await.plan.risk;
    assert_eq!((risk.level(), risk.hazards.len(), risk.exceeded.len()), (Level::Low, 0, 0));
    let estimate = risk.estimate.expect("something is done");
    assert_eq!((estimate.recorded, estimate.assumed), (0, 4), "no earlier run");
    // A service and an endpoint of a minute and a half each, a whitelist and a decision between.
    assert_eq!(estimate.seconds, 186);
    assert_eq!(estimate.path.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_service_cuts_its_connections() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    let risk = journey.plan().await.plan.risk;
    assert_eq!(risk.level(), Level::High);
    let cuts: Vec<_> = risk.hazards.iter().filter(|h| h.kind == HazardKind::CutsConnections).collect();
    assert_eq!(cuts.len(), 1, "one connection is told once: {:#?}", risk.hazards);
    assert_eq!(cuts[0].connections, 1);
    assert_eq!(
        cuts[0].text,
        "`vpcep_service.payments` is replaced, which cuts 1 live connection: `vpcep_endpoint.shop` of `shop` (account `5fc973eea581490997e82ea11a1df31f`), and perhaps consumers outside this stack, since the cloud did not say how many there are"
    );
    // From the end of the old endpoint to the acceptance of the new one: less than the whole run.
    let run = risk.estimate.as_ref().expect("something is done").seconds;
    let down = cuts[0].consumers[0].down_s.expect("a new one is made");
    assert!(0 < down && down <= run, "{down} of {run}");
    let names: Vec<_> = risk.hazards.iter().filter(|h| h.kind == HazardKind::LosesNames).collect();
    assert_eq!(names.len(), 2, "{:#?}", risk.hazards);
    assert!(names[0].text.contains("the address `10.64.0.2`"), "{}", names[0].text);
    assert!(names[0].text.ends_with("so do outputs that read it: `address`"), "{}", names[0].text);
    assert_eq!(risk.irreversible.len(), 2, "the service and the endpoint do not come back");
}

#[tokio::test(start_paused = true)]
async fn a_sensitive_address_is_at_stake_without_being_told() {
    let mut journey = Journey::new(LINK);
    journey.edit("      enable_dns: true\n", "      enable_dns: true\n      sensitive: [ip]\n");
    journey.edit(
        "value: \"${vpcep_endpoint.shop.ip}\"",
        "value: \"${vpcep_endpoint.shop.ip}\", sensitive: true",
    );
    journey.apply().await;
    journey.edit("enable_dns: true", "enable_dns: false");
    let told = hazards(&journey).await.join("\n");
    assert!(told.contains("the address (sensitive)"), "{told}");
    assert!(!told.contains("10.64.0.2"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_port_that_goes_is_felt_and_one_that_comes_is_not() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit(
        "- { client_port: 443, server_port: 8443 }",
        "- { client_port: 443, server_port: 8443 }\n        - { client_port: 444, server_port: 8444 }",
    );
    assert_eq!(hazards(&journey).await, Vec::<String>::new());
    journey.edit("- { client_port: 443, server_port: 8443 }\n", "");
    assert_eq!(
        hazards(&journey).await,
        [
            "`vpcep_service.payments`: `ports` changes: connections to a port mapping that goes are cut; live now: `vpcep_endpoint.shop` of `shop` (account `5fc973eea581490997e82ea11a1df31f`), and perhaps consumers outside this stack, since the cloud did not say how many there are; clients of a mapping that goes have to dial another port; the mappings that stay are not changed"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_whitelist_and_who_is_rejected() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("{ shop: 5fc973eea581490997e82ea11a1df31f }", "{ other: aaa973eea581490997e82ea11a1df31f }");
    let told = hazards(&journey).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("connections that are accepted stay"), "{told:?}");
    journey.edit("{ other: aaa973eea581490997e82ea11a1df31f }", "{ shop: 5fc973eea581490997e82ea11a1df31f }");
    journey.edit(
        "endpoint_id: ${vpcep_endpoint.shop.id}",
        "endpoint_id: ${vpcep_endpoint.shop.id}\n      decision: reject",
    );
    let risk = journey.plan().await.plan.risk;
    assert_eq!((risk.level(), risk.connections_cut()), (Level::High, 1), "{risk:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_mass_deletion_is_refused_until_it_is_overridden_and_that_is_recorded() {
    let mut journey = Journey::new(MANY);
    journey.apply().await;
    journey.edit("range(0, 14)", "range(0, 10)");
    assert!(journey.plan().await.plan.risk.exceeded.is_empty(), "4 of 14 are less than 30 %");
    journey.edit("range(0, 10)", "range(0, 9)");
    let planned = journey.plan().await;
    let refusal = planned.plan.clone().approve(Approval::Automatic).expect_err("5 of 14");
    assert!(
        refusal.why.contains("5 of 14 recorded objects are deleted or replaced: 36 %, more than the limit"),
        "{refusal}"
    );
    assert!(refusal.hint.contains("--override-limit deletes"), "{}", refusal.hint);
    let other = planned.plan.clone().approve_beyond(Approval::Automatic, &[Limit::CutConnections]);
    assert!(other.is_err(), "another limit's override is none of this one");

    let workspace = journey.workspace();
    let approved = planned.plan.approve_beyond(Approval::Automatic, &[Limit::Deletes]).expect("overridden");
    let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
    let (_stopper, cancel) = landbridge::apply::Stopper::new();
    let applied = settled(ops::apply(&workspace, approved, planned.secrets, events, cancel).await);
    assert!(applied.is_success());
    let history = state::history::list(&journey.backend("many")).expect("a history");
    let overrides: Vec<_> =
        history.iter().filter_map(|s| s.run.as_ref()).map(|run| run.overrides.clone()).collect();
    assert_eq!(overrides, [vec![], vec!["deletes".to_owned()]]);
}

#[tokio::test(start_paused = true)]
async fn the_author_sets_the_limits() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("stack: payments-link\n", "stack: payments-link\nlimits: { cut_connections: 0 }\n");
    journey.edit("enable_dns: true", "enable_dns: false");
    let exceeded: Vec<_> = journey.plan().await.plan.risk.exceeded.iter().map(|e| e.limit).collect();
    assert_eq!(exceeded, [Limit::CutConnections]);
    // What is written holds for destroy too; the usual limit of deletes does not.
    let options = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
    let exceeded = settled(journey.plan_with(&options).await).plan.risk.exceeded;
    assert_eq!(exceeded.len(), 1, "{exceeded:#?}");
    journey.edit("cut_connections: 0", "cut_connections: 1");
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn durations_come_from_earlier_runs() {
    let journey = Journey::new(LINK);
    journey.apply().await;
    let timings = journey.recorded().timings;
    assert_eq!(timings["vpcep_service create"].count, 1);
    assert!(timings["vpcep_service create"].mean_ms > 0, "{timings:#?}");
    journey.destroy().await;
    let again = journey.plan().await.plan;
    let estimate = again.risk.estimate.clone().expect("something is done");
    assert_eq!((estimate.recorded, estimate.assumed), (4, 0));
    let sum: u64 = timings.iter().filter(|(key, _)| key.ends_with("create")).map(|(_, t)| t.mean_ms).sum();
    assert_eq!(estimate.seconds, sum.div_ceil(1000), "a chain of four creations");
    assert_eq!(
        landbridge::plan::planfile::write(&again),
        landbridge::plan::planfile::write(&journey.plan().await.plan)
    );
}
