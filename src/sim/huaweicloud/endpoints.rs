//! VPC endpoints (VPCEP API reference, section 5.5), except their route tables and policies.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::query::{Page, SortKey, contains};
use super::views::{self, Shown};
use super::{gateways, permissions, tags};
use crate::sim::cloud::Change;
use crate::sim::ground::touches_reserved;
use crate::sim::objects::{Endpoint, EndpointStatus, Next, ServiceType, active};
use crate::sim::settings::Settings;

/// The service that an endpoint is to lead to.
struct Target {
    name: String,
    service_type: ServiceType,
    enable_policy: bool,
    /// Whether the owner decides about connections.
    approval: bool,
}

/// `POST /vpc-endpoints` (section 5.5.1).
pub(crate) fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let fields = call.fields()?;
    let service_id = fields.needed_id("endpoint_service_id", "2029", "3062")?;
    let vpc_id = fields.needed_id("vpc_id", "2011", "0020")?;
    let subnet_id = fields.id("subnet_id", "0023")?;
    let enable_dns = fields.flag("enable_dns", "2033")?.unwrap_or(false);
    let port_ip = match fields.text("port_ip", "2041")? {
        None | Some("") => None,
        Some(text) => Some(text.parse::<Ipv4Addr>().map_err(|_| refuse("2041"))?),
    };
    let tables = gateways::tables(fields)?;
    let whitelist = whitelist(fields, call.settings)?.unwrap_or_default();
    let enable_whitelist = fields.flag("enable_whitelist", "0002")?.unwrap_or(false);
    let tags = tags::of_create(fields, call.settings)?;
    let description = fields.description(call.settings.description)?.unwrap_or_default().to_owned();
    let (policy_statement, policy_document) = gateways::policy(fields)?;
    let ip_version = fields.word("ip_version", &["ipv4", "ipv6", "dualstack"], "0002")?.map(str::to_owned);
    let ipv6_address = match fields.text("ipv6_address", "3010")? {
        None | Some("") => None,
        Some(text) => Some(text.parse::<std::net::Ipv6Addr>().map_err(|_| refuse("3010"))?.to_string()),
    };
    fields.word("specification_name", &["default"], "0015")?;

    let target = target(call, service_id)?;
    check_vpc(call, vpc_id)?;
    let gateway = target.service_type == ServiceType::Gateway;
    let subnet_id = if gateway { None } else { Some(check_subnet(call, vpc_id, subnet_id, port_ip)?) };
    let routetables =
        if gateway { gateways::for_create(call, service_id, vpc_id, tables)? } else { Vec::new() };
    if policy_statement.is_some() && !(gateway && target.enable_policy)
        || policy_document.is_some() && (gateway || !target.enable_policy)
    {
        return Err(refuse("2048"));
    }
    let policy_statement =
        policy_statement.or_else(|| (gateway && target.enable_policy).then(gateways::full_access));
    check_quota(call)?;
    if !call.cloud.is_available(service_id) {
        return Err(refuse("2004"));
    }

    let id = call.cloud.new_id();
    let region = call.project().region.clone();
    let marker_id = call.cloud.new_marker(&region);
    let end = match (&call.fate.fails, target.approval) {
        (Some(_), _) => EndpointStatus::Failed,
        (None, true) => EndpointStatus::PendingAcceptance,
        (None, false) => EndpointStatus::Accepted,
    };
    let delay = call.settings.delays.endpoint_create + call.fate.slower;
    let at_once = delay.is_zero();
    let endpoint = Endpoint {
        id,
        project: call.param("project").to_owned(),
        service_id,
        service_name: target.name,
        service_type: target.service_type,
        status: EndpointStatus::Creating,
        marker_id,
        vpc_id,
        subnet_id,
        port_ip: port_ip.filter(|_| !gateway),
        ip: None,
        dns_names: Vec::new(),
        enable_dns: enable_dns && !gateway,
        whitelist: if gateway { Vec::new() } else { whitelist },
        enable_whitelist: enable_whitelist && !gateway,
        routetables,
        tags,
        description,
        connection_description: String::new(),
        policy_statement,
        policy_document,
        ip_version,
        ipv6_address,
        active_status: active(),
        professional: false,
        created_at: call.now,
        updated_at: call.now,
        next: (!at_once).then(|| Next {
            at: call.now + delay,
            to: Some(end),
            error: call.fate.fails.clone(),
        }),
        error: if at_once { call.fate.fails.clone() } else { None },
    };
    // With no delay it is there at once.
    let first = if at_once { end } else { EndpointStatus::Creating };
    call.cloud.arrive(endpoint, first, call.now);
    let endpoint = &call.cloud.endpoints[&id];
    Ok(Answer::json(200, &views::endpoint(call.cloud, call.settings, endpoint, Shown::Create)))
}

/// The service named in the body: it must be in this region, and admit the caller (sections 6.2 and 8).
fn target(call: &Call<'_>, id: Uuid) -> Result<Target, Refusal> {
    let region = &call.project().region;
    if let Some(public) = call.cloud.ground.public.get(&id).filter(|service| service.region == *region) {
        return Ok(Target {
            name: public.service_name.clone(),
            service_type: public.service_type,
            enable_policy: public.enable_policy,
            approval: false,
        });
    }
    let service = call.cloud.services.get(&id);
    let service = service
        .filter(|service| call.cloud.ground.region_of(&service.project) == region)
        .ok_or_else(|| refuse("2003"))?;
    if !permissions::admits(call.cloud, id, &service.project, call.param("project")) {
        return Err(refuse("2012"));
    }
    Ok(Target {
        name: call.full_name(service),
        service_type: ServiceType::Interface,
        enable_policy: service.enable_policy,
        approval: service.approval_enabled,
    })
}

fn check_vpc(call: &mut Call<'_>, vpc_id: Uuid) -> Result<(), Refusal> {
    call.assume(|ground, project| ground.assume_vpc(project, vpc_id));
    let vpc = call.cloud.ground.vpcs.get(&vpc_id);
    match vpc.is_some_and(|vpc| vpc.place == call.param("project")) {
        true => Ok(()),
        false => Err(refuse("2001")),
    }
}

fn check_subnet(
    call: &mut Call<'_>,
    vpc_id: Uuid,
    subnet_id: Option<Uuid>,
    port_ip: Option<Ipv4Addr>,
) -> Result<Uuid, Refusal> {
    let id = subnet_id.ok_or_else(|| refuse("2010"))?;
    call.assume(|ground, project| ground.assume_subnet(project, vpc_id, id, port_ip));
    let ground = &call.cloud.ground;
    let own = |vpc: &Uuid| ground.vpcs[vpc].place == call.param("project");
    let subnet = ground.subnets.get(&id).filter(|subnet| own(&subnet.place)).ok_or_else(|| refuse("4004"))?;
    if subnet.place != vpc_id {
        return Err(refuse("2037"));
    }
    let cidr = subnet.thing.cidr;
    if touches_reserved(&cidr) {
        return Err(refuse("0023"));
    }
    match port_ip {
        Some(ip) if !cidr.contains(&ip) || ip == cidr.network() || ip == cidr.broadcast() => {
            Err(refuse("2043"))
        }
        Some(ip) if call.cloud.address_taken(id, ip) => Err(refuse("2042")),
        _ => Ok(id),
    }
}

fn check_quota(call: &Call<'_>) -> Result<(), Refusal> {
    let project = call.param("project");
    let quota = call.settings.quota.unwrap_or_else(|| call.cloud.ground.quota_of(project));
    let used = call.cloud.holdings.get(project).map_or(0, |holdings| holdings.endpoints.len());
    if used as u64 >= quota.endpoint { Err(refuse("1018")) } else { Ok(()) }
}

/// IPv4 addresses and ranges (sections 5.5.1 and 8).
fn whitelist(fields: Fields<'_>, settings: &Settings) -> Result<Option<Vec<String>>, Refusal> {
    let Some(entries) = fields.texts("whitelist", "2044")? else { return Ok(None) };
    let valid = |text: &&str| text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv4Net>().is_ok();
    if !entries.iter().all(valid) {
        return Err(refuse("2044"));
    }
    if entries.len() > settings.endpoint_whitelist {
        return Err(refuse("2045"));
    }
    Ok(Some(entries.into_iter().map(str::to_owned).collect()))
}

/// `GET /vpc-endpoints` (section 5.5.2).
pub(crate) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let page = Page::of(&call.query, 1000, call.settings)?;
    let (id, vpc_id) = (call.query.id("id", "2017")?, call.query.id("vpc_id", "0020")?);
    let name = call.query.get("endpoint_service_name");
    let fits = |endpoint: &&Endpoint| {
        id.is_none_or(|id| endpoint.id == id)
            && vpc_id.is_none_or(|id| endpoint.vpc_id == id)
            && name.is_none_or(|name| contains(&views::service_name(call.cloud, endpoint), name))
            && !call.too_young(endpoint.created_at)
    };
    let holdings = call.cloud.holdings.get(call.param("project"));
    let endpoints = &call.cloud.endpoints;
    let unfiltered = id.is_none() && vpc_id.is_none() && name.is_none() && call.sees_all();
    let (rows, total): (Vec<&Endpoint>, usize) = match (holdings, id) {
        (None, _) => (Vec::new(), 0),
        (Some(_), Some(id)) => {
            let own = endpoints.get(&id).filter(|endpoint| endpoint.project == call.param("project"));
            page.of_matching(own.into_iter().filter(fits))
        }
        (Some(holdings), None) if page.sort_key == SortKey::Updated => {
            let mut all: Vec<&Endpoint> =
                holdings.endpoints.from(0, false).map(|id| &endpoints[&id]).filter(fits).collect();
            all.sort_by_key(|endpoint| (endpoint.updated_at, endpoint.id));
            if page.newest_first {
                all.reverse();
            }
            page.of_matching(all.into_iter())
        }
        (Some(holdings), None) if unfiltered => {
            let ids = holdings.endpoints.from(page.offset, page.newest_first).take(page.limit);
            (ids.map(|id| &endpoints[&id]).collect(), holdings.endpoints.len())
        }
        (Some(holdings), None) => page.of_matching(
            holdings.endpoints.from(0, page.newest_first).map(|id| &endpoints[&id]).filter(fits),
        ),
    };
    let shown: Vec<_> = rows
        .into_iter()
        .map(|endpoint| views::endpoint(call.cloud, call.settings, endpoint, Shown::List))
        .collect();
    Ok(Answer::json(200, &Endpoints { endpoints: shown, total_count: total }))
}

#[derive(serde::Serialize)]
struct Endpoints<View> {
    endpoints: Vec<View>,
    total_count: usize,
}

/// `GET /vpc-endpoints/{e}` (section 5.5.3).
pub(crate) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(200, &views::endpoint(call.cloud, call.settings, call.endpoint()?, Shown::Get)))
}

/// What an endpoint's status says to a change of it (section 7.1: 2018, 2019, 2047).
pub(crate) fn check_changeable(endpoint: &Endpoint) -> Result<(), Refusal> {
    match endpoint.status {
        EndpointStatus::Creating => Err(refuse("2019")),
        EndpointStatus::Deleting => Err(refuse("2018")),
        EndpointStatus::Failed => Err(refuse("2047")),
        EndpointStatus::PendingAcceptance | EndpointStatus::Accepted | EndpointStatus::Rejected => Ok(()),
    }
}

/// `PUT /vpc-endpoints/{e}`: what is not sent is cleared (section 5.5.4; section 9, trap 33).
pub(crate) fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    let fields = call.fields()?;
    let whitelist = whitelist(fields, call.settings)?.unwrap_or_default();
    let enable_whitelist = fields.flag("enable_whitelist", "0002")?.unwrap_or(false);
    check_changeable(&endpoint)?;
    if endpoint.service_type == ServiceType::Interface {
        (endpoint.whitelist, endpoint.enable_whitelist) = (whitelist, enable_whitelist);
    }
    endpoint.updated_at = call.now;
    let answer = Answer::json(200, &views::endpoint(call.cloud, call.settings, &endpoint, Shown::Update));
    call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
    Ok(answer)
}

/// `DELETE /vpc-endpoints/{e}` (section 5.5.5).
pub(crate) fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    match endpoint.status {
        EndpointStatus::Deleting => return Err(refuse("2018")),
        EndpointStatus::Creating if !call.settings.delete_while_creating => return Err(refuse("2019")),
        _ => {}
    }
    let delay = call.settings.delays.endpoint_delete + call.fate.slower;
    if delay.is_zero() {
        call.cloud.apply(Change::EndpointGone(endpoint.id));
    } else {
        (endpoint.status, endpoint.updated_at) = (EndpointStatus::Deleting, call.now);
        endpoint.next = Some(Next { at: call.now + delay, to: None, error: None });
        call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
    }
    Ok(Answer::empty(call.settings.delete_status))
}

/// `POST /v2/…/vpc-endpoints/{e}/upgrade` (section 5.7).
pub(crate) fn upgrade(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    match call.fields()?.text("action", "0007")? {
        Some("start") => {}
        None => return Err(refuse("2002")),
        Some(_) => return Err(refuse("0007")),
    }
    check_changeable(&endpoint)?;
    (endpoint.professional, endpoint.updated_at) = (true, call.now);
    call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
    Ok(Answer::empty(202))
}
