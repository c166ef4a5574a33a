//! The snapshot's file format: JSON, sorted, one attribute a line, so it reads well in a diff. Pure.
//!
//! ```json
//! {
//!   "checksum": "…",        of everything below this line
//!   "format": 1,
//!   "run": { … },           who wrote it, when, doing what
//!   "state": { … }          see the version's own file
//! }
//! ```
//!
//! Each version of the format has a file that reads it; only the newest one can be written. The
//! checksum is of the file's own bytes, so checking it needs no second tree, and no copy that a
//! tool has rewritten passes for ours.

mod v1;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::recorded::Recorded;

use crate::resource::hex;

/// The version of the format that this program writes.
pub(super) const FORMAT: u64 = 1;
/// The largest snapshot that is read.
pub(super) const STATE_LIMIT: usize = 1 << 30;

const OPENING: &str = "{\n  \"checksum\": \"";
const CLOSING: &str = "\",\n";
const SUM_DIGITS: usize = 64;

/// The run that wrote a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it ended.
    pub at: Timestamp,
    /// Who: user@host.
    pub by: String,
    /// What it did: `apply`, `import`, `state mv`, …
    pub operation: String,
    /// The limits that it went beyond because the user said so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<String>,
    /// The digest of its plan; empty for a run without one.
    pub plan: String,
    /// The persons whose signed approval of that plan was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
    /// The revision of the configuration in its repository, if it is in one: the commit, and whether
    /// files differed from it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub revision: String,
}

/// Why a snapshot cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileFault {
    #[error("it is empty")]
    Empty,
    #[error("it is larger than {STATE_LIMIT} bytes")]
    TooLarge,
    #[error("it has format {0}, and this program knows up to {FORMAT}")]
    Newer(u64),
    #[error("{0}")]
    Damaged(String),
}

#[derive(Serialize)]
struct Document<'a> {
    format: u64,
    run: &'a Run,
    state: v1::StateRef<'a>,
}

/// The bytes of a snapshot.
pub(super) fn write(recorded: &Recorded, run: &Run) -> Vec<u8> {
    let document = Document { format: FORMAT, run, state: v1::StateRef::from(recorded) };
    let mut bytes = Vec::with_capacity(1024 * (recorded.objects.len() + 1));
    bytes.extend_from_slice(OPENING.as_bytes());
    bytes.extend_from_slice(&[b'0'; SUM_DIGITS]);
    bytes.extend_from_slice(CLOSING.as_bytes());
    let body = bytes.len();
    // The document opens with `{` and a line end, which the checksum's line takes over.
    let mut tail = serde_json::to_vec_pretty(&document).expect("the state is plain data: please report");
    tail.push(b'\n');
    assert!(tail.starts_with(b"{\n"), "a document is an object: please report");
    bytes.extend_from_slice(&tail[2..]);
    let sum = checksum(&bytes[body..]);
    bytes[OPENING.len()..OPENING.len() + SUM_DIGITS].copy_from_slice(sum.as_bytes());
    bytes
}

/// Reads a snapshot of any known version.
pub(super) fn read(bytes: &[u8]) -> Result<(Recorded, Run), FileFault> {
    let (format, body) = open(bytes)?;
    match format {
        1 => v1::read(body).map_err(|e| FileFault::Damaged(format!("it does not read as a state: {e}"))),
        older => Err(FileFault::Damaged(format!("it has format {older}, which never was"))),
    }
}

/// The run that wrote a snapshot, from the start of its file. Not checked against the checksum.
pub(super) fn read_run(start: &[u8]) -> Option<Run> {
    #[derive(Deserialize)]
    struct Head {
        run: Run,
    }
    let text = String::from_utf8_lossy(start);
    let head = text.split_once(",\n  \"state\": ")?.0;
    serde_json::from_str::<Head>(&format!("{head}}}")).ok().map(|head| head.run)
}

/// Checks the checksum; gives the version and the whole document.
fn open(bytes: &[u8]) -> Result<(u64, &[u8]), FileFault> {
    #[derive(Deserialize)]
    struct Probe {
        format: u64,
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FileFault::Empty);
    }
    if bytes.len() > STATE_LIMIT {
        return Err(FileFault::TooLarge);
    }
    let sealed = || {
        let rest = bytes.strip_prefix(OPENING.as_bytes())?;
        let (sum, rest) = rest.split_at_checked(SUM_DIGITS)?;
        let body = rest.strip_prefix(CLOSING.as_bytes())?;
        let format = std::str::from_utf8(body.strip_prefix(b"  \"format\": ")?.split(|b| *b == b',').next()?);
        Some((sum, body, format.ok()?.parse::<u64>().ok()?))
    };
    if let Some((sum, body, format)) = sealed()
        && format <= FORMAT
        && checksum(body).as_bytes() == sum
    {
        return Ok((format, bytes));
    }
    match serde_json::from_slice::<Probe>(bytes) {
        Ok(probe) if probe.format > FORMAT => Err(FileFault::Newer(probe.format)),
        Ok(_) => {
            Err(FileFault::Damaged("its checksum does not fit: it was changed after it was written".into()))
        }
        Err(e) if e.is_eof() => Err(FileFault::Damaged(format!("its end is missing: {e}"))),
        Err(e) => Err(FileFault::Damaged(e.to_string())),
    }
}

fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
