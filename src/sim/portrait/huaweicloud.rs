//! What answers of VPCEP and IAM show of a cloud (VPCEP API reference, section 5).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::read::{flag, id, made_up, rows, text, texts, time, whole, word};
use super::{Exchange, Tenant};
use crate::sim::huaweicloud::operations::{Found, find};
use crate::sim::objects::{
    Endpoint, EndpointStatus, Next, Permission, PortMapping, ResourceError, Service, ServiceStatus,
    ServiceType, Tag, active,
};
use crate::sim::settings::{Delays, Quota};
use crate::sim::world::{AccessKey, Account, Project, PublicService, User, World};

/// Packet ids begin after this number (VPCEP API reference, section 12.5).
const MARKERS: u64 = 16_777_216;

/// What was seen so far; of each thing the latest answer counts.
#[derive(Debug, Default)]
pub(super) struct Seen {
    tenants: BTreeMap<String, Holder>,
    /// Names of accounts, by their ids.
    names: BTreeMap<String, String>,
    services: BTreeMap<Uuid, Service>,
    permissions: BTreeMap<Uuid, Permission>,
    endpoints: BTreeMap<Uuid, Endpoint>,
    /// Connections as the owners of services see them.
    connections: BTreeMap<Uuid, Connection>,
    /// Services that were shown to others than their owners.
    shown: BTreeMap<Uuid, Shown>,
}

/// A project, and what was said of its quotas: the limit and what is used.
#[derive(Debug)]
struct Holder {
    tenant: Tenant,
    services: Option<(u64, u64)>,
    endpoints: Option<(u64, u64)>,
}

#[derive(Debug)]
struct Connection {
    service: Uuid,
    account: String,
    status: EndpointStatus,
    marker: u64,
    description: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A service as anybody may see it.
#[derive(Debug)]
struct Shown {
    /// Whether the list of the cloud's own services has it.
    listed: bool,
    region: String,
    owner: String,
    name: String,
    service_type: ServiceType,
    is_charge: bool,
    enable_policy: bool,
    created_at: Timestamp,
}

/// A word of the API, however it is capitalised.
fn status<T: DeserializeOwned>(row: &Value, known: &[&str]) -> Option<T> {
    let said = word(row, "status")?;
    let word = known.iter().find(|word| word.eq_ignore_ascii_case(&said))?;
    serde_json::from_value(Value::from(*word)).ok()
}

fn service_type(row: &Value) -> ServiceType {
    match word(row, "service_type") {
        Some(word) if word.eq_ignore_ascii_case("gateway") => ServiceType::Gateway,
        _ => ServiceType::Interface,
    }
}

fn tags(row: &Value) -> Vec<Tag> {
    let tag =
        |tag: &Value| Some(Tag { key: word(tag, "key")?, value: text(tag, "value").unwrap_or_default() });
    rows(row, "tags").iter().filter_map(tag).collect()
}

/// Services write `code`, endpoints `error_code` (section 5.0).
fn error(row: &Value) -> Option<ResourceError> {
    let error = rows(row, "error").first()?;
    let either = |short: &str, long: &str| word(error, short).or_else(|| word(error, long));
    let message = either("message", "error_message").unwrap_or_default();
    Some(ResourceError { code: either("code", "error_code")?, message })
}

/// The given part of `{region}.{name}.{id}` (section 12.4).
fn given_name(full: &str, id: Uuid) -> String {
    let Some(rest) = full.strip_suffix(&id.to_string()) else { return full.to_owned() };
    let rest = rest.strip_suffix('.').unwrap_or(rest);
    rest.split_once('.').map_or(String::new(), |(_, name)| name.to_owned())
}

/// Whether a full name is one of an account's service: those end with the service's id.
fn is_an_accounts(full: &str, id: Uuid) -> bool {
    full.ends_with(&id.to_string())
}

impl Seen {
    pub(super) fn add(&mut self, tenant: Tenant) {
        let holder = Holder { tenant: tenant.clone(), services: None, endpoints: None };
        self.tenants.entry(tenant.project).or_insert(holder);
    }

    /// Takes an answer in.
    pub(super) fn hear(&mut self, exchange: &Exchange, answer: &Value) {
        let Found::Operation(operation, path) = find(exchange.method.as_str(), exchange.uri.path()) else {
            return;
        };
        let part = |name: &str| path.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        if operation.name == "list_domains" {
            let known = rows(answer, "domains").iter();
            return self.names.extend(known.filter_map(|row| Some((word(row, "id")?, word(row, "name")?))));
        }
        let Some(holder) = part("project").and_then(|project| self.tenants.get_mut(project)) else { return };
        let (project, region) = (holder.tenant.project.clone(), holder.tenant.region.clone());
        let service = part("service").and_then(|id| Uuid::try_parse(id).ok());
        match (operation.name, service) {
            ("quotas", _) => {
                for row in answer.get("quotas").map(|quotas| rows(quotas, "resources")).unwrap_or_default() {
                    let seen = whole(row, "quota").map(|quota| (quota, whole(row, "used").unwrap_or(0)));
                    match text(row, "type").as_deref() {
                        Some("endpoint_service") => holder.services = seen,
                        Some("endpoint") => holder.endpoints = seen,
                        _ => {}
                    }
                }
            }
            ("list_services", _) => {
                let found =
                    rows(answer, "endpoint_services").iter().filter_map(|row| service_of(row, &project));
                self.services.extend(found.map(|one| (one.id, one)));
            }
            ("get_service", _) => {
                self.services.extend(service_of(answer, &project).map(|one| (one.id, one)));
            }
            ("list_endpoints", _) => {
                let found = rows(answer, "endpoints").iter().filter_map(|row| endpoint_of(row, &project));
                self.endpoints.extend(found.map(|one| (one.id, one)));
            }
            ("get_endpoint", _) => {
                self.endpoints.extend(endpoint_of(answer, &project).map(|one| (one.id, one)));
            }
            ("list_permissions", Some(service)) => {
                let found = rows(answer, "permissions").iter().filter_map(|row| permission_of(row, service));
                self.permissions.extend(found.map(|one| (one.id, one)));
            }
            ("list_connections", Some(service)) => {
                let found = rows(answer, "connections").iter();
                self.connections
                    .extend(found.filter_map(|row| Some((id(row, "id")?, connection_of(row, service)?))));
            }
            ("list_public_services", _) => {
                let found = rows(answer, "endpoint_services").iter();
                self.shown.extend(found.filter_map(|row| shown_of(row, &region, true)));
            }
            ("describe_service", _) => {
                if let Some((id, shown)) = shown_of(answer, &region, false) {
                    self.shown.entry(id).or_insert(shown);
                }
            }
            _ => {}
        }
    }

    /// The world as it was seen.
    pub(super) fn world(&self, now: Timestamp, delays: &Delays) -> World {
        let mut world = World {
            accounts: self.tenants.values().map(|holder| self.account(holder)).collect(),
            services: self.services.values().cloned().collect(),
            endpoints: self.endpoints.values().map(|one| self.with_connection(one)).collect(),
            permissions: self.permissions.values().cloned().collect(),
            ..World::default()
        };
        self.draw_strangers(&mut world);
        self.draw_targets(&mut world);
        for service in &mut world.services {
            service.next = match service.status {
                ServiceStatus::Creating => Some((delays.service_create, Some(ServiceStatus::Available))),
                ServiceStatus::Deleting => Some((delays.service_delete, None)),
                ServiceStatus::Available | ServiceStatus::Failed => None,
            }
            .map(|(delay, to)| Next { at: now + delay, to, error: None });
        }
        let asked: BTreeSet<Uuid> =
            world.services.iter().filter(|one| one.approval_enabled).map(|one| one.id).collect();
        for endpoint in &mut world.endpoints {
            // One that has an address was let in before.
            let waits = asked.contains(&endpoint.service_id) && endpoint.ip.is_none();
            let end = if waits { EndpointStatus::PendingAcceptance } else { EndpointStatus::Accepted };
            endpoint.next = match endpoint.status {
                EndpointStatus::Creating => Some((delays.endpoint_create, Some(end))),
                EndpointStatus::Deleting => Some((delays.endpoint_delete, None)),
                _ => None,
            }
            .map(|(delay, to)| Next { at: now + delay, to, error: None });
        }
        for endpoint in &world.endpoints {
            let region = self.region_of(&endpoint.project);
            let used = world.counters.markers.entry(region.to_owned()).or_default();
            *used = (*used).max(endpoint.marker_id.saturating_sub(MARKERS));
        }
        world
    }

    fn region_of(&self, project: &str) -> &str {
        self.tenants.get(project).map_or("", |holder| holder.tenant.region.as_str())
    }

    /// An account that was seen; what is left of its quotas is what the cloud says is left.
    fn account(&self, holder: &Holder) -> Account {
        let Holder { tenant, services, endpoints } = holder;
        let ours = |count: usize, seen: Option<(u64, u64)>| {
            seen.map_or(u64::MAX, |(quota, used)| count as u64 + quota.saturating_sub(used))
        };
        let held = |projects: &mut dyn Iterator<Item = &String>| {
            projects.filter(|project| **project == tenant.project).count()
        };
        let (access, secret) = tenant.key();
        let user = User {
            name: tenant.account.clone(),
            id: tenant.account.clone(),
            password: secret.clone(),
            allow: vec!["*".to_owned()],
            deny: Vec::new(),
            keys: vec![AccessKey { access, secret }],
        };
        Account {
            name: self.names.get(&tenant.account).unwrap_or(&tenant.account).clone(),
            id: tenant.account.clone(),
            org_path: String::new(),
            quota: Quota {
                endpoint_service: ours(held(&mut self.services.values().map(|one| &one.project)), *services),
                endpoint: ours(held(&mut self.endpoints.values().map(|one| &one.project)), *endpoints),
            },
            users: vec![user],
            projects: vec![Project {
                id: tenant.project.clone(),
                name: tenant.region.clone(),
                region: tenant.region.clone(),
                vpcs: Vec::new(),
            }],
        }
    }

    /// An endpoint with what only the owner of its service sees of it.
    fn with_connection(&self, endpoint: &Endpoint) -> Endpoint {
        let description = self.connections.get(&endpoint.id).map(|one| one.description.clone());
        Endpoint { connection_description: description.unwrap_or_default(), ..endpoint.clone() }
    }

    /// The endpoints that strangers have to services of ours, as far as the services' owners see them.
    fn draw_strangers(&self, world: &mut World) {
        let mut strangers: BTreeMap<String, Account> = BTreeMap::new();
        for (id, one) in &self.connections {
            let Some(service) = self.services.get(&one.service).filter(|_| !self.endpoints.contains_key(id))
            else {
                continue;
            };
            let region = self.region_of(&service.project);
            let project = made_up(&["project", &one.account, region]).simple().to_string();
            strangers
                .entry(project.clone())
                .or_insert_with(|| stranger(&one.account, self.names.get(&one.account), &project, region));
            world.endpoints.push(Endpoint {
                id: *id,
                project,
                service_id: one.service,
                service_name: service.full_name(region),
                service_type: ServiceType::Interface,
                status: one.status,
                marker_id: one.marker,
                vpc_id: made_up(&["vpc", &one.account]),
                subnet_id: Some(made_up(&["subnet", &one.account])),
                port_ip: None,
                ip: None,
                dns_names: Vec::new(),
                enable_dns: false,
                whitelist: Vec::new(),
                enable_whitelist: false,
                routetables: Vec::new(),
                tags: Vec::new(),
                description: String::new(),
                connection_description: one.description.clone(),
                policy_statement: None,
                policy_document: None,
                ip_version: None,
                ipv6_address: None,
                active_status: active(),
                professional: false,
                created_at: one.created_at,
                updated_at: one.updated_at,
                next: None,
                error: None,
            });
        }
        world.accounts.extend(strangers.into_values());
    }

    /// The services that are not ours: of the cloud, or of strangers, who are taken to admit everybody and to decide
    /// about each connection.
    fn draw_targets(&self, world: &mut World) {
        let mut targets: BTreeMap<Uuid, Shown> = BTreeMap::new();
        for endpoint in self.endpoints.values() {
            targets.entry(endpoint.service_id).or_insert_with(|| Shown {
                listed: false,
                region: self.region_of(&endpoint.project).to_owned(),
                owner: String::new(),
                name: endpoint.service_name.clone(),
                service_type: endpoint.service_type,
                is_charge: true,
                enable_policy: endpoint.policy_statement.is_some() || endpoint.policy_document.is_some(),
                created_at: endpoint.created_at,
            });
        }
        let known = targets.iter().filter(|(id, _)| !self.shown.contains_key(*id));
        for (id, one) in known.chain(&self.shown).filter(|(id, _)| !self.services.contains_key(*id)) {
            if !one.listed && is_an_accounts(&one.name, *id) {
                draw_strangers_service(world, *id, one);
            } else {
                world.public_services.push(PublicService {
                    id: *id,
                    region: one.region.clone(),
                    owner: one.owner.clone(),
                    service_name: one.name.clone(),
                    service_type: one.service_type,
                    is_charge: one.is_charge,
                    enable_policy: one.enable_policy,
                    created_at: one.created_at,
                });
            }
        }
    }
}

/// An account that nobody here can log in to.
fn stranger(id: &str, name: Option<&String>, project: &str, region: &str) -> Account {
    Account {
        name: name.map_or(id, String::as_str).to_owned(),
        id: id.to_owned(),
        org_path: String::new(),
        quota: Quota { endpoint_service: u64::MAX, endpoint: u64::MAX },
        users: Vec::new(),
        projects: vec![Project {
            id: project.to_owned(),
            name: region.to_owned(),
            region: region.to_owned(),
            vpcs: Vec::new(),
        }],
    }
}

fn draw_strangers_service(world: &mut World, id: Uuid, one: &Shown) {
    let text = id.to_string();
    let account = made_up(&["owner", &text]).simple().to_string();
    let project = made_up(&["project", &account, &one.region]).simple().to_string();
    world.accounts.push(stranger(&account, None, &project, &one.region));
    world.permissions.push(Permission {
        id: made_up(&["permission", &text]),
        service_id: id,
        permission: "*".to_owned(),
        permission_type: "domainId".to_owned(),
        description: String::new(),
        created_at: one.created_at,
    });
    world.services.push(Service {
        id,
        project,
        name: given_name(&one.name, id),
        port_id: made_up(&["port", &text]),
        vpc_id: made_up(&["vpc", &account]),
        server_type: "LB".to_owned(),
        status: ServiceStatus::Available,
        approval_enabled: true,
        ports: Vec::new(),
        tcp_proxy: "close".to_owned(),
        tags: Vec::new(),
        description: String::new(),
        enable_policy: one.enable_policy,
        ip_version: None,
        snat_network_id: None,
        professional: false,
        server_resources: Vec::new(),
        created_at: one.created_at,
        updated_at: one.created_at,
        next: None,
        error: None,
    });
}

fn service_of(row: &Value, project: &str) -> Option<Service> {
    let id = id(row, "id")?;
    let port = |row: &Value| {
        Some(PortMapping {
            client_port: u16::try_from(whole(row, "client_port")?).ok()?,
            server_port: u16::try_from(whole(row, "server_port")?).ok()?,
            protocol: word(row, "protocol").unwrap_or_else(|| "TCP".to_owned()).to_ascii_uppercase(),
        })
    };
    let created_at = time(row, "created_at").unwrap_or_default();
    Some(Service {
        id,
        project: project.to_owned(),
        name: given_name(&text(row, "service_name").unwrap_or_default(), id),
        port_id: self::id(row, "port_id").unwrap_or_default(),
        vpc_id: self::id(row, "vpc_id").unwrap_or_default(),
        server_type: word(row, "server_type").unwrap_or_else(|| "LB".to_owned()),
        status: status(row, &["creating", "available", "failed", "deleting"])
            .unwrap_or(ServiceStatus::Available),
        approval_enabled: flag(row, "approval_enabled").unwrap_or(true),
        ports: rows(row, "ports").iter().filter_map(port).collect(),
        tcp_proxy: word(row, "tcp_proxy").unwrap_or_else(|| "close".to_owned()),
        tags: tags(row),
        description: text(row, "description").unwrap_or_default(),
        enable_policy: flag(row, "enable_policy").unwrap_or(false),
        ip_version: word(row, "ip_version"),
        snat_network_id: self::id(row, "snat_network_id"),
        professional: texts(row, "supported_editions").iter().any(|edition| edition == "profession"),
        server_resources: Vec::new(),
        created_at,
        updated_at: time(row, "updated_at").unwrap_or(created_at),
        next: None,
        error: error(row),
    })
}

const CONNECTION: [&str; 6] = ["creating", "pendingAcceptance", "accepted", "rejected", "failed", "deleting"];

fn endpoint_of(row: &Value, project: &str) -> Option<Endpoint> {
    let created_at = time(row, "created_at").unwrap_or_default();
    let policy = |name: &str| row.get(name).filter(|policy| !policy.is_null()).cloned();
    let uuid = |text: &String| Uuid::try_parse(text).ok();
    let frozen = ["active_status", "active_statuses"].map(|name| texts(row, name)).concat();
    Some(Endpoint {
        id: id(row, "id")?,
        project: project.to_owned(),
        service_id: id(row, "endpoint_service_id")?,
        service_name: text(row, "endpoint_service_name").unwrap_or_default(),
        service_type: service_type(row),
        status: status(row, &CONNECTION).unwrap_or(EndpointStatus::Accepted),
        marker_id: whole(row, "marker_id").unwrap_or(0),
        vpc_id: id(row, "vpc_id").unwrap_or_default(),
        subnet_id: id(row, "subnet_id"),
        port_ip: None,
        ip: word(row, "ip").and_then(|ip| ip.parse().ok()),
        dns_names: ["dns_names", "dns_name"].map(|name| texts(row, name)).concat(),
        enable_dns: flag(row, "enable_dns").unwrap_or(false),
        whitelist: texts(row, "whitelist"),
        enable_whitelist: flag(row, "enable_whitelist").unwrap_or(false),
        routetables: texts(row, "routetables").iter().filter_map(uuid).collect(),
        tags: tags(row),
        description: text(row, "description").unwrap_or_default(),
        connection_description: String::new(),
        policy_statement: policy("policy_statement"),
        policy_document: policy("policy_document"),
        ip_version: word(row, "ip_version"),
        ipv6_address: word(row, "ipv6_address"),
        active_status: if frozen.is_empty() { active() } else { frozen },
        professional: false,
        created_at,
        updated_at: time(row, "updated_at").unwrap_or(created_at),
        next: None,
        error: error(row),
    })
}

fn permission_of(row: &Value, service: Uuid) -> Option<Permission> {
    let permission = word(row, "permission")?;
    let made = || made_up(&["permission", &service.to_string(), &permission]);
    let of_place = permission.starts_with("organizations:orgPath::");
    Some(Permission {
        id: id(row, "id").unwrap_or_else(made),
        service_id: service,
        permission_type: word(row, "permission_type")
            .unwrap_or_else(|| if of_place { "orgPath" } else { "domainId" }.to_owned()),
        description: text(row, "description").unwrap_or_default(),
        created_at: time(row, "created_at").unwrap_or_default(),
        permission,
    })
}

fn connection_of(row: &Value, service: Uuid) -> Option<Connection> {
    let created_at = time(row, "created_at").unwrap_or_default();
    Some(Connection {
        service,
        account: word(row, "domain_id").unwrap_or_else(|| "unknown".to_owned()),
        status: status(row, &CONNECTION)?,
        marker: whole(row, "marker_id").unwrap_or(0),
        description: text(row, "description").unwrap_or_default(),
        created_at,
        updated_at: time(row, "updated_at").unwrap_or(created_at),
    })
}

fn shown_of(row: &Value, region: &str, listed: bool) -> Option<(Uuid, Shown)> {
    let shown = Shown {
        listed,
        region: region.to_owned(),
        owner: text(row, "owner").unwrap_or_default(),
        name: text(row, "service_name").unwrap_or_default(),
        service_type: service_type(row),
        is_charge: flag(row, "is_charge").unwrap_or(true),
        enable_policy: flag(row, "enable_policy").unwrap_or(false),
        created_at: time(row, "created_at").unwrap_or_default(),
    };
    Some((id(row, "id")?, shown))
}
