//! The cost of a request in small and large worlds: `cargo test --lib sim::tests::scale -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::{Bench, Client, LB_PORT, LB_VPC, service_body};
use crate::sim::{Permission, PortMapping, Quota, Service, ServiceStatus, Settings, World, sample};

/// A world with this many services, spread over back ends, with whitelist records each.
fn world(services: u16, ports: u16, records: u64) -> World {
    let mut world = sample::world();
    world
        .accounts
        .iter_mut()
        .for_each(|account| account.quota = Quota { endpoint_service: 1 << 20, endpoint: 1 << 20 });
    let project = world.accounts[0].projects[0].id.clone();
    let vpc = &mut world.accounts[0].projects[0].vpcs[0];
    let mut port_ids = vec![LB_PORT.parse().unwrap()];
    for more in 1..ports {
        let mut port = vpc.ports[0].clone();
        port.id = uuid::Uuid::from_u128(0xb << 64 | u128::from(more));
        port_ids.push(port.id);
        vpc.ports.push(port);
    }
    let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let mut next = 1_u128;
    for port_id in &port_ids {
        for place in 0..services / ports {
            let id = uuid::Uuid::from_u128(0xa << 64 | next);
            let created_at = start + jiff::SignedDuration::from_millis(i64::try_from(next).unwrap());
            world.services.push(Service {
                id,
                project: project.clone(),
                name: "bench".to_owned(),
                port_id: *port_id,
                vpc_id: LB_VPC.parse().unwrap(),
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
            for record in 0..records {
                world.permissions.push(Permission {
                    id: uuid::Uuid::from_u128(next << 8 | u128::from(record)),
                    service_id: id,
                    permission: format!("iam:domain::{record:032}"),
                    permission_type: "domainId".to_owned(),
                    description: String::new(),
                    created_at,
                });
            }
            next += 1;
        }
    }
    world
}

async fn timed(client: &Client, times: u32, method: &str, path: &str) -> Duration {
    client.call(method, path, None).await;
    let begun = Instant::now();
    for _ in 0..times {
        assert!(client.call(method, path, None).await.status < 300, "{method} {path}");
    }
    begun.elapsed() / times
}

#[tokio::test]
#[ignore = "a measurement, run by hand"]
#[expect(clippy::print_stdout, reason = "its purpose is to be read")]
async fn the_cost_of_a_request_does_not_grow_with_the_world() {
    let mut rows = Vec::new();
    for (services, ports, records) in [(100, 1, 0), (10_000, 1, 0), (10_000, 1, 9), (50_000, 5, 1)] {
        let bench = Bench::of(world(services, ports, records), Settings::immediate());
        let owner = bench.login("owner").await;
        let list = owner.get("/vpc-endpoint-services?limit=1").await.ok();
        let last = format!("/vpc-endpoint-services/{}", list["endpoint_services"][0]["id"].as_str().unwrap());
        let deep = format!("/vpc-endpoint-services?limit=100&offset={}", services - 100);
        let make = Instant::now();
        let made = owner.post("/vpc-endpoint-services", service_body(9)).await.ok();
        let make = make.elapsed();
        let delete = Instant::now();
        owner.delete(&format!("/vpc-endpoint-services/{}", made["id"].as_str().unwrap())).await;
        let delete = delete.elapsed();
        let row = [
            timed(&owner, 200, "GET", &last).await,
            timed(&owner, 20, "GET", "/vpc-endpoint-services?limit=100").await,
            timed(&owner, 20, "GET", &deep).await,
            timed(&owner, 20, "GET", &format!("{last}/permissions?limit=500")).await,
            timed(&owner, 50, "GET", "/quotas").await,
            make,
            delete,
        ];
        let objects = usize::from(services) + usize::from(services) * usize::try_from(records).unwrap();
        println!(
            "{objects:>7} objects: get {:?}, page {:?}, deep page {:?}, whitelist {:?}, quotas {:?}, create {:?}, delete {:?}",
            row[0], row[1], row[2], row[3], row[4], row[5], row[6]
        );
        rows.push(row);
    }
    for column in [0, 1, 2, 4] {
        let (small, large) = (rows[0][column], rows[3][column]);
        assert!(large < small * 5, "column {column}: {small:?} among 100, {large:?} among 100,000");
    }
}
