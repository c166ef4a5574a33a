//! Tokens by password (VPCEP API reference, section 2.1): one request serves all who wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::provider::{Class, ReadFault};

/// A token and what its answer said.
#[derive(Debug)]
pub(in crate::provider::huaweicloud) struct Token {
    pub(in crate::provider::huaweicloud) value: SecretString,
    /// From then on a new one is asked for.
    renew_at: Timestamp,
    /// Project and account it is for.
    pub(in crate::provider::huaweicloud) project: Option<String>,
    pub(in crate::provider::huaweicloud) account: Option<String>,
}

/// The request's body: the user's password, scoped to the project (VPCEP needs that scope).
pub(in crate::provider::huaweicloud) fn token_request(
    username: &str,
    password: &SecretString,
    domain: &str,
    project: (&str, &str),
) -> Json {
    json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": username, "password": password.expose_secret(), "domain": { "name": domain }
        } } },
        "scope": { "project": { project.0: project.1 } },
    } })
}

impl Token {
    /// Reads the answer: the token is in the header, the body tells what it is for.
    pub(in crate::provider::huaweicloud) fn read(header: &str, body: &[u8], now: Timestamp) -> Token {
        let body: Json = serde_json::from_slice(body).unwrap_or_default();
        let text = |path: &str| body.pointer(path).and_then(Json::as_str).map(str::to_owned);
        let expires = text("/token/expires_at").and_then(|at| at.parse::<Timestamp>().ok());
        // 24 hours, says section 2.1.
        let life = expires.map_or(SignedDuration::from_hours(24), |at| at.duration_since(now));
        // Some minutes ahead; a short life keeps its last tenth.
        let ahead = (life / 10).min(SignedDuration::from_mins(10));
        Token {
            value: SecretString::from(header),
            renew_at: now.checked_add(life - ahead).unwrap_or(Timestamp::MAX),
            project: text("/token/project/id"),
            account: text("/token/project/domain/id").or_else(|| text("/token/user/domain/id")),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    token: Option<Arc<Token>>,
    refused: Option<(Instant, ReadFault)>,
}

/// The cached token.
#[derive(Debug, Default)]
pub(in crate::provider::huaweicloud) struct Tokens {
    state: Mutex<State>,
}

impl Tokens {
    /// The current token; `stale` is one that was refused. Whoever comes while a new one is
    /// fetched gets that one. A failure is shared for a while, one of the credentials for good:
    /// the cloud locks accounts out that try a wrong password again and again.
    pub(in crate::provider::huaweicloud) async fn get<F, Fut>(
        &self,
        now: Timestamp,
        stale: Option<&Arc<Token>>,
        fetch: F,
    ) -> Result<Arc<Token>, ReadFault>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Token, ReadFault>>,
    {
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && now < token.renew_at
            && stale.is_none_or(|stale| !Arc::ptr_eq(stale, token))
        {
            return Ok(token.clone());
        }
        if let Some((at, fault)) = &state.refused
            && (fault.class == Class::Auth || at.elapsed() < Duration::from_secs(10))
        {
            return Err(fault.clone());
        }
        match fetch().await {
            Ok(token) => {
                let token = Arc::new(token);
                *state = State { token: Some(token.clone()), refused: None };
                Ok(token)
            }
            Err(fault) => {
                state.refused = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }
}
