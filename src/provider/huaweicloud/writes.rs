//! Writing: one call, sent as often as it may be, and what its answer tells.

use bytes::Bytes;
use http::{Method, Response};
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::time::Instant;

use super::connections::{self, ConnectionRow};
use super::endpoints::EndpointRow;
use super::lenient::Build;
use super::page::Row;
use super::services::ServiceRow;
use super::session::Ask;
use super::verdict::is_done;
use super::{Huawei, VERSION, errors};
use crate::planted::{self, Bug};
use crate::provider::verdict::Failure;
use crate::provider::{Attempt, Budget, Call, Class, LEAVES_WITHIN, Reply, Write, WriteFault};
use crate::resource::{Fault, Kind, Object};
use crate::state::Ticket;

impl Write for Huawei {
    async fn perform(&self, _ticket: &Ticket, _kind: &Kind, call: &Call) -> Result<Reply, WriteFault> {
        self.send_call(call).await
    }
}

impl Huawei {
    pub(super) async fn send_call(&self, call: &Call) -> Result<Reply, WriteFault> {
        let identity = match self.session().identity().await {
            Ok(identity) => identity,
            Err(fault) => return Err(WriteFault::Refused(fault.class, fault.fault)),
        };
        let method: Method = call.method.parse().map_err(|_| {
            WriteFault::Refused(Class::Input, Fault::message(format!("`{}` is no method", call.method)))
        })?;
        let body = call.body.as_ref().map(|body| Bytes::from(body.to_string()));
        let project = &identity.project;
        let url = self.url(call.version.as_deref().unwrap_or(VERSION), project, &call.path);
        let is_bound = call.makes && !planted::is(Bug::CreateLeavesLate);
        let leave_by = is_bound.then(|| Instant::now() + LEAVES_WITHIN);
        let ask = Ask { operation: &call.operation, method, url, body, project: Some(project), leave_by };
        // Whether an earlier attempt may have had its effect.
        let doubt = std::sync::atomic::AtomicBool::new(false);
        let attempt = || async {
            if leave_by.is_some_and(|by| Instant::now() > by) {
                return Attempt::Done(Err(WriteFault::Refused(Class::Throttle, no_turn())));
            }
            match self.session().exchange(&ask).await {
                Ok(response) => Attempt::Done(reply(call, &response)),
                Err(Failure::Said { answer, .. })
                    if is_done(&call.operation, call.body.as_ref(), &answer) =>
                {
                    Attempt::Done(Ok(Reply { object: named(call) }))
                }
                Err(failure) => {
                    let mut in_doubt = doubt.load(std::sync::atomic::Ordering::Relaxed);
                    let attempt = failure.of_write(call.makes, &mut in_doubt);
                    doubt.store(in_doubt, std::sync::atomic::Ordering::Relaxed);
                    attempt
                }
            }
        };
        self.inner.retry.run(Budget::USUAL, attempt).await
    }
}

fn no_turn() -> Fault {
    Fault::message(format!("the API throttled it for more than {} seconds", LEAVES_WITHIN.as_secs()))
}

/// What a successful answer tells. The object of an answer that lacks some of its attributes lacks
/// them here too; deletions and whitelist calls answer nothing that could be relied on (traps 1, 9, 44).
fn reply(call: &Call, response: &Response<Bytes>) -> Result<Reply, WriteFault> {
    let body = response.body();
    let object = match call.operation.as_str() {
        "create_service" | "update_service" => object::<ServiceRow<'_>>(body),
        "create_endpoint" | "update_endpoint" | "update_policy" => object::<EndpointRow<'_>>(body),
        "decide_connection" => connection(call, body).or_else(|| named(call)),
        "update_route_tables" => {
            let json: Json = serde_json::from_slice(body).unwrap_or_default();
            match errors::partial_fault(&json) {
                Some(fault) => return Err(WriteFault::Refused(Class::Input, fault)),
                None => None,
            }
        }
        _ => named(call),
    };
    if call.makes && object.is_none() {
        // It may be there, and we cannot tell its id.
        return Err(WriteFault::Unanswered(Fault::message("the answer does not name the new object")));
    }
    Ok(Reply { object })
}

fn object<'a, R: Row + Deserialize<'a>>(body: &'a [u8]) -> Option<Object> {
    serde_json::from_slice::<R>(body).ok()?.object()
}

/// What the call itself names, for objects that exist with their parent: a whitelist, a connection.
/// Their attributes are read afterwards.
fn named(call: &Call) -> Option<Object> {
    let mut path = call.path.split('/').skip(2);
    let (service, part) = (path.next()?, path.next()?);
    let mut build = Build::default();
    let id = match part {
        "permissions" => service.to_owned(),
        "connections" => {
            let body = call.body.as_ref()?;
            let endpoint =
                body.pointer("/endpoints/0").or_else(|| body.pointer("/connections/0/id"))?.as_str()?;
            build.set("endpoint_id", Some(endpoint));
            connections::id_of(service, endpoint)
        }
        _ => return None,
    };
    build.set("id", Some(id.clone()));
    build.set("endpoint_service_id", Some(service));
    Some(Object::new(id, build.done()))
}

/// The connection that was decided, if the answer shows it.
fn connection(call: &Call, body: &[u8]) -> Option<Object> {
    #[derive(Deserialize)]
    struct Decided<'a> {
        #[serde(borrow)]
        connections: Vec<ConnectionRow<'a>>,
    }
    let endpoint = call.body.as_ref()?.pointer("/endpoints/0")?.as_str()?;
    let service = call.path.split('/').nth(2)?;
    let decided: Decided<'_> = serde_json::from_slice(body).ok()?;
    let found = decided.connections.into_iter().filter_map(Row::object).find(|one| one.id == endpoint)?;
    Some(connections::of_service(service, found))
}
