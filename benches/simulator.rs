//! What a request costs the simulator in small and large worlds: `cargo bench --bench simulator`.
//!
//! In process, through the router that HTTP uses. The cost must not grow with the world, else a
//! measurement of ours would be one of the simulator's.
#![expect(clippy::print_stdout, reason = "a benchmark is read")]

mod common;

use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{shown, times, verdict};
use http::Request;
use jiff::{SignedDuration, Timestamp};
use landbridge::sim::{
    Permission, PortMapping, Quota, Service, ServiceStatus, Settings, SimClock, SimCredentials, Simulator,
    World, sample,
};
use uuid::Uuid;

/// Services, ports that they share, and whitelist records of each.
const WORLDS: [(u16, u16, u64); 4] = [(100, 1, 0), (5_000, 1, 1), (50_000, 5, 1), (10_000, 1, 20)];

/// What is measured, and how often.
const COLUMNS: [(&str, u32); 5] =
    [("one service", 200), ("first page", 20), ("last page", 20), ("whitelist", 50), ("quotas", 50)];
/// So many services are deleted, each by its own request.
const DELETED: u32 = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut rows = Vec::new();
    for (services, ports, records) in WORLDS {
        let objects = u64::from(services) * (1 + records);
        let client = Client::new(world(services, ports, records)).await;
        let list = client.get("/vpc-endpoint-services?limit=1").await;
        let one =
            format!("/vpc-endpoint-services/{}", list["endpoint_services"][0]["id"].as_str().expect("an id"));
        let paths = [
            one.clone(),
            "/vpc-endpoint-services?limit=100".to_owned(),
            format!("/vpc-endpoint-services?limit=100&offset={}", services - 100),
            format!("{one}/permissions?limit=500"),
            "/quotas".to_owned(),
        ];
        let mut row = Vec::new();
        for ((_, often), path) in COLUMNS.iter().zip(paths) {
            row.push(client.timed(*often, &path).await);
        }
        row.push(client.deleting().await);
        let names = COLUMNS.iter().map(|(name, _)| *name).chain(["a deletion"]);
        let cells: Vec<String> =
            names.zip(&row).map(|(name, time)| format!("{name} {}", shown(*time))).collect();
        println!("{objects:>7} objects: {}", cells.join(", "));
        rows.push(row);
    }
    for (column, name) in COLUMNS.iter().map(|(name, _)| *name).chain(["a deletion"]).enumerate() {
        // A whitelist of twenty records is longer than one of none, so it is set against the same length.
        let (large, small) = if name == "whitelist" { (2, 1) } else { (2, 0) };
        let grown = times(rows[large][column], rows[small][column]);
        verdict(&format!("{name}, times the cost in the small world"), grown, "at most 5", grown <= 5.0);
    }
}

/// Somebody who is logged in.
struct Client {
    sim: Simulator,
    project: String,
    token: String,
}

impl Client {
    async fn new(world: World) -> Client {
        let owner = SimCredentials::of(&world, "owner").expect("the sample world has an owner");
        let sim = Simulator::new(world, Settings::immediate(), SimClock::real());
        let body = serde_json::json!({ "auth": {
            "identity": { "methods": ["password"], "password": { "user": {
                "name": owner.user, "password": owner.password, "domain": { "name": owner.domain_name } } } },
            "scope": { "project": { "id": owner.project_id } },
        } });
        let request =
            Request::post("/v3/auth/tokens").body(Bytes::from(body.to_string())).expect("a request");
        let answer = sim.handle(request).await.expect("an answer");
        let token = answer.headers()["x-subject-token"].to_str().expect("text").to_owned();
        Client { sim, project: owner.project_id, token }
    }

    async fn answer(&self, path: &str) -> Bytes {
        let request = Request::get(format!("/v1/{}{path}", self.project))
            .header("x-auth-token", &self.token)
            .body(Bytes::new())
            .expect("a request");
        let answer = self.sim.handle(request).await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.into_body()
    }

    async fn get(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.answer(path).await).expect("JSON")
    }

    /// What one deletion costs.
    async fn deleting(&self) -> Duration {
        let list = self.get(&format!("/vpc-endpoint-services?limit={DELETED}")).await;
        let services = list["endpoint_services"].as_array().expect("services").clone();
        let begun = Instant::now();
        for service in &services {
            let id = service["id"].as_str().expect("an id");
            let request = Request::delete(format!("/v1/{}/vpc-endpoint-services/{id}", self.project))
                .header("x-auth-token", &self.token)
                .body(Bytes::new())
                .expect("a request");
            let answer = self.sim.handle(request).await.expect("an answer");
            assert!(answer.status().is_success(), "{answer:?}");
        }
        begun.elapsed() / DELETED
    }

    async fn timed(&self, often: u32, path: &str) -> Duration {
        self.answer(path).await;
        let begun = Instant::now();
        for _ in 0..often {
            self.answer(path).await;
        }
        begun.elapsed() / often
    }
}

/// A world with so many services, spread over back ends, with whitelist records each.
fn world(services: u16, ports: u16, records: u64) -> World {
    let mut world = sample::world();
    for account in &mut world.accounts {
        account.quota = Quota { endpoint_service: 1 << 20, endpoint: 1 << 20 };
    }
    let project = world.accounts[0].projects[0].id.clone();
    let vpc = &mut world.accounts[0].projects[0].vpcs[0];
    let vpc_id = vpc.id;
    let mut port_ids = vec![vpc.ports[0].id];
    for more in 1..ports {
        let mut port = vpc.ports[0].clone();
        port.id = Uuid::from_u128(0xb << 64 | u128::from(more));
        port_ids.push(port.id);
        vpc.ports.push(port);
    }
    let start: Timestamp = "2024-01-01T00:00:00Z".parse().expect("a time");
    let mut next = 1_u128;
    for port_id in port_ids {
        for place in 0..services / ports {
            let id = Uuid::from_u128(0xa << 64 | next);
            let created_at = start + SignedDuration::from_millis(i64::try_from(next).expect("small"));
            world.services.push(Service {
                id,
                project: project.clone(),
                name: "bench".to_owned(),
                port_id,
                vpc_id,
                server_type: "LB".to_owned(),
                status: ServiceStatus::Available,
                approval_enabled: true,
                ports: vec![PortMapping {
                    client_port: 443,
                    server_port: place + 10,
                    protocol: "TCP".to_owned(),
                }],
                tcp_proxy: "close".to_owned(),
                tags: Vec::new(),
                description: String::new(),
                enable_policy: false,
                ip_version: None,
                snat_network_id: None,
                professional: false,
                server_resources: Vec::new(),
                created_at,
                updated_at: created_at,
                next: None,
                error: None,
            });
            world.permissions.extend((0..records).map(|record| Permission {
                id: Uuid::from_u128(next << 8 | u128::from(record)),
                service_id: id,
                permission: format!("iam:domain::{record:032}"),
                permission_type: "domainId".to_owned(),
                description: String::new(),
                created_at,
            }));
            next += 1;
        }
    }
    world
}
