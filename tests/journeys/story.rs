//! The story of the README: create a link, change a port and an account, destroy it.

use landbridge::ops::{PlanOptions, Planned};
use landbridge::plan::{Action, PlanMode};

use super::scenario;
use crate::common::{Journey, settled, steps, told};

/// A service in one account, its whitelist, an endpoint in another, the acceptance by the first.
pub(crate) const LINK: &str = r#"
stack: payments-link
variables:
  tenants:
    type: map(string)
    default: { shop: 5fc973eea581490997e82ea11a1df31f }
providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
resources:
  vpcep_service:
    payments:
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      service_name: pay
      ports:
        - { client_port: 443, server_port: 8443 }
      tags: { team: payments }
  vpcep_whitelist:
    tenants:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      permissions: '${[for name, id in var.tenants : "iam:domain::${id}"]}'
  vpcep_endpoint:
    shop:
      provider: shop
      endpoint_service_id: ${vpcep_service.payments.id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
      enable_dns: true
  vpcep_accept:
    shop:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      endpoint_id: ${vpcep_endpoint.shop.id}
outputs:
  address: { value: "${vpcep_endpoint.shop.ip}" }
"#;

#[tokio::test(start_paused = true)]
async fn a_link_is_made_changed_and_destroyed() {
    let mut journey = Journey::new(LINK);
    let planned = journey.plan().await;
    assert_eq!(
        steps(&planned),
        [
            "s1 create vpcep_service.payments",
            "s2 create vpcep_whitelist.tenants after s1",
            "s3 create vpcep_endpoint.shop after s1 s2",
            "s4 create vpcep_accept.shop after s1 s3",
        ]
    );
    let applied = journey.apply().await;
    let address = &applied.report.outputs["address"].value;
    assert!(address.as_str().is_some_and(|ip| ip.parse::<std::net::Ipv4Addr>().is_ok()), "{address}");

    journey.edit("client_port: 443", "client_port: 8443");
    journey.edit(
        "shop: 5fc973eea581490997e82ea11a1df31f",
        "shop: 5fc973eea581490997e82ea11a1df31f, lab: 0a0b0c0d0e0f40516273849506172839",
    );
    let planned = journey.plan().await;
    let changes: Vec<String> = planned.plan.changes.iter().map(told).collect();
    assert_eq!(
        changes,
        ["update vpcep_service.payments (ports)", "update vpcep_whitelist.tenants (permissions)"]
    );
    assert!(planned.plan.outputs.is_empty() && planned.plan.drift.is_empty());
    journey.apply().await;

    let applied = journey.destroy().await;
    let deleted = applied.plan.changes.iter().filter(|c| c.action == Action::Delete).count();
    assert_eq!(deleted, 4);
    assert!(journey.recorded().objects.is_empty());
    let counts = journey.sim.request_counts();
    assert_eq!(counts.get("create_service"), Some(&1));
    assert_eq!(counts.get("delete_endpoint"), Some(&1));
    assert_eq!(counts.get("connection_action"), Some(&1), "the rejection goes with the endpoint");
}

/// The same story in every cloud, and across both: made in the order of the links, nothing left to do,
/// ended in reverse.
#[tokio::test(start_paused = true)]
async fn every_link_converges_and_ends_in_reverse() {
    for link in &scenario::ALL {
        let journey = link.journey();
        let made = order(&journey.plan().await);
        journey.apply().await;
        link.assert_one_of_each(&journey, "applied");
        let options = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
        let ended = order(&settled(journey.plan_with(&options).await));
        for (first, then) in [("service", "endpoint"), ("service", "whitelist"), ("endpoint", "accept")] {
            for family in ["vpcep", "privatelink", "elasticsearch"] {
                let at = |order: &[String], word: &str| {
                    let family =
                        if word == "endpoint" || family != "elasticsearch" { family } else { "privatelink" };
                    order.iter().position(|address| address.starts_with(&format!("{family}_{word}.")))
                };
                let (Some(one), Some(other)) = (at(&made, first), at(&made, then)) else { continue };
                assert!(one < other, "{}: {made:?}", link.name);
                // What ends with another has no step of its own, or one that comes first.
                if let (Some(one), Some(other)) = (at(&ended, first), at(&ended, then)) {
                    assert!(other < one, "{}: {ended:?}", link.name);
                }
            }
        }
        journey.destroy().await;
        link.assert_gone(&journey, "destroyed");
    }
}

/// The addresses of a plan's steps that call the cloud, in their order.
fn order(planned: &Planned) -> Vec<String> {
    let calls = steps(planned).into_iter().filter(|step| !step.contains(" forget "));
    calls.map(|step| step.split(' ').nth(2).expect("an address").to_owned()).collect()
}

/// One plan spans both clouds, and a change in the one reaches the other.
#[tokio::test(start_paused = true)]
async fn a_plan_links_two_clouds() {
    let mut journey = scenario::ALL[2].journey();
    journey.apply().await;
    journey.edit("service_name: pay\n", "service_name: billing\n");
    assert_eq!(
        journey.changes().await,
        ["update privatelink_service.hook (description)", "update vpcep_service.payments (service_name)"]
    );
    journey.apply().await;
    let description = &journey.sim.world().alibaba.services[0].settings["ServiceDescription"];
    assert!(description.as_str().is_some_and(|text| text.contains(".billing.")), "{description}");
}

#[tokio::test(start_paused = true)]
async fn an_output_may_be_a_whole_resource() {
    let mut journey = Journey::new(LINK);
    let outputs = journey.text.find("outputs:").expect("outputs");
    journey.text.truncate(outputs);
    journey.text.push_str("outputs: { whole: { value: \"${vpcep_endpoint.shop}\" }, all: { value: \"${[vpcep_endpoint.shop]}\" } }\n");
    journey.apply().await;
    let recorded = journey.recorded();
    let ip = recorded.outputs["whole"].value.as_map().and_then(|map| map["ip"].as_str());
    assert_eq!(ip, Some("10.64.0.2"), "{:?}", recorded.outputs);
    assert_eq!(recorded.outputs["all"].value.as_list().map(<[_]>::len), Some(1));
    journey.assert_converged().await;
    journey.destroy().await;
}
