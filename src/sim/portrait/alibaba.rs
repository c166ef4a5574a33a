//! What answers of Elasticsearch and PrivateLink show of a cloud (Elasticsearch and PrivateLink API reference,
//! sections 5 and 8). Their lists say nothing of whose an object is: whoever asked has it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::read::{flag, rows, text, time, word};
use super::{Exchange, Tenant};
use crate::sim::alibaba::objects::{
    Account, AlibabaWorld, BackEnd, Coming, EndpointZone, Instance, Key, LinkEndpoint, LinkService,
};
use crate::sim::huaweicloud::query_pairs;
use crate::sim::settings::Delays;

/// What was seen so far; of each thing the latest answer counts.
#[derive(Debug, Default)]
pub(super) struct Seen {
    tenants: BTreeSet<Tenant>,
    services: BTreeMap<String, LinkService>,
    endpoints: BTreeMap<String, LinkEndpoint>,
    instances: BTreeMap<String, Instance>,
    /// Connections as the owners of services see them.
    connections: BTreeMap<String, Value>,
    resources: BTreeMap<String, BTreeSet<BackEnd>>,
    users: BTreeMap<String, BTreeSet<String>>,
    tags: BTreeMap<String, BTreeMap<String, String>>,
    zones: BTreeMap<String, Vec<EndpointZone>>,
    groups: BTreeMap<String, Vec<String>>,
}

/// The name of a tenant's account in the world.
fn name_of(tenant: &Tenant) -> String {
    format!("{} {}", tenant.account, tenant.region)
}

/// Members of an answer that stand for something that is kept elsewhere, or that moves.
const KEPT_ELSEWHERE: [&str; 14] = [
    "RequestId",
    "ServiceId",
    "ServiceStatus",
    "ServiceBusinessStatus",
    "SupportedRegionSet",
    "EndpointId",
    "EndpointName",
    "EndpointDomain",
    "EndpointStatus",
    "EndpointBusinessStatus",
    "ConnectionStatus",
    "CreateTime",
    "Tags",
    "Zones",
];

/// Everything else that an answer says.
fn settings(row: &Value) -> BTreeMap<String, Value> {
    let members = row.as_object().into_iter().flatten();
    let others = members.filter(|(name, _)| !KEPT_ELSEWHERE.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn tags(row: &Value, list: &str, key: &str, value: &str) -> BTreeMap<String, String> {
    let one = |tag: &Value| Some((word(tag, key)?, text(tag, value).unwrap_or_default()));
    rows(row, list).iter().filter_map(one).collect()
}

/// An endpoint made at that time, of which nothing else is said yet.
fn unsaid(created_at: Timestamp) -> LinkEndpoint {
    LinkEndpoint {
        id: String::new(),
        owner: String::new(),
        region: String::new(),
        instance: None,
        name: String::new(),
        service_id: String::new(),
        service_name: String::new(),
        domain: String::new(),
        vpc_id: String::new(),
        zones: Vec::new(),
        security_groups: Vec::new(),
        status: String::new(),
        connection: String::new(),
        business_status: String::new(),
        settings: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at,
        modified_at: created_at,
        next: None,
        link: None,
    }
}

impl Seen {
    pub(super) fn add(&mut self, tenant: Tenant) {
        self.tenants.insert(tenant);
    }

    /// Takes an answer in.
    pub(super) fn hear(&mut self, action: &str, exchange: &Exchange, answer: &Value, tenant: &Tenant) {
        let given: BTreeMap<String, String> =
            query_pairs(exchange.uri.query().unwrap_or_default()).into_iter().collect();
        let about = |name: &str| given.get(name).cloned();
        let instance = exchange.uri.path().split('/').nth(3).map(str::to_owned);
        match action {
            "ListVpcEndpointServices" => {
                for row in rows(answer, "Services") {
                    self.see_service(row, tenant);
                    self.see_tags(row, "ServiceId");
                }
            }
            "GetVpcEndpointServiceAttribute" => self.see_service(answer, tenant),
            "ListVpcEndpoints" if instance.is_none() => {
                for row in rows(answer, "Endpoints") {
                    self.see_endpoint(row, tenant);
                    self.see_tags(row, "EndpointId");
                }
            }
            "GetVpcEndpointAttribute" => self.see_endpoint(answer, tenant),
            "ListVpcEndpoints" => {
                for row in rows(answer, "Result") {
                    self.see_instances_endpoint(row, instance.as_deref().unwrap_or_default(), tenant);
                }
            }
            "ListInstance" => {
                rows(answer, "Result").iter().for_each(|row| self.see_instance(row, tenant));
            }
            "DescribeInstance" => {
                if let Some(row) = answer.get("Result") {
                    self.see_instance(row, tenant);
                }
            }
            "ListVpcEndpointServiceResources" => {
                let Some(service) = about("ServiceId") else { return };
                let found = rows(answer, "Resources").iter().filter_map(|row| {
                    let (id, zone) = (word(row, "ResourceId")?, word(row, "ZoneId").unwrap_or_default());
                    let kind = word(row, "ResourceType").unwrap_or_else(|| "slb".to_owned());
                    Some(BackEnd { id, kind, zone })
                });
                self.resources.entry(service).or_default().extend(found);
            }
            "ListVpcEndpointServiceUsers" => {
                let Some(service) = about("ServiceId") else { return };
                let users = rows(answer, "Users").iter().filter_map(|row| word(row, "UserId"));
                let arns = rows(answer, "UserARNs").iter().filter_map(|row| word(row, "UserARN"));
                // An account is shown as an ARN, too.
                let arns = arns.map(|arn| {
                    let account = arn.strip_prefix("acs:ram:*:").and_then(|rest| rest.strip_suffix(":*"));
                    account.filter(|id| id.parse::<i64>().is_ok()).map_or(arn.clone(), str::to_owned)
                });
                self.users.entry(service).or_default().extend(users.chain(arns));
            }
            "ListVpcEndpointConnections" => {
                let found = rows(answer, "Connections").iter();
                let found = found.filter_map(|row| Some((word(row, "EndpointId")?, row.clone())));
                self.connections.extend(found);
            }
            "ListVpcEndpointZones" => {
                let Some(endpoint) = about("EndpointId") else { return };
                self.zones.insert(endpoint, rows(answer, "Zones").iter().filter_map(zone_of).collect());
            }
            "ListVpcEndpointSecurityGroups" => {
                let Some(endpoint) = about("EndpointId") else { return };
                let groups = rows(answer, "SecurityGroups").iter();
                self.groups.insert(endpoint, groups.filter_map(|row| word(row, "SecurityGroupId")).collect());
            }
            "ListTagResources" => {
                let Some(id) = about("ResourceId.1") else { return };
                self.tags.insert(id, tags(answer, "TagResources", "TagKey", "TagValue"));
            }
            _ => {}
        }
    }

    fn see_tags(&mut self, row: &Value, id: &str) {
        if let Some(id) = word(row, id) {
            self.tags.insert(id, tags(row, "Tags", "Key", "Value"));
        }
    }

    fn see_service(&mut self, row: &Value, tenant: &Tenant) {
        let Some(id) = word(row, "ServiceId") else { return };
        let regions = rows(row, "SupportedRegionSet").iter();
        let service = LinkService {
            id: id.clone(),
            account: name_of(tenant),
            region: word(row, "RegionId").unwrap_or_else(|| tenant.region.clone()),
            status: word(row, "ServiceStatus").unwrap_or_else(|| "Active".to_owned()),
            business_status: word(row, "ServiceBusinessStatus").unwrap_or_else(|| "Normal".to_owned()),
            settings: settings(row),
            resources: BTreeSet::new(),
            users: BTreeSet::new(),
            regions: regions.filter_map(|row| word(row, "SupportedRegionId")).collect(),
            tags: BTreeMap::new(),
            created_at: time(row, "CreateTime").unwrap_or_default(),
            next: None,
        };
        self.services.insert(id, service);
    }

    fn see_endpoint(&mut self, row: &Value, tenant: &Tenant) {
        let Some(id) = word(row, "EndpointId") else { return };
        let said = |name: &str| word(row, name).unwrap_or_default();
        let created_at = time(row, "CreateTime").unwrap_or_default();
        let endpoint = LinkEndpoint {
            id: id.clone(),
            owner: tenant.account.clone(),
            region: word(row, "RegionId").unwrap_or_else(|| tenant.region.clone()),
            name: said("EndpointName"),
            service_id: said("ServiceId"),
            service_name: said("ServiceName"),
            domain: said("EndpointDomain"),
            vpc_id: said("VpcId"),
            status: said("EndpointStatus"),
            connection: said("ConnectionStatus"),
            business_status: said("EndpointBusinessStatus"),
            settings: settings(row),
            ..unsaid(created_at)
        };
        self.endpoints.insert(id, endpoint);
    }

    fn see_instances_endpoint(&mut self, row: &Value, instance: &str, tenant: &Tenant) {
        let Some(id) = word(row, "endpointId") else { return };
        let said = |name: &str| word(row, name).unwrap_or_default();
        let created_at = time(row, "createTime").unwrap_or_default();
        let zone = |zone| EndpointZone {
            zone,
            vswitch: String::new(),
            ip: String::new(),
            eni: String::new(),
            leaving: false,
            disconnected: false,
        };
        let endpoint = LinkEndpoint {
            id: id.clone(),
            // Who the cloud's own account is, only connections tell.
            region: tenant.region.clone(),
            instance: Some(instance.to_owned()),
            name: said("endpointName"),
            service_id: said("serviceId"),
            service_name: said("serviceName"),
            domain: said("endpointDomain"),
            zones: word(row, "zoneId").map(zone).into_iter().collect(),
            security_groups: word(row, "securityGroupId").into_iter().collect(),
            status: said("endpointStatus"),
            connection: said("connectionStatus"),
            business_status: said("endpointBusinessStatus"),
            ..unsaid(created_at)
        };
        self.endpoints.insert(id, endpoint);
    }

    fn see_instance(&mut self, row: &Value, tenant: &Tenant) {
        let Some(id) = word(row, "instanceId") else { return };
        let said = |name: &str| word(row, name).unwrap_or_default();
        let network = row.get("networkConfig").unwrap_or(&Value::Null);
        let members = row.as_object().into_iter().flatten();
        let instance = Instance {
            id: id.clone(),
            account: name_of(tenant),
            region: tenant.region.clone(),
            description: said("description"),
            status: said("status"),
            is_new_deployment: flag(row, "isNewDeployment").unwrap_or(true),
            version: said("esVersion"),
            arch_type: said("archType"),
            zones: rows(row, "zoneInfos").iter().filter_map(|row| word(row, "zoneId")).collect(),
            vpc_id: word(network, "vpcId").unwrap_or_default(),
            vswitch_id: word(network, "vswitchId").unwrap_or_default(),
            created_at: time(row, "createdAt").unwrap_or_default(),
            kibana: Vec::new(),
            shown: members.map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        self.instances.insert(id, instance);
    }

    /// The world as it was seen.
    pub(super) fn world(&self, now: Timestamp, delays: &Delays) -> AlibabaWorld {
        if self.tenants.is_empty() {
            return AlibabaWorld::default();
        }
        let account = |tenant: &Tenant| {
            let (access, secret) = tenant.key();
            let key = Key { access, secret, security_token: None, inactive: false, allow: Vec::new() };
            Account {
                name: name_of(tenant),
                id: tenant.account.clone(),
                region: tenant.region.clone(),
                keys: vec![key],
            }
        };
        let owner = |id: &str| self.connections.get(id).and_then(|row| word(row, "EndpointOwnerId"));
        let ours = self.endpoints.values().filter(|one| one.instance.is_some());
        let service_account = ours.filter_map(|one| owner(&one.id)).next().unwrap_or_default();
        let coming = |at, to: Option<&str>| Some(Coming { at: now + at, to: to.map(str::to_owned) });
        let services = self.services.values().map(|one| LinkService {
            resources: self.resources.get(&one.id).cloned().unwrap_or_default(),
            users: self.users.get(&one.id).cloned().unwrap_or_default(),
            tags: self.tags.get(&one.id).cloned().unwrap_or_default(),
            next: match one.status.as_str() {
                "Creating" | "Pending" => coming(delays.service_create, Some("Active")),
                "Deleting" => coming(delays.service_delete, None),
                _ => None,
            },
            ..one.clone()
        });
        let strangers = self.connections.iter().filter(|(id, _)| !self.endpoints.contains_key(*id));
        let strangers = strangers.filter_map(|(id, row)| strangers_endpoint(id, row));
        let endpoints = self.endpoints.values().cloned().chain(strangers).map(|one| {
            let connection = self.connections.get(&one.id);
            let limit = |name: &str, to: &str| Some((to.to_owned(), connection?.get(name)?.clone()));
            let limits = [
                limit("Bandwidth", "ConnectionBandwidth"),
                limit("TrafficControlMode", "TrafficControlMode"),
            ];
            let by_owner = connection.map(|row| rows(row, "Zones").iter().filter_map(zone_of).collect());
            let zones = self.zones.get(&one.id).cloned().or(by_owner).filter(|zones| !zones.is_empty());
            LinkEndpoint {
                owner: if one.instance.is_some() { service_account.clone() } else { one.owner.clone() },
                vpc_id: match connection.and_then(|row| word(row, "EndpointVpcId")) {
                    Some(vpc) if one.vpc_id.is_empty() => vpc,
                    _ => one.vpc_id.clone(),
                },
                zones: zones.unwrap_or_else(|| one.zones.clone()),
                security_groups: self.groups.get(&one.id).unwrap_or(&one.security_groups).clone(),
                tags: self.tags.get(&one.id).cloned().unwrap_or_default(),
                settings: one.settings.clone().into_iter().chain(limits.into_iter().flatten()).collect(),
                modified_at: connection.and_then(|row| time(row, "ModifiedTime")).unwrap_or(one.modified_at),
                next: match one.status.as_str() {
                    "Creating" | "Pending" => coming(delays.endpoint_create, Some("Active")),
                    "Deleting" => coming(delays.endpoint_delete, None),
                    _ => None,
                },
                link: match one.connection.as_str() {
                    "Connecting" | "Pending" => coming(delays.accept, Some("Connected")),
                    "Disconnecting" => coming(delays.accept, Some("Disconnected")),
                    _ => None,
                },
                ..one
            }
        });
        AlibabaWorld {
            accounts: self.tenants.iter().map(account).collect(),
            instances: self.instances.values().cloned().collect(),
            services: services.collect(),
            endpoints: endpoints.collect(),
            service_account,
            ..AlibabaWorld::default()
        }
    }
}

fn zone_of(row: &Value) -> Option<EndpointZone> {
    let said = |name: &str| word(row, name).unwrap_or_default();
    Some(EndpointZone {
        leaving: false,
        zone: word(row, "ZoneId")?,
        vswitch: said("VSwitchId"),
        ip: said("EniIp"),
        eni: said("EniId"),
        disconnected: said("ZoneStatus") == "Disconnected",
    })
}

/// A stranger's endpoint to a service of ours, as far as the service's owner sees it.
fn strangers_endpoint(id: &str, row: &Value) -> Option<LinkEndpoint> {
    let said = |name: &str| word(row, name).unwrap_or_default();
    let modified_at = time(row, "ModifiedTime").unwrap_or_default();
    Some(LinkEndpoint {
        id: id.to_owned(),
        owner: said("EndpointOwnerId"),
        region: said("EndpointRegionId"),
        instance: None,
        name: id.to_owned(),
        service_id: word(row, "ServiceId")?,
        service_name: String::new(),
        domain: String::new(),
        vpc_id: said("EndpointVpcId"),
        zones: Vec::new(),
        security_groups: Vec::new(),
        status: "Active".to_owned(),
        connection: said("ConnectionStatus"),
        business_status: "Normal".to_owned(),
        settings: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at: modified_at,
        modified_at,
        next: None,
        link: None,
    })
}
