//! Checksums and seals, put right: a changed byte would else be all that a reader ever sees.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The SHA-256 of these parts, in hexadecimal digits.
fn sum(parts: &[&[u8]]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A plan file whose seal fits, if it is an object at all.
pub(super) fn plan_file(bytes: &[u8]) -> Option<Vec<u8>> {
    let Ok(Json::Object(mut body)) = serde_json::from_slice(bytes) else { return None };
    body.remove("seal");
    let seal = sum(&[&serde_json::to_vec(&body).ok()?]);
    body.insert("seal".to_owned(), seal.into());
    serde_json::to_vec(&body).ok()
}

/// A snapshot with these bytes behind its checksum.
pub(super) fn snapshot(body: &[u8]) -> Vec<u8> {
    [format!("{{\n  \"checksum\": \"{}\",\n", sum(&[body])).as_bytes(), body].concat()
}

/// A journal with these lines as its records, numbered from the header's on.
pub(super) fn journal(lines: &[u8]) -> Vec<u8> {
    let mut journal = Vec::new();
    for (number, json) in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate() {
        let sum = sum(&[number.to_string().as_bytes(), b" ", json]);
        journal.extend_from_slice(format!("{number} {} {} ", json.len(), &sum[..16]).as_bytes());
        journal.extend_from_slice(json);
        journal.push(b'\n');
    }
    journal
}
