//! What the requests stand on and never change: accounts, users, projects, networks, services of the cloud; with
//! an index for every way they are asked for.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use uuid::Uuid;

use super::settings::Quota;
use super::world::{Account, Port, PublicService, RouteTable, Subnet, Vpc, World};

/// A project and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct ProjectInfo {
    pub(crate) name: String,
    pub(crate) region: String,
    /// Index of the account.
    pub(crate) account: usize,
}

/// A network object and the project or VPC it is in.
#[derive(Clone, Debug)]
pub(crate) struct Within<T, Place> {
    pub(crate) thing: T,
    pub(crate) place: Place,
}

/// The unchanging part of a world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ground {
    pub(crate) accounts: Vec<Account>,
    pub(crate) projects: BTreeMap<String, ProjectInfo>,
    pub(crate) vpcs: BTreeMap<Uuid, Within<Vpc, String>>,
    pub(crate) subnets: BTreeMap<Uuid, Within<Subnet, Uuid>>,
    pub(crate) ports: BTreeMap<Uuid, Within<Port, Uuid>>,
    pub(crate) route_tables: BTreeMap<Uuid, Within<RouteTable, Uuid>>,
    pub(crate) public: BTreeMap<Uuid, PublicService>,
    /// Access key id to (account, user, secret).
    pub(crate) keys: BTreeMap<String, (usize, usize, String)>,
}

/// Ranges that VPCs, subnets and custom routes must keep clear of (VPCEP API reference, section 8).
pub(crate) fn reserved() -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(198, 19, 128, 0), 17)
}

/// Whether a range runs into the reserved one.
pub(crate) fn touches_reserved(range: &Ipv4Net) -> bool {
    range.contains(&reserved()) || reserved().contains(range)
}

impl Ground {
    /// Indexes a world; says what is wrong with it.
    pub(crate) fn of(world: &World) -> Result<Ground, String> {
        let mut ground = Ground { accounts: world.accounts.clone(), ..Ground::default() };
        for (place, account) in world.accounts.iter().enumerate() {
            for (user_place, user) in account.users.iter().enumerate() {
                for key in &user.keys {
                    let entry = (place, user_place, key.secret.clone());
                    unique(ground.keys.insert(key.access.clone(), entry), "access key", &key.access)?;
                }
            }
            for project in &account.projects {
                let info = ProjectInfo {
                    name: project.name.clone(),
                    region: project.region.clone(),
                    account: place,
                };
                unique(ground.projects.insert(project.id.clone(), info), "project", &project.id)?;
                for vpc in &project.vpcs {
                    ground.add_vpc(vpc, &project.id)?;
                }
            }
        }
        for service in &world.public_services {
            unique(ground.public.insert(service.id, service.clone()), "public service", &service.id)?;
        }
        Ok(ground)
    }

    fn add_vpc(&mut self, vpc: &Vpc, project: &str) -> Result<(), String> {
        for subnet in &vpc.subnets {
            let known = self.subnets.insert(subnet.id, Within { thing: subnet.clone(), place: vpc.id });
            unique(known, "subnet", &subnet.id)?;
        }
        for port in &vpc.ports {
            let subnet = vpc.subnets.iter().find(|subnet| subnet.id == port.subnet_id);
            if !subnet.is_some_and(|subnet| subnet.cidr.contains(&port.ip)) {
                return Err(format!("port {} is not in a subnet of its VPC {}", port.id, vpc.id));
            }
            unique(
                self.ports.insert(port.id, Within { thing: port.clone(), place: vpc.id }),
                "port",
                &port.id,
            )?;
        }
        for table in &vpc.route_tables {
            let known = self.route_tables.insert(table.id, Within { thing: table.clone(), place: vpc.id });
            unique(known, "route table", &table.id)?;
        }
        let known = self.vpcs.insert(vpc.id, Within { thing: vpc.clone(), place: project.to_owned() });
        unique(known, "VPC", &vpc.id)
    }

    /// The account of a project.
    pub(crate) fn account_of(&self, project: &str) -> Option<&Account> {
        self.projects.get(project).map(|project| &self.accounts[project.account])
    }

    /// The region of a project; empty when there is no such project.
    pub(crate) fn region_of(&self, project: &str) -> &str {
        self.projects.get(project).map_or("", |project| project.region.as_str())
    }

    /// The quotas of a project.
    pub(crate) fn quota_of(&self, project: &str) -> Quota {
        self.account_of(project).map(|account| account.quota).unwrap_or_default()
    }

    /// An account by name or id.
    pub(crate) fn account_named(&self, name: Option<&str>, id: Option<&str>) -> Option<usize> {
        self.accounts.iter().position(|account| match (name, id) {
            (_, Some(id)) => account.id == id,
            (Some(name), None) => account.name == name,
            (None, None) => false,
        })
    }
}

fn unique<T>(before: Option<T>, what: &str, id: &dyn std::fmt::Display) -> Result<(), String> {
    match before {
        None => Ok(()),
        Some(_) => Err(format!("{what} {id} is there twice")),
    }
}
