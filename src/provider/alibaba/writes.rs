//! Writing: one call, sent as often as it may be, and what its answer tells.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value as Json;
use tokio::time::Instant;

use super::fields::Fields;
use super::request::{Ask, Product};
use super::{Alibaba, connections, elasticsearch, endpoints, services, whitelist};
use crate::planted::{self, Bug};
use crate::provider::verdict::{ErrorAnswer, Failure};
use crate::provider::{Attempt, Budget, Call, Class, LEAVES_WITHIN, Reply, Write, WriteFault};
use crate::resource::{Fault, Kind, Object};
use crate::state::Ticket;

/// What a deletion that answers `false` comes to, as long as the endpoint is there.
const NOT_DELETED: &str = "the cloud answered that it did not delete the endpoint";

impl Write for Alibaba {
    async fn perform(&self, _ticket: &Ticket, _kind: &Kind, call: &Call) -> Result<Reply, WriteFault> {
        self.send_call(call).await
    }
}

impl Alibaba {
    /// The request of a call; none if it is none of ours.
    pub(super) fn ask_of<'c>(&self, call: &'c Call) -> Option<Ask<'c>> {
        let mut ask = Ask::of_call(call)?;
        if ask.product == Product::PrivateLink {
            ask.query.push(("RegionId".to_owned(), self.session().region().to_owned()));
        }
        Some(ask)
    }

    pub(super) async fn send_call(&self, call: &Call) -> Result<Reply, WriteFault> {
        let Some(mut ask) = self.ask_of(call) else {
            let message = format!("`{}` is no operation of this cloud", call.operation);
            return Err(WriteFault::Refused(Class::Input, Fault::message(message)));
        };
        let is_bound = call.makes && !planted::is(Bug::CreateLeavesLate);
        ask.leave_by = is_bound.then(|| Instant::now() + LEAVES_WITHIN);
        // With its client token a creation is the same call, however often it is sent.
        let makes = call.makes && call.client_token.is_none();
        let (ask, doubt) = (&ask, AtomicBool::new(false));
        let attempt = || async {
            let mut in_doubt = doubt.load(Ordering::Relaxed);
            if ask.leave_by.is_some_and(|by| Instant::now() > by) {
                return Attempt::Done(Err(out_of_time(in_doubt)));
            }
            match self.session().exchange(ask).await {
                Ok(answer) => Attempt::Done(self.reply(call, ask, &answer)),
                Err(Failure::Said { answer, .. }) if is_done(ask, &answer, in_doubt) => {
                    Attempt::Done(match named(call, ask) {
                        // It is there, and nobody says which one it is: it is looked for.
                        None if call.makes => Err(WriteFault::Unanswered(answer.fault)),
                        object => Ok(Reply { object }),
                    })
                }
                Err(failure) => {
                    let attempt = failure.of_write(makes, &mut in_doubt);
                    doubt.store(in_doubt, Ordering::Relaxed);
                    attempt
                }
            }
        };
        let done = self.session().retry().run(Budget::USUAL, attempt).await;
        match done {
            Err(WriteFault::Refused(Class::State, fault)) if fault.message == NOT_DELETED => {
                self.unless_gone(ask, fault).await
            }
            done => done,
        }
    }

    /// What says that it did not delete may have done so before.
    async fn unless_gone(&self, ask: &Ask<'_>, fault: Fault) -> Result<Reply, WriteFault> {
        let id = ask.path.rsplit('/').next().unwrap_or_default();
        let found = self.endpoints_of(instance_in(ask.path)).await;
        let is_there =
            |object: &Object| object.id == id && object.attributes.text("status") != Some("Deleting");
        match found {
            Ok(found) if !found.iter().any(is_there) => Ok(Reply { object: None }),
            _ => Err(WriteFault::Refused(Class::State, fault)),
        }
    }

    /// What a successful answer tells.
    fn reply(&self, call: &Call, ask: &Ask<'_>, answer: &Json) -> Result<Reply, WriteFault> {
        let fields = Fields::of(answer);
        let object = match (ask.product, ask.action) {
            (Product::Elasticsearch, "CreateVpcEndpoint") => {
                let instance = instance_in(ask.path);
                let made = elasticsearch::object(instance, fields.inside("Result"));
                self.remember(made.iter().map(|made| (made.id.clone(), instance.to_owned())));
                made
            }
            // `false` comes with status 200, and nothing was deleted (trap 19).
            (Product::Elasticsearch, _) if fields.flag("Result") == Some(false) => {
                let fault = Fault {
                    request_id: fields.text("RequestId").unwrap_or_default(),
                    advice: "Look at the instance: it may be changing; then apply again.".to_owned(),
                    ..Fault::message(NOT_DELETED)
                };
                return Err(WriteFault::Refused(Class::State, fault));
            }
            (_, "CreateVpcEndpointService") => services::object(fields, None, None),
            (_, "CreateVpcEndpoint") => endpoints::object(fields, None),
            _ => named(call, ask),
        };
        if call.makes && object.is_none() {
            // It may be there, and we cannot tell its id.
            return Err(WriteFault::Unanswered(Fault::message("the answer does not name the new object")));
        }
        Ok(Reply { object })
    }
}

fn out_of_time(in_doubt: bool) -> WriteFault {
    let seconds = LEAVES_WITHIN.as_secs();
    match in_doubt {
        true => WriteFault::Unanswered(Fault::message(format!("no answer came within {seconds} seconds"))),
        false => {
            let message = format!("the API throttled it for more than {seconds} seconds");
            WriteFault::Refused(Class::Throttle, Fault::message(message))
        }
    }
}

/// The instance in the path of a call to Elasticsearch.
fn instance_in(path: &str) -> &str {
    path.split('/').nth(3).unwrap_or_default()
}

/// Whether a refused call had its effect all the same: the object was there already, or is gone.
///
/// That it was there already says so only after an attempt that nobody has answered: what others have put there may
/// be another one, in another zone or with another switch.
fn is_done(ask: &Ask<'_>, answer: &ErrorAnswer, in_doubt: bool) -> bool {
    if answer.is("RepetitionOperationError") {
        return true;
    }
    let ends = ["Delete", "Detach", "Remove", "Disable"].iter().any(|verb| ask.action.starts_with(verb));
    let is_there =
        ["EndpointServiceResourceExist", "EndpointZoneDuplicated"].iter().any(|code| answer.is(code));
    let attaches = ["Attach", "AddZone"].iter().any(|verb| ask.action.starts_with(verb));
    (ends && answer.is_missing()) || (in_doubt && attaches && is_there)
}

/// What the call itself names, for objects that exist with their parent: a whitelist, a connection.
/// Their attributes are read afterwards.
fn named(call: &Call, ask: &Ask<'_>) -> Option<Object> {
    let body = Fields::of(call.body.as_ref()?);
    match ask.action {
        "AddUserToVpcEndpointService" | "RemoveUserFromVpcEndpointService" => {
            let members = whitelist::object(&body.text("ServiceId")?, Vec::new(), Vec::new());
            let mut object = Object::new(members.id, members.attributes);
            object.attributes.retain(|name| name != "users");
            Some(object)
        }
        "EnableVpcEndpointConnection"
        | "DisableVpcEndpointConnection"
        | "UpdateVpcEndpointConnectionAttribute" => {
            Some(connections::named(&body.text("ServiceId")?, &body.text("EndpointId")?))
        }
        _ => None,
    }
}
