//! A review as a comment on a pull request: the earlier one about the same stack is replaced.
//!
//! All of it may be repeated: it looks for the earlier comment first, so an answer that was lost
//! is found by the next attempt and nothing is posted twice.

mod github;
mod gitlab;
mod place;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};

pub(super) use place::{Host, Place, find};

use crate::provider::{Attempt, Budget, Clock, Retry, Transport, TransportFault, retry_after};

/// So many comments are asked for at once; both hosts give no more.
const PAGE: usize = 100;
/// Pages that are looked through for the earlier comment.
const MOST_PAGES: usize = 50;
/// A comment is worth a few attempts, not a long wait.
const BUDGET: Budget = Budget { attempts: 4, span: Duration::from_secs(120) };

/// What posting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// There was none of ours yet.
    Created,
    /// The earlier one says this now.
    Replaced,
    /// The earlier one says so already.
    Same,
}

/// Why it could not be posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(super) struct Fault {
    /// What happened.
    pub(super) what: String,
    /// What to do.
    pub(super) hint: String,
}

/// One comment, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    id: u64,
    body: String,
    /// The name of who wrote it, and whether that is a program.
    author: (String, bool),
}

/// Posts a text whose first line is the mark by which it is found again.
pub(super) async fn post(place: &Place, text: &str, way: &Transport, clock: &Clock) -> Result<Posted, Fault> {
    way.conceal(place.token.clone());
    let retry = Retry::new(u64::from(std::process::id()));
    retry.run(BUDGET, || attempt(place, text, way, clock)).await
}

async fn attempt(place: &Place, text: &str, way: &Transport, clock: &Clock) -> Attempt<Posted, Fault> {
    let host = Api { place, way, clock };
    match host.post(text).await {
        Ok(posted) => Attempt::Done(Ok(posted)),
        Err(Trouble::Final(fault)) => Attempt::Done(Err(fault)),
        Err(Trouble::Passing { fault, after }) => Attempt::Again { fault, throttled: false, after },
    }
}

/// Why one attempt failed.
enum Trouble {
    /// Another attempt would fail as well.
    Final(Fault),
    /// Another attempt may succeed.
    Passing { fault: Fault, after: Option<Duration> },
}

/// One host's API.
struct Api<'a> {
    place: &'a Place,
    way: &'a Transport,
    clock: &'a Clock,
}

impl Api<'_> {
    async fn post(&self, text: &str) -> Result<Posted, Trouble> {
        let mark = text.lines().next().unwrap_or_default();
        let me = self.me().await?;
        let ours = |comment: &Comment| {
            let (author, is_program) = &comment.author;
            // A token of a job has no user of its own; it speaks as a program.
            let mine = me.as_ref().map_or(*is_program, |me| me == author);
            mine && comment.body.lines().next() == Some(mark)
        };
        let mut earlier = None;
        for page in 1..=MOST_PAGES {
            let comments = self.page(page).await?;
            let last = comments.len() < PAGE;
            earlier = comments.into_iter().rfind(&ours).or(earlier);
            if last {
                break;
            }
        }
        match earlier {
            // Hosts keep texts without blanks at the end.
            Some(comment) if comment.body.trim_end() == text.trim_end() => Ok(Posted::Same),
            Some(comment) => {
                let (method, path) = self.place.replacing(comment.id);
                self.send("replace_comment", method, &path, Some(json!({ "body": text }))).await?;
                Ok(Posted::Replaced)
            }
            None => {
                let path = self.place.comments();
                self.send("create_comment", Method::POST, &path, Some(json!({ "body": text }))).await?;
                Ok(Posted::Created)
            }
        }
    }

    /// The user that the token stands for; none for the token of a job.
    async fn me(&self) -> Result<Option<String>, Trouble> {
        match self.exchange("who_am_i", Method::GET, "/user", None).await? {
            (StatusCode::OK, answer, _) => Ok(self.place.name_of(&answer)),
            (StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, ..) => Ok(None),
            (status, answer, after) => Err(self.trouble(status, &answer, after)),
        }
    }

    async fn page(&self, page: usize) -> Result<Vec<Comment>, Trouble> {
        let path = format!("{}?per_page={PAGE}&page={page}{}", self.place.comments(), self.place.order());
        let answer = self.send("list_comments", Method::GET, &path, None).await?;
        let all = answer.as_array().ok_or_else(|| {
            Trouble::Final(
                self.fault("its list of comments is none", "check that the address of its API is right"),
            )
        })?;
        Ok(all.iter().filter_map(|comment| self.place.comment(comment)).collect())
    }

    /// One exchange that must succeed.
    async fn send(
        &self,
        operation: &str,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<Json, Trouble> {
        let (status, answer, after) = self.exchange(operation, method, path, body).await?;
        if status.is_success() { Ok(answer) } else { Err(self.trouble(status, &answer, after)) }
    }

    async fn exchange(
        &self,
        operation: &str,
        method: Method,
        path: &str,
        body: Option<Json>,
    ) -> Result<(StatusCode, Json, Option<Duration>), Trouble> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.place.api))
            .header(http::header::USER_AGENT, concat!("landbridge/", env!("CARGO_PKG_VERSION")))
            .header(http::header::CONTENT_TYPE, "application/json");
        for (name, value) in self.place.headers() {
            request = request.header(name, value);
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(body).map_err(|why| {
            Trouble::Final(
                self.fault(&format!("no request can be made: {why}"), "check its address and the token"),
            )
        })?;
        let answer = self.way.send(operation, request).await.map_err(|fault| {
            let (TransportFault::NotSent(why) | TransportFault::NoAnswer(why)) = fault;
            let fault = self.fault(&why, "check the network, and that the address of its API is right");
            Trouble::Passing { fault, after: None }
        })?;
        let after = retry_after(answer.headers(), self.clock.now());
        let json = serde_json::from_slice(answer.body()).unwrap_or(Json::Null);
        Ok((answer.status(), json, after))
    }

    fn trouble(&self, status: StatusCode, answer: &Json, after: Option<Duration>) -> Trouble {
        let said = ["message", "error"].iter().find_map(|key| Some(answer.get(key)?.to_string()));
        let said = said.map(|text| format!(": {}", text.trim_matches('"'))).unwrap_or_default();
        let what = format!("it answers {status}{said}");
        let limited = status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::FORBIDDEN && after.is_some())
            || (status == StatusCode::FORBIDDEN && said.to_lowercase().contains("rate limit"));
        let hint = match status {
            _ if limited => "it limits how often it may be asked: try again later".to_owned(),
            StatusCode::UNAUTHORIZED => format!("the token is wrong or over: {}", self.place.token_hint()),
            StatusCode::FORBIDDEN => format!("the token may not do this: {}", self.place.token_hint()),
            StatusCode::NOT_FOUND => {
                format!(
                    "there is no such repository or pull request, or the token may not see it: {}",
                    self.place.token_hint()
                )
            }
            status if status.is_server_error() => "try again later".to_owned(),
            _ => String::new(),
        };
        let fault = self.fault(&what, &hint);
        if limited || status.is_server_error() {
            Trouble::Passing { fault, after }
        } else {
            Trouble::Final(fault)
        }
    }

    fn fault(&self, what: &str, hint: &str) -> Fault {
        let Place { host, target, .. } = self.place;
        Fault {
            what: format!("{} did not take the comment on {target}: {what}", host.name()),
            hint: hint.to_owned(),
        }
    }
}

/// One part of a path.
fn encoded(part: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(part, KEPT).to_string()
}

impl Place {
    fn comments(&self) -> String {
        match self.host {
            Host::Github => github::comments(&self.repository, self.number),
            Host::Gitlab => gitlab::comments(&self.repository, self.number),
        }
    }

    fn replacing(&self, id: u64) -> (Method, String) {
        match self.host {
            Host::Github => (Method::PATCH, github::comment_path(&self.repository, id)),
            Host::Gitlab => (Method::PUT, format!("{}/{id}", self.comments())),
        }
    }

    /// Oldest first, so that new comments do not move pages.
    fn order(&self) -> &'static str {
        match self.host {
            Host::Github => "",
            Host::Gitlab => gitlab::ORDER,
        }
    }

    fn comment(&self, json: &Json) -> Option<Comment> {
        match self.host {
            Host::Github => github::comment(json),
            Host::Gitlab => gitlab::comment(json),
        }
    }

    fn name_of(&self, user: &Json) -> Option<String> {
        let key = match self.host {
            Host::Github => "login",
            Host::Gitlab => "username",
        };
        user.get(key)?.as_str().map(str::to_owned)
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let token = self.token.expose_secret();
        match self.host {
            Host::Github => github::headers(token),
            Host::Gitlab => gitlab::headers(token),
        }
    }

    fn token_hint(&self) -> &'static str {
        match self.host {
            Host::Github => {
                "the job needs `permissions: pull-requests: write`, and GITHUB_TOKEN set to its token"
            }
            Host::Gitlab => {
                "GITLAB_TOKEN needs the scope `api` and the role Reporter or more; a job's own token cannot comment"
            }
        }
    }
}
