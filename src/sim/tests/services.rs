//! Services: each rule of their bodies, each row of their states, their lists, names and other calls.

use serde_json::{Value, json};

use super::{Bench, Client, LB_PORT, SHOP_VPC, SampleIds, change, endpoint_body, service_body};
use crate::sim::{LimitZero, PortIdChange, RenameAnswer, Settings};

async fn owner(settings: Settings) -> (Bench, Client) {
    let bench = Bench::new(settings);
    let owner = bench.login("owner").await;
    (bench, owner)
}

#[tokio::test]
async fn what_a_create_body_must_hold() {
    let (_bench, owner) = owner(Settings::immediate()).await;
    let ids = SampleIds::new();
    let many: Vec<Value> = (1..=201).map(|port| json!({ "client_port": port, "server_port": 80 })).collect();
    let tags: Vec<Value> = (0..21).map(|tag| json!({ "key": format!("k{tag}"), "value": "v" })).collect();
    let port = |field: &str, value: Value| {
        let mut port = json!({ "client_port": 443, "server_port": 80, "protocol": "TCP" });
        port[field] = value;
        json!([port])
    };
    let tag = |key: &str, value: &str| json!([{ "key": key, "value": value }]);
    let rows: Vec<(&str, Value, &str)> = vec![
        ("port_id", Value::Null, "2002"),
        ("port_id", json!(""), "2002"),
        ("port_id", json!("no-uuid"), "3003"),
        ("port_id", json!(7), "3003"),
        ("port_id", json!(ids.unknown), "3008"),
        ("port_id", json!(ids.shop_port), "3008"),
        ("port_id", json!(ids.routed_port), "3042"),
        ("vpc_id", Value::Null, "2011"),
        ("vpc_id", json!("x"), "0020"),
        ("vpc_id", json!(ids.unknown), "2001"),
        ("vpc_id", json!(SHOP_VPC), "2001"),
        ("server_type", Value::Null, "2002"),
        ("server_type", json!("VIP"), "3021"),
        ("server_type", json!("BMS"), "3021"),
        ("server_type", json!(true), "3021"),
        ("ports", Value::Null, "2028"),
        ("ports", json!([]), "2028"),
        ("ports", json!("80"), "0002"),
        ("ports", json!([{}]), "2028"),
        ("ports", json!(many), "3074"),
        ("ports", port("server_port", json!(0)), "3004"),
        ("ports", port("client_port", json!(65536)), "3004"),
        ("ports", port("client_port", json!("80")), "3004"),
        ("ports", port("protocol", json!("UDP")), "3075"),
        ("ports", json!([port("x", json!(1))[0], port("x", json!(1))[0]]), "0002"),
        ("service_name", json!("seventeen-letters"), "1003"),
        ("service_name", json!("a.b"), "1003"),
        ("service_name", json!(5), "1003"),
        ("approval_enabled", json!("true"), "0002"),
        ("service_type", json!("gateway"), "0002"),
        ("tcp_proxy", json!("on"), "0002"),
        ("description", json!("<b>"), "0002"),
        ("description", json!("x".repeat(513)), "0002"),
        ("ip", json!("nonsense"), "3010"),
        ("ip", json!("10.0.0.1"), "3011"),
        ("ip_version", json!("ipv6"), "2002"),
        ("ip_version", json!("ipv5"), "0002"),
        ("enable_policy", json!("no"), "0002"),
        ("tags", json!(tags), "3069"),
        ("tags", json!([{ "value": "v" }]), "3066"),
        ("tags", json!([{ "key": "a", "value": "1" }, { "key": "a", "value": "2" }]), "3067"),
        ("tags", tag("a*b", "v"), "3068"),
        ("tags", tag(" a", "v"), "3068"),
        ("tags", tag("_sys_a", "v"), "3068"),
        ("tags", tag("a", "v|w"), "3068"),
        ("tags", tag(&"k".repeat(129), "v"), "3072"),
        ("tags", tag("k", &"v".repeat(256)), "3073"),
    ];
    for (field, value, code) in rows {
        let body = change(service_body(80), &[(field, value.clone())]);
        let answer = owner.post("/vpc-endpoint-services", body).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{field} = {value}");
    }
    for (vpc, port) in [(&ids.reserved_vpc, &ids.reserved_port), (&ids.routed_vpc, &ids.routed_port)] {
        let body = change(service_body(80), &[("vpc_id", json!(vpc)), ("port_id", json!(port))]);
        let answer = owner.post("/vpc-endpoint-services", body).await;
        assert_eq!(answer.refusal(), (400, "EndPoint.3009"), "198.19.128.0/17 is the cloud's own");
    }
    let vm_only = change(service_body(80), &[("port_id", json!(ids.vm_port))]);
    assert_eq!(owner.post("/vpc-endpoint-services", vm_only).await.refusal(), (400, "EndPoint.3008"));
    assert_eq!(owner.get("/quotas?type=endpoint_service").await.ok()["quotas"]["resources"][0]["used"], 0);
}

#[tokio::test]
async fn bodies_that_are_none() {
    let (_bench, owner) = owner(Settings::immediate()).await;
    assert_eq!(owner.call("POST", "/vpc-endpoint-services", None).await.refusal(), (504, "EndPoint.0011"));
    for body in ["null", " "] {
        let answer = owner.raw("POST", "/vpc-endpoint-services", body).await;
        assert_eq!(answer.refusal(), (504, "EndPoint.0011"), "{body:?}");
    }
    for body in ["{", "[]", "7", "\u{1}"] {
        let answer = owner.raw("POST", "/vpc-endpoint-services", body).await;
        assert_eq!(answer.refusal(), (400, "EndPoint.1004"), "{body:?}");
    }
}

#[tokio::test]
async fn defaults_are_the_apis_own() {
    let (_bench, owner) = owner(Settings::immediate()).await;
    let mut body = service_body(80);
    body.as_object_mut().unwrap().remove("service_name");
    let made = owner.post("/vpc-endpoint-services", body).await.ok();
    assert_eq!(made["service_name"], format!("tr-west-1.{}", made["id"].as_str().unwrap()));
    for (field, value) in [
        ("approval_enabled", json!(true)),
        ("service_type", json!("interface")),
        ("tcp_proxy", json!("close")),
        ("tags", json!([])),
        ("description", json!("")),
        ("enable_policy", json!(false)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    let get = owner.get(&path(&made)).await.ok();
    assert_eq!((&get["cidr_type"], &get["supported_editions"]), (&json!("internal"), &json!(["basic"])));
    let listed = owner.get("/vpc-endpoint-services").await.ok()["endpoint_services"][0].clone();
    assert_eq!(
        (&listed["domain_id"], &listed["connection_count"]),
        (&json!(owner.credentials.domain_id), &json!(0))
    );
    assert!(get.get("connection_count").is_none() && listed.get("cidr_type").is_none());
}

fn path(service: &Value) -> String {
    format!("/vpc-endpoint-services/{}", service["id"].as_str().unwrap())
}

async fn make(owner: &Client, server_port: u16, changes: &[(&str, Value)]) -> Value {
    owner.post("/vpc-endpoint-services", change(service_body(server_port), changes)).await.ok()
}

#[tokio::test]
async fn one_back_end_serves_a_port_once() {
    let (_bench, owner) = owner(Settings::immediate()).await;
    let ids = SampleIds::new();
    let first = make(&owner, 80, &[]).await;
    let again = owner.post("/vpc-endpoint-services", service_body(80)).await;
    assert_eq!(again.refusal(), (400, "EndPoint.3044"));
    let other = make(&owner, 80, &[("port_id", json!(ids.second_port))]).await;
    let second = make(&owner, 81, &[]).await;
    let both = json!({ "ports": [{ "client_port": 1, "server_port": 80 }] });
    assert_eq!(owner.put(&path(&second), both).await.refusal(), (400, "EndPoint.3044"));
    let moved = owner.put(&path(&other), json!({ "port_id": LB_PORT })).await;
    assert_eq!(moved.refusal(), (400, "EndPoint.3044"));
    let twice =
        json!([{ "client_port": 8080, "server_port": 80 }, { "client_port": 8081, "server_port": 80 }]);
    let kept = owner.put(&path(&first), json!({ "ports": twice })).await.ok();
    assert_eq!(kept["ports"].as_array().unwrap().len(), 2, "within one service a server port may repeat");
    owner.put(&path(&first), json!({ "ports": [{ "client_port": 1, "server_port": 90 }] })).await.ok();
    make(&owner, 80, &[("service_name", json!("freed"))]).await;
}

#[tokio::test]
async fn updates_change_what_they_name() {
    let (bench, owner) = owner(Settings::immediate()).await;
    let made = make(&owner, 80, &[("description", json!("first"))]).await;
    bench.advance(10);
    let changed =
        owner.put(&path(&made), json!({ "service_name": "new", "approval_enabled": false })).await.ok();
    assert_eq!(changed["service_name"], format!("tr-west-1.new.{}", made["id"].as_str().unwrap()));
    assert_eq!((&changed["approval_enabled"], &changed["description"]), (&json!(false), &json!("first")));
    assert_eq!(
        (&changed["created_at"], &changed["updated_at"]),
        (&json!("2025-01-02T03:04:05Z"), &json!("2025-01-02T03:04:15Z"))
    );
    assert_eq!(owner.put(&path(&made), json!({ "description": "" })).await.ok()["description"], "");
    let ids = SampleIds::new();
    let rows = [
        (json!({ "service_name": "a b" }), "1003"),
        (json!({ "port_id": ids.second_port, "ip": "1.2.3.4" }), "3052"),
        (json!({ "vip_port_id": ids.second_port, "ip": "1.2.3.4" }), "3053"),
        (json!({ "vip_port_id": ids.second_port }), "3054"),
        (json!({ "vip_port_id": "x" }), "3051"),
        (json!({ "ip": "1.2.3.4" }), "3055"),
        (json!({ "cidr": "10.0.0.0/8" }), "3057"),
        (json!({ "port_id": "x" }), "3003"),
        (json!({ "port_id": ids.unknown }), "3008"),
        (json!({ "port_id": ids.routed_port }), "3042"),
        (json!({ "ports": [] }), "2028"),
        (json!({ "tcp_proxy": 1 }), "0002"),
        (json!({ "approval_enabled": 1 }), "0002"),
    ];
    for (body, code) in rows {
        let answer = owner.put(&path(&made), body.clone()).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{body}");
    }
    let moved = owner.put(&path(&made), json!({ "port_id": ids.second_port })).await.ok();
    assert_eq!(moved["port_id"], json!(ids.second_port));
}

#[tokio::test]
async fn a_port_id_that_cannot_be_changed() {
    for (setting, refused) in
        [(PortIdChange::Never, true), (PortIdChange::VmOnly, true), (PortIdChange::Any, false)]
    {
        let (_bench, owner) = owner(Settings { port_id_change: setting, ..Settings::immediate() }).await;
        let made = make(&owner, 80, &[]).await;
        let same = owner.put(&path(&made), json!({ "port_id": LB_PORT })).await;
        assert_eq!(same.status, 200, "the same one is no change");
        let answer = owner.put(&path(&made), json!({ "port_id": SampleIds::new().second_port })).await;
        assert_eq!(answer.status == 400, refused, "{setting:?}");
        assert!(!refused || answer.refusal().1 == "EndPoint.3054");
    }
}

#[tokio::test]
async fn names_are_changed_alone_too() {
    for (setting, raw) in [(RenameAnswer::Full, false), (RenameAnswer::Raw, true)] {
        let (_bench, owner) = owner(Settings { rename_answer: setting, ..Settings::immediate() }).await;
        let made = make(&owner, 80, &[]).await;
        let name_path = format!("{}/name", path(&made));
        let full = format!("tr-west-1.orders-v2.{}", made["id"].as_str().unwrap());
        let answer = owner.put(&name_path, json!({ "endpoint_service_name": "orders-v2" })).await.ok();
        assert_eq!(answer["endpoint_service_name"], if raw { "orders-v2" } else { full.as_str() });
        assert_eq!(owner.get(&path(&made)).await.ok()["service_name"], full);
        for (name, code) in [(json!("x".repeat(17)), "EndPoint.3076"), (Value::Null, "EndPoint.2002")] {
            let answer = owner.put(&name_path, json!({ "endpoint_service_name": name })).await;
            assert_eq!(answer.refusal(), (400, code));
        }
    }
}

#[tokio::test]
async fn each_row_of_the_states_of_a_service() {
    let (bench, owner) = owner(Settings::default()).await;
    let made = make(&owner, 80, &[]).await;
    let at = path(&made);
    let status = || async { owner.get(&at).await.ok()["status"].as_str().unwrap().to_owned() };
    assert_eq!((made["status"].as_str(), status().await.as_str()), (Some("creating"), "creating"));
    assert_eq!(owner.put(&at, json!({ "description": "x" })).await.refusal(), (400, "EndPoint.3045"));
    assert_eq!(
        owner.put(&format!("{at}/name"), json!({ "endpoint_service_name": "x" })).await.refusal(),
        (400, "EndPoint.3045")
    );
    assert_eq!(owner.delete(&at).await.refusal(), (400, "EndPoint.3005"));
    bench.advance(89);
    assert_eq!(status().await, "creating");
    bench.advance(1);
    assert_eq!(status().await, "available");
    assert_eq!(owner.put(&at, json!({ "description": "x" })).await.ok()["status"], "available");
    let gone = owner.delete(&at).await;
    assert_eq!((gone.status, gone.response.body().len()), (204, 0));
    assert_eq!(status().await, "deleting");
    assert_eq!(owner.put(&at, json!({ "description": "y" })).await.refusal(), (400, "EndPoint.3045"));
    assert_eq!(owner.delete(&at).await.refusal(), (400, "EndPoint.2004"));
    bench.advance(90);
    assert_eq!(owner.get(&at).await.refusal(), (404, "EndPoint.0005"));
    assert_eq!(owner.delete(&at).await.refusal(), (404, "EndPoint.0005"));
    assert_eq!(owner.put(&at, json!({})).await.refusal(), (404, "EndPoint.0005"));
    make(&owner, 80, &[]).await;
}

#[tokio::test]
async fn a_failed_service_says_why_and_can_be_deleted() {
    let (bench, owner) = owner(Settings::default()).await;
    bench.faults("rules: [{ operation: create_service, fail: { code: EndPoint.3001, message: no room } }]");
    let made = make(&owner, 80, &[]).await;
    assert_eq!(made["status"], "creating");
    bench.advance(90);
    let failed = owner.get(&path(&made)).await.ok();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["error"], json!([{ "code": "EndPoint.3001", "message": "no room" }]));
    assert_eq!(owner.put(&path(&made), json!({})).await.refusal(), (400, "EndPoint.3045"));
    assert_eq!(owner.delete(&path(&made)).await.status, 204);
}

#[tokio::test]
async fn quotas_count_what_is_not_yet_gone() {
    let (bench, owner) = owner(Settings::default()).await;
    let mut last = Value::Null;
    for port in 1..=20 {
        last = make(&owner, port, &[]).await;
    }
    let full = owner.post("/vpc-endpoint-services", service_body(21)).await;
    assert_eq!(full.refusal(), (400, "Endpoint.1018"), "its own spelling");
    bench.advance(90);
    owner.delete(&path(&last)).await;
    assert_eq!(
        owner.post("/vpc-endpoint-services", service_body(21)).await.refusal(),
        (400, "Endpoint.1018")
    );
    bench.advance(90);
    make(&owner, 21, &[]).await;
    let rows = owner.get("/quotas").await.ok()["quotas"]["resources"].clone();
    assert_eq!(
        rows,
        json!([{ "type": "endpoint", "used": 0, "quota": 50 }, { "type": "endpoint_service", "used": 20, "quota": 20 }])
    );
    assert_eq!(owner.get("/quotas?type=other").await.refusal(), (400, "EndPoint.3070"));
}

#[tokio::test]
async fn lists_filter_sort_and_page() {
    let (bench, owner) = owner(Settings::immediate()).await;
    let mut ids = Vec::new();
    for port in 1..=15_u16 {
        ids.push(make(&owner, port, &[("service_name", json!(format!("Svc{port}")))]).await["id"].clone());
        bench.advance(1);
    }
    owner
        .put(&format!("/vpc-endpoint-services/{}", ids[3].as_str().unwrap()), json!({ "description": "x" }))
        .await
        .ok();
    let list = |query: String| {
        let owner = owner.clone();
        async move {
            let body = owner.get(&format!("/vpc-endpoint-services{query}")).await.ok();
            let rows = body["endpoint_services"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].clone())
                .collect::<Vec<_>>();
            (rows, body["total_count"].as_u64().unwrap())
        }
    };
    let newest: Vec<Value> = ids.iter().rev().cloned().collect();
    assert_eq!(list(String::new()).await, (newest[..10].to_vec(), 15), "ten, newest first");
    assert_eq!(list("?limit=1000&sort_dir=asc".into()).await, (ids.clone(), 15));
    assert_eq!(list("?limit=4&offset=12".into()).await, (newest[12..].to_vec(), 15));
    assert_eq!(list("?limit=4&offset=15".into()).await, (Vec::new(), 15), "past the end");
    assert_eq!(list("?limit=0".into()).await.0.len(), 10);
    assert_eq!(list("?sort_key=update_at&limit=1".into()).await.0, [ids[3].clone()]);
    assert_eq!(list("?sort_key=updated_at&sort_dir=asc&limit=1".into()).await.0, [ids[0].clone()]);
    assert_eq!(list("?endpoint_service_name=sVC1".into()).await.1, 7, "Svc1 and Svc10 to Svc15");
    assert_eq!(list(format!("?id={}", ids[2].as_str().unwrap())).await, (vec![ids[2].clone()], 1));
    assert_eq!(list(format!("?id={}", SampleIds::new().unknown)).await, (Vec::new(), 0));
    assert_eq!(list("?status=available&limit=2&offset=13".into()).await, (newest[13..].to_vec(), 15));
    assert_eq!(list("?endpoint_service_name=".into()).await.1, 15);
    assert_eq!(list("?status=failed".into()).await, (Vec::new(), 0));
    assert_eq!(list("?server_type=VM".into()).await.1, 0);
    assert_eq!(list("?no_such_parameter=1&net_type=all".into()).await.1, 15, "unknown ones are ignored");
    for (query, code) in [
        ("limit=1001", "0006"),
        ("limit=x", "0006"),
        ("limit=", "0006"),
        ("id=", "3062"),
        ("limit=-1", "0006"),
        ("offset=-1", "0010"),
        ("offset=x", "0010"),
        ("sort_key=name", "0017"),
        ("sort_dir=up", "0018"),
        ("status=accepted", "0019"),
        ("net_type=x", "3048"),
        ("id=x", "3062"),
    ] {
        let answer = owner.get(&format!("/vpc-endpoint-services?{query}")).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{query}");
    }
    let shop = bench.login("shop").await;
    assert_eq!(shop.get("/vpc-endpoint-services").await.ok()["total_count"], 0, "only one's own");
    let foreign = format!("/vpc-endpoint-services/{}", ids[0].as_str().unwrap());
    assert_eq!(shop.get(&foreign).await.refusal(), (404, "EndPoint.0005"), "404, not 403");
    assert_eq!(shop.get("/vpc-endpoint-services/x").await.refusal(), (400, "EndPoint.3062"));
}

#[tokio::test]
async fn a_limit_of_zero_can_mean_nothing() {
    let (_bench, owner) = owner(Settings { limit_zero: LimitZero::Empty, ..Settings::immediate() }).await;
    make(&owner, 80, &[]).await;
    let body = owner.get("/vpc-endpoint-services?limit=0").await.ok();
    assert_eq!(body, json!({ "endpoint_services": [], "total_count": 1 }));
}

#[tokio::test]
async fn services_of_the_cloud_and_descriptions_reach_across_accounts() {
    let (bench, owner) = owner(Settings::immediate()).await;
    let shop = bench.login("shop").await;
    let public = shop.get("/vpc-endpoint-services/public?endpoint_service_name=OBS").await.ok();
    assert_eq!(public["total_count"], 1);
    let obs = &public["endpoint_services"][0];
    assert_eq!((&obs["service_type"], &obs["owner"]), (&json!("gateway"), &json!("platform")));
    assert_eq!(
        shop.get("/vpc-endpoint-services/public?limit=2").await.ok()["endpoint_services"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(shop.get("/vpc-endpoint-services/public?limit=x").await.refusal(), (400, "EndPoint.0006"));
    let made = make(&owner, 80, &[]).await;
    let describe = |query: String| {
        let shop = shop.clone();
        async move { shop.get(&format!("/vpc-endpoint-services/describe{query}")).await }
    };
    let by_id = describe(format!("?id={}", made["id"].as_str().unwrap())).await.ok();
    let by_name =
        describe(format!("?endpoint_service_name={}", made["service_name"].as_str().unwrap())).await.ok();
    assert_eq!(by_id, by_name);
    assert_eq!(by_id["service_name"], made["service_name"]);
    assert!(by_id.get("ports").is_none() && by_id.get("port_id").is_none(), "a consumer sees no back end");
    let obs_named = describe("?endpoint_service_name=com.example.tr-west-1.obs".into()).await.ok();
    assert_eq!(obs_named["id"], obs["id"]);
    assert_eq!(describe(String::new()).await.refusal(), (400, "EndPoint.0002"));
    let both = format!("?id={}&endpoint_service_name=x", made["id"].as_str().unwrap());
    assert_eq!(describe(both).await.refusal(), (400, "EndPoint.0002"));
    assert_eq!(describe(format!("?id={}", SampleIds::new().unknown)).await.refusal(), (404, "EndPoint.0005"));
    assert_eq!(describe("?endpoint_service_name=pay".into()).await.refusal(), (404, "EndPoint.0005"));
    assert_eq!(describe("?id=x".into()).await.refusal(), (400, "EndPoint.3062"));
    let at = path(obs);
    assert_eq!(
        owner.delete(&at).await.refusal(),
        (404, "EndPoint.0005"),
        "the cloud's own cannot be touched"
    );
    let elsewhere = format!(
        "=/v1/{}/vpc-endpoint-services/describe?id={}",
        shop.credentials.projects["eu-west-101"],
        made["id"].as_str().unwrap()
    );
    assert_eq!(shop.get(&elsewhere).await.refusal(), (403, "EndPoint.0004"), "another region, another token");
}

#[tokio::test]
async fn the_calls_of_version_two() {
    let (_bench, owner) = owner(Settings::immediate()).await;
    let made = make(&owner, 80, &[]).await;
    let at = format!("=/v2/{}{}", owner.credentials.project_id, path(&made));
    assert_eq!(owner.call("POST", &format!("{at}/upgrade"), None).await.status, 204);
    assert_eq!(owner.get(&path(&made)).await.ok()["supported_editions"], json!(["basic", "profession"]));
    let add = |body: Value| {
        let (owner, at) = (owner.clone(), at.clone());
        async move { owner.post(&format!("{at}/add-server-resources"), body).await }
    };
    assert_eq!(
        add(json!({ "server_resources": [{ "resource_id": "lb-2", "availability_zone_id": "a" }] }))
            .await
            .status,
        204
    );
    for body in [json!({}), json!({ "server_resources": [] }), json!({ "server_resources": [{}] })] {
        assert_eq!(add(body).await.refusal(), (400, "EndPoint.2002"));
    }
    let endpoint = owner
        .post("/vpc-endpoints", change(endpoint_body(&made["id"]), &SampleIds::new().owner_clients()))
        .await
        .ok();
    let at = format!(
        "=/v2/{}/vpc-endpoints/{}/upgrade",
        owner.credentials.project_id,
        endpoint["id"].as_str().unwrap()
    );
    assert_eq!(owner.post(&at, json!({ "action": "start" })).await.status, 202);
    assert_eq!(owner.post(&at, json!({ "action": "stop" })).await.refusal(), (400, "EndPoint.0007"));
}

#[tokio::test]
async fn versions() {
    let (_bench, owner) = owner(Settings::default()).await;
    let all = owner.get("=/").await.ok();
    assert_eq!(all["versions"].as_array().unwrap().len(), 2);
    assert_eq!(owner.get("=/v2").await.ok()["version"], all["versions"][1]);
    assert_eq!(owner.get("=/v9").await.refusal(), (404, "EndPoint.0005"));
}

#[tokio::test]
async fn unknown_names_are_refused_only_when_strict() {
    for (strict, status) in [(false, 200), (true, 400)] {
        let (_bench, owner) = owner(Settings { strict, ..Settings::immediate() }).await;
        let made =
            owner.post("/vpc-endpoint-services", change(service_body(80), &[("colour", json!("red"))])).await;
        assert_eq!(made.status, status);
        assert_eq!(owner.get("/vpc-endpoint-services?colour=red").await.status, status);
        assert_eq!(owner.get("/vpc-endpoint-services?limit=1").await.status, 200);
    }
}
