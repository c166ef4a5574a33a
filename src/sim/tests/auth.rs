//! Credentials: the signature vectors, those to be refused among them, tokens, temporary keys, IAM actions.

use std::collections::BTreeMap;

use ::http::{HeaderMap, HeaderName, HeaderValue, Request};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, Bench, Client, send, service_body};
use crate::sim::huaweicloud::signature::{self, Signed};
use crate::sim::{
    AccessKey, Account, Project, Settings, SimClock, SimCredentials, Simulator, User, World, sample,
};

const VECTORS: &str = include_str!("../../../tests/data/signing-vectors.json");
const PROJECT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn headers(vector: &Value) -> HeaderMap {
    let pair = |(name, value): (&String, &Value)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.as_str().unwrap()).unwrap())
    };
    vector["headers"].as_object().unwrap().iter().map(pair).collect()
}

#[test]
fn every_vector_has_its_canonical_request_and_signature() {
    let document = vectors();
    let mut seen = 0;
    for list in ["vectors", "cross_sdk_vectors"] {
        for vector in document[list].as_array().unwrap() {
            let name = &vector["name"];
            let uri: ::http::Uri = vector["url"].as_str().unwrap().parse().unwrap();
            let headers = headers(vector);
            let request = Signed {
                method: vector["method"].as_str().unwrap(),
                path: uri.path(),
                query: uri.query().unwrap_or_default(),
                headers: &headers,
                authority: None,
                body: vector["body"].as_str().unwrap().as_bytes(),
            };
            let claim = signature::read_claim(vector["authorization"].as_str().unwrap()).unwrap();
            let listed: Vec<&str> = vector["signed_headers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect();
            assert_eq!(claim.signed_headers, listed, "{name}");
            let canonical = signature::canonical_request(request, &claim.signed_headers).unwrap();
            assert_eq!(canonical, vector["canonical_request"], "{name}");
            let (secret, date) = (vector["sk"].as_str().unwrap(), vector["date"].as_str().unwrap());
            assert!(signature::verify(secret, date, &canonical, claim.signature), "{name}");
            assert!(!signature::verify("another-secret", date, &canonical, claim.signature), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}

/// A world in which the vectors' key belongs to somebody.
fn vector_world() -> World {
    let key = AccessKey {
        access: "EXAMPLEAK0000000001A".to_owned(),
        secret: "example-secret-key-not-real-0000000000001".to_owned(),
    };
    let user = User {
        name: "deployer".to_owned(),
        id: "1a2b3c4d5e6f708192a3b4c5d6e7f809".to_owned(),
        password: "not-a-real-password".to_owned(),
        allow: vec!["*".to_owned()],
        deny: Vec::new(),
        keys: vec![key],
    };
    let project = Project {
        id: PROJECT.to_owned(),
        name: "example-region-1".to_owned(),
        region: "example-region-1".to_owned(),
        vpcs: Vec::new(),
    };
    let account = Account {
        name: "example-account".to_owned(),
        id: "5fc973eea581490997e82ea11a1df31f".to_owned(),
        org_path: String::new(),
        quota: crate::sim::Quota::default(),
        users: vec![user],
        projects: vec![project],
    };
    World { accounts: vec![account], ..World::default() }
}

fn vector_named(name: &str) -> Value {
    vectors()["vectors"].as_array().unwrap().iter().find(|vector| vector["name"] == name).unwrap().clone()
}

/// Sends a vector to a simulator whose clock shows the vector's date.
async fn play(vector: &Value, seconds_later: i64) -> (u16, Value) {
    let clock = SimClock::stopped_at("2025-01-02T03:04:05Z".parse().unwrap());
    clock.advance(jiff::SignedDuration::from_secs(seconds_later));
    let sim = Simulator::new(vector_world(), Settings::default(), clock);
    let mut request = Request::builder()
        .method(vector["method"].as_str().unwrap())
        .uri(vector["url"].as_str().unwrap())
        .body(Bytes::from(vector["body"].as_str().unwrap().to_owned()))
        .unwrap();
    *request.headers_mut() = headers(vector);
    let authorization = vector["authorization"].as_str().unwrap();
    request.headers_mut().insert("authorization", authorization.parse().unwrap());
    let response = sim.handle(request).await.unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn signed_vectors_pass_the_gate() {
    let (status, body) = play(&vector_named("get-list-services"), 0).await;
    assert_eq!((status, &body["total_count"]), (200, &json!(0)));
    let (status, body) = play(&vector_named("get-iam-projects"), 0).await;
    assert_eq!((status, &body["projects"][0]["id"]), (200, &json!(PROJECT)));
    let (status, body) = play(&vector_named("get-port-in-host"), 0).await;
    assert_eq!((status, &body["quotas"]["resources"][0]["quota"]), (200, &json!(50)));
    let (status, body) = play(&vector_named("post-create-service-json"), 0).await;
    assert_eq!(
        (status, &body["error_code"]),
        (400, &json!("EndPoint.2001")),
        "the gate is behind it: {body}"
    );
}

#[tokio::test]
async fn negative_vectors_are_refused() {
    let list = || vector_named("get-list-services");
    let with = |mut vector: Value, change: &dyn Fn(&mut Value)| {
        change(&mut vector);
        vector
    };
    let replaced = |vector: &mut Value, field: &str, from: &str, to: &str| {
        vector[field] = json!(vector[field].as_str().unwrap().replacen(from, to, 1));
    };
    let cases: Vec<(&str, Value, i64, &str)> = vec![
        (
            "tampered-query",
            with(list(), &|v| replaced(v, "url", "limit=50", "limit=51")),
            0,
            "verify aksk signature fail",
        ),
        (
            "tampered-body",
            with(vector_named("post-create-service-json"), &|v| replaced(v, "body", "orders", "orderz")),
            0,
            "verify aksk signature fail",
        ),
        ("stale-date", list(), 15 * 60 + 1, "signature expired, signature time:20250102T030405Z"),
        (
            "unknown-ak",
            with(list(), &|v| replaced(v, "authorization", "EXAMPLEAK0000000001A", "EXAMPLEAK0000000009Z")),
            0,
            "ak not exist",
        ),
        (
            "header-missing",
            with(list(), &|v| _ = v["headers"].as_object_mut().unwrap().remove("X-Project-Id")),
            0,
            "signed header x-project-id is missing",
        ),
        ("date in the future", list(), -(15 * 60 + 1), "signature expired"),
        (
            "date not signed",
            with(list(), &|v| replaced(v, "authorization", ";x-sdk-date", "")),
            0,
            "x-sdk-date is not among the signed headers",
        ),
        (
            "other algorithm",
            with(list(), &|v| replaced(v, "authorization", "SDK-HMAC-SHA256", "SDK-HMAC-SM3")),
            0,
            "unsupported signing algorithm SDK-HMAC-SM3",
        ),
        (
            "upper-case signature",
            with(list(), &|v| {
                let text = v["authorization"].as_str().unwrap();
                let (head, tail) = text.split_once("Signature=").unwrap();
                v["authorization"] = json!(format!("{head}Signature={}", tail.to_uppercase()));
            }),
            0,
            "verify aksk signature fail",
        ),
    ];
    let named: Vec<Value> = vectors()["negative_cases"].as_array().unwrap().clone();
    for negative in &named {
        assert!(cases.iter().any(|case| negative["name"] == case.0), "{negative} is not tried");
    }
    for (name, vector, later, tail) in cases {
        let (status, body) = play(&vector, later).await;
        assert_eq!((status, &body["error_code"]), (401, &json!("APIGW.0301")), "{name}: {body}");
        let message = body["error_msg"].as_str().unwrap();
        assert!(message.starts_with("Incorrect IAM authentication information: "), "{name}: {message}");
        assert!(message.contains(tail), "{name}: {message}");
        assert!(body["request_id"].as_str().is_some_and(|id| id.len() == 32), "{name}");
    }
    assert_eq!(play(&list(), 15 * 60).await.0, 200, "fifteen minutes are within");
}

/// Signs a call as a client would.
async fn signed(
    sim: &Simulator,
    now: &str,
    keys: (&str, &str, Option<&str>),
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let (access, secret, security_token) = keys;
    let mut sent = BTreeMap::from([
        ("x-sdk-date".to_owned(), now.to_owned()),
        ("host".to_owned(), "sim.test".to_owned()),
    ]);
    sent.extend(security_token.map(|token| ("x-security-token".to_owned(), token.to_owned())));
    let map: HeaderMap = sent
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect();
    let names: Vec<&str> = sent.keys().map(String::as_str).collect();
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Signed { method, path: bare, query, headers: &map, authority: None, body: body.as_bytes() };
    let canonical = signature::canonical_request(request, &names).unwrap();
    let value = signature::sign(secret, now, &canonical);
    let authorization =
        format!("SDK-HMAC-SHA256 Access={access}, SignedHeaders={}, Signature={value}", names.join(";"));
    sent.insert("authorization".to_owned(), authorization);
    let body = (!body.is_empty()).then(|| serde_json::from_str::<Value>(body).unwrap());
    send(sim, method, path, &sent, body.as_ref()).await
}

#[tokio::test]
async fn temporary_keys_need_their_security_token_and_end() {
    let bench = Bench::new(Settings::default());
    let owner = bench.login("owner").await;
    let wish = json!({ "auth": { "identity": { "methods": ["token"],
        "token": { "id": owner.headers["x-auth-token"], "duration_seconds": 900 } } } });
    let made = owner.post("=/v3.0/OS-CREDENTIAL/securitytokens", wish.clone()).await;
    assert_eq!(made.status, 201);
    let key = made.ok()["credential"].clone();
    assert_eq!(key["expires_at"], "2025-01-02T03:19:05.000000Z");
    let text = |name: &str| key[name].as_str().unwrap();
    let path = format!("/v1/{}/quotas?type=endpoint", owner.credentials.project_id);
    let call = |token: Option<&'static str>, now: &'static str| {
        let token = token.map_or_else(|| text("securitytoken").to_owned(), str::to_owned);
        let (sim, path, access, secret) =
            (bench.sim.clone(), path.clone(), text("access").to_owned(), text("secret").to_owned());
        async move {
            let token = (!token.is_empty()).then_some(token.as_str());
            signed(&sim, now, (&access, &secret, token), "GET", &path, "").await
        }
    };
    assert_eq!(call(None, "20250102T030405Z").await.status, 200);
    assert_eq!(call(Some("another"), "20250102T030405Z").await.refusal(), (401, "APIGW.0301"));
    assert_eq!(call(Some(""), "20250102T030405Z").await.refusal(), (401, "APIGW.0301"));
    bench.advance(901);
    assert_eq!(call(None, "20250102T031906Z").await.refusal(), (401, "APIGW.0301"), "it has ended");
    let short =
        json!({ "auth": { "identity": { "methods": ["token"], "token": { "duration_seconds": 10 } } } });
    let refused = owner.post("=/v3.0/OS-CREDENTIAL/securitytokens", short).await;
    assert_eq!((refused.status, &refused.body["error"]["code"]), (400, &json!(400)));
}

#[tokio::test]
async fn a_key_that_fails_too_often_is_locked_for_a_while() {
    let bench = Bench::new(Settings::default());
    let path = format!("/v1/{PROJECT}/quotas");
    let (good, bad) = ("owner-sample-secret-key-000000000000001", "wrong");
    let key = "SIMAKOWNER0000000001";
    for _ in 0..6 {
        let answer = signed(&bench.sim, "20250102T030405Z", (key, bad, None), "GET", &path, "").await;
        assert!(answer.body["error_msg"].as_str().unwrap().contains("verify aksk signature fail"));
    }
    let locked = signed(&bench.sim, "20250102T030405Z", (key, good, None), "GET", &path, "").await;
    assert!(
        locked.body["error_msg"].as_str().unwrap().contains("AK access failed to reach the limit,forbidden")
    );
    bench.advance(301);
    assert_eq!(signed(&bench.sim, "20250102T030906Z", (key, good, None), "GET", &path, "").await.status, 200);
}

fn password(user: &str, password: &str, domain: Value, scope: Value) -> Value {
    let user = json!({ "name": user, "password": password, "domain": domain });
    let mut body =
        json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": user } } } });
    if !scope.is_null() {
        body["auth"]["scope"] = scope;
    }
    body
}

#[tokio::test]
async fn tokens_are_issued_and_refused_by_iam() {
    let bench = Bench::new(Settings::default());
    let shop = json!({ "name": "shop" });
    let right = "shop-sample-password";
    let project = json!({ "project": { "name": "tr-west-1" } });
    let rows = [
        (password("shop-ci", right, shop.clone(), project.clone()), 201),
        (
            password("shop-ci", right, json!({ "id": "5fc973eea581490997e82ea11a1df31f" }), project.clone()),
            201,
        ),
        (password("shop-ci", right, shop.clone(), json!({ "domain": { "name": "shop" } })), 201),
        (password("shop-ci", right, shop.clone(), Value::Null), 201),
        (password("shop-ci", "wrong", shop.clone(), project.clone()), 401),
        (password("nobody", right, shop.clone(), project.clone()), 401),
        (password("shop-ci", right, json!({ "name": "owner" }), project.clone()), 401),
        (password("shop-ci", right, shop.clone(), json!({ "project": { "id": PROJECT } })), 401),
        (password("shop-ci", right, shop.clone(), json!({ "domain": { "name": "owner" } })), 401),
        (json!({ "auth": { "identity": { "methods": ["password"] } } }), 400),
        (json!({ "auth": {} }), 400),
        (json!({ "auth": { "identity": { "methods": ["smoke"] } } }), 400),
    ];
    for (body, status) in rows {
        let answer = send(&bench.sim, "POST", "/v3/auth/tokens", &BTreeMap::new(), Some(&body)).await;
        assert_eq!(answer.status, status, "{body} gave {}", answer.body);
        if status == 201 {
            assert!(answer.header("x-subject-token").is_some_and(|token| token.len() > 400));
            assert_eq!(answer.body["token"]["expires_at"], "2025-01-03T03:04:05.000000Z");
        } else {
            assert_eq!(answer.body["error"]["code"], json!(status), "IAM's own shape, with a number");
            assert!(answer.header("x-subject-token").is_none());
        }
    }
    let body = password("shop-ci", right, shop, project);
    let answer =
        send(&bench.sim, "POST", "/v3/auth/tokens?nocatalog=true", &BTreeMap::new(), Some(&body)).await;
    assert_eq!(answer.body["token"]["catalog"], json!([]));
}

#[tokio::test]
async fn a_token_is_good_for_its_project_and_a_day() {
    let bench = Bench::new(Settings::default());
    let owner = bench.login("owner").await;
    assert_eq!(owner.get("/quotas").await.status, 200);
    let in_region = &owner.credentials.projects["eu-west-101"];
    let foreign = &SimCredentials::of(&sample::world(), "shop").unwrap().project_id;
    for (project, refusal) in [
        (in_region.as_str(), (403, "EndPoint.0004")),
        (foreign, (403, "EndPoint.0004")),
        ("ffffffffffffffffffffffffffffffff", (403, "EndPoint.0004")),
        ("not-a-project", (400, "EndPoint.0014")),
    ] {
        let answer = owner.get(&format!("=/v1/{project}/quotas")).await;
        assert_eq!(answer.refusal(), refusal, "{project}");
    }
    let mut other_header = owner.clone();
    other_header.headers.insert("x-project-id".to_owned(), in_region.clone());
    assert_eq!(other_header.get("/quotas").await.refusal(), (403, "EndPoint.0004"));

    let mut nobody = owner.clone();
    nobody.headers.clear();
    assert_eq!(nobody.get("/quotas").await.refusal(), (401, "APIGW.0301"));
    nobody.headers.insert("x-auth-token".to_owned(), "made-up".to_owned());
    assert_eq!(nobody.get("/quotas").await.refusal(), (401, "APIGW.0301"));
    assert_eq!(nobody.get("=/").await.status, 200, "versions ask for nothing");

    let scope = json!({ "domain": { "name": "owner" } });
    let body = password("owner-ci", "owner-sample-password", json!({ "name": "owner" }), scope);
    let account = send(&bench.sim, "POST", "/v3/auth/tokens", &BTreeMap::new(), Some(&body)).await;
    let mut by_account = owner.clone();
    by_account.headers.insert("x-auth-token".to_owned(), account.header("x-subject-token").unwrap());
    assert_eq!(
        by_account.get("/quotas").await.refusal(),
        (403, "EndPoint.0004"),
        "VPCEP wants a project token"
    );
    let projects = by_account.get("=/v3/projects?name=tr-west-1").await.ok();
    assert_eq!(projects["projects"][0]["id"], owner.credentials.project_id);
    assert_eq!(by_account.get("=/v3/auth/domains").await.ok()["domains"][0]["name"], "owner");

    bench.advance(24 * 3600 - 1);
    assert_eq!(owner.get("/quotas").await.status, 200);
    bench.advance(1);
    let ended = owner.get("/quotas").await;
    assert_eq!(ended.refusal(), (401, "APIGW.0301"));
    assert!(
        ended.body["error_msg"].as_str().unwrap().contains("token expires, expires_at: 2025-01-03T03:04:05Z")
    );
}

async fn restricted(bench: &Bench, account: &str, user: &str, password: &str) -> Client {
    bench.login_as(SimCredentials::of(&sample::world(), account).unwrap(), user, password).await
}

#[tokio::test]
async fn iam_actions_are_asked_for() {
    let bench = Bench::new(Settings::immediate());
    let warehouse = bench.login("warehouse").await;
    let refused = warehouse.post("/vpc-endpoints", json!({})).await;
    assert_eq!(refused.refusal(), (403, "EndPoint.0004"), "before the body is looked at");
    assert_eq!(warehouse.get("/vpc-endpoints").await.status, 200);
    let service = warehouse.post("/vpc-endpoint-services", json!({})).await;
    assert_eq!(
        service.refusal(),
        (403, "EndPoint.0004"),
        "creating a service needs the network's actions as well"
    );
    let auditor = restricted(&bench, "owner", "owner-auditor", "auditor-sample-password").await;
    assert_eq!(auditor.get("/vpc-endpoint-services").await.status, 200);
    assert_eq!(
        auditor.post("/vpc-endpoint-services", service_body(80)).await.refusal(),
        (403, "EndPoint.0004")
    );
    let owner = bench.login("owner").await;
    let made = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let path = format!("/vpc-endpoint-services/{}", made["id"].as_str().unwrap());
    for (method, rest) in [
        ("DELETE", ""),
        ("PUT", ""),
        ("PUT", "/name"),
        ("POST", "/connections/action"),
        ("POST", "/permissions/action"),
    ] {
        let answer = auditor.call(method, &format!("{path}{rest}"), None).await;
        assert_eq!(answer.refusal(), (403, "EndPoint.0004"), "{method} {rest}");
    }
    assert_eq!(auditor.get(&path).await.status, 200);
}
