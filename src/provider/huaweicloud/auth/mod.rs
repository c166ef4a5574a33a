//! Credentials on requests: a token, or a signature (VPCEP API reference, section 2).

mod sign;
mod token;

use crate::provider::Keys;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderName, HeaderValue, Request};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub(super) use sign::encode;
pub(super) use token::{Token, Tokens, token_request};

/// The header of a token.
const TOKEN_HEADER: &str = "x-auth-token";

/// A value for a header that must never be shown.
fn secret_value(secret: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(secret.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Puts a token on a request; none if the token cannot stand in a header.
pub(super) fn put_token(request: &mut Request<Bytes>, token: &SecretString) -> Option<()> {
    request.headers_mut().insert(TOKEN_HEADER, secret_value(token)?);
    Some(())
}

/// Signs a request; none if a part of the credentials cannot stand in a header.
pub(super) fn put_signature(
    request: &mut Request<Bytes>,
    keys: &Keys,
    project: Option<&str>,
    now: Timestamp,
) -> Option<()> {
    let headers = request.headers_mut();
    headers.insert(sign::DATE_HEADER, sign::date(now).parse().ok()?);
    if let Some(token) = &keys.security_token {
        headers.insert("x-security-token", secret_value(token)?);
    }
    if let Some(project) = project {
        headers.insert(HeaderName::from_static("x-project-id"), project.parse().ok()?);
    }
    debug_assert!(headers.contains_key(HOST), "the host takes part in the signature");
    let authorization = sign::authorization(
        request.method(),
        request.uri(),
        request.headers(),
        request.body(),
        &keys.access_key,
        &keys.secret_key,
    );
    let mut value: HeaderValue = authorization.parse().ok()?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Some(())
}
