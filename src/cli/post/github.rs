//! GitHub's REST API: comments on a pull request are comments on its issue.

use serde_json::Value as Json;

use super::Comment;

pub(super) fn comments(repository: &str, number: u64) -> String {
    format!("/repos/{repository}/issues/{number}/comments")
}

pub(super) fn comment_path(repository: &str, id: u64) -> String {
    format!("/repos/{repository}/issues/comments/{id}")
}

pub(super) fn comment(json: &Json) -> Option<Comment> {
    let user = json.get("user")?;
    Some(Comment {
        id: json.get("id")?.as_u64()?,
        body: json.get("body")?.as_str()?.replace("\r\n", "\n"),
        author: (user.get("login")?.as_str()?.to_owned(), user.get("type")?.as_str()? == "Bot"),
    })
}

pub(super) fn headers(token: &str) -> Vec<(&'static str, String)> {
    vec![
        ("authorization", format!("Bearer {token}")),
        ("accept", "application/vnd.github+json".to_owned()),
        ("x-github-api-version", "2022-11-28".to_owned()),
    ]
}
