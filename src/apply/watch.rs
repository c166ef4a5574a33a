//! Following objects to their end by few calls: one listing serves all that wait.
//!
//! Who waits registers. For each group (provider block, kind, parent) one poller looks as long as
//! anybody waits: often for the young, seldom for the old, and never faster than the listing itself
//! allows. Waiting holds no slot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::provider::{Clock, Cloud, Read, ReadFault};
use crate::resource::{Kind, KindSchema, Listing, Object, ObjectId, ProviderName};

/// What a look at an object found; a failed look is not the object's absence.
pub(super) type Look = Result<Option<Object>, ReadFault>;

/// The first look comes this soon; later ones after a quarter of the time waited so far.
const SOONEST: Duration = Duration::from_millis(200);
/// No longer than this between two looks.
const LATEST: Duration = Duration::from_secs(5);
/// So few are asked for one by one.
const FEW: usize = 2;

type Group = (ProviderName, Kind, Option<String>);

struct Waiter {
    id: ObjectId,
    since: Instant,
    sender: mpsc::UnboundedSender<Look>,
}

/// The pollers of a run.
#[derive(Clone)]
pub(super) struct Watch {
    groups: Arc<Mutex<BTreeMap<Group, Vec<Waiter>>>>,
    clock: Clock,
}

impl Watch {
    pub(super) fn new(clock: Clock) -> Watch {
        Watch { groups: Arc::default(), clock }
    }

    /// Looks at an object again and again, until the receiver is dropped.
    pub(super) fn follow(
        &self,
        provider: &ProviderName,
        cloud: &Arc<Cloud>,
        schema: &KindSchema,
        parent: Option<String>,
        id: &str,
    ) -> mpsc::UnboundedReceiver<Look> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let group = (provider.clone(), schema.kind.clone(), parent);
        let waiter = Waiter { id: id.to_owned(), since: Instant::now(), sender };
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let waiters = groups.entry(group.clone()).or_default();
        waiters.push(waiter);
        if waiters.len() == 1 {
            tokio::spawn(self.clone().poll(group, cloud.clone(), schema.clone()));
        }
        receiver
    }

    /// Who waits in a group: their ids, and how long the youngest has waited. The group ends with
    /// its last waiter.
    fn waiting(&self, group: &Group) -> Option<(BTreeSet<ObjectId>, Duration)> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let waiters = groups.get_mut(group)?;
        waiters.retain(|w| !w.sender.is_closed());
        let youngest = waiters.iter().map(|w| w.since.elapsed()).min();
        match youngest {
            Some(youngest) => Some((waiters.iter().map(|w| w.id.clone()).collect(), youngest)),
            None => {
                groups.remove(group);
                None
            }
        }
    }

    async fn poll(self, group: Group, cloud: Arc<Cloud>, schema: KindSchema) {
        let mut took = Duration::ZERO;
        while let Some((_, youngest)) = self.waiting(&group) {
            let pause = (youngest / 4).clamp(SOONEST, LATEST).max(took * 2);
            self.clock.sleep(pause).await;
            let Some((ids, _)) = self.waiting(&group) else { return };
            let began = Instant::now();
            let found = look(&cloud, &schema, group.2.as_deref(), &ids).await;
            took = began.elapsed();
            let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            for waiter in groups.get(&group).into_iter().flatten() {
                if let Some(look) = found.get(&waiter.id) {
                    // Who does not listen any more is removed before the next look.
                    let _ = waiter.sender.send(look.clone());
                }
            }
        }
    }
}

async fn look(
    cloud: &Arc<Cloud>,
    schema: &KindSchema,
    parent: Option<&str>,
    ids: &BTreeSet<ObjectId>,
) -> BTreeMap<ObjectId, Look> {
    let mut found: BTreeMap<ObjectId, Look> = BTreeMap::new();
    if ids.len() > FEW {
        match cloud.list(&schema.kind, parent, &|id| ids.contains(id)).await {
            Ok(objects) => found.extend(objects.into_iter().map(|o| (o.id.clone(), Ok(Some(o))))),
            Err(fault) => return ids.iter().map(|id| (id.clone(), Err(fault.clone()))).collect(),
        }
    }
    // Missing from the listing is not gone until its own GET says so.
    for id in ids {
        if !found.contains_key(id) {
            found.insert(id.clone(), cloud.get(&schema.kind, id).await);
        }
    }
    // Nor is what its GET calls gone, while the listing shows it.
    let is_listed = ids.len() > FEW || schema.listing != Listing::Project;
    if !is_listed && found.values().any(|look| matches!(look, Ok(None))) {
        let missing = |id: &str| matches!(found.get(id), Some(Ok(None)));
        match cloud.list(&schema.kind, parent, &missing).await {
            Ok(objects) => found.extend(objects.into_iter().map(|o| (o.id.clone(), Ok(Some(o))))),
            Err(fault) => {
                found
                    .values_mut()
                    .filter(|look| matches!(look, Ok(None)))
                    .for_each(|look| *look = Err(fault.clone()));
            }
        }
    }
    for look in found.values_mut() {
        if let Ok(Some(object)) = look {
            object.attributes = schema.normalise(std::mem::take(&mut object.attributes));
        }
    }
    found
}
