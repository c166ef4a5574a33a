//! The whitelist and the tags: every call about them.

use serde_json::{Value, json};

use super::{Bench, Client, SampleIds, change, endpoint_body, service_body};
use crate::sim::{BatchDeleteAnswer, PermissionsAnswer, Settings, TagRules};

const SHOP: &str = "iam:domain::5fc973eea581490997e82ea11a1df31f";

async fn scene(settings: Settings) -> (Bench, Client, String, Value) {
    let bench = Bench::new(settings);
    let owner = bench.login("owner").await;
    let service = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let at = format!("/vpc-endpoint-services/{}/permissions", service["id"].as_str().unwrap());
    (bench, owner, at, service["id"].clone())
}

async fn act(owner: &Client, at: &str, action: &str, entries: Value) -> super::Answer {
    owner.post(&format!("{at}/action"), json!({ "permissions": entries, "action": action })).await
}

async fn listed(owner: &Client, at: &str) -> Vec<String> {
    let body = owner.get(&format!("{at}?limit=500&sort_dir=asc")).await.ok();
    let rows = body["permissions"].as_array().unwrap().iter();
    rows.map(|row| row["permission"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn who_is_admitted() {
    let rows = [
        (SHOP, true),
        ("*", true),
        ("iam:domain::*", true),
        ("iam:domain::5fc973*", true),
        ("iam:domainName::shop", true),
        ("organizations:orgPath::*", true),
        ("organizations:orgPath::o-sample/r-root/ou-consumers/*", true),
        ("organizations:orgPath::o-sample/r-root/ou-consumers", true),
        ("organizations:orgPath::o-sample/r-root/ou-consumers/ou-shop", true),
        ("organizations:orgPath::o-partner/*", false),
        ("iam:domain::7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90", false),
        ("iam:domainName::shops", false),
    ];
    for (permission, admitted) in rows {
        let (bench, owner, at, service) = scene(Settings::immediate()).await;
        let shop = bench.login("shop").await;
        let refused = shop.post("/vpc-endpoints", endpoint_body(&service)).await;
        assert_eq!(refused.refusal(), (400, "EndPoint.2012"), "an empty list admits nobody else");
        act(&owner, &at, "add", json!([permission])).await.ok();
        let answer = shop.post("/vpc-endpoints", endpoint_body(&service)).await;
        assert_eq!(answer.status == 200, admitted, "{permission}: {}", answer.body);
        act(&owner, &at, "remove", json!([permission])).await.ok();
        assert_eq!(
            shop.post("/vpc-endpoints", endpoint_body(&service)).await.refusal(),
            (400, "EndPoint.2012")
        );
        let left = if admitted { 1 } else { 0 };
        assert_eq!(shop.get("/vpc-endpoints").await.ok()["total_count"], left, "those that are there stay");
    }
}

#[tokio::test]
async fn records_are_added_once_and_removed_by_their_spelling() {
    let (bench, owner, at, _) = scene(Settings::immediate()).await;
    let echoed = act(&owner, &at, "add", json!(["*", SHOP])).await.ok();
    assert_eq!(echoed, json!({ "permissions": ["*", SHOP], "permission_type": "domainId" }));
    bench.advance(1);
    act(&owner, &at, "add", json!([SHOP, "organizations:orgPath::*"])).await.ok();
    assert_eq!(listed(&owner, &at).await.len(), 3);
    let rows = owner.get(&at).await.ok();
    let first = &rows["permissions"][0];
    assert_eq!(
        (&first["permission"], &first["permission_type"]),
        (&json!("organizations:orgPath::*"), &json!("orgPath"))
    );
    assert_eq!(first["created_at"], "2025-01-02T03:04:06Z");
    act(&owner, &at, "remove", json!(["iam:domain::*", SHOP])).await.ok();
    assert_eq!(listed(&owner, &at).await, ["*", "organizations:orgPath::*"], "an absent one is no fault");
    let own = format!("iam:domain::{}", owner.credentials.domain_id);
    act(&owner, &at, "add", json!([own])).await.ok();
    assert_eq!(listed(&owner, &at).await.len(), 2, "the owner is never listed");
    assert_eq!(owner.get(&format!("{at}?permission=orgPath")).await.ok()["total_count"], 1);
}

#[tokio::test]
async fn what_a_call_must_hold() {
    let (_bench, owner, at, _) = scene(Settings::immediate()).await;
    let many: Vec<String> = (0..51).map(|entry| format!("iam:domain::{entry:032}")).collect();
    let rows = [
        (json!({ "action": "add" }), "2002"),
        (json!({ "permissions": [SHOP] }), "2002"),
        (json!({ "permissions": [], "action": "add" }), "3036"),
        (json!({ "permissions": ["5fc973eea581490997e82ea11a1df31f"], "action": "add" }), "3002"),
        (json!({ "permissions": [{ "permission": SHOP }], "action": "add" }), "3002"),
        (json!({ "permissions": [SHOP], "action": "create" }), "3035"),
        (json!({ "permissions": [SHOP], "action": "add", "permission_type": "orgPath" }), "3002"),
        (json!({ "permissions": [SHOP], "action": "add", "permission_type": "user" }), "0002"),
        (json!({ "permissions": many, "action": "add" }), "0016"),
    ];
    for (body, code) in rows {
        let answer = owner.post(&format!("{at}/action"), body.clone()).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{body}");
    }
    for (query, code) in
        [("limit=501", "0006"), ("offset=x", "0010"), ("sort_key=x", "0017"), ("sort_dir=x", "0018")]
    {
        let answer = owner.get(&format!("{at}?{query}")).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{query}");
    }
    assert_eq!(owner.get("/vpc-endpoint-services/x/permissions").await.refusal(), (400, "EndPoint.3062"));
    let missing = format!("/vpc-endpoint-services/{}/permissions", SampleIds::new().unknown);
    assert_eq!(owner.get(&missing).await.refusal(), (404, "EndPoint.0005"));
    assert!(listed(&owner, &at).await.is_empty());
}

#[tokio::test]
async fn a_whitelist_has_an_end() {
    let (_bench, owner, at, _) = scene(Settings { whitelist_records: 60, ..Settings::immediate() }).await;
    let batch = |from: usize, to: usize| {
        json!((from..to).map(|entry| format!("iam:domain::{entry:032}")).collect::<Vec<_>>())
    };
    act(&owner, &at, "add", batch(0, 50)).await.ok();
    assert_eq!(act(&owner, &at, "add", batch(45, 61)).await.refusal(), (400, "EndPoint.3049"));
    assert_eq!(listed(&owner, &at).await.len(), 50, "all or nothing");
    act(&owner, &at, "add", batch(45, 60)).await.ok();
    assert_eq!(listed(&owner, &at).await.len(), 60);
}

#[tokio::test]
async fn batches_carry_descriptions() {
    let (bench, owner, at, _) = scene(Settings::immediate()).await;
    let body = json!({ "permissions": [{ "permission": SHOP, "description": "shop" }, { "permission": "*", "description": "" }] });
    let made = owner.post(&format!("{at}/batch-create"), body).await.ok()["permissions"].clone();
    assert_eq!((&made[0]["description"], made.as_array().unwrap().len()), (&json!("shop"), 2));
    let one = format!("{at}/{}", made[0]["id"].as_str().unwrap());
    let renewed = owner.put(&one, json!({ "permission": { "description": "renewed" } })).await.ok();
    assert_eq!(renewed["permissions"][0]["description"], "renewed");
    for (body, code) in [
        (json!({}), "2002"),
        (json!({ "permission": {} }), "2002"),
        (json!({ "permission": { "description": "<" } }), "0002"),
    ] {
        assert_eq!(owner.put(&one, body).await.refusal(), (400, format!("EndPoint.{code}").as_str()));
    }
    let unknown = SampleIds::new().unknown;
    let body = json!({ "permission": { "description": "x" } });
    assert_eq!(owner.put(&format!("{at}/{unknown}"), body).await.refusal(), (404, "EndPoint.0005"));
    for (body, status, code) in [
        (json!({ "permissions": [] }), 400, "3036"),
        (json!({ "permissions": [{}] }), 400, "2002"),
        (json!({ "permissions": [{ "id": unknown }] }), 404, "0005"),
    ] {
        let answer = owner.post(&format!("{at}/batch-delete"), body).await;
        assert_eq!(answer.refusal(), (status, format!("EndPoint.{code}").as_str()));
    }
    let mixed = json!({ "permissions": [{ "id": made[1]["id"] }, { "id": unknown }] });
    assert_eq!(owner.post(&format!("{at}/batch-delete"), mixed).await.status, 404);
    assert_eq!(listed(&owner, &at).await.len(), 2, "all or nothing");
    let gone = owner
        .post(&format!("{at}/batch-delete"), json!({ "permissions": [{ "id": made[1]["id"] }] }))
        .await
        .ok();
    assert_eq!(gone, json!({ "permissions": [] }));
    assert_eq!(listed(&owner, &at).await, [SHOP]);
    let shop = bench.login("shop").await;
    assert_eq!(shop.get(&at).await.refusal(), (404, "EndPoint.0005"), "a consumer does not see the list");
}

#[tokio::test]
async fn open_points_can_be_switched() {
    let settings = Settings {
        permissions_answer: PermissionsAnswer::All,
        batch_delete_answer: BatchDeleteAnswer::Remaining,
        ..Settings::immediate()
    };
    let (_bench, owner, at, _) = scene(settings).await;
    act(&owner, &at, "add", json!(["*"])).await.ok();
    let all = act(&owner, &at, "add", json!([SHOP])).await.ok();
    assert_eq!(all["permissions"].as_array().unwrap().len(), 2);
    let rows = owner.get(&at).await.ok();
    let id = &rows["permissions"][0]["id"];
    let left = owner.post(&format!("{at}/batch-delete"), json!({ "permissions": [{ "id": id }] })).await.ok();
    assert_eq!(left["permissions"][0]["id"], rows["permissions"][1]["id"]);
}

async fn tagged(settings: Settings) -> (Bench, Client, Vec<Value>) {
    let bench = Bench::new(settings);
    let owner = bench.login("owner").await;
    let mut made = Vec::new();
    for (port, tags) in [
        (80, json!([{ "key": "team", "value": "payments" }, { "key": "env", "value": "prod" }])),
        (81, json!([{ "key": "team", "value": "logistics" }, { "key": "env", "value": "prod" }])),
        (82, json!([{ "key": "team", "value": "" }])),
        (83, json!([])),
    ] {
        bench.advance(1);
        let body =
            change(service_body(port), &[("tags", tags), ("service_name", json!(format!("svc{port}")))]);
        made.push(owner.post("/vpc-endpoint-services", body).await.ok()["id"].clone());
    }
    (bench, owner, made)
}

#[tokio::test]
async fn tags_come_and_go() {
    let (_bench, owner, made) = tagged(Settings::immediate()).await;
    let id = made[0].as_str().unwrap();
    let at = format!("/endpoint_service/{id}/tags/action");
    let tags = || async { owner.get(&format!("/vpc-endpoint-services/{id}")).await.ok()["tags"].clone() };
    let put = owner.post(&at, json!({ "action": "create", "tags": [{ "key": "env", "value": "test" }, { "key": "x", "value": "1" }] })).await;
    assert_eq!((put.status, put.response.body().len()), (204, 0));
    assert_eq!(
        tags().await,
        json!([{ "key": "team", "value": "payments" }, { "key": "env", "value": "test" }, { "key": "x", "value": "1" }])
    );
    let delete = json!({ "action": "delete", "tags": [{ "key": "env", "value": "prod" }, { "key": "x" }, { "key": "none" }] });
    assert_eq!(owner.post(&at, delete).await.status, 204);
    assert_eq!(
        tags().await,
        json!([{ "key": "team", "value": "payments" }, { "key": "env", "value": "test" }]),
        "a value that differs protects"
    );
    let many: Vec<Value> = (0..19).map(|tag| json!({ "key": format!("k{tag}"), "value": "v" })).collect();
    let rows = [
        (json!({ "tags": [{ "key": "a", "value": "b" }] }), "2002"),
        (json!({ "action": "add", "tags": [{ "key": "a", "value": "b" }] }), "0007"),
        (json!({ "action": "create", "tags": [] }), "3066"),
        (json!({ "action": "create", "tags": [{ "key": "a" }] }), "2002"),
        (
            json!({ "action": "create", "tags": [{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }] }),
            "3067",
        ),
        (json!({ "action": "create", "tags": [{ "key": "a/b", "value": "1" }] }), "3068"),
        (json!({ "action": "create", "tags": many }), "3069"),
    ];
    for (body, code) in rows {
        assert_eq!(
            owner.post(&at, body.clone()).await.refusal(),
            (400, format!("EndPoint.{code}").as_str()),
            "{body}"
        );
    }
    let body = json!({ "action": "create", "tags": [{ "key": "a", "value": "b" }] });
    assert_eq!(
        owner.post(&format!("/vpc-endpoint-services/{id}/tags/action"), body.clone()).await.refusal(),
        (400, "EndPoint.3070")
    );
    assert_eq!(
        owner.post(&format!("/endpoint/{id}/tags/action"), body).await.refusal(),
        (404, "EndPoint.0005")
    );
}

#[tokio::test]
async fn tag_rules_of_two_generations() {
    for (rules, key, value, fits) in [
        (TagRules::Old, "k".repeat(36), "v".repeat(43), true),
        (TagRules::Old, "k".repeat(37), "v".to_owned(), false),
        (TagRules::Old, "k".to_owned(), "v".repeat(44), false),
        (TagRules::Old, "a#b".to_owned(), "v".to_owned(), true),
        (TagRules::New, "k".repeat(128), "v".repeat(255), true),
        (TagRules::New, "a#b".to_owned(), "v".to_owned(), false),
        (TagRules::New, "schlüssel".to_owned(), "a/b".to_owned(), true),
    ] {
        let bench = Bench::new(Settings { tag_rules: rules, ..Settings::immediate() });
        let owner = bench.login("owner").await;
        let body = change(service_body(80), &[("tags", json!([{ "key": key, "value": value }]))]);
        let answer = owner.post("/vpc-endpoint-services", body).await;
        assert_eq!(answer.status == 200, fits, "{rules:?} {key} {value}: {}", answer.body);
    }
}

#[tokio::test]
async fn resources_are_found_by_tag() {
    let (_bench, owner, made) = tagged(Settings::immediate()).await;
    let find = |filter: Value| {
        let owner = owner.clone();
        async move {
            let body = change(filter, &[("action", json!("filter"))]);
            owner.post("/endpoint_service/resource_instances/action", body).await
        }
    };
    let cond = |key: &str, values: &[&str]| json!({ "key": key, "values": values });
    let rows: Vec<(Value, Vec<usize>)> = vec![
        (json!({}), vec![3, 2, 1, 0]),
        (json!({ "tags": [cond("team", &["payments", "logistics"])] }), vec![1, 0]),
        (json!({ "tags": [cond("team", &["payments"]), cond("env", &["prod"])] }), vec![0]),
        (json!({ "tags": [cond("team", &[])] }), vec![2, 1, 0]),
        (json!({ "tags_any": [cond("team", &[""]), cond("env", &["prod"])] }), vec![2, 1, 0]),
        (json!({ "not_tags": [cond("team", &["payments"]), cond("env", &["prod"])] }), vec![3, 2, 1]),
        (json!({ "not_tags_any": [cond("env", &["prod"])] }), vec![3, 2]),
        (json!({ "without_any_tag": true, "tags": [cond("team", &[])] }), vec![3]),
        (json!({ "matches": [{ "key": "resource_name", "value": "SVC81" }] }), vec![1]),
        (json!({ "sys_tags": [cond("_sys_x", &[])] }), vec![]),
        (json!({ "limit": "2", "offset": 1 }), vec![2, 1]),
    ];
    for (filter, expected) in rows {
        let body = find(filter.clone()).await.ok();
        let found: Vec<&Value> =
            body["resources"].as_array().unwrap().iter().map(|row| &row["resource_id"]).collect();
        assert_eq!(found, expected.iter().map(|place| &made[*place]).collect::<Vec<_>>(), "{filter}");
    }
    let count = json!({ "action": "count", "tags": [cond("env", &["prod"])] });
    let path = "/endpoint_service/resource_instances/action";
    assert_eq!(owner.post(path, count.clone()).await.ok(), json!({ "total_count": 2 }));
    let refusals = [
        (json!({ "action": "list" }), "0007"),
        (json!({}), "2002"),
        (change(count, &[("limit", json!("1"))]), "0002"),
        (json!({ "action": "filter", "limit": "0" }), "0006"),
        (json!({ "action": "filter", "offset": "-1" }), "0010"),
        (json!({ "action": "filter", "tags": [cond("a", &[]), cond("a", &[])] }), "3067"),
        (json!({ "action": "filter", "tags": [cond("a", &["x", "x"])] }), "3071"),
        (json!({ "action": "filter", "tags": [cond(&"k".repeat(129), &[])] }), "3072"),
        (json!({ "action": "filter", "tags": [cond("a", &[&"v".repeat(256)])] }), "3073"),
        (json!({ "action": "filter", "matches": [{ "key": "name", "value": "x" }] }), "0002"),
    ];
    for (body, code) in refusals {
        assert_eq!(
            owner.post(path, body.clone()).await.refusal(),
            (400, format!("EndPoint.{code}").as_str()),
            "{body}"
        );
    }
    let tags = owner.get("/endpoint_service/tags").await.ok();
    assert_eq!(
        tags,
        json!({ "tags": [{ "key": "env", "values": ["prod"] }, { "key": "team", "values": ["", "logistics", "payments"] }] })
    );
    assert_eq!(owner.get("/endpoint/tags").await.ok(), json!({ "tags": [] }));
    assert_eq!(owner.get("/services/tags").await.refusal(), (400, "EndPoint.3070"));
    assert_eq!(
        owner.post("/services/resource_instances/action", json!({ "action": "count" })).await.refusal(),
        (400, "EndPoint.3070")
    );
}
