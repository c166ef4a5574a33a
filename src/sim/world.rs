//! The world as a document: what a world file holds, what `/_sim/world` answers, what the store keeps.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::alibaba::objects::AlibabaWorld;
use super::objects::{Endpoint, Permission, Service, ServiceType};
use super::settings::Quota;

/// A whole simulated cloud.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Who there is, and what they own.
    pub accounts: Vec<Account>,
    /// Services of the cloud itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_services: Vec<PublicService>,
    /// Services of the accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Whitelist records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// Endpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// What ids and packet ids continue from.
    #[serde(default)]
    pub counters: Counters,
    /// The Alibaba Cloud part.
    #[serde(default, skip_serializing_if = "AlibabaWorld::is_empty")]
    pub alibaba: AlibabaWorld,
}

/// Where generated numbers stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counters {
    /// Ids given so far.
    pub ids: u64,
    /// Packet ids given so far, by region.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub markers: BTreeMap<String, u64>,
    /// Which snapshot of the store this is.
    #[serde(skip_serializing_if = "is_zero")]
    pub generation: u64,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// An account ("domain").
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// Its place in the organisation, for `organizations:orgPath::` permissions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub org_path: String,
    /// Quotas in each region.
    #[serde(default)]
    pub quota: Quota,
    /// IAM users.
    pub users: Vec<User>,
    /// Projects, one or more a region.
    pub projects: Vec<Project>,
}

/// An IAM user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name.
    pub name: String,
    /// Id, 32 hexadecimal digits.
    pub id: String,
    /// Password.
    pub password: String,
    /// IAM actions that are granted, with `*`: `vpcep:endpoints:*`.
    pub allow: Vec<String>,
    /// IAM actions that are denied whatever is granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// Access keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<AccessKey>,
}

/// A permanent access key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// Access key id.
    pub access: String,
    /// Secret.
    pub secret: String,
}

/// A project: an account's part of a region, and the networks in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Id, 32 hexadecimal digits.
    pub id: String,
    /// Name; the default project of a region bears its name.
    pub name: String,
    /// Region.
    pub region: String,
    /// Networks.
    #[serde(default)]
    pub vpcs: Vec<Vpc>,
}

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Address range.
    pub cidr: Ipv4Net,
    /// Subnets.
    #[serde(default)]
    pub subnets: Vec<Subnet>,
    /// Network interfaces and load balancers.
    #[serde(default)]
    pub ports: Vec<Port>,
    /// Route tables; the first is the default one.
    #[serde(default)]
    pub route_tables: Vec<RouteTable>,
}

/// A subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// Id (the network id).
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Address range.
    pub cidr: Ipv4Net,
}

/// A port: what a service can have as its back end.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// Id.
    pub id: Uuid,
    /// What it is, for people.
    pub name: String,
    /// The subnet it is in.
    pub subnet_id: Uuid,
    /// Its address.
    pub ip: Ipv4Addr,
    /// The `server_type`s it can serve as: `VM`, `LB`.
    pub serves: Vec<String>,
}

/// A route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Destinations of custom routes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Ipv4Net>,
}

/// A service of the cloud itself (VPCEP API reference, section 5.2.7).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicService {
    /// Id.
    pub id: Uuid,
    /// Region.
    pub region: String,
    /// Who runs it.
    pub owner: String,
    /// Full name.
    pub service_name: String,
    /// Interface or gateway.
    pub service_type: ServiceType,
    /// Whether it costs.
    pub is_charge: bool,
    /// Whether endpoints may carry a policy.
    pub enable_policy: bool,
    /// Since when.
    pub created_at: Timestamp,
}

impl World {
    /// Reads a world file.
    pub fn from_yaml(text: &str) -> Result<World, String> {
        serde_yaml::from_str(text).map_err(|error| format!("not a world: {error}"))
    }

    /// Writes one.
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("a world has only plain values (please report)")
    }
}
