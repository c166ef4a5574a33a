//! Looking for what an unanswered creation may have made, before it is ever repeated.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::plan::uncertain::{born, could_be};
use crate::planted::{self, Bug};
use crate::provider::{Clock, Cloud, Read};
use crate::resource::{Attributes, Fault, KindSchema, Object, ObjectId};

/// The objects that some address of this run has.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<BTreeSet<ObjectId>>);

impl Claims {
    pub(super) fn new(ids: impl IntoIterator<Item = ObjectId>) -> Claims {
        Claims(Mutex::new(ids.into_iter().collect()))
    }

    /// Claims an object; false if somebody else has it.
    pub(super) fn claim(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned())
    }

    fn has(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
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
    want: &Attributes,
    begun: jiff::Timestamp,
    settle: Duration,
    claims: &Claims,
    clock: &Clock,
) -> Found {
    let mut pause = Duration::from_millis(500);
    let mut last_fault;
    let shows_by = clock.deadline(settle);
    loop {
        let settled = Instant::now() >= shows_by || planted::is(Bug::SettleIgnored);
        match cloud.list(&schema.kind, None, &|id| !claims.has(id)).await {
            Ok(objects) => {
                last_fault = None;
                let mut fitting: Vec<Object> = objects
                    .into_iter()
                    .map(|o| Object { attributes: schema.normalise(o.attributes), ..o })
                    .filter(|o| could_be(schema, want, o, begun))
                    .collect();
                fitting.sort_by_key(|o| (born(&o.attributes), o.id.clone()));
                match fitting.as_slice() {
                    [] if settled => return Found::Nothing,
                    [] => {}
                    [object] => {
                        if claims.claim(&object.id) {
                            return Found::Made(object.clone());
                        }
                    }
                    several => {
                        let ids: Vec<&str> = several.iter().map(|o| o.id.as_str()).collect();
                        return Found::Unclear(Fault::message(format!(
                            "several objects fit what was begun: {}; the next plan shows the choices",
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
