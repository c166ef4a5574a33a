//! What a plan asks the clouds for: no more than it must, and what it has guessed never counts
//! against what they answer.

use landbridge::ops::PlanOptions;
use landbridge::plan::PlanMode;
use landbridge::sim::{Quota, Settings};

use super::scenario;
use super::story::LINK;
use crate::common::{Journey, admit_another};

/// A stack that is large enough for a guess: one service, and consumers by the hundred.
fn large() -> Journey {
    let text = "
stack: large
providers:
  owner: { type: huaweicloud, region: tr-west-1 }
  shop: { type: huaweicloud, region: tr-west-1 }
resources:
  vpcep_service:
    payments:
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [{ client_port: 443, server_port: 8443 }]
  vpcep_whitelist:
    tenants:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      permissions: ['iam:domain::5fc973eea581490997e82ea11a1df31f']
  vpcep_endpoint:
    shop:
      provider: shop
      for_each: '${toset([for n in range(250) : tostring(n)])}'
      endpoint_service_id: ${vpcep_service.payments.id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
  vpcep_accept:
    shop:
      provider: owner
      for_each: '${toset([for n in range(250) : tostring(n)])}'
      endpoint_service_id: ${vpcep_service.payments.id}
      endpoint_id: ${vpcep_endpoint.shop[each.key].id}
";
    let quota = Quota { endpoint_service: 1, endpoint: 250 };
    Journey::with(text, Settings { quota: Some(quota), ..Settings::embedded() })
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_asked_for_only_where_its_endpoint_has_moved() {
    for scenario in &scenario::ALL {
        let (journey, name) = (scenario.journey(), scenario.name);
        let asked = || scenario.count(&journey, "$list_connections");
        journey.apply().await;
        let before = asked();
        journey.assert_converged().await;
        assert_eq!(asked(), before, "{name}: the endpoint shows it");
        journey.meddle(scenario.cut).await;
        let again: Vec<String> =
            scenario.accepts.iter().map(|accept| format!("update {accept} (decision)")).collect();
        assert_eq!(journey.changes().await, again, "{name}");
        let each = scenario.accepts.len() as u64;
        assert_eq!(asked(), before + each, "{name}");
        // What others did is looked for in the connection itself.
        assert!(!journey.drift().await.is_empty(), "{name}");
        assert_eq!(asked(), before + 2 * each, "{name}");
        // And a read that fails is no answer.
        let rule = "{ operation: $list_connections, error: { status: 500 } }";
        let rules: Vec<String> = scenario.clouds.iter().map(|words| words.say(rule)).collect();
        journey.faults(&rules.iter().map(String::as_str).collect::<Vec<_>>());
        let refused = journey.plan_with(&PlanOptions::default()).await.err().map(|f| f.to_string());
        assert!(refused.is_some_and(|text| text.contains("never taken for an absent object")), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_description_that_the_author_sets_is_asked_for() {
    let mut journey = Journey::new(LINK);
    journey.edit(
        "endpoint_id: ${vpcep_endpoint.shop.id}",
        "endpoint_id: ${vpcep_endpoint.shop.id}\n      description: ours",
    );
    journey.apply().await;
    journey.meddle(|w| w.endpoints[0].connection_description = "theirs".into()).await;
    assert_eq!(journey.changes().await, ["update vpcep_accept.shop (description)"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_large_plan_guessed_never_hides_what_others_did() {
    let journey = large();
    journey.apply().await;
    journey.assert_converged().await;
    let whole = PlanOptions { passing: false, ..PlanOptions::default() };
    assert!(journey.plan_with(&whole).await.is_ok_and(|planned| planned.plan.is_empty()));
    // The record was never read back from a whitelist that somebody emptied…
    journey.meddle(|w| w.permissions.clear()).await;
    assert_eq!(journey.changes().await, ["update vpcep_whitelist.tenants (permissions)"]);
    assert_eq!(journey.drift().await, ["vpcep_whitelist.tenants: permissions"]);
    journey.apply().await;
    journey.meddle(admit_another).await;
    journey.assert_converged().await;
    // …and not from one that cannot be read.
    journey.faults(&["{ operation: list_permissions, error: { status: 403 } }"]);
    for mode in [PlanMode::Normal, PlanMode::Destroy, PlanMode::RefreshOnly] {
        let refused = journey.plan_with(&PlanOptions { mode, ..PlanOptions::default() }).await;
        let told = refused.err().map(|f| f.to_string()).unwrap_or_default();
        assert!(told.contains("never taken for an absent object"), "{mode:?}: {told}");
    }
}
