//! Endpoint services (VPCEP API reference, section 5.2).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::query::{Page, SortKey, contains};
use super::tags;
use super::views::{self, Shown};
use crate::sim::cloud::Change;
use crate::sim::ground::touches_reserved;
use crate::sim::objects::{Next, PortMapping, Service, ServiceStatus};
use crate::sim::settings::{PortIdChange, RenameAnswer};

/// Most port mappings in one call (section 8).
const MAPPINGS: usize = 200;
const TCP_PROXIES: [&str; 5] = ["close", "toa_open", "proxy_open", "open", "proxy_vni"];

/// `POST /vpc-endpoint-services` (section 5.2.1).
pub(crate) fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let fields = call.fields()?;
    let port_id = fields.needed_id("port_id", "2002", "3003")?;
    let vpc_id = fields.needed_id("vpc_id", "2011", "0020")?;
    let server_type = match fields.text("server_type", "3021")? {
        None | Some("") => return Err(refuse("2002")),
        Some(kind @ ("VM" | "LB")) => kind.to_owned(),
        Some(_) => return Err(refuse("3021")),
    };
    let ports = mappings(fields)?.ok_or_else(|| refuse("2028"))?;
    let name = short_name(fields.text("service_name", "1003")?, "1003")?.unwrap_or_default().to_owned();
    let approval_enabled = fields.flag("approval_enabled", "0002")?.unwrap_or(true);
    fields.word("service_type", &["interface"], "0002")?;
    let tcp_proxy = fields.word("tcp_proxy", &TCP_PROXIES, "0002")?.unwrap_or("close").to_owned();
    let tags = tags::of_create(fields, call.settings)?;
    let description = fields.description(call.settings.description)?.unwrap_or_default().to_owned();
    no_ip(fields)?;
    let ip_version = fields.word("ip_version", &["ipv4", "ipv6"], "0002")?.map(str::to_owned);
    let snat_network_id = fields.id("snat_network_id", "0002")?;
    if ip_version.as_deref() == Some("ipv6") && snat_network_id.is_none() {
        return Err(refuse("2002"));
    }
    let enable_policy = fields.flag("enable_policy", "0002")?.unwrap_or(false);

    call.assume(|ground, project| ground.assume_back_end(project, vpc_id, port_id, &server_type));
    check_back_end(call, vpc_id, port_id, &server_type)?;
    check_quota(call)?;
    check_conflicts(call, port_id, &ports, None)?;

    let id = call.cloud.new_id();
    let (status, next) = creation(call, call.settings.delays.service_create);
    let service = Service {
        id,
        project: call.param("project").to_owned(),
        name,
        port_id,
        vpc_id,
        server_type,
        status,
        approval_enabled,
        ports,
        tcp_proxy,
        tags,
        description,
        enable_policy,
        ip_version,
        snat_network_id,
        professional: false,
        server_resources: Vec::new(),
        created_at: call.now,
        updated_at: call.now,
        error: if next.is_none() { call.fate.fails.clone() } else { None },
        next,
    };
    let answer = Answer::json(200, &views::service(call.cloud, call.settings, &service, Shown::Create));
    call.cloud.apply(Change::Service(Box::new(service)));
    Ok(answer)
}

/// Where a creation starts, and where time takes it: with no delay it is there at once (section 6.1).
fn creation(call: &Call<'_>, delay: SignedDuration) -> (ServiceStatus, Option<Next<ServiceStatus>>) {
    let end = if call.fate.fails.is_some() { ServiceStatus::Failed } else { ServiceStatus::Available };
    let delay = delay + call.fate.slower;
    if delay.is_zero() {
        return (end, None);
    }
    let next = Next { at: call.now + delay, to: Some(end), error: call.fate.fails.clone() };
    (ServiceStatus::Creating, Some(next))
}

/// The back end stands in a VPC of the project (sections 5.2.1 and 8).
fn check_back_end(call: &Call<'_>, vpc_id: Uuid, port_id: Uuid, server_type: &str) -> Result<(), Refusal> {
    let ground = &call.cloud.ground;
    let vpc = ground
        .vpcs
        .get(&vpc_id)
        .filter(|vpc| vpc.place == call.param("project"))
        .ok_or_else(|| refuse("2001"))?;
    let routes = || vpc.thing.route_tables.iter().flat_map(|table| &table.routes);
    if touches_reserved(&vpc.thing.cidr) || routes().any(touches_reserved) {
        return Err(refuse("3009"));
    }
    let port = ground.ports.get(&port_id);
    let port = port
        .filter(|port| ground.vpcs[&port.place].place == call.param("project"))
        .ok_or_else(|| refuse("3008"))?;
    if port.place != vpc_id {
        return Err(refuse("3042"));
    }
    match port.thing.serves.iter().any(|kind| kind == server_type) {
        true => Ok(()),
        false => Err(refuse("3008")),
    }
}

fn check_quota(call: &Call<'_>) -> Result<(), Refusal> {
    let project = call.param("project");
    let quota = call.settings.quota.unwrap_or_else(|| call.cloud.ground.quota_of(project));
    let used = call.cloud.holdings.get(project).map_or(0, |holdings| holdings.services.len());
    if used as u64 >= quota.endpoint_service { Err(refuse("1018")) } else { Ok(()) }
}

/// Services on one port id keep to different server ports (section 5.0).
fn check_conflicts(
    call: &Call<'_>,
    port_id: Uuid,
    ports: &[PortMapping],
    own: Option<Uuid>,
) -> Result<(), Refusal> {
    let conflict =
        ports.iter().any(|mapping| call.cloud.port_conflict(port_id, mapping.server_port, own).is_some());
    if conflict { Err(refuse("3044")) } else { Ok(()) }
}

/// `ip` belongs to VLAN services only, which tenants cannot make.
fn no_ip(fields: Fields<'_>) -> Result<(), Refusal> {
    match fields.text("ip", "3010")? {
        None | Some("") => Ok(()),
        Some(ip) if ip.parse::<std::net::Ipv4Addr>().is_ok() => Err(refuse("3011")),
        Some(_) => Err(refuse("3010")),
    }
}

/// At most 16 letters, digits, `_` and `-` (section 8).
fn short_name<'a>(name: Option<&'a str>, code: &str) -> Result<Option<&'a str>, Refusal> {
    let fits = |text: &str| {
        text.len() <= 16
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    if name.is_none_or(fits) { Ok(name) } else { Err(refuse(code)) }
}

/// The port mappings of a body (section 5.0).
fn mappings(fields: Fields<'_>) -> Result<Option<Vec<PortMapping>>, Refusal> {
    let Some(list) = fields.list("ports", "0002")? else { return Ok(None) };
    if list.is_empty() {
        return Err(refuse("2028"));
    }
    if list.len() > MAPPINGS {
        return Err(refuse("3074"));
    }
    let ports: Vec<PortMapping> = list.iter().map(mapping).collect::<Result<_, _>>()?;
    let distinct: BTreeSet<&PortMapping> = ports.iter().collect();
    if distinct.len() == ports.len() { Ok(Some(ports)) } else { Err(refuse("0002")) }
}

fn mapping(value: &Value) -> Result<PortMapping, Refusal> {
    let fields = Fields::of(value, "0002")?;
    let port = |name: &str| match fields.get(name) {
        None => Err(refuse("2028")),
        Some(value) => {
            let number =
                value.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0);
            number.ok_or_else(|| refuse("3004"))
        }
    };
    let protocol = fields.word("protocol", &["TCP"], "3075")?.unwrap_or("TCP").to_owned();
    Ok(PortMapping { client_port: port("client_port")?, server_port: port("server_port")?, protocol })
}

/// `GET /vpc-endpoint-services` (section 5.2.2).
pub(crate) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::of(&call.query, 1000, call.settings)?;
    let status = match call.query.get("status") {
        None => None,
        Some("creating") => Some(ServiceStatus::Creating),
        Some("available") => Some(ServiceStatus::Available),
        Some("failed") => Some(ServiceStatus::Failed),
        Some("deleting") => Some(ServiceStatus::Deleting),
        Some(_) => return Err(refuse("0019")),
    };
    let id = call.query.id("id", "3062")?;
    if call.query.get("net_type").is_some_and(|kind| !["vlan", "vxlan", "all"].contains(&kind)) {
        return Err(refuse("3048"));
    }
    let (name, server_type) = (call.query.get("endpoint_service_name"), call.query.get("server_type"));
    let region = &call.project().region;
    let fits = |service: &&Service| {
        id.is_none_or(|id| service.id == id)
            && status.is_none_or(|status| service.status == status)
            && server_type.is_none_or(|kind| service.server_type.eq_ignore_ascii_case(kind))
            && name.is_none_or(|name| contains(&service.full_name(region), name))
            && !call.too_young(service.created_at)
    };
    let holdings = call.cloud.holdings.get(call.param("project"));
    let services = &call.cloud.services;
    let unfiltered =
        id.is_none() && status.is_none() && name.is_none() && server_type.is_none() && call.sees_all();
    let (rows, total): (Vec<&Service>, usize) = match (holdings, id) {
        (None, _) => (Vec::new(), 0),
        (Some(_), Some(id)) => {
            let own = services.get(&id).filter(|service| service.project == call.param("project"));
            page.of_matching(own.into_iter().filter(fits))
        }
        (Some(holdings), None) if page.sort_key == SortKey::Updated => {
            let mut all: Vec<&Service> =
                holdings.services.from(0, false).map(|id| &services[&id]).filter(fits).collect();
            all.sort_by_key(|service| (service.updated_at, service.id));
            if page.newest_first {
                all.reverse();
            }
            page.of_matching(all.into_iter())
        }
        (Some(holdings), None) if unfiltered => {
            let ids = holdings.services.from(page.offset, page.newest_first).take(page.limit);
            (ids.map(|id| &services[&id]).collect(), holdings.services.len())
        }
        (Some(holdings), None) => page
            .of_matching(holdings.services.from(0, page.newest_first).map(|id| &services[&id]).filter(fits)),
    };
    let shown: Vec<_> = rows
        .into_iter()
        .map(|service| views::service(call.cloud, call.settings, service, Shown::List))
        .collect();
    Ok(Answer::json(200, &Services { endpoint_services: shown, total_count: total }))
}

#[derive(serde::Serialize)]
struct Services<View> {
    endpoint_services: Vec<View>,
    total_count: usize,
}

/// `GET /vpc-endpoint-services/{s}` (section 5.2.3).
pub(crate) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?;
    Ok(Answer::json(200, &views::service(call.cloud, call.settings, service, Shown::Get)))
}

/// `PUT /vpc-endpoint-services/{s}` (section 5.2.4).
pub(crate) fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut service = call.service()?.clone();
    if let Ok(Some(port)) = call.fields()?.id("port_id", "3003") {
        let (vpc, server_type) = (service.vpc_id, &service.server_type);
        call.assume(|ground, project| ground.assume_back_end(project, vpc, port, server_type));
    }
    let fields = call.fields()?;
    let approval_enabled = fields.flag("approval_enabled", "0002")?;
    let name = short_name(fields.text("service_name", "1003")?, "1003")?;
    let ports = mappings(fields)?;
    let port_id = fields.id("port_id", "3003")?;
    let tcp_proxy = fields.word("tcp_proxy", &TCP_PROXIES, "0002")?;
    let description = fields.description(call.settings.description)?;
    let ip = fields.text("ip", "3010")?.filter(|ip| !ip.is_empty());
    let vip_port = fields.id("vip_port_id", "3051")?;
    match (port_id, vip_port, ip) {
        (Some(_), _, Some(_)) => return Err(refuse("3052")),
        (_, Some(_), Some(_)) => return Err(refuse("3053")),
        (_, Some(_), None) => return Err(refuse("3054")),
        (_, _, Some(_)) => return Err(refuse("3055")),
        (_, None, None) => {}
    }
    if fields.get("cidr").is_some() {
        return Err(refuse("3057"));
    }
    if let Some(port_id) = port_id.filter(|port_id| *port_id != service.port_id) {
        check_back_end(call, service.vpc_id, port_id, &service.server_type)?;
        let allowed = match call.settings.port_id_change {
            PortIdChange::Any => true,
            PortIdChange::VmOnly => service.server_type == "VM",
            PortIdChange::Never => false,
        };
        if !allowed {
            return Err(refuse("3054"));
        }
    }
    if service.status != ServiceStatus::Available {
        return Err(refuse("3045"));
    }
    service.port_id = port_id.unwrap_or(service.port_id);
    service.approval_enabled = approval_enabled.unwrap_or(service.approval_enabled);
    if let Some(ports) = ports {
        service.ports = ports;
    }
    check_conflicts(call, service.port_id, &service.ports, Some(service.id))?;
    for (have, want) in [
        (&mut service.name, name),
        (&mut service.tcp_proxy, tcp_proxy),
        (&mut service.description, description),
    ] {
        if let Some(want) = want {
            *have = want.to_owned();
        }
    }
    service.updated_at = call.now;
    let answer = Answer::json(200, &views::service(call.cloud, call.settings, &service, Shown::Update));
    call.cloud.apply(Change::Service(Box::new(service)));
    Ok(answer)
}

/// `PUT /vpc-endpoint-services/{s}/name` (section 5.2.6).
pub(crate) fn rename(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut service = call.service()?.clone();
    let name =
        call.fields()?.text("endpoint_service_name", "3076")?.ok_or_else(|| refuse("2002"))?.to_owned();
    short_name(Some(&name), "3076")?;
    if service.status != ServiceStatus::Available {
        return Err(refuse("3045"));
    }
    (service.name, service.updated_at) = (name.clone(), call.now);
    let shown = match call.settings.rename_answer {
        RenameAnswer::Full => call.full_name(&service),
        RenameAnswer::Raw => name,
    };
    call.cloud.apply(Change::Service(Box::new(service)));
    Ok(Answer::json(200, &json!({ "endpoint_service_name": shown })))
}

/// `DELETE /vpc-endpoint-services/{s}` (section 5.2.5).
pub(crate) fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut service = call.service()?.clone();
    match service.status {
        ServiceStatus::Creating => return Err(refuse("3005")),
        ServiceStatus::Deleting => return Err(refuse("2004")),
        ServiceStatus::Available | ServiceStatus::Failed => {}
    }
    if call.cloud.links.get(&service.id).is_some_and(|links| links.holding > 0) {
        return Err(refuse("3006"));
    }
    let delay = call.settings.delays.service_delete + call.fate.slower;
    if delay.is_zero() {
        call.cloud.lose_service(service.id, call.now);
    } else {
        (service.status, service.updated_at) = (ServiceStatus::Deleting, call.now);
        service.next = Some(Next { at: call.now + delay, to: None, error: None });
        call.cloud.apply(Change::Service(Box::new(service)));
    }
    Ok(Answer::empty(call.settings.delete_status))
}

/// `GET /vpc-endpoint-services/public` (section 5.2.7).
pub(crate) fn public(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::of(&call.query, 1000, call.settings)?;
    let (id, name) = (call.query.id("id", "3062")?, call.query.get("endpoint_service_name"));
    let region = &call.project().region;
    let mut rows: Vec<_> = call
        .cloud
        .ground
        .public
        .values()
        .filter(|service| service.region == *region)
        .filter(|service| id.is_none_or(|id| service.id == id))
        .filter(|service| name.is_none_or(|name| contains(&service.service_name, name)))
        .collect();
    rows.sort_by_key(|service| (service.created_at, service.id));
    if page.newest_first {
        rows.reverse();
    }
    let (rows, total) = page.of_matching(rows.into_iter());
    let shown = rows.into_iter().map(|service| views::public(service, Shown::List)).collect();
    Ok(Answer::json(200, &Services { endpoint_services: shown, total_count: total }))
}

/// `GET /vpc-endpoint-services/describe` (section 5.2.8).
pub(crate) fn describe(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let region = &call.project().region;
    let id = match (
        call.query.id("id", "3062")?,
        call.query.get("endpoint_service_name").filter(|name| !name.is_empty()),
    ) {
        (Some(id), None) => id,
        // A full name ends in the id; services of the cloud go by their names alone.
        (None, Some(name)) => {
            let public = call.cloud.ground.public.values();
            let named = public
                .filter(|service| service.region == *region)
                .find(|service| service.service_name == name);
            let own = || {
                let id = super::query::read_id(name.rsplit('.').next()?)?;
                let service = call.cloud.services.get(&id)?;
                (call.full_name(service) == name).then_some(id)
            };
            named.map(|service| service.id).or_else(own).ok_or_else(|| refuse("0005"))?
        }
        (None, None) | (Some(_), Some(_)) => return Err(refuse("0002")),
    };
    if let Some(service) = call.cloud.ground.public.get(&id).filter(|service| service.region == *region) {
        return Ok(Answer::json(200, &views::public(service, Shown::Get)));
    }
    let service = call.cloud.services.get(&id);
    let service = service.filter(|service| call.cloud.ground.region_of(&service.project) == region);
    Ok(Answer::json(200, &views::described(call.cloud, service.ok_or_else(|| refuse("0005"))?)))
}

/// `POST /v2/…/vpc-endpoint-services/{s}/upgrade` (section 5.7).
pub(crate) fn upgrade(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut service = call.service()?.clone();
    if service.status != ServiceStatus::Available {
        return Err(refuse("3045"));
    }
    (service.professional, service.updated_at) = (true, call.now);
    call.cloud.apply(Change::Service(Box::new(service)));
    Ok(Answer::empty(204))
}

/// `POST /v2/…/vpc-endpoint-services/{s}/add-server-resources` (section 5.7).
pub(crate) fn add_server_resources(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut service = call.service()?.clone();
    let list = call.fields()?.list("server_resources", "0002")?.filter(|list| !list.is_empty());
    for resource in list.ok_or_else(|| refuse("2002"))? {
        let fields = Fields::of(resource, "0002")?;
        fields.text("availability_zone_id", "0002")?;
        let id =
            fields.text("resource_id", "0002")?.filter(|id| !id.is_empty()).ok_or_else(|| refuse("2002"))?;
        if !service.server_resources.iter().any(|known| known == id) {
            service.server_resources.push(id.to_owned());
        }
    }
    if service.status != ServiceStatus::Available {
        return Err(refuse("3045"));
    }
    service.updated_at = call.now;
    call.cloud.apply(Change::Service(Box::new(service)));
    Ok(Answer::empty(204))
}
