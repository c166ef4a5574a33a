//! Connections: endpoints as the owner of their service sees and decides them (VPCEP API reference, section 5.3).

use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::query::{Page, SortKey, read_id};
use super::views;
use crate::sim::cloud::Change;
use crate::sim::objects::{Endpoint, EndpointStatus, Next};

/// `GET …/{s}/connections` (section 5.3.1).
pub(crate) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let page = Page::of(&call.query, 1000, call.settings)?;
    let id = call.query.id("id", "2017")?;
    let marker = call
        .query
        .get("marker_id")
        .map(|text| text.parse::<u64>().map_err(|_| refuse("0021")))
        .transpose()?;
    let status = match call.query.get("status") {
        None => None,
        Some("creating") => Some(EndpointStatus::Creating),
        Some("pendingAcceptance") => Some(EndpointStatus::PendingAcceptance),
        Some("accepted") => Some(EndpointStatus::Accepted),
        Some("rejected") => Some(EndpointStatus::Rejected),
        Some("failed") => Some(EndpointStatus::Failed),
        Some("deleting") => Some(EndpointStatus::Deleting),
        Some(_) => return Err(refuse("0019")),
    };
    let fits = |endpoint: &&Endpoint| {
        id.is_none_or(|id| endpoint.id == id)
            && marker.is_none_or(|marker| endpoint.marker_id == marker)
            && status.is_none_or(|status| endpoint.status == status)
            && !call.too_young(endpoint.created_at)
    };
    let endpoints = &call.cloud.endpoints;
    let links = call.cloud.links.get(&service);
    let connections =
        |newest_first| links.into_iter().flat_map(move |links| links.connections.from(0, newest_first));
    let unfiltered = id.is_none() && marker.is_none() && status.is_none() && call.sees_all();
    let (rows, total): (Vec<&Endpoint>, usize) = match (id, links) {
        (Some(id), _) => {
            let own = endpoints.get(&id).filter(|endpoint| endpoint.service_id == service);
            page.of_matching(own.into_iter().filter(fits))
        }
        (None, _) if page.sort_key == SortKey::Updated => {
            let mut all: Vec<&Endpoint> = connections(false).map(|id| &endpoints[&id]).filter(fits).collect();
            all.sort_by_key(|endpoint| (endpoint.updated_at, endpoint.id));
            if page.newest_first {
                all.reverse();
            }
            page.of_matching(all.into_iter())
        }
        (None, Some(links)) if unfiltered => {
            let ids = links.connections.from(page.offset, page.newest_first).take(page.limit);
            (ids.map(|id| &endpoints[&id]).collect(), links.connections.len())
        }
        (None, _) => page.of_matching(connections(page.newest_first).map(|id| &endpoints[&id]).filter(fits)),
    };
    let shown: Vec<_> =
        rows.into_iter().map(|endpoint| views::connection(call.cloud, call.settings, endpoint)).collect();
    Ok(Answer::json(200, &Connections { connections: shown, total_count: total }))
}

#[derive(serde::Serialize)]
struct Connections<View> {
    connections: Vec<View>,
    total_count: usize,
}

/// `POST …/{s}/connections/action` (section 5.3.2; states in section 6.2).
pub(crate) fn action(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let fields = call.fields()?;
    let receive = match fields.text("action", "2027")? {
        Some("receive") => true,
        Some("reject") => false,
        None => return Err(refuse("2002")),
        Some(_) => return Err(refuse("2027")),
    };
    let ids =
        fields.texts("endpoints", "0002")?.filter(|ids| !ids.is_empty()).ok_or_else(|| refuse("2002"))?;
    let [id] = ids[..] else { return Err(refuse("2031")) };
    let endpoint = connection_of(call, service, id)?;
    let endpoint = decide(call, endpoint.clone(), receive)?;
    let shown = views::connection(call.cloud, call.settings, &endpoint);
    Ok(Answer::json(200, &json!({ "connections": [shown] })))
}

fn connection_of<'a>(call: &'a Call<'_>, service: Uuid, id: &str) -> Result<&'a Endpoint, Refusal> {
    let id = read_id(id).ok_or_else(|| refuse("2017"))?;
    let endpoint = call.cloud.endpoints.get(&id);
    endpoint.filter(|endpoint| endpoint.service_id == service).ok_or_else(|| refuse("2013"))
}

/// The owner's decision, as the rows of section 6.2 have it.
fn decide(call: &mut Call<'_>, mut endpoint: Endpoint, receive: bool) -> Result<Endpoint, Refusal> {
    use EndpointStatus::{Accepted, Creating, Deleting, Failed, PendingAcceptance, Rejected};
    match (endpoint.status, receive) {
        (Creating, _) => Err(refuse("2019")),
        (Deleting, _) => Err(refuse("2018")),
        (Failed, _) => Err(refuse("2047")),
        (Accepted, true) => Err(refuse("2014")),
        (Rejected, false) => Ok(endpoint),
        (PendingAcceptance | Rejected, true)
            if endpoint.active_status.iter().any(|status| status != "active") =>
        {
            Err(refuse("2015"))
        }
        (PendingAcceptance | Rejected, true) => {
            if !call.cloud.is_available(endpoint.service_id) {
                return Err(refuse("2004"));
            }
            let delay = call.settings.delays.accept + call.fate.slower;
            let id = endpoint.id;
            let end = if call.fate.fails.is_some() { Failed } else { Accepted };
            if delay.is_zero() {
                endpoint.error = call.fate.fails.clone();
                call.cloud.arrive(endpoint, end, call.now);
            } else {
                endpoint.next =
                    Some(Next { at: call.now + delay, to: Some(end), error: call.fate.fails.clone() });
                call.cloud.arrive(endpoint, Creating, call.now);
            }
            Ok(call.cloud.endpoints[&id].clone())
        }
        (PendingAcceptance | Accepted, false) => {
            let id = endpoint.id;
            call.cloud.arrive(endpoint, Rejected, call.now);
            Ok(call.cloud.endpoints[&id].clone())
        }
    }
}

/// `PUT …/{s}/connections/description` (section 5.3.3).
pub(crate) fn descriptions(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let list = call.fields()?.list("connections", "0002")?.filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| refuse("2002"))?;
    if list.len() > call.settings.batch {
        return Err(refuse("0016"));
    }
    let changed: Vec<Endpoint> =
        list.iter().map(|entry| described(call, service, entry)).collect::<Result<_, _>>()?;
    for endpoint in &changed {
        call.cloud.apply(Change::Endpoint(Box::new(endpoint.clone())));
    }
    let shown: Vec<_> =
        changed.iter().map(|endpoint| views::connection(call.cloud, call.settings, endpoint)).collect();
    Ok(Answer::json(200, &json!({ "connections": shown })))
}

fn described(call: &Call<'_>, service: Uuid, entry: &Value) -> Result<Endpoint, Refusal> {
    let fields = Fields::of(entry, "0002")?;
    let id = fields.text("id", "2017")?.ok_or_else(|| refuse("2002"))?;
    let description = fields.description(call.settings.description)?.ok_or_else(|| refuse("2002"))?;
    let mut endpoint = connection_of(call, service, id)?.clone();
    (endpoint.connection_description, endpoint.updated_at) = (description.to_owned(), call.now);
    Ok(endpoint)
}
