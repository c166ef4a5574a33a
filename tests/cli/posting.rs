//! A review posted by the binary to a host on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value as Json, json};

use super::bench::Bench;

/// A host that holds at most one comment. It tells each request as `METHOD PATH`.
fn host() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = channel();
    std::thread::spawn(move || {
        let mut comment = Json::Null;
        for stream in listener.incoming() {
            let (line, body) = request(&mut stream.as_ref().unwrap());
            let answer = match line.split_once(' ').unwrap() {
                ("GET", "/user") => json!({"login": "ann"}),
                ("GET", _) if comment.is_null() => json!([]),
                ("GET", _) => json!([{"id": 5, "body": comment, "user": {"login": "ann", "type": "User"}}]),
                _ => {
                    comment = body["body"].clone();
                    json!({"id": 5})
                }
            };
            let answer = answer.to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
            stream.unwrap().write_all(format!("{head}{answer}").as_bytes()).unwrap();
            if told.send(line).is_err() {
                return;
            }
        }
    });
    (address, heard)
}

fn request(stream: &mut &TcpStream) -> (String, Json) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length, mut let_in) = (String::new(), 0, false);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        let_in |= line == "authorization: bearer secret-1";
        length = line.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
    }
    assert!(let_in, "every request has the token");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let line = first.trim().strip_suffix(" HTTP/1.1").unwrap().to_owned();
    (line, serde_json::from_slice(&body).unwrap_or(Json::Null))
}

#[test]
fn a_review_is_posted_and_replaced() {
    let (address, heard) = host();
    let bench = Bench::example("across-vpcs")
        .env("GITHUB_API_URL", &address)
        .env("GITHUB_REPOSITORY", "acme/links")
        .env("GITHUB_TOKEN", "secret-1");
    bench.run("plan --sim --out link.plan").code(0);
    bench.run("review link.plan --post github").code(1).warns("--number");
    let said = bench
        .run("review link.plan --post github --number 7 --log log")
        .code(0)
        .warns("Posted on acme/links#7.");
    assert!(!said.all().contains("secret-1") && !bench.read("log").contains("secret-1"));
    bench.run("review link.plan --post github --number 7").code(0).warns("says this already");
    bench.edit("8080", "8082");
    bench.run("plan --sim --out link.plan").code(0);
    bench.run("review link.plan --post github --number 7").code(0).warns("in place of the earlier review");
    let comments = "/repos/acme/links/issues/7/comments";
    let list = format!("GET {comments}?per_page=100&page=1");
    let (post, patch) = (format!("POST {comments}"), "PATCH /repos/acme/links/issues/comments/5".to_owned());
    let user = "GET /user".to_owned();
    let wanted = [&user, &list, &post, &user, &list, &user, &list, &patch];
    assert_eq!(heard.try_iter().collect::<Vec<_>>().iter().collect::<Vec<_>>(), wanted);
}
