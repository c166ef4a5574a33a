//! Effects as calls, and when an effect is done: pure, so that a plan can show them and a test can
//! hold them.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{connections, endpoints, errors, kinds, services, whitelist};
use crate::provider::{Call, Effect, Settling, clock};
use crate::resource::{Attributes, Fault, Kind, Object};

/// The calls of an effect, in order.
///
/// # Panics
/// If the kind is not managed by this cloud: a mistake of ours.
pub fn calls(kind: &Kind, effect: &Effect) -> Vec<Call> {
    match kind.as_str() {
        kinds::SERVICE => services::calls(effect),
        kinds::WHITELIST => whitelist::calls(effect),
        kinds::ENDPOINT => endpoints::calls(effect),
        kinds::ACCEPT => connections::calls(effect),
        other => panic!("{other} has no effects here: please report"),
    }
}

/// Whether an object is where its effect leads: to `want`.
///
/// # Panics
/// If the kind is not managed by this cloud: a mistake of ours.
pub fn settling(kind: &Kind, want: &Attributes, object: &Object) -> Settling {
    match kind.as_str() {
        kinds::SERVICE => services::settling(want, object),
        kinds::WHITELIST => whitelist::settling(want, object),
        kinds::ENDPOINT => endpoints::settling(want, object),
        kinds::ACCEPT => connections::settling(want, object),
        other => panic!("{other} does not settle here: please report"),
    }
}

/// Whether an object rests, whatever was wanted of it: what a refresh can say.
pub fn resting(kind: &Kind, object: &Object) -> Settling {
    match (kind.as_str(), object.attributes.text("status").unwrap_or("unknown")) {
        (kinds::WHITELIST, _) => Settling::Ready,
        (_, "deleting") => Settling::Leaving,
        (_, status @ "creating") => Settling::Pending(status.to_owned()),
        // A decision is not failed because its endpoint is.
        (kinds::ACCEPT, _) => Settling::Ready,
        (kind, "failed") => Settling::Failed(failed(kind, object)),
        _ => Settling::Ready,
    }
}

/// Writes that must not overlap share a lane: the records of one whitelist are counted together.
pub fn lane(kind: &Kind, effect: &Effect) -> Option<String> {
    if kind.as_str() != kinds::WHITELIST {
        return None;
    }
    let service = match effect {
        Effect::Create { want } => want.text("endpoint_service_id")?,
        Effect::Update { id, .. } | Effect::Delete { id, .. } => id,
    };
    Some(format!("whitelist of {service}"))
}

/// When the cloud made the object, if it says.
pub fn created_at(object: &Object) -> Option<Timestamp> {
    object.attributes.text("created_at").and_then(clock::read_time)
}

/// A call that can be repeated without harm.
pub(super) fn call(operation: &str, method: &str, path: &str, body: Option<Json>) -> Call {
    Call {
        operation: operation.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        version: None,
        body,
        makes: false,
        client_token: None,
        sets: None,
    }
}

/// A call that makes an object; the API takes no client token.
pub(super) fn making(operation: &str, path: &str, body: Json) -> Call {
    Call { makes: true, ..call(operation, "POST", path, Some(body)) }
}

/// A call of version 2 of the API that sets an attribute which no answer shows (section 5.7). It
/// can be repeated: what is upgraded or added already stays so.
pub(super) fn v2(operation: &str, path: &str, body: Option<Json>, sets: &str) -> Call {
    Call {
        version: Some("v2".to_owned()),
        sets: Some(sets.to_owned()),
        ..call(operation, "POST", path, body)
    }
}

/// Puts a wanted attribute into a body.
pub(super) fn put(body: &mut Map<String, Json>, want: &Attributes, name: &str) {
    if let Some(value) = want.get(name) {
        body.insert(name.to_owned(), Json::from(value.clone()));
    }
}

/// Whether an attribute is wanted and not so.
pub(super) fn changed(have: &Attributes, want: &Attributes, name: &str) -> bool {
    want.get(name).is_some_and(|value| have.get(name) != Some(value))
}

/// Whether a status says that the object is at rest; `ready` lists those that do. What was asked
/// for has to show, too, in the attributes of `shows`: a read may be older than the write.
pub(super) fn by_status(
    kind: &str,
    ready: &[&str],
    shows: &[&str],
    want: &Attributes,
    object: &Object,
) -> Settling {
    let live = &object.attributes;
    let hidden = |name: &&&str| {
        want.get(name).is_some_and(|wanted| live.get(name).is_some_and(|there| there != wanted))
    };
    match live.text("status").unwrap_or("unknown") {
        "failed" => Settling::Failed(failed(kind, object)),
        "deleting" => Settling::Leaving,
        status if !ready.contains(&status) => Settling::Pending(status.to_owned()),
        status => match shows.iter().find(hidden) {
            Some(name) => Settling::Pending(format!("{status}, with the old {name}")),
            None => Settling::Ready,
        },
    }
}

/// What the cloud says about a failed object.
pub(super) fn failed(kind: &str, object: &Object) -> Fault {
    let said =
        object.attributes.get("error").and_then(|error| errors::resource_fault(&Json::from(error.clone())));
    said.unwrap_or_else(|| Fault::message(format!("the cloud calls this {kind} failed and does not say why")))
}
