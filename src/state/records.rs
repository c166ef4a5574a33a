//! The journal's file format: one record a line, each provable on its own. Pure.
//!
//! ```text
//! 0 118 <checksum> {"format":1,"landbridge":"journal","lineage":"…","serial":4,"stack":"…"}
//! 31 402 <checksum> {"begun":{…}}
//! 32 96 <checksum> {"ended":{…}}
//! ```
//!
//! A line is number, length of the JSON in bytes, checksum, JSON: the checksum is the start of the
//! SHA-256 of `<number> <JSON>`, so a record cannot be taken for another one. Record 0 says which
//! snapshot the others extend; their numbers go on from that snapshot's last one, without gaps.
//!
//! The file only grows, so what a crash cuts off is its end: a bad record with nothing valid after
//! it was never acknowledged and is dropped. Any other damage is refused.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::journal::{Entry, Seq};

use crate::resource::hex;

/// The version of the format that this program writes.
pub(super) const FORMAT: u64 = 1;
/// The longest JSON of one record, so that a damaged length cannot ask for all memory.
pub(super) const RECORD_LIMIT: usize = 16 << 20;
/// The largest journal. A run that reaches it stops and is compacted; the next one goes on.
pub(super) const JOURNAL_LIMIT: usize = 1 << 30;

/// The first record: what the journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The format's version.
    pub(super) format: u64,
    /// Always `journal`.
    pub(super) landbridge: String,
    /// The state's lineage.
    pub(super) lineage: String,
    /// The serial of the snapshot it extends; 0 where there was none.
    pub(super) serial: u64,
    /// The stack.
    pub(super) stack: String,
}

impl Header {
    pub(super) fn new(stack: &str, lineage: &str, serial: u64) -> Header {
        Header {
            format: FORMAT,
            landbridge: "journal".into(),
            lineage: lineage.into(),
            serial,
            stack: stack.into(),
        }
    }
}

/// What a journal file holds.
#[derive(Debug, PartialEq)]
pub(super) struct Journal {
    pub(super) header: Header,
    pub(super) entries: Vec<(Seq, Entry)>,
    /// The length of the part that is whole; what follows is a torn tail.
    pub(super) whole: usize,
    /// The length of the torn tail.
    pub(super) torn: usize,
}

/// Why a journal cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JournalFault {
    #[error("it is empty")]
    Empty,
    #[error("it is larger than {JOURNAL_LIMIT} bytes")]
    TooLarge,
    #[error("it has format {0}, and this program knows {FORMAT}")]
    Newer(u64),
    #[error("line {line}, at byte {at}: {why}")]
    Damaged { line: usize, at: usize, why: String },
}

/// Appends one record to `out`. A record beyond the limit is given back as its length.
pub(super) fn encode<T: Serialize>(seq: Seq, body: &T, out: &mut Vec<u8>) -> Result<(), usize> {
    let json = serde_json::to_string(body).expect("entries are plain data: please report");
    if json.len() > RECORD_LIMIT {
        return Err(json.len());
    }
    let mut line = String::with_capacity(json.len() + 48);
    write!(line, "{seq} {} {} {json}", json.len(), checksum(seq, json.as_bytes())).expect("to memory");
    line.push('\n');
    out.extend_from_slice(line.as_bytes());
    Ok(())
}

/// Reads a whole journal.
pub(super) fn decode(bytes: &[u8]) -> Result<Journal, JournalFault> {
    if bytes.is_empty() {
        return Err(JournalFault::Empty);
    }
    if bytes.len() > JOURNAL_LIMIT {
        return Err(JournalFault::TooLarge);
    }
    let mut lines = Lines { bytes, at: 0, line: 0 };
    let header = lines.next().expect("not empty");
    // The file appears with its first record in it, so a bad one is no torn tail.
    let header = parse(&header).and_then(|(seq, json)| read_header(seq, json, &header))?;
    let mut journal = Journal { header, entries: Vec::new(), whole: lines.at, torn: 0 };
    while let Some(line) = lines.next() {
        let damaged = |why: String| JournalFault::Damaged { line: line.number, at: line.at, why };
        match parse(&line) {
            Ok((seq, json)) => {
                let expected = journal.entries.last().map(|(last, _)| last + 1);
                if expected.is_some_and(|expected| expected != seq) || seq == 0 {
                    return Err(damaged(format!("record {seq} is out of order")));
                }
                // Its checksum is right, so this is what was written: not damage, but not ours.
                let entry =
                    serde_json::from_slice(json).map_err(|e| damaged(format!("unknown entry: {e}")))?;
                journal.entries.push((seq, entry));
                journal.whole = lines.at;
            }
            Err(fault) => {
                if is_whole_but_runs_on(&line) || lines.any(|later| parse(&later).is_ok()) {
                    return Err(fault);
                }
                journal.torn = bytes.len() - journal.whole;
                break;
            }
        }
    }
    Ok(journal)
}

/// One line with its place. `text` is without the line end; `ended` says whether there was one.
struct Line<'a> {
    text: &'a [u8],
    ended: bool,
    number: usize,
    at: usize,
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|b| *b == b'\n');
        let text = &rest[..end.unwrap_or(rest.len())];
        let line = Line { text, ended: end.is_some(), number: self.line + 1, at: self.at };
        self.at += text.len() + usize::from(line.ended);
        self.line += 1;
        Some(line)
    }
}

fn parse<'a>(line: &Line<'a>) -> Result<(Seq, &'a [u8]), JournalFault> {
    let damaged = |why: &str| JournalFault::Damaged { line: line.number, at: line.at, why: why.to_owned() };
    let mut parts = line.text.splitn(4, |b| *b == b' ');
    let mut number = || {
        let digits = std::str::from_utf8(parts.next()?).ok()?;
        let canonical = digits == "0" || (!digits.starts_with(['0', '+']) && !digits.is_empty());
        canonical.then(|| digits.parse::<u64>().ok()).flatten()
    };
    let (seq, length) = number().zip(number()).ok_or_else(|| damaged("not a record"))?;
    let (sum, json) = parts.next().zip(parts.next()).ok_or_else(|| damaged("the record is cut off"))?;
    if !line.ended || json.len() as u64 != length || json.len() > RECORD_LIMIT {
        return Err(damaged("the record's length is wrong"));
    }
    if checksum(seq, json).as_bytes() != sum {
        return Err(damaged("the record's checksum is wrong"));
    }
    Ok((seq, json))
}

/// Whether a record is all there, but its line end is not what was written: then what follows on
/// the same line was written later, and the record before it was acknowledged.
fn is_whole_but_runs_on(line: &Line<'_>) -> bool {
    let mut spaces = (0..line.text.len()).filter(|at| line.text[*at] == b' ');
    let (Some(first), Some(second), Some(third)) = (spaces.next(), spaces.next(), spaces.next()) else {
        return false;
    };
    let length =
        std::str::from_utf8(&line.text[first + 1..second]).ok().and_then(|l| l.parse::<usize>().ok());
    let end = length.and_then(|length| length.checked_add(third + 1)).filter(|end| *end < line.text.len());
    // Only the last byte of a file may be a line end that was written badly.
    end.is_some_and(|end| {
        let record = Line { text: &line.text[..end], ended: true, ..*line };
        parse(&record).is_ok() && (end + 1 < line.text.len() || line.ended)
    })
}

fn read_header(seq: Seq, json: &[u8], line: &Line<'_>) -> Result<Header, JournalFault> {
    #[derive(Deserialize)]
    struct Probe {
        format: u64,
    }
    let damaged = |why: String| JournalFault::Damaged { line: line.number, at: line.at, why };
    if let Ok(probe) = serde_json::from_slice::<Probe>(json)
        && probe.format > FORMAT
    {
        return Err(JournalFault::Newer(probe.format));
    }
    let header: Header = serde_json::from_slice(json).map_err(|e| damaged(format!("no header: {e}")))?;
    if seq != 0 || header.landbridge != "journal" || header.format != FORMAT {
        return Err(damaged("no header".into()));
    }
    Ok(header)
}

/// The first 16 hexadecimal digits of the SHA-256 of `<seq> <json>`.
fn checksum(seq: Seq, json: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(seq.to_string());
    hash.update(b" ");
    hash.update(json);
    hex(&hash.finalize()[..8])
}
