//! Posting against stand-ins of both hosts that check every request.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::provider::Handler;

const GITHUB: &[(&str, &str)] = &[
    ("GITHUB_API_URL", "http://github.invalid/"),
    ("GITHUB_REPOSITORY", "acme/links"),
    ("GITHUB_REF", "refs/pull/7/merge"),
    ("GITHUB_TOKEN", "secret-1"),
];
const GITLAB: &[(&str, &str)] = &[
    ("CI_API_V4_URL", "http://gitlab.invalid/api/v4"),
    ("CI_PROJECT_ID", "9"),
    ("CI_MERGE_REQUEST_PROJECT_ID", "acme/links"),
    ("CI_MERGE_REQUEST_IID", "7"),
    ("GITLAB_TOKEN", "secret-1"),
];

/// A host with the comments of one pull request.
struct StandIn {
    host: Host,
    /// What the token stands for; none for the token of a job.
    user: Option<&'static str>,
    comments: Mutex<Vec<(u64, String, String)>>,
    /// What is answered instead, first come first served: 200 is the answer itself, 0 is that it is
    /// done and the answer lost.
    instead: Mutex<Vec<(u16, Option<&'static str>)>>,
    seen: Mutex<Vec<String>>,
}

impl StandIn {
    fn answer(&self, request: &http::Request<Bytes>) -> Result<http::Response<Bytes>, String> {
        let path = request.uri().path_and_query().expect("a path").to_string();
        self.seen.lock().unwrap().push(format!("{} {path}", request.method()));
        let header = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap());
        assert!(header("user-agent").is_some_and(|agent| agent.starts_with("landbridge/")));
        let let_in = match self.host {
            Host::Github => {
                header("authorization") == Some("Bearer secret-1") && header("x-github-api-version").is_some()
            }
            Host::Gitlab => header("private-token") == Some("secret-1"),
        };
        let respond = |status: u16, body: Json, after: Option<&str>| {
            let mut response = http::Response::builder().status(status);
            if let Some(after) = after {
                response = response.header("retry-after", after);
            }
            Ok(response.body(Bytes::from(body.to_string())).unwrap())
        };
        if !let_in {
            return respond(401, json!({"message": "Bad credentials"}), None);
        }
        let instead = self.instead.lock().unwrap().pop().unwrap_or((200, None));
        if !matches!(instead.0, 0 | 200) {
            return respond(instead.0, json!({"message": "not now"}), instead.1);
        }
        let done = self.done(request, &path);
        if instead.0 == 0 {
            return Err("the connection was cut".to_owned());
        }
        respond(done.0, done.1, None)
    }

    fn done(&self, request: &http::Request<Bytes>, path: &str) -> (u16, Json) {
        let (base, one) = match self.host {
            Host::Github => ("/repos/acme/links/issues/7/comments", "/repos/acme/links/issues/comments/"),
            Host::Gitlab => (
                "/api/v4/projects/acme%2Flinks/merge_requests/7/notes",
                "/api/v4/projects/acme%2Flinks/merge_requests/7/notes/",
            ),
        };
        let (name, replace) = match self.host {
            Host::Github => ("login", "PATCH"),
            Host::Gitlab => ("username", "PUT"),
        };
        let body = || -> String {
            let json: Json = serde_json::from_slice(request.body()).expect("a body");
            json["body"].as_str().expect("a text").trim_end().to_owned()
        };
        let author = self.user.unwrap_or("ci[bot]");
        let mut comments = self.comments.lock().unwrap();
        match request.method().as_str() {
            "GET" if path.ends_with("/user") => match self.user {
                Some(user) => (200, json!({ name: user })),
                None => (403, json!({"message": "Resource not accessible by integration"})),
            },
            "GET" if path.starts_with(&format!("{base}?per_page=100&page=")) => {
                let page: usize =
                    path.split("&page=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
                let kind = |author: &str| if author.ends_with("[bot]") { "Bot" } else { "User" };
                let shown = comments.iter().skip((page - 1) * 100).take(100).map(|(id, author, body)| {
                    let who = json!({ name: author, "type": kind(author) });
                    json!({"id": id, "body": body, "user": who, "author": who})
                });
                (200, Json::Array(shown.collect()))
            }
            "POST" if path == base => {
                let id = comments.len() as u64 + 1;
                comments.push((id, author.to_owned(), body()));
                (201, json!({"id": id}))
            }
            method if method == replace && path.starts_with(one) => {
                let id: u64 = path[one.len()..].parse().unwrap();
                comments[id as usize - 1].2 = body();
                (200, json!({"id": id}))
            }
            _ => (404, json!({"message": "Not Found"})),
        }
    }
}

#[derive(Clone)]
struct Server(Arc<StandIn>);

impl Handler for Server {
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        let answer = self.0.answer(&request);
        Box::pin(async move { answer })
    }
}

struct Bench {
    place: Place,
    server: Server,
    way: Transport,
}

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn bench(host: Host, user: Option<&'static str>) -> Bench {
    let vars = env(if host == Host::Github { GITHUB } else { GITLAB });
    let place = find(host, None, None, &vars, &|_| None).expect("a place");
    let stand_in =
        StandIn { host, user, comments: Mutex::default(), instead: Mutex::default(), seen: Mutex::default() };
    let server = Server(Arc::new(stand_in));
    let way = Transport::in_process(Arc::new(server.clone()), 1);
    Bench { place, server, way }
}

impl Bench {
    async fn post(&self, text: &str) -> Result<Posted, Fault> {
        let base = "2026-03-01T08:00:00Z".parse().unwrap();
        post(&self.place, text, &self.way, &Clock::starting_at(base)).await
    }

    fn bodies(&self) -> Vec<String> {
        self.server.0.comments.lock().unwrap().iter().map(|(_, _, body)| body.clone()).collect()
    }

    fn say(&self, author: &str, body: &str) {
        let mut comments = self.server.0.comments.lock().unwrap();
        let id = comments.len() as u64 + 1;
        comments.push((id, author.to_owned(), body.to_owned()));
    }

    fn instead(&self, answers: &[(u16, Option<&'static str>)]) {
        *self.server.0.instead.lock().unwrap() = answers.iter().rev().copied().collect();
    }
}

const BOTH: [(Host, Option<&str>); 3] =
    [(Host::Github, None), (Host::Github, Some("ann")), (Host::Gitlab, Some("ci"))];

#[tokio::test(start_paused = true)]
async fn the_earlier_comment_about_the_stack_is_replaced() {
    for (host, user) in BOTH {
        let bench = bench(host, user);
        // Others talk, and somebody else's comment with our mark is not ours.
        (0..120).for_each(|n| bench.say("ben", &format!("remark {n}")));
        bench.say("mallory", "<!-- pay -->\nall is well");
        assert_eq!(bench.post("<!-- pay -->\none\n").await, Ok(Posted::Created));
        assert_eq!(bench.post("<!-- shop -->\nother stack\n").await, Ok(Posted::Created));
        bench.say("ben", "<!-- pay --> is not a line of its own");
        assert_eq!(bench.post("<!-- pay -->\ntwo\n").await, Ok(Posted::Replaced));
        assert_eq!(bench.post("<!-- pay -->\ntwo\n").await, Ok(Posted::Same));
        let bodies = bench.bodies();
        assert_eq!(
            bodies[120..123],
            ["<!-- pay -->\nall is well", "<!-- pay -->\ntwo", "<!-- shop -->\nother stack"]
        );
        assert_eq!(bodies.len(), 124);
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_and_nothing_is_posted_twice() {
    for (host, user) in BOTH {
        let bench = bench(host, user);
        // After two failures the comment is created, and the answer to that is lost.
        bench.instead(&[(502, None), (429, Some("7")), (200, None), (200, None), (0, None)]);
        assert_eq!(bench.post("<!-- pay -->\none\n").await, Ok(Posted::Same), "it is found");
        assert_eq!(bench.bodies().len(), 1);
        bench.instead(&[(503, None); 50]);
        let before = bench.server.0.seen.lock().unwrap().len();
        assert!(bench.post("<!-- pay -->\ntwo\n").await.unwrap_err().what.contains("503"));
        assert_eq!(bench.server.0.seen.lock().unwrap().len() - before, 4, "attempts are bounded");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_say_what_to_do() {
    let mut wrong = bench(Host::Github, None);
    wrong.place.token = "secret-2".to_owned().into();
    let fault = wrong.post("<!-- pay -->\n").await.unwrap_err();
    assert!(
        fault.what.contains("GitHub did not take the comment on acme/links#7: it answers 401"),
        "{fault}"
    );
    assert!(fault.what.contains("Bad credentials") && fault.hint.contains("GITHUB_TOKEN"), "{fault:?}");
    assert!(!format!("{fault:?}").contains("secret"));
    let mut elsewhere = bench(Host::Gitlab, Some("ci"));
    elsewhere.place.number = 8;
    let fault = elsewhere.post("<!-- pay -->\n").await.unwrap_err();
    assert!(fault.what.contains("acme/links!7") && fault.hint.contains("no such repository"), "{fault:?}");
    assert_eq!(elsewhere.server.0.seen.lock().unwrap().len(), 2, "no second attempt");
}

#[test]
fn the_place_comes_from_options_or_the_job() {
    let event = |_: &str| Some(json!({"pull_request": {"number": 12}}));
    let mut vars = env(GITHUB);
    vars.insert("GITHUB_EVENT_PATH".into(), "event.json".into());
    assert_eq!(find(Host::Github, None, None, &vars, &event).unwrap().target, "acme/links#12");
    let named = find(Host::Github, Some("a/b"), Some(3), &vars, &event).unwrap();
    assert_eq!((named.target.as_str(), named.api.as_str()), ("a/b#3", "http://github.invalid"));
    for bad in ["a", "a/b/c", "../..", "a/b?x"] {
        assert!(find(Host::Github, Some(bad), Some(3), &vars, &event).is_err(), "{bad}");
    }
    for (missing, hint) in
        [("GITHUB_TOKEN", "GITHUB_TOKEN"), ("GITHUB_REF", "--number"), ("GITHUB_REPOSITORY", "--repository")]
    {
        let mut vars = env(GITHUB);
        vars.remove(missing);
        assert!(find(Host::Github, None, None, &vars, &|_| None).unwrap_err().hint.contains(hint));
    }
}
