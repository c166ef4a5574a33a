//! What the executor tells while it works. Terminal, JSON stream and summary are listeners.

use std::sync::Arc;
use std::time::Duration;

use super::{Plan, StepId};
use crate::resource::{Address, Fault, ObjectId};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepEnd {
    /// Done; with the object's id, where there is one.
    Done(Option<ObjectId>),
    /// Failed, with the cloud's words.
    Failed(Fault),
    /// Nobody knows whether it happened; the next plan finds out.
    Uncertain(Fault),
    /// Not tried, because this address's step failed, or because the run was stopped.
    NotTried(Option<Address>),
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something about the state as it was found, which its user should know. It comes before all
    /// else.
    Noted(String),
    /// A plan is being done. It comes before its steps; after an interrupted run it is what was left of the
    /// approved one.
    Begun(Arc<Plan>),
    /// A step started.
    Started {
        /// The step.
        step: StepId,
    },
    /// A step waits for the cloud.
    Waiting {
        /// The step.
        step: StepId,
        /// The cloud's status word.
        status: String,
    },
    /// A step tries again.
    Retrying {
        /// The step.
        step: StepId,
        /// After this long.
        after: Duration,
        /// Why.
        fault: Fault,
    },
    /// A step ended.
    Ended {
        /// The step.
        step: StepId,
        /// How.
        end: StepEnd,
        /// How long it took.
        took: Duration,
    },
    /// The user asked to stop: nothing new starts; the second time nothing is waited for.
    Stopping {
        /// Whether running steps are abandoned.
        now: bool,
    },
}
