//! `--log`: every request and answer as one JSON line, redacted before it comes here.

#![expect(clippy::disallowed_methods, reason = "the edge that writes the request log")]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use serde_json::json;

use crate::provider::{LogHook, LogLine};

/// A hook that appends to this file; a new one is for its owner's eyes only.
pub(super) fn to_file(path: &Path) -> anyhow::Result<LogHook> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).with_context(|| format!("failed to open the log {}", path.display()))?;
    let file = Mutex::new(file);
    Ok(Arc::new(move |line: &LogLine| {
        let text = format!("{}\n", entry(line));
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not end a run that is under way.
        drop(file.write_all(text.as_bytes()));
    }))
}

fn entry(line: &LogLine) -> serde_json::Value {
    json!({
        "time": jiff::Timestamp::now().to_string(),
        "operation": line.operation,
        "method": line.method,
        "url": line.url,
        "sent": line.sent,
        "status": line.status,
        "request_id": line.request_id,
        "received": line.received,
        "took_ms": line.took.as_millis() as u64,
    })
}
