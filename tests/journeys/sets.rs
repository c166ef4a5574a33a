//! Whitelists and decisions: what is ours, what is others', and in what order.

use landbridge::sim::EndpointStatus;

use super::scenario;
use super::story::LINK;
use crate::common::{Journey, settled, steps, told};

const OTHER: &str = "iam:domain::ffffffffffffffffffffffffffffffff";

fn permissions(journey: &Journey) -> Vec<String> {
    let mut all: Vec<String> = journey.sim.world().permissions.iter().map(|p| p.permission.clone()).collect();
    all.sort();
    all
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_whitelist_removes_what_is_not_listed_also_when_it_is_new() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey
        .meddle(|w| {
            let mut other = w.permissions[0].clone();
            other.id = "11111111-2222-4333-8444-555555555555".parse().expect("an id");
            other.permission = OTHER.into();
            w.permissions.push(other);
        })
        .await;
    journey.edit("      permissions:", "      mode: exclusive\n      permissions:");
    let planned = journey.plan().await;
    let changes: Vec<String> = planned.plan.changes.iter().map(told).collect();
    assert_eq!(changes, ["update vpcep_whitelist.tenants (permissions, mode)"]);
    assert!(format!("{:?}", planned.plan.changes[0].differences).contains(OTHER), "what goes is shown");
    journey.apply().await;
    assert_eq!(permissions(&journey), ["iam:domain::5fc973eea581490997e82ea11a1df31f"]);
}

#[tokio::test(start_paused = true)]
async fn descriptions_wildcards_and_the_owners_own_account() {
    let list = "permissions: '${[for name, id in var.tenants : \"iam:domain::${id}\"]}'";
    for (what, written, listed) in [
        ("the wildcard", r#"permissions: ["*"]"#, 1),
        ("the other spelling of the wildcard", r#"permissions: ["iam:domain::*"]"#, 1),
        (
            "a description",
            r#"permissions: [{ permission: "iam:domain::5fc973eea581490997e82ea11a1df31f", description: shop }]"#,
            1,
        ),
        (
            "the owner's own account, which is never listed",
            r#"permissions: ["iam:domain::5fc973eea581490997e82ea11a1df31f", "iam:domain::0a1b2c3d4e5f60718293a4b5c6d7e8f9"]"#,
            1,
        ),
    ] {
        let mut journey = Journey::new(LINK);
        journey.edit(list, written);
        journey.apply().await;
        assert_eq!(permissions(&journey).len(), listed, "{what}");
        journey.edit(written, list);
        journey.apply().await;
        journey.edit(list, written);
        journey.apply().await;
        assert_eq!(permissions(&journey).len(), listed, "{what}, coming to it");
        journey.destroy().await;
    }
}

#[tokio::test(start_paused = true)]
async fn grants_come_before_endpoints_and_revocations_after_them() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("  shop: { type", "  logistics: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\n  shop: { type");
    journey.edit("shop: 5fc973eea581490997e82ea11a1df31f", "track: 7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90");
    journey.edit(
        "    shop:\n      provider: shop\n      endpoint_service_id: ${vpcep_service.payments.id}\n      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4\n      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de",
        "    track:\n      provider: logistics\n      endpoint_service_id: ${vpcep_service.payments.id}\n      vpc_id: 4efb5b79-ee6c-49f2-a960-e8af5e908fa2\n      subnet_id: 6d12110b-a0c4-49c6-a147-561b796f5656",
    );
    journey.edit("    shop:\n      provider: owner", "    track:\n      provider: owner");
    journey.edit("vpcep_endpoint.shop.", "vpcep_endpoint.track.");
    let planned = journey.plan().await;
    let place = |what: &str| {
        let all = steps(&planned);
        all.iter().position(|s| s.contains(what)).unwrap_or_else(|| panic!("no {what}: {all:#?}"))
    };
    assert!(place("grant vpcep_whitelist") < place("create vpcep_endpoint.track"));
    assert!(place("delete vpcep_endpoint.shop") < place("revoke vpcep_whitelist"));
    journey.apply().await;
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn two_owners_of_one_set_are_refused() {
    let mut journey = Journey::new(LINK);
    journey.edit(
        "  vpcep_endpoint:\n",
        "    more:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      mode: exclusive\n      permissions: []\n  vpcep_endpoint:\n",
    );
    let refused = journey.plan_with(&Default::default()).await.expect_err("two owners");
    assert!(refused.to_string().contains("One set has two owners"), "{refused}");
    journey.edit(
        "      mode: exclusive\n      permissions: []",
        "      permissions: [\"iam:domain::0a0b0c0d0e0f40516273849506172839\"]",
    );
    journey.apply().await;
    assert_eq!(permissions(&journey).len(), 2, "two that share are fine");
    let apart = journey.text.clone();
    journey.edit("0a0b0c0d0e0f40516273849506172839", "5fc973eea581490997e82ea11a1df31f");
    let refused = journey.plan_with(&Default::default()).await.expect_err("one member twice");
    assert!(refused.to_string().contains("One member has two owners"), "{refused}");
    journey.text = apart;
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn one_connection_is_decided_once() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit(
        "  vpcep_accept:\n",
        "  vpcep_accept:\n    no:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n      decision: reject\n",
    );
    let refused = journey.plan_with(&Default::default()).await.expect_err("two decisions").to_string();
    assert!(refused.contains("vpcep_accept.no and vpcep_accept.shop are about the same object"), "{refused}");
    let first = Journey::new(&journey.text);
    let refused = first.plan_with(&Default::default()).await.expect_err("before anything is there");
    assert!(refused.to_string().contains("Two resources decide about the same"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn decisions() {
    // A service that accepts by itself: the decision is adopted, and forgotten without a call.
    let mut journey = Journey::new(LINK);
    journey.edit("      service_name: pay\n", "      service_name: pay\n      approval_enabled: false\n");
    journey.apply().await;
    assert_eq!(journey.count("connection_action"), 0, "accepted already");
    journey.edit("  vpcep_accept:\n    shop:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n", "");
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Accepted, "it was only adopted");

    // Accepted by us, then rejected, then let go of; then accepted and taken back.
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit(
        "endpoint_id: ${vpcep_endpoint.shop.id}\n",
        "endpoint_id: ${vpcep_endpoint.shop.id}\n      decision: reject\n",
    );
    assert_eq!(journey.changes().await, ["update vpcep_accept.shop (decision)"]);
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Rejected);
    journey.edit("decision: reject", "decision: accept");
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Accepted);
    let before = journey.count("connection_action");
    journey.edit("  vpcep_accept:\n    shop:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n      decision: accept\n", "");
    journey.apply().await;
    assert_eq!(journey.count("connection_action"), before + 1, "what we accepted is rejected");
    assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Rejected);
}

#[tokio::test(start_paused = true)]
async fn an_output_that_others_complete_changes_without_drift() {
    let mut journey = Journey::new(LINK);
    journey.edit("  vpcep_accept:\n    shop:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n", "");
    let applied = journey.apply().await;
    assert!(applied.report.outputs["address"].value.is_null(), "nobody accepts");
    journey
        .meddle(|w| {
            w.endpoints[0].status = EndpointStatus::Accepted;
            w.endpoints[0].ip = Some("10.64.0.9".parse().expect("an address"));
        })
        .await;
    let planned = journey.plan().await;
    assert!(planned.plan.changes.is_empty() && planned.plan.drift.is_empty(), "{:?}", planned.plan.drift);
    assert_eq!(planned.plan.outputs.len(), 1, "the output changes");
    let applied = journey.apply().await;
    assert_eq!(applied.report.outputs["address"].value.as_str(), Some("10.64.0.9"));
}

#[tokio::test(start_paused = true)]
async fn accepting_whatever_waits() {
    let mut journey = Journey::new(LINK);
    journey.edit("  vpcep_accept:\n    shop:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n", "");
    journey.apply().await;
    journey.edit("resources:\n", "data:\n  vpcep_connections:\n    waiting:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\nresources:\n  vpcep_accept:\n    all:\n      provider: owner\n      for_each: ${data.vpcep_connections.waiting.ids}\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${each.value}\n");
    let applied = settled(journey.try_apply(&Default::default()).await);
    assert!(applied.is_success(), "{:#?}", applied.report);
    assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Accepted);
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn a_set_may_be_empty() {
    let mut journey = Journey::new(LINK);
    let whole = journey.text.clone();
    let (start, end) = (whole.find("  vpcep_endpoint:").expect("there"), whole.len());
    journey.text.replace_range(start..end, "");
    journey
        .edit("permissions: '${[for name, id in var.tenants : \"iam:domain::${id}\"]}'", "permissions: []");
    journey.apply().await;
    let text = journey.text.clone();
    let start = text.find("  vpcep_whitelist:").expect("there");
    journey.text.truncate(start);
    journey.apply().await;
    journey.text = text;
    journey.edit("      permissions: []", "      mode: exclusive\n      permissions: []");
    journey.apply().await;
    journey.edit("permissions: []", "permissions: [\"*\"]");
    journey.apply().await;
    journey.edit("permissions: [\"*\"]", "permissions: []");
    journey.apply().await;
    assert_eq!(permissions(&journey), [""; 0]);
    journey.destroy().await;
}

/// A decision or a whitelist under another name, or under keys, is the same one: nothing is undone on the way.
#[tokio::test(start_paused = true)]
async fn a_new_name_undoes_nothing() {
    for scenario in &scenario::ALL {
        let names: &[(&str, &str)] = match scenario.name {
            "huawei" => &[
                ("  vpcep_accept:\n    shop:", "  vpcep_accept:\n    renamed:"),
                ("  vpcep_whitelist:\n    tenants:", "  vpcep_whitelist:\n    renamed:"),
            ],
            "alibaba" => &[
                ("  privatelink_accept:\n    logs:", "  privatelink_accept:\n    renamed:"),
                ("  privatelink_whitelist:\n    hook:", "  privatelink_whitelist:\n    renamed:"),
            ],
            _ => continue,
        };
        for (old, new) in names {
            let mut journey = scenario.journey();
            journey.apply().await;
            let before = journey.sim.world().to_yaml();
            journey.edit(old, new);
            let plan = journey.plan().await.plan;
            assert!(plan.risk.hazards.is_empty(), "{new}: {:?}", plan.risk.hazards);
            journey.apply().await;
            journey.assert_converged().await;
            assert_eq!(journey.sim.world().to_yaml(), before, "{new} changed the cloud");
            // What was ours stays ours: its end is the object's end.
            journey.destroy().await;
            scenario.assert_gone(&journey, "destroyed under its new name");
        }
    }
}

/// A member that moves from one list to another of the same set stays on it all the time.
#[tokio::test(start_paused = true)]
async fn a_member_moves_from_one_list_to_another() {
    let mut journey = scenario::ALL[1].journey();
    let users = "      users: [\"1000000000000001\"]\n";
    let second = |users: &str| {
        format!("    second:\n      service_id: ${{privatelink_service.hook.id}}\n      users: {users}\n")
    };
    journey
        .edit(users, &format!("      users: [\"1000000000000001\", \"2234567890123456\"]\n{}", second("[]")));
    journey.apply().await;
    let removed = journey.count("privatelink:RemoveUserFromVpcEndpointService");
    journey.edit("[\"1000000000000001\", \"2234567890123456\"]", "[\"1000000000000001\"]");
    journey.edit("users: []", "users: [\"2234567890123456\"]");
    journey.apply().await;
    journey.assert_converged().await;
    assert_eq!(journey.count("privatelink:RemoveUserFromVpcEndpointService"), removed);
    assert_eq!(journey.sim.world().alibaba.services[0].users.len(), 2);
    // The list that it came from ends, and takes only its own with it.
    journey.edit(&second("[\"2234567890123456\"]"), "");
    journey.apply().await;
    let left: Vec<String> = journey.sim.world().alibaba.services[0].users.iter().cloned().collect();
    assert_eq!(left, ["1000000000000001"]);
}
