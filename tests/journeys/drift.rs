//! What others do behind our back: shown apart from what we do, and put right.

use landbridge::ops::PlanOptions;
use landbridge::plan::PlanMode;
use landbridge::sim::{EndpointStatus, World};

use super::story::LINK;
use crate::common::{Journey, admit_another, settled};

#[tokio::test(start_paused = true)]
async fn what_others_change_is_drift_and_is_put_right() {
    type Change = fn(&mut World);
    let rows: [(&str, Change, &[&str], &[&str]); 6] = [
        (
            "somebody changes the ports",
            |w| w.services[0].ports[0].client_port = 444,
            &["vpcep_service.payments: ports"],
            &["update vpcep_service.payments (ports)"],
        ),
        (
            "somebody takes the tags away",
            |w| w.services[0].tags.clear(),
            &["vpcep_service.payments: tags"],
            &["update vpcep_service.payments (tags)"],
        ),
        (
            "somebody writes a description, which is not managed",
            |w| w.services[0].description = "hello".into(),
            &[],
            &[],
        ),
        (
            "somebody rejects the connection",
            |w| w.endpoints[0].status = EndpointStatus::Rejected,
            &["vpcep_accept.shop: decision, status", "vpcep_endpoint.shop: status"],
            &["update vpcep_accept.shop (decision)"],
        ),
        (
            "somebody deletes the endpoint",
            |w| w.endpoints.clear(),
            &["vpcep_accept.shop: deleted", "vpcep_endpoint.shop: deleted"],
            &[
                "create vpcep_accept.shop (endpoint_service_id, endpoint_id, decision)",
                "create vpcep_endpoint.shop (endpoint_service_id, vpc_id, subnet_id, enable_dns, enable_whitelist)",
            ],
        ),
        (
            "somebody takes our account out of the whitelist",
            |w| w.permissions.clear(),
            &["vpcep_whitelist.tenants: permissions"],
            &["update vpcep_whitelist.tenants (permissions)"],
        ),
    ];
    for (what, change, drift, changes) in rows {
        let journey = Journey::new(LINK);
        journey.apply().await;
        // Everything is older than what may not show yet.
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        journey.meddle(change).await;
        let mut seen = journey.drift().await;
        seen.sort();
        assert_eq!(seen, drift, "{what}");
        let mut planned = journey.changes().await;
        planned.sort();
        assert_eq!(planned, changes, "{what}");
        journey.apply().await;
        assert_eq!(journey.drift().await, [""; 0], "{what}: no drift is left");
        assert_eq!(journey.sim.world().endpoints[0].status, EndpointStatus::Accepted, "{what}");
        assert_eq!(journey.sim.world().endpoints.len(), 1, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn others_records_in_a_shared_whitelist_are_not_ours() {
    let journey = Journey::new(LINK);
    journey.apply().await;
    journey.meddle(admit_another).await;
    assert_eq!(journey.drift().await, [""; 0]);
    journey.assert_converged().await;
    journey.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn refresh_only_records_drift_and_changes_nothing() {
    let journey = Journey::new(LINK);
    journey.apply().await;
    journey.meddle(|w| w.services[0].ports[0].client_port = 444).await;
    let writes = journey.count("update_service");
    let options = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    let applied = settled(journey.try_apply(&options).await);
    assert!(applied.is_success());
    assert_eq!(journey.count("update_service"), writes);
    assert_eq!(journey.drift().await, [""; 0], "it is recorded");
    assert_eq!(
        journey.changes().await,
        ["update vpcep_service.payments (ports)"],
        "and still not as desired"
    );
    journey.apply().await;
}

#[tokio::test(start_paused = true)]
async fn a_renamed_service_leaves_no_noise() {
    let mut journey = Journey::new(LINK);
    journey.text.push_str("  full: { value: \"${vpcep_service.payments.full_name}\" }\n");
    journey.text.push_str("  seen: { value: \"${vpcep_endpoint.shop.endpoint_service_name}\" }\n");
    journey.apply().await;
    journey.edit("service_name: pay", "service_name: paid");
    assert_eq!(journey.changes().await, ["update vpcep_service.payments (service_name)"]);
    let applied = journey.apply().await;
    assert_eq!(journey.drift().await, [""; 0]);
    let outputs = &applied.report.outputs;
    assert_eq!(outputs["seen"], outputs["full"], "the endpoint was read again after the change");
    assert!(outputs["full"].value.as_str().is_some_and(|n| n.contains(".paid.")), "{outputs:?}");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_show_yet_is_not_deleted() {
    let journey = Journey::new(LINK);
    journey.apply().await;
    // Reads do not see what is young.
    journey.faults(&["{ operation: 'get_*', hide: 30s }", "{ operation: 'list_*', hide: 30s }"]);
    journey.assert_converged().await;
    assert_eq!(journey.sim.world().services.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_read_is_never_an_absent_object() {
    for operation in ["get_service", "get_endpoint", "list_permissions"] {
        let journey = Journey::new(LINK);
        journey.apply().await;
        for error in ["status: 500", "status: 403", "status: 401", "status: 404, shape: html"] {
            journey.faults(&[&format!("{{ operation: {operation}, error: {{ {error} }} }}")]);
            let refused = journey.plan_with(&PlanOptions::default()).await;
            let faults = refused.err().map(|f| f.to_string()).unwrap_or_default();
            assert!(faults.contains("never taken for an absent object"), "{operation} {error}: {faults}");
            assert_eq!(faults.matches("could not be read").count(), 1, "told once: {faults}");
            assert!(!faults.contains("Unknown instance"), "nothing else is wrong: {faults}");
            let destroy = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
            assert!(journey.try_apply(&destroy).await.is_err(), "{operation} {error}");
        }
        journey.faults(&[]);
        assert_eq!(journey.count("delete_service") + journey.count("delete_endpoint"), 0);
        journey.assert_converged().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_answer_calls_gone_is_there_as_long_as_the_listing_shows_it() {
    let gone = r#"error: { status: 404, code: EndPoint.0005, message: gone }"#;
    for operation in ["get_service", "get_endpoint"] {
        let journey = Journey::new(LINK);
        journey.apply().await;
        journey.faults(&[&format!("{{ operation: {operation}, {gone} }}")]);
        assert_eq!(journey.changes().await, [""; 0], "{operation}");
        journey.apply().await;
        assert_eq!((journey.sim.world().services.len(), journey.sim.world().endpoints.len()), (1, 1));
    }
}
