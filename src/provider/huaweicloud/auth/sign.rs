//! SDK-HMAC-SHA256 request signatures (VPCEP API reference, section 2.4).

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, Method, Uri};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::provider::signature;
use crate::resource::hex;

const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// The header that carries the time of signing.
pub(super) const DATE_HEADER: &str = "x-sdk-date";

/// Everything except `A–Z a–z 0–9 - _ . ~` is encoded (steps 2 and 3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Encodes a part of a path or query the way signatures want it.
pub(in crate::provider::huaweicloud) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A point in time as `X-Sdk-Date` writes it.
pub(super) fn date(now: Timestamp) -> String {
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// What is to be signed, part by part (steps 1 to 7), and the names of the signed headers: every
/// header whose name holds no underscore.
fn canonical_request(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> (String, String) {
    let mut lines: Vec<(&str, &HeaderValue)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !name.contains('_'))
        .collect();
    lines.sort_by_key(|(name, _)| *name);
    let mut canonical_headers = String::new();
    for (name, header) in &lines {
        let _ = writeln!(canonical_headers, "{name}:{}", trimmed(header));
    }
    let signed = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let payload = match headers.get("x-sdk-content-sha256") {
        Some(given) if !body.is_empty() => trimmed(given),
        _ => hex(&Sha256::digest(body)),
    };
    let path = canonical_path(uri.path());
    let query = canonical_query(uri.query().unwrap_or_default());
    let canonical = [method.as_str(), &path, &query, &canonical_headers, &signed, &payload].join("\n");
    (canonical, signed)
}

/// The canonical request with its time, digested (step 8).
fn string_to_sign(canonical_request: &str, date: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{}", hex(&Sha256::digest(canonical_request.as_bytes())))
}

/// The value of the `Authorization` header (steps 9 and 10). The date is among the headers.
pub(super) fn authorization(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
    access_key: &str,
    secret_key: &SecretString,
) -> String {
    let (canonical, signed) = canonical_request(method, uri, headers, body);
    let date = headers.get(DATE_HEADER).map(trimmed).unwrap_or_default();
    let signature = signature::signed(&string_to_sign(&canonical, &date), secret_key);
    format!("{ALGORITHM} Access={access_key}, SignedHeaders={signed}, Signature={signature}")
}

fn trimmed(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

/// The path, decoded and encoded again by segments, with a slash at its end.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical = decoded.split('/').map(encode).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// The pairs of the query, decoded and encoded again, in order.
fn canonical_query(query: &str) -> String {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    /// The vectors were made with the vendor's SDKs; keys in them are made up.
    const VECTORS: &str = include_str!("../../../../tests/data/signing-vectors.json");

    #[test]
    fn every_vector_byte_for_byte() {
        let file: Json = serde_json::from_str(VECTORS).unwrap();
        let mut seen = 0;
        for vector in ["vectors", "cross_sdk_vectors"].iter().flat_map(|part| file[*part].as_array().unwrap())
        {
            let name = vector["name"].as_str().unwrap();
            let text = |field: &str| vector[field].as_str().unwrap_or_default();
            let signed: Vec<&str> =
                vector["signed_headers"].as_array().unwrap().iter().map(|h| h.as_str().unwrap()).collect();
            // Other SDKs sign less than they send; we sign all that we are given.
            let headers: HeaderMap = vector["headers"]
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| name.contains('_') || signed.contains(&name.to_lowercase().as_str()))
                .map(|(name, value)| {
                    (name.parse::<http::HeaderName>().unwrap(), value.as_str().unwrap().parse().unwrap())
                })
                .collect();
            let method = text("method").parse().unwrap();
            let uri = text("url").parse().unwrap();
            let body = text("body").as_bytes();
            let (canonical, _) = canonical_request(&method, &uri, &headers, body);
            assert_eq!(canonical, text("canonical_request"), "{name}");
            assert_eq!(string_to_sign(&canonical, text("date")), text("string_to_sign"), "{name}");
            let secret_key = SecretString::from(text("sk"));
            assert_eq!(
                authorization(&method, &uri, &headers, body, text("ak"), &secret_key),
                text("authorization"),
                "{name}"
            );
            seen += 1;
        }
        assert_eq!(seen, 14);
    }

    #[test]
    fn the_date_is_in_utc_without_separators() {
        assert_eq!(date("2025-01-02T03:04:05.9Z".parse().unwrap()), "20250102T030405Z");
    }
}
