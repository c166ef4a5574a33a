//! Answers of every shape as attributes, listings, lookups.

use serde_json::json;

use super::*;
use crate::provider::{Class, Read};
use crate::resource::Kind;

async fn get(kind: &str, id: &str, body: &str) -> Json {
    let found = simple(&Script::new([ok(body)])).get(&Kind::from(kind), id).await.unwrap().unwrap();
    json(&found.attributes)
}

#[tokio::test(start_paused = true)]
async fn a_service_in_every_spelling() {
    let read = get(
        "vpcep_service",
        SERVICE_ID,
        r#"{"id":"s","port_id":"p","vpc_id":"v","service_name":"tr-west-1.orders.s","service_type":"Interface",
            "server_type":"LB","status":"available","approval_enabled":"false","pool_id":"","ip":null,
            "ports":[{"client_port":"8081","server_port":80},{"client_port":8080,"server_port":"80","protocol":"tcp"}],
            "tcp_proxy":"proxy_vni","tags":[{"key":"team","value":"x"},{"key":"empty"}],"description":"",
            "connection_count":"3","error":[],"jobId":"ignored","created_at":"2025-01-02T03:04:05Z"}"#,
    )
    .await;
    assert_eq!(
        read,
        json!({
            "id": "s", "port_id": "p", "vpc_id": "v", "service_name": "tr-west-1.orders.s",
            "full_name": "tr-west-1.orders.s", "service_type": "interface", "server_type": "LB",
            "status": "available", "approval_enabled": false, "tcp_proxy": "proxy_vni",
            "ports": [{"client_port": 8080, "server_port": 80, "protocol": "TCP"},
                      {"client_port": 8081, "server_port": 80, "protocol": "TCP"}],
            "tags": {"team": "x", "empty": ""}, "description": "", "connection_count": 3,
            "created_at": "2025-01-02T03:04:05Z"
        })
    );
    // The vendor's examples print the given part alone.
    let bare = get("vpcep_service", "s", r#"{"id":"s","service_name":"orders"}"#).await;
    assert_eq!(bare["service_name"], ".orders.s");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_before_and_after_acceptance() {
    let before = get(
        "vpcep_endpoint",
        "e",
        r#"{"id":"e","status":"pendingAcceptance","service_type":"interface","enable_dns":"true",
            "marker_id":"422321321312321321","active_status":"active","dns_names":[],"ip":"","routetables":[],"whitelist":["10.0.0.2","10.0.0.1"]}"#,
    )
    .await;
    assert_eq!(
        before,
        json!({"id": "e", "status": "pendingAcceptance", "service_type": "interface",
               "marker_id": 422_321_321_312_321_321_i64, "active_status": ["active"],
               "whitelist": ["10.0.0.1", "10.0.0.2"]})
    );
    for (shape, names) in [
        (r#""dns_names":["a.x"]"#, json!(["a.x"])),
        (r#""dns_names":"a.x""#, json!(["a.x"])),
        (r#""dns_name":"a.x""#, json!(["a.x"])),
        (r#""dns_names":null"#, json!([])),
    ] {
        let body = format!(
            r#"{{"id":"e","status":"accepted","service_type":"interface","enable_dns":"true","ip":"10.0.0.9",
                "active_statuses":["active"],{shape}}}"#
        );
        let after = get("vpcep_endpoint", "e", &body).await;
        assert_eq!(
            after,
            json!({"id": "e", "status": "accepted", "service_type": "interface", "enable_dns": true,
                   "ip": "10.0.0.9", "active_status": ["active"], "dns_names": names}),
            "{shape}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_with_a_policy() {
    let gateway = get(
        "vpcep_endpoint",
        "e",
        r#"{"id":"e","status":"accepted","service_type":"gateway","enable_dns":false,"routetables":["b","a"],
            "policy_statement":[{"Effect":"Allow","Action":"z","Resource":["b","a"],"Condition":null}],
            "policy_document":{},"dns_names":[]}"#,
    )
    .await;
    assert_eq!(
        gateway,
        json!({"id": "e", "status": "accepted", "service_type": "gateway", "routetables": ["a", "b"], "dns_names": [],
               "subnet_id": null,
               "policy_statement": [{"Effect": "Allow", "Action": ["z"], "Resource": ["a", "b"]}]})
    );
}

#[tokio::test(start_paused = true)]
async fn a_whitelist_is_one_object_of_all_records() {
    let script = Script::new([ok(
        r#"{"permissions":[{"id":"r2","permission":"iam:domain::2","description":"two","permission_type":"domainId"},
            {"id":"r1","permission":"*","description":""}],"total_count":2}"#,
    )]);
    let cloud = simple(&script);
    let found = cloud.list(&Kind::from("vpcep_whitelist"), Some("s"), &|_| true).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, "s");
    assert_eq!(
        json(&found[0].attributes),
        json!({"id": "s", "endpoint_service_id": "s", "records": {"*": "r1", "iam:domain::2": "r2"},
               "permissions": [{"description": "two", "permission": "iam:domain::2"}, {"permission": "*"}]})
    );
    assert_eq!(
        script.asked(),
        [format!("GET /v1/{PROJECT}/vpc-endpoint-services/s/permissions?sort_dir=asc&limit=500&offset=0")]
    );
    let empty = Script::new([ok(r#"{"permissions":[],"total_count":0}"#)]);
    let found = simple(&empty).get(&Kind::from("vpcep_whitelist"), "s").await.unwrap().unwrap();
    assert_eq!(found.attributes.value("permissions"), &crate::resource::Value::from(Vec::new()));
    let gone = Script::new([error(404, "EndPoint.0005")]);
    assert_eq!(simple(&gone).get(&Kind::from("vpcep_whitelist"), "s").await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn connections_become_decisions() {
    let body = r#"{"connections":[{"id":"e1","status":"pendingAcceptance","marker_id":16777510,"domain_id":"d",
                    "description":"","created_at":"2025-01-02T03:10:11Z"},
                   {"id":"e2","status":"accepted","domain_id":"d"},{"id":"e3","status":"rejected","domain_id":"d"}],
                   "total_count":3}"#;
    let cloud = simple(&Script::new([ok(body)]));
    let found = cloud.list(&Kind::from("vpcep_accept"), Some("s"), &|id| id != "s/e3").await.unwrap();
    assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["s/e1", "s/e2"]);
    assert_eq!(
        json(&found[0].attributes),
        json!({"id": "s/e1", "endpoint_service_id": "s", "endpoint_id": "e1", "status": "pendingAcceptance",
               "marker_id": 16_777_510, "domain_id": "d", "description": "", "created_at": "2025-01-02T03:10:11Z"})
    );
    assert_eq!(found[1].attributes.text("decision"), Some("accept"));
    let one = cloud.get(&Kind::from("vpcep_accept"), "s/e3").await.unwrap().unwrap();
    assert_eq!(one.attributes.text("decision"), Some("reject"));
    assert_eq!(cloud.get(&Kind::from("vpcep_accept"), "s/e9").await, Ok(None));
    assert_eq!(cloud.get(&Kind::from("vpcep_accept"), "s").await.unwrap_err().class, Class::Input);
}

#[tokio::test(start_paused = true)]
async fn absent_only_when_the_cloud_says_so() {
    for (answer, absent) in [
        (error(404, "EndPoint.0005"), true),
        (error(400, "EndPoint.2003"), true),
        (status(404, "<html>not here</html>"), false),
        (error(404, "APIGW.0101"), false),
        (error(403, "EndPoint.0004"), false),
        (status(503, ""), false),
        (lost(), false),
        (ok("{}"), false),
        (ok("[1"), false),
    ] {
        let result = simple(&Script::new([answer])).get(&Kind::from("vpcep_service"), "s").await;
        assert_eq!(result == Ok(None), absent, "{result:?}");
        assert!(absent || result.is_err(), "{result:?}");
    }
    // Nor is an answer without the list an empty list.
    let result = simple(&Script::new([ok(r#"{"total_count":3}"#)]));
    assert!(result.list(&Kind::from("vpcep_service"), None, &|_| true).await.is_err());
}

/// A hostile answer: as deep as you like, at any place that somebody reads or skips. Whoever followed
/// it would run out of stack, which ends the process.
#[tokio::test(start_paused = true)]
async fn an_answer_is_followed_only_so_deep() {
    const DEEP: usize = 100_000;
    let lists = "[".repeat(DEEP) + &"]".repeat(DEEP);
    let maps = r#"{"id":"#.repeat(DEEP) + "1" + &"}".repeat(DEEP);
    let places = [
        "@",
        r#"{"id":"s","status":"available","error":@,"tags":[],"ports":[]}"#,
        r#"{"id":"s","status":"available","tags":[{"key":"k","value":@}]}"#,
        r#"{"id":@,"status":"available"}"#,
        r#"{"id":"s","status":"available","nobody_knows":@}"#,
        r#"{"endpoint_services":@,"total_count":1}"#,
        r#"{"endpoint_services":[{"id":"s","dns_names":@}],"total_count":1}"#,
        r#"{"connections":[@],"total_count":1}"#,
        r#"{"permissions":[{"id":"r","permission":@}],"total_count":1}"#,
        r#"{"quotas":{"resources":@}}"#,
        r#"{"error_code":"EndPoint.0001","error_msg":@}"#,
        r#"{"error":@}"#,
    ];
    let mut refused = 0;
    for (place, deep) in places.iter().flat_map(|place| [&lists, &maps].map(|deep| (place, deep))) {
        let body = place.replace('@', deep);
        for answer in [ok(&body), status(400, &body)] {
            let cloud = simple(&Script::new([answer]));
            let one = cloud.get(&Kind::from("vpcep_service"), "s").await;
            // What is skipped may be anything; never does it make an object vanish.
            assert_ne!(one, Ok(None), "{place}");
            let rows = cloud.list(&Kind::from("vpcep_accept"), Some("s"), &|_| true).await;
            let asked = attributes(json!({"type": "endpoint"}));
            let quota = cloud.lookup(&Kind::from("vpcep_quota"), &asked).await;
            refused += usize::from(one.is_err()) + usize::from(rows.is_err()) + usize::from(quota.is_err());
        }
    }
    let asked = places.len() * 2 * 2 * 3;
    assert!(refused > asked * 9 / 10, "{refused} of {asked}");
}

fn rows(from: usize, count: usize, total: usize) -> Answer {
    let rows: Vec<Json> = (from..from + count).map(|n| json!({"id": format!("s{n}")})).collect();
    ok(&json!({"endpoint_services": rows, "total_count": total}).to_string())
}

#[tokio::test(start_paused = true)]
async fn all_pages_of_a_thousand_and_only_wanted_rows() {
    let script = Script::new([rows(0, 1000, 1200), rows(1000, 200, 1200)]);
    let cloud = simple(&script);
    let found = cloud.list(&Kind::from("vpcep_service"), None, &|id| id.ends_with("99")).await.unwrap();
    assert_eq!(found.len(), 12);
    let path = format!("GET /v1/{PROJECT}/vpc-endpoint-services?sort_dir=asc&limit=1000&offset=");
    assert_eq!(script.asked(), [format!("{path}0"), format!("{path}1000")]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_refuses_a_thousand_is_asked_for_500_from_then_on() {
    let script = Script::new([error(400, "EndPoint.0006"), rows(0, 3, 3)]);
    let cloud = simple(&script);
    for _ in 0..2 {
        assert_eq!(cloud.list(&Kind::from("vpcep_service"), None, &|_| true).await.unwrap().len(), 3);
    }
    let limits: Vec<bool> = script.asked().iter().map(|asked| asked.contains("limit=500")).collect();
    assert_eq!(limits, [false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn one_public_service_must_match() {
    let body = |names: &[&str]| {
        let rows: Vec<Json> = names
            .iter()
            .enumerate()
            .map(|(n, name)| json!({"id": format!("i{n}"), "service_name": name, "is_charge": "true"}))
            .collect();
        ok(&json!({"endpoint_services": rows, "total_count": rows.len()}).to_string())
    };
    let kind = Kind::from("vpcep_public_service");
    let ask = async |names: &[&str], args: Json| {
        let script = Script::new([body(names)]);
        let result = simple(&script).lookup(&kind, &attributes(args)).await;
        (result.map(|found| json(&found)).map_err(|fault| fault.fault.message), script.asked().join(" "))
    };
    let (found, asked) = ask(&["com.example.obs"], json!({"name": "OBS"})).await;
    assert_eq!(
        found.unwrap(),
        json!({"id": "i0", "service_name": "com.example.obs", "is_charge": true, "name": "OBS"})
    );
    assert!(asked.contains("/vpc-endpoint-services/public?endpoint_service_name=OBS&"), "{asked}");
    assert_eq!(
        ask(&["com.example.obs", "com.example.obs-old"], json!({"name": "obs"})).await.0.unwrap_err(),
        "`obs` is in the names of 2 public services: com.example.obs (i0), com.example.obs-old (i1)"
    );
    let (found, _) =
        ask(&["com.example.obs", "com.example.obs-old"], json!({"name": "com.example.obs"})).await;
    assert_eq!(found.unwrap()["id"], "i0");
    assert_eq!(ask(&[], json!({"name": "x"})).await.0.unwrap_err(), "no public service's name holds `x`");
    assert_eq!(ask(&["a"], json!({})).await.0.unwrap_err(), "give either `id` or `name`");
}

#[tokio::test(start_paused = true)]
async fn the_other_lookups() {
    let ask = async |script: &Script, kind: &str, args: Json| {
        json(&simple(script).lookup(&Kind::from(kind), &attributes(args)).await.unwrap())
    };
    let described = Script::new([ok(
        r#"{"id":"i","service_name":"r.n.i","service_type":"interface","is_charge":false}"#,
    )]);
    let found = ask(&described, "vpcep_service_info", json!({"name": "r.n.i"})).await;
    assert_eq!(
        found,
        json!({"id": "i", "name": "r.n.i", "service_name": "r.n.i", "service_type": "interface", "is_charge": false})
    );
    let connections = Script::new([ok(
        r#"{"connections":[{"id":"e2","status":"pendingAcceptance","domain_id":"d","created_at":"2025-01-02T03:04:06Z"},
            {"id":"e1","status":"pendingAcceptance","domain_id":"d","created_at":"2025-01-02T03:04:07Z","marker_id":"7"},
            {"id":"e3","status":"pendingAcceptance","domain_id":"other"}],"total_count":3}"#,
    )]);
    let args = json!({"endpoint_service_id": "s", "account": "d", "status": "pendingAcceptance"});
    let found = ask(&connections, "vpcep_connections", args).await;
    assert_eq!(
        found,
        json!({
            "endpoint_service_id": "s", "account": "d", "status": "pendingAcceptance", "ids": ["e1", "e2"],
            "connections": [
                {"id": "e2", "status": "pendingAcceptance", "domain_id": "d", "created_at": "2025-01-02T03:04:06Z"},
                {"id": "e1", "status": "pendingAcceptance", "domain_id": "d", "marker_id": 7,
                 "created_at": "2025-01-02T03:04:07Z"}
            ]
        })
    );
    assert!(connections.asked()[0].contains("?status=pendingAcceptance&"));
    let quota = Script::new([ok(r#"{"quotas":{"resources":[{"type":"endpoint","used":"4","quota":50}]}}"#)]);
    let found = ask(&quota, "vpcep_quota", json!({"type": "endpoint"})).await;
    assert_eq!(found, json!({"type": "endpoint", "used": 4, "quota": 50, "free": 46}));
}

/// Every attribute that a reader sets is one of its kind.
#[tokio::test(start_paused = true)]
async fn readers_know_their_schema() {
    let catalog = crate::provider::catalog();
    let service = r#"{"id":"s","port_id":"p","service_name":"a.b.c","server_type":"LB","vpc_id":"v","pool_id":"x",
        "approval_enabled":true,"status":"x","service_type":"x","created_at":"x","updated_at":"x","project_id":"x",
        "cidr_type":"x","ip":"x","ports":[],"tcp_proxy":"x","tags":[],"connection_count":1,"error":[1],
        "description":"x","supported_editions":["basic"],"enable_policy":true,"ip_version":"x","snat_network_id":"x"}"#;
    let endpoint = r#"{"id":"e","service_type":"interface","status":"accepted","ip":"x","active_status":"x",
        "enable_status":"x","endpoint_service_id":"x","endpoint_service_name":"x","marker_id":1,"enable_dns":true,
        "dns_names":[],"vpc_id":"x","subnet_id":"x","created_at":"x","updated_at":"x","project_id":"x","tags":[],
        "error":[1],"whitelist":[],"enable_whitelist":true,"specification_name":"x","description":"x",
        "policy_statement":[1],"policy_document":{"a":1},"ipv6_address":"x","ip_version":"x"}"#;
    let connection = r#"{"connections":[{"id":"e","marker_id":1,"domain_id":"x","status":"accepted","created_at":"x",
        "updated_at":"x","error":[1],"description":"x"}],"total_count":1}"#;
    let whitelist = r#"{"permissions":[{"id":"r","permission":"*"}],"total_count":1}"#;
    for (kind, id, body, missing) in [
        ("vpcep_service", "s", service, &["edition", "server_resources"][..]),
        ("vpcep_endpoint", "e", endpoint, &["edition", "port_ip", "routetables"][..]),
        ("vpcep_accept", "s/e", connection, &[][..]),
        ("vpcep_whitelist", "s", whitelist, &["mode"][..]),
    ] {
        let read = get(kind, id, body).await;
        let schema = catalog.get(crate::resource::Mode::Managed, &Kind::from(kind)).unwrap();
        let names: Vec<&str> =
            schema.attributes.iter().map(|a| a.name).filter(|n| !missing.contains(n)).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let read: Vec<&str> = read.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(read, sorted, "{kind}");
    }
}
