//! Connections of the second cloud: who decides on them, within which limits, and what follows from it.

use std::time::Duration;

use landbridge::ops::{self, PlanOptions};

use super::second_cloud::{endpoint, endpoints, journey};
use crate::common::{Journey, settled};

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
