//! What an interrupted run left uncertain, resolved by evidence. Pure.
//!
//! A creation that was begun and has no known end is looked for among the live objects by
//! everything its intent says. One candidate is adopted. None, once `settle` has passed, means that
//! nothing happened. Several that are equal in everything are interchangeable and bound oldest
//! first. An object that fits several intents goes to the one that says most of it, or that nothing
//! else fits. Anything else is for the user to say; nothing is guessed.

mod answers;
pub(crate) mod evidence;
mod intent;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

pub use self::answers::{Answer, Answers};
use self::answers::{ambiguous, not_a_choice};
pub(crate) use self::answers::{as_key, described};
pub use self::evidence::Leftover;
use self::evidence::of_adoption;
use self::intent::interchangeable;
pub use self::intent::{Intent, born};
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::planted::{self, Bug};
use crate::provider::{self, Effect, LEAVES_WITHIN};
use crate::refresh::{Live, Sight};
use crate::resource::{Address, Attributes, Catalog, Kind, Object, ObjectId, ProviderName};
use crate::state::{Origin, Pending, Recorded, RecordedObject, Seq};

/// What became of the uncertain beginnings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolution {
    /// Objects that an uncertain creation turned out to have made.
    pub adopted: BTreeMap<Address, Found>,
    /// Creations that made nothing, each with its evidence.
    pub nothing: BTreeMap<Seq, String>,
    /// Calls that can be repeated; what they came to shows when their objects are read.
    pub repeatable: BTreeSet<Seq>,
    /// The latest time by which a creation that cannot be found yet would show.
    pub wait_until: Option<Timestamp>,
}

/// What an uncertain creation made.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The beginning.
    pub begun: Seq,
    /// The object.
    pub object: Object,
    /// Why it is taken for that.
    pub evidence: String,
}

/// The kinds that must be listed whole before anything can be resolved.
pub fn kinds_to_list(recorded: &Recorded) -> BTreeSet<(ProviderName, Kind)> {
    recorded.pending.values().filter(|p| creation(p).is_some()).map(key).collect()
}

fn key(pending: &Pending) -> (ProviderName, Kind) {
    (pending.begun.binding.provider.clone(), pending.begun.address.kind().clone())
}

/// The arguments of a creation that must not be repeated without looking.
fn creation(pending: &Pending) -> Option<&Attributes> {
    match &pending.begun.effect {
        Effect::Create { want } if pending.begun.call.makes => Some(want),
        _ => None,
    }
}

/// Everything that the beginnings are resolved by.
#[derive(Clone, Copy)]
pub struct Clues<'a> {
    /// The record, with what is pending.
    pub recorded: &'a Recorded,
    /// What was read; `candidates` holds what [`kinds_to_list`] asked for.
    pub live: &'a Live,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// What the user says.
    pub answers: &'a Answers,
    /// The time.
    pub now: Timestamp,
    /// By when everything that was made shows in listings.
    pub settle: Duration,
}

/// Creations with one intent: they stand in for each other and are resolved together.
struct Group<'a> {
    intent: Intent<'a>,
    key: (ProviderName, Kind),
    /// Those that have no object yet.
    open: Vec<(Seq, &'a Pending)>,
}

/// Resolves every uncertain beginning.
///
/// # Errors
/// Candidates that cannot be told apart by evidence, with the choices; answers that cannot be right.
pub fn resolve(clues: Clues<'_>) -> Result<Resolution, Vec<Diagnostic>> {
    let asked = asked(clues.recorded);
    let mut resolving = Resolving {
        clues,
        groups: groups(&clues, &asked),
        claimed: claimed(clues.recorded),
        resolution: Resolution::default(),
        faults: Vec::new(),
    };
    resolving.resolution.repeatable =
        clues.recorded.pending.iter().filter(|(_, p)| creation(p).is_none()).map(|(seq, _)| *seq).collect();
    resolving.answered();
    while resolving.bind_what_is_certain() {}
    resolving.rest();
    if resolving.faults.is_empty() { Ok(resolving.resolution) } else { Err(resolving.faults) }
}

/// What each begun creation asked for.
fn asked(recorded: &Recorded) -> BTreeMap<Seq, Attributes> {
    let asked = |p: &Pending| creation(p).map(|want| provider::asked(p.begun.address.kind(), want));
    recorded.pending.iter().filter_map(|(seq, pending)| Some((*seq, asked(pending)?))).collect()
}

/// Creations that asked for the same stand in for each other: what they made differs only in what
/// later calls would have set.
fn groups<'a>(clues: &Clues<'a>, asked: &'a BTreeMap<Seq, Attributes>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (seq, pending) in &clues.recorded.pending {
        let Some(want) = asked.get(seq) else { continue };
        let (key, mark) = (key(pending), pending.begun.mark.as_deref());
        let same = |g: &&mut Group<'_>| *g.intent.want == *want && g.intent.mark == mark && g.key == key;
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.intent.since = group.intent.since.min(pending.begun.at);
                group.open.push((*seq, pending));
            }
            None => {
                let schema = clues.catalog.schema(&pending.begun.address.block);
                let intent = Intent { schema, want, mark, since: pending.begun.at };
                groups.push(Group { intent, key, open: vec![(*seq, pending)] });
            }
        }
    }
    groups
}

struct Resolving<'a> {
    clues: Clues<'a>,
    groups: Vec<Group<'a>>,
    claimed: BTreeSet<(Kind, String)>,
    resolution: Resolution,
    faults: Vec<Diagnostic>,
}

impl<'a> Resolving<'a> {
    /// The objects that fit a group and that nobody has, oldest first.
    fn fitting(&self, group: &Group<'a>) -> Vec<&'a Object> {
        let objects = self.clues.live.candidates.get(&group.key).map(Vec::as_slice).unwrap_or_default();
        let free = |o: &&Object| !self.claimed.contains(&(group.key.1.clone(), o.id.clone()));
        let mut fitting: Vec<&Object> =
            objects.iter().filter(free).filter(|o| group.intent.fits(o)).collect();
        fitting.sort_by_key(|o| (born(&o.attributes), &o.id));
        fitting
    }

    /// Whether an object fits open creations of another group just as well.
    fn contested(&self, of: usize, object: &Object) -> bool {
        let beyond = self.groups[of].intent.beyond(object);
        let nearer = |(at, other): (usize, &Group<'_>)| {
            at != of
                && !other.open.is_empty()
                && other.key == self.groups[of].key
                && other.intent.fits(object)
                && other.intent.beyond(object) <= beyond
        };
        self.groups.iter().enumerate().any(nearer)
    }

    /// What the user says goes before all evidence, as long as it can be.
    fn answered(&mut self) {
        for at in 0..self.groups.len() {
            let fitting = self.fitting(&self.groups[at]);
            for (seq, pending) in self.groups[at].open.clone() {
                let address = &pending.begun.address;
                let Some(answer) = self.clues.answers.0.get(address) else { continue };
                let said = match &answer.place {
                    Some(place) => format!("you say so in {}:{}", place.file, place.line),
                    None => "you say so".to_owned(),
                };
                self.groups[at].open.retain(|(open, _)| *open != seq);
                let Some(id) = &answer.object else {
                    self.resolution.nothing.insert(seq, format!("it made nothing: {said}"));
                    continue;
                };
                match fitting.iter().find(|o| o.id == *id) {
                    Some(object) if !self.is_claimed(at, object) => {
                        let evidence = format!("it made {id}: {said}");
                        self.bind(at, seq, pending, object, evidence);
                    }
                    Some(_) => {
                        let free: Vec<&Object> =
                            fitting.iter().copied().filter(|o| !self.is_claimed(at, o)).collect();
                        let why = "is another address's already, so it cannot be what was made for";
                        self.faults.push(not_a_choice(address, answer, why, &free));
                    }
                    None => {
                        let why = "does not fit what was begun for";
                        self.faults.push(not_a_choice(address, answer, why, &fitting));
                    }
                }
            }
        }
    }

    fn is_claimed(&self, at: usize, object: &Object) -> bool {
        self.claimed.contains(&(self.groups[at].key.1.clone(), object.id.clone()))
    }

    /// Binds objects that fit one group only, where the group has room for them. Says whether it
    /// did, since then others may have become certain.
    fn bind_what_is_certain(&mut self) -> bool {
        for at in 0..self.groups.len() {
            let group = &self.groups[at];
            let own: Vec<&Object> =
                self.fitting(group).into_iter().filter(|o| !self.contested(at, o)).collect();
            let (open, fit) = (group.open.clone(), own.len());
            if open.is_empty()
                || fit == 0
                || (fit > open.len() && !interchangeable(group.intent.schema, &own))
            {
                continue;
            }
            for ((seq, pending), object) in open.into_iter().zip(own) {
                let evidence = of_adoption(&self.groups[at].intent, object, fit);
                self.bind(at, seq, pending, object, evidence);
            }
            return true;
        }
        false
    }

    fn bind(&mut self, at: usize, seq: Seq, pending: &Pending, object: &Object, evidence: String) {
        let group = &mut self.groups[at];
        group.open.retain(|(open, _)| *open != seq);
        if !planted::is(Bug::FoundTwice) {
            self.claimed.insert((group.key.1.clone(), object.id.clone()));
        }
        let object = as_intended(group.intent.want, object);
        let found = Found { begun: seq, object, evidence };
        self.resolution.adopted.insert(pending.begun.address.clone(), found);
    }

    /// What is left: it is too early to say, nothing was made, or it is for the user to say.
    fn rest(&mut self) {
        let settle = self.clues.settle;
        let mut asked: BTreeSet<usize> = BTreeSet::new();
        for at in 0..self.groups.len() {
            let group = &self.groups[at];
            let Some(latest) = group.open.iter().map(|(_, p)| left_by(p) + settle).max() else { continue };
            let fitting = self.fitting(group);
            if fitting.iter().any(|o| !self.contested(at, o)) {
                // More than there is room for, and not equal: waiting tells nothing more.
                let members: Vec<&Pending> = group.open.iter().map(|(_, p)| *p).collect();
                self.faults.push(ambiguous(group.intent.schema, &members, &fitting));
            } else if self.clues.now < latest && !planted::is(Bug::SettleIgnored) {
                self.resolution.wait_until = self.resolution.wait_until.max(Some(latest));
            } else if !fitting.is_empty() {
                asked.insert(at);
            } else {
                for (seq, _) in group.open.clone() {
                    let evidence = format!(
                        "it made nothing: no object fits, and {} s after it can have left it would show",
                        settle.as_secs()
                    );
                    self.resolution.nothing.insert(seq, evidence);
                }
            }
        }
        if self.resolution.wait_until.is_none() {
            self.ask(&asked);
        }
    }

    /// Asks about the groups whose objects fit each other's intents.
    fn ask(&mut self, asked: &BTreeSet<usize>) {
        let mut left = asked.clone();
        while let Some(first) = left.pop_first() {
            let group = &self.groups[first];
            let mut choices = self.fitting(group);
            let mut members: Vec<&Pending> = group.open.iter().map(|(_, p)| *p).collect();
            let with: Vec<usize> =
                left.iter().copied().filter(|at| self.groups[*at].key == group.key).collect();
            for at in with {
                left.remove(&at);
                members.extend(self.groups[at].open.iter().map(|(_, p)| *p));
                for object in self.fitting(&self.groups[at]) {
                    if !choices.iter().any(|o| o.id == object.id) {
                        choices.push(object);
                    }
                }
            }
            self.faults.push(ambiguous(group.intent.schema, &members, &choices));
        }
    }
}

/// What was made, with what its intent says and the cloud does not show. The mark has done its work.
fn as_intended(want: &Attributes, object: &Object) -> Object {
    let mut made = Object::new(object.id.clone(), object.attributes.clone());
    for (name, value) in want.iter() {
        if made.attributes.held(name).is_none() {
            made.attributes.set(name, value.clone());
        }
    }
    made
}

/// The object that a call which can be repeated is for: the one its effect names, the one it is
/// recorded with, or, for what exists with its parent, the one its natural key names.
pub fn object_of(recorded: &Recorded, catalog: &Catalog, pending: &Pending) -> Option<ObjectId> {
    let begun = &pending.begun;
    if let Some(id) = begun.id() {
        return Some(id.to_owned());
    }
    if let Some(object) = recorded.objects.get(&begun.address) {
        return Some(object.id.clone());
    }
    let schema = catalog.schema(&begun.address.block);
    let Effect::Create { want } = &begun.effect else { return None };
    let key: Option<Vec<&str>> = schema.natural_key.iter().map(|name| want.text(name)).collect();
    key.filter(|_| schema.adopts).map(|key| key.join("/"))
}

/// Where that object is to be seen.
pub fn sight_of(
    configuration: &Configuration,
    recorded: &Recorded,
    catalog: &Catalog,
    pending: &Pending,
) -> Option<Sight> {
    let provider = &pending.begun.binding.provider;
    if !configuration.providers.contains_key(provider) {
        return None; // the walk says so, if it matters
    }
    let id = object_of(recorded, catalog, pending)?;
    Some(Sight { provider: provider.clone(), kind: pending.begun.address.kind().clone(), id })
}

impl Resolution {
    /// What a beginning made, if it made something.
    pub fn made(&self, begun: Seq) -> Option<&Found> {
        self.adopted.values().find(|found| found.begun == begun)
    }

    /// The record with what was found bound to its address.
    pub fn bind<'r>(&self, recorded: &'r Recorded) -> Cow<'r, Recorded> {
        if self.adopted.is_empty() {
            return Cow::Borrowed(recorded);
        }
        let mut bound = recorded.clone();
        for (address, found) in &self.adopted {
            let Some(pending) = recorded.pending.get(&found.begun) else { continue };
            let binding = &pending.begun.binding;
            let object = RecordedObject {
                id: found.object.id.clone(),
                provider: binding.provider.clone(),
                identity: binding.identity.clone(),
                origin: Origin::Made,
                attributes: found.object.attributes.clone(),
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

/// By when the call of an uncertain creation has left, if it ever did.
fn left_by(pending: &Pending) -> Timestamp {
    match pending.uncertain {
        Some(_) => pending.since, // its answer was given up then
        None => pending.begun.at + LEAVES_WITHIN,
    }
}

/// The objects that any address has, by kind and id.
fn claimed(recorded: &Recorded) -> BTreeSet<(Kind, String)> {
    recorded.every_object().map(|(a, o)| (a.kind().clone(), o.id.clone())).collect()
}
