//! The living part of Alibaba Cloud: objects by id, what happens to them as time passes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::objects::{
    Account, AlibabaWorld, ClientToken, Instance, Key, LinkEndpoint, LinkService, LoadBalancer, Network,
};

/// One change. Objects are written whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    Service(Box<LinkService>),
    ServiceGone(String),
    Endpoint(Box<LinkEndpoint>),
    EndpointGone(String),
    Instance(Box<Instance>),
    Token(Box<ClientToken>),
    Ids(u64),
}

/// Everything of this cloud.
#[derive(Debug, Default)]
pub(crate) struct Land {
    pub(crate) service_account: String,
    pub(crate) accounts: Vec<Account>,
    pub(crate) balancers: BTreeMap<String, LoadBalancer>,
    pub(crate) vpcs: BTreeMap<String, Network>,
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) services: BTreeMap<String, LinkService>,
    pub(crate) endpoints: BTreeMap<String, LinkEndpoint>,
    tokens: BTreeMap<(String, String), ClientToken>,
    ids: u64,
    seed: u64,
}

impl Land {
    /// The part of a world come alive; says what is wrong with it.
    pub(crate) fn of(world: AlibabaWorld, seed: u64) -> Result<Land, String> {
        let AlibabaWorld {
            service_account,
            accounts,
            load_balancers,
            vpcs,
            instances,
            services,
            endpoints,
            tokens,
            ids,
        } = world;
        let known = |account: &str| accounts.iter().any(|one| one.name == account);
        for (what, account) in instances
            .iter()
            .map(|one| (&one.id, &one.account))
            .chain(services.iter().map(|one| (&one.id, &one.account)))
            .chain(vpcs.iter().map(|one| (&one.id, &one.account)))
            .chain(load_balancers.iter().map(|one| (&one.id, &one.account)))
        {
            if !known(account) {
                return Err(format!("{what} belongs to no account of this world"));
            }
        }
        Ok(Land {
            service_account,
            accounts,
            balancers: load_balancers.into_iter().map(|one| (one.id.clone(), one)).collect(),
            vpcs: vpcs.into_iter().map(|one| (one.id.clone(), one)).collect(),
            instances: instances.into_iter().map(|one| (one.id.clone(), one)).collect(),
            services: services.into_iter().map(|one| (one.id.clone(), one)).collect(),
            endpoints: endpoints.into_iter().map(|one| (one.id.clone(), one)).collect(),
            tokens: tokens.into_iter().map(|one| ((one.account.clone(), one.token.clone()), one)).collect(),
            ids,
            seed,
        })
    }

    /// The document of this part.
    pub(crate) fn world(&self) -> AlibabaWorld {
        AlibabaWorld {
            service_account: self.service_account.clone(),
            accounts: self.accounts.clone(),
            load_balancers: self.balancers.values().cloned().collect(),
            vpcs: self.vpcs.values().cloned().collect(),
            instances: self.instances.values().cloned().collect(),
            services: self.services.values().cloned().collect(),
            endpoints: self.endpoints.values().cloned().collect(),
            tokens: self.tokens.values().cloned().collect(),
            ids: self.ids,
        }
    }

    /// Makes a change.
    pub(crate) fn replay(&mut self, change: Change) {
        match change {
            Change::Service(service) => _ = self.services.insert(service.id.clone(), *service),
            Change::ServiceGone(id) => _ = self.services.remove(&id),
            Change::Endpoint(endpoint) => _ = self.endpoints.insert(endpoint.id.clone(), *endpoint),
            Change::EndpointGone(id) => _ = self.endpoints.remove(&id),
            Change::Instance(instance) => _ = self.instances.insert(instance.id.clone(), *instance),
            Change::Token(token) => {
                self.tokens.insert((token.account.clone(), token.token.clone()), *token);
            }
            Change::Ids(ids) => self.ids = ids,
        }
    }

    /// Whose an AccessKey is.
    pub(crate) fn holder(&self, access: &str) -> Option<(&Account, &Key)> {
        let mut keys =
            self.accounts.iter().flat_map(|account| account.keys.iter().map(move |key| (account, key)));
        keys.find(|(_, key)| key.access == access)
    }

    /// What a client token was used for, if that is not forgotten.
    pub(crate) fn token(&self, account: &str, token: &str) -> Option<&ClientToken> {
        self.tokens.get(&(account.to_owned(), token.to_owned()))
    }

    /// A new id and the change that goes with it: the same ones in the same order for the same seed.
    pub(crate) fn new_id(&self, prefix: &str) -> (String, Change) {
        const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let count = self.ids + 1;
        let digest = Sha256::digest(format!("alibaba {} {count}", self.seed));
        let word: String =
            digest.iter().take(17).map(|byte| char::from(DIGITS[usize::from(*byte) % 36])).collect();
        (format!("{prefix}-bp1{word}"), Change::Ids(count))
    }

    /// The endpoints that lead to a service.
    pub(crate) fn connections<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a LinkEndpoint> {
        self.endpoints.values().filter(move |endpoint| endpoint.service_id == service)
    }

    /// The moves that time has made by `now`, the earliest first.
    pub(crate) fn due(&self, now: Timestamp) -> Option<Change> {
        let services = self.services.values().filter_map(|service| {
            let next = service.next.as_ref().filter(|next| next.at <= now)?;
            Some((next.at, Due::Service(service)))
        });
        let endpoints = self.endpoints.values().flat_map(|endpoint| {
            let own = endpoint.next.as_ref().map(|next| (next.at, Due::Endpoint(endpoint)));
            let link = endpoint.link.as_ref().map(|next| (next.at, Due::Link(endpoint)));
            own.into_iter().chain(link)
        });
        let first = services.chain(endpoints.filter(|(at, _)| *at <= now)).min_by_key(|(at, _)| *at)?;
        Some(match first {
            (_, Due::Service(service)) => {
                let mut service = service.clone();
                match service.next.take().and_then(|next| next.to) {
                    Some(status) => {
                        service.status = status;
                        Change::Service(Box::new(service))
                    }
                    None => Change::ServiceGone(service.id),
                }
            }
            (at, Due::Endpoint(endpoint)) => {
                let mut endpoint = endpoint.clone();
                match endpoint.next.take().and_then(|next| next.to) {
                    Some(status) => {
                        endpoint.status = status;
                        endpoint.zones.retain(|zone| !zone.leaving);
                        endpoint.modified_at = at;
                        Change::Endpoint(Box::new(endpoint))
                    }
                    None => Change::EndpointGone(endpoint.id),
                }
            }
            (at, Due::Link(endpoint)) => {
                let mut endpoint = endpoint.clone();
                if let Some(status) = endpoint.link.take().and_then(|next| next.to) {
                    endpoint.connection = status;
                }
                endpoint.modified_at = at;
                Change::Endpoint(Box::new(endpoint))
            }
        })
    }
}

enum Due<'a> {
    Service(&'a LinkService),
    Endpoint(&'a LinkEndpoint),
    Link(&'a LinkEndpoint),
}
