//! ACS3-HMAC-SHA256, from the side that verifies it (Elasticsearch and PrivateLink API reference,
//! section 3.5).

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, Request};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::errors::{Refusal, refuse};
use crate::sim::text::hex;

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The headers that every signature covers.
const NEEDED: [&str; 6] =
    ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

/// What an `Authorization` header of this scheme says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) access: String,
    pub(crate) signed: Vec<String>,
    pub(crate) signature: String,
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

/// Reads the header; fields in any order, blanks after commas (section 3.4).
pub(crate) fn read_claim(headers: &HeaderMap) -> Result<Claim, Refusal> {
    let text = header(headers, AUTHORIZATION.as_str()).ok_or_else(|| refuse("IncompleteSignature"))?;
    let (algorithm, rest) = text.split_once(' ').ok_or_else(|| refuse("IncompleteSignature"))?;
    if algorithm != "ACS3-HMAC-SHA256" {
        return Err(refuse("InvalidSignatureMethod"));
    }
    let (mut access, mut signed, mut signature) = (None, None, None);
    for part in rest.split(',') {
        match part.trim().split_once('=') {
            Some(("Credential", value)) => access = Some(value.to_owned()),
            Some(("SignedHeaders", value)) => signed = Some(value.split(';').map(str::to_owned).collect()),
            Some(("Signature", value)) => signature = Some(value.to_owned()),
            _ => return Err(refuse("IncompleteSignature")),
        }
    }
    match (access, signed, signature) {
        (Some(access), Some(signed), Some(signature)) => Ok(Claim { access, signed, signature }),
        _ => Err(refuse("IncompleteSignature")),
    }
}

/// The time that a request says it is of.
pub(crate) fn date(headers: &HeaderMap) -> Result<Timestamp, Refusal> {
    let text = header(headers, "x-acs-date").ok_or_else(|| refuse("IncompleteSignature"))?;
    let whole = text.len() == 20 && text.ends_with('Z');
    text.parse().ok().filter(|_| whole).ok_or_else(|| refuse("InvalidTimeStamp.Format"))
}

/// Whether everything is signed that has to be.
pub(crate) fn covers_enough(claim: &Claim, headers: &HeaderMap) -> bool {
    let signed = |name: &str| claim.signed.iter().any(|one| one == name);
    let must = |name: &str| name == "content-type" || name.starts_with("x-acs-");
    NEEDED.iter().all(|name| signed(name))
        && headers.keys().all(|name| !must(name.as_str()) || signed(name.as_str()))
}

/// The canonical request of what was received: decoded once, written again by the rules.
pub(crate) fn canonical_request(request: &Request<Bytes>, claim: &Claim) -> Result<String, Refusal> {
    let mut names = claim.signed.clone();
    names.sort();
    let mut headers = String::new();
    for name in &names {
        let authority = request.uri().authority().map(|authority| authority.as_str());
        let value = header(request.headers(), name).or(authority.filter(|_| name == HOST.as_str()));
        let value = value.ok_or_else(|| refuse("IncompleteSignature"))?;
        headers.push_str(&format!("{name}:{value}\n"));
    }
    let encode = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    let path = request.uri().path().split('/').map(|part| {
        let decoded = percent_decode_str(part).decode_utf8_lossy().into_owned();
        encode(&decoded)
    });
    let path = path.collect::<Vec<_>>().join("/");
    let mut pairs: Vec<(String, String)> = pairs(request.uri().query().unwrap_or_default());
    pairs.sort();
    let query: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let path = if path.is_empty() { "/".to_owned() } else { path };
    let hash = hex(&Sha256::digest(request.body()));
    Ok([request.method().as_str(), &path, &query.join("&"), &headers, &names.join(";"), &hash].join("\n"))
}

/// The decoded pairs of a query, or of a form; `+` is a space (section 3.5, step 6).
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Whether `signature` is the one that `secret` gives; compared in constant time.
pub(crate) fn verify(secret: &str, canonical: &str, signature: &str) -> bool {
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(to_sign.as_bytes());
    let lower = signature.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if !lower || signature.len() != 64 {
        return false;
    }
    let claimed: Option<Vec<u8>> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&signature[at..at + 2], 16).ok()).collect();
    claimed.is_some_and(|claimed| mac.verify_slice(&claimed).is_ok())
}
