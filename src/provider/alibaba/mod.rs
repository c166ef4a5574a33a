//! Alibaba Cloud: endpoints of Elasticsearch instances, and PrivateLink.
//!
//! Sources named in the comments are sections of the "Elasticsearch and PrivateLink API reference" as
//! the project read it, and its traps. An Elasticsearch instance is the consumer: its endpoint lives in
//! the VPC of the Elasticsearch service, and the endpoint service it leads to is the customer's.

mod config;
mod connections;
mod dry_run;
mod effects;
mod elasticsearch;
mod endpoints;
mod errors;
mod fields;
pub mod kinds;
mod listing;
mod lookups;
mod params;
mod request;
mod services;
mod session;
mod sign;
mod whitelist;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

pub use self::config::SETTINGS;
pub use self::dry_run::triable;
pub use self::effects::{calls, created_at, lane, outlasts, resting, settling, shows, tokened};
pub use self::errors::explain;
use self::session::Session;
use super::{Clock, ProviderSetting, SettingFault, Transport};
use crate::resource::{ObjectId, Value};

/// One provider block of this cloud: one account and region.
#[derive(Clone, Debug)]
pub struct Alibaba {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    session: Session,
    /// The instances of the endpoints that were seen: the API finds an endpoint by its instance only.
    instances: Mutex<BTreeMap<ObjectId, String>>,
    /// Held while a call is tried out.
    dry_runs: tokio::sync::Mutex<()>,
}

impl Alibaba {
    /// The cloud that these settings lead to. Nothing is sent yet.
    ///
    /// # Errors
    /// The setting that is missing or cannot be read.
    pub fn connect(
        settings: &BTreeMap<String, ProviderSetting>,
        transport: &Transport,
        clock: &Clock,
        seed: u64,
    ) -> Result<Alibaba, SettingFault> {
        let config = config::Config::read(settings)?;
        let transport = transport.trusting_also("ca_file", config.ca_pem.as_deref())?;
        let session = Session::new(config, transport, clock.clone(), seed);
        Ok(Alibaba {
            inner: Arc::new(Inner {
                session,
                instances: Mutex::default(),
                dry_runs: tokio::sync::Mutex::default(),
            }),
        })
    }

    /// The cloud's clock minus ours, once it has answered.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.session().clock().offset()
    }

    /// From now on no text of this value stands in the request log.
    pub fn conceal(&self, value: &Value) {
        self.session().conceal(value);
    }

    fn session(&self) -> &Session {
        &self.inner.session
    }

    /// Remembers in which instances endpoints are.
    fn remember(&self, endpoints: impl Iterator<Item = (ObjectId, String)>) {
        self.inner.instances.lock().unwrap_or_else(PoisonError::into_inner).extend(endpoints);
    }

    /// What is recorded of an object, by which alone the API finds it.
    pub fn acquaint(&self, id: &str, instance: &str) {
        self.remember(std::iter::once((id.into(), instance.to_owned())));
    }

    /// The instances of the endpoints that are wanted, as far as they are known.
    fn instances_of(&self, wanted: &(dyn Fn(&str) -> bool + Sync)) -> BTreeSet<String> {
        let known = self.inner.instances.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|(id, _)| wanted(id)).map(|(_, instance)| instance.clone()).collect()
    }

    fn instance_of(&self, endpoint: &str) -> Option<String> {
        self.inner.instances.lock().unwrap_or_else(PoisonError::into_inner).get(endpoint).cloned()
    }
}
