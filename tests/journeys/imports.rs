//! Objects that are there already come under our hand: the next plan shows exactly what differs.

use landbridge::ops;

use super::story::LINK;
use crate::common::{Journey, admit_another, settled};

/// A link as somebody else has made it, and our own empty state.
async fn found() -> Journey {
    let theirs = Journey::new(LINK);
    theirs.apply().await;
    let ours = Journey::new(LINK);
    let world = theirs.sim.world();
    ours.meddle(|w| *w = world).await;
    ours
}

async fn import_all(journey: &Journey) {
    let world = journey.sim.world();
    let (service, endpoint) = (world.services[0].id.to_string(), world.endpoints[0].id.to_string());
    for (address, id) in [
        ("vpcep_service.payments", service.clone()),
        ("vpcep_whitelist.tenants", service.clone()),
        ("vpcep_endpoint.shop", endpoint.clone()),
        ("vpcep_accept.shop", format!("{service}/{endpoint}")),
    ] {
        settled(ops::import(&journey.workspace(), &address.parse().expect("an address"), &id).await);
    }
}

#[tokio::test(start_paused = true)]
async fn after_importing_all_four_kinds_nothing_is_to_do() {
    let journey = found().await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, [""; 0]);
    assert_eq!(journey.drift().await, [""; 0]);
    journey.apply().await;
    assert_eq!(journey.count("create_service") + journey.count("create_endpoint"), 0);
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn before_acceptance_nobody_says_whether_there_is_a_name() {
    let journey = found().await;
    journey.meddle(|w| w.endpoints[0].status = landbridge::sim::EndpointStatus::PendingAcceptance).await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, ["update vpcep_accept.shop (decision)"]);
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn of_a_shared_whitelist_only_what_we_name_becomes_ours() {
    let journey = found().await;
    journey.meddle(admit_another).await;
    import_all(&journey).await;
    assert_eq!(journey.changes().await, [""; 0]);
    journey.apply().await;
    assert_eq!(journey.sim.world().permissions.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn true_differences_are_shown() {
    let mut journey = found().await;
    journey.edit("client_port: 443", "client_port: 444").edit("enable_dns: true", "enable_dns: false");
    import_all(&journey).await;
    assert_eq!(
        journey.changes().await,
        [
            "replace vpcep_accept.shop (endpoint_id)",
            "replace vpcep_endpoint.shop (enable_dns)",
            "update vpcep_service.payments (ports)",
        ]
    );
    journey.apply().await;
}
