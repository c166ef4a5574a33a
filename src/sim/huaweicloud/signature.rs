//! The AK/SK signature SDK-HMAC-SHA256, from the side that verifies it (VPCEP API reference, section 2.4).

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::HOST;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::sim::text::hex;

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What an `Authorization` header of this scheme says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Claim<'a> {
    pub(crate) access: &'a str,
    pub(crate) signed_headers: Vec<&'a str>,
    pub(crate) signature: &'a str,
}

/// The parts of a request that a signature covers.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// Stands in for a missing `Host` header.
    pub(crate) authority: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// Reads an `Authorization` header; the error says why it is none of ours.
pub(crate) fn read_claim(header: &str) -> Result<Claim<'_>, String> {
    let (algorithm, rest) = header.trim().split_once(' ').unwrap_or((header, ""));
    if algorithm != "SDK-HMAC-SHA256" {
        return Err(format!("unsupported signing algorithm {algorithm}, use SDK-HMAC-SHA256"));
    }
    let mut claim = Claim { access: "", signed_headers: Vec::new(), signature: "" };
    for part in rest.split(',') {
        match part.trim().split_once('=') {
            Some(("Access", value)) => claim.access = value,
            Some(("SignedHeaders", value)) => claim.signed_headers = value.split(';').collect(),
            Some(("Signature", value)) => claim.signature = value,
            _ => return Err("malformed Authorization header".to_owned()),
        }
    }
    let whole = !claim.access.is_empty() && !claim.signature.is_empty() && !claim.signed_headers.is_empty();
    if whole { Ok(claim) } else { Err("malformed Authorization header".to_owned()) }
}

/// The instant of an `X-Sdk-Date`: `20250102T030405Z`.
pub(crate) fn read_date(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z').filter(|rest| rest.len() == 15 && rest.as_bytes()[8] == b'T')?;
    let (day, time) = (digits.get(..8)?, digits.get(9..)?);
    if !day.bytes().chain(time.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let dashed = format!("{}-{}-{}T", &day[..4], &day[4..6], &day[6..]);
    format!("{dashed}{}:{}:{}Z", &time[..2], &time[2..4], &time[4..]).parse().ok()
}

/// The canonical request of what was received; the error names a signed header that is not there.
pub(crate) fn canonical_request(request: Signed<'_>, signed_headers: &[&str]) -> Result<String, String> {
    let mut names: Vec<String> = signed_headers.iter().map(|name| name.to_ascii_lowercase()).collect();
    names.sort();
    let mut headers = String::new();
    for name in &names {
        let value = match request.headers.get(name.as_str()) {
            Some(value) => String::from_utf8_lossy(value.as_bytes()).trim().to_owned(),
            None if name == HOST.as_str() && request.authority.is_some() => {
                request.authority.unwrap_or_default().to_owned()
            }
            None => return Err(format!("signed header {name} is missing")),
        };
        headers.push_str(&format!("{name}:{value}\n"));
    }
    Ok([
        request.method.to_ascii_uppercase(),
        canonical_path(request.path),
        canonical_query(request.query),
        headers,
        names.join(";"),
        payload_hash(request),
    ]
    .join("\n"))
}

fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical = decoded
        .split('/')
        .map(|segment| utf8_percent_encode(segment, KEPT).to_string())
        .collect::<Vec<_>>()
        .join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

fn canonical_query(query: &str) -> String {
    let mut pairs = super::query::pairs(query);
    pairs.sort();
    let encode = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn payload_hash(request: Signed<'_>) -> String {
    match request.headers.get("x-sdk-content-sha256").and_then(|value| value.to_str().ok()) {
        Some(literal) if !request.body.is_empty() => literal.trim().to_owned(),
        _ => hex(&Sha256::digest(request.body)),
    }
}

fn mac(secret: &str, date: &str, canonical: &str) -> Hmac<Sha256> {
    let to_sign = format!("SDK-HMAC-SHA256\n{date}\n{}", hex(&Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(to_sign.as_bytes());
    mac
}

/// Whether `signature` is the one that `secret` gives; compared in constant time.
pub(crate) fn verify(secret: &str, date: &str, canonical: &str, signature: &str) -> bool {
    // Hexadecimal text has one spelling here: upper case is refused, as anything else that differs.
    unhex(signature).is_some_and(|claimed| mac(secret, date, canonical).verify_slice(&claimed).is_ok())
}

/// The signature that `secret` gives.
#[cfg(test)]
pub(crate) fn sign(secret: &str, date: &str, canonical: &str) -> String {
    hex(&mac(secret, date, canonical).finalize().into_bytes())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let lower = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if !lower || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
