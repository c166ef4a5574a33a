//! The embedded world on disk: what a kill leaves, and two processes at once. A kill is a drop without `close`.
#![expect(clippy::disallowed_methods, reason = "these tests look at the store's files")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{Bench, Client, endpoint_body, service_body};
use crate::sim::{Settings, SimClock, sample, store};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".sim/world.yaml");
    (folder, path)
}

fn open(path: &Path, clock: &SimClock) -> Bench {
    Bench::over(
        store::open(path, Settings::embedded(), clock.clone()).unwrap(),
        clock.clone(),
        sample::world(),
    )
}

fn clock() -> SimClock {
    SimClock::stopped_at("2025-01-02T03:04:05Z".parse().unwrap())
}

async fn statuses(client: &Client) -> Vec<String> {
    let list = client.get("/vpc-endpoint-services?sort_dir=asc").await.ok();
    let services = list["endpoint_services"].as_array().unwrap().iter();
    services.map(|service| service["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_killed_process_leaves_everything_it_was_answered() {
    let (_folder, path) = place();
    let clock = clock();
    let first = open(&path, &clock);
    let owner = first.login("owner").await;
    let id = owner.post("/vpc-endpoint-services", service_body(80)).await.ok()["id"].clone();
    drop(first);
    let second = open(&path, &clock);
    let owner = second.login("owner").await;
    assert_eq!(statuses(&owner).await, ["creating"], "time has not passed");
    clock.advance(jiff::SignedDuration::from_secs(2));
    assert_eq!(statuses(&owner).await, ["available"], "the creation goes on where it was");
    let other = owner.post("/vpc-endpoint-services", service_body(81)).await.ok()["id"].clone();
    assert_ne!(id, other, "ids go on");
}

#[tokio::test]
async fn two_processes_see_each_other() {
    let (_folder, path) = place();
    let clock = clock();
    let (first, second) = (open(&path, &clock), open(&path, &clock));
    let (one, two) = (first.login("owner").await, second.login("owner").await);
    let shop = second.login("shop").await;
    one.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let service = two.post("/vpc-endpoint-services", service_body(81)).await.ok();
    assert_eq!((statuses(&one).await.len(), statuses(&two).await.len()), (2, 2));
    let conflict = one.post("/vpc-endpoint-services", service_body(81)).await;
    assert_eq!(conflict.refusal(), (400, "EndPoint.3044"), "the other's ports are taken");

    first.sim.close().unwrap();
    assert_eq!(statuses(&two).await.len(), 2, "the second reads the new snapshot");
    clock.advance(jiff::SignedDuration::from_secs(2));
    let path_of = format!("/vpc-endpoint-services/{}", service["id"].as_str().unwrap());
    let grant = json!({ "permissions": ["*"], "action": "add" });
    one.post(&format!("{path_of}/permissions/action"), grant).await.ok();
    shop.post("/vpc-endpoints", endpoint_body(&service["id"])).await.ok();
    assert_eq!(one.get(&format!("{path_of}/connections")).await.ok()["total_count"], 1);
    second.sim.close().unwrap();
    assert_eq!(first.sim.world_yaml(), open(&path, &clock).sim.world_yaml());
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off() {
    let (_folder, path) = place();
    let clock = clock();
    let first = open(&path, &clock);
    let owner = first.login("owner").await;
    owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let log = path.with_extension("log");
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, format!("{whole}[{{\"service_gone\":\"8f")).unwrap();
    assert_eq!(statuses(&owner).await.len(), 1, "a process that runs drops the torn line");
    assert_eq!(fs::read_to_string(&log).unwrap(), whole);
    fs::write(&log, format!("{whole}[{{\"service_gone\":\"8f")).unwrap();
    let second = open(&path, &clock);
    assert_eq!(statuses(&second.login("owner").await).await.len(), 1, "so does one that begins");
    assert_eq!(fs::read_to_string(&log).unwrap(), whole);
}

#[tokio::test]
async fn a_kill_between_snapshot_and_log_does_no_harm() {
    let (_folder, path) = place();
    let clock = clock();
    let first = open(&path, &clock);
    let owner = first.login("owner").await;
    let service = owner.post("/vpc-endpoint-services", service_body(80)).await.ok();
    let log = path.with_extension("log");
    let old_log = fs::read(&log).unwrap();
    first.sim.close().unwrap();
    fs::write(&log, old_log).unwrap();
    let second = open(&path, &clock);
    assert_eq!(statuses(&second.login("owner").await).await, ["creating"]);
    assert!(fs::read_to_string(&path).unwrap().contains(service["id"].as_str().unwrap()));
}

#[tokio::test]
async fn damage_is_an_error_that_says_what_to_do() {
    let (_folder, path) = place();
    let clock = clock();
    drop(open(&path, &clock));
    fs::write(&path, "accounts: 7\n").unwrap();
    let error = format!("{:#}", store::open(&path, Settings::embedded(), clock).unwrap_err());
    assert!(error.contains("move it and") && error.contains("not a world"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "accounts: 7\n", "it is never overwritten");
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = place();
    drop(open(&path, &clock()));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for extension in ["yaml", "log", "lock"] {
        assert_eq!(mode(&path.with_extension(extension)), 0o600, "{extension}");
    }
}
