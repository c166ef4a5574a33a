//! Reading: listings by pages, and single objects (Elasticsearch and PrivateLink API reference,
//! sections 5.1 and 8).

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value as Json;

use super::elasticsearch::path_of;
use super::fields::Fields;
use super::request::Ask;
use super::{Alibaba, connections, elasticsearch, endpoints, kinds, services, whitelist};
use crate::provider::{Class, Read, ReadFault};
use crate::resource::{Attributes, Fault, Identity, Kind, Object, Value};

/// A list that is longer than this many pages is not believed.
const MOST_PAGES: usize = 1_000;

/// Rows in one page of Elasticsearch: what sibling operations allow, so that any takes it.
const SIZE: usize = 100;

/// Rows in one page of PrivateLink: what every list takes (section 8.1).
const MAX_RESULTS: &str = "50";

/// What is asked for about each object of a listing is asked for so many at once.
const AT_ONCE: usize = 8;

fn unreadable(what: &str) -> ReadFault {
    ReadFault {
        class: Class::Transport,
        fault: Fault::message(format!("the answer could not be read: {what}")),
    }
}

fn endless() -> ReadFault {
    unreadable(&format!("the listing does not end: more than {MOST_PAGES} pages are not believed"))
}

fn unknown(what: impl std::fmt::Display) -> ReadFault {
    ReadFault { class: Class::Input, fault: Fault::message(what.to_string()) }
}

/// None where the cloud itself says that there is nothing: its code does, never the status alone.
pub(super) fn unless_missing<T>(result: Result<T, ReadFault>) -> Result<Option<T>, ReadFault> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.class == Class::Missing && !fault.fault.code.is_empty() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The members of an answer's list; PrivateLink leaves empty ones out.
fn rows(answer: &mut Json, member: &str) -> Vec<Json> {
    match answer.get_mut(member).map(Json::take) {
        Some(Json::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

/// The rows that are wanted, by their ids.
fn kept(rows: Vec<Json>, id: &str, keep: &(dyn Fn(&str) -> bool + Sync)) -> Vec<(String, Json)> {
    let named = rows.into_iter().filter_map(|row| Some((Fields::of(&row).text(id)?, row)));
    named.filter(|(id, _)| keep(id)).collect()
}

impl Alibaba {
    /// All rows of a list of PrivateLink, page by page as its tokens lead.
    pub(super) async fn listed(
        &self,
        operation: &str,
        member: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<Json>, ReadFault> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut parameters = parameters.to_vec();
            parameters.push(("MaxResults", MAX_RESULTS));
            parameters.extend(token.as_deref().map(|token| ("NextToken", token)));
            let mut answer = self.session().query(operation, &parameters).await?;
            found.extend(rows(&mut answer, member));
            let next = Fields::of(&answer).text("NextToken");
            match next {
                None => return Ok(found),
                // A page that leads to itself leads nowhere.
                Some(next) if token.as_ref() == Some(&next) => return Err(endless()),
                Some(next) => token = Some(next),
            }
        }
        Err(endless())
    }

    /// All rows of a list of Elasticsearch. It has no total: the last page is the one that is not
    /// full (section 5.1). Rows may come twice when something moves meanwhile.
    pub(super) async fn pages(
        &self,
        operation: &str,
        path: &str,
        filters: &[(&str, &str)],
        id: &str,
    ) -> Result<Vec<Json>, ReadFault> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let mut query: Vec<(String, String)> =
                filters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            query.push(("page".to_owned(), page.to_string()));
            query.push(("size".to_owned(), SIZE.to_string()));
            let mut answer = self.session().fetch(&Ask::get(operation, path, query)).await?;
            if !answer.get("Result").is_some_and(|result| result.is_array() || result.is_null()) {
                return Err(unreadable("the list is missing"));
            }
            let rows = rows(&mut answer, "Result");
            let (count, known) = (rows.len(), seen.len());
            for row in rows {
                let key = Fields::of(&row).text(id).ok_or_else(|| unreadable("a row has no id"))?;
                if seen.insert(key) {
                    found.push(row);
                }
            }
            if count < SIZE {
                return Ok(found);
            }
            if seen.len() == known {
                return Err(unreadable("a page of the listing holds nothing new"));
            }
        }
        Err(endless())
    }

    /// The endpoints of one instance.
    pub(super) async fn endpoints_of(&self, instance: &str) -> Result<Vec<Object>, ReadFault> {
        let rows =
            self.pages("elasticsearch:ListVpcEndpoints", &path_of(instance), &[], "endpointId").await?;
        let found: Vec<Object> =
            rows.iter().filter_map(|row| elasticsearch::object(instance, Fields::of(row))).collect();
        self.remember(found.iter().map(|object| (object.id.clone(), instance.to_owned())));
        Ok(found)
    }

    /// The endpoints of these instances, and why some of them could not be asked.
    async fn endpoints_in(
        &self,
        instances: impl IntoIterator<Item = String>,
    ) -> (Vec<Object>, Vec<ReadFault>) {
        let asked = stream::iter(instances).map(|instance| async move { self.endpoints_of(&instance).await });
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for answer in asked.buffered(AT_ONCE).collect::<Vec<_>>().await {
            match unless_missing(answer) {
                Ok(objects) => found.extend(objects.into_iter().flatten()),
                Err(fault) => failed.push(fault),
            }
        }
        (found, failed)
    }

    /// The endpoints of all instances that can have any, and why some of them could not be asked.
    async fn every_elasticsearch_endpoint(&self) -> Result<(Vec<Object>, Vec<ReadFault>), ReadFault> {
        let rows = self.pages("elasticsearch:ListInstance", "/openapi/instances", &[], "instanceId").await?;
        let instances: Vec<String> = rows
            .iter()
            .map(Fields::of)
            .filter(|row| row.flag("isNewDeployment") != Some(false))
            .filter_map(|row| row.text("instanceId"))
            .collect();
        let (found, mut failed) = self.endpoints_in(instances).await;
        // One that cannot have any has none; only where nobody knows better, since a failed read is no absence.
        failed.retain(|fault| fault.fault.code != "ComponentCodeValueError");
        Ok((found, failed))
    }

    /// The endpoints that are wanted. Where their instances are known only those are asked: endpoints do not move.
    async fn elasticsearch_endpoints(
        &self,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        // Who wants them all wants those of no known id, too.
        let known = if keep("") { BTreeSet::new() } else { self.instances_of(keep) };
        let (found, failed) = match known.is_empty() {
            true => self.every_elasticsearch_endpoint().await?,
            false => self.endpoints_in(known).await,
        };
        failed.into_iter().next().map_or(Ok(found), Err)
    }

    /// One endpoint. What keeps other instances from being asked does not matter once it is found.
    async fn elasticsearch_endpoint(&self, id: &str) -> Result<Option<Object>, ReadFault> {
        let (found, failed) = match self.instance_of(id) {
            Some(instance) => self.endpoints_in([instance]).await,
            None => self.every_elasticsearch_endpoint().await?,
        };
        match (found.into_iter().find(|object| object.id == id), failed.into_iter().next()) {
            (None, Some(fault)) => Err(fault),
            (found, _) => Ok(found),
        }
    }

    async fn resources_of(&self, service: &str) -> Result<Vec<Json>, ReadFault> {
        let operation = "privatelink:ListVpcEndpointServiceResources";
        self.listed(operation, "Resources", &[("ServiceId", service)]).await
    }

    async fn tags_of(&self, resource_type: &str, id: &str) -> Result<Option<Value>, ReadFault> {
        let parameters = [("ResourceType", resource_type), ("ResourceId.1", id)];
        let rows = self.listed("privatelink:ListTagResources", "TagResources", &parameters).await?;
        let list = serde_json::json!({ "Tags": rows });
        Ok(Fields::of(&list).tags("Tags", "TagKey", "TagValue").map(Value::Map))
    }

    async fn services(&self, keep: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Object>, ReadFault> {
        let rows = self.listed("privatelink:ListVpcEndpointServices", "Services", &[]).await?;
        let whole = stream::iter(kept(rows, "ServiceId", keep)).map(|(id, row)| async move {
            // One that ends while we look is not there.
            let Some(resources) = unless_missing(self.resources_of(&id).await)? else { return Ok(None) };
            let row = Fields::of(&row);
            let tags = row.tags("Tags", "Key", "Value").map(Value::Map);
            Ok(services::object(row, Some(&resources), tags))
        });
        Ok(whole.buffered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn service(&self, id: &str) -> Result<Option<Object>, ReadFault> {
        let operation = "privatelink:GetVpcEndpointServiceAttribute";
        let asked = self.session().query(operation, &[("ServiceId", id)]).await;
        let Some(answer) = unless_missing(asked)? else { return Ok(None) };
        let Some(resources) = unless_missing(self.resources_of(id).await)? else { return Ok(None) };
        let tags = self.tags_of(services::RESOURCE_TYPE, id).await?;
        let found = services::object(Fields::of(&answer), Some(&resources), tags);
        found.map(Some).ok_or_else(|| unreadable("the service has no id"))
    }

    async fn parts_of(&self, id: &str, tags: Option<Value>) -> Result<Option<endpoints::Parts>, ReadFault> {
        let of = [("EndpointId", id)];
        let zones = unless_missing(self.listed("privatelink:ListVpcEndpointZones", "Zones", &of).await)?;
        let operation = "privatelink:ListVpcEndpointSecurityGroups";
        let groups = unless_missing(self.listed(operation, "SecurityGroups", &of).await)?;
        Ok(zones.zip(groups).map(|(zones, security_groups)| endpoints::Parts {
            zones,
            security_groups,
            tags,
        }))
    }

    async fn endpoints(&self, keep: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Object>, ReadFault> {
        let rows = self.listed("privatelink:ListVpcEndpoints", "Endpoints", &[]).await?;
        let whole = stream::iter(kept(rows, "EndpointId", keep)).map(|(id, row)| async move {
            let row = Fields::of(&row);
            let parts = self.parts_of(&id, row.tags("Tags", "Key", "Value").map(Value::Map)).await?;
            Ok(parts.and_then(|parts| endpoints::object(row, Some(parts))))
        });
        Ok(whole.buffered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
    }

    async fn endpoint(&self, id: &str) -> Result<Option<Object>, ReadFault> {
        let asked = self.session().query("privatelink:GetVpcEndpointAttribute", &[("EndpointId", id)]).await;
        let Some(answer) = unless_missing(asked)? else { return Ok(None) };
        let tags = self.tags_of(endpoints::RESOURCE_TYPE, id).await?;
        let Some(parts) = self.parts_of(id, tags).await? else { return Ok(None) };
        let found = endpoints::object(Fields::of(&answer), Some(parts));
        found.map(Some).ok_or_else(|| unreadable("the endpoint has no id"))
    }

    /// The members of a service's whitelist, as one object.
    async fn whitelist_of(&self, service: &str) -> Result<Object, ReadFault> {
        let operation = "privatelink:ListVpcEndpointServiceUsers";
        let of = ("ServiceId", service);
        let accounts = self.listed(operation, "Users", &[of, ("UserListType", "Users")]).await?;
        let arns = self.listed(operation, "UserARNs", &[of, ("UserListType", "UserARNs")]).await?;
        let texts =
            |rows: &[Json], name: &str| rows.iter().filter_map(|row| Fields::of(row).text(name)).collect();
        Ok(whitelist::object(service, texts(&accounts, "UserId"), texts(&arns, "UserARN")))
    }

    pub(super) async fn connections_of(&self, parameters: &[(&str, &str)]) -> Result<Vec<Object>, ReadFault> {
        let rows = self.listed("privatelink:ListVpcEndpointConnections", "Connections", parameters).await?;
        Ok(rows.iter().filter_map(|row| connections::object(Fields::of(row))).collect())
    }
}

impl Read for Alibaba {
    async fn identity(&self) -> Result<Identity, ReadFault> {
        self.session().identity().await.cloned()
    }

    async fn list(
        &self,
        kind: &Kind,
        parent: Option<&str>,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        let mut found = match (kind.as_str(), parent) {
            (kinds::SERVICE, None) => self.services(keep).await?,
            (kinds::ENDPOINT, None) => self.endpoints(keep).await?,
            (kinds::ELASTICSEARCH, None) => self.elasticsearch_endpoints(keep).await?,
            (kinds::WHITELIST, Some(service)) => {
                unless_missing(self.whitelist_of(service).await)?.into_iter().collect()
            }
            (kinds::ACCEPT, Some(service)) => {
                unless_missing(self.connections_of(&[("ServiceId", service)]).await)?.unwrap_or_default()
            }
            (kind, None) => return Err(unknown(format_args!("{kind} is listed under a service"))),
            (kind, Some(_)) => return Err(unknown(format_args!("{kind} is not listed under anything"))),
        };
        found.retain(|object| keep(&object.id));
        Ok(found)
    }

    async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Object>, ReadFault> {
        match kind.as_str() {
            kinds::SERVICE => self.service(id).await,
            kinds::ENDPOINT => self.endpoint(id).await,
            kinds::ELASTICSEARCH => self.elasticsearch_endpoint(id).await,
            kinds::WHITELIST => unless_missing(self.whitelist_of(id).await),
            kinds::ACCEPT => {
                let Some((service, endpoint)) = id.split_once('/') else {
                    return Err(unknown(format_args!("`{id}` is not SERVICE/ENDPOINT")));
                };
                let parameters = [("ServiceId", service), ("EndpointId", endpoint)];
                let found = unless_missing(self.connections_of(&parameters).await)?;
                Ok(found.into_iter().flatten().find(|one| one.id == id))
            }
            other => Err(unknown(format_args!("{other} has no objects"))),
        }
    }

    async fn lookup(&self, kind: &Kind, args: &Attributes) -> Result<Attributes, ReadFault> {
        match kind.as_str() {
            kinds::INSTANCE => self.instance(args).await,
            kinds::CONNECTIONS => self.connections(args).await,
            other => Err(unknown(format_args!("{other} is no lookup"))),
        }
    }
}
