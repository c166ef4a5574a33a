//! Which requests came: counts of all, and the latest one by one.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use serde::Serialize;

/// How many requests are remembered one by one.
const REMEMBERED: usize = 10_000;

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) request_id: String,
    pub(crate) operation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    pub(crate) method: String,
    pub(crate) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// What a fault did to the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<&'static str>,
}

impl Entry {
    pub(crate) fn of(
        at: Timestamp,
        id: &str,
        operation: &'static str,
        account: Option<String>,
        request: &Request<Bytes>,
    ) -> Entry {
        let (method, uri) = (request.method().to_string(), request.uri().to_string());
        Entry { at, request_id: id.to_owned(), operation, account, method, uri, status: None, fault: None }
    }

    pub(crate) fn ending(self, fault: &'static str) -> Entry {
        Entry { fault: Some(fault), ..self }
    }
}

/// The log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    counts: BTreeMap<String, u64>,
    total: u64,
    latest: VecDeque<Entry>,
}

impl Log {
    pub(crate) fn count(&mut self, operation: &str) {
        self.total += 1;
        match self.counts.get_mut(operation) {
            Some(count) => *count += 1,
            None => _ = self.counts.insert(operation.to_owned(), 1),
        }
    }

    pub(crate) fn note(&mut self, entry: Entry) {
        if self.latest.len() == REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(entry);
    }

    pub(crate) fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn latest(&self) -> impl Iterator<Item = &Entry> {
        self.latest.iter()
    }
}
