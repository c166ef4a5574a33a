//! A plan is rehearsed on a twin. The law: what the rehearsal says, `apply` then does, and the rehearsal changes
//! nothing.

use std::collections::BTreeMap;

use landbridge::apply::{Report, Stopper};
use landbridge::diagnostic::Severity;
use landbridge::ops::{self, PlanOptions, Rehearsed};
use landbridge::plan::{Approval, Limit, Plan, PlanMode, Secrets, StepEnd};
use landbridge::sim::{Permission, Quota, Service, ServiceStatus, Settings, World};
use landbridge::state::files::Files;

use super::preflight::drawn;
use super::scenario;
use super::story::LINK;
use crate::common::{Journey, settled, told};
use crate::simulation::draw::Draw;

/// How each step ended, without what only the real run gives: ids.
fn ends(report: &Report) -> BTreeMap<String, String> {
    let told = |end: &StepEnd| match end {
        StepEnd::Done(_) => "done".to_owned(),
        StepEnd::Failed(fault) if fault.code.is_empty() => format!("failed: {}", fault.message),
        StepEnd::Failed(fault) => format!("failed: {}", fault.code),
        StepEnd::Uncertain(fault) => format!("uncertain: {}", fault.code),
        StepEnd::NotTried(because) => format!("not tried: {because:?}"),
    };
    report.ended.iter().map(|(id, end)| (id.to_string(), told(end))).collect()
}

/// Everything that a rehearsal must leave as it is.
fn left(journey: &Journey) -> (String, Vec<(String, Option<Vec<u8>>)>) {
    let folder = std::path::Path::new("state/payments-link");
    let names = journey.files.list(folder).expect("names");
    let read = |name: &String| journey.files.read(&folder.join(name), usize::MAX).expect("a file");
    (journey.sim.world_yaml(), names.iter().map(|name| (name.clone(), read(name))).collect())
}

async fn rehearsed(journey: &Journey, plan: &Plan) -> Rehearsed {
    let before = left(journey);
    let rehearsal = settled(ops::rehearse(&journey.workspace(), plan.clone(), &Limit::ALL).await);
    let rehearsed = settled(rehearsal.run().await);
    assert_eq!(left(journey), before, "a rehearsal changes nothing");
    rehearsed
}

async fn applied(journey: &Journey, plan: &Plan) -> Report {
    let approved = plan.clone().approve_beyond(Approval::Saved, &Limit::ALL).expect("approved");
    let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
    let (_stopper, cancel) = Stopper::new();
    settled(ops::apply(&journey.workspace(), approved, Secrets::default(), events, cancel).await).report
}

/// Rehearses a plan, applies it, and holds the two against each other.
async fn both(journey: &Journey, plan: &Plan, about: &str) -> Rehearsed {
    let rehearsed = rehearsed(journey, plan).await;
    let applied = applied(journey, plan).await;
    assert_eq!(ends(&rehearsed.tried.applied.report), ends(&applied), "{about}");
    rehearsed
}

/// Somebody else's service on the balancer of the story.
fn in_the_way(world: &World, server_port: u16) -> Service {
    let account = world.accounts.iter().find(|account| account.name == "owner").expect("the owner");
    let text = format!(
        "{{ id: 11111111-2222-4333-8444-55555555{server_port:04}, project: {}, port_id: 4189d3c2-8882-4871-a3c2-d380272eed88, \
         vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, server_type: LB, status: available, approval_enabled: true, \
         ports: [{{ client_port: 1, server_port: {server_port} }}], tcp_proxy: close, \
         created_at: 2026-02-01T00:00:00Z, updated_at: 2026-02-01T00:00:00Z }}",
        account.projects[0].id
    );
    let world = World::from_yaml(&format!("{{ accounts: [], services: [{text}] }}")).expect("a world");
    world.services[0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_that_succeeds_tells_duration_calls_and_quotas() {
    let journey = Journey::with(LINK, Settings::default());
    let plan = journey.plan().await.plan;
    let rehearsed = both(&journey, &plan, "the story").await;
    let tried = &rehearsed.tried;
    assert!(tried.applied.is_success());
    // A service and an endpoint of a minute and a half each, the acceptance, and the waits between polls.
    assert!((183..240).contains(&tried.took.as_secs()), "{:?}", tried.took);
    let writes: Vec<_> = tried.calls.writes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    assert_eq!(
        writes,
        ["connection_action 1", "create_endpoint 1", "create_service 1", "permission_action 1"]
    );
    assert!(tried.calls.reads.values().sum::<u64>() > 3 && rehearsed.reads > 3);
    let path = tried.course.critical_path(&plan);
    let path: Vec<String> = path.iter().map(|id| plan.step(*id).address.to_string()).collect();
    assert_eq!(
        path,
        ["vpcep_service.payments", "vpcep_whitelist.tenants", "vpcep_endpoint.shop", "vpcep_accept.shop"]
    );
    let quotas: Vec<_> =
        rehearsed.quotas.iter().map(|q| format!("{} {} {}", q.provider, q.what, q.left)).collect();
    assert_eq!(
        quotas,
        [
            "owner endpoints 50",
            "owner endpoint services 19",
            "shop endpoints 49",
            "shop endpoint services 20"
        ]
    );
    assert!(rehearsed.unseen.iter().any(|clause| clause.contains("rights")), "{:?}", rehearsed.unseen);
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn the_second_rehearsal_takes_as_long_as_the_cloud_did() {
    let mut journey = Journey::new(LINK);
    for _ in 0..2 {
        journey.apply().await;
        journey.destroy().await;
    }
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    let plan = journey.plan().await.plan;
    let rehearsed = both(&journey, &plan, "a replacement").await;
    assert!(rehearsed.tried.applied.is_success());
    assert!(rehearsed.tried.took.as_secs() < 60, "{:?}", rehearsed.tried.took);
}

#[tokio::test(start_paused = true)]
async fn what_others_do_after_the_plan_is_found() {
    let fails = |rehearsed: &Rehearsed| -> Vec<String> {
        let all = ends(&rehearsed.tried.applied.report).into_iter();
        all.filter(|(_, end)| end.starts_with("failed")).map(|(id, end)| format!("{id} {end}")).collect()
    };
    // A quota is used up.
    let journey = Journey::with(
        LINK,
        Settings { quota: Some(Quota { endpoint_service: 1, endpoint: 9 }), ..Settings::embedded() },
    );
    let plan = journey.plan().await.plan;
    journey.meddle(|world| world.services.push(in_the_way(world, 1))).await;
    assert_eq!(fails(&both(&journey, &plan, "quota").await), ["s1 failed: Endpoint.1018"]);

    // The port pair is taken.
    let journey = Journey::new(LINK);
    let plan = journey.plan().await.plan;
    journey.meddle(|world| world.services.push(in_the_way(world, 8443))).await;
    assert_eq!(fails(&both(&journey, &plan, "port pair").await), ["s1 failed: EndPoint.3044"]);

    // The record that would have admitted the consumer is taken away.
    let journey = Journey::new(LINK);
    journey.apply().await;
    let id = journey
        .recorded()
        .objects
        .iter()
        .find(|(a, _)| a.to_string() == "vpcep_service.payments")
        .expect("it")
        .1
        .id
        .clone();
    let from = journey.text.find("  vpcep_service:").expect("the service");
    let until = journey.text.find("  vpcep_endpoint:").expect("the endpoint");
    let mut other = Journey {
        files: landbridge::state::files::MemoryFiles::new(),
        text: journey.text.clone(),
        ..journey
    };
    other.text.replace_range(from..until, "");
    other.text = other
        .text
        .replace("stack: payments-link", "stack: consumer")
        .replace("${vpcep_service.payments.id}", &id);
    other.meddle(|world| world.endpoints.clear()).await;
    let planned = other.plan().await.plan;
    other.meddle(|world: &mut World| world.permissions.retain(|_: &Permission| false)).await;
    assert_eq!(fails(&both(&other, &planned, "whitelist").await), ["s1 failed: EndPoint.2012"]);
}

/// The story without its owner's side: the service is a stranger's.
fn consumer(journey: &Journey) -> Journey {
    let recorded = journey.recorded();
    let service =
        recorded.objects.iter().find(|(address, _)| address.to_string() == "vpcep_service.payments");
    let id = service.expect("the service").1.id.clone();
    let part = |from: &str, to: &str| {
        let start = journey.text.find(from).expect("the part");
        let end = journey.text[start..].find(to).map_or(journey.text.len(), |end| start + end);
        journey.text[start..end].to_owned()
    };
    let text = format!(
        "stack: consumer\nproviders:\n{}resources:\n{}",
        part("  shop: {", "resources:"),
        part("  vpcep_endpoint:", "  vpcep_accept:")
    );
    let mut consumer = Journey::new(&text.replace("${vpcep_service.payments.id}", &id));
    (consumer.sim, consumer.clock) = (journey.sim.clone(), journey.clock.clone());
    consumer
}

#[tokio::test(start_paused = true)]
async fn strangers_have_their_part_in_it() {
    // A service of a stranger, who has admitted us, and who then decides.
    let owner = Journey::new(LINK);
    owner.apply().await;
    let consumer = consumer(&owner);
    consumer.meddle(|world| world.endpoints.clear()).await;
    let plan = consumer.plan().await.plan;
    let rehearsed = both(&consumer, &plan, "a stranger's service").await;
    assert!(rehearsed.tried.applied.is_success());
    let trial = settled(consumer.trial(&[]).await);
    let there = settled(ops::plan(&trial.workspace, &PlanOptions::default()).await).plan;
    assert!(there.is_empty(), "{:?}", there.changes.iter().map(told).collect::<Vec<_>>());

    // Strangers who are connected keep a service from being deleted.
    let mut owner = Journey::new(LINK);
    let from = owner.text.find("  vpcep_endpoint:").expect("the endpoint");
    owner.text.truncate(from);
    owner.apply().await;
    let plan =
        settled(owner.plan_with(&PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() }).await)
            .plan;
    owner
        .meddle(|world| {
            let service = world.services[0].clone();
            let stranger = world.accounts.iter().find(|account| account.name == "logistics").expect("one");
            let project = &stranger.projects[0];
            let text = format!(
                "{{ id: 22222222-2222-4333-8444-555555555555, project: {}, service_id: {}, service_name: pay, \
                 status: accepted, marker_id: 16777999, vpc_id: {}, subnet_id: {}, ip: 10.96.0.77, \
                 created_at: 2026-02-01T00:00:00Z, updated_at: 2026-02-01T00:00:00Z }}",
                project.id, service.id, project.vpcs[0].id, project.vpcs[0].subnets[0].id
            );
            let drawn = World::from_yaml(&format!("{{ accounts: [], endpoints: [{text}] }}")).expect("a world");
            world.endpoints.push(drawn.endpoints[0].clone());
        })
        .await;
    let rehearsed = both(&owner, &plan, "a stranger's connection").await;
    let ends = ends(&rehearsed.tried.applied.report);
    assert!(ends.values().any(|end| end == "failed: EndPoint.3006"), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn every_cloud_is_rehearsed() {
    for scenario in &scenario::ALL {
        let mut journey = scenario.journey();
        let plan = journey.plan().await.plan;
        let rehearsed = both(&journey, &plan, scenario.name).await;
        assert!(rehearsed.tried.applied.is_success(), "{}", scenario.name);
        journey.assert_converged().await;
        // And what is there already is seen there as it is here.
        let trial = settled(journey.trial(&[]).await);
        let there = settled(ops::plan(&trial.workspace, &PlanOptions::default()).await).plan;
        let told: Vec<String> = there.changes.iter().map(told).collect();
        assert!(there.is_empty() && there.drift.is_empty(), "{}: {told:?} {:?}", scenario.name, there.drift);
        journey.text = journey.text.replace("8443", "8444").replace("web hooks", "hooks of the web");
        let plan = journey.plan().await.plan;
        assert!(!plan.is_empty(), "{}", scenario.name);
        both(&journey, &plan, scenario.name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_on_the_twin_sees_what_a_plan_on_the_cloud_sees() {
    let journey = Journey::new(LINK);
    journey.apply().await;
    journey
        .meddle(|world| {
            world.services[0].tags.clear();
            world.services[0].status = ServiceStatus::Available;
            crate::common::admit_another(world);
        })
        .await;
    let trial = settled(journey.trial(&[]).await);
    let there = settled(ops::plan(&trial.workspace, &Default::default()).await).plan;
    let here = journey.plan().await.plan;
    assert_eq!(there, here);
    assert!(!here.is_empty());
}

#[tokio::test(start_paused = true)]
async fn over_drawn_configurations_a_rehearsal_says_what_apply_does() {
    let (mut fine, mut failed) = (0, 0);
    for seed in 0..80 {
        let mut draw = Draw(seed);
        let quota = Quota { endpoint_service: 2 + draw.word() % 3, endpoint: 1 + draw.word() % 3 };
        let settings = Settings { quota: Some(quota), ..Settings::embedded() };
        let mut journey = Journey::with(&drawn(&mut draw), settings);
        for round in 0..2 {
            let Ok(planned) = journey.plan_with(&Default::default()).await else { break };
            let plan = planned.plan;
            if plan.diagnostics.iter().any(|found| found.severity == Severity::Error) {
                break;
            }
            // What nobody has planned for.
            if draw.chance(75) {
                let port = u16::try_from(80 + draw.below(3)).expect("small");
                journey
                    .meddle(|world| {
                        let service = in_the_way(world, port);
                        let taken = |one: &Service| {
                            one.port_id == service.port_id && one.ports[0].server_port == port
                        };
                        if !world.services.iter().any(taken) {
                            world.services.push(service);
                        }
                    })
                    .await;
            }
            let rehearsal = ops::rehearse(&journey.workspace(), plan.clone(), &Limit::ALL).await;
            let Ok(rehearsal) = rehearsal else { break };
            let world = journey.sim.world_yaml();
            let rehearsed = settled(rehearsal.run().await);
            assert_eq!(journey.sim.world_yaml(), world);
            let report = applied(&journey, &plan).await;
            assert_eq!(
                ends(&rehearsed.tried.applied.report),
                ends(&report),
                "seed {seed}, round {round}\n{}",
                journey.text
            );
            if report.is_success() {
                fine += 1
            } else {
                failed += 1
            }
            journey.text = drawn(&mut draw);
        }
    }
    assert!(fine > 15 && failed > 3, "the draw is one-sided: {fine} fine, {failed} failed");
}
