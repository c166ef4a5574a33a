//! A world drawn after a cloud that is only heard: what it answered to reading calls, in its own words.
//!
//! Whoever wants to try something on a copy of a live cloud tells a [`Portrait`] which tenants there are and what
//! the cloud answered; the portrait makes the world. What no answer shows is taken as the API reference lets one
//! guess: networks are there ([`Unseen::Assumed`](super::Unseen)), services of strangers admit everybody.

mod alibaba;
mod huaweicloud;
mod read;

use bytes::Bytes;
use http::{Method, Uri};
use jiff::Timestamp;

use super::settings::Delays;
use super::world::World;

/// One exchange with a cloud.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method of the request.
    pub method: Method,
    /// Its address.
    pub uri: Uri,
    /// The operation, where the request names it in a header (`x-acs-action`).
    pub action: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// Its body.
    pub answer: Bytes,
}

/// An account's part of a region, as the credentials that read it see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenant {
    /// The account's id.
    pub account: String,
    /// The project's id; empty for a cloud without projects.
    pub project: String,
    /// The region's id.
    pub region: String,
}

impl Tenant {
    /// The key that opens its part of the world: id and secret.
    pub fn key(&self) -> (String, String) {
        let Tenant { account, project, region } = self;
        (format!("portrait-{account}-{project}-{region}"), "portrait".to_owned())
    }
}

/// What was heard of a cloud so far.
#[derive(Debug, Default)]
pub struct Portrait {
    huaweicloud: huaweicloud::Seen,
    alibaba: alibaba::Seen,
}

impl Portrait {
    /// A tenant of Huawei Cloud, of whom answers will tell.
    pub fn add_huaweicloud(&mut self, tenant: Tenant) {
        self.huaweicloud.add(tenant);
    }

    /// A tenant of Alibaba Cloud.
    pub fn add_alibaba(&mut self, tenant: Tenant) {
        self.alibaba.add(tenant);
    }

    /// Takes an exchange in. What it does not understand, and what failed, tells it nothing. `heard` was asked as
    /// this tenant where only the credentials said so.
    pub fn hear(&mut self, exchange: &Exchange, tenant: &Tenant) {
        if !(200..300).contains(&exchange.status) {
            return;
        }
        let Ok(answer) = serde_json::from_slice(&exchange.answer) else { return };
        match &exchange.action {
            Some(action) => self.alibaba.hear(action, exchange, &answer, tenant),
            None => self.huaweicloud.hear(exchange, &answer),
        }
    }

    /// The world as far as it was heard of; what was on its way then arrives after as long as it takes.
    pub fn world(&self, now: Timestamp, delays: &Delays) -> World {
        let mut world = self.huaweicloud.world(now, delays);
        world.alibaba = self.alibaba.world(now, delays);
        world
    }
}
