//! GitLab's REST API: notes of a merge request.

use serde_json::Value as Json;

use super::{Comment, encoded};

pub(super) const ORDER: &str = "&sort=asc&order_by=created_at";

pub(super) fn comments(project: &str, number: u64) -> String {
    format!("/projects/{}/merge_requests/{number}/notes", encoded(project))
}

pub(super) fn comment(json: &Json) -> Option<Comment> {
    let author = json.get("author")?.get("username")?.as_str()?.to_owned();
    let body = json.get("body")?.as_str()?.replace("\r\n", "\n");
    Some(Comment { id: json.get("id")?.as_u64()?, body, author: (author, false) })
}

pub(super) fn headers(token: &str) -> Vec<(&'static str, String)> {
    vec![("private-token", token.to_owned())]
}
