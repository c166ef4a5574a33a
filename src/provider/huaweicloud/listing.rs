//! Reading: listings by pages, and single objects (VPCEP API reference, sections 3.1 and 5).

use bytes::Bytes;
use http::Response;

use super::connections::{self, ConnectionRow};
use super::endpoints::EndpointRow;
use super::page::{self, Page, Row};
use super::services::ServiceRow;
use super::session::parse;
use super::whitelist::{self, PermissionRow};
use super::{Huawei, auth, kinds};
use crate::provider::{Class, Read, ReadFault};
use crate::resource::{Attributes, Fault, Identity, Kind, Object};

/// The usual page size, and the one that every edition takes.
const LIMITS: (usize, usize) = (1000, 500);

type Reader = fn(&[u8], &(dyn Fn(&str) -> bool + Sync)) -> Result<Page, ReadFault>;

impl Huawei {
    /// All rows of a listing; `path` may hold a query already.
    pub(super) async fn list_all(
        &self,
        operation: &str,
        path: &str,
        limit: usize,
        read: Reader,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        let remembered = self.inner.limits.lock().expect("no panic while reading").get(operation).copied();
        let limit = remembered.unwrap_or(limit);
        match self.list_by(operation, path, limit, read, keep).await {
            Err(fault) if fault.fault.code.eq_ignore_ascii_case("EndPoint.0006") && limit > LIMITS.1 => {
                self.remember_limit(operation);
                self.list_by(operation, path, LIMITS.1, read, keep).await
            }
            result => result,
        }
    }

    fn remember_limit(&self, operation: &str) {
        let mut limits = self.inner.limits.lock().expect("no panic while reading");
        limits.insert(operation.to_owned(), LIMITS.1);
    }

    async fn list_by(
        &self,
        operation: &str,
        path: &str,
        limit: usize,
        read: Reader,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        let mark = if path.contains('?') { '&' } else { '?' };
        page::all(move |offset| async move {
            // Oldest first, so that what is made meanwhile comes last. The key of the order is
            // spelled differently by the editions and is left to its default (trap 14).
            let path = format!("{path}{mark}sort_dir=asc&limit={limit}&offset={offset}");
            let response = self.fetch(operation, &path).await?;
            read(response.body(), keep)
        })
        .await
    }

    /// The records of a service's whitelist, as one object.
    async fn whitelist_of(&self, service: &str) -> Result<Object, ReadFault> {
        let path = format!("/vpc-endpoint-services/{}/permissions", auth::encode(service));
        let all = |_: &str| true;
        let records = self.list_all(
            "list_permissions",
            &path,
            LIMITS.1,
            |b, k| page::read::<PermissionRow<'_>>(b, k),
            &all,
        );
        Ok(whitelist::object(service, records.await?))
    }

    /// The connections of a service, with their own ids.
    pub(super) async fn connections_of(
        &self,
        service: &str,
        query: &str,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        let path = format!("/vpc-endpoint-services/{}/connections{query}", auth::encode(service));
        self.list_all("list_connections", &path, LIMITS.0, |b, k| page::read::<ConnectionRow<'_>>(b, k), keep)
            .await
    }
}

/// None where the cloud itself says that there is nothing.
fn unless_missing<T>(result: Result<T, ReadFault>) -> Result<Option<T>, ReadFault> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(fault)
            if fault.class == Class::Missing
                && fault.fault.code.to_ascii_lowercase().starts_with("endpoint.") =>
        {
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

fn one<'a, R: Row + serde::Deserialize<'a>>(response: &'a Response<Bytes>) -> Result<Object, ReadFault> {
    let row: R = parse(response.body())?;
    row.object().ok_or_else(|| unreadable("the object has no id"))
}

pub(super) fn unreadable(what: &str) -> ReadFault {
    ReadFault {
        class: Class::Transport,
        fault: Fault::message(format!("the answer could not be read: {what}")),
    }
}

fn unknown(what: impl std::fmt::Display) -> ReadFault {
    ReadFault { class: Class::Input, fault: Fault::message(what.to_string()) }
}

impl Read for Huawei {
    async fn identity(&self) -> Result<Identity, ReadFault> {
        self.session().identity().await.cloned()
    }

    async fn list(
        &self,
        kind: &Kind,
        parent: Option<&str>,
        keep: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Object>, ReadFault> {
        match (kind.as_str(), parent) {
            (kinds::SERVICE, None) => {
                let path = "/vpc-endpoint-services";
                self.list_all(
                    "list_services",
                    path,
                    LIMITS.0,
                    |b, k| page::read::<ServiceRow<'_>>(b, k),
                    keep,
                )
                .await
            }
            (kinds::ENDPOINT, None) => {
                let path = "/vpc-endpoints";
                self.list_all(
                    "list_endpoints",
                    path,
                    LIMITS.0,
                    |b, k| page::read::<EndpointRow<'_>>(b, k),
                    keep,
                )
                .await
            }
            (kinds::WHITELIST, Some(service)) if !keep(service) => Ok(Vec::new()),
            (kinds::WHITELIST, Some(service)) => {
                Ok(unless_missing(self.whitelist_of(service).await)?.into_iter().collect())
            }
            (kinds::ACCEPT, Some(service)) => {
                let keep = |endpoint: &str| keep(&connections::id_of(service, endpoint));
                let found =
                    unless_missing(self.connections_of(service, "", &keep).await)?.unwrap_or_default();
                Ok(found.into_iter().map(|one| connections::of_service(service, one)).collect())
            }
            (kind, None) => Err(unknown(format_args!("{kind} is listed under a service"))),
            (kind, Some(_)) => Err(unknown(format_args!("{kind} is not listed under anything"))),
        }
    }

    async fn get(&self, kind: &Kind, id: &str) -> Result<Option<Object>, ReadFault> {
        match kind.as_str() {
            kinds::SERVICE => {
                let path = format!("/vpc-endpoint-services/{}", auth::encode(id));
                let response = unless_missing(self.fetch("get_service", &path).await)?;
                response.as_ref().map(one::<ServiceRow<'_>>).transpose()
            }
            kinds::ENDPOINT => {
                let path = format!("/vpc-endpoints/{}", auth::encode(id));
                let response = unless_missing(self.fetch("get_endpoint", &path).await)?;
                response.as_ref().map(one::<EndpointRow<'_>>).transpose()
            }
            kinds::WHITELIST => unless_missing(self.whitelist_of(id).await),
            kinds::ACCEPT => {
                let Some((service, endpoint)) = id.split_once('/') else {
                    return Err(unknown(format_args!("`{id}` is not SERVICE/ENDPOINT")));
                };
                let query = format!("?id={}", auth::encode(endpoint));
                let keep = |one: &str| one == endpoint;
                let found = unless_missing(self.connections_of(service, &query, &keep).await)?;
                Ok(found.into_iter().flatten().next().map(|one| connections::of_service(service, one)))
            }
            other => Err(unknown(format_args!("{other} has no objects"))),
        }
    }

    async fn lookup(&self, kind: &Kind, args: &Attributes) -> Result<Attributes, ReadFault> {
        match kind.as_str() {
            kinds::PUBLIC_SERVICE => self.public_service(args).await,
            kinds::SERVICE_INFO => self.service_info(args).await,
            kinds::CONNECTIONS => self.connections(args).await,
            kinds::QUOTA => self.quota(args).await,
            other => Err(unknown(format_args!("{other} is no lookup"))),
        }
    }
}
