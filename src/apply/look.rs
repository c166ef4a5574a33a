//! Looking for what an unanswered creation may have made, before it is ever repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::plan::uncertain::{Intent, born};
use crate::planted::{self, Bug};
use crate::provider::{Clock, Cloud, Read};
use crate::resource::{Attributes, Fault, Kind, KindSchema, Object, ObjectId, ProviderName};

/// Which objects belong to whom in this run, as far as it is known: those that some address has, and
/// the creations whose object nobody knows yet.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    taken: BTreeSet<ObjectId>,
    open: BTreeMap<u64, OpenCreation>,
    last: u64,
}

/// A creation that was begun, and whose object nobody knows yet.
#[derive(Clone, Debug)]
pub(super) struct OpenCreation {
    pub(super) provider: ProviderName,
    pub(super) kind: Kind,
    pub(super) want: Attributes,
    pub(super) mark: Option<String>,
    pub(super) since: jiff::Timestamp,
}

impl OpenCreation {
    fn intent<'a>(&'a self, schema: &'a KindSchema) -> Intent<'a> {
        Intent { schema, want: &self.want, mark: self.mark.as_deref(), since: self.since }
    }
}

/// A creation that was begun. It stays open until what it made is known for certain: as long as it
/// is open, nobody else takes what could be its object.
pub(super) struct Opened<'a> {
    claims: &'a Claims,
    number: u64,
}

impl Claims {
    pub(super) fn new(ids: impl IntoIterator<Item = ObjectId>) -> Claims {
        Claims(Mutex::new(Known { taken: ids.into_iter().collect(), ..Known::default() }))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A creation begins.
    pub(super) fn open(&self, creation: OpenCreation) -> Opened<'_> {
        let mut known = self.known();
        known.last += 1;
        let number = known.last;
        known.open.insert(number, creation);
        Opened { claims: self, number }
    }

    /// Claims an object; false if somebody else has it.
    pub(super) fn claim(&self, id: &str) -> bool {
        self.known().taken.insert(id.to_owned())
    }

    fn has(&self, id: &str) -> bool {
        self.known().taken.contains(id)
    }
}

impl Opened<'_> {
    /// What it made is known.
    pub(super) fn close(self) {
        self.claims.known().open.remove(&self.number);
    }

    /// The objects that nobody has and that fit this creation, oldest first; with each, whether it
    /// fits another open creation just as well.
    fn fitting(&self, schema: &KindSchema, objects: Vec<Object>) -> Vec<(Object, bool)> {
        let known = self.claims.known();
        let Some(own) = known.open.get(&self.number) else { return Vec::new() };
        let others: Vec<&OpenCreation> = known
            .open
            .iter()
            .filter(|(number, other)| **number != self.number && other.provider == own.provider)
            .map(|(_, other)| other)
            .filter(|other| other.kind == own.kind)
            .collect();
        let mut fitting: Vec<(Object, bool)> = objects
            .into_iter()
            .filter(|o| own.intent(schema).fits(o))
            .map(|o| {
                let beyond = own.intent(schema).beyond(&o);
                let nearer = |other: &&OpenCreation| {
                    let other = other.intent(schema);
                    other.fits(&o) && other.beyond(&o) <= beyond
                };
                let contested = others.iter().any(nearer);
                (o, contested)
            })
            .collect();
        fitting.sort_by_key(|(o, _)| (born(&o.attributes), o.id.clone()));
        fitting
    }
}

/// What the looking came to.
pub(super) enum Found {
    /// The answer got lost, the object is there.
    Made(Object),
    /// Nothing shows, and everything that was made would show by now.
    Nothing,
    /// Objects that cannot be told apart, or a listing that cannot be read.
    Unclear(Fault),
}

/// Looks until something is found or everything that was made would show: it may have been made as
/// late as now, when its answer was given up.
pub(super) async fn look_for(
    cloud: &Cloud,
    schema: &KindSchema,
    creation: &Opened<'_>,
    settle: Duration,
    clock: &Clock,
) -> Found {
    let mut pause = Duration::from_millis(500);
    let mut last_fault;
    let shows_by = clock.deadline(settle);
    loop {
        let settled = Instant::now() >= shows_by || planted::is(Bug::SettleIgnored);
        match cloud.list(&schema.kind, None, &|id| !creation.claims.has(id)).await {
            Ok(objects) => {
                last_fault = None;
                let normal = |o: Object| Object { attributes: schema.normalise(o.attributes), ..o };
                let fitting = creation.fitting(schema, objects.into_iter().map(normal).collect());
                let own: Vec<&Object> = fitting.iter().filter(|(_, c)| !c).map(|(o, _)| o).collect();
                match own.as_slice() {
                    [object] => {
                        if creation.claims.claim(&object.id) {
                            return Found::Made((*object).clone());
                        }
                    }
                    // What another creation may have made, too, shows whose it is when that one ends.
                    [] if !settled => {}
                    [] if fitting.is_empty() => return Found::Nothing,
                    _ => {
                        let ids: Vec<&str> = fitting.iter().map(|(o, _)| o.id.as_str()).collect();
                        return Found::Unclear(Fault::message(format!(
                            "what it made cannot be told for certain: {} fit what was begun; the next plan \
                             shows the choices",
                            ids.join(", ")
                        )));
                    }
                }
            }
            Err(fault) => last_fault = Some(fault.fault),
        }
        if settled && let Some(fault) = last_fault {
            if planted::is(Bug::FailedListingIsEmpty) {
                return Found::Nothing;
            }
            return Found::Unclear(fault);
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}
