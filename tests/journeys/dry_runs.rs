//! Where the API takes dry runs, the cloud itself says while planning what it would refuse. That is no
//! write: nothing is made, and only what is fully known and waits for no other step is asked.

use landbridge::diagnostic::Severity;
use landbridge::ops::PlanOptions;
use landbridge::plan::PlanMode;
use landbridge::sim::Settings;

use super::scenario::{self, HOOK};
use crate::common::{Journey, settled};

const DRY: &str = "privatelink:DryRun";
const DRY_ENDPOINT: &str = "elasticsearch:DryRun";

/// The link without the endpoint and its acceptance.
fn service_alone() -> Journey {
    let (head, _) = HOOK.split_once("  elasticsearch_endpoint:\n").expect("the endpoint");
    Journey::new(head)
}

/// The same journey with the whole link from now on.
fn whole(journey: Journey) -> Journey {
    Journey { text: HOOK.to_owned(), ..journey }
}

#[tokio::test(start_paused = true)]
async fn a_sound_plan_is_let_through_and_what_is_not_known_yet_is_not_asked() {
    let mut journey = scenario::ALL[1].journey();
    let planned = journey.plan().await;
    assert_eq!(planned.plan.diagnostics, []);
    // The service: everything else waits for it.
    assert_eq!((journey.count(DRY), journey.count(DRY_ENDPOINT)), (1, 0));
    assert!(journey.sim.world().alibaba.services.is_empty(), "nothing was done");
    journey.apply().await;
    let asked = journey.count(DRY);
    journey.assert_converged().await;
    assert_eq!(journey.count(DRY), asked, "nothing is to be done");

    journey.edit("description: web hooks", "description: other hooks");
    for options in [
        PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() },
        PlanOptions { no_refresh: true, ..PlanOptions::default() },
    ] {
        settled(journey.plan_with(&options).await);
    }
    assert_eq!(journey.count(DRY), asked, "who only looks asks nothing");
    assert_eq!(journey.plan().await.plan.diagnostics, []);
    assert_eq!(journey.count(DRY), asked + 1);
    let description = |journey: &Journey| {
        journey.sim.world().alibaba.services[0].settings["ServiceDescription"].as_str().map(str::to_owned)
    };
    assert_eq!(description(&journey).as_deref(), Some("web hooks"));
    journey.apply().await;
    assert_eq!(description(&journey).as_deref(), Some("other hooks"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stands_at_its_line_and_stops_the_apply() {
    let mut journey = scenario::ALL[1].journey();
    journey.edit("lb-bp1simpayments0002", "lb-bp1simnobody00001");
    let planned = journey.plan().await;
    let [finding] = &planned.plan.diagnostics[..] else { panic!("{:#?}", planned.plan.diagnostics) };
    assert_eq!((finding.severity, finding.summary.as_str()), (Severity::Error, "The cloud would refuse it"));
    assert!(finding.detail.contains("LoadBalancerNotFound"), "{}", finding.detail);
    let place = finding.place.as_ref().expect("a place");
    let line = journey.text.lines().nth(place.line - 1).expect("the line");
    assert_eq!(line.trim(), "hook:");
    assert!(!finding.hint.is_empty());
    assert!(journey.try_apply(&PlanOptions::default()).await.is_err());
    assert_eq!(journey.count("privatelink:CreateVpcEndpointService"), 0);
}

/// Elasticsearch does not say how it answers a dry run that passes: both ways are understood.
#[tokio::test(start_paused = true)]
async fn an_endpoint_is_tried_out_once_its_service_is_there() {
    for answer in ["no_result", "code"] {
        let settings: Settings =
            serde_yaml::from_str(&format!("alibaba: {{ dry_run: {answer} }}")).expect("settings");
        let (head, _) = HOOK.split_once("  elasticsearch_endpoint:\n").expect("the endpoint");
        let journey = Journey::with(head, settings);
        journey.apply().await;
        let journey = whole(journey);
        assert_eq!(journey.plan().await.plan.diagnostics, [], "{answer}");
        assert_eq!(journey.count(DRY_ENDPOINT), 1, "{answer}");
        assert_eq!(journey.count("elasticsearch:CreateVpcEndpoint"), 0, "{answer}");
        journey.apply().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_not_on_the_whitelist_is_told_unless_the_plan_adds_him() {
    let mut journey = service_alone();
    let (listed, other) = ("[\"1000000000000001\"]", "[\"2234567890123456\"]");
    journey.edit(listed, other);
    journey.apply().await;
    // The same plan lets him in: what the cloud says now does not count.
    let mut journey = whole(journey);
    assert_eq!(journey.plan().await.plan.diagnostics, []);
    assert_eq!(journey.count(DRY_ENDPOINT), 0);
    journey.edit(listed, other);
    let findings = journey.plan().await.plan.diagnostics;
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].detail.contains("EndpointServiceNotAuthorized"), "{}", findings[0].detail);
    assert_eq!(
        findings[0].address.as_ref().map(ToString::to_string).as_deref(),
        Some("elasticsearch_endpoint.logs")
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_does_not_say_is_said_and_stops_nothing() {
    let journey = scenario::ALL[1].journey();
    journey.faults(&["{ operation: 'privatelink:DryRun', error: { status: 503 } }"]);
    let plan = journey.plan().await.plan;
    assert_eq!(plan.diagnostics, []);
    assert!(
        plan.unseen.iter().any(|clause| clause.contains("whether the cloud takes privatelink_service.hook")),
        "{:#?}",
        plan.unseen
    );
    journey.apply().await;
}

/// What a step adds to what is there is tried, too, wherever it stands among the step's calls.
#[tokio::test(start_paused = true)]
async fn what_a_change_adds_is_tried_out() {
    let mut journey = scenario::ALL[1].journey();
    journey.apply().await;
    journey.edit("description: web hooks", "description: other hooks");
    let there = "{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }";
    let nobody = "{ resource_id: lb-bp1simnobody00001, resource_type: slb, zone_id: cn-hangzhou-h }";
    journey.edit(there, &format!("{there}, {nobody}"));
    let plan = journey.plan().await.plan;
    let [finding] = &plan.diagnostics[..] else { panic!("{:#?}", plan.diagnostics) };
    assert!(finding.detail.contains("LoadBalancerNotFound"), "{}", finding.detail);
    journey
        .edit(nobody, "{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }");
    journey.apply().await;
}
