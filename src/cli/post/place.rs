//! Where a comment goes: from options, and from what the CI around us says.

use std::collections::BTreeMap;

use clap::ValueEnum;
use secrecy::SecretString;
use serde_json::Value as Json;

use super::Fault;

/// A host of repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Host {
    /// A pull request on GitHub
    Github,
    /// A merge request on GitLab
    Gitlab,
}

impl Host {
    /// Its name.
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Host::Github => "GitHub",
            Host::Gitlab => "GitLab",
        }
    }
}

/// Where a comment goes.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Place {
    /// The host.
    pub(in crate::cli) host: Host,
    /// The address of its API, without a slash at the end.
    pub(in crate::cli) api: String,
    /// `owner/name` on GitHub, the project's id or path on GitLab.
    pub(in crate::cli) repository: String,
    /// The number of the pull request.
    pub(in crate::cli) number: u64,
    /// What we are let in by.
    pub(in crate::cli) token: SecretString,
    /// The pull request in words.
    pub(in crate::cli) target: String,
}

/// Finds out where a comment goes. `event` reads the file that describes what a job was started by.
pub(in crate::cli) fn find(
    host: Host,
    repository: Option<&str>,
    number: Option<u64>,
    env: &BTreeMap<String, String>,
    event: &dyn Fn(&str) -> Option<Json>,
) -> Result<Place, Fault> {
    let get = |names: &[&str]| {
        names.iter().find_map(|name| env.get(*name).filter(|value| !value.is_empty()).cloned())
    };
    let missing = |what: &str, hint: &str| Fault {
        what: format!("there is no {what} to post to {} with", host.name()),
        hint: hint.to_owned(),
    };
    let given = repository.map(str::to_owned);
    let (api, repository, number, token) = match host {
        Host::Github => {
            let api = get(&["GITHUB_API_URL"]).unwrap_or_else(|| "https://api.github.com".to_owned());
            let repository = given.or_else(|| get(&["GITHUB_REPOSITORY"]));
            let number = number.or_else(|| {
                let path = get(&["GITHUB_EVENT_PATH"])?;
                let event = event(&path)?;
                ["/pull_request/number", "/issue/number"].iter().find_map(|at| event.pointer(at)?.as_u64())
            });
            let number = number.or_else(|| {
                get(&["GITHUB_REF"])?.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
            });
            (api, repository, number, get(&["GITHUB_TOKEN", "GH_TOKEN"]))
        }
        Host::Gitlab => {
            let api = get(&["CI_API_V4_URL"]).unwrap_or_else(|| "https://gitlab.com/api/v4".to_owned());
            // In a pipeline of a fork the merge request belongs to the project it goes to.
            let repository = given.or_else(|| get(&["CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"]));
            let number = number.or_else(|| get(&["CI_MERGE_REQUEST_IID"])?.parse().ok());
            (api, repository, number, get(&["GITLAB_TOKEN"]))
        }
    };
    let repository = repository.ok_or_else(|| missing("repository", "name it with --repository"))?;
    if host == Host::Github && !is_github_repository(&repository) {
        return Err(missing(&format!("repository `{repository}`"), "write --repository OWNER/NAME"));
    }
    let number = number
        .ok_or_else(|| missing("pull request", "outside of a pull request's job name it with --number"))?;
    let token = token.ok_or_else(|| {
        let hint = match host {
            Host::Github => "set GITHUB_TOKEN, in a workflow to ${{ github.token }}",
            Host::Gitlab => "set GITLAB_TOKEN to a token with the scope `api`",
        };
        missing("token", hint)
    })?;
    let mark = if host == Host::Github { '#' } else { '!' };
    let target = format!("{repository}{mark}{number}");
    let api = api.trim_end_matches('/').to_owned();
    Ok(Place { host, api, repository, number, token: token.into(), target })
}

/// `owner/name`, which stands in a path as it is.
fn is_github_repository(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.chars().all(|c| c == '.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    text.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name))
}
