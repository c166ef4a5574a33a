//! Tests against a handler that holds a script of answers; the simulated cloud is tested elsewhere.

mod effects;
mod reading;
mod traffic;
mod writing;

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::Value as Json;

use super::*;
use crate::provider::Handler;
use crate::resource::{Attributes, Object};

const PROJECT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const SERVICE_ID: &str = "9d4c1028-1336-4556-9881-b5d807c1b8a8";
const ENDPOINT_ID: &str = "705290f3-0d00-41f2-aedc-71f09844e879";

/// One answer: a status, headers, a body; or none at all.
#[derive(Clone)]
struct Answer(Result<(u16, Vec<(&'static str, String)>, String), String>);

fn ok(body: &str) -> Answer {
    status(200, body)
}

fn status(status: u16, body: &str) -> Answer {
    Answer(Ok((status, Vec::new(), body.to_owned())))
}

fn error(code: u16, name: &str) -> Answer {
    status(code, &format!(r#"{{"error_code":"{name}","error_msg":"m"}}"#))
}

fn lost() -> Answer {
    Answer(Err("the connection was cut".to_owned()))
}

/// Answers in order; the last one is repeated. It keeps the requests.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Script {
        Script { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Script::default() }
    }

    /// Method and path with query of each request.
    fn asked(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .map(|one| format!("{} {}", one.method(), one.uri().path_and_query().unwrap()))
            .collect()
    }

    fn header(&self, request: usize, name: &str) -> Option<String> {
        let requests = self.requests.lock().unwrap();
        requests[request].headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    fn body(&self, request: usize) -> Json {
        serde_json::from_slice(self.requests.lock().unwrap()[request].body()).unwrap()
    }
}

impl Handler for Script {
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        self.requests.lock().unwrap().push(request);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let answer = answer.expect("the script has an answer").0.map(|(status, headers, body)| {
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Bytes::from(body)).unwrap()
        });
        Box::pin(async move {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            answer
        })
    }
}

fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, ProviderSetting> {
    let mut block = BTreeMap::from([("region".to_owned(), ProviderSetting::Text("tr-west-1".into()))]);
    let mut auth = BTreeMap::new();
    for (name, value) in pairs {
        let (group, name) = match name.strip_prefix("auth.") {
            Some(name) => (&mut auth, name),
            None => (&mut block, *name),
        };
        group.insert(name.to_owned(), ProviderSetting::Secret(SecretString::from(*value)));
    }
    block.insert("auth".to_owned(), ProviderSetting::Group(auth));
    block
}

fn clock() -> Clock {
    Clock::starting_at("2025-01-02T03:04:05Z".parse().unwrap())
}

fn connected(script: &Script, pairs: &[(&str, &str)]) -> Huawei {
    let transport = Transport::in_process(Arc::new(script.clone()), 10);
    Huawei::connect(&settings(pairs), &transport, &clock(), 7).unwrap()
}

/// A cloud with a given token, project and account: nothing is looked up.
fn simple(script: &Script) -> Huawei {
    connected(script, &[("auth.token", "t"), ("project_id", PROJECT), ("account_id", "acc")])
}

fn attributes(json: Json) -> Attributes {
    serde_json::from_value(json).unwrap()
}

fn json(attributes: &Attributes) -> Json {
    serde_json::to_value(attributes).unwrap()
}

fn object(id: &str, json: Json) -> Object {
    Object::new(id, attributes(json))
}
