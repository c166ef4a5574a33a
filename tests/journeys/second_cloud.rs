//! What is Alibaba Cloud's alone in how calls go: client tokens across runs, accounts in arrears, deletions that
//! answer `false` or are given up, turns, instances.

use std::time::Duration;

use landbridge::ops::PlanOptions;
use landbridge::plan::PlanMode;
use landbridge::sim::{LinkEndpoint, World};

use super::scenario;
use crate::common::{Journey, failures, settled};

pub(super) fn journey() -> Journey {
    scenario::ALL[1].journey()
}

/// The endpoint of our instance.
pub(super) fn endpoint(world: &mut World) -> &mut LinkEndpoint {
    let own = |endpoint: &&mut LinkEndpoint| endpoint.instance.as_deref() == Some("es-cn-2r429tctl000d0000");
    world.alibaba.endpoints.iter_mut().find(own).expect("the endpoint")
}

pub(super) fn endpoints(journey: &Journey) -> usize {
    let world = journey.sim.world();
    world.alibaba.endpoints.iter().filter(|endpoint| !endpoint.id.contains('*')).count()
}

/// What was made does not show, for longer than things take to show: a repeat is the same call all
/// the same, since its token was on disk before the first one left.
#[tokio::test(start_paused = true)]
async fn a_creation_that_is_cut_off_is_the_same_call_in_the_next_run() {
    let journey = journey();
    let hidden = "{ operation: 'elasticsearch:ListVpcEndpoints', hide: 10m }";
    journey.faults(&["{ operation: 'elasticsearch:CreateVpcEndpoint', lose_answer: true }", hidden]);
    let all = PlanOptions::default();
    drop(tokio::time::timeout(Duration::from_secs(9), journey.try_apply(&all)).await);
    let pending = journey.recorded().pending;
    let begun = pending.values().next().expect("a call that was begun");
    let token = begun.begun.call.client_token.clone().expect("its token");
    assert_eq!((token.len(), endpoints(&journey)), (32, 1));

    journey.faults(&[hidden]);
    let applied = settled(journey.try_apply(&all).await);
    assert!(!applied.is_success(), "it does not show yet");
    assert_eq!(endpoints(&journey), 1);
    let tokens = journey.sim.world().alibaba.tokens;
    let made: Vec<&str> = tokens
        .iter()
        .filter(|used| used.operation == "elasticsearch:CreateVpcEndpoint")
        .map(|used| used.token.as_str())
        .collect();
    assert_eq!(made, [token.as_str()]);

    tokio::time::sleep(Duration::from_secs(600)).await;
    journey.faults(&[]);
    journey.apply().await;
    assert_eq!(endpoints(&journey), 1);
}

/// What only a later call sets is not looked for in what the first one made.
#[tokio::test(start_paused = true)]
async fn a_service_is_found_again_before_its_bandwidth_is_set() {
    let mut journey = journey();
    journey.edit("  privatelink_whitelist", "      connect_bandwidth: 1024\n  privatelink_whitelist");
    let hidden = "{ operation: 'privatelink:ListVpcEndpointServices', hide: 10m }";
    journey.faults(&["{ operation: 'privatelink:CreateVpcEndpointService', lose_answer: true }", hidden]);
    drop(tokio::time::timeout(Duration::from_secs(9), journey.try_apply(&PlanOptions::default())).await);
    assert_eq!((journey.recorded().pending.len(), journey.sim.world().alibaba.services.len()), (1, 1));
    journey.faults(&[]);
    tokio::time::sleep(Duration::from_secs(600)).await;
    let changes = journey.changes().await;
    assert!(
        changes.contains(&"update privatelink_service.hook (connect_bandwidth)".to_owned()),
        "{changes:?}"
    );
    journey.apply().await;
    let services = journey.sim.world().alibaba.services;
    let bandwidth: Vec<_> = services.iter().map(|s| s.settings["ConnectBandwidth"].clone()).collect();
    assert_eq!(bandwidth, [1024]);
}

/// The cloud would do nothing for a token that it knows, so that only creations are sent with it again.
#[tokio::test(start_paused = true)]
async fn what_others_undid_is_done_again_by_a_run_that_goes_on() {
    let mut journey = journey();
    journey.apply().await;
    journey.edit("users: [\"1000000000000001\"]", "users: [\"1000000000000001\", \"2234567890123456\"]");
    journey.faults(&["{ operation: 'privatelink:AddUserToVpcEndpointService', lose_answer: true }"]);
    drop(tokio::time::timeout(Duration::from_secs(3), journey.try_apply(&PlanOptions::default())).await);
    assert_eq!(journey.recorded().pending.len(), 1);
    journey.faults(&[]);
    let guest = "2234567890123456";
    journey.meddle(|world| assert!(world.alibaba.services[0].users.remove(guest), "it was done")).await;
    journey.apply().await;
    assert!(journey.sim.world().alibaba.services[0].users.contains(guest));
}

#[tokio::test(start_paused = true)]
async fn arrears_are_reported_and_neither_waited_for_nor_replaced() {
    let journey = journey();
    journey.faults(&[
        "{ operation: 'elasticsearch:CreateVpcEndpoint', fail: { code: FinancialLocked, message: m }, nth: 1 }",
    ]);
    let started = journey.clock.now();
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(
        failures(&applied.report).iter().any(|fault| fault.contains("overdue payment")),
        "{:?}",
        applied.report
    );
    let took = journey.clock.now().duration_since(started);
    assert!(took.as_secs() < 60, "{took:?}");
    let changes = journey.changes().await;
    assert!(!changes.iter().any(|change| change.starts_with("replace")), "{changes:?}");
    journey.meddle(|world| endpoint(world).business_status = "Normal".to_owned()).await;
    journey.apply().await;
    assert_eq!((endpoints(&journey), journey.count("elasticsearch:CreateVpcEndpoint")), (1, 1));
    journey.meddle(|world| endpoint(world).business_status = "FinancialLocked".to_owned()).await;
    assert_eq!(journey.drift().await, ["elasticsearch_endpoint.logs: business_status"]);
    journey.meddle(|world| world.alibaba.services[0].business_status = "FinancialLocked".to_owned()).await;
    let mut journey = journey;
    journey.edit("  privatelink_whitelist", "      connect_bandwidth: 1024\n  privatelink_whitelist");
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(matches!(*told, [one] if one.contains("overdue payment (FinancialLocked)")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_answers_false_has_not_happened() {
    let mut journey = journey();
    journey.apply().await;
    let rule = "{ operation: 'elasticsearch:DeleteVpcEndpoint', error: { shape: result_false }, nth: 1 }";
    journey.faults(&[rule]);
    journey
        .edit("zone_id: cn-hangzhou-i\n  privatelink_accept", "zone_id: cn-hangzhou-h\n  privatelink_accept");
    journey.edit(
        "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]",
        "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }, { resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]",
    );
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(
        failures(&applied.report).iter().any(|fault| fault.contains("did not delete")),
        "{:?}",
        applied.report
    );
    journey.apply().await;
    assert_eq!(endpoints(&journey), 1);
}

/// Whoever waited in vain is told for what.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_does_not_pass_is_named_at_the_deadline() {
    let mut journey = journey();
    journey.apply().await;
    journey.edit("  privatelink_whitelist", "      connect_bandwidth: 1024\n  privatelink_whitelist");
    journey.faults(&[
        "{ operation: 'privatelink:UpdateVpcEndpointServiceAttribute', error: { status: 400, code: EndpointServiceLocked, message: It is locked. } }",
    ]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    let told = failures(&applied.report).join("");
    for words in ["EndpointServiceLocked", "It is locked, and the deadline of", "pay what is due"] {
        assert!(told.contains(words), "{words} in {told}");
    }
}

/// An instance has one endpoint of a service, so that none can be made before the other is gone.
#[tokio::test(start_paused = true)]
async fn an_endpoint_is_not_replaced_create_first() {
    let mut journey = journey();
    let life = "      zone_id: cn-hangzhou-i\n      lifecycle: { create_before_destroy: true }\n  privatelink_accept";
    journey.edit("      zone_id: cn-hangzhou-i\n  privatelink_accept", life);
    journey.apply().await;
    journey.edit("zone_id: cn-hangzhou-i\n      lifecycle", "zone_id: cn-hangzhou-h\n      lifecycle");
    let refused = journey.plan_with(&PlanOptions::default()).await.expect_err("the same service");
    assert!(refused.to_string().contains("cannot be made before"), "{refused}");
}

/// The cloud says that it is there already, and not which one it is.
#[tokio::test(start_paused = true)]
async fn what_is_said_to_be_there_already_is_looked_for() {
    let journey = journey();
    journey.faults(&[
        "{ operation: 'elasticsearch:CreateVpcEndpoint', error: { status: 400, code: RepetitionOperationError, done: true }, nth: 1 }",
    ]);
    journey.apply().await;
    assert_eq!((endpoints(&journey), journey.changes().await), (1, vec![]));
}

/// What comes back from a deletion would never go, however long it is waited for.
#[tokio::test(start_paused = true)]
async fn a_deletion_that_the_cloud_gives_up_is_told_at_once() {
    let journey = journey();
    journey.apply().await;
    journey.faults(&["{ operation: 'elasticsearch:DeleteVpcEndpoint', slow: 1h }"]);
    let gives_up = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        journey
            .meddle(|world| {
                let endpoint = endpoint(world);
                (endpoint.status, endpoint.connection, endpoint.next) =
                    ("Active".into(), "Connected".into(), None);
            })
            .await;
    };
    let started = journey.clock.now();
    let all = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
    let (applied, ()) = tokio::join!(journey.try_apply(&all), gives_up);
    let told = failures(&settled(applied).report);
    assert!(told.iter().any(|fault| fault.contains("it is at rest again")), "{told:?}");
    assert!(journey.clock.now().duration_since(started).as_secs() < 120);
    journey.faults(&[]);
    journey.destroy().await;
}

/// An id of another kind is told where it stands, before anything is asked.
#[tokio::test(start_paused = true)]
async fn an_id_of_another_kind_is_none() {
    let mut journey = scenario::ALL[2].journey();
    for (named, told) in [
        ("vpcep_service.payments", "is the id of a privatelink_service, and vpcep_service.payments is none"),
        (
            "elasticsearch_endpoint.logs",
            "is the id of a privatelink_service, and elasticsearch_endpoint.logs is none",
        ),
    ] {
        let mut journey = journey.copy();
        let accept = "    logs:\n      service_id: ${";
        journey.edit(&format!("{accept}privatelink_service.hook.id}}"), &format!("{accept}{named}.id}}"));
        let faults = journey.parse().expect_err("another kind");
        assert!(
            faults
                .iter()
                .any(|fault| fault.detail.contains(told) && fault.hint.contains("privatelink_service.hook")),
            "{faults:#?}"
        );
    }
    // A whitelist is one with its service, and has its id.
    journey.edit(
        "    logs:\n      service_id: ${privatelink_service.hook.id}",
        "    logs:\n      service_id: ${privatelink_whitelist.hook.id}",
    );
    journey.apply().await;
}

/// What is recorded says in which instance an endpoint is: what other instances answer stops no plan.
#[tokio::test(start_paused = true)]
async fn an_instance_that_may_not_be_asked_stops_no_plan() {
    let mut journey = journey();
    // The archive is of the older architecture: the list of its endpoints is refused, which says that it has none.
    let second = "    search:\n      instance_id: es-cn-4h629tctl000d0001\n      service_id: ${privatelink_service.hook.id}\n      zone_id: cn-hangzhou-i\n  privatelink_accept:\n";
    journey.edit("  privatelink_accept:\n", second);
    journey.apply().await;
    let before = journey.count("elasticsearch:ListInstance");
    assert_eq!(journey.changes().await, [""; 0]);
    assert_eq!(journey.count("elasticsearch:ListInstance"), before);
}

/// An account and its ARN are one member, whichever way the cloud writes it.
#[tokio::test(start_paused = true)]
async fn an_account_has_two_spellings() {
    let mut journey = journey();
    journey.edit(
        "users: [\"1000000000000001\"]",
        "users: [\"acs:ram:*:1000000000000001:*\"]\n      mode: exclusive",
    );
    journey.apply().await;
    journey.assert_converged().await;
    journey.edit("\"acs:ram:*:1000000000000001:*\"", "\"1000000000000001\"");
    assert_eq!(journey.changes().await, [""; 0]);
}

/// Two blocks of one account write in turn: no write draws a refusal of another.
#[tokio::test(start_paused = true)]
async fn two_blocks_of_one_account_share_their_turns() {
    let serial = serde_yaml::from_str("alibaba: { serial_writes: true }").expect("settings");
    let mut journey = Journey::with(scenario::HOOK, serial);
    let block = "customer: { type: alibaba, region: cn-hangzhou, auth: { access_key: a, secret_key: \"${env.NOT_NEEDED}\" } }";
    journey.edit(block, &format!("{block}\n  again: {{ type: alibaba, region: cn-hangzhou, sim_account: customer, auth: {{ access_key: a, secret_key: \"${{env.NOT_NEEDED}}\" }} }}"));
    journey.edit(
        "    hook:\n      description",
        "    other:\n      provider: again\n      description: others\n    hook:\n      description",
    );
    journey.edit("    hook:\n      service_id", "    other:\n      provider: again\n      service_id: ${privatelink_service.other.id}\n      users: [\"2234567890123456\"]\n    hook:\n      provider: customer\n      service_id");
    journey.edit("    hook:\n      description", "    hook:\n      provider: customer\n      description");
    journey.edit("    logs:\n      instance_id", "    logs:\n      provider: customer\n      instance_id");
    journey.edit("    logs:\n      service_id", "    logs:\n      provider: customer\n      service_id");
    let slow = "{ operation: 'privatelink:*', latency: 300ms }";
    journey.faults(&[slow]);
    journey.apply().await;
    for (operation, times) in [("CreateVpcEndpointService", 2), ("AddUserToVpcEndpointService", 2)] {
        assert_eq!(journey.count(&format!("privatelink:{operation}")), times, "{operation} was sent again");
    }
}

/// What is deleted by others while it is waited for does not come any more.
#[tokio::test(start_paused = true)]
async fn what_goes_while_it_is_waited_for_is_told_as_gone() {
    let journey = journey();
    journey.faults(&["{ operation: 'elasticsearch:CreateVpcEndpoint', slow: 1h, nth: 1 }"]);
    let others = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        journey.meddle(|world| world.alibaba.endpoints.retain(|one| one.status != "Creating")).await;
    };
    let started = journey.clock.now();
    let all = PlanOptions::default();
    let (applied, ()) = tokio::join!(journey.try_apply(&all), others);
    let told = failures(&settled(applied).report);
    assert!(told.iter().any(|fault| fault.contains("somebody else deleted it")), "{told:?}");
    assert!(journey.clock.now().duration_since(started).as_secs() < 150);
    journey.apply().await;
    assert_eq!(endpoints(&journey), 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_stopped_is_told_before_anything_is_made() {
    let journey = journey();
    let status = |status: &'static str| {
        journey.meddle(move |world| {
            let own = world.alibaba.instances.iter_mut().find(|one| one.id == "es-cn-2r429tctl000d0000");
            own.expect("the instance").status = status.to_owned();
        })
    };
    status("inactive").await;
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(matches!(*told, [one] if one.contains("InstanceStatusNotSupportCurrentAction")), "{told:?}");
    // One that is being changed comes to rest by itself.
    status("activating").await;
    assert_eq!(journey.plan().await.plan.diagnostics, []);
}

/// A service that is named by its name is waited for with its whitelist, as one that is named by its id.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_names_its_service_waits_for_the_whitelist_too() {
    let mut journey = journey();
    let block = "customer: { type: alibaba, region: cn-hangzhou, auth: { access_key: a, secret_key: \"${env.NOT_NEEDED}\" } }";
    let partner = block.replace("customer: {", "partner: { sim_account: partner,");
    journey.edit(block, &format!("{block}\n  {partner}"));
    for name in ["hook", "logs"] {
        journey.text = journey
            .text
            .replace(&format!("    {name}:\n"), &format!("    {name}:\n      provider: customer\n"));
    }
    journey.edit("users: [\"1000000000000001\"]", "users: [\"1000000000000001\", \"2234567890123456\"]");
    let shop = "  privatelink_endpoint:\n    shop:\n      provider: partner\n      vpc_id: vpc-bp1simpartner00001\n      service_name: ${privatelink_service.hook.name}\n      security_group_ids: [sg-bp1simpartner00001]\n  privatelink_accept:\n";
    journey.edit("  privatelink_accept:\n", shop);
    journey.apply().await;
    journey.assert_converged().await;
    journey.destroy().await;
}
