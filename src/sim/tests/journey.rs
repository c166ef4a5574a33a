//! The chain that everything is about: service, whitelist, endpoint, acceptance, across two accounts.

use serde_json::json;

use super::{Bench, endpoint_body, service_body};
use crate::sim::settings::Settings;

#[tokio::test]
async fn a_link_across_two_accounts() {
    let bench = Bench::new(Settings::default());
    let (owner, shop) = (bench.login("owner").await, bench.login("shop").await);

    let service = owner.post("/vpc-endpoint-services", service_body(8443)).await.ok();
    let id = service["id"].as_str().unwrap();
    assert_eq!(service["status"], "creating");
    assert_eq!(service["service_name"], format!("tr-west-1.pay.{id}"));
    let path = format!("/vpc-endpoint-services/{id}");

    let early = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await;
    assert_eq!(early.refusal(), (400, "EndPoint.2012"), "not on the whitelist");
    let grant = json!({ "permissions": ["iam:domain::5fc973eea581490997e82ea11a1df31f"], "action": "add" });
    let granted = owner.post(&format!("{path}/permissions/action"), grant.clone()).await.ok();
    assert_eq!(granted["permissions"], grant["permissions"]);
    let early = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await;
    assert_eq!(early.refusal(), (400, "EndPoint.2004"), "the service is still being created");

    bench.advance(90);
    assert_eq!(owner.get(&path).await.ok()["status"], "available");
    let endpoint = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await.ok();
    assert_eq!((&endpoint["status"], &endpoint["marker_id"]), (&json!("creating"), &json!(16_777_217)));
    let own = format!("/vpc-endpoints/{}", endpoint["id"].as_str().unwrap());
    bench.advance(90);
    let pending = shop.get(&own).await.ok();
    assert_eq!(pending["status"], "pendingAcceptance");
    assert!(pending.get("ip").is_none() && pending.get("dns_names").is_none());

    let connections = owner.get(&format!("{path}/connections?status=pendingAcceptance")).await.ok();
    assert_eq!(connections["total_count"], 1);
    assert_eq!(connections["connections"][0]["domain_id"], "5fc973eea581490997e82ea11a1df31f");
    let receive = json!({ "action": "receive", "endpoints": [endpoint["id"]] });
    let taken = owner.post(&format!("{path}/connections/action"), receive).await.ok();
    assert_eq!(taken["connections"][0]["status"], "creating");
    bench.advance(3);
    let accepted = shop.get(&own).await.ok();
    assert_eq!((&accepted["status"], &accepted["ip"]), (&json!("accepted"), &json!("10.64.0.2")));
    assert_eq!(accepted["dns_names"].as_array().unwrap().len(), 1);
    assert_eq!(accepted["updated_at"], "2025-01-02T03:07:08Z");

    assert_eq!(owner.delete(&path).await.refusal(), (400, "EndPoint.3006"));
    assert_eq!(shop.delete(&own).await.status, 204);
    assert_eq!(shop.get(&own).await.ok()["status"], "deleting");
    assert_eq!(owner.delete(&path).await.status, 204);
    bench.advance(90);
    assert_eq!(shop.get(&own).await.refusal(), (404, "EndPoint.2006"));
    assert_eq!(owner.get(&path).await.refusal(), (404, "EndPoint.0005"));
    let counts = bench.sim.request_counts();
    assert_eq!((counts["create_endpoint"], counts["create_token"]), (3, 2));
}

#[tokio::test]
async fn without_delays_a_create_answers_the_end() {
    let bench = Bench::new(Settings::immediate());
    let (owner, shop) = (bench.login("owner").await, bench.login("shop").await);
    let service = owner.post("/vpc-endpoint-services", service_body(8443)).await.ok();
    assert_eq!(service["status"], "available");
    let grant = json!({ "permissions": ["*"], "action": "add" });
    let path = format!("/vpc-endpoint-services/{}", service["id"].as_str().unwrap());
    owner.post(&format!("{path}/permissions/action"), grant).await.ok();
    let endpoint = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await.ok();
    assert_eq!(endpoint["status"], "pendingAcceptance");
    let receive = json!({ "action": "receive", "endpoints": [endpoint["id"]] });
    let taken = owner.post(&format!("{path}/connections/action"), receive.clone()).await.ok();
    assert_eq!(taken["connections"][0]["status"], "accepted");
    let again = owner.post(&format!("{path}/connections/action"), receive).await;
    assert_eq!(again.refusal(), (400, "EndPoint.2014"));
}
