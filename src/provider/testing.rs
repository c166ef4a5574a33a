//! For tests of providers: a server that holds a script of answers, and keeps what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::Value as Json;

use secrecy::SecretString;

use super::{Handler, ProviderSetting};

/// The settings of a block, of pairs such as `("auth.token", "t")`.
pub(super) fn block(pairs: &[(&str, &str)]) -> BTreeMap<String, ProviderSetting> {
    let mut entries = BTreeMap::new();
    let mut auth = BTreeMap::new();
    for (name, value) in pairs {
        let value = ProviderSetting::Secret(SecretString::from(*value));
        match name.strip_prefix("auth.") {
            Some(name) => auth.insert(name.to_owned(), value),
            None => entries.insert((*name).to_owned(), value),
        };
    }
    entries.insert("auth".to_owned(), ProviderSetting::Group(auth));
    entries
}

/// One answer: a status, headers, a body; or none at all.
#[derive(Clone)]
pub(super) struct Answer(pub(super) Result<(u16, Vec<(&'static str, String)>, String), String>);

pub(super) fn ok(body: &str) -> Answer {
    status(200, body)
}

pub(super) fn status(status: u16, body: &str) -> Answer {
    Answer(Ok((status, Vec::new(), body.to_owned())))
}

pub(super) fn lost() -> Answer {
    Answer(Err("the connection was cut".to_owned()))
}

/// Answers in order; the last one is repeated. It keeps the requests.
#[derive(Clone, Default)]
pub(super) struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pub(super) requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Script {
    pub(super) fn new(answers: impl IntoIterator<Item = Answer>) -> Script {
        Script { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Script::default() }
    }

    /// Method and path with query of each request.
    pub(super) fn asked(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .map(|one| format!("{} {}", one.method(), one.uri().path_and_query().unwrap()))
            .collect()
    }

    pub(super) fn header(&self, request: usize, name: &str) -> Option<String> {
        let requests = self.requests.lock().unwrap();
        requests[request].headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    pub(super) fn body(&self, request: usize) -> Json {
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
