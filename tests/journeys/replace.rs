//! Replacement, what the author says about it, and plans about a part.

use landbridge::ops::PlanOptions;
use landbridge::plan::{Action, PlanMode, Selection};

use super::story::LINK;
use crate::common::{Journey, selecting, settled, steps, told};

fn target(address: &str) -> PlanOptions {
    selecting(Selection { target: vec![address.into()], ..Selection::default() })
}

#[tokio::test(start_paused = true)]
async fn a_replaced_service_takes_the_whole_chain_along() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    let planned = journey.plan().await;
    let replaced = planned.plan.changes.iter().filter(|c| c.action.is_replace()).count();
    assert_eq!(replaced, 4, "{:?}", planned.plan.changes.iter().map(told).collect::<Vec<_>>());
    let order: Vec<String> = steps(&planned)
        .iter()
        .map(|s| s.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" "))
        .filter(|s| !s.starts_with("forget"))
        .collect();
    assert_eq!(
        order,
        [
            "delete vpcep_endpoint.shop",
            "delete vpcep_service.payments",
            "create vpcep_service.payments",
            "create vpcep_whitelist.tenants",
            "create vpcep_endpoint.shop",
            "create vpcep_accept.shop",
        ]
    );
    journey.apply().await;
    assert_eq!(journey.count("create_service"), 2);
    assert_eq!(journey.sim.world().services.len(), 1);
    assert_eq!(journey.sim.world().endpoints.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn create_before_destroy() {
    let mut journey = Journey::new(LINK);
    let life = "      tags: { team: payments }\n      lifecycle: { create_before_destroy: true }\n";
    journey.edit("      tags: { team: payments }\n", life);
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    let refused = journey.plan_with(&PlanOptions::default()).await.expect_err("the same port pair");
    assert!(refused.to_string().contains("cannot be made before"), "{refused}");
    journey.edit("server_port: 8443", "server_port: 9443");
    let planned = journey.plan().await;
    let service = planned.plan.changes.iter().find(|c| c.address.kind().as_str() == "vpcep_service");
    assert_eq!(service.map(|c| c.action), Some(Action::CreateThenDelete));
    journey.apply().await;
    let world = journey.sim.world();
    assert_eq!((world.services.len(), world.endpoints.len()), (1, 1));
    assert_eq!(world.services[0].ports[0].server_port, 9443);
}

#[tokio::test(start_paused = true)]
async fn the_authors_lifecycle() {
    // prevent_destroy
    let mut journey = Journey::new(LINK);
    let tags = "      tags: { team: payments }\n";
    journey.edit(tags, &format!("{tags}      lifecycle: {{ prevent_destroy: true }}\n"));
    journey.apply().await;
    let destroy = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
    let refused = journey.plan_with(&destroy).await.expect_err("protected");
    assert!(refused.to_string().contains("prevent_destroy"), "{refused}");
    journey.edit("server_type: LB", "server_type: VM");
    assert!(journey.plan_with(&PlanOptions::default()).await.is_err(), "nor replaced");

    // ignore_changes
    let mut journey = Journey::new(LINK);
    journey.edit(tags, &format!("{tags}      lifecycle: {{ ignore_changes: [tags, ports] }}\n"));
    journey.apply().await;
    journey.edit("team: payments", "team: others").edit("client_port: 443", "client_port: 444");
    journey.assert_converged().await;

    // replace_triggered_by
    let mut journey = Journey::new(LINK);
    journey.edit(
        "      enable_dns: true\n",
        "      enable_dns: true\n      lifecycle: { replace_triggered_by: [vpcep_service.payments.ports] }\n",
    );
    journey.apply().await;
    journey.edit("client_port: 443", "client_port: 444");
    let changes = journey.changes().await;
    assert!(changes.iter().any(|c| c.starts_with("replace vpcep_endpoint.shop")), "{changes:?}");
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn plans_about_a_part() {
    let journey = Journey::new(LINK);
    let applied = settled(journey.try_apply(&target("vpcep_whitelist.tenants")).await);
    let made: Vec<String> = applied.plan.changes.iter().map(|c| c.address.to_string()).collect();
    assert_eq!(made, ["vpcep_service.payments", "vpcep_whitelist.tenants"], "with what it needs");
    let exclude =
        selecting(Selection { exclude: vec!["vpcep_endpoint.shop".into()], ..Selection::default() });
    let planned = settled(journey.plan_with(&exclude).await);
    assert!(planned.plan.changes.is_empty(), "what needs it is left out too");
    journey.apply().await;

    let replace =
        selecting(Selection { replace: vec!["vpcep_endpoint.shop".into()], ..Selection::default() });
    let applied = settled(journey.try_apply(&replace).await);
    assert!(applied.is_success());
    assert_eq!(journey.count("create_endpoint"), 2);
    journey.assert_converged().await;

    let options = PlanOptions { mode: PlanMode::Destroy, ..target("vpcep_endpoint.shop") };
    let applied = settled(journey.try_apply(&options).await);
    assert!(applied.is_success());
    let left: Vec<String> = journey.recorded().objects.keys().map(ToString::to_string).collect();
    assert_eq!(left, ["vpcep_service.payments", "vpcep_whitelist.tenants"], "with what needs it");
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn a_renamed_address_makes_room_before_it_is_made() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("    payments:\n", "    bills:\n").edit("vpcep_service.payments", "vpcep_service.bills");
    journey.apply().await;
    assert_eq!(journey.sim.world().services.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_touches_only_its_instance() {
    let mut journey = Journey::new(
        "stack: many\nproviders:\n  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\nvariables:\n  shops: { type: map(number), default: { a: 8001, b: 8002 } }\nresources:\n  vpcep_service:\n    shop:\n      for_each: ${var.shops}\n      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88\n      server_type: LB\n      service_name: ${each.key}\n      ports: [{ client_port: 443, server_port: \"${each.value}\" }]\n",
    );
    journey.apply().await;
    journey.edit("b: 8002", "b: 8002, c: 8003");
    let changes = journey.changes().await;
    assert_eq!(changes.len(), 1);
    assert!(changes[0].starts_with("create vpcep_service.shop[\"c\"]"), "{changes:?}");
    journey.apply().await;
    journey.edit("a: 8001, ", "");
    let changes = journey.changes().await;
    assert_eq!(changes.len(), 1);
    assert!(changes[0].starts_with("delete vpcep_service.shop[\"a\"]"), "{changes:?}");
    journey.apply().await;
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn a_gateway_endpoint_to_a_service_found_by_name() {
    let journey = Journey::new(
        "stack: obs\nproviders:\n  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\ndata:\n  vpcep_public_service:\n    obs: { name: obs }\nresources:\n  vpcep_endpoint:\n    obs:\n      endpoint_service_id: ${data.vpcep_public_service.obs.id}\n      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4\n",
    );
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints.len(), 1);
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn postconditions_are_checked_before_and_after() {
    let mut journey = Journey::new(LINK);
    let dns = "      enable_dns: true\n";
    journey.edit(dns, &format!("{dns}      lifecycle:\n        postcondition:\n          - {{ condition: '${{vpcep_endpoint.shop.enable_dns}}', message: it needs a name }}\n"));
    journey.apply().await;
    journey.edit("vpcep_endpoint.shop.enable_dns}", "vpcep_endpoint.shop.enable_dns == false}");
    let refused = journey.plan_with(&PlanOptions::default()).await.expect_err("known while planning");
    assert!(refused.to_string().contains("it needs a name"), "{refused}");

    let mut journey = Journey::new(LINK);
    journey.edit(dns, &format!("{dns}      lifecycle:\n        postcondition:\n          - {{ condition: '${{vpcep_endpoint.shop.id == \"x\"}}', message: it has no good id }}\n"));
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.is_success() && applied.report.is_success(), "known only now");
    assert!(format!("{:?}", applied.broken_promises).contains("it has no good id"));
}

/// What an output reads may come to be unknown, and then it is nothing, in this run and in the next plan.
#[tokio::test(start_paused = true)]
async fn an_output_of_what_is_not_known_any_more_is_nothing() {
    let mut journey = Journey::new(LINK);
    journey.edit("value: \"${vpcep_endpoint.shop.ip}\"", "value: \"at ${vpcep_endpoint.shop.ip}\"");
    let first = journey.apply().await;
    assert!(first.report.outputs["address"].value.as_str().is_some_and(|text| text.starts_with("at 1")));
    // Another endpoint, which nobody accepts.
    let start = journey.text.find("  vpcep_accept:").expect("there");
    let end = journey.text.find("outputs:").expect("there");
    journey.text.replace_range(start..end, "");
    journey.edit("enable_dns: true", "enable_dns: false");
    let second = journey.apply().await;
    assert!(second.report.outputs["address"].value.is_null(), "{:?}", second.report.outputs);
}
