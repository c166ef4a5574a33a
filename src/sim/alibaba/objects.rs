//! What the Alibaba Cloud half keeps: accounts and what they stand on, services, endpoints, client
//! tokens. The same types stand in memory, in the world file and in the change log.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The Alibaba Cloud part of a world.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlibabaWorld {
    /// The account of the Elasticsearch service, which owns the endpoints of its instances.
    pub service_account: String,
    /// Who there is.
    pub accounts: Vec<Account>,
    /// Load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Networks.
    pub vpcs: Vec<Network>,
    /// Elasticsearch instances.
    pub instances: Vec<Instance>,
    /// Endpoint services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<LinkService>,
    /// Endpoints, those of instances too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<LinkEndpoint>,
    /// Client tokens, with what they were answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<ClientToken>,
    /// Ids given so far.
    #[serde(skip_serializing_if = "is_zero")]
    pub ids: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl AlibabaWorld {
    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its id, 16 digits.
    pub id: String,
    /// The region that samples use.
    pub region: String,
    /// AccessKeys.
    pub keys: Vec<Key>,
}

/// An AccessKey, and what its user may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// AccessKey id.
    pub access: String,
    /// Secret.
    pub secret: String,
    /// The token that must come with it: a temporary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_token: Option<String>,
    /// Disabled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// RAM actions that are granted, with `*`; nothing: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
}

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// Its id.
    pub id: String,
    /// The account's name.
    pub account: String,
    /// The region.
    pub region: String,
    /// `slb`, `alb`, `nlb` or `gwlb`.
    pub kind: String,
    /// The zones it is in, each with its switch.
    pub zones: BTreeMap<String, String>,
    /// Its VPC.
    pub vpc_id: String,
}

/// A VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// The account's name.
    pub account: String,
    /// The region.
    pub region: String,
    /// Switches, each with its zone.
    pub vswitches: BTreeMap<String, String>,
    /// Security groups.
    pub security_groups: Vec<String>,
}

/// An Elasticsearch instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// The account's name.
    pub account: String,
    /// The region.
    pub region: String,
    /// What people call it.
    pub description: String,
    /// `active` and the like.
    pub status: String,
    /// In the newer network architecture.
    pub is_new_deployment: bool,
    /// Its version.
    pub version: String,
    /// `exclusive` or `public`.
    pub arch_type: String,
    /// Its zones.
    pub zones: Vec<String>,
    /// Its VPC.
    pub vpc_id: String,
    /// Its switch.
    pub vswitch_id: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Private links of its Kibana.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kibana: Vec<KibanaLink>,
    /// Members that it was seen with, where answers would show other ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shown: BTreeMap<String, Value>,
}

/// A private link to an instance's Kibana (section 5.5).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KibanaLink {
    /// Its id.
    pub id: String,
    /// Its endpoint.
    pub endpoint: String,
    /// The endpoint's name.
    pub name: String,
    /// The VPC it is in.
    pub vpc_id: String,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// Switches and zones as they were sent.
    pub zones: Value,
    /// Since when.
    pub created_at: Timestamp,
}

/// What time will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coming {
    /// When.
    pub at: Timestamp,
    /// The status it will have; nothing: it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A back end of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackEnd {
    /// The load balancer.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The zone.
    pub zone: String,
}

/// An endpoint service (section 8.2).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkService {
    /// Its id, `epsrv-…`.
    pub id: String,
    /// The account's name.
    pub account: String,
    /// The region.
    pub region: String,
    /// `Creating`, `Pending`, `Active`, `Deleting`.
    pub status: String,
    /// `Normal` or `FinancialLocked`.
    pub business_status: String,
    /// Texts and flags under their parameters' names: `ServiceDescription`, `AutoAcceptEnabled`, …
    pub settings: BTreeMap<String, Value>,
    /// Back ends.
    #[serde(default)]
    pub resources: BTreeSet<BackEnd>,
    /// Accounts and ARNs that may connect.
    #[serde(default)]
    pub users: BTreeSet<String>,
    /// Other regions from which it can be used.
    #[serde(default)]
    pub regions: BTreeSet<String>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Since when.
    pub created_at: Timestamp,
    /// What time will do to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Coming>,
}

impl LinkService {
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.settings.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// A zone of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointZone {
    /// The zone.
    pub zone: String,
    /// The switch.
    pub vswitch: String,
    /// The address.
    pub ip: String,
    /// Its network interface.
    pub eni: String,
    /// On its way out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
    /// Cut off from its connection by the service's owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disconnected: bool,
}

/// An endpoint, and the connection that its service's owner sees (sections 5 and 8.4).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEndpoint {
    /// Its id, `ep-…`.
    pub id: String,
    /// The account that owns it: its id.
    pub owner: String,
    /// The region.
    pub region: String,
    /// The Elasticsearch instance that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Its name.
    pub name: String,
    /// The service it leads to.
    pub service_id: String,
    /// The service's name, as it was.
    pub service_name: String,
    /// Its domain name.
    pub domain: String,
    /// The VPC it is in.
    pub vpc_id: String,
    /// Its zones.
    pub zones: Vec<EndpointZone>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// `Creating`, `Active`, `Pending`, `Deleting`.
    pub status: String,
    /// `Disconnected`, `Connecting`, `Connected`, …
    pub connection: String,
    /// `Normal` or `FinancialLocked`.
    pub business_status: String,
    /// What else was said of it, under its parameters' names.
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    /// Tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When its connection was last changed.
    pub modified_at: Timestamp,
    /// What time will do to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Coming>,
    /// What time will do to its connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Coming>,
}

/// A client token that was used (section 4.5).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientToken {
    /// The account's name.
    pub account: String,
    /// The token.
    pub token: String,
    /// The operation.
    pub operation: String,
    /// What it was used with.
    pub parameters: String,
    /// What it was answered, without the request's id.
    pub answer: Value,
    /// When.
    pub at: Timestamp,
}
