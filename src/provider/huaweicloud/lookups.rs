//! The data lookups (VPCEP API reference, sections 5.2.7, 5.2.8, 5.3.1 and 5.6.1).

use std::borrow::Cow;

use serde::Deserialize;

use super::lenient::{Build, Text, flag, sorted, text, whole};
use super::listing::unreadable;
use super::page::{self, Row};
use super::session::parse;
use super::{Huawei, auth};
use crate::provider::clock::read_time;
use crate::provider::{Class, ReadFault};
use crate::resource::{Attributes, Fault, Object, Value};

/// A service as the cloud shows it to anyone.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ShownRow<'a> {
    #[serde(borrow, deserialize_with = "text")]
    id: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    owner: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    service_name: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    service_type: Text<'a>,
    #[serde(borrow, deserialize_with = "text")]
    created_at: Text<'a>,
    #[serde(deserialize_with = "flag")]
    is_charge: Option<bool>,
    #[serde(deserialize_with = "flag")]
    enable_policy: Option<bool>,
    #[serde(borrow, deserialize_with = "text")]
    public_border_group: Text<'a>,
}

impl Row for ShownRow<'_> {
    fn id(&self) -> Option<Cow<'_, str>> {
        self.id.as_deref().map(Cow::Borrowed)
    }

    fn object(self) -> Option<Object> {
        let id = self.id.filter(|id| !id.is_empty())?.into_owned();
        let mut build = Build::default();
        build.set("id", Some(id.clone()));
        build.word("owner", self.owner);
        build.word("service_name", self.service_name);
        build.set("service_type", self.service_type.map(|word| word.to_ascii_lowercase()));
        build.word("created_at", self.created_at);
        build.set("is_charge", self.is_charge);
        build.set("enable_policy", self.enable_policy);
        build.word("public_border_group", self.public_border_group);
        Some(Object::new(id, build.done()))
    }
}

#[derive(Deserialize)]
struct Quotas {
    quotas: Resources,
}

#[derive(Deserialize)]
struct Resources {
    resources: Vec<QuotaRow>,
}

#[derive(Deserialize)]
struct QuotaRow {
    r#type: String,
    #[serde(default, deserialize_with = "whole")]
    quota: Option<i64>,
    #[serde(default, deserialize_with = "whole")]
    used: Option<i64>,
}

fn fault(class: Class, message: String) -> ReadFault {
    ReadFault { class, fault: Fault::message(message) }
}

/// `id` or `name`, exactly one of them.
fn id_or_name(args: &Attributes) -> Result<(&'static str, &str), ReadFault> {
    match (args.text("id"), args.text("name")) {
        (Some(id), None) => Ok(("id", id)),
        (None, Some(name)) => Ok(("name", name)),
        _ => Err(fault(Class::Input, "give either `id` or `name`".to_owned())),
    }
}

/// What was asked and what was found.
fn with(args: &Attributes, mut found: Attributes) -> Attributes {
    for (name, value) in args.iter() {
        if found.held(name).is_none() {
            found.set(name, value.clone());
        }
    }
    found
}

impl Huawei {
    pub(super) async fn public_service(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let (by, what) = id_or_name(args)?;
        let filter = if by == "id" { "id" } else { "endpoint_service_name" };
        let path = format!("/vpc-endpoint-services/public?{filter}={}", auth::encode(what));
        let all = |_: &str| true;
        let found = self
            .list_all("list_public_services", &path, 1000, |b, k| page::read::<ShownRow<'_>>(b, k), &all)
            .await?;
        choose(found, by, what).map(|found| with(args, found))
    }

    pub(super) async fn service_info(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let (by, what) = id_or_name(args)?;
        let filter = if by == "id" { "id" } else { "endpoint_service_name" };
        let path = format!("/vpc-endpoint-services/describe?{filter}={}", auth::encode(what));
        let response = self.fetch("describe_service", &path).await?;
        let row: ShownRow<'_> = parse(response.body())?;
        let found = row.object().ok_or_else(|| unreadable("the service has no id"))?;
        Ok(with(args, found.attributes))
    }

    pub(super) async fn connections(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let service = args
            .text("endpoint_service_id")
            .ok_or_else(|| fault(Class::Input, "`endpoint_service_id` is missing".to_owned()))?;
        let status = args.text("status");
        // The API filters by these only (section 5.3.1); the rest is sorted out here.
        let query = match status {
            Some("pendingAcceptance" | "accepted" | "rejected" | "failed") => {
                format!("?status={}", status.unwrap_or_default())
            }
            _ => String::new(),
        };
        let mut found = self.connections_of(service, &query, &|_| true).await?;
        let same = |wanted: Option<&str>, one: &Object, name: &str| {
            wanted.is_none_or(|wanted| one.attributes.text(name) == Some(wanted))
        };
        found.retain(|one| same(status, one, "status") && same(args.text("account"), one, "domain_id"));
        found.sort_by_cached_key(|one| {
            (one.attributes.text("created_at").and_then(read_time), one.id.clone())
        });
        let ids = sorted(found.iter().map(|one| Value::from(one.id.clone())).collect::<Vec<_>>());
        let rows: Vec<Value> = found.into_iter().map(connection).collect();
        let mut build = Build::default();
        build.set("connections", Some(rows));
        build.set("ids", Some(ids));
        Ok(with(args, build.done()))
    }

    pub(super) async fn quota(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let wanted = args.text("type").unwrap_or_default();
        let path = format!("/quotas?type={}", auth::encode(wanted));
        let response = self.fetch("get_quotas", &path).await?;
        let body: Quotas = parse(response.body())?;
        let row = body.quotas.resources.into_iter().find(|row| row.r#type == wanted);
        let row = row.ok_or_else(|| fault(Class::Missing, format!("there is no quota of `{wanted}`")))?;
        let mut build = Build::default();
        build.set("quota", row.quota);
        build.set("used", row.used);
        build.set("free", row.quota.zip(row.used).map(|(quota, used)| (quota - used).max(0)));
        Ok(with(args, build.done()))
    }
}

/// A connection as one element of the lookup's list.
fn connection(one: Object) -> Value {
    let mut fields = one.attributes;
    fields.retain(|name| ["domain_id", "status", "marker_id", "description", "created_at"].contains(&name));
    fields.set("id", one.id);
    Value::from(fields)
}

/// The one service that is meant. A whole name beats a part of one.
fn choose(mut found: Vec<Object>, by: &str, what: &str) -> Result<Attributes, ReadFault> {
    let name = |one: &Object| one.attributes.text("service_name").unwrap_or_default().to_lowercase();
    let wanted = what.to_lowercase();
    match by {
        "id" => found.retain(|one| one.id == what),
        _ => found.retain(|one| name(one).contains(&wanted)),
    }
    if let Some(whole) = found.iter().position(|one| name(one) == wanted) {
        found = vec![found.swap_remove(whole)];
    }
    match found.len() {
        1 => Ok(found.remove(0).attributes),
        0 if by == "id" => {
            Err(fault(Class::Missing, format!("there is no public service with the id `{what}`")))
        }
        0 => Err(fault(Class::Missing, format!("no public service's name holds `{what}`"))),
        count => {
            let mut candidates: Vec<String> = found
                .iter()
                .map(|one| {
                    format!("{} ({})", one.attributes.text("service_name").unwrap_or_default(), one.id)
                })
                .collect();
            candidates.sort();
            let more = if count > 10 { ", …" } else { "" };
            candidates.truncate(10);
            Err(fault(
                Class::Input,
                format!(
                    "`{what}` is in the names of {count} public services: {}{more}",
                    candidates.join(", ")
                ),
            ))
        }
    }
}
