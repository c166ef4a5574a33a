//! Huawei Cloud VPC Endpoint (VPCEP).
//!
//! Sources named in the comments are sections of the vendor's "VPCEP API reference" as the
//! project read it, and the traps where its editions disagree. Reading takes every spelling that
//! any edition shows; writing sends the one that all of them accept.

mod auth;
mod config;
mod connections;
mod effects;
mod endpoints;
mod errors;
pub mod kinds;
mod lenient;
mod listing;
mod lookups;
mod page;
mod services;
mod session;
mod tags;
mod verdict;
mod whitelist;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Response};
use jiff::SignedDuration;

pub use self::config::{REGIONS, SETTINGS};
use self::effects::{call, changed, making, put, v2};
pub use self::effects::{calls, created_at, lane, resting, settling};
pub use self::errors::explain;
use self::session::{Ask, Session};
pub use self::tags::marked;
use super::{Clock, ProviderSetting, ReadFault, Retry, SettingFault, Transport};
use crate::resource::Value;

/// The version of the API that nearly all calls are of.
const VERSION: &str = "v1";

/// One provider block of this cloud: one account, project and region.
#[derive(Clone, Debug)]
pub struct Huawei {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    session: Session,
    retry: Retry,
    /// The page size of listings that refused the usual one.
    limits: Mutex<BTreeMap<String, usize>>,
}

impl Huawei {
    /// The cloud that these settings lead to. Nothing is sent yet.
    ///
    /// # Errors
    /// The setting that is missing or cannot be read.
    pub fn connect(
        settings: &BTreeMap<String, ProviderSetting>,
        transport: &Transport,
        clock: &Clock,
        seed: u64,
    ) -> Result<Huawei, SettingFault> {
        let config = config::Config::read(settings)?;
        let transport = transport.trusting_also("ca_file", config.ca_pem.as_deref())?;
        let session = Session::new(config, transport, clock.clone(), seed);
        Ok(Huawei { inner: Arc::new(Inner { session, retry: Retry::new(seed), limits: Mutex::default() }) })
    }

    /// The cloud's clock minus ours, once it has answered.
    pub fn clock_offset(&self) -> Option<SignedDuration> {
        self.inner.session.clock().offset()
    }

    /// From now on no text of this value stands in the request log.
    pub fn conceal(&self, value: &Value) {
        self.session().conceal(value);
    }

    fn session(&self) -> &Session {
        &self.inner.session
    }

    /// The address of a path below the project.
    fn url(&self, version: &str, project: &str, path: &str) -> String {
        format!("{}/{version}/{project}{path}", self.session().config().endpoint)
    }

    /// Reads below the project.
    async fn fetch(&self, operation: &str, path: &str) -> Result<Response<Bytes>, ReadFault> {
        let project = &self.session().identity().await?.project;
        let url = self.url(VERSION, project, path);
        let ask =
            Ask { operation, method: Method::GET, url, body: None, project: Some(project), leave_by: None };
        self.session().read(&self.inner.retry, &ask).await
    }
}
