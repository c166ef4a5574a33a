//! Effects as calls, and when an effect is done: pure, so that a plan can show them and a test can
//! hold them.

use jiff::Timestamp;

use super::fields::Fields;
use super::params::{field, items};
use super::{connections, elasticsearch, endpoints, kinds, services, whitelist};
use crate::provider::{Call, Effect, Settling, clock};
use crate::resource::{Attributes, Fault, Kind, Object, Value};

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
        kinds::ELASTICSEARCH => elasticsearch::calls(effect),
        other => panic!("{other} has no effects here: please report"),
    }
}

/// The call with a client token: every writing call of this cloud takes one (section 4.5).
pub fn tokened(call: &Call, token: &str) -> Option<Call> {
    Some(Call { client_token: Some(token.to_owned()), ..call.clone() })
}

/// Calls that are answered before they are done, and before which nothing else may come (sections 8.4 and 8.5).
const OUTLASTING: [&str; 3] = [
    "privatelink:RemoveZoneFromVpcEndpoint",
    "privatelink:EnableVpcEndpointConnection",
    "privatelink:DisableVpcEndpointConnection",
];

/// Whether the effect of a call comes after its answer, and what follows the call needs it.
pub fn outlasts(call: &Call) -> bool {
    OUTLASTING.contains(&call.operation.as_str())
}

/// Whether an object shows what a call does; none where that cannot be told.
pub fn shows(call: &Call, object: &Object) -> Option<bool> {
    let body = Fields::of(call.body.as_ref()?);
    // Without its service a connection becomes nothing else any more.
    let status = object.attributes.text("status");
    let is = |wanted: &str| Some([Some(wanted), Some("ServiceDeleted")].contains(&status));
    match call.operation.as_str() {
        "privatelink:RemoveZoneFromVpcEndpoint" => {
            let gone = body.text("ZoneId")?;
            Some(items(&object.attributes, "zones").iter().all(|zone| field(zone, "zone_id") != gone))
        }
        "privatelink:EnableVpcEndpointConnection" => is("Connected"),
        "privatelink:DisableVpcEndpointConnection" => is("Disconnected"),
        "privatelink:UpdateVpcEndpointConnectionAttribute" => Some(connections::has_limits(body, object)),
        _ => None,
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
        kinds::ELASTICSEARCH => elasticsearch::settling(want, object),
        other => panic!("{other} does not settle here: please report"),
    }
}

/// Whether an object rests, whatever was wanted of it: what a refresh can say.
pub fn resting(kind: &Kind, object: &Object) -> Settling {
    let ends = match kind.as_str() {
        kinds::WHITELIST => return Settling::Ready,
        // A decision is not failed because its endpoint is.
        kinds::ACCEPT => Ends { ready: &["Connected", "Disconnected", "ServiceDeleted"], lost: &[] },
        kinds::SERVICE => Ends { ready: &["Active"], lost: &[] },
        _ => Ends { ready: &["Active"], lost: LOST },
    };
    by_status("status", ends, &[], &Attributes::new(), object)
}

/// Writes that must not overlap share a lane. PrivateLink refuses parallel writes of one account in
/// one region (section 8.1), Elasticsearch those to one instance (section 4.3).
pub fn lane(kind: &Kind, effect: &Effect) -> Option<String> {
    if kind.as_str() != kinds::ELASTICSEARCH {
        return Some("writes to PrivateLink".to_owned());
    }
    let instance = match effect {
        Effect::Create { want } => want.text("instance_id"),
        Effect::Update { have, .. } | Effect::Delete { have, .. } => have.text("instance_id"),
    };
    Some(format!("writes to {}", instance?))
}

/// When the cloud made the object, if it says.
pub fn created_at(object: &Object) -> Option<Timestamp> {
    object.attributes.text("created_at").and_then(clock::read_time)
}

/// The statuses at which an object rests.
pub(super) struct Ends<'a> {
    pub(super) ready: &'a [&'a str],
    /// Statuses of the connection that no waiting ends.
    pub(super) lost: &'static [&'static str],
}

/// The service has gone: nothing but another endpoint helps.
pub(super) const LOST: &[&str] = &["ServiceDeleted"];

/// Whether a status says that the object is at rest. What was asked for has to show, too, in the
/// attributes of `shows`: a read may be older than the write.
pub(super) fn by_status(
    status: &str,
    ends: Ends<'_>,
    shows: &[&str],
    want: &Attributes,
    object: &Object,
) -> Settling {
    let live = &object.attributes;
    let connection = live.text("connection_status").unwrap_or_default();
    let word = live.text(status).unwrap_or("unknown");
    if let Some(lost) = ends.lost.iter().find(|lost| [connection, word].contains(lost)) {
        let message = format!("its connection is `{lost}`: the service it led to has gone");
        return Settling::Failed(Fault { code: (*lost).to_owned(), ..Fault::message(message) });
    }
    // Both spellings occur (trap 5).
    if let Some(locked @ ("FinancialLocked" | "FinacialLocked")) = live.text("business_status") {
        return Settling::Blocked(Fault {
            code: locked.to_owned(),
            message: "it is locked for overdue payment".to_owned(),
            advice: "Pay what is due, then apply again; nothing is lost.".to_owned(),
            ..Fault::default()
        });
    }
    let hidden = |name: &&&str| {
        want.get(name).is_some_and(|wanted| live.get(name).is_some_and(|there| there != wanted))
    };
    match word {
        "Deleting" => Settling::Leaving,
        word if !ends.ready.contains(&word) => Settling::Pending(word.to_owned()),
        word => match shows.iter().find(hidden) {
            Some(name) => Settling::Pending(format!("{word}, with the old {name}")),
            // Of an endpoint: a decision about its connection is on its way (section 6.1).
            None if ["Pending", "Connecting", "Disconnecting"].contains(&connection) => {
                Settling::Pending(connection.to_owned())
            }
            None => match moving_zone(live) {
                Some((zone, status)) => Settling::Pending(format!("{word}, with {zone} `{status}`")),
                None => Settling::Ready,
            },
        },
    }
}

/// A zone of an endpoint that is still being added or removed (section 8.4).
fn moving_zone(live: &Attributes) -> Option<(&str, &str)> {
    let statuses = live.get("zone_statuses").and_then(Value::as_map)?;
    let mut statuses = statuses.iter().filter_map(|(zone, status)| Some((zone.as_str(), status.as_str()?)));
    statuses.find(|(_, status)| ["Creating", "Deleting"].contains(status))
}

/// Whether an attribute is wanted and not so.
pub(super) fn changed(have: &Attributes, want: &Attributes, name: &str) -> bool {
    want.get(name).is_some_and(|value| have.get(name) != Some(value))
}
