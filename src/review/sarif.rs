//! Findings as SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::findings::{findings, path_of};
use super::model::Review;
use super::section::{Finding, Level};
use crate::diagnostic::Place;
use crate::resource::hex;

/// Readers show no more; the worst come first.
const MOST: usize = 5000;

/// The log. Files are named from the root of the repository.
pub(super) fn sarif(review: &Review) -> Json {
    let mut all = findings(review);
    all.truncate(MOST);
    let mut rules: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in &all {
        rules.entry(&finding.rule).or_insert(finding);
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(i, rule)| (*rule, i)).collect();
    let results: Vec<Json> =
        all.iter().map(|finding| result(review, finding, index[finding.rule.as_str()])).collect();
    let rules: Vec<Json> = rules.into_iter().map(|(id, first)| rule(id, first)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Landbridge",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "automationDetails": {"id": format!("landbridge/{}/", super::clean(&review.stack))},
            "columnKind": "unicodeCodePoints",
            "properties": properties(review),
            "results": results,
        }],
    })
}

/// Which plan it is about.
fn properties(review: &Review) -> Json {
    match &review.provenance {
        None => json!({}),
        Some(plan) => json!({"plan": plan.digest, "commit": plan.source.commit, "about": plan.sentence()}),
    }
}

fn rule(id: &str, first: &Finding) -> Json {
    json!({
        "id": id,
        "shortDescription": {"text": first.title},
        "defaultConfiguration": {"level": level(first.level)},
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Refuses => "error",
        Level::Warns => "warning",
        Level::Tells => "note",
    }
}

fn result(review: &Review, finding: &Finding, rule: usize) -> Json {
    let mut told = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.level),
        "message": {"text": finding.told()},
        "partialFingerprints": {"landbridge/v1": fingerprint(review, finding)},
    });
    // What has no line of its own is told where the stack is declared.
    let place = finding.place.as_ref().or(review.origin.as_ref());
    if let Some(location) = place.and_then(|place| location(place, finding.place.is_some())) {
        told["locations"] = json!([location]);
    }
    told
}

fn location(place: &Place, exact: bool) -> Option<Json> {
    let path = path_of(place, "")?;
    let uri: Vec<String> = path.split('/').map(encoded).collect();
    let region = if exact {
        json!({"startLine": place.line, "startColumn": place.column})
    } else {
        json!({"startLine": 1})
    };
    Some(json!({"physicalLocation": {"artifactLocation": {"uri": uri.join("/")}, "region": region}}))
}

fn encoded(part: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(part, PLAIN).to_string()
}

/// The same finding about the same resource is the same from run to run, wherever its line moves.
fn fingerprint(review: &Review, finding: &Finding) -> String {
    let about = finding.address.as_deref().unwrap_or(&finding.text);
    let text = serde_json::to_string(&[&review.stack, &finding.rule, about]).unwrap_or_default();
    hex(&Sha256::digest(text.as_bytes())[..16])
}
