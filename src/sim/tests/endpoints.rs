//! Endpoints and their connections: bodies, states from both sides, lists, gateways, policies.

use serde_json::{Value, json};

use super::{
    Bench, Client, LB_PORT, LB_VPC, SHOP_SUBNET, SHOP_VPC, SampleIds, change, endpoint_body, service_body,
};
use crate::sim::{OrphanedEndpoints, Settings, sample};

/// A service of the owner that admits everybody, and the two sides.
struct Scene {
    bench: Bench,
    owner: Client,
    shop: Client,
    service: Value,
    at: String,
}

impl Scene {
    async fn new(settings: Settings, approval: bool) -> Scene {
        let bench = Bench::new(settings);
        let (owner, shop) = (bench.login("owner").await, bench.login("shop").await);
        let body = change(service_body(80), &[("approval_enabled", json!(approval))]);
        let service = owner.post("/vpc-endpoint-services", body).await.ok()["id"].clone();
        let at = format!("/vpc-endpoint-services/{}", service.as_str().unwrap());
        let all = json!({ "permissions": ["*"], "action": "add" });
        owner.post(&format!("{at}/permissions/action"), all).await.ok();
        bench.advance(90);
        Scene { bench, owner, shop, service, at }
    }

    async fn make(&self, changes: &[(&str, Value)]) -> Value {
        self.shop.post("/vpc-endpoints", change(endpoint_body(&self.service), changes)).await.ok()
    }

    async fn decide(&self, action: &str, endpoint: &Value) -> super::Answer {
        let body = json!({ "action": action, "endpoints": [endpoint["id"]] });
        self.owner.post(&format!("{}/connections/action", self.at), body).await
    }

    async fn get(&self, endpoint: &Value) -> Value {
        self.shop.get(&own(endpoint)).await.ok()
    }

    async fn connections(&self, query: &str) -> Value {
        self.owner.get(&format!("{}/connections{query}", self.at)).await.ok()
    }
}

fn own(endpoint: &Value) -> String {
    format!("/vpc-endpoints/{}", endpoint["id"].as_str().unwrap())
}

fn vpc_named<'a>(world: &'a crate::sim::World, name: &str) -> &'a crate::sim::Vpc {
    world.accounts.iter().flat_map(|account| &account.projects[0].vpcs).find(|vpc| vpc.name == name).unwrap()
}

#[tokio::test]
async fn what_a_create_body_must_hold() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let (ids, world) = (SampleIds::new(), sample::world());
    let other_subnet = vpc_named(&world, "warehouse-link").subnets[0].id;
    let foreign_subnet = vpc_named(&world, "payments").subnets[0].id;
    let entries: Vec<String> = (0..21).map(|entry| format!("10.0.0.{entry}")).collect();
    let statement = json!([{ "Effect": "Allow", "Action": ["obs:*:*"], "Resource": ["*"] }]);
    let rows: Vec<(&str, Value, u16, &str)> = vec![
        ("endpoint_service_id", Value::Null, 400, "2029"),
        ("endpoint_service_id", json!(""), 400, "2029"),
        ("endpoint_service_id", json!("test123"), 400, "3062"),
        ("endpoint_service_id", json!(ids.unknown), 400, "2003"),
        ("vpc_id", Value::Null, 400, "2011"),
        ("vpc_id", json!("x"), 400, "0020"),
        ("vpc_id", json!(ids.unknown), 400, "2001"),
        ("vpc_id", json!(LB_VPC), 400, "2001"),
        ("subnet_id", Value::Null, 400, "2010"),
        ("subnet_id", json!("x"), 400, "0023"),
        ("subnet_id", json!(ids.unknown), 404, "4004"),
        ("subnet_id", json!(foreign_subnet), 404, "4004"),
        ("subnet_id", json!(other_subnet), 400, "2037"),
        ("enable_dns", json!("true"), 400, "2033"),
        ("port_ip", json!("x"), 400, "2041"),
        ("port_ip", json!("fe80::1"), 400, "2041"),
        ("port_ip", json!("192.168.0.1"), 400, "2043"),
        ("port_ip", json!("10.64.0.0"), 400, "2043"),
        ("routetables", json!(["x"]), 400, "1019"),
        ("whitelist", json!(["10.0.0.0/33"]), 400, "2044"),
        ("whitelist", json!("10.0.0.0"), 400, "2044"),
        ("whitelist", json!(entries), 400, "2045"),
        ("enable_whitelist", json!(1), 400, "0002"),
        ("tags", json!([{ "key": "" }]), 400, "3066"),
        ("description", json!("a>b"), 400, "0002"),
        ("specification_name", json!("large"), 400, "0015"),
        ("ip_version", json!("six"), 400, "0002"),
        ("ipv6_address", json!("10.0.0.1"), 400, "3010"),
        ("policy_statement", statement, 400, "2048"),
        ("policy_document", json!({ "Version": "5.0" }), 400, "2048"),
        ("policy_document", json!("all"), 400, "2048"),
    ];
    for (field, value, status, code) in rows {
        let body = change(endpoint_body(&scene.service), &[(field, value.clone())]);
        let answer = scene.shop.post("/vpc-endpoints", body).await;
        assert_eq!(answer.refusal(), (status, format!("EndPoint.{code}").as_str()), "{field} = {value}");
    }
    assert_eq!(scene.shop.get("/vpc-endpoints").await.ok()["total_count"], 0);
    let reserved = vpc_named(&world, "benchmarking-range");
    let body = json!({ "endpoint_service_id": scene.service, "vpc_id": reserved.id, "subnet_id": reserved.subnets[0].id });
    assert_eq!(scene.owner.post("/vpc-endpoints", body).await.refusal(), (400, "EndPoint.0023"));
}

#[tokio::test]
async fn addresses_come_from_the_subnet() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let asked = scene.make(&[("port_ip", json!("10.64.0.3"))]).await;
    assert_eq!(asked["ip"], "10.64.0.3");
    let taken = scene
        .shop
        .post("/vpc-endpoints", change(endpoint_body(&scene.service), &[("port_ip", json!("10.64.0.3"))]))
        .await;
    assert_eq!(taken.refusal(), (400, "EndPoint.2042"));
    let (first, second) = (scene.make(&[]).await, scene.make(&[]).await);
    assert_eq!((&first["ip"], &second["ip"]), (&json!("10.64.0.2"), &json!("10.64.0.4")));
    scene.shop.delete(&own(&asked)).await;
    assert_eq!(scene.make(&[("port_ip", json!("10.64.0.3"))]).await["ip"], "10.64.0.3", "freed");
    assert_eq!((&first["marker_id"], &second["marker_id"]), (&json!(16_777_218), &json!(16_777_219)));
}

#[tokio::test]
async fn a_full_subnet_has_no_address_left() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let world = sample::world();
    let link = vpc_named(&world, "warehouse-link");
    let small = [("vpc_id", json!(link.id)), ("subnet_id", json!(link.subnets[1].id))];
    assert_eq!(link.subnets[1].cidr.prefix_len(), 28);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..13 {
        seen.insert(scene.make(&small).await["ip"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 13, "all but network, gateway and broadcast");
    let failed = scene.make(&small).await;
    let failed = scene.get(&failed).await;
    assert_eq!(
        (&failed["status"], &failed["error"][0]["error_code"]),
        (&json!("failed"), &json!("EndPoint.2016"))
    );
}

#[tokio::test]
async fn approval_off_accepts_by_itself() {
    let scene = Scene::new(Settings::default(), false).await;
    let made = scene.make(&[]).await;
    assert_eq!(made["status"], "creating");
    assert!(made.get("ip").is_none() && made.get("dns_names").is_none());
    assert_eq!(scene.connections("?status=creating").await["total_count"], 1);
    scene.bench.advance(90);
    let accepted = scene.get(&made).await;
    assert_eq!((&accepted["status"], &accepted["ip"]), (&json!("accepted"), &json!("10.64.0.2")));
    let name = format!("{}.tr-west-1.example.internal", made["id"].as_str().unwrap());
    assert_eq!(accepted["dns_names"], json!([name]));
}

#[tokio::test]
async fn each_row_of_the_states_of_a_connection() {
    let scene = Scene::new(Settings::default(), true).await;
    let made = scene.make(&[]).await;
    for action in ["receive", "reject"] {
        assert_eq!(scene.decide(action, &made).await.refusal(), (400, "EndPoint.2019"));
    }
    assert_eq!(scene.shop.delete(&own(&made)).await.refusal(), (400, "EndPoint.2019"));
    assert_eq!(
        scene.owner.delete(&scene.at).await.refusal(),
        (400, "EndPoint.3006"),
        "creating holds the service"
    );
    scene.bench.advance(90);
    assert_eq!(scene.get(&made).await["status"], "pendingAcceptance");

    let rejected = scene.decide("reject", &made).await.ok();
    assert_eq!(rejected["connections"][0]["status"], "rejected");
    assert!(scene.get(&made).await.get("ip").is_none(), "never accepted, no address");
    assert_eq!(scene.decide("reject", &made).await.ok()["connections"][0]["status"], "rejected");

    assert_eq!(scene.decide("receive", &made).await.ok()["connections"][0]["status"], "creating");
    assert_eq!(scene.decide("reject", &made).await.refusal(), (400, "EndPoint.2019"));
    scene.bench.advance(3);
    assert_eq!(scene.get(&made).await["status"], "accepted");
    assert_eq!(scene.decide("receive", &made).await.refusal(), (400, "EndPoint.2014"));

    assert_eq!(scene.decide("reject", &made).await.ok()["connections"][0]["status"], "rejected");
    assert_eq!(scene.get(&made).await["ip"], "10.64.0.2", "it keeps the address");
    scene.decide("receive", &made).await.ok();
    scene.bench.advance(3);
    assert_eq!(scene.get(&made).await["ip"], "10.64.0.2");

    assert_eq!(scene.shop.delete(&own(&made)).await.status, 204);
    assert_eq!(scene.get(&made).await["status"], "deleting");
    for action in ["receive", "reject"] {
        assert_eq!(scene.decide(action, &made).await.refusal(), (400, "EndPoint.2018"));
    }
    assert_eq!(scene.shop.delete(&own(&made)).await.refusal(), (400, "EndPoint.2018"));
    scene.bench.advance(90);
    assert_eq!(scene.shop.get(&own(&made)).await.refusal(), (404, "EndPoint.2006"));
    assert_eq!(scene.decide("receive", &made).await.refusal(), (400, "EndPoint.2013"));
    assert_eq!(scene.connections("").await["total_count"], 0);
}

#[tokio::test]
async fn a_failed_endpoint_says_why_and_only_goes() {
    let scene = Scene::new(Settings::default(), true).await;
    scene.bench.faults(
        "rules: [{ operation: create_endpoint, fail: { code: EndPoint.2022, message: no pool }, slow: 60s }]",
    );
    let made = scene.make(&[]).await;
    scene.bench.advance(149);
    assert_eq!(scene.get(&made).await["status"], "creating", "slower than usual");
    scene.bench.advance(1);
    let failed = scene.get(&made).await;
    let error = json!([{ "error_code": "EndPoint.2022", "error_message": "no pool" }]);
    assert_eq!((&failed["status"], &failed["error"]), (&json!("failed"), &error));
    assert_eq!(scene.connections("?status=failed").await["connections"][0]["error"], error);
    assert_eq!(scene.decide("receive", &made).await.refusal(), (400, "EndPoint.2047"));
    assert_eq!(
        scene.shop.put(&own(&made), json!({ "whitelist": [] })).await.refusal(),
        (400, "EndPoint.2047")
    );
    assert_eq!(scene.owner.delete(&scene.at).await.status, 204, "failed ones do not hold the service");
    assert_eq!(scene.shop.delete(&own(&made)).await.status, 204);
}

#[tokio::test]
async fn what_the_owner_may_send() {
    let scene = Scene::new(Settings::immediate(), true).await;
    let made = scene.make(&[]).await;
    let other = scene.owner.post("/vpc-endpoint-services", service_body(81)).await.ok();
    let id = made["id"].as_str().unwrap();
    let rows = [
        (json!({ "endpoints": [id] }), "2002"),
        (json!({ "action": "accept", "endpoints": [id] }), "2027"),
        (json!({ "action": 1, "endpoints": [id] }), "2027"),
        (json!({ "action": "receive" }), "2002"),
        (json!({ "action": "receive", "endpoints": [] }), "2002"),
        (json!({ "action": "receive", "endpoints": [id, id] }), "2031"),
        (json!({ "action": "receive", "endpoints": ["x"] }), "2017"),
        (json!({ "action": "receive", "endpoints": [SampleIds::new().unknown] }), "2013"),
    ];
    for (body, code) in rows {
        let answer = scene.owner.post(&format!("{}/connections/action", scene.at), body.clone()).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{body}");
    }
    let receive = json!({ "action": "receive", "endpoints": [id] });
    let wrong_service =
        format!("/vpc-endpoint-services/{}/connections/action", other["id"].as_str().unwrap());
    assert_eq!(scene.owner.post(&wrong_service, receive.clone()).await.refusal(), (400, "EndPoint.2013"));
    let consumer = scene.shop.post(&format!("{}/connections/action", scene.at), receive).await;
    assert_eq!(consumer.refusal(), (404, "EndPoint.0005"), "a consumer cannot accept itself");
    assert_eq!(scene.shop.get(&format!("{}/connections", scene.at)).await.refusal(), (404, "EndPoint.0005"));
    assert_eq!(
        scene.owner.get(&own(&made)).await.refusal(),
        (404, "EndPoint.2006"),
        "nor the owner see the endpoint"
    );
}

#[tokio::test]
async fn a_frozen_endpoint_is_not_accepted() {
    let scene = Scene::new(Settings::immediate(), true).await;
    let made = scene.make(&[]).await;
    let mut world = scene.bench.sim.world();
    world.endpoints[0].active_status = vec!["arrear_frozen".to_owned()];
    let bench = Bench::of(world, Settings::immediate());
    let owner = bench.login("owner").await;
    let body = json!({ "action": "receive", "endpoints": [made["id"]] });
    let answer = owner.post(&format!("{}/connections/action", scene.at), body).await;
    assert_eq!(answer.refusal(), (400, "EndPoint.2015"));
}

#[tokio::test]
async fn connections_are_described_by_the_owner_alone() {
    let scene = Scene::new(Settings::immediate(), true).await;
    let (one, two) = (scene.make(&[("description", json!("mine"))]).await, scene.make(&[]).await);
    let at = format!("{}/connections/description", scene.at);
    let body = json!({ "connections": [{ "id": one["id"], "description": "A" }, { "id": two["id"], "description": "Käse" }] });
    assert_eq!(scene.owner.put(&at, body).await.ok()["connections"][1]["description"], "Käse");
    assert_eq!(scene.get(&one).await["description"], "mine", "the endpoint's own is another field");
    assert_eq!(
        scene.connections(&format!("?id={}", one["id"].as_str().unwrap())).await["connections"][0]["description"],
        "A"
    );
    let many: Vec<Value> = (0..51).map(|_| json!({ "id": one["id"], "description": "x" })).collect();
    let rows = [
        (json!({ "connections": [] }), "2002"),
        (json!({ "connections": [{ "id": "x", "description": "d" }] }), "2017"),
        (json!({ "connections": [{ "id": SampleIds::new().unknown, "description": "d" }] }), "2013"),
        (json!({ "connections": [{ "id": one["id"], "description": "<" }] }), "0002"),
        (json!({ "connections": [{ "id": one["id"] }] }), "2002"),
        (json!({ "connections": many }), "0016"),
    ];
    for (body, code) in rows {
        assert_eq!(
            scene.owner.put(&at, body.clone()).await.refusal(),
            (400, format!("EndPoint.{code}").as_str()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn connections_filter_and_page() {
    let scene = Scene::new(Settings::immediate(), true).await;
    let mut made = Vec::new();
    for _ in 0..12 {
        made.push(scene.make(&[]).await);
        scene.bench.advance(1);
    }
    scene.decide("receive", &made[4]).await.ok();
    let first = scene.connections("").await;
    assert_eq!((first["connections"].as_array().unwrap().len(), &first["total_count"]), (10, &json!(12)));
    assert_eq!(first["connections"][0]["id"], made[11]["id"]);
    assert_eq!(scene.connections("?limit=1&sort_dir=asc").await["connections"][0]["id"], made[0]["id"]);
    assert_eq!(scene.connections("?limit=1&sort_key=update_at").await["connections"][0]["id"], made[4]["id"]);
    assert_eq!(scene.connections("?status=accepted").await["connections"][0]["id"], made[4]["id"]);
    let by_marker = scene.connections(&format!("?marker_id={}", made[7]["marker_id"])).await;
    assert_eq!((&by_marker["total_count"], &by_marker["connections"][0]["id"]), (&json!(1), &made[7]["id"]));
    for (query, code) in [
        ("marker_id=x", "0021"),
        ("status=x", "0019"),
        ("id=x", "2017"),
        ("limit=1001", "0006"),
        ("offset=x", "0010"),
        ("sort_key=x", "0017"),
        ("sort_dir=x", "0018"),
    ] {
        let answer = scene.owner.get(&format!("{}/connections?{query}", scene.at)).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{query}");
    }
    let services = scene.owner.get("/vpc-endpoint-services").await.ok();
    assert_eq!(
        services["endpoint_services"][0]["connection_count"], 1,
        "accepted ones count, pending ones do not"
    );
}

#[tokio::test]
async fn updates_replace_the_whitelist() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let made = scene.make(&[("whitelist", json!(["10.0.0.0/24"])), ("enable_whitelist", json!(true))]).await;
    let changed = scene
        .shop
        .put(&own(&made), json!({ "whitelist": ["10.0.1.7", "10.0.0.0/8"], "enable_whitelist": true }))
        .await
        .ok();
    assert_eq!(changed["whitelist"], json!(["10.0.1.7", "10.0.0.0/8"]));
    let cleared = scene.shop.put(&own(&made), json!({})).await.ok();
    assert_eq!(
        (&cleared["whitelist"], &cleared["enable_whitelist"]),
        (&json!([]), &json!(false)),
        "missing means default"
    );
    for (body, code) in
        [(json!({ "whitelist": ["x"] }), "2044"), (json!({ "enable_whitelist": "true" }), "0002")]
    {
        assert_eq!(
            scene.shop.put(&own(&made), body).await.refusal(),
            (400, format!("EndPoint.{code}").as_str())
        );
    }
    assert_eq!(scene.shop.put("/vpc-endpoints/x", json!({})).await.refusal(), (400, "EndPoint.2017"));
}

#[tokio::test]
async fn endpoints_filter_and_page() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let world = sample::world();
    let link = vpc_named(&world, "warehouse-link");
    let one = scene.make(&[]).await;
    scene.bench.advance(1);
    let two = scene.make(&[("vpc_id", json!(link.id)), ("subnet_id", json!(link.subnets[0].id))]).await;
    let list = |query: String| {
        let shop = scene.shop.clone();
        async move {
            let body = shop.get(&format!("/vpc-endpoints{query}")).await.ok();
            body["endpoints"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
        }
    };
    assert_eq!(list(String::new()).await, [two["id"].clone(), one["id"].clone()]);
    assert_eq!(list(format!("?vpc_id={}", link.id)).await, [two["id"].clone()]);
    assert_eq!(list(format!("?id={}", one["id"].as_str().unwrap())).await, [one["id"].clone()]);
    assert_eq!(list("?endpoint_service_name=.PAY.".into()).await.len(), 2);
    assert_eq!(list("?endpoint_service_name=obs".into()).await.len(), 0);
    assert_eq!(list("?status=nonsense".into()).await.len(), 2, "there is no status filter");
    for (query, code) in [
        ("vpc_id=x", "0020"),
        ("id=x", "2017"),
        ("limit=x", "0006"),
        ("offset=x", "0010"),
        ("sort_key=x", "0017"),
        ("sort_dir=x", "0018"),
    ] {
        let answer = scene.shop.get(&format!("/vpc-endpoints?{query}")).await;
        assert_eq!(answer.refusal(), (400, format!("EndPoint.{code}").as_str()), "{query}");
    }
}

#[tokio::test]
async fn the_owners_own_account_needs_no_record_but_its_own_acceptance() {
    let bench = Bench::new(Settings::immediate());
    let owner = bench.login("owner").await;
    let service = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let made = owner
        .post("/vpc-endpoints", change(endpoint_body(&service["id"]), &SampleIds::new().owner_clients()))
        .await
        .ok();
    assert_eq!(made["status"], "pendingAcceptance");
}

#[tokio::test]
async fn regions_do_not_mix() {
    let scene = Scene::new(Settings::immediate(), false).await;
    let credentials = scene.shop.credentials.clone();
    let abroad =
        crate::sim::SimCredentials { project_id: credentials.projects["eu-west-101"].clone(), ..credentials };
    let shop = scene.bench.login_as(abroad, "shop-ci", "shop-sample-password").await;
    let world = sample::world();
    let vpc = &world.accounts[1].projects[1].vpcs[0];
    let body =
        json!({ "endpoint_service_id": scene.service, "vpc_id": vpc.id, "subnet_id": vpc.subnets[0].id });
    assert_eq!(shop.post("/vpc-endpoints", body).await.refusal(), (400, "EndPoint.2003"));
}

#[tokio::test]
async fn what_a_vanished_service_leaves_behind() {
    for (setting, status) in
        [(OrphanedEndpoints::Keep, "pendingAcceptance"), (OrphanedEndpoints::Fail, "failed")]
    {
        let scene = Scene::new(Settings { orphaned_endpoints: setting, ..Settings::default() }, true).await;
        let made = scene.make(&[]).await;
        scene.bench.advance(90);
        assert_eq!(scene.owner.delete(&scene.at).await.status, 204, "pending ones do not hold the service");
        scene.bench.advance(90);
        let left = scene.get(&made).await;
        assert_eq!(left["status"], status);
        assert!(left["endpoint_service_name"].as_str().unwrap().starts_with("tr-west-1.pay."));
        assert_eq!(scene.shop.delete(&own(&made)).await.status, 204);
        scene.bench.advance(90);
        assert_eq!(scene.shop.get("/vpc-endpoints").await.ok()["total_count"], 0);
    }
}

#[tokio::test]
async fn quota_of_endpoints() {
    let scene = Scene::new(
        Settings {
            quota: Some(crate::sim::Quota { endpoint_service: 5, endpoint: 2 }),
            ..Settings::immediate()
        },
        true,
    )
    .await;
    scene.make(&[]).await;
    scene.make(&[]).await;
    let third = scene.shop.post("/vpc-endpoints", endpoint_body(&scene.service)).await;
    assert_eq!(third.refusal(), (400, "Endpoint.1018"));
}

const OBS: &str = "26391a76-546b-42a9-b2fc-496ec68c0e4d";
const DNS: &str = "b0e22f6f-26f4-461c-b140-d873464d4fa0";

#[tokio::test]
async fn gateways_bind_route_tables() {
    let bench = Bench::new(Settings::immediate());
    let shop = bench.login("shop").await;
    let world = sample::world();
    let tables: Vec<_> =
        vpc_named(&world, "checkout").route_tables.iter().map(|table| json!(table.id)).collect();
    let foreign = json!(vpc_named(&world, "warehouse-link").route_tables[0].id);
    let body = json!({ "endpoint_service_id": OBS, "vpc_id": SHOP_VPC });
    let with = |list: Value| change(body.clone(), &[("routetables", list)]);
    assert_eq!(shop.post("/vpc-endpoints", with(json!(["x"]))).await.refusal(), (400, "EndPoint.1019"));
    assert_eq!(shop.post("/vpc-endpoints", with(json!([foreign]))).await.refusal(), (404, "EndPoint.4030"));
    let dressed = change(
        body.clone(),
        &[("enable_dns", json!(true)), ("subnet_id", json!(SHOP_SUBNET)), ("whitelist", json!(["10.0.0.1"]))],
    );
    let made = shop.post("/vpc-endpoints", dressed).await.ok();
    assert_eq!((&made["service_type"], &made["status"]), (&json!("gateway"), &json!("accepted")));
    assert_eq!(made["routetables"], json!([tables[0]]), "the VPC's default one");
    assert_eq!((&made["enable_dns"], &made["whitelist"]), (&json!(false), &json!([])), "not for gateways");
    assert!(made.get("ip").is_none() && made.get("subnet_id").is_none() && made.get("dns_names").is_none());
    assert_eq!(made["policy_statement"][0]["Action"], json!(["obs:*:*"]), "everything is allowed at first");
    assert_eq!(shop.post("/vpc-endpoints", body.clone()).await.refusal(), (400, "EndPoint.2039"));
    let second = shop.post("/vpc-endpoints", with(json!([tables[1]]))).await.ok();

    let at = format!("{}/routetables", own(&made));
    let answer = shop.put(&at, json!({ "routetables": [tables[0], tables[1], foreign] })).await;
    assert_eq!(answer.status, 200, "even on partial failure");
    let answer = answer.ok();
    assert_eq!(answer["routetables"], json!([tables[0]]));
    let failed = answer["error"][0]["bind_failed"].as_array().unwrap();
    assert_eq!((&failed[0]["id"], &failed[1]["id"]), (&tables[1], &foreign));
    shop.delete(&own(&second)).await;
    let whole = shop.put(&at, json!({ "routetables": [tables[1]] })).await.ok();
    assert_eq!(whole, json!({ "routetables": [tables[1]] }));
    let twice = shop.put(&at, json!({ "routetables": [tables[1], tables[0], tables[1]] })).await.ok();
    assert_eq!(twice["routetables"].as_array().map(Vec::len), Some(2), "a table is bound once: {twice}");
    shop.put(&at, json!({ "routetables": [tables[1]] })).await.ok();
    assert_eq!(shop.put(&at, json!({})).await.refusal(), (400, "EndPoint.2002"));
    let interface = json!({ "endpoint_service_id": DNS, "vpc_id": SHOP_VPC, "subnet_id": SHOP_SUBNET });
    let interface =
        shop.post("/vpc-endpoints", change(interface, &[("routetables", json!([tables[0]]))])).await.ok();
    assert_eq!((&interface["service_type"], &interface["routetables"]), (&json!("interface"), &json!([])));
    let at = format!("{}/routetables", own(&interface));
    assert_eq!(shop.put(&at, json!({ "routetables": [] })).await.refusal(), (400, "EndPoint.2040"));
}

#[tokio::test]
async fn policies() {
    let bench = Bench::new(Settings::immediate());
    let shop = bench.login("shop").await;
    let made =
        shop.post("/vpc-endpoints", json!({ "endpoint_service_id": OBS, "vpc_id": SHOP_VPC })).await.ok();
    let at = format!("{}/policy", own(&made));
    let statement = json!({ "Effect": "Deny", "Action": ["obs:object:GetObject"], "Resource": "obs:*:*:*:*/*", "Sid": "s" });
    let changed = shop.put(&at, json!({ "policy_statement": [statement] })).await.ok();
    assert_eq!(changed["policy_statement"], json!([statement]), "as it was sent");
    assert!(changed.get("enable_dns").is_none());
    let without = |key: &str| change(statement.clone(), &[(key, Value::Null)]);
    for body in [
        json!({ "policy_statement": [without("Effect")] }),
        json!({ "policy_statement": [without("Action")] }),
        json!({ "policy_statement": [without("Resource")] }),
        json!({ "policy_statement": [{ "effect": "Allow" }] }),
        json!({ "policy_statement": vec![statement.clone(); 11] }),
        json!({ "policy_statement": "x" }),
        json!({ "policy_document": {} }),
    ] {
        assert_eq!(shop.put(&at, body.clone()).await.refusal(), (400, "EndPoint.2048"), "{body}");
    }
    assert_eq!(shop.put(&at, json!({})).await.refusal(), (400, "EndPoint.2002"));
    let bare = shop.delete(&at).await.ok();
    assert!(bare.get("policy_statement").is_none() && bare["id"] == made["id"], "200 with the endpoint");
    assert_eq!(shop.delete(&at).await.refusal(), (400, "EndPoint.2049"));

    let world = sample::world();
    let swr =
        world.public_services.iter().find(|service| service.service_name.ends_with("tr-west-1.swr")).unwrap();
    let document = json!({ "Version": "5.0", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": ["*"], "Resource": ["*"] }] });
    let body = json!({ "endpoint_service_id": swr.id, "vpc_id": SHOP_VPC, "subnet_id": SHOP_SUBNET, "policy_document": document });
    let made = shop.post("/vpc-endpoints", body).await.ok();
    assert_eq!(made["policy_document"], document);
    let other = json!({ "policy_document": { "Version": "5.0" } });
    assert_eq!(
        shop.put(&format!("{}/policy", own(&made)), other).await.ok()["policy_document"],
        json!({ "Version": "5.0" })
    );
    assert_ne!(LB_PORT, OBS);
}
