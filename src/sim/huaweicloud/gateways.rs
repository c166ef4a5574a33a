//! What only gateway endpoints have, or mostly: route tables and policies (VPCEP API reference, 5.5.6 and 5.5.7).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::endpoints::check_changeable;
use super::errors::{Refusal, refuse};
use super::query::read_id;
use super::views::{self, Shown};
use crate::sim::cloud::Change;
use crate::sim::objects::{Endpoint, ServiceType};

/// Most statements of a policy (section 8).
const STATEMENTS: usize = 10;

/// The `routetables` of a body.
pub(crate) fn tables(fields: Fields<'_>) -> Result<Option<Vec<Uuid>>, Refusal> {
    let Some(texts) = fields.texts("routetables", "1019")? else { return Ok(None) };
    let mut ids: Vec<Uuid> = texts
        .into_iter()
        .map(|text| read_id(text).ok_or_else(|| refuse("1019")))
        .collect::<Result<_, _>>()?;
    // A table that is named twice is bound once, wherever it stands in the list.
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(Some(ids))
}

/// The route tables of a new gateway endpoint: those asked for, or the VPC's default one.
pub(crate) fn for_create(
    call: &mut Call<'_>,
    service: Uuid,
    vpc: Uuid,
    asked: Option<Vec<Uuid>>,
) -> Result<Vec<Uuid>, Refusal> {
    let named = asked.as_deref().unwrap_or_default();
    call.assume(|ground, _| ground.assume_tables(vpc, named));
    let ids = match asked.filter(|ids| !ids.is_empty()) {
        Some(ids) => ids,
        None => match call.cloud.ground.vpcs[&vpc].thing.route_tables.first() {
            Some(table) => vec![table.id],
            None => return Err(refuse("4026")),
        },
    };
    for id in &ids {
        check_table(call, *id, vpc, service, None)?;
    }
    Ok(ids)
}

fn check_table(
    call: &Call<'_>,
    id: Uuid,
    vpc: Uuid,
    service: Uuid,
    own: Option<Uuid>,
) -> Result<(), Refusal> {
    if call.cloud.ground.route_tables.get(&id).is_none_or(|table| table.place != vpc) {
        return Err(refuse("4030"));
    }
    let user = call.cloud.routes.get(&(id, service)).copied();
    if user.is_some() && user != own { Err(refuse("2039")) } else { Ok(()) }
}

/// `PUT /vpc-endpoints/{e}/routetables`: 200 even when some could not be bound (section 5.5.6).
pub(crate) fn update_routetables(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    let wanted = tables(call.fields()?)?.ok_or_else(|| refuse("2002"))?;
    if endpoint.service_type != ServiceType::Gateway {
        return Err(refuse("2040"));
    }
    check_changeable(&endpoint)?;
    let (mut bound, mut failed) = (Vec::new(), Vec::new());
    call.assume(|ground, _| ground.assume_tables(endpoint.vpc_id, &wanted));
    for id in wanted {
        match check_table(call, id, endpoint.vpc_id, endpoint.service_id, Some(endpoint.id)) {
            Ok(()) => bound.push(id),
            Err(Refusal::Vpcep(row)) => failed.push(json!({ "id": id, "error_message": row.message })),
            Err(other) => return Err(other),
        }
    }
    (endpoint.routetables, endpoint.updated_at) = (bound.clone(), call.now);
    call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
    let mut body = json!({ "routetables": bound });
    if !failed.is_empty() {
        body["error"] = json!([{ "bind_failed": failed, "unbind_failed": [] }]);
    }
    Ok(Answer::json(200, &body))
}

/// The `policy_statement` and `policy_document` of a body.
pub(crate) fn policy(fields: Fields<'_>) -> Result<(Option<Value>, Option<Value>), Refusal> {
    let statements = fields.list("policy_statement", "2048")?;
    if statements.is_some_and(|list| list.len() > STATEMENTS || !list.iter().all(is_statement)) {
        return Err(refuse("2048"));
    }
    let document = fields.get("policy_document");
    if document.is_some_and(|document| !document.is_object()) {
        return Err(refuse("2048"));
    }
    let statements = statements.filter(|list| !list.is_empty()).map(|list| Value::Array(list.clone()));
    Ok((statements, document.cloned()))
}

/// `Effect`, `Action` and `Resource` are needed (section 5.5.1); one text may stand for a list (trap 35).
fn is_statement(value: &Value) -> bool {
    let texts = |value: &Value| {
        value.is_string()
            || value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string))
    };
    matches!(value["Effect"].as_str(), Some("Allow" | "Deny"))
        && texts(&value["Action"])
        && texts(&value["Resource"])
}

/// The policy of a new gateway endpoint to the object store (section 5.5.1).
pub(crate) fn full_access() -> Value {
    json!([{ "Effect": "Allow", "Action": ["obs:*:*"], "Resource": ["obs:*:*:*:*/*", "obs:*:*:*:*"] }])
}

/// `PUT /vpc-endpoints/{e}/policy` (section 5.5.7).
pub(crate) fn update_policy(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    let (statements, document) = policy(call.fields()?)?;
    check_changeable(&endpoint)?;
    match (endpoint.service_type, statements, document) {
        (_, None, None) => return Err(refuse("2002")),
        (ServiceType::Gateway, Some(statements), None) if takes_policy(call, &endpoint) => {
            endpoint.policy_statement = Some(statements);
        }
        (ServiceType::Interface, None, Some(document)) if takes_policy(call, &endpoint) => {
            endpoint.policy_document = Some(document);
        }
        _ => return Err(refuse("2048")),
    }
    change_policy(call, endpoint)
}

/// `DELETE /vpc-endpoints/{e}/policy` (section 5.5.7).
pub(crate) fn delete_policy(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut endpoint = call.endpoint()?.clone();
    check_changeable(&endpoint)?;
    if endpoint.policy_statement.take().is_none() & endpoint.policy_document.take().is_none() {
        return Err(refuse("2049"));
    }
    change_policy(call, endpoint)
}

fn change_policy(call: &mut Call<'_>, mut endpoint: Endpoint) -> Result<Answer, Refusal> {
    endpoint.updated_at = call.now;
    let answer = Answer::json(200, &views::endpoint(call.cloud, call.settings, &endpoint, Shown::Policy));
    call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
    Ok(answer)
}

fn takes_policy(call: &Call<'_>, endpoint: &Endpoint) -> bool {
    let id = &endpoint.service_id;
    let public = call.cloud.ground.public.get(id).map(|service| service.enable_policy);
    public.or_else(|| call.cloud.services.get(id).map(|service| service.enable_policy)).unwrap_or(false)
}
