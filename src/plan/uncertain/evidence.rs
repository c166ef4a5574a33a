//! On which evidence something uncertain is known, in the words of people. Pure.

use serde::{Deserialize, Serialize};

use super::intent::Intent;
use crate::diff;
use crate::provider::{Effect, Settling};
use crate::refresh::Observation;
use crate::resource::{Address, Attributes, Change, Compare, KindSchema, Object, Value};
use crate::state::Pending;

/// One thing that an interrupted run left open, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// The address.
    pub address: Address,
    /// What was begun: `create`, `update` or `delete`.
    pub begun: String,
    /// What became of it, and on which evidence: a clause without a full stop.
    pub evidence: String,
}

impl Leftover {
    /// What was found about a beginning.
    pub fn new(pending: &Pending, evidence: impl Into<String>) -> Leftover {
        let begun = match &pending.begun.effect {
            Effect::Create { .. } => "create",
            Effect::Update { .. } => "update",
            Effect::Delete { .. } => "delete",
        };
        Leftover {
            address: pending.begun.address.clone(),
            begun: begun.to_owned(),
            evidence: evidence.into(),
        }
    }
}

/// Why an object is taken for what a creation made; `fitting` objects fit it.
pub(super) fn of_adoption(intent: &Intent<'_>, object: &Object, fitting: usize) -> String {
    let id = &object.id;
    if intent.has_marked(object) {
        return format!("it made {id}, which carries its mark");
    }
    let alike = intent.shown_alike(object);
    let like = match alike.len() {
        0 => String::new(),
        1..=4 => format!(" and is as wanted in {}", alike.join(", ")),
        n => format!(" and is as wanted in {} and {} more", alike[..3].join(", "), n - 3),
    };
    if fitting > 1 {
        return format!(
            "it made {id}: {fitting} objects fit and are equal in everything, so each is as good as another, \
             and they are taken oldest first"
        );
    }
    format!("it made {id}, the only object that fits: no address has it, it is not older{like}")
}

/// What a call that can be repeated came to, by the object that it was for.
pub(crate) fn of_reading(pending: &Pending, schema: &KindSchema, seen: &Observation) -> String {
    match (&pending.begun.effect, seen) {
        (_, Observation::Unread) => {
            "the object was not read; the call has the same effect when it is repeated".to_owned()
        }
        (_, Observation::Unreadable(fault)) => format!("the object could not be read: {fault}"),
        (Effect::Delete { .. }, Observation::Absent) => {
            "it was done: the cloud has the object no more".to_owned()
        }
        (_, Observation::Absent) => "the cloud has no such object".to_owned(),
        (Effect::Delete { .. }, Observation::Present { settling: Settling::Leaving, .. }) => {
            "it is under way: the cloud is still deleting the object".to_owned()
        }
        (Effect::Delete { have, .. }, Observation::Present { object, .. }) => of_end(schema, have, object),
        (Effect::Create { want } | Effect::Update { want, .. }, Observation::Present { object, .. }) => {
            let old = match &pending.begun.effect {
                Effect::Update { have, .. } => have.clone(),
                _ => Attributes::new(),
            };
            let missing = missing(schema, &old, want, object);
            if missing.is_empty() {
                "it was done: the object is as it was wanted".to_owned()
            } else {
                format!(
                    "the object does not show it in {}; what is still wanted is done again",
                    missing.join(", ")
                )
            }
        }
    }
}

/// What exists with its parent does not go away when it is ended.
fn of_end(schema: &KindSchema, have: &Attributes, object: &Object) -> String {
    let status = schema.attributes.iter().find(|a| matches!(a.compare, Compare::Status(_)));
    let status =
        status.and_then(|a| object.attributes.text(a.name)).map(|s| format!(", `{s}`")).unwrap_or_default();
    if let Some(rule) = schema.members() {
        let name = rule.attribute.name;
        let there = rule.by_name(object.attributes.get(name));
        let left = rule.by_name(have.get(name)).keys().filter(|member| there.contains_key(*member)).count();
        return match left {
            0 => format!("it was done: none of its {name} is there any more"),
            left => format!("{left} of its {name} are still there; what shall go is taken away again"),
        };
    }
    if schema.adopts {
        return format!("the object shows how far it came{status}; what is still wanted is done again");
    }
    format!("the object is still there{status}; the deletion is asked for again")
}

/// The arguments that an object does not show as they were wanted.
fn missing(schema: &KindSchema, have: &Attributes, want: &Attributes, object: &Object) -> Vec<String> {
    let shared = schema.members();
    let differs = |name: &str, wanted: &Value| {
        let Some(attribute) = schema.attribute(name).filter(|a| a.change != Change::Setting) else {
            return false;
        };
        // What did not change says nothing about the call; what is not shown is not certain.
        if have.get(name) == Some(wanted) {
            return false;
        }
        let Some(there) = object.attributes.held(name) else { return true };
        match &shared {
            Some(rule) if rule.attribute.name == name => {
                let (there, wanted) = (rule.by_name(Some(there)), rule.by_name(Some(wanted)));
                let had = rule.by_name(have.get(name));
                let left = had.keys().any(|m| !wanted.contains_key(m) && there.contains_key(m));
                left || wanted.keys().any(|m| !there.contains_key(m))
            }
            _ => !diff::equal(attribute, wanted, there),
        }
    };
    want.iter().filter(|(name, value)| differs(name, value)).map(|(name, _)| name.to_owned()).collect()
}
