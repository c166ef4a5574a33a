//! Waiting: until an object is where it was led to, at rest, or gone.

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Doing;
use crate::apply::watch::Look;
use crate::plan::walk::parent_of;
use crate::plan::{Event, StepAction, StepEnd};
use crate::provider::{self, Call, Read, Settling};
use crate::resource::{Fault, Object};

/// An object, and whether the last answer told it.
pub(super) struct Told {
    pub(super) object: Object,
    pub(super) fresh: bool,
}

impl Doing<'_> {
    /// What an earlier run began, and nobody saw the end of, comes to rest before it is ended:
    /// the cloud deletes nothing that it is still making.
    pub(super) async fn at_rest(&self, id: &str, deposed: bool) -> Result<(), StepEnd> {
        let address = &self.step().address;
        let is_settling = self.worker.session.with(|recorded| match deposed {
            true => {
                recorded.deposed.get(address).is_some_and(|all| all.iter().any(|o| o.id == id && o.settling))
            }
            false => recorded.objects.get(address).is_some_and(|o| o.settling),
        });
        if !is_settling {
            return Ok(());
        }
        self.come_to_rest(id, "it is still being made", |_| true).await.map(drop)
    }

    /// What a call has begun comes to its end; gives the object as it is then, if it is there.
    pub(super) async fn rested(&self, id: &str, call: &Call) -> Result<Option<Object>, StepEnd> {
        let kind = &self.schema.kind;
        self.come_to_rest(id, "what was begun is not done yet", |object| {
            provider::shows(kind, call, object) != Some(false)
        })
        .await
    }

    /// Waits until an object rests and is as it shall be, or is gone.
    async fn come_to_rest(
        &self,
        id: &str,
        overdue: &str,
        is_done: impl Fn(&Object) -> bool,
    ) -> Result<Option<Object>, StepEnd> {
        let mut looks = self.follow(id);
        loop {
            match tokio::time::timeout_at(self.deadline(), looks.recv()).await {
                Err(_) | Ok(None) => return Err(StepEnd::Failed(self.overdue(overdue.to_owned()))),
                Ok(Some(Ok(Some(object)))) => {
                    let status = match provider::resting(&self.schema.kind, &object) {
                        Settling::Pending(status) => status,
                        Settling::Ready if !is_done(&object) => {
                            object.attributes.text("status").unwrap_or("there").to_owned()
                        }
                        _ => return Ok(Some(object)),
                    };
                    self.tell(Event::Waiting { step: self.step().id, status });
                }
                Ok(Some(Ok(None))) => return Ok(None),
                // A failed look says nothing about the object.
                Ok(Some(Err(_))) => {}
            }
        }
    }

    /// Waits until an object is gone.
    pub(super) async fn gone(&self, id: &str) -> Result<(), StepEnd> {
        let mut looks = self.follow(id);
        // How often it was seen at rest after it was seen on its way out.
        let mut returned = None;
        loop {
            match tokio::time::timeout_at(self.deadline(), looks.recv()).await {
                Err(_) | Ok(None) => {
                    return Err(StepEnd::Failed(self.overdue("it is still there".to_owned())));
                }
                Ok(Some(Ok(None))) => return Ok(()),
                Ok(Some(Ok(Some(object)))) => {
                    // As long as it is seen it is not at its end, whatever its status says.
                    match provider::resting(&self.schema.kind, &object) {
                        Settling::Leaving => returned = Some(0),
                        Settling::Ready => returned = returned.map(|times| times + 1),
                        Settling::Pending(_) | Settling::Failed(_) | Settling::Blocked(_) => {}
                    }
                    // Once may be an answer that is older than the last one.
                    if returned.is_some_and(|times| times > 1) {
                        return Err(StepEnd::Failed(came_back()));
                    }
                    let status = object.attributes.text("status").unwrap_or("there").to_owned();
                    self.tell(Event::Waiting { step: self.step().id, status });
                }
                // A failed look says nothing about the object.
                Ok(Some(Err(_))) => {}
            }
        }
    }

    /// Waits until an object is where it was led to; gives it as it is then. `rest` is still to be
    /// done.
    pub(super) async fn settled(&self, told: Told, rest: &[Call]) -> Result<Object, StepEnd> {
        let Told { object, fresh } = told;
        let want = match &self.step().action {
            StepAction::Await { .. } => self.recorded_arguments(),
            _ => self.job.want.clone(),
        };
        let judge = |object: &Object| match &self.step().action {
            // The plan found it as it should be: only that it rests is waited for.
            StepAction::Await { .. } if !self.schema.adopts => provider::resting(&self.schema.kind, object),
            _ => provider::settling(&self.schema.kind, &want, object),
        };
        let mut last = judge(&object);
        // The answer of the last call may say that all is done.
        if fresh && last == Settling::Ready {
            return Ok(object);
        }
        let id = object.id.clone();
        if !fresh && let Ok(Some(now)) = self.cloud.get(&self.schema.kind, &id).await {
            let now = self.normal(now);
            last = judge(&now);
            if last == Settling::Ready {
                return Ok(now);
            }
        }
        let mut looks = self.follow(&id);
        // Whether it was seen, and since when it has been seen no more.
        let (mut shown, mut missing) = (false, None);
        loop {
            if let Settling::Pending(status) = &last {
                self.tell(Event::Waiting { step: self.step().id, status: status.clone() });
            }
            match tokio::time::timeout_at(self.deadline(), looks.recv()).await {
                Err(_) | Ok(None) => {
                    let status = match last {
                        Settling::Pending(status) => format!("it is still `{status}`"),
                        _ => "it does not show yet".to_owned(),
                    };
                    return Err(StepEnd::Failed(self.overdue(status)));
                }
                Ok(Some(Ok(Some(object)))) => {
                    (shown, missing) = (true, None);
                    last = judge(&object);
                    match &last {
                        Settling::Ready => return Ok(object),
                        Settling::Failed(fault) => {
                            let object = self.as_recorded(object, rest);
                            self.seen(&object, false, Some(fault.clone())).await?;
                            return Err(StepEnd::Failed(fault.clone()));
                        }
                        // Waiting does not help now; the next run goes on from here.
                        Settling::Blocked(fault) => {
                            let object = self.as_recorded(object, rest);
                            self.seen(&object, true, None).await?;
                            return Err(StepEnd::Failed(fault.clone()));
                        }
                        Settling::Leaving => {
                            let fault = Fault::message("somebody else is deleting it");
                            return Err(StepEnd::Failed(fault));
                        }
                        Settling::Pending(_) => {}
                    }
                }
                // What was there and shows no more, for as long as anything takes to show, has gone.
                Ok(Some(Ok(None))) if shown => {
                    let since = *missing.get_or_insert_with(Instant::now);
                    if since.elapsed() >= self.worker.settle {
                        return Err(StepEnd::Failed(vanished()));
                    }
                }
                // Not there yet, or the look failed: neither says that it is gone.
                Ok(Some(Ok(None) | Err(_))) => {}
            }
        }
    }

    fn follow(&self, id: &str) -> mpsc::UnboundedReceiver<Look> {
        let attribute = |name: &str| {
            let value = self.job.want.text(name).or_else(|| self.job.have.text(name));
            value.map(str::to_owned).or_else(|| self.recorded_attributes().text(name).map(str::to_owned))
        };
        let parent = parent_of(self.schema, attribute);
        self.worker.watch.follow(&self.step().provider, &self.cloud, self.schema, parent, id)
    }

    pub(super) fn overdue(&self, what: String) -> Fault {
        let deadline = match self.step().timeout_s {
            seconds @ ..60 => format!("{seconds} s"),
            seconds => format!("{} min", seconds / 60),
        };
        Fault {
            message: format!("{what}, and the deadline of {deadline} has passed"),
            advice: "nothing is lost: the next apply goes on waiting; `timeouts` in the configuration sets another deadline"
                .to_owned(),
            ..Fault::default()
        }
    }
}

/// Somebody else was faster.
fn vanished() -> Fault {
    Fault {
        advice: "plan again: the next plan makes it again".to_owned(),
        ..Fault::message("it was there, and has gone again: somebody else deleted it")
    }
}

/// The cloud has given up a deletion.
fn came_back() -> Fault {
    Fault {
        advice: "look at what holds it, then apply again: it stays recorded".to_owned(),
        ..Fault::message("the cloud began to delete it, and it is at rest again")
    }
}
