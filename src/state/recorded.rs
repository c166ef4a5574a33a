//! The recorded state: what we wrote down after our last apply.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::journal::{Begun, Binding, Seq};
use super::timing::Timing;
use crate::resource::{Address, Attributes, Fault, Identity, Object, ObjectId, ProviderName, RowSet, Value};

/// Birth mark and write counter of a state. A plan names the revision it was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The lineage; none for a state that was never written.
    pub lineage: Option<String>,
    /// How often it was written.
    pub serial: u64,
}

/// Everything recorded about one stack: the snapshot with the journal folded in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The stack's name.
    pub stack: String,
    /// Lineage and serial.
    pub revision: Revision,
    /// The number of the last journal entry that is folded in. Numbers go on across snapshots, so
    /// that a pending call keeps its own for good.
    #[serde(default)]
    pub seq: Seq,
    /// The objects by address.
    pub objects: BTreeMap<Address, Box<RecordedObject>>,
    /// Objects that were replaced create-first and still wait for their deletion.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub deposed: BTreeMap<Address, Vec<RecordedObject>>,
    /// The outputs of the last apply.
    #[serde(default)]
    pub outputs: BTreeMap<String, RecordedOutput>,
    /// How long steps took so far, by kind and action ([`timing::key`](super::timing::key)).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timings: BTreeMap<String, Timing>,
    /// Calls that were begun and have no known end, from the journal of an interrupted run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<Seq, Pending>,
}

/// How an object came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// We made it.
    Made,
    /// It was there, and we bound it to an address.
    Adopted,
}

/// One recorded object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedObject {
    /// The cloud's id.
    pub id: ObjectId,
    /// The provider block it was made through.
    pub provider: ProviderName,
    /// Where it lives.
    pub identity: Identity,
    /// Made or adopted.
    pub origin: Origin,
    /// Every attribute as last seen; of a shared set only our own members.
    pub attributes: Attributes,
    /// The arguments that the author had given or defaulted at the last apply, by name.
    #[serde(default)]
    pub arguments: RowSet<SmolStr>,
    /// The attributes that must never be shown.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
    /// What it depended on at its last apply, so that an orphan knows its order.
    #[serde(default)]
    pub dependencies: BTreeSet<Address>,
    /// Whether its effect was still on the way when we last saw it; the next run goes on waiting.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub settling: bool,
    /// Why the next plan replaces it: the cloud called it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taint: Option<Fault>,
    /// Attributes that the API refused to change in place, with its words: the next plan replaces.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unchangeable: BTreeMap<String, Fault>,
    /// Worth of the `replace_triggered_by` expressions at the last apply.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, Value>,
    /// Author's wish at the last apply, which still holds for an orphan.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prevent_destroy: bool,
    /// The deadline of its deletion in seconds, if the author set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_timeout_s: Option<u64>,
}

impl Recorded {
    /// The object of an address.
    pub fn object(&self, address: &Address) -> Option<&RecordedObject> {
        self.objects.get(address).map(|object| &**object)
    }

    /// Every object, also those that wait for their deletion, with its address.
    pub fn every_object(&self) -> impl Iterator<Item = (&Address, &RecordedObject)> {
        let deposed = self.deposed.iter().flat_map(|(a, all)| all.iter().map(move |o| (a, o)));
        self.objects.iter().map(|(a, o)| (a, &**o)).chain(deposed)
    }
}

impl RecordedObject {
    /// An object as it is recorded for the first time.
    pub fn new(object: &Object, binding: &Binding, origin: Origin, settling: bool) -> RecordedObject {
        RecordedObject {
            id: object.id.clone(),
            provider: binding.provider.clone(),
            identity: binding.identity.clone(),
            origin,
            attributes: object.attributes.clone(),
            arguments: binding.arguments.clone(),
            sensitive: binding.sensitive.clone(),
            dependencies: binding.dependencies.clone(),
            settling,
            taint: None,
            unchangeable: Default::default(),
            triggers: binding.triggers.clone(),
            prevent_destroy: binding.prevent_destroy,
            delete_timeout_s: binding.delete_timeout_s,
        }
    }

    /// Replaces what is recorded beside the attributes.
    pub(super) fn rebind(&mut self, binding: &Binding) {
        let Binding {
            provider,
            identity,
            arguments,
            sensitive,
            dependencies,
            triggers,
            prevent_destroy,
            delete_timeout_s,
        } = binding.clone();
        self.provider = provider;
        self.identity = identity;
        self.arguments = arguments;
        self.sensitive = sensitive;
        self.dependencies = dependencies;
        self.triggers = triggers;
        self.prevent_destroy = prevent_destroy;
        self.delete_timeout_s = delete_timeout_s;
    }
}

/// One recorded output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedOutput {
    /// Its value.
    pub value: Value,
    /// Whether it must not be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

/// A call that was begun and has no known end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What was begun.
    pub begun: Begun,
    /// From when on its effect may show: when it was begun, or later, when it was given up.
    pub since: Timestamp,
    /// What was seen instead of an answer; none if the run was cut off before any end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertain: Option<Fault>,
}
