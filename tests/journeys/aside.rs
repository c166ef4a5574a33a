//! What a create-first replacement has put aside, when the run was cut off before it could end it.

use landbridge::ops::{PlanOptions, Planned};
use landbridge::plan::StepAction;

use super::story::LINK;
use crate::common::{Journey, settled, steps};

const DNS: &str = "      enable_dns: true\n";

/// The link, made, whose endpoint is replaced create-first from now on.
async fn link() -> Journey {
    let mut journey = Journey::new(LINK);
    journey.edit(DNS, &format!("{DNS}      lifecycle: {{ create_before_destroy: true }}\n"));
    journey.apply().await;
    journey
}

/// An apply that does not get to its end.
async fn cut_off(journey: &Journey, fault: &str) {
    journey.faults(&[fault]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.is_success(), "{fault} stops it");
    journey.faults(&[]);
}

/// The steps that make and end objects: the word, the address, and whether it was put aside.
fn work(planned: &Planned) -> Vec<String> {
    let aside = |action: &StepAction| match action {
        StepAction::Delete { deposed, .. } => *deposed,
        StepAction::Forget { deposed } => deposed.is_some(),
        _ => false,
    };
    let steps = planned.plan.steps.iter();
    steps
        .map(|s| format!("{} {}{}", s.action.word(), s.address, if aside(&s.action) { " aside" } else { "" }))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_put_aside_ends_after_what_hangs_on_it() {
    let mut journey = link().await;
    journey.edit("server_type: LB", "server_type: VM").edit("server_port: 8443", "server_port: 9443");
    cut_off(&journey, "{ operation: delete_endpoint, error: { status: 400, code: EndPoint.0001 } }").await;
    let planned = journey.plan().await;
    assert_eq!(
        steps(&planned),
        [
            "s1 resolve vpcep_endpoint.shop",
            "s2 delete vpcep_endpoint.shop after s1",
            "s3 forget vpcep_accept.shop after s2",
            "s4 delete vpcep_service.payments after s2 s3",
            "s5 forget vpcep_whitelist.tenants after s2 s4",
        ]
    );
    journey.apply().await;
    let world = journey.sim.world();
    assert_eq!((world.services.len(), world.endpoints.len()), (1, 1));
}

/// The failed successor is replaced once more, and so is the acceptance, which is still that of the
/// first endpoint: it ends with that one, when the new endpoint is accepted.
#[tokio::test(start_paused = true)]
async fn a_successor_that_failed_is_made_again_before_the_first_ends() {
    let mut journey = link().await;
    journey.edit("enable_dns: true", "enable_dns: false");
    cut_off(&journey, "{ operation: create_endpoint, fail: { code: EndPoint.2001, message: none is left } }")
        .await;
    assert_eq!(journey.sim.world().endpoints.len(), 2, "the first, and the one that failed");
    let planned = journey.plan().await;
    let work = work(&planned);
    let at =
        |step: &str| work.iter().position(|one| one == step).unwrap_or_else(|| panic!("{step}: {work:#?}"));
    assert!(at("create vpcep_accept.shop") < at("delete vpcep_endpoint.shop aside"), "{work:#?}");
    assert!(at("delete vpcep_endpoint.shop aside") < at("forget vpcep_accept.shop aside"), "{work:#?}");
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints.len(), 1);
}

/// What was put aside holds the ports that the author wants back: it ends before they are taken.
#[tokio::test(start_paused = true)]
async fn what_was_put_aside_makes_room() {
    let mut journey = Journey::new(LINK);
    let life = "      tags: { team: payments }\n      lifecycle: { create_before_destroy: true }\n";
    journey.edit("      tags: { team: payments }\n", life);
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM").edit("server_port: 8443", "server_port: 9443");
    cut_off(&journey, "{ operation: delete_service, error: { status: 400, code: EndPoint.0001 } }").await;
    journey.edit("server_port: 9443", "server_port: 8443").edit("server_type: VM", "server_type: LB");
    let planned = journey.plan().await;
    let work = work(&planned);
    let at =
        |step: &str| work.iter().position(|one| one == step).unwrap_or_else(|| panic!("{step}: {work:#?}"));
    assert!(at("delete vpcep_service.payments aside") < at("create vpcep_service.payments"), "{work:#?}");
    journey.apply().await;
    let world = journey.sim.world();
    assert_eq!((world.services.len(), world.services[0].ports[0].server_port), (1, 8443));
}
