//! Version 1 of the snapshot. It is written with the types of today; when they change, this file
//! keeps its own and turns them into the newer ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Run;
use crate::resource::Address;
use crate::state::journal::Seq;
use crate::state::recorded::{Pending, Recorded, RecordedObject, RecordedOutput, Revision};
use crate::state::timing::Timing;

/// The state as it is written: names in order, borrowed.
#[derive(Serialize)]
pub(super) struct StateRef<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    deposed: &'a BTreeMap<Address, Vec<RecordedObject>>,
    lineage: &'a Option<String>,
    objects: &'a BTreeMap<Address, Box<RecordedObject>>,
    outputs: &'a BTreeMap<String, RecordedOutput>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pending: &'a BTreeMap<Seq, Pending>,
    seq: Seq,
    serial: u64,
    stack: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    timings: &'a BTreeMap<String, Timing>,
}

impl<'a> From<&'a Recorded> for StateRef<'a> {
    fn from(recorded: &'a Recorded) -> StateRef<'a> {
        let Recorded { stack, revision, seq, objects, deposed, outputs, timings, pending } = recorded;
        StateRef {
            deposed,
            lineage: &revision.lineage,
            objects,
            outputs,
            pending,
            seq: *seq,
            serial: revision.serial,
            stack,
            timings,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "checksum")]
    _checksum: String,
    #[serde(rename = "format")]
    _format: u64,
    run: Run,
    state: State,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    #[serde(default)]
    deposed: BTreeMap<Address, Vec<RecordedObject>>,
    lineage: String,
    objects: BTreeMap<Address, Box<RecordedObject>>,
    outputs: BTreeMap<String, RecordedOutput>,
    #[serde(default)]
    pending: BTreeMap<Seq, Pending>,
    seq: Seq,
    serial: u64,
    stack: String,
    #[serde(default)]
    timings: BTreeMap<String, Timing>,
}

/// Reads a document of version 1.
pub(super) fn read(bytes: &[u8]) -> serde_json::Result<(Recorded, Run)> {
    let Document { run, state, .. } = serde_json::from_slice(bytes)?;
    let State { deposed, lineage, objects, outputs, pending, seq, serial, stack, timings } = state;
    let revision = Revision { lineage: Some(lineage), serial };
    Ok((Recorded { stack, revision, seq, objects, deposed, outputs, timings, pending }, run))
}
