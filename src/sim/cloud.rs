//! The living world: every object, every index over them, and the moves that time makes on its own.
//!
//! All change goes through [`Cloud::apply`]: it keeps the indexes right and remembers the change for the store, so
//! a change that is read back from the log does exactly what it did the first time.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::alibaba::land::{self, Land};
use super::ground::Ground;
use super::objects::{
    Endpoint, EndpointStatus, Permission, ResourceError, Service, ServiceStatus, ServiceType,
};
use super::ordered::Ordered;
use super::world::{Counters, World};

/// One change of the world. Objects are written whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    Service(Box<Service>),
    ServiceGone(Uuid),
    Endpoint(Box<Endpoint>),
    EndpointGone(Uuid),
    Permission(Permission),
    PermissionGone(Uuid),
    Counters(Counters),
    Alibaba(Box<land::Change>),
}

/// What a project holds.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    pub(crate) services: Ordered,
    pub(crate) endpoints: Ordered,
}

/// What hangs on a service.
#[derive(Debug, Default)]
pub(crate) struct Links {
    pub(crate) connections: Ordered,
    /// Connections in `creating` or `accepted`.
    pub(crate) holding: usize,
    pub(crate) permissions: Ordered,
    pub(crate) by_permission: BTreeMap<String, Uuid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Service(Uuid),
    Endpoint(Uuid),
}

/// The living world.
#[derive(Debug, Default)]
pub(crate) struct Cloud {
    pub(crate) ground: Ground,
    pub(crate) services: BTreeMap<Uuid, Service>,
    pub(crate) endpoints: BTreeMap<Uuid, Endpoint>,
    pub(crate) permissions: BTreeMap<Uuid, Permission>,
    pub(crate) holdings: BTreeMap<String, Holdings>,
    pub(crate) links: BTreeMap<Uuid, Links>,
    /// Who uses a back end's port number: (port id, server port) to the service.
    back_ends: BTreeMap<(Uuid, u16), Uuid>,
    /// Addresses that are taken, and where to look for the next free one.
    addresses: BTreeMap<Uuid, (BTreeSet<Ipv4Addr>, u32)>,
    /// Route tables of gateway endpoints: (route table, service) to the endpoint.
    pub(crate) routes: BTreeMap<(Uuid, Uuid), Uuid>,
    due: BTreeSet<(Timestamp, Due)>,
    pub(crate) counters: Counters,
    /// The Alibaba Cloud part.
    pub(crate) alibaba: Land,
    seed: u64,
    fail_orphans: bool,
    journal: Option<Vec<Change>>,
}

impl Cloud {
    /// The world come alive; says what is wrong with it.
    pub(crate) fn of(world: World, seed: u64, fail_orphans: bool) -> Result<Cloud, String> {
        let ground = Ground::of(&world)?;
        let alibaba = Land::of(world.alibaba, seed)?;
        let mut cloud =
            Cloud { ground, counters: world.counters, alibaba, seed, fail_orphans, ..Cloud::default() };
        for port in cloud.ground.ports.values() {
            cloud.addresses.entry(port.thing.subnet_id).or_default().0.insert(port.thing.ip);
        }
        for service in world.services {
            if !cloud.ground.projects.contains_key(&service.project) {
                return Err(format!("service {} belongs to no project of this world", service.id));
            }
            cloud.apply(Change::Service(Box::new(service)));
        }
        for permission in world.permissions {
            cloud.apply(Change::Permission(permission));
        }
        for endpoint in world.endpoints {
            if !cloud.ground.projects.contains_key(&endpoint.project) {
                return Err(format!("endpoint {} belongs to no project of this world", endpoint.id));
            }
            cloud.apply(Change::Endpoint(Box::new(endpoint)));
        }
        Ok(cloud)
    }

    /// The document of this world.
    pub(crate) fn world(&self) -> World {
        World {
            accounts: self.ground.accounts.clone(),
            public_services: self.ground.public.values().cloned().collect(),
            services: self.services.values().cloned().collect(),
            permissions: self.permissions.values().cloned().collect(),
            endpoints: self.endpoints.values().cloned().collect(),
            counters: self.counters.clone(),
            alibaba: self.alibaba.world(),
        }
    }

    /// Remembers changes from now on.
    pub(crate) fn keep_journal(&mut self) {
        self.journal = Some(Vec::new());
    }

    /// The changes since last asked.
    pub(crate) fn take_journal(&mut self) -> Vec<Change> {
        self.journal.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Makes a change.
    pub(crate) fn apply(&mut self, change: Change) {
        if let Some(journal) = &mut self.journal {
            journal.push(change.clone());
        }
        self.replay(change);
    }

    /// Makes a change that the journal has already.
    pub(crate) fn replay(&mut self, change: Change) {
        match change {
            Change::Service(service) => self.put_service(*service),
            Change::ServiceGone(id) => self.drop_service(id),
            Change::Endpoint(endpoint) => self.put_endpoint(*endpoint),
            Change::EndpointGone(id) => self.drop_endpoint(id),
            Change::Permission(permission) => self.put_permission(permission),
            Change::PermissionGone(id) => self.drop_permission(id),
            Change::Counters(counters) => self.counters = counters,
            Change::Alibaba(change) => self.alibaba.replay(*change),
        }
    }

    fn put_service(&mut self, service: Service) {
        if let Some(old) = self.services.remove(&service.id) {
            self.unindex_service(&old);
        }
        let id = service.id;
        for mapping in &service.ports {
            self.back_ends.insert((service.port_id, mapping.server_port), id);
        }
        if let Some(next) = &service.next {
            self.due.insert((next.at, Due::Service(id)));
        }
        self.holdings.entry(service.project.clone()).or_default().services.insert((service.created_at, id));
        self.links.entry(id).or_default();
        self.services.insert(id, service);
    }

    fn unindex_service(&mut self, old: &Service) {
        for mapping in &old.ports {
            self.back_ends.remove(&(old.port_id, mapping.server_port));
        }
        if let Some(next) = &old.next {
            self.due.remove(&(next.at, Due::Service(old.id)));
        }
        if let Some(holdings) = self.holdings.get_mut(&old.project) {
            holdings.services.remove(&(old.created_at, old.id));
        }
    }

    fn drop_service(&mut self, id: Uuid) {
        if let Some(old) = self.services.remove(&id) {
            self.unindex_service(&old);
        }
        if let Some(links) = self.links.get_mut(&id) {
            for permission in std::mem::take(&mut links.by_permission).into_values() {
                self.permissions.remove(&permission);
            }
            links.permissions = Ordered::default();
            if links.connections.len() == 0 {
                self.links.remove(&id);
            }
        }
    }

    fn put_endpoint(&mut self, endpoint: Endpoint) {
        if let Some(old) = self.endpoints.remove(&endpoint.id) {
            self.unindex_endpoint(&old);
        }
        let id = endpoint.id;
        if let Some((subnet, ip)) = address(&endpoint) {
            self.addresses.entry(subnet).or_default().0.insert(ip);
        }
        for table in &endpoint.routetables {
            self.routes.insert((*table, endpoint.service_id), id);
        }
        if let Some(next) = &endpoint.next {
            self.due.insert((next.at, Due::Endpoint(id)));
        }
        self.holdings
            .entry(endpoint.project.clone())
            .or_default()
            .endpoints
            .insert((endpoint.created_at, id));
        let links = self.links.entry(endpoint.service_id).or_default();
        links.connections.insert((endpoint.created_at, id));
        links.holding += usize::from(endpoint.holds_service());
        self.endpoints.insert(id, endpoint);
    }

    fn unindex_endpoint(&mut self, old: &Endpoint) {
        if let Some((subnet, ip)) = address(old)
            && let Some((taken, _)) = self.addresses.get_mut(&subnet)
        {
            taken.remove(&ip);
        }
        for table in &old.routetables {
            self.routes.remove(&(*table, old.service_id));
        }
        if let Some(next) = &old.next {
            self.due.remove(&(next.at, Due::Endpoint(old.id)));
        }
        if let Some(holdings) = self.holdings.get_mut(&old.project) {
            holdings.endpoints.remove(&(old.created_at, old.id));
        }
        if let Some(links) = self.links.get_mut(&old.service_id) {
            links.connections.remove(&(old.created_at, old.id));
            links.holding -= usize::from(old.holds_service());
        }
    }

    fn drop_endpoint(&mut self, id: Uuid) {
        if let Some(old) = self.endpoints.remove(&id) {
            self.unindex_endpoint(&old);
            let unused = self.links.get(&old.service_id).is_some_and(|links| links.connections.len() == 0);
            if unused && !self.services.contains_key(&old.service_id) {
                self.links.remove(&old.service_id);
            }
        }
    }

    fn put_permission(&mut self, permission: Permission) {
        let links = self.links.entry(permission.service_id).or_default();
        links.permissions.insert((permission.created_at, permission.id));
        links.by_permission.insert(permission.permission.clone(), permission.id);
        self.permissions.insert(permission.id, permission);
    }

    fn drop_permission(&mut self, id: Uuid) {
        if let Some(old) = self.permissions.remove(&id)
            && let Some(links) = self.links.get_mut(&old.service_id)
        {
            links.permissions.remove(&(old.created_at, id));
            links.by_permission.remove(&old.permission);
        }
    }

    /// The service, other than `but`, that has one of these port numbers on this back end.
    pub(crate) fn port_conflict(&self, port_id: Uuid, server_port: u16, but: Option<Uuid>) -> Option<Uuid> {
        self.back_ends.get(&(port_id, server_port)).copied().filter(|holder| Some(*holder) != but)
    }

    /// Whether an address of a subnet is taken.
    pub(crate) fn address_taken(&self, subnet: Uuid, ip: Ipv4Addr) -> bool {
        self.addresses.get(&subnet).is_some_and(|(taken, _)| taken.contains(&ip))
    }

    /// The next free address of a subnet: not the network's, the gateway's (first) or the broadcast's.
    pub(crate) fn free_address(&mut self, subnet: Uuid) -> Option<Ipv4Addr> {
        let cidr = self.ground.subnets.get(&subnet)?.thing.cidr;
        let (first, last) = (u32::from(cidr.network()) + 2, u32::from(cidr.broadcast()).checked_sub(1)?);
        let (taken, hint) = self.addresses.entry(subnet).or_default();
        let start = (*hint).clamp(first, last);
        let ip = (start..=last).chain(first..start).map(Ipv4Addr::from).find(|ip| !taken.contains(ip))?;
        *hint = u32::from(ip).saturating_add(1);
        Some(ip)
    }

    /// A new id: the same ones in the same order for the same seed.
    pub(crate) fn new_id(&mut self) -> Uuid {
        self.counters.ids += 1;
        let digest = Sha256::digest(format!("object {} {}", self.seed, self.counters.ids));
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        self.note_counters();
        id
    }

    /// A new packet id: unique in a region, from 16777217 on (VPCEP API reference, section 12.5).
    pub(crate) fn new_marker(&mut self, region: &str) -> u64 {
        let marker = self.counters.markers.entry(region.to_owned()).or_default();
        *marker += 1;
        let marker = 16_777_216 + *marker;
        self.note_counters();
        marker
    }

    fn note_counters(&mut self) {
        let counters = self.counters.clone();
        if let Some(journal) = &mut self.journal {
            match journal.last_mut() {
                Some(Change::Counters(last)) => *last = counters,
                _ => journal.push(Change::Counters(counters)),
            }
        }
    }

    /// Makes every move that time has made by `now`.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some((at, due)) = self.due.first().copied()
            && at <= now
        {
            match due {
                Due::Service(id) => self.move_service(id, at),
                Due::Endpoint(id) => self.move_endpoint(id, at),
            }
        }
        self.settle_alibaba(now);
    }

    fn move_service(&mut self, id: Uuid, at: Timestamp) {
        let mut service = self.services[&id].clone();
        let next = service.next.take().expect("it was due");
        match next.to {
            None => self.lose_service(id, at),
            Some(status) => {
                (service.status, service.error, service.updated_at) = (status, next.error, at);
                self.apply(Change::Service(Box::new(service)));
            }
        }
    }

    /// A service goes, and what becomes of the endpoints that it leaves behind.
    pub(crate) fn lose_service(&mut self, id: Uuid, at: Timestamp) {
        if self.fail_orphans
            && let Some(links) = self.links.get(&id)
        {
            for orphan in links.connections.from(0, false).collect::<Vec<_>>() {
                let mut endpoint = self.endpoints[&orphan].clone();
                if endpoint.status != EndpointStatus::Deleting {
                    (endpoint.status, endpoint.next, endpoint.updated_at) =
                        (EndpointStatus::Failed, None, at);
                    self.apply(Change::Endpoint(Box::new(endpoint)));
                }
            }
        }
        self.apply(Change::ServiceGone(id));
    }

    fn move_endpoint(&mut self, id: Uuid, at: Timestamp) {
        let mut endpoint = self.endpoints[&id].clone();
        let next = endpoint.next.take().expect("it was due");
        match next.to {
            None => self.apply(Change::EndpointGone(id)),
            Some(status) => {
                endpoint.error = next.error;
                self.arrive(endpoint, status, at);
            }
        }
    }

    /// An endpoint comes to a status. On acceptance it gets its address; when its subnet has none left, it fails.
    pub(crate) fn arrive(&mut self, mut endpoint: Endpoint, status: EndpointStatus, at: Timestamp) {
        (endpoint.status, endpoint.updated_at) = (status, at);
        let unaddressed = endpoint.service_type == ServiceType::Interface && endpoint.ip.is_none();
        if status == EndpointStatus::Accepted && unaddressed {
            endpoint.ip = endpoint.port_ip.or_else(|| self.free_address(endpoint.subnet_id?));
            if endpoint.ip.is_none() {
                endpoint.status = EndpointStatus::Failed;
                endpoint.error = Some(ResourceError {
                    code: "EndPoint.2016".to_owned(),
                    message: "The endpoint pool IP address does not exist.".to_owned(),
                });
            }
        }
        self.apply(Change::Endpoint(Box::new(endpoint)));
    }

    /// Whether a service can be used: it is not on its way in or out. Those of the cloud always can.
    pub(crate) fn is_available(&self, id: Uuid) -> bool {
        self.services.get(&id).is_none_or(|service| service.status == ServiceStatus::Available)
    }
}

fn address(endpoint: &Endpoint) -> Option<(Uuid, Ipv4Addr)> {
    endpoint.subnet_id.zip(endpoint.ip.or(endpoint.port_ip))
}
