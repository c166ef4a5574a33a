//! What an interrupted run left uncertain, resolved by evidence. Pure.
//!
//! A creation that was begun and has no known end is looked for among the live objects by
//! everything its intent says. One candidate is adopted. None, once `settle` has passed, means that
//! nothing happened. Several that are equal in everything are interchangeable and bound oldest
//! first. Anything else is for the user to say; nothing is guessed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::planted::{self, Bug};
use crate::provider::{Effect, LEAVES_WITHIN};
use crate::refresh::Live;
use crate::resource::{Address, Attributes, Catalog, Compare, Kind, KindSchema, Object, ProviderName};
use crate::state::{Origin, Pending, Recorded, RecordedObject, Seq};

/// How far the cloud's clock may be behind ours, and its times rounded.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(5);

/// What became of the uncertain beginnings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolution {
    /// Objects that an uncertain creation turned out to have made.
    pub adopted: BTreeMap<Address, (Seq, Object)>,
    /// Beginnings whose effect is known, each with its evidence.
    pub known: Vec<(Seq, Address, String)>,
    /// The latest time by which a creation that cannot be found yet would show.
    pub wait_until: Option<Timestamp>,
}

/// The kinds that must be listed whole before anything can be resolved.
pub fn kinds_to_list(recorded: &Recorded) -> BTreeSet<(ProviderName, Kind)> {
    recorded.pending.values().filter_map(creation).map(|(p, _)| key(p)).collect()
}

fn key(pending: &Pending) -> (ProviderName, Kind) {
    (pending.begun.binding.provider.clone(), pending.begun.address.kind().clone())
}

/// The arguments of a creation that must not be repeated without looking.
fn creation(pending: &Pending) -> Option<(&Pending, &Attributes)> {
    match &pending.begun.effect {
        Effect::Create { want } if pending.begun.call.makes => Some((pending, want)),
        _ => None,
    }
}

/// Resolves every uncertain beginning; `live.candidates` holds what [`kinds_to_list`] asked for.
///
/// # Errors
/// Candidates that cannot be told apart by evidence, with the choices.
pub fn resolve(
    recorded: &Recorded,
    live: &Live,
    catalog: &Catalog,
    now: Timestamp,
    settle: Duration,
) -> Result<Resolution, Vec<Diagnostic>> {
    let mut resolution = Resolution::default();
    let mut faults = Vec::new();
    let mut claimed = claimed(recorded);

    // Creations with one intent stand in for each other: they are resolved together.
    let mut groups: Vec<(Vec<(Seq, &Pending)>, &Attributes)> = Vec::new();
    for (seq, pending) in &recorded.pending {
        match creation(pending) {
            Some((_, want)) => {
                match groups.iter_mut().find(|(members, w)| *w == want && key(members[0].1) == key(pending)) {
                    Some((members, _)) => members.push((*seq, pending)),
                    None => groups.push((vec![(*seq, pending)], want)),
                }
            }
            None => {
                let evidence = "the object itself was read again".to_owned();
                resolution.known.push((*seq, pending.begun.address.clone(), evidence));
            }
        }
    }
    // Who has the fewest candidates chooses first, so that nobody takes the only one of another.
    while !groups.is_empty() {
        let candidates = |(members, want): &(Vec<(Seq, &Pending)>, &Attributes)| {
            let (pending, since) = oldest(members);
            let schema = catalog.schema(&pending.begun.address.block);
            let objects = live.candidates.get(&key(pending)).map(Vec::as_slice).unwrap_or_default();
            let mut found: Vec<&Object> = objects
                .iter()
                .filter(|o| !claimed.contains(&(key(pending).1, o.id.clone())))
                .filter(|o| could_be(schema, want, o, since))
                .collect();
            found.sort_by_key(|o| (born(&o.attributes), o.id.clone()));
            found
        };
        let found: Vec<Vec<&Object>> = groups.iter().map(candidates).collect();
        let (next, _) = found.iter().enumerate().min_by_key(|(_, found)| found.len()).expect("not empty");
        let ((members, want), found) = (groups.swap_remove(next), &found[next]);
        let (pending, _) = oldest(&members);
        let schema = catalog.schema(&pending.begun.address.block);
        if found.len() > members.len() && !interchangeable(schema, found) {
            faults.push(ambiguous(pending, found));
            continue;
        }
        for ((seq, pending), object) in members.iter().zip(found) {
            if !planted::is(Bug::FoundTwice) {
                claimed.insert((key(pending).1, object.id.clone()));
            }
            let object = as_intended(want, object);
            resolution.adopted.insert(pending.begun.address.clone(), (*seq, object));
        }
        for (seq, pending) in members.iter().skip(found.len()) {
            let shows_at = left_by(pending) + settle;
            if now < shows_at && !planted::is(Bug::SettleIgnored) {
                resolution.wait_until = resolution.wait_until.max(Some(shows_at));
            } else {
                // The same words whenever they are said, so that a saved plan stays the same.
                let evidence = "no object that fits shows in the listing, and by now it would".to_owned();
                resolution.known.push((*seq, pending.begun.address.clone(), evidence));
            }
        }
    }
    if faults.is_empty() { Ok(resolution) } else { Err(faults) }
}

/// One of these, and when the first of them was begun.
fn oldest<'p>(members: &[(Seq, &'p Pending)]) -> (&'p Pending, Timestamp) {
    let pending = members[0].1;
    (pending, members.iter().map(|(_, p)| p.begun.at).min().unwrap_or(pending.begun.at))
}

/// By when the call of an uncertain creation has left, if it ever did.
fn left_by(pending: &Pending) -> Timestamp {
    match pending.uncertain {
        Some(_) => pending.since, // its answer was given up then
        None => pending.begun.at + LEAVES_WITHIN,
    }
}

/// What was made, with what its intent says and the cloud does not show.
fn as_intended(want: &Attributes, object: &Object) -> Object {
    let mut made = object.clone();
    for (name, value) in want.iter() {
        if made.attributes.held(name).is_none() {
            made.attributes.set(name, value.clone());
        }
    }
    made
}

impl Resolution {
    /// What was found of each call without a known end, in words, in the order of the journal.
    pub fn told(&self, recorded: &Recorded) -> Vec<String> {
        let adopted = self.adopted.iter().map(|(address, (seq, object))| {
            (*seq, address, format!("it made {}, which is adopted", object.id))
        });
        let known = self.known.iter().map(|(seq, address, evidence)| {
            let is_creation = recorded.pending.get(seq).is_some_and(|p| creation(p).is_some());
            let found =
                if is_creation { format!("nothing came of it: {evidence}") } else { evidence.clone() };
            (*seq, address, found)
        });
        let mut all: Vec<_> = adopted.chain(known).collect();
        all.sort();
        let told = all.into_iter().map(|(seq, address, found)| {
            let operation = recorded.pending.get(&seq).map_or("its call", |p| &p.begun.call.operation);
            format!("{address}: `{operation}` got no answer; {found}")
        });
        told.collect()
    }

    /// The record with what was found bound to its address.
    pub fn bind<'r>(&self, recorded: &'r Recorded) -> Cow<'r, Recorded> {
        if self.adopted.is_empty() {
            return Cow::Borrowed(recorded);
        }
        let mut bound = recorded.clone();
        for (address, (seq, object)) in &self.adopted {
            let Some(pending) = recorded.pending.get(seq) else { continue };
            let binding = &pending.begun.binding;
            let object = RecordedObject {
                id: object.id.clone(),
                provider: binding.provider.clone(),
                identity: binding.identity.clone(),
                origin: Origin::Made,
                attributes: object.attributes.clone(),
                arguments: binding.arguments.clone(),
                sensitive: binding.sensitive.clone(),
                dependencies: binding.dependencies.clone(),
                settling: true,
                taint: None,
                unchangeable: BTreeMap::new(),
                triggers: binding.triggers.clone(),
                prevent_destroy: binding.prevent_destroy,
                delete_timeout_s: binding.delete_timeout_s,
            };
            bound.objects.insert(address.clone(), Box::new(object));
        }
        Cow::Owned(bound)
    }
}

/// The objects that any address has, by kind and id.
fn claimed(recorded: &Recorded) -> BTreeSet<(Kind, String)> {
    recorded.every_object().map(|(a, o)| (a.kind().clone(), o.id.clone())).collect()
}

/// Whether an object may be the answer to an intent: not older than it, and equal in everything
/// that the intent says and the object shows.
pub fn could_be(schema: &KindSchema, want: &Attributes, object: &Object, since: Timestamp) -> bool {
    let young = born(&object.attributes).is_none_or(|at| at >= since - CLOCK_SLACK);
    young
        && want.iter().all(|(name, value)| {
            let Some(attribute) = schema.attribute(name) else { return true };
            let shown = object.attributes.held(name);
            shown.is_none_or(|there| diff::equal(attribute, value, there))
        })
}

/// When the object was made, by the cloud's clock.
pub fn born(attributes: &Attributes) -> Option<Timestamp> {
    let text = attributes.text("created_at")?;
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

/// Whether objects differ only in what the cloud chose.
fn interchangeable(schema: &KindSchema, objects: &[&Object]) -> bool {
    let arguments = |o: &Object| -> Vec<_> {
        schema
            .arguments()
            .filter(|a| a.compare != Compare::Volatile)
            .map(|a| o.attributes.value(a.name).clone())
            .collect()
    };
    objects.windows(2).all(|pair| arguments(pair[0]) == arguments(pair[1]))
}

fn ambiguous(pending: &Pending, found: &[&Object]) -> Diagnostic {
    let address = &pending.begun.address;
    let choices: Vec<String> = found
        .iter()
        .map(|o| {
            format!("{} (made {})", o.id, o.attributes.text("created_at").unwrap_or("at an unknown time"))
        })
        .collect();
    Diagnostic::error(
        "An interrupted creation cannot be told apart",
        format!(
            "an earlier run began to create {address} and was cut off before the answer; these objects all fit: {}",
            choices.join(", ")
        ),
    )
    .about(address)
    .hint(format!("say which it is with `landbridge import '{address}' ID`, or delete the ones that are nobody's"))
}
