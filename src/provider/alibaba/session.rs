//! Talking to one account: a signature on each attempt, the cloud's clock, whose the keys are.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::config::Config;
use super::errors;
use super::fields::Fields;
use super::request::{Ask, Pairs, canonical_query};
use super::sign;
use crate::provider::clock::CloudClock;
use crate::provider::verdict::Failure;
use crate::provider::{Attempt, Budget, Class, Clock, ReadFault, Retry, Transport};
use crate::resource::{Fault, Identity, Value};

/// The credentials of one provider block at work.
pub(super) struct Session {
    config: Config,
    transport: Transport,
    clock: CloudClock,
    retry: Retry,
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
            retry: Retry::new(seed),
            identity: OnceCell::new(),
        }
    }

    pub(super) fn conceal(&self, value: &Value) {
        self.transport.conceal_value(value);
    }

    pub(super) fn clock(&self) -> &CloudClock {
        &self.clock
    }

    pub(super) fn retry(&self) -> &Retry {
        &self.retry
    }

    pub(super) fn region(&self) -> &str {
        &self.config.region
    }

    /// One exchange. A time that the cloud calls expired is told once more by the cloud's clock.
    pub(super) async fn exchange(&self, ask: &Ask<'_>) -> Result<Json, Failure> {
        let known = self.clock.offset();
        match self.attempt(ask).await {
            Err(Failure::Said { answer, .. })
                if answer.is("InvalidTimeStamp.Expired") && self.clock.offset() != known =>
            {
                self.attempt(ask).await
            }
            other => other,
        }
    }

    async fn attempt(&self, ask: &Ask<'_>) -> Result<Json, Failure> {
        let request = self.signed(ask)?;
        let host = request.uri().host().unwrap_or_default().to_owned();
        match self.transport.send_by(ask.leave_by, ask.operation, request).await {
            Err(fault) => Err(Failure::of_transport(&host, fault)),
            Ok(response) => {
                self.clock.learn(&response);
                self.read(&response)
            }
        }
    }

    /// The body of a success. An answer that carries a code is a failure, whatever its status
    /// (section 4.1).
    fn read(&self, response: &Response<Bytes>) -> Result<Json, Failure> {
        let status = response.status();
        let json: Option<Json> = serde_json::from_slice(response.body()).ok().filter(Json::is_object);
        let failed = !status.is_success() || json.as_ref().is_some_and(errors::has_code);
        match json {
            Some(json) if !failed => Ok(json),
            None if status.is_success() => {
                let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                let kind = kind.filter(|kind| !kind.contains("json")).map(|kind| format!(": it is {kind}"));
                Err(Failure::NoAnswer(Fault::message(format!(
                    "the answer could not be read as JSON{}",
                    kind.unwrap_or_default()
                ))))
            }
            _ => {
                let mut answer = errors::read(status, response.headers(), response.body());
                // A refused signature is answered with the whole canonical request (trap 35).
                for secret in self.config.credentials.secrets().map(ExposeSecret::expose_secret) {
                    answer.fault.message = answer.fault.message.replace(secret, "(redacted)");
                }
                if answer.class == Class::Auth && answer.fault.advice.is_empty() {
                    "Check access_key, secret_key and the rights of their user."
                        .clone_into(&mut answer.fault.advice);
                }
                let after = errors::retry_after(response.headers());
                Err(Failure::Said { answer: Box::new(answer), after })
            }
        }
    }

    /// The request, signed for this attempt: date and nonce are new, the client token is not.
    fn signed(&self, ask: &Ask<'_>) -> Result<Request<Bytes>, Failure> {
        let query = canonical_query(&ask.query);
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{}{}{mark}{query}", self.config.endpoint(ask.product), ask.path);
        let no_address = || Failure::NotSent(Fault::message(format!("`{url}` is no address")));
        let unsendable = || {
            Failure::NoCredentials(ReadFault {
                class: Class::Auth,
                fault: Fault::message("the credentials hold characters that cannot be sent"),
            })
        };
        let uri: Uri = url.parse().map_err(|_| no_address())?;
        let host = uri.authority().ok_or_else(no_address)?.as_str();
        let body = ask.body.clone().unwrap_or_default();
        let now = self.clock.now();
        let credentials = &self.config.credentials;
        let mut headers = HeaderMap::new();
        let mut put = |name: HeaderName, value: &str| -> Result<(), Failure> {
            headers.insert(name, value.parse().map_err(|_| unsendable())?);
            Ok(())
        };
        put(HOST, host)?;
        put(HeaderName::from_static("x-acs-action"), ask.action)?;
        put(HeaderName::from_static("x-acs-version"), ask.product.version())?;
        put(HeaderName::from_static("x-acs-date"), &sign::date(now))?;
        put(HeaderName::from_static("x-acs-signature-nonce"), &sign::nonce(&credentials.access_key, now))?;
        put(HeaderName::from_static("x-acs-content-sha256"), &sign::content_hash(body.as_bytes()))?;
        if ask.body.is_some() {
            put(CONTENT_TYPE, "application/json; charset=utf-8")?;
        }
        if let Some(token) = &credentials.security_token {
            headers.insert("x-acs-security-token", secret_value(token).ok_or_else(unsendable)?);
        }
        let authorization = sign::authorization(
            &ask.method,
            uri.path(),
            &query,
            &headers,
            body.as_bytes(),
            &credentials.access_key,
            &credentials.secret_key,
        );
        headers.insert(AUTHORIZATION, secret_value(&authorization.into()).ok_or_else(unsendable)?);
        // Not signed; without it a gateway may answer in XML (section 3.1).
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = ask.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// A read, tried again as long as it may help.
    pub(super) async fn fetch(&self, ask: &Ask<'_>) -> Result<Json, ReadFault> {
        self.retry
            .run(Budget::USUAL, || async {
                match self.exchange(ask).await {
                    Ok(json) => Attempt::Done(Ok(json)),
                    Err(failure) => failure.of_read(),
                }
            })
            .await
    }

    /// A reading RPC call; its region is that of the block.
    pub(super) async fn query(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Json, ReadFault> {
        let mut pairs: Pairs =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        pairs.push(("RegionId".to_owned(), self.config.region.clone()));
        self.fetch(&Ask::rpc(operation, pairs)).await
    }

    /// Account and region. Asked once, then remembered; this cloud has no projects.
    pub(super) async fn identity(&self) -> Result<&Identity, ReadFault> {
        self.identity
            .get_or_try_init(|| async {
                let account = match &self.config.account_id {
                    Some(id) => id.clone(),
                    None => self.whose_keys().await?,
                };
                Ok(Identity { account, project: String::new(), region: self.config.region.clone() })
            })
            .await
    }

    async fn whose_keys(&self) -> Result<String, ReadFault> {
        let answer = self.fetch(&Ask::rpc("sts:GetCallerIdentity", Pairs::new())).await?;
        Fields::of(&answer).text("AccountId").ok_or_else(|| ReadFault {
            class: Class::Auth,
            fault: Fault {
                advice: "Set account_id in the provider block.".to_owned(),
                ..Fault::message("STS does not say to which account the keys belong")
            },
        })
    }
}

/// A value for a header that must never be shown.
fn secret_value(secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("config", &self.config).finish_non_exhaustive()
    }
}
