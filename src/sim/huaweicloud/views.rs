//! Objects as answers show them, which differs from call to call (VPCEP API reference, section 5.0).

use jiff::Timestamp;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::sim::cloud::Cloud;
use crate::sim::objects::{
    Endpoint, EndpointStatus, Permission, PortMapping, ResourceError, Service, ServiceStatus, ServiceType,
    Tag,
};
use crate::sim::settings::Settings;

/// Which call shows an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Create,
    Get,
    List,
    Update,
    Policy,
}

/// A time with whole seconds (section 3).
struct Seconds(Timestamp);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = Timestamp::from_second(self.0.as_second()).unwrap_or(self.0);
        serializer.collect_str(&whole)
    }
}

struct Ports<'a>(&'a [PortMapping], bool);

impl Serialize for Ports<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Texts<'a> {
            client_port: String,
            server_port: String,
            protocol: &'a str,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for port in self.0 {
            if self.1 {
                let (client_port, server_port) = (port.client_port.to_string(), port.server_port.to_string());
                list.serialize_element(&Texts { client_port, server_port, protocol: &port.protocol })?;
            } else {
                list.serialize_element(port)?;
            }
        }
        list.end()
    }
}

struct Marker(u64, bool);

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.1 { serializer.collect_str(&self.0) } else { serializer.serialize_u64(self.0) }
    }
}

struct Active<'a>(&'a [String], bool);

impl Serialize for Active<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.1 { serializer.serialize_str(&self.0.join(",")) } else { self.0.serialize(serializer) }
    }
}

/// Services write `code`/`message`, endpoints `error_code`/`error_message` (section 5.0).
#[derive(Serialize)]
struct ServiceError<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct EndpointError<'a> {
    error_code: &'a str,
    error_message: &'a str,
}

fn service_error(error: Option<&ResourceError>) -> Option<[ServiceError<'_>; 1]> {
    error.map(|error| [ServiceError { code: &error.code, message: &error.message }])
}

fn endpoint_error(error: Option<&ResourceError>) -> Option<[EndpointError<'_>; 1]> {
    error.map(|error| [EndpointError { error_code: &error.code, error_message: &error.message }])
}

/// A service.
#[derive(Serialize)]
pub(crate) struct ServiceView<'a> {
    id: Uuid,
    port_id: Uuid,
    service_name: String,
    server_type: &'a str,
    vpc_id: Uuid,
    approval_enabled: bool,
    status: ServiceStatus,
    service_type: ServiceType,
    created_at: Seconds,
    updated_at: Seconds,
    project_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr_type: Option<&'static str>,
    ports: Ports<'a>,
    tcp_proxy: &'a str,
    tags: &'a [Tag],
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<[ServiceError<'a>; 1]>,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supported_editions: Option<&'static [&'static str]>,
    enable_policy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snat_network_id: Option<Uuid>,
}

/// Shows a service.
pub(crate) fn service<'a>(
    cloud: &'a Cloud,
    settings: &Settings,
    of: &'a Service,
    shown: Shown,
) -> ServiceView<'a> {
    let read = matches!(shown, Shown::Get | Shown::List);
    let editions: &[&str] = if of.professional { &["basic", "profession"] } else { &["basic"] };
    ServiceView {
        id: of.id,
        port_id: of.port_id,
        service_name: of.full_name(cloud.ground.region_of(&of.project)),
        server_type: &of.server_type,
        vpc_id: of.vpc_id,
        approval_enabled: of.approval_enabled,
        status: of.status,
        service_type: ServiceType::Interface,
        created_at: Seconds(of.created_at),
        updated_at: Seconds(of.updated_at),
        project_id: &of.project,
        domain_id: (shown == Shown::List)
            .then(|| cloud.ground.account_of(&of.project).map(|account| account.id.as_str()))
            .flatten(),
        cidr_type: (shown == Shown::Get).then_some("internal"),
        ports: Ports(&of.ports, settings.ports_as_strings),
        tcp_proxy: &of.tcp_proxy,
        tags: &of.tags,
        connection_count: (shown == Shown::List)
            .then(|| cloud.links.get(&of.id).map_or(0, |links| links.holding)),
        error: if read { service_error(of.error.as_ref()) } else { None },
        description: &of.description,
        supported_editions: read.then_some(editions),
        enable_policy: of.enable_policy,
        ip_version: of.ip_version.as_deref().filter(|_| !read),
        snat_network_id: of.snat_network_id.filter(|_| shown == Shown::Get),
    }
}

/// An endpoint.
#[derive(Serialize)]
pub(crate) struct EndpointView<'a> {
    id: Uuid,
    service_type: ServiceType,
    status: EndpointStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<std::net::Ipv4Addr>,
    active_status: Active<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_status: Option<&'static str>,
    endpoint_service_id: Uuid,
    endpoint_service_name: String,
    marker_id: Marker,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_dns: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_names: Option<Vec<String>>,
    vpc_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet_id: Option<Uuid>,
    created_at: Seconds,
    updated_at: Seconds,
    project_id: &'a str,
    tags: &'a [Tag],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<[EndpointError<'a>; 1]>,
    whitelist: &'a [String],
    enable_whitelist: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    routetables: Option<&'a [Uuid]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specification_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_statement: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_document: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_address: Option<&'a str>,
}

/// The full name of the service of an endpoint, which may have been renamed, or have gone.
pub(crate) fn service_name(cloud: &Cloud, of: &Endpoint) -> String {
    match cloud.services.get(&of.service_id) {
        Some(service) => service.full_name(cloud.ground.region_of(&service.project)),
        None => of.service_name.clone(),
    }
}

/// The names of an accepted endpoint (section 12.7; the form is the simulator's own).
fn dns_names(cloud: &Cloud, of: &Endpoint) -> Option<Vec<String>> {
    if !of.dns_names.is_empty() {
        return Some(of.dns_names.clone());
    }
    let named = of.enable_dns && of.ip.is_some() && of.service_type == ServiceType::Interface;
    named.then(|| vec![format!("{}.{}.example.internal", of.id, cloud.ground.region_of(&of.project))])
}

/// Shows an endpoint.
pub(crate) fn endpoint<'a>(
    cloud: &'a Cloud,
    settings: &Settings,
    of: &'a Endpoint,
    shown: Shown,
) -> EndpointView<'a> {
    let detailed = matches!(shown, Shown::Create | Shown::Get);
    let policy = shown == Shown::Policy;
    EndpointView {
        id: of.id,
        service_type: of.service_type,
        status: of.status,
        ip: of.ip,
        active_status: Active(&of.active_status, settings.active_status_as_string),
        enable_status: (shown != Shown::Update).then_some("enable"),
        endpoint_service_id: of.service_id,
        endpoint_service_name: service_name(cloud, of),
        marker_id: Marker(of.marker_id, settings.marker_id_as_string),
        enable_dns: (!policy).then_some(of.enable_dns),
        dns_names: if policy { None } else { dns_names(cloud, of) },
        vpc_id: of.vpc_id,
        subnet_id: of.subnet_id.filter(|_| !policy),
        created_at: Seconds(of.created_at),
        updated_at: Seconds(of.updated_at),
        project_id: &of.project,
        tags: &of.tags,
        error: match shown {
            Shown::Get | Shown::List => endpoint_error(of.error.as_ref()),
            Shown::Create | Shown::Update | Shown::Policy => None,
        },
        whitelist: &of.whitelist,
        enable_whitelist: of.enable_whitelist,
        routetables: (shown != Shown::Update).then_some(&of.routetables),
        specification_name: detailed.then_some("default"),
        description: (shown != Shown::Update).then_some(&of.description),
        policy_statement: of.policy_statement.as_ref(),
        policy_document: of.policy_document.as_ref(),
        ip_version: of.ip_version.as_deref().filter(|_| detailed),
        ipv6_address: of.ipv6_address.as_deref().filter(|_| detailed),
    }
}

/// A connection: an endpoint as the owner of its service sees it.
#[derive(Serialize)]
pub(crate) struct ConnectionView<'a> {
    id: Uuid,
    marker_id: Marker,
    domain_id: &'a str,
    status: EndpointStatus,
    created_at: Seconds,
    updated_at: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<[EndpointError<'a>; 1]>,
    description: &'a str,
}

/// Shows a connection.
pub(crate) fn connection<'a>(cloud: &'a Cloud, settings: &Settings, of: &'a Endpoint) -> ConnectionView<'a> {
    ConnectionView {
        id: of.id,
        marker_id: Marker(of.marker_id, settings.marker_id_as_string),
        domain_id: cloud.ground.account_of(&of.project).map_or("", |account| account.id.as_str()),
        status: of.status,
        created_at: Seconds(of.created_at),
        updated_at: Seconds(of.updated_at),
        error: endpoint_error(of.error.as_ref()),
        description: &of.connection_description,
    }
}

/// A whitelist record.
#[derive(Serialize)]
pub(crate) struct PermissionView<'a> {
    id: Uuid,
    permission: &'a str,
    permission_type: &'a str,
    description: &'a str,
    created_at: Seconds,
}

/// Shows a whitelist record.
pub(crate) fn permission(of: &Permission) -> PermissionView<'_> {
    PermissionView {
        id: of.id,
        permission: &of.permission,
        permission_type: &of.permission_type,
        description: &of.description,
        created_at: Seconds(of.created_at),
    }
}

/// A service of the cloud, or one that is described.
#[derive(Serialize)]
pub(crate) struct PublicView<'a> {
    pub(crate) id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<&'a str>,
    pub(crate) service_name: String,
    pub(crate) service_type: ServiceType,
    created_at: Seconds,
    pub(crate) is_charge: bool,
    pub(crate) enable_policy: bool,
}

/// Shows a service of the cloud; `owner` only in the list of public services.
pub(crate) fn public(of: &crate::sim::world::PublicService, shown: Shown) -> PublicView<'_> {
    PublicView {
        id: of.id,
        owner: (shown == Shown::List).then_some(&of.owner),
        service_name: of.service_name.clone(),
        service_type: of.service_type,
        created_at: Seconds(of.created_at),
        is_charge: of.is_charge,
        enable_policy: of.enable_policy,
    }
}

/// Describes a service of an account: what a consumer may know of it (section 5.2.8).
pub(crate) fn described<'a>(cloud: &Cloud, of: &'a Service) -> PublicView<'a> {
    PublicView {
        id: of.id,
        owner: None,
        service_name: of.full_name(cloud.ground.region_of(&of.project)),
        service_type: ServiceType::Interface,
        created_at: Seconds(of.created_at),
        is_charge: true,
        enable_policy: of.enable_policy,
    }
}
