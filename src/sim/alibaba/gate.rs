//! The gateway: which product is meant, who calls, whether the signature holds (Elasticsearch and
//! PrivateLink API reference, sections 3.5 and 10).

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use jiff::{SignedDuration, Timestamp};

use super::errors::{Refusal, refuse};
use super::land::Land;
use super::settings::{AlibabaSettings, Signatures};
use super::signature::{self, header};
use crate::sim::text::glob;

/// How long a nonce is remembered.
const NONCES_FOR: SignedDuration = SignedDuration::from_mins(30);

/// A product of this cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Elasticsearch,
    PrivateLink,
    Sts,
}

impl Product {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Product::Elasticsearch => "elasticsearch",
            Product::PrivateLink => "privatelink",
            Product::Sts => "sts",
        }
    }

    pub(crate) fn version(self) -> &'static str {
        match self {
            Product::Elasticsearch => "2017-06-13",
            Product::PrivateLink => "2020-04-15",
            Product::Sts => "2015-04-01",
        }
    }

    const ALL: [Product; 3] = [Product::Elasticsearch, Product::PrivateLink, Product::Sts];
}

/// The host that a request is sent to.
pub(crate) fn host(request: &Request<Bytes>) -> &str {
    let authority = request.uri().authority().map(|authority| authority.as_str());
    header(request.headers(), HOST.as_str()).or(authority).unwrap_or_default()
}

/// Whether a request is for this cloud.
pub(crate) fn is_ours(request: &Request<Bytes>) -> bool {
    request.headers().contains_key("x-acs-version")
        || request.headers().contains_key("x-acs-action")
        || host(request).split(':').next().is_some_and(|host| host.ends_with(".aliyuncs.com"))
}

/// The product that a request means: by its host, or, where that says nothing, by the version.
pub(crate) fn product(request: &Request<Bytes>) -> Option<Product> {
    let host = host(request);
    let version = header(request.headers(), "x-acs-version").unwrap_or_default();
    let by_host = Product::ALL.into_iter().find(|product| {
        let rest = host.strip_prefix(product.name()).filter(|_| host.contains(".aliyuncs.com"));
        rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("-vpc."))
    });
    by_host.or_else(|| Product::ALL.into_iter().find(|product| product.version() == version))
}

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The account's name.
    pub(crate) account: String,
    /// Its id.
    pub(crate) id: String,
    allow: Vec<String>,
}

impl Caller {
    /// Whether RAM grants an action.
    pub(crate) fn may(&self, action: &str) -> bool {
        self.allow.is_empty() || self.allow.iter().any(|pattern| glob(pattern, action))
    }
}

/// Nonces that were seen, by AccessKey.
pub(crate) type Nonces = BTreeMap<(String, String), Timestamp>;

/// Who sent this request; refused without a valid signature.
pub(crate) fn authenticate(
    request: &Request<Bytes>,
    land: &Land,
    nonces: &mut Nonces,
    settings: &AlibabaSettings,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    let headers = request.headers();
    let claim = signature::read_claim(headers)?;
    let not_found = || refuse("InvalidAccessKeyId.NotFound").status(404);
    let (account, key) = land.holder(&claim.access).ok_or_else(not_found)?;
    if key.inactive {
        return Err(refuse("InvalidAccessKeyId.Inactive"));
    }
    let caller = Caller { account: account.name.clone(), id: account.id.clone(), allow: key.allow.clone() };
    if settings.signatures == Signatures::Off {
        return Ok(caller);
    }
    let date = signature::date(headers)?;
    if now.duration_since(date).abs() > settings.skew {
        return Err(refuse("InvalidTimeStamp.Expired"));
    }
    if !signature::covers_enough(&claim, headers) {
        return Err(refuse("IncompleteSignature"));
    }
    let canonical = signature::canonical_request(request, &claim)?;
    let hash = canonical.rsplit('\n').next();
    let is_right = header(headers, "x-acs-content-sha256") == hash
        && signature::verify(&key.secret, &canonical, &claim.signature);
    if !is_right {
        let refusal = refuse("SignatureDoesNotMatch");
        let message = format!("{} server canonical request is: {canonical}", refusal.message);
        return Err(refusal.saying(message));
    }
    match (&key.security_token, header(headers, "x-acs-security-token")) {
        (Some(token), Some(given)) if token == given => {}
        (None, None) => {}
        (Some(_), None) => return Err(refuse("MissingSecurityToken")),
        _ => return Err(refuse("InvalidSecurityToken.MismatchWithAccessKey")),
    }
    nonces.retain(|_, seen| now.duration_since(*seen) < NONCES_FOR);
    let nonce = header(headers, "x-acs-signature-nonce").unwrap_or_default().to_owned();
    if nonces.insert((claim.access, nonce), now).is_some() {
        return Err(refuse("SignatureNonceUsed"));
    }
    Ok(caller)
}
