//! Speaking to one cloud: request bodies, response reading, signing, retry. It decides nothing.
//!
//! A provider says what is possible: its kinds as data, how to list and get, how an effect becomes
//! calls, when an object has settled, how an error is classed. The engine core knows no cloud's
//! name; it holds a [`Cloud`] for each provider block.
//!
//! Architecture invariant: a provider sees no plan and of the state only the [`Ticket`] that
//! allows a write. Reading is lenient, writing is exact.

pub mod alibaba;
mod clock;
mod cloud;
mod clouds;
mod error_table;
pub mod huaweicloud;
mod pace;
mod retry;
mod settings;
mod signature;
#[cfg(test)]
mod testing;
mod transport;
mod verdict;

use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::resource::{Attributes, Fault, Identity, Kind, Object};
use crate::state::Ticket;
pub use crate::state::{Call, Effect};

pub use clock::Clock;
pub use cloud::{
    Cloud, asked, calls, catalog, created_at, explain, is_on_its_way, is_passing, lane, marked, outlasts,
    resting, settling, shows, tokened, triable,
};
pub use clouds::{Clouds, Connector};
pub use pace::Pace;
pub use retry::{Attempt, Budget, Retry, retry_after};
pub use settings::{Keys, ProviderSetting, SettingFault, Settings};
pub use transport::{Handler, Heard, Listener, LogHook, LogLine, Transport, TransportFault};

/// What a writing call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The object as the answer showed it; none where the answer holds none.
    pub object: Option<Object>,
}

/// How an error is classed (the `class` column of the cloud's error table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Credentials or rights.
    Auth,
    /// The request is wrong.
    Input,
    /// What it names is not there.
    Missing,
    /// Something else is in the way.
    Conflict,
    /// A limit is reached.
    Quota,
    /// The object's status does not allow it now.
    State,
    /// Too many requests.
    Throttle,
    /// The cloud failed.
    Internal,
    /// No answer, or none that can be read.
    Transport,
}

/// A row of a cloud's error table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The HTTP status it comes with.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// The message on the wire.
    pub message: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What the user can do.
    pub action: &'static str,
    /// Its class.
    pub class: Class,
    /// Whether the same request may succeed later.
    pub retry: bool,
}

/// A read that failed. It is never "absent".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ReadFault {
    /// Its class.
    pub class: Class,
    /// What the cloud said.
    pub fault: Fault,
}

/// A write that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteFault {
    /// The cloud said no: nothing happened.
    #[error("{1}")]
    Refused(Class, Fault),
    /// The API does not change this attribute in place after all (`EndPoint.3054`): the next plan
    /// replaces. Nothing happened.
    #[error("{1}")]
    Unchangeable(&'static str, Fault),
    /// No answer, or one that does not say whether it happened. It is never taken for a failure.
    #[error("{0}")]
    Unanswered(Fault),
}

/// Whether an object is where its effect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settling {
    /// It is.
    Ready,
    /// It is on the way; the word is the cloud's status.
    Pending(String),
    /// It is being deleted.
    Leaving,
    /// The cloud itself calls it failed.
    Failed(Fault),
    /// It is held up by something that neither waiting nor another object mends, such as arrears.
    Blocked(Fault),
}

/// The reading half of a cloud. Retries are its own business.
pub trait Read {
    /// Which account, project and region the credentials lead to. Asked once, then remembered.
    fn identity(&self) -> impl Future<Output = Result<Identity, ReadFault>> + Send;

    /// The objects of a kind, all pages: of the project, or under one parent. Only those whose id
    /// `keep` wants are built.
    fn list(
        &self,
        kind: &Kind,
        parent: Option<&str>,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> impl Future<Output = Result<Vec<Object>, ReadFault>> + Send;

    /// One object by id; `None` when the cloud itself says that there is none.
    fn get(&self, kind: &Kind, id: &str) -> impl Future<Output = Result<Option<Object>, ReadFault>> + Send;

    /// A data lookup.
    fn lookup(
        &self,
        kind: &Kind,
        args: &Attributes,
    ) -> impl Future<Output = Result<Attributes, ReadFault>> + Send;
}

/// A call that makes something leaves within this time after its beginning was recorded, or not at
/// all. So whoever finds the beginning without an end knows by when an object would show.
pub const LEAVES_WITHIN: Duration = Duration::from_secs(30);

/// The writing half of a cloud.
pub trait Write {
    /// Sends one call. No ticket, no write. One that makes something keeps [`LEAVES_WITHIN`]: where
    /// the API throttles it for longer, it is refused as throttled, and may be begun again.
    fn perform(
        &self,
        ticket: &Ticket,
        kind: &Kind,
        call: &Call,
    ) -> impl Future<Output = Result<Reply, WriteFault>> + Send;
}
