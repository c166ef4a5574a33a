//! What the cloud keeps: services, endpoints, whitelist records. The same types stand in memory, in the world
//! file and in the change log.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Statuses of an endpoint service (VPCEP API reference, section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the API's own words")]
pub enum ServiceStatus {
    Creating,
    Available,
    Failed,
    Deleting,
}

/// Statuses of an endpoint, which are those of its connection (VPCEP API reference, section 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the API's own words")]
pub enum EndpointStatus {
    Creating,
    PendingAcceptance,
    Accepted,
    Rejected,
    Failed,
    Deleting,
}

/// Interface (an address in a subnet) or gateway (routes to a service of the cloud).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the API's own words")]
pub enum ServiceType {
    #[default]
    Interface,
    Gateway,
}

/// One port mapping of a service (VPCEP API reference, section 5.0).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortMapping {
    /// The port that users of the endpoint dial.
    pub client_port: u16,
    /// The port of the back end.
    pub server_port: u16,
    /// `TCP`.
    #[serde(default = "tcp")]
    pub protocol: String,
}

fn tcp() -> String {
    "TCP".to_owned()
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// Unique within one object.
    pub key: String,
    /// May be empty.
    #[serde(default)]
    pub value: String,
}

/// Why an object is `failed` (VPCEP API reference, section 5.0, "resource error").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceError {
    /// A code of the error table.
    pub code: String,
    /// What it says.
    pub message: String,
}

/// The move that time will make on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next<Status> {
    /// When.
    pub at: Timestamp,
    /// Into which status; none: the object is gone then.
    #[serde(default = "gone", skip_serializing_if = "Option::is_none")]
    pub to: Option<Status>,
    /// The error it shows afterwards, when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ResourceError>,
}

fn gone<Status>() -> Option<Status> {
    None
}

/// A VPC endpoint service of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its id.
    pub id: Uuid,
    /// The project it belongs to.
    pub project: String,
    /// The short name that was asked for; the full name is built from it.
    #[serde(default)]
    pub name: String,
    /// The back end's port.
    pub port_id: Uuid,
    /// The back end's VPC.
    pub vpc_id: Uuid,
    /// `VM` or `LB`.
    pub server_type: String,
    /// Where it is in its life.
    pub status: ServiceStatus,
    /// Whether connections wait for the owner's decision.
    pub approval_enabled: bool,
    /// Port mappings.
    pub ports: Vec<PortMapping>,
    /// `close` and the like.
    pub tcp_proxy: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether endpoints may carry a policy.
    #[serde(default, skip_serializing_if = "is_false")]
    pub enable_policy: bool,
    /// `ipv4` or `ipv6`, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<String>,
    /// The network for `ipv6`, when it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snat_network_id: Option<Uuid>,
    /// Upgraded to the professional edition.
    #[serde(default, skip_serializing_if = "is_false")]
    pub professional: bool,
    /// Load balancers added later (v2 call).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_resources: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What time will do to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next<ServiceStatus>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ResourceError>,
}

impl Service {
    /// `{region}.{name}.{id}`, or `{region}.{id}` without a name (VPCEP API reference, section 12.4).
    pub(crate) fn full_name(&self, region: &str) -> String {
        if self.name.is_empty() {
            format!("{region}.{}", self.id)
        } else {
            format!("{region}.{}.{}", self.name, self.id)
        }
    }
}

/// A VPC endpoint, and the connection that its service's owner sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its id, also that of the connection.
    pub id: Uuid,
    /// The consumer's project.
    pub project: String,
    /// The service it leads to.
    pub service_id: Uuid,
    /// The service's full name, kept for the time after the service has gone.
    pub service_name: String,
    /// Interface or gateway.
    #[serde(default)]
    pub service_type: ServiceType,
    /// Where it is in its life.
    pub status: EndpointStatus,
    /// The packet id, unique in a region.
    pub marker_id: u64,
    /// The consumer's VPC.
    pub vpc_id: Uuid,
    /// The consumer's subnet (interface only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<Uuid>,
    /// The address that the consumer asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_ip: Option<Ipv4Addr>,
    /// The address, once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<Ipv4Addr>,
    /// The names that it was seen with; none: those that the simulator gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// Whether a private domain name was asked for.
    #[serde(default, skip_serializing_if = "is_false")]
    pub enable_dns: bool,
    /// Who may use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whitelist: Vec<String>,
    /// Whether `whitelist` is in force.
    #[serde(default, skip_serializing_if = "is_false")]
    pub enable_whitelist: bool,
    /// Route tables that lead to it (gateway only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routetables: Vec<Uuid>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The consumer's free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The service owner's free text about the connection.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub connection_description: String,
    /// The policy of a gateway endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_statement: Option<serde_json::Value>,
    /// The policy of an interface endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_document: Option<serde_json::Value>,
    /// `ipv4` or `dualstack`, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<String>,
    /// The IPv6 address, when it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_address: Option<String>,
    /// `active`, or the account's freezes.
    #[serde(default = "active")]
    pub active_status: Vec<String>,
    /// Upgraded to the professional edition.
    #[serde(default, skip_serializing_if = "is_false")]
    pub professional: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What time will do to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next<EndpointStatus>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ResourceError>,
}

/// The `active_status` of an endpoint that nobody has frozen.
pub(crate) fn active() -> Vec<String> {
    vec!["active".to_owned()]
}

impl Endpoint {
    /// Whether it counts in `connection_count` and keeps its service from being deleted.
    pub(crate) fn holds_service(&self) -> bool {
        matches!(self.status, EndpointStatus::Creating | EndpointStatus::Accepted)
    }
}

/// A whitelist record of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// Its id.
    pub id: Uuid,
    /// The service it admits to.
    pub service_id: Uuid,
    /// Who is admitted.
    pub permission: String,
    /// `domainId` or `orgPath`.
    pub permission_type: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When it was added.
    pub created_at: Timestamp,
}

fn is_false(value: &bool) -> bool {
    !value
}
