//! Six plans of different character, made by the engine against the simulator: what every rendering
//! of a review is held against.

use std::sync::LazyLock;

use landbridge::ops::PlanOptions;
use landbridge::plan::{Plan, PlanMode};
use landbridge::sim::{Quota, Settings};

use crate::common::{Journey, settled};

/// A plan with the name that its golden files have.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) plan: Plan,
}

/// The six plans; made once.
pub(crate) static SIX: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    // Tests that ask for them run in runtimes of their own, so the making gets another thread.
    let made = std::thread::spawn(|| {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().expect("a runtime");
        runtime.block_on(six())
    });
    made.join().expect("the plans")
});

/// What every sensitive value of the plans holds. No rendering may show it.
pub(crate) const CANARY: &str = "CANARY";

async fn six() -> Vec<Sample> {
    let mut samples = vec![
        Sample { name: "first_creation", plan: first_creation().await },
        Sample { name: "port_change", plan: port_change().await },
        Sample { name: "replacement", plan: replacement().await },
        Sample { name: "mass_deletion", plan: mass_deletion().await },
        Sample { name: "drift_only", plan: drift_only().await },
        Sample { name: "five_hundred", plan: five_hundred().await },
    ];
    // The command line says at which commit the configuration stands.
    for (sample, commit) in samples.iter_mut().zip(["", COMMIT, COMMIT, COMMIT, COMMIT, CHANGED]) {
        sample.plan.source.commit = commit.to_owned();
    }
    samples
}

const COMMIT: &str = "6b1f0a3c9d2e47585d1c0b9a8f7e6d5c4b3a2910";
const CHANGED: &str = "6b1f0a3c9d2e47585d1c0b9a8f7e6d5c4b3a2910 with changes";

/// A service with two consumers in accounts of their own, a secret, and outputs.
pub(crate) const CONSUMERS: &str = r#"stack: payments-link

variables:
  tenants:
    type: map(string)
    description: account id of each consumer
    default:
      shop: 5fc973eea581490997e82ea11a1df31f
      logistics: 7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90
  contract:
    type: string
    sensitive: true
    default: CANARY-2026-118

providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
  logistics: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }

resources:
  vpcep_service:
    payments:
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      service_name: pay
      description: ${var.contract}
      ports:
        - { client_port: 443, server_port: 8443 }
        - { client_port: 8080, server_port: 80 }
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
    logistics:
      provider: logistics
      endpoint_service_id: ${vpcep_service.payments.id}
      vpc_id: 4efb5b79-ee6c-49f2-a960-e8af5e908fa2
      subnet_id: 6d12110b-a0c4-49c6-a147-561b796f5656
      enable_dns: true
  vpcep_accept:
    shop:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      endpoint_id: ${vpcep_endpoint.shop.id}
    logistics:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      endpoint_id: ${vpcep_endpoint.logistics.id}

outputs:
  shop_address: { value: "${vpcep_endpoint.shop.ip}" }
  shop_names: { value: "${vpcep_endpoint.shop.dns_names}" }
  contract: { value: "${var.contract}", sensitive: true }
"#;

/// A service with an endpoint in each of many branches.
const BRANCHES: &str = r#"stack: tills

variables:
  branches:
    type: set(string)
    default: [adana, ankara, antalya, bursa, edirne, izmir, kars, konya, mersin, rize, samsun, sivas, trabzon, van]

providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }

resources:
  vpcep_service:
    tills:
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: a77181e7-744c-447d-aca1-064f23cf8672
      server_type: LB
      service_name: tills
      ports:
        - { client_port: 443, server_port: 9443 }
  vpcep_whitelist:
    shop:
      provider: owner
      endpoint_service_id: ${vpcep_service.tills.id}
      permissions: ["iam:domain::5fc973eea581490997e82ea11a1df31f"]
  vpcep_endpoint:
    branch:
      for_each: ${var.branches}
      provider: shop
      endpoint_service_id: ${vpcep_service.tills.id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
      enable_dns: true
      tags: { branch: "${each.key}" }
  vpcep_accept:
    branch:
      for_each: ${var.branches}
      provider: owner
      endpoint_service_id: ${vpcep_service.tills.id}
      endpoint_id: ${vpcep_endpoint.branch[each.key].id}
"#;

/// 125 links: a service, its whitelist, an endpoint and its acceptance each.
const LINKS: &str = r#"stack: tenants-125

locals:
  links: '${ { for n in range(1, 126) : format("t%03d", n) => 9000 + n } }'

providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }

resources:
  vpcep_service:
    link:
      for_each: ${local.links}
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      service_name: ${each.key}
      ports: '${[{ client_port = 443, server_port = each.value }]}'
  vpcep_whitelist:
    link:
      for_each: ${local.links}
      provider: owner
      endpoint_service_id: ${vpcep_service.link[each.key].id}
      permissions: ["iam:domain::5fc973eea581490997e82ea11a1df31f"]
  vpcep_endpoint:
    link:
      for_each: ${local.links}
      provider: shop
      endpoint_service_id: ${vpcep_service.link[each.key].id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
  vpcep_accept:
    link:
      for_each: ${local.links}
      provider: owner
      endpoint_service_id: ${vpcep_service.link[each.key].id}
      endpoint_id: ${vpcep_endpoint.link[each.key].id}
"#;

async fn first_creation() -> Plan {
    Journey::new(CONSUMERS).plan().await.plan
}

async fn port_change() -> Plan {
    let mut journey = Journey::new(CONSUMERS);
    journey.apply().await;
    journey.edit("client_port: 443", "client_port: 8443");
    journey.plan().await.plan
}

/// The service moves to another kind of back end, which no call changes: its two consumers are cut
/// off.
async fn replacement() -> Plan {
    let mut journey = Journey::new(CONSUMERS);
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    journey.plan().await.plan
}

/// Twelve of fourteen branches close.
async fn mass_deletion() -> Plan {
    let mut journey = Journey::new(BRANCHES);
    journey.apply().await;
    journey.edit(
        "[adana, ankara, antalya, bursa, edirne, izmir, kars, konya, mersin, rize, samsun, sivas, trabzon, van]",
        "[ankara, izmir]",
    );
    journey.plan().await.plan
}

/// Somebody else opens a port and stops approving; the record is to follow.
async fn drift_only() -> Plan {
    let journey = Journey::new(CONSUMERS);
    journey.apply().await;
    journey
        .meddle(|world| {
            let service = &mut world.services[0];
            service.approval_enabled = false;
            service.ports[1].client_port = 8081;
            world.permissions.truncate(1);
        })
        .await;
    let options = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    settled(journey.plan_with(&options).await).plan
}

async fn five_hundred() -> Plan {
    let quota = Some(Quota { endpoint_service: 1000, endpoint: 1000 });
    Journey::with(LINKS, Settings { quota, ..Settings::embedded() }).plan().await.plan
}
