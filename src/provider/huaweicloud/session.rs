//! Talking to one account: credentials on each request, the cloud's clock, who we turn out to be.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::auth::{self, Token, Tokens};
use super::config::{Config, Credentials};
use super::errors;
use crate::provider::clock::CloudClock;
use crate::provider::verdict::Failure;
use crate::provider::{Attempt, Budget, Class, Clock, ReadFault, Retry, Transport, retry_after};
use crate::resource::{Fault, Identity, Value};

/// One request, before credentials.
pub(super) struct Ask<'a> {
    pub(super) operation: &'a str,
    pub(super) method: Method,
    /// The whole address with its query.
    pub(super) url: String,
    pub(super) body: Option<Bytes>,
    /// The project it works in; none for IAM.
    pub(super) project: Option<&'a str>,
    /// It must leave by then, or not at all.
    pub(super) leave_by: Option<Instant>,
}

/// The credentials of one provider block at work.
pub(super) struct Session {
    config: Config,
    transport: Transport,
    clock: CloudClock,
    iam: Retry,
    tokens: Tokens,
    identity: OnceCell<Identity>,
}

impl Session {
    pub(super) fn new(config: Config, transport: Transport, clock: Clock, seed: u64) -> Session {
        for secret in config.credentials.secrets() {
            transport.conceal(secret.clone());
        }
        Session {
            config,
            transport,
            clock: CloudClock::new(clock),
            iam: Retry::new(seed ^ 1),
            tokens: Tokens::default(),
            identity: OnceCell::new(),
        }
    }

    pub(super) fn conceal(&self, value: &Value) {
        self.transport.conceal_value(value);
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn clock(&self) -> &CloudClock {
        &self.clock
    }

    /// One exchange with credentials. A 401 is answered once with a new token or signature.
    pub(super) async fn exchange(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Failure> {
        let mut stale = None;
        loop {
            let first = stale.is_none();
            let (request, used) = self.with_credentials(ask, stale.as_ref().and_then(Option::as_ref)).await?;
            let answer = self.send(ask, request).await;
            match &answer {
                Err(Failure::Said { answer: error, .. })
                    if error.status == StatusCode::UNAUTHORIZED && first && self.can_renew() =>
                {
                    stale = Some(used);
                }
                _ => return answer.map_err(|failure| self.refined(failure, used.as_deref())),
            }
        }
    }

    /// The failure without our secrets, which a gateway's message may quote (section 7.2), and with
    /// advice where the error table has none.
    fn refined(&self, mut failure: Failure, token: Option<&Token>) -> Failure {
        if let Failure::Said { answer, .. } = &mut failure {
            let own = self.config.credentials.secrets().into_iter().chain(token.map(|token| &token.value));
            for secret in own.map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()) {
                answer.fault.message = answer.fault.message.replace(secret, "(redacted)");
            }
            if answer.class == Class::Auth && answer.fault.advice.is_empty() {
                self.config.credentials.advice().clone_into(&mut answer.fault.advice);
            }
        }
        failure
    }

    /// A read, tried again as long as it may help.
    pub(super) async fn read(&self, retry: &Retry, ask: &Ask<'_>) -> Result<Response<Bytes>, ReadFault> {
        retry
            .run(Budget::USUAL, || async {
                // In a box, since what waits is large and would be moved from caller to caller.
                match Box::pin(self.exchange(ask)).await {
                    Ok(response) => Attempt::Done(Ok(response)),
                    Err(failure) => failure.of_read(),
                }
            })
            .await
    }

    fn can_renew(&self) -> bool {
        !matches!(self.config.credentials, Credentials::Token(_))
    }

    async fn send(&self, ask: &Ask<'_>, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        match self.transport.send_by(ask.leave_by, ask.operation, request).await {
            Err(fault) => Err(Failure::of_transport(&host, fault)),
            Ok(response) => {
                self.clock.learn(&response);
                if response.status().is_success() {
                    return Ok(response);
                }
                let answer = errors::read(response.status(), response.headers(), response.body());
                let after = retry_after(response.headers(), self.clock.now());
                Err(Failure::Said { answer: Box::new(answer), after })
            }
        }
    }

    fn bare(&self, ask: &Ask<'_>) -> Result<Request<Bytes>, Failure> {
        let fault = || Failure::NotSent(Fault::message(format!("`{}` is no address", ask.url)));
        let uri: Uri = ask.url.parse().map_err(|_| fault())?;
        let host = uri.authority().ok_or_else(fault)?.as_str().to_owned();
        Request::builder()
            .method(ask.method.clone())
            .uri(uri)
            .header(HOST, host)
            .header(CONTENT_TYPE, "application/json")
            .body(ask.body.clone().unwrap_or_default())
            .map_err(|_| fault())
    }

    /// The request with credentials, and the token that was used. `stale` was refused.
    async fn with_credentials(
        &self,
        ask: &Ask<'_>,
        stale: Option<&Arc<Token>>,
    ) -> Result<(Request<Bytes>, Option<Arc<Token>>), Failure> {
        let mut request = self.bare(ask)?;
        let mut used = None;
        let put = match &self.config.credentials {
            Credentials::Token(token) => auth::put_token(&mut request, token),
            Credentials::Password { .. } => {
                let token = self.token(stale).await.map_err(Failure::NoCredentials)?;
                let put = auth::put_token(&mut request, &token.value);
                used = Some(token);
                put
            }
            Credentials::Keys(keys) => auth::put_signature(&mut request, keys, ask.project, self.clock.now()),
        };
        match put {
            Some(()) => Ok((request, used)),
            None => Err(Failure::NoCredentials(ReadFault {
                class: Class::Auth,
                fault: Fault::message("the credentials hold characters that cannot be sent"),
            })),
        }
    }

    async fn token(&self, stale: Option<&Arc<Token>>) -> Result<Arc<Token>, ReadFault> {
        self.tokens.get(self.clock.now(), stale, || self.fetch_token()).await
    }

    async fn fetch_token(&self) -> Result<Token, ReadFault> {
        let Credentials::Password { username, password, domain } = &self.config.credentials else {
            unreachable!("only a password is exchanged for a token: please report");
        };
        let project = match &self.config.project_id {
            Some(id) => ("id", id.as_str()),
            None => ("name", self.config.project_name.as_str()),
        };
        let body = auth::token_request(username, password, domain, project).to_string();
        let ask = Ask {
            operation: "create_token",
            method: Method::POST,
            // Without the catalog, which is long and which we do not need.
            url: format!("{}/v3/auth/tokens?nocatalog=true", self.iam()?),
            body: Some(Bytes::from(body)),
            project: None,
            leave_by: None,
        };
        let attempt = || async {
            let sent = match self.bare(&ask) {
                Ok(request) => self.send(&ask, request).await,
                Err(failure) => Err(failure),
            };
            match sent {
                Ok(response) => Attempt::Done(Ok(response)),
                Err(failure) => self.refined(failure, None).of_read(),
            }
        };
        let response = self.iam.run(Budget::USUAL, attempt).await?;
        match response.headers().get("x-subject-token").and_then(|value| value.to_str().ok()) {
            Some(value) => {
                self.transport.conceal(SecretString::from(value));
                Ok(Token::read(value, response.body(), self.clock.now()))
            }
            None => Err(ReadFault {
                class: Class::Auth,
                fault: Fault::message("IAM answered without the header that holds the token"),
            }),
        }
    }

    fn iam(&self) -> Result<&str, ReadFault> {
        self.config.iam_endpoint.as_deref().ok_or_else(|| ReadFault {
            class: Class::Auth,
            fault: Fault {
                advice: "Set iam_endpoint in the provider block, or both project_id and account_id.".into(),
                ..Fault::message(
                    "the address of IAM is not known, and it is needed to log in or to look up ids",
                )
            },
        })
    }

    /// Account, project and region. Asked once, then remembered.
    pub(super) async fn identity(&self) -> Result<&Identity, ReadFault> {
        self.identity.get_or_try_init(|| self.find_identity()).await
    }

    async fn find_identity(&self) -> Result<Identity, ReadFault> {
        let mut project = self.config.project_id.clone();
        let mut account = self.config.account_id.clone();
        if matches!(self.config.credentials, Credentials::Password { .. })
            && (project.is_none() || account.is_none())
        {
            let token = self.token(None).await?;
            project = project.or_else(|| token.project.clone());
            account = account.or_else(|| token.account.clone());
        }
        let project = match project {
            Some(id) => id,
            None => {
                let name = &self.config.project_name;
                let path = format!("/v3/projects?name={}", auth::encode(name));
                let body: Projects = self.ask_iam("list_projects", &path).await?;
                let found = only(body.projects, &format!("project named `{name}`"), "project_id")?;
                account = account.or(found.domain_id);
                found.id
            }
        };
        let account = match account {
            Some(id) => id,
            None => {
                let body: Domains = self.ask_iam("list_domains", "/v3/auth/domains").await?;
                only(body.domains, "account of these credentials", "account_id")?.id
            }
        };
        Ok(Identity { account, project, region: self.config.region.clone() })
    }

    async fn ask_iam<T: serde::de::DeserializeOwned>(
        &self,
        operation: &str,
        path: &str,
    ) -> Result<T, ReadFault> {
        let url = format!("{}{path}", self.iam()?);
        let ask = Ask { operation, method: Method::GET, url, body: None, project: None, leave_by: None };
        let response = self.read(&self.iam, &ask).await?;
        parse(response.body())
    }
}

/// Reads an answer's body; one that cannot be read is no answer.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ReadFault> {
    serde_json::from_slice(body).map_err(|error| ReadFault {
        class: Class::Transport,
        fault: Fault::message(format!("the answer could not be read: {error}")),
    })
}

#[derive(Deserialize)]
struct Projects {
    projects: Vec<Named>,
}

#[derive(Deserialize)]
struct Domains {
    domains: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    domain_id: Option<String>,
}

/// The vendor's SDK, too, stops at none and at more than one (section 2.2).
fn only(mut found: Vec<Named>, what: &str, setting: &str) -> Result<Named, ReadFault> {
    match (found.pop(), found.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) => Err(unclear(format!("IAM knows no {what}"), setting)),
        (Some(_), others) => Err(unclear(format!("IAM knows {} of {what}", others + 1), setting)),
    }
}

fn unclear(message: String, setting: &str) -> ReadFault {
    let advice = format!("Set {setting} in the provider block.");
    ReadFault { class: Class::Auth, fault: Fault { advice, ..Fault::message(message) } }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("config", &self.config).finish_non_exhaustive()
    }
}
