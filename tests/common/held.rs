//! What a simulated cloud holds, so that two clouds can be compared.

use std::collections::BTreeMap;

use landbridge::sim::World;
use serde_json::Value;

/// Objects by everything about them that the cloud did not choose itself, and how often they are there.
pub(crate) type Held = BTreeMap<String, usize>;

/// What the cloud chooses: another run gets other ones.
const CHOSEN: [&str; 13] = [
    "id",
    "service_id",
    "service_name",
    "marker_id",
    "ip",
    "port_ip",
    "created_at",
    "updated_at",
    "modified_at",
    "next",
    "link",
    "domain",
    "zones",
];

/// What is so, whether somebody has said it or nobody.
const USUAL: [(&str, &str); 3] = [
    ("ResourceGroupId", "rg-acfmsimdefault01"),
    ("ConnectionBandwidth", "3072"),
    ("TrafficControlMode", "BandwidthLimit"),
];

/// What a world holds.
pub(crate) fn held(world: &World) -> Held {
    let services = world.services.iter().map(|o| ("service", serde_json::to_value(o)));
    let permissions = world.permissions.iter().map(|o| ("permission", serde_json::to_value(o)));
    let endpoints = world.endpoints.iter().map(|o| ("endpoint", serde_json::to_value(o)));
    let mut held = Held::new();
    let alibaba = &world.alibaba;
    let links = alibaba.services.iter().map(|o| ("link service", serde_json::to_value(o)));
    let ends = alibaba.endpoints.iter().map(|o| ("link endpoint", serde_json::to_value(o)));
    for (kind, object) in services.chain(permissions).chain(endpoints).chain(links).chain(ends) {
        let mut object = object.expect("an object is plain data");
        if let Value::Object(members) = &mut object {
            members.retain(|name, _| !CHOSEN.contains(&name.as_str()));
            if let Some(Value::Object(settings)) = members.get_mut("settings") {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                settings.retain(|name, value| !USUAL.contains(&(name.as_str(), text(value).as_str())));
            }
        }
        *held.entry(format!("{kind} {object}")).or_default() += 1;
    }
    held
}

/// How many objects of one are not in the other.
#[cfg(feature = "crash-points")]
pub(crate) fn missing(of: &Held, from: &Held) -> usize {
    of.iter().map(|(what, count)| count.saturating_sub(from.get(what).copied().unwrap_or(0))).sum()
}
