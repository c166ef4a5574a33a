//! What a rule is worth, as rulings: texts, or objects with `msg` and perhaps an address.

use serde_json::Value as Json;

use crate::diagnostic::Place;
use crate::plan::Plan;
use crate::plan::verdict::{Effect, Ruling};
use crate::resource::Address;

/// The rulings that a rule's worth holds.
pub(super) fn rulings(plan: &Plan, rule: &str, effect: Effect, worth: &Json) -> Vec<Ruling> {
    let items: Vec<&Json> = match worth {
        Json::Null | Json::Bool(false) => Vec::new(),
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    };
    items.into_iter().map(|item| ruling(plan, rule, effect, item)).collect()
}

fn ruling(plan: &Plan, rule: &str, effect: Effect, item: &Json) -> Ruling {
    let message = message(item);
    let address = address(item).or_else(|| mentioned(plan, &message));
    let place = address.as_ref().and_then(|address| place(plan, address));
    Ruling { effect, rule: rule.to_owned(), address, message, place, exempt: None }
}

fn message(item: &Json) -> String {
    let said = ["msg", "message"].iter().find_map(|key| item.get(key)?.as_str());
    match (item, said) {
        (Json::String(text), _) => text.clone(),
        (Json::Bool(_), _) => "the rule says so, without a message".to_owned(),
        (_, Some(text)) => text.to_owned(),
        (other, None) => other.to_string(),
    }
}

/// The address that an object names, itself or in its `metadata` or `details`.
fn address(item: &Json) -> Option<Address> {
    let places = [Some(item), item.get("metadata"), item.get("details")];
    let named = places.into_iter().flatten().find_map(|at| {
        ["address", "resource"].iter().find_map(|key| at.get(key)?.as_str().map(str::to_owned))
    });
    named?.parse().ok()
}

/// The resource whose address stands in a message; of several, the one that is named in full.
fn mentioned(plan: &Plan, message: &str) -> Option<Address> {
    let whole = |address: &&Address| {
        let text = address.to_string();
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-[".contains(c));
        message.match_indices(&text).any(|(at, _)| {
            !part(message[..at].chars().next_back()) && !part(message[at + text.len()..].chars().next())
        })
    };
    let changed = plan.changes.iter().map(|change| &change.address);
    let mut named = changed.chain(plan.picture.objects.keys()).filter(whole);
    named.next().cloned()
}

fn place(plan: &Plan, address: &Address) -> Option<Place> {
    let changed = plan.changes.iter().find(|change| change.address == *address);
    let place = changed.and_then(|change| change.place.clone());
    place.or_else(|| plan.picture.objects.get(address)?.place.clone())
}
