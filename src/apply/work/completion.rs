//! What a step completes: another object, read until it shows that.

use std::time::Duration;

use tokio::time::Instant;

use super::Doing;
use crate::plan::StepEnd;
use crate::provider::{self, Read, Settling};
use crate::resource::{Address, Attributes, Compare, Object};
use crate::state::Entry;

/// How long a completed object is given to show it.
const COMPLETION: Duration = Duration::from_secs(30);

impl Doing<'_> {
    /// Reads the object that this step completes, if any, in its own account, until it shows that.
    pub(super) async fn complete(&self) -> Result<Option<(Address, Attributes)>, StepEnd> {
        let Some(other) = &self.step().completes else { return Ok(None) };
        let Some(recorded) = self.worker.session.with(|r| r.objects.get(other).cloned()) else {
            return Ok(None);
        };
        let schema = self.worker.catalog.schema(&other.block);
        let Ok(cloud) = self.worker.clouds.get(&recorded.provider) else { return Ok(None) };
        let until = self.worker.clock.deadline(COMPLETION).min(self.deadline());
        let watch = &self.worker.watch;
        let status = |attributes: &Attributes| {
            let by_status = schema.attributes.iter().find(|a| matches!(a.compare, Compare::Status(_)));
            by_status.and_then(|a| attributes.text(a.name).map(str::to_owned))
        };
        let first = cloud.get(&schema.kind, &recorded.id).await;
        let mut looks = None;
        let mut seen = first.map(|o| o.map(|o| Object { attributes: schema.normalise(o.attributes), ..o }));
        loop {
            if let Ok(Some(object)) = &seen {
                let settled =
                    matches!(provider::resting(&schema.kind, object), Settling::Ready | Settling::Blocked(_));
                let late =
                    schema.attributes.iter().any(|a| a.is_late() && object.attributes.get(a.name).is_some());
                let overdue = Instant::now() >= until;
                if settled && (late || status(&object.attributes) != status(&recorded.attributes)) || overdue
                {
                    let attributes = schema.known(object.attributes.clone(), &recorded.attributes);
                    let entry = Entry::Seen {
                        address: other.clone(),
                        id: object.id.clone(),
                        attributes: attributes.clone(),
                        settling: false,
                        taint: None,
                    };
                    self.worker.record(entry).await?;
                    return Ok(Some((other.clone(), attributes)));
                }
            } else if Instant::now() >= until {
                return Ok(None); // the next refresh reads it
            }
            let looks = looks
                .get_or_insert_with(|| watch.follow(&recorded.provider, &cloud, schema, None, &recorded.id));
            match tokio::time::timeout_at(until, looks.recv()).await {
                Ok(Some(look)) => seen = look,
                Ok(None) => return Ok(None),
                Err(_) => {}
            }
        }
    }
}
