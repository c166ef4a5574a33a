//! Laws of the recorded state, as tables and as generated histories. What they share is here.

mod disasters;
mod edits;
mod fold;
mod formats;
mod histories;
mod locks;
mod sessions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::files::{Files, Loss, MemoryFiles, Mishap, OsFiles};
use super::*;
use crate::resource::{Address, Attributes, Fault, Identity, Object};
use crate::state::{Call, Effect};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(super) fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub(super) fn object(id: &str, name: &str) -> Object {
    let attributes = [("id", id), ("service_name", name)].into_iter().collect();
    Object::new(id, attributes)
}

pub(super) fn binding() -> Binding {
    Binding {
        provider: "owner".into(),
        identity: Identity { account: "a".into(), project: "p".into(), region: "r".into() },
        arguments: ["service_name".into()].into_iter().collect(),
        sensitive: Default::default(),
        dependencies: Default::default(),
        triggers: Default::default(),
        prevent_destroy: false,
        delete_timeout_s: None,
    }
}

pub(super) fn create() -> Effect {
    Effect::Create { want: [("service_name", "n")].into_iter().collect() }
}

pub(super) fn update(id: &str) -> Effect {
    Effect::Update { id: id.into(), have: Attributes::new(), want: Attributes::new() }
}

pub(super) fn delete(id: &str) -> Effect {
    Effect::Delete { id: id.into(), have: Attributes::new() }
}

pub(super) fn begun(address: &Address, effect: Effect, index: usize, of: usize) -> Begun {
    let call = Call {
        operation: "op".into(),
        method: "POST".into(),
        path: "/p".into(),
        version: None,
        body: None,
        makes: matches!(effect, Effect::Create { .. }),
        client_token: None,
        sets: None,
    };
    let address = address.clone();
    Begun { address, effect, call, index, of, binding: binding(), deposed: false, at: at(0), mark: None }
}

pub(super) fn ended(begun: Seq, outcome: Outcome) -> Entry {
    Entry::Ended(Box::new(Ended { begun, outcome, at: at(9) }))
}

pub(super) fn made(id: &str) -> Outcome {
    Outcome::Made { object: object(id, "n"), settling: false }
}

pub(super) fn fault() -> Fault {
    Fault::message("no")
}

pub(super) fn empty() -> Recorded {
    Recorded { stack: "link".into(), ..Recorded::default() }
}

pub(super) fn backend(files: &MemoryFiles) -> Arc<LocalBackend> {
    Arc::new(on(Arc::new(files.clone()), Path::new("state")))
}

pub(super) fn on(files: Arc<dyn Files>, states: &Path) -> LocalBackend {
    LocalBackend::new(files, states, "link", "ann")
}

pub(super) fn opening() -> Opening {
    Opening {
        operation: "apply".into(),
        plan: "d1".into(),
        approved_by: Vec::new(),
        revision: String::new(),
        kept: 100,
        overrides: Vec::new(),
        at: at(0),
        lineage: "born".into(),
    }
}

pub(super) fn file(name: &str) -> PathBuf {
    Path::new("state/link").join(name)
}
