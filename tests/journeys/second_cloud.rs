//! What is Alibaba Cloud's alone: client tokens across runs, accounts in arrears, connections that others
//! end, a deletion that answers `false`.

use std::time::Duration;

use landbridge::ops::{self, PlanOptions};
use landbridge::plan::PlanMode;
use landbridge::sim::{LinkEndpoint, Settings, World};

use super::scenario;
use crate::common::{Journey, failures, settled};

fn journey() -> Journey {
    scenario::ALL[1].journey()
}

/// The endpoint of our instance.
fn endpoint(world: &mut World) -> &mut LinkEndpoint {
    let own = |endpoint: &&mut LinkEndpoint| endpoint.instance.as_deref() == Some("es-cn-2r429tctl000d0000");
    world.alibaba.endpoints.iter_mut().find(own).expect("the endpoint")
}

fn endpoints(journey: &Journey) -> usize {
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
async fn a_connection_that_others_end_is_accepted_again_and_one_without_a_service_replaced() {
    let journey = journey();
    journey.apply().await;
    journey.meddle(|world| endpoint(world).connection = "Disconnected".to_owned()).await;
    assert_eq!(journey.changes().await, ["update privatelink_accept.logs (decision)"]);
    journey.apply().await;
    journey.meddle(|world| endpoint(world).connection = "ServiceDeleted".to_owned()).await;
    let changes = journey.changes().await;
    assert!(changes.iter().any(|one| one.starts_with("replace elasticsearch_endpoint.logs")), "{changes:?}");
    journey.apply().await;
    assert_eq!(endpoints(&journey), 1);
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

/// A decision on its way that nobody has recorded is adopted, and waited for.
#[tokio::test(start_paused = true)]
async fn a_decision_that_is_on_its_way_is_adopted_when_it_is_done() {
    let mut journey = journey();
    let whole = journey.text.clone();
    let from = whole.find("  privatelink_accept:").expect("the acceptance");
    let to = whole.find("outputs:").unwrap_or(whole.len());
    journey.text = format!("{}{}", &whole[..from], &whole[to..]);
    journey.apply().await;
    let before = journey.files.copy();
    journey.text = whole;
    journey.faults(&["{ operation: 'privatelink:EnableVpcEndpointConnection', slow: 30s }"]);
    drop(tokio::time::timeout(Duration::from_secs(5), journey.try_apply(&PlanOptions::default())).await);
    journey.faults(&[]);
    journey.files = before;
    assert_eq!(endpoint(&mut journey.sim.world()).connection, "Connecting");
    journey.apply().await;
    journey.assert_converged().await;
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

/// The endpoint is not changed, and would lose the zone that it is in.
#[tokio::test(start_paused = true)]
async fn a_zone_that_an_endpoint_is_in_is_not_taken_from_its_service() {
    let mut journey = journey();
    journey.apply().await;
    journey.edit(
        "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]",
        "[{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]",
    );
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(told.iter().any(|one| one.contains("has cn-hangzhou-h, and not cn-hangzhou-i")), "{told:?}");
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

/// Limits of a connection hold however it came to be accepted: by us, by the service itself before ours is sent, or by
/// the service itself in an earlier run.
#[tokio::test(start_paused = true)]
async fn limits_are_set_whoever_accepts() {
    let limits = "      bandwidth: 512\noutputs:\n";
    let by_itself = "      auto_accept_enabled: true\n  privatelink_whitelist";
    let limit = |journey: &Journey| {
        let endpoints = journey.sim.world().alibaba.endpoints;
        let own = endpoints.into_iter().find(|endpoint| !endpoint.id.contains('*')).expect("the endpoint");
        (own.connection, own.settings.get("ConnectionBandwidth").cloned())
    };
    let expected = ("Connected".to_owned(), Some(serde_json::json!(512)));
    for accepts_itself in [false, true] {
        let mut journey = journey();
        journey.edit("outputs:\n", limits);
        if accepts_itself {
            journey.edit("  privatelink_whitelist", by_itself);
        }
        journey.apply().await;
        assert_eq!(limit(&journey), expected);
        assert_eq!(journey.changes().await, [""; 0]);
    }
    let mut journey = journey();
    journey.edit("  privatelink_whitelist", by_itself);
    let accept = "  privatelink_accept:\n    logs:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${elasticsearch_endpoint.logs.id}\n";
    journey.edit(accept, "");
    journey.apply().await;
    journey.edit("outputs:\n", &format!("{accept}{limits}"));
    journey.apply().await;
    assert_eq!(limit(&journey), expected);
    assert_eq!(journey.changes().await, [""; 0]);
    // One that is refused has no limits; that is said before anything is sent.
    journey.edit("      bandwidth: 512\n", "      bandwidth: 512\n      decision: reject\n");
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(matches!(*told, [one] if one.contains("`bandwidth` means nothing")), "{told:?}");
    journey.edit("      bandwidth: 512\n", "      bandwidth: null\n");
    journey.apply().await;
    assert_eq!((limit(&journey).0.as_str(), journey.changes().await), ("Disconnected", vec![]));
}

/// An address in a zone that the endpoint is not in would never be sent.
#[tokio::test(start_paused = true)]
async fn an_address_needs_its_zone() {
    let mut journey = journey();
    let own = "  privatelink_endpoint:\n    own:\n      vpc_id: vpc-bp1simcustomer0001\n      service_id: ${privatelink_service.hook.id}\n      security_group_ids: [sg-bp1simcustomer0001]\n      zones: [{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }]\n      zone_ips: { cn-hangzhou-h: 10.0.0.9 }\n  privatelink_accept:\n";
    journey.edit("  privatelink_accept:\n", own);
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(
        matches!(*told, [one] if one.contains("names cn-hangzhou-h, which none of its `zones` has")),
        "{told:?}"
    );
    journey.edit("zone_ips: { cn-hangzhou-h", "zone_ips: { cn-hangzhou-i");
    journey.apply().await;
    assert_eq!(journey.changes().await, [""; 0]);
}

/// What a refused connection says of limits means nothing, and an export that named them could not be applied.
#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_exported_without_limits() {
    let mut journey = journey();
    journey.edit("outputs:\n", "      decision: reject\noutputs:\n");
    journey.apply().await;
    let providers = journey.text.find("resources:").expect("resources");
    journey.text.truncate(providers);
    journey.files = landbridge::state::files::MemoryFiles::new();
    let written = settled(ops::export(&journey.workspace(), &ops::Filter::default()).await);
    assert!(written.text.contains("decision: reject"), "{}", written.text);
    assert!(!written.text.contains("bandwidth"), "{}", written.text);
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

const OWN: &str = "  privatelink_endpoint:\n    own:\n      vpc_id: vpc-bp1simcustomer0001\n      service_id: ${privatelink_service.hook.id}\n      security_group_ids: [sg-bp1simcustomer0001]\n      zones: [{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }]\n  privatelink_accept:\n";

/// A zone that gets another switch or address goes and comes again; the endpoint stays, and keeps its other zones.
#[tokio::test(start_paused = true)]
async fn a_zone_moves_to_another_switch_and_address() {
    let mut world = landbridge::sim::sample::world();
    let network =
        world.alibaba.vpcs.iter_mut().find(|one| one.id == "vpc-bp1simcustomer0001").expect("a VPC");
    network.vswitches.insert("vsw-bp1simcustomer00i2".to_owned(), "cn-hangzhou-i".to_owned());
    let mut journey = Journey::on(world, scenario::HOOK, Settings::embedded());
    journey.edit("  privatelink_accept:\n", OWN);
    let both = "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }, { resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]";
    journey
        .edit("[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]", both);
    journey.apply().await;
    let own = |journey: &Journey| {
        let endpoints = journey.sim.world().alibaba.endpoints;
        endpoints.into_iter().find(|one| one.vpc_id == "vpc-bp1simcustomer0001").expect("the endpoint")
    };
    let id = own(&journey).id;
    let zones = |journey: &Journey| {
        let endpoint = own(journey);
        assert_eq!((endpoint.id.as_str(), endpoint.status.as_str()), (id.as_str(), "Active"));
        let mut zones: Vec<_> =
            endpoint.zones.into_iter().map(|one| (one.zone, one.vswitch, one.ip)).collect();
        zones.sort();
        zones
    };
    // Another switch.
    journey.edit("vswitch_id: vsw-bp1simcustomer000i }]", "vswitch_id: vsw-bp1simcustomer00i2 }]");
    assert_eq!(journey.changes().await, ["update privatelink_endpoint.own (zones)"]);
    journey.apply().await;
    journey.assert_converged().await;
    assert!(matches!(&zones(&journey)[..], [(_, switch, _)] if switch == "vsw-bp1simcustomer00i2"));
    // Another address, and one in a new zone.
    journey.edit(
        "vswitch_id: vsw-bp1simcustomer00i2 }]",
        "vswitch_id: vsw-bp1simcustomer00i2 }, { zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }]\n      zone_ips: { cn-hangzhou-i: 10.0.0.99, cn-hangzhou-h: 10.0.0.98 }",
    );
    journey.apply().await;
    journey.assert_converged().await;
    let addresses: Vec<String> = zones(&journey).into_iter().map(|(.., ip)| ip).collect();
    assert_eq!(addresses, ["10.0.0.98", "10.0.0.99"]);
    // A zone goes, with its address; the other one is left alone.
    let before = journey.count("privatelink:AddZoneToVpcEndpoint");
    journey.edit("{ zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }", "");
    journey.edit("vsw-bp1simcustomer00i2 }, ]", "vsw-bp1simcustomer00i2 }]");
    journey.edit(", cn-hangzhou-h: 10.0.0.98", "");
    journey.apply().await;
    journey.assert_converged().await;
    assert_eq!((zones(&journey).len(), journey.count("privatelink:AddZoneToVpcEndpoint")), (1, before));
    journey.destroy().await;
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

/// What a change in place moves is not known before: neither an output nor another resource takes the old one for it.
#[tokio::test(start_paused = true)]
async fn what_a_decision_moves_is_known_after_it() {
    let mut journey = journey();
    journey.edit(
        "      endpoint_id: ${elasticsearch_endpoint.logs.id}\n",
        "      endpoint_id: ${elasticsearch_endpoint.logs.id}\n      decision: reject\n",
    );
    journey.edit("outputs:\n", "  privatelink_service:\n    ref:\n      description: it is ${privatelink_accept.logs.status}\noutputs:\n  status: { value: \"${privatelink_accept.logs.status}\" }\n");
    // One section a kind.
    let (head, tail) = journey.text.split_once("  privatelink_service:\n    ref:\n").expect("the section");
    let (body, rest) = tail.split_once("outputs:\n").expect("outputs");
    journey.text = format!("{head}outputs:\n{rest}")
        .replace("  privatelink_whitelist:\n", &format!("    ref:\n{body}  privatelink_whitelist:\n"));
    journey.apply().await;
    journey.edit("decision: reject", "decision: accept");
    let applied = journey.apply().await;
    assert_eq!(
        applied.report.outputs.get("status").map(|o| o.value.to_string()),
        Some("\"Connected\"".to_owned())
    );
    journey.assert_converged().await;
}

/// A decision that is new to the stack may cut a connection that somebody uses.
#[tokio::test(start_paused = true)]
async fn a_first_refusal_of_a_live_connection_is_no_small_thing() {
    let mut journey = journey();
    journey.edit("  privatelink_whitelist", "      auto_accept_enabled: true\n  privatelink_whitelist");
    let accept = "  privatelink_accept:\n    logs:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${elasticsearch_endpoint.logs.id}\n";
    journey.edit(accept, "");
    journey.apply().await;
    journey.edit(
        "outputs:\n",
        &format!("{accept}      decision: reject\nlimits: {{ cut_connections: 0 }}\noutputs:\n"),
    );
    let plan = journey.plan().await.plan;
    let exceeded: Vec<String> = plan.risk.exceeded.iter().map(|one| one.text.clone()).collect();
    assert!(matches!(&exceeded[..], [one] if one.contains("1 live connection is cut")), "{exceeded:?}");
}

/// A zone that leaves an endpoint and its service at once would be refused: the service goes first.
#[tokio::test(start_paused = true)]
async fn a_zone_leaves_an_endpoint_before_its_service() {
    let mut journey = journey();
    journey.edit("  privatelink_accept:\n", OWN);
    let (h, i) = (
        "{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }",
        "{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }",
    );
    journey.edit(&format!("[{i}]"), &format!("[{h}, {i}]"));
    let zone = "{ zone_id: cn-hangzhou-h, vswitch_id: vsw-bp1simcustomer000h }";
    let other = "{ zone_id: cn-hangzhou-i, vswitch_id: vsw-bp1simcustomer000i }";
    journey.edit(&format!("zones: [{other}]"), &format!("zones: [{zone}, {other}]"));
    let accept = "  privatelink_accept:\n    own:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${privatelink_endpoint.own.id}\n";
    journey.edit("  privatelink_accept:\n", accept);
    journey.apply().await;
    journey.edit(&format!("[{h}, {i}]"), &format!("[{i}]"));
    journey.edit(&format!("zones: [{zone}, {other}]"), &format!("zones: [{other}]"));
    let plan = settled(journey.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!(told, ["It takes two applies"], "{:#?}", plan.diagnostics);
    // As the hint says.
    journey.edit(&format!("[{i}]"), &format!("[{h}, {i}]"));
    journey.apply().await;
    journey.edit(&format!("[{h}, {i}]"), &format!("[{i}]"));
    journey.apply().await;
    journey.assert_converged().await;
}

/// Who is connected is named before a service is deleted, and can be looked up: each that waits is accepted.
#[tokio::test(start_paused = true)]
async fn the_connections_of_a_service_are_known() {
    let mut journey = journey();
    let accept = "    logs:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${elasticsearch_endpoint.logs.id}\n";
    journey.edit("  privatelink_accept:\n", "");
    journey.edit(accept, "");
    journey.apply().await;
    let waiting = "data:\n  privatelink_connections:\n    hook: { service_id: \"${privatelink_service.hook.id}\" }\nresources:\n";
    journey.edit("resources:\n", waiting);
    let each = "  privatelink_accept:\n    all:\n      for_each: ${data.privatelink_connections.hook.ids}\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id: ${each.key}\noutputs:\n  who: { value: \"${[for one in data.privatelink_connections.hook.connections : one.endpoint_owner_id]}\" }\n";
    journey.edit("outputs:\n", each);
    journey.apply().await;
    let applied = journey.apply().await;
    let who = applied.report.outputs.get("who").map(|output| output.value.to_string());
    assert_eq!(who.as_deref(), Some("[\"1000000000000001\"]"));
    journey.assert_converged().await;
    // Another stack has the service alone.
    let id = journey.sim.world().alibaba.services[0].id.clone();
    let head = journey.text.split_once("data:").expect("a head").0.replace("payments-link", "second");
    let mut second = Journey {
        text: format!("{head}resources: {{ privatelink_service: {{ hook: {{}} }} }}\n"),
        ..journey
    };
    settled(second.import("privatelink_service.hook", &id).await);
    second.edit("resources: { privatelink_service: { hook: {} } }\n", "");
    let plan = settled(second.plan_with(&PlanOptions::default()).await).plan;
    let told: Vec<&str> = plan.diagnostics.iter().map(|d| d.detail.as_str()).collect();
    assert!(matches!(*told, [one] if one.contains("(account 1000000000000001)")), "{told:?}");
}
