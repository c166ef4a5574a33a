//! ACS3-HMAC-SHA256 request signatures (Elasticsearch and PrivateLink API reference, section 3).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::provider::signature;
use crate::resource::hex;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// A point in time as `x-acs-date` writes it.
pub(super) fn date(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A text that no other request has, in this process or any other.
pub(super) fn nonce(access_key: &str, now: Timestamp) -> String {
    static SENT: AtomicU64 = AtomicU64::new(0);
    let count = SENT.fetch_add(1, Ordering::Relaxed);
    let digest = Sha256::digest(format!("{access_key} {} {now} {count}", std::process::id()));
    hex(&digest[..16])
}

/// The hash of a body's exact bytes.
pub(super) fn content_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// What is to be signed, part by part (section 3.2), and the names of the signed headers, which are
/// all that are given. Path and query are canonical already.
fn canonical_request(
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> (String, String) {
    let mut lines: Vec<(&str, &HeaderValue)> =
        headers.iter().map(|(name, value)| (name.as_str(), value)).collect();
    lines.sort_by_key(|(name, _)| *name);
    let mut canonical_headers = String::new();
    for (name, value) in &lines {
        let value = String::from_utf8_lossy(value.as_bytes());
        let _ = writeln!(canonical_headers, "{name}:{}", value.trim());
    }
    let signed = lines.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let path = if path.is_empty() { "/" } else { path };
    let hash = content_hash(body);
    let canonical = [method.as_str(), path, query, &canonical_headers, &signed, &hash].join("\n");
    (canonical, signed)
}

fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", hex(&Sha256::digest(canonical_request.as_bytes())))
}

/// The value of the `authorization` header (section 3.4).
pub(super) fn authorization(
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
    access_key: &str,
    secret_key: &SecretString,
) -> String {
    let (canonical, signed) = canonical_request(method, path, query, headers, body);
    let signature = signature::signed(&string_to_sign(&canonical), secret_key);
    format!("{ALGORITHM} Credential={access_key},SignedHeaders={signed},Signature={signature}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::super::request::{Pairs, canonical_query};
    use super::*;

    /// The vectors were made with the vendor's SDKs; keys in them are made up.
    const VECTORS: &str = include_str!("../../../tests/data/acs3-signing-vectors.json");

    #[test]
    fn every_vector_byte_for_byte() {
        let file: Json = serde_json::from_str(VECTORS).unwrap();
        let mut seen = 0;
        for vector in file["vectors"].as_array().unwrap() {
            let name = vector["id"].as_str().unwrap();
            let (request, expected) = (&vector["request"], &vector["expected"]);
            let text = |from: &Json, field: &str| from[field].as_str().unwrap_or_default().to_owned();
            let of_array =
                |pair: &Json| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned());
            let headers: HeaderMap = request["headers"]
                .as_array()
                .unwrap()
                .iter()
                .map(of_array)
                .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            let query: Pairs = request["query"].as_array().unwrap().iter().map(of_array).collect();
            let query = canonical_query(&query);
            assert_eq!(query, text(expected, "canonical_query"), "{name}");
            let method = text(request, "method").parse().unwrap();
            let (path, body) = (text(request, "canonical_uri"), text(request, "body"));
            let (canonical, signed) = canonical_request(&method, &path, &query, &headers, body.as_bytes());
            assert_eq!(canonical, text(expected, "canonical_request"), "{name}");
            assert_eq!(signed, text(expected, "signed_headers"), "{name}");
            assert_eq!(string_to_sign(&canonical), text(expected, "string_to_sign"), "{name}");
            let credentials = &vector["credentials"];
            let secret = SecretString::from(text(credentials, "access_key_secret"));
            let id = text(credentials, "access_key_id");
            let made = authorization(&method, &path, &query, &headers, body.as_bytes(), &id, &secret);
            assert_eq!(made, text(expected, "authorization"), "{name}");
            seen += 1;
        }
        assert_eq!(seen, 11);
    }

    #[test]
    fn no_two_requests_share_a_nonce() {
        let now = "2024-05-06T07:08:09Z".parse().unwrap();
        assert_ne!(nonce("a", now), nonce("a", now));
        assert_eq!(date("2024-05-06T07:08:09.7Z".parse().unwrap()), "2024-05-06T07:08:09Z");
    }
}
