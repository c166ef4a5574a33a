//! The simulator over a socket: whole answers, and connections that are cut.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::{Bench, service_body};
use crate::sim::{FaultRules, Settings, server};

/// Sends one request and reads until the server closes.
async fn talk(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

fn post(path: &str, token: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: sim.test\r\nconnection: close\r\nx-auth-token: {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: sim.test\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn over_a_socket() {
    let bench = Bench::new(Settings::default());
    let owner = bench.login("owner").await;
    let (token, project) = (owner.headers["x-auth-token"].clone(), owner.credentials.project_id.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server::serve(listener, bench.sim.clone(), async { _ = stopped.await }));

    let versions = talk(address, &get("/")).await;
    assert!(versions.starts_with("HTTP/1.1 200 OK\r\n"), "{versions}");
    assert!(versions.contains("http://sim.test/v1") && versions.contains("x-request-id: "), "{versions}");
    let path = format!("/v1/{project}/vpc-endpoint-services");
    let made = talk(address, &post(&path, &token, &service_body(80).to_string())).await;
    assert!(made.contains("\"status\":\"creating\""), "{made}");

    let cut = FaultRules::from_yaml("rules: [{ operation: create_service, nth: 1, cut: true }]").unwrap();
    bench.sim.set_faults(cut);
    assert_eq!(talk(address, &post(&path, &token, &service_body(81).to_string())).await, "");
    let lost =
        FaultRules::from_yaml("rules: [{ operation: create_service, nth: 1, lose_answer: true }]").unwrap();
    bench.sim.set_faults(lost);
    assert_eq!(talk(address, &post(&path, &token, &service_body(82).to_string())).await, "");
    let ports: Vec<u16> =
        bench.sim.world().services.iter().map(|service| service.ports[0].server_port).collect();
    assert!(!ports.contains(&81) && ports.contains(&82), "cut: not done; lost: done; {ports:?}");

    bench.sim.set_faults(FaultRules::from_yaml("rules: [{ operation: versions, cut_at: 10 }]").unwrap());
    let part = talk(address, &get("/")).await;
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "{\"versions");
    assert!(!head.contains("content-length: 10\r\n"), "the promise was longer: {head}");

    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
