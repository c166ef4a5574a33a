//! What differs between two recorded states, for people, and the entries that lead from one to the
//! other. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::EditFault;
use super::journal::{Binding, Entry};
use super::recorded::{Recorded, RecordedObject};
use crate::resource::{Address, Object, Value};

/// What differs between two recorded states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Addresses with what differs about them.
    pub addresses: BTreeMap<Address, Difference>,
    /// Outputs whose values differ.
    pub outputs: BTreeSet<String>,
}

impl Differences {
    /// Whether the two are alike.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.outputs.is_empty()
    }
}

/// What differs about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Only the second has it.
    Comes(String),
    /// Only the first has it.
    Goes(String),
    /// Another object is recorded: the first one's id, and the second one's.
    Other(String, String),
    /// The same object is recorded in another way: each attribute that differs, before and after.
    Changes(Vec<AttributeDifference>),
}

/// One attribute that differs; none where a state does not have it, or where it must not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeDifference {
    /// Its name.
    pub name: String,
    /// Its value in the first state.
    pub before: Option<Value>,
    /// Its value in the second one.
    pub after: Option<Value>,
    /// Whether it must not be shown; then there is no value here.
    pub sensitive: bool,
}

/// What differs from `before` to `after`.
pub fn differences(before: &Recorded, after: &Recorded) -> Differences {
    let mut found = Differences::default();
    for address in addresses(before, after) {
        let difference = match (before.object(address), after.object(address)) {
            (None, None) => None,
            (None, Some(comes)) => Some(Difference::Comes(comes.id.clone())),
            (Some(goes), None) => Some(Difference::Goes(goes.id.clone())),
            (Some(one), Some(other)) if one.id != other.id => {
                Some(Difference::Other(one.id.clone(), other.id.clone()))
            }
            (Some(one), Some(other)) => changes(one, other),
        };
        found.addresses.extend(difference.map(|difference| (address.clone(), difference)));
    }
    let names = before.outputs.keys().chain(after.outputs.keys());
    found.outputs =
        names.filter(|name| before.outputs.get(*name) != after.outputs.get(*name)).cloned().collect();
    found
}

fn changes(one: &RecordedObject, other: &RecordedObject) -> Option<Difference> {
    let names: BTreeSet<&str> = one.attributes.names().chain(other.attributes.names()).collect();
    let differ = names.into_iter().filter(|name| one.attributes.get(name) != other.attributes.get(name));
    let mut rows: Vec<AttributeDifference> = differ
        .map(|name| {
            let sensitive = one.sensitive.contains(name) || other.sensitive.contains(name);
            let shown = |object: &RecordedObject| object.attributes.get(name).filter(|_| !sensitive).cloned();
            AttributeDifference { name: name.to_owned(), before: shown(one), after: shown(other), sensitive }
        })
        .collect();
    // What is recorded beside the attributes, each in a word.
    let text = |value: String| Some(Value::from(value));
    for (name, before, after) in [
        ("(provider)", one.provider.to_string(), other.provider.to_string()),
        ("(settling)", one.settling.to_string(), other.settling.to_string()),
        ("(failed)", one.taint.is_some().to_string(), other.taint.is_some().to_string()),
        ("(depends on)", listed(&one.dependencies), listed(&other.dependencies)),
    ] {
        if before != after {
            let (before, after) = (text(before), text(after));
            rows.push(AttributeDifference { name: name.to_owned(), before, after, sensitive: false });
        }
    }
    (!rows.is_empty()).then_some(Difference::Changes(rows))
}

fn listed(addresses: &BTreeSet<Address>) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn addresses<'a>(one: &'a Recorded, other: &'a Recorded) -> BTreeSet<&'a Address> {
    let of = |recorded: &'a Recorded| recorded.objects.keys().chain(recorded.deposed.keys());
    of(one).chain(of(other)).collect()
}

/// The entries after which `recorded` holds the objects and outputs of `wanted`. What is recorded now
/// and not there is let go of; nothing in a cloud is touched.
///
/// # Errors
/// If a call has no known end: what it made would be forgotten.
pub fn restoring(recorded: &Recorded, wanted: &Recorded) -> Result<Vec<Entry>, EditFault> {
    if !recorded.pending.is_empty() {
        return Err(EditFault::Unfinished { calls: recorded.pending.len() });
    }
    let (mut letting_go, mut taking) = (Vec::new(), Vec::new());
    for address in addresses(recorded, wanted) {
        let none = Vec::new();
        let aside = |of: &'_ Recorded| of.deposed.get(address).cloned().unwrap_or_else(|| none.clone());
        let (have, want) = (recorded.object(address), wanted.object(address));
        if have.map(lasting) == want.map(lasting) && aside(recorded) == aside(wanted) {
            continue;
        }
        let gone = aside(recorded).into_iter().map(|object| Some(object.id)).chain(have.map(|_| None));
        letting_go.extend(gone.map(|deposed| Entry::Forgotten { address: address.clone(), deposed }));
        for object in aside(wanted) {
            take(address, &object, &mut taking);
            taking.push(Entry::Deposed { address: address.clone() });
        }
        if let Some(object) = want {
            take(address, object, &mut taking);
        }
    }
    letting_go.append(&mut taking);
    if recorded.outputs != wanted.outputs {
        letting_go.push(Entry::Outputs(wanted.outputs.clone()));
    }
    super::edit::tried(recorded, letting_go)
}

/// An object without what the next apply finds out again.
fn lasting(object: &RecordedObject) -> RecordedObject {
    RecordedObject { unchangeable: BTreeMap::new(), ..object.clone() }
}

fn take(address: &Address, object: &RecordedObject, entries: &mut Vec<Entry>) {
    let RecordedObject {
        id,
        provider,
        identity,
        origin,
        attributes,
        arguments,
        sensitive,
        dependencies,
        settling,
        taint,
        unchangeable: _,
        triggers,
        prevent_destroy,
        delete_timeout_s,
    } = object.clone();
    let binding = Binding {
        provider,
        identity,
        arguments,
        sensitive,
        dependencies,
        triggers,
        prevent_destroy,
        delete_timeout_s,
    };
    entries.push(Entry::Adopted {
        address: address.clone(),
        object: Object::new(id.clone(), attributes.clone()),
        binding: Box::new(binding),
        origin,
        settling,
        resolves: None,
    });
    if taint.is_some() {
        entries.push(Entry::Seen { address: address.clone(), id, attributes, settling, taint });
    }
}
