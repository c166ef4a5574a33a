//! Things that a world does not hold and that are taken as there when somebody names them
//! ([`Unseen::Assumed`](super::Unseen)): networks and what stands in them, of which no API here tells; for Alibaba
//! Cloud also services of strangers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use jiff::Timestamp;
use uuid::Uuid;

use super::alibaba::land::Land;
use super::alibaba::objects::{BackEnd, LinkService, LoadBalancer, Network};
use super::cloud::Cloud;
use super::ground::{Ground, Within, touches_reserved};
use super::world::{Port, RouteTable, Subnet, Vpc};

/// The range of a network of which nothing is known.
fn somewhere() -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)
}

impl Cloud {
    /// Takes as there what the objects of the world stand in.
    pub(crate) fn assume_ground(&mut self) {
        for service in self.services.values() {
            self.ground.assume_back_end(
                &service.project,
                service.vpc_id,
                service.port_id,
                &service.server_type,
            );
        }
        for endpoint in self.endpoints.values() {
            self.ground.assume_vpc(&endpoint.project, endpoint.vpc_id);
            if let Some(subnet) = endpoint.subnet_id {
                self.ground.assume_subnet(&endpoint.project, endpoint.vpc_id, subnet, endpoint.ip);
            }
            self.ground.assume_tables(endpoint.vpc_id, &endpoint.routetables);
        }
    }
}

impl Ground {
    /// A VPC of this project, with a route table of its own.
    pub(crate) fn assume_vpc(&mut self, project: &str, id: Uuid) {
        self.vpcs.entry(id).or_insert_with(|| Within {
            thing: Vpc {
                id,
                name: String::new(),
                cidr: somewhere(),
                subnets: Vec::new(),
                ports: Vec::new(),
                route_tables: Vec::new(),
            },
            place: project.to_owned(),
        });
    }

    /// A subnet of it, in which this address can be had.
    pub(crate) fn assume_subnet(&mut self, project: &str, vpc: Uuid, id: Uuid, ip: Option<Ipv4Addr>) {
        self.assume_vpc(project, vpc);
        let around = |ip| Ipv4Net::new_assert(ip, 16).trunc();
        let fits = |cidr: &Ipv4Net| ip.is_none_or(|ip| cidr.contains(&ip));
        let cidr = Some(somewhere()).filter(fits).or(ip.map(around)).filter(|cidr| !touches_reserved(cidr));
        let cidr = cidr.unwrap_or_else(somewhere);
        let subnet = || Subnet { id, name: String::new(), cidr };
        let known = self.subnets.entry(id).or_insert_with(|| Within { thing: subnet(), place: vpc });
        if !fits(&known.thing.cidr) {
            known.thing.cidr = cidr;
        }
    }

    /// A port in it that serves as this.
    pub(crate) fn assume_back_end(&mut self, project: &str, vpc: Uuid, id: Uuid, server_type: &str) {
        self.assume_vpc(project, vpc);
        let nowhere = Ipv4Addr::UNSPECIFIED;
        let port = Port { id, name: String::new(), subnet_id: Uuid::nil(), ip: nowhere, serves: Vec::new() };
        let known = self.ports.entry(id).or_insert(Within { thing: port, place: vpc });
        if !known.thing.serves.iter().any(|kind| kind == server_type) {
            known.thing.serves.push(server_type.to_owned());
        }
    }

    /// Route tables of it; where none are named, it has one.
    pub(crate) fn assume_tables(&mut self, vpc: Uuid, named: &[Uuid]) {
        let Some(within) = self.vpcs.get_mut(&vpc) else { return };
        let tables = &mut within.thing.route_tables;
        let default = if named.is_empty() && tables.is_empty() { Some(vpc) } else { None };
        for id in named.iter().copied().chain(default) {
            let table = RouteTable { id, name: String::new(), routes: Vec::new() };
            if !tables.iter().any(|known| known.id == id) {
                tables.push(table.clone());
            }
            self.route_tables.entry(id).or_insert(Within { thing: table, place: vpc });
        }
    }
}

impl Land {
    /// A load balancer of this account, in this zone.
    pub(crate) fn assume_balancer(&mut self, account: &str, region: &str, id: &str, kind: &str, zone: &str) {
        let known = self.balancers.entry(id.to_owned()).or_insert_with(|| LoadBalancer {
            id: id.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            kind: kind.to_owned(),
            zones: BTreeMap::new(),
            vpc_id: String::new(),
        });
        known.zones.entry(zone.to_owned()).or_default();
    }

    /// A VPC of this account.
    pub(crate) fn assume_network(&mut self, account: &str, region: &str, id: &str) -> &mut Network {
        self.vpcs.entry(id.to_owned()).or_insert_with(|| Network {
            id: id.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            vswitches: BTreeMap::new(),
            security_groups: Vec::new(),
        })
    }

    /// A service of a stranger, who admits everybody in every zone and decides about each connection.
    pub(crate) fn assume_service(&mut self, id: &str, region: &str, at: Timestamp) {
        let back_end = BackEnd { id: String::new(), kind: "slb".to_owned(), zone: "*".to_owned() };
        self.services.entry(id.to_owned()).or_insert_with(|| LinkService {
            id: id.to_owned(),
            account: String::new(),
            region: region.to_owned(),
            status: "Active".to_owned(),
            business_status: "Normal".to_owned(),
            settings: BTreeMap::new(),
            resources: BTreeSet::from([back_end]),
            users: BTreeSet::from(["*".to_owned()]),
            regions: BTreeSet::new(),
            tags: BTreeMap::new(),
            created_at: at,
            next: None,
        });
    }
}
