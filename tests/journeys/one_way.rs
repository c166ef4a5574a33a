//! What can only go one way: editions and further back ends, which no answer shows.

use landbridge::ops::PlanOptions;
use landbridge::plan::Change;
use landbridge::sim::FaultRules;

use super::story::LINK;
use crate::common::{Journey, settled, told};

const LARGE: &str = "edition: professional
      server_resources: [{ resource_id: lb-2, availability_zone_id: a }]";

/// The link with this edition of its service and of its endpoint, and these back ends.
fn link(service: &str, endpoint: &str) -> Journey {
    let mut journey = Journey::new(LINK);
    journey.edit("server_type: LB", &format!("server_type: LB\n      {service}"));
    journey.edit("enable_dns: true", &format!("enable_dns: true\n      {endpoint}"));
    journey
}

async fn changes(journey: &Journey) -> Vec<Change> {
    journey.plan().await.plan.changes
}

fn count(journey: &Journey, operation: &str) -> u64 {
    journey.sim.request_counts().get(operation).copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_link_is_made_large_at_once() {
    let journey = link(LARGE, "edition: professional");
    journey.apply().await;
    for operation in ["create_service", "upgrade_service", "add_server_resources", "upgrade_endpoint"] {
        assert_eq!(count(&journey, operation), 1, "{operation}");
    }
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn an_edition_goes_up_in_place_and_down_by_a_new_object() {
    let mut journey = link("edition: basic", "description: first");
    journey.apply().await;
    assert_eq!(count(&journey, "upgrade_service"), 0);

    journey.edit("edition: basic", "edition: professional");
    journey.edit("description: first", "description: first\n      edition: professional");
    let told: Vec<String> = changes(&journey).await.iter().map(told).collect();
    assert_eq!(told, ["update vpcep_endpoint.shop (edition)", "update vpcep_service.payments (edition)"]);
    journey.apply().await;
    assert_eq!((count(&journey, "create_service"), count(&journey, "create_endpoint")), (1, 1));
    assert_eq!((count(&journey, "upgrade_service"), count(&journey, "upgrade_endpoint")), (1, 1));

    // Left out, it stays as it is; and it is remembered.
    journey.edit("      edition: professional\n      service_name", "      service_name");
    assert!(changes(&journey).await.is_empty());
    journey.apply().await;
    journey.edit("      service_name", "      edition: basic\n      service_name");
    let changes = changes(&journey).await;
    let service = changes.iter().find(|c| c.address.to_string() == "vpcep_service.payments").unwrap();
    assert!(service.action.word().starts_with("replace"), "{service:?}");
    assert_eq!(
        service.reason.text,
        "`edition` cannot be changed in place: an upgrade to another edition cannot be taken back"
    );
}

#[tokio::test(start_paused = true)]
async fn back_ends_are_added_in_place_and_taken_away_by_a_new_object() {
    let mut journey = link("server_resources: [{ resource_id: lb-2 }]", "description: first");
    journey.apply().await;
    journey.edit("[{ resource_id: lb-2 }]", "[{ resource_id: lb-2 }, { resource_id: lb-3 }]");
    let told: Vec<String> = changes(&journey).await.iter().map(told).collect();
    assert_eq!(told, ["update vpcep_service.payments (server_resources)"]);
    journey.apply().await;
    assert_eq!((count(&journey, "create_service"), count(&journey, "add_server_resources")), (1, 2));

    journey.edit("{ resource_id: lb-2 }, ", "");
    let changes = changes(&journey).await;
    let service = changes.iter().find(|c| c.address.to_string() == "vpcep_service.payments").unwrap();
    assert!(service.action.word().starts_with("replace"), "{service:?}");
    assert_eq!(
        service.reason.text,
        "`server_resources` cannot be changed in place: \
         the API has a call that adds back ends, and none that takes one away"
    );
    journey.apply().await;
    assert_eq!((count(&journey, "create_service"), count(&journey, "add_server_resources")), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn what_did_not_come_to_be_is_not_remembered() {
    let journey = link(LARGE, "edition: professional");
    let rules =
        "rules: [{ operation: add_server_resources, count: 1, error: { status: 400, code: EndPoint.0002 } }]";
    journey.sim.set_faults(FaultRules::from_yaml(rules).unwrap());
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.report.is_success());
    assert_eq!(count(&journey, "upgrade_service"), 1);
    let told: Vec<String> = changes(&journey).await.iter().map(told).collect();
    assert!(told.contains(&"update vpcep_service.payments (server_resources)".to_owned()), "{told:?}");
    journey.apply().await;
    assert_eq!((count(&journey, "create_service"), count(&journey, "upgrade_service")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_stops_halfway_goes_on_where_it_stopped() {
    let mut journey = link("edition: basic", "description: first");
    journey.apply().await;
    journey.edit("edition: basic", LARGE);
    let rules =
        "rules: [{ operation: add_server_resources, count: 1, error: { status: 400, code: EndPoint.0002 } }]";
    journey.sim.set_faults(FaultRules::from_yaml(rules).unwrap());
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.report.is_success());
    let told: Vec<String> = changes(&journey).await.iter().map(told).collect();
    assert_eq!(told, ["update vpcep_service.payments (server_resources)"]);
    journey.apply().await;
    assert_eq!(count(&journey, "upgrade_service"), 1);
}
