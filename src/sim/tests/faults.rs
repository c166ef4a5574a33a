//! Faults as a client meets them, and the control paths that set them.

use std::collections::BTreeMap;

use ::http::{Request, Response};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, Bench, Client, endpoint_body, send, service_body};
use crate::sim::{Cut, ErrorShape, Settings};

/// A call whose answer may not come.
async fn risky(
    client: &Client,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<Response<Bytes>, Cut> {
    let mut request =
        Request::builder().method(method).uri(format!("/v1/{}{path}", client.credentials.project_id));
    for (name, value) in &client.headers {
        request = request.header(name, value);
    }
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    client.sim.handle(request.body(body).unwrap()).await
}

async fn scene() -> (Bench, Client) {
    let bench = Bench::new(Settings::immediate());
    let owner = bench.login("owner").await;
    (bench, owner)
}

async fn count(owner: &Client) -> u64 {
    owner.get("/vpc-endpoint-services").await.ok()["total_count"].as_u64().unwrap()
}

#[tokio::test]
async fn a_lost_answer_was_done_and_a_cut_one_was_not() {
    let (bench, owner) = scene().await;
    bench.faults("rules: [{ operation: create_service, lose_answer: true, count: 1 }]");
    assert!(risky(&owner, "POST", "/vpc-endpoint-services", Some(service_body(80))).await.is_err());
    assert_eq!(count(&owner).await, 1);
    bench.faults("rules: [{ operation: create_service, cut: true, count: 1 }]");
    assert!(risky(&owner, "POST", "/vpc-endpoint-services", Some(service_body(81))).await.is_err());
    assert_eq!(count(&owner).await, 1);
    bench.faults("rules: [{ operation: create_service, cut_at: 20, count: 1 }]");
    let cut = risky(&owner, "POST", "/vpc-endpoint-services", Some(service_body(81))).await.unwrap_err();
    assert_eq!(cut.part.unwrap().1, 20);
    assert_eq!(count(&owner).await, 2);
    assert_eq!(
        owner.post("/vpc-endpoint-services", service_body(82)).await.status,
        200,
        "the rule has run out"
    );
}

#[tokio::test]
async fn errors_in_every_shape() {
    let (bench, owner) = scene().await;
    let rows: [(&str, u16, &str, &str); 10] = [
        (
            "{ code: EndPoint.0022 }",
            400,
            "application/json",
            r#"{"error_code":"EndPoint.0022","error_msg":"The number of requests exceeded the limit. Please try later."}"#,
        ),
        (
            "{ code: EndPoint.0001 }",
            500,
            "application/json",
            r#"{"error_code":"EndPoint.0001","error_msg":"System error. Please retry."}"#,
        ),
        (
            "{ code: EndPoint.0001, shape: nested }",
            500,
            "application/json",
            r#"{"error":{"code":"EndPoint.0001","message":"System error. Please retry."}}"#,
        ),
        (
            "{ status: 429 }",
            429,
            "application/json",
            r#"{"error_code":"APIGW.0308","error_msg":"Too Many Requests"}"#,
        ),
        (
            "{ status: 503, shape: iam, message: later }",
            503,
            "application/json",
            r#"{"error":{"code":503,"message":"later","title":"Service Unavailable"}}"#,
        ),
        (
            "{ status: 502, shape: html }",
            502,
            "text/html",
            "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>Bad Gateway</body>\n</html>\n",
        ),
        (
            "{ status: 504, shape: plain, message: upstream timed out }",
            504,
            "text/plain",
            "upstream timed out\n",
        ),
        ("{ status: 503, shape: empty }", 503, "", ""),
        (
            "{ code: EndPoint.0013 }",
            504,
            "application/json",
            r#"{"error_code":"EndPoint.0013","error_msg":"The request timed out."}"#,
        ),
        (
            "{ code: EndPoint.9999, status: 400, message: new }",
            400,
            "application/json",
            r#"{"error_code":"EndPoint.9999","error_msg":"new"}"#,
        ),
    ];
    for (error, status, kind, body) in rows {
        bench.faults(&format!("rules: [{{ operation: quotas, error: {error} }}]"));
        let answer = owner.get("/quotas").await;
        assert_eq!(answer.status, status, "{error}");
        assert_eq!(answer.header("content-type").unwrap_or_default(), kind, "{error}");
        assert_eq!(answer.response.body(), body, "{error}");
        assert!(answer.header("x-request-id").is_some());
    }
    bench.faults("rules: [{ error: { status: 503, shape: gateway, retry_after: 7 } }]");
    let answer = owner.get("/quotas").await;
    assert_eq!(
        (answer.header("retry-after").as_deref(), answer.body["request_id"].is_string()),
        (Some("7"), true)
    );
}

#[tokio::test]
async fn an_error_may_come_after_the_deed() {
    let (bench, owner) = scene().await;
    bench.faults(
        "rules: [{ operation: create_service, error: { status: 504, shape: html, done: true }, count: 1 }]",
    );
    assert_eq!(owner.post("/vpc-endpoint-services", service_body(80)).await.status, 504);
    assert_eq!(count(&owner).await, 1);
}

#[tokio::test]
async fn lists_may_be_stale_or_late() {
    let (bench, owner) = scene().await;
    bench.faults("rules: [{ operation: list_services, nth: 2, stale: 60s }]");
    assert_eq!(count(&owner).await, 0);
    let made = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    assert_eq!(count(&owner).await, 0, "what was answered before");
    assert_eq!(count(&owner).await, 1);

    bench.faults("rules: [{ operation: 'list_*', hide: 30s }, { operation: get_service, hide: 10s }]");
    let at = format!("/vpc-endpoint-services/{}", made["id"].as_str().unwrap());
    assert_eq!((count(&owner).await, owner.get(&at).await.status), (0, 404), "not yet to be seen");
    bench.advance(10);
    assert_eq!((count(&owner).await, owner.get(&at).await.status), (0, 200));
    bench.advance(20);
    assert_eq!(count(&owner).await, 1);
}

#[tokio::test]
async fn deletion_may_take_its_time() {
    let (bench, owner) = scene().await;
    let made = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    bench.faults("rules: [{ operation: delete_service, slow: 5m }]");
    let at = format!("/vpc-endpoint-services/{}", made["id"].as_str().unwrap());
    assert_eq!(owner.delete(&at).await.status, 204);
    bench.advance(299);
    assert_eq!(owner.get(&at).await.ok()["status"], "deleting");
    bench.advance(1);
    assert_eq!(owner.get(&at).await.status, 404);
}

#[tokio::test]
async fn tokens_may_end_early() {
    let (bench, owner) = scene().await;
    let shop = bench.login("shop").await;
    bench.faults("rules: [{ account: owner, operation: quotas, nth: 2, expire_tokens: true }]");
    assert_eq!(owner.get("/quotas").await.status, 200);
    assert_eq!(owner.get("/quotas").await.refusal(), (401, "APIGW.0301"));
    assert_eq!(owner.get("/vpc-endpoints").await.status, 401, "it stays ended");
    assert_eq!(shop.get("/quotas").await.status, 200, "another account's does not");
    let again = bench.login("owner").await;
    assert_eq!(again.get("/quotas").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn latency_passes_on_tokios_clock() {
    let (bench, owner) = scene().await;
    bench.faults("rules: [{ operation: quotas, latency: 90s }]");
    let before = tokio::time::Instant::now();
    owner.get("/quotas").await.ok();
    assert_eq!(before.elapsed().as_secs(), 90);
}

#[tokio::test]
async fn a_failed_acceptance() {
    let bench = Bench::new(Settings::default());
    let (owner, shop) = (bench.login("owner").await, bench.login("shop").await);
    let service = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let at = format!("/vpc-endpoint-services/{}", service["id"].as_str().unwrap());
    owner
        .post(&format!("{at}/permissions/action"), json!({ "permissions": ["*"], "action": "add" }))
        .await
        .ok();
    bench.advance(90);
    let made = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await.ok();
    bench.advance(90);
    bench.faults(
        "rules: [{ operation: connection_action, fail: { code: EndPoint.2016, message: none left } }]",
    );
    let body = json!({ "action": "receive", "endpoints": [made["id"]] });
    owner.post(&format!("{at}/connections/action"), body).await.ok();
    bench.advance(3);
    let failed = shop.get(&format!("/vpc-endpoints/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&failed["status"], &failed["error"][0]["error_code"]),
        (&json!("failed"), &json!("EndPoint.2016"))
    );
}

/// A control call.
async fn control(bench: &Bench, method: &str, path: &str, body: &str) -> (Answer, String) {
    let request = Request::builder().method(method).uri(path).body(Bytes::from(body.to_owned())).unwrap();
    let response = bench.sim.handle(request).await.unwrap();
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    (Answer { status: response.status().as_u16(), body, response }, text)
}

#[tokio::test]
async fn everything_can_be_controlled_at_run_time() {
    let bench = Bench::new(Settings::default());
    let owner = bench.login("owner").await;
    let made = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let (index, text) = control(&bench, "GET", "/_sim/", "").await;
    assert!(index.status == 200 && text.contains("POST   /_sim/reset"));

    control(
        &bench,
        "POST",
        "/_sim/faults",
        "{\"rules\": [{\"operation\": \"quotas\", \"error\": {\"status\": 503}}]}",
    )
    .await
    .0
    .ok();
    assert_eq!(owner.get("/quotas").await.status, 503);
    let rules = control(&bench, "GET", "/_sim/faults", "").await.0.ok();
    assert_eq!(rules["rules"][0]["operation"], "quotas");
    control(&bench, "DELETE", "/_sim/faults", "").await.0.ok();
    assert_eq!(owner.get("/quotas").await.status, 200);
    assert_eq!(control(&bench, "POST", "/_sim/faults", "rules: [{ cutt: true }]").await.0.status, 400);

    let moved = control(&bench, "POST", "/_sim/clock", "{\"advance\": \"90s\"}").await.0.ok();
    assert_eq!(moved["now"], "2025-01-02T03:05:35Z");
    let at = format!("/vpc-endpoint-services/{}", made["id"].as_str().unwrap());
    assert_eq!(owner.get(&at).await.ok()["status"], "available");

    control(&bench, "POST", "/_sim/settings", "error_shape: nested\nports_as_strings: true\n").await.0.ok();
    let shown = owner.get(&at).await.ok();
    assert_eq!(shown["ports"][0]["client_port"], "443");
    assert_eq!(owner.get("/vpc-endpoints/x").await.body["error"]["code"], "EndPoint.2017");
    let settings = control(&bench, "GET", "/_sim/settings", "").await.0.ok();
    assert_eq!(
        (&settings["error_shape"], &settings["delete_status"]),
        (&json!("nested"), &json!(204)),
        "the rest stayed"
    );

    let requests = control(&bench, "GET", "/_sim/requests?operation=get_service&last=1", "").await.0.ok();
    assert_eq!(requests["counts"]["get_service"], 2);
    let last = &requests["requests"][0];
    assert_eq!(
        (&last["account"], &last["status"], requests["requests"].as_array().unwrap().len()),
        (&json!("owner"), &json!(200), 1)
    );

    let (_, world) = control(&bench, "GET", "/_sim/world", "").await;
    control(&bench, "POST", "/_sim/reset", "").await.0.ok();
    assert_eq!(owner.get(&at).await.status, 401, "tokens are gone as well");
    assert_eq!(bench.login("owner").await.get(&at).await.status, 404);
    control(&bench, "POST", "/_sim/world", &world).await.0.ok();
    assert_eq!(bench.login("owner").await.get(&at).await.status, 200, "and loaded again");
    assert_eq!(control(&bench, "GET", "/_sim/world", "").await.1, world, "byte for byte");
    for (method, path, status) in [
        ("GET", "/_sim/nothing", 404),
        ("PUT", "/_sim/clock", 405),
        ("POST", "/_sim/world", 400),
        ("POST", "/_sim/clock", 400),
    ] {
        assert_eq!(control(&bench, method, path, "nonsense").await.0.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn answers_may_be_odd_in_documented_ways() {
    let settings = Settings {
        error_shape: ErrorShape::Nested,
        delete_status: 200,
        ports_as_strings: true,
        marker_id_as_string: true,
        active_status_as_string: true,
        ..Settings::immediate()
    };
    let bench = Bench::new(settings);
    let (owner, shop) = (bench.login("owner").await, bench.login("shop").await);
    let service = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    assert_eq!(service["ports"], json!([{ "client_port": "443", "server_port": "80", "protocol": "TCP" }]));
    let at = format!("/vpc-endpoint-services/{}", service["id"].as_str().unwrap());
    owner
        .post(&format!("{at}/permissions/action"), json!({ "permissions": ["*"], "action": "add" }))
        .await
        .ok();
    let made = shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await.ok();
    assert_eq!((&made["marker_id"], &made["active_status"]), (&json!("16777217"), &json!("active")));
    let deleted = shop.delete(&format!("/vpc-endpoints/{}", made["id"].as_str().unwrap())).await;
    assert_eq!((deleted.status, deleted.response.body().len()), (200, 0));
    let wrong = send(&bench.sim, "GET", "/v1/x/none", &BTreeMap::new(), None).await;
    assert_eq!((wrong.status, &wrong.body["error"]["code"]), (404, &json!("EndPoint.0005")));
    let method = send(&bench.sim, "PATCH", "/v3/projects", &BTreeMap::new(), None).await;
    assert_eq!((method.status, method.header("allow").as_deref()), (405, Some("GET")));
}

#[tokio::test]
async fn every_answer_has_its_own_request_id() {
    let (_bench, owner) = scene().await;
    let mut seen = std::collections::BTreeSet::new();
    for path in ["/quotas", "/vpc-endpoints", "/nothing", "/vpc-endpoints/x", "/quotas"] {
        seen.insert(owner.get(path).await.header("x-request-id").unwrap());
    }
    assert_eq!(seen.len(), 5);
}
