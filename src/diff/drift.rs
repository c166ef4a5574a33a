//! Drift: what others did to an object since we recorded it.

use super::{Difference, Shown, equal};
use crate::resource::{Attributes, Change, Compare, KindSchema, Value};
use crate::state::RecordedObject;

/// What moved between the record and what is there now. What moves by itself, and what was not
/// known when it was recorded, is no drift.
pub fn drift(schema: &KindSchema, recorded: &RecordedObject, live: &Attributes) -> Vec<Difference> {
    if recorded.attributes.covers(live) {
        return Vec::new(); // mostly nothing has moved
    }
    let mut moved = Vec::new();
    for attribute in &schema.attributes {
        let name = attribute.name;
        let was = recorded.attributes.value(name);
        // What the answer does not hold has not moved as far as anybody can see.
        let Some(is) = live.held(name) else { continue };
        let is = match &attribute.compare {
            Compare::Volatile => continue,
            _ if attribute.change == Change::Setting => continue,
            _ if !attribute.is_argument() && was.is_null() => continue,
            Compare::Status(firm) if !was.as_str().is_some_and(|s| firm.contains(&s)) => continue,
            Compare::Members { .. } => {
                let Some(rule) = schema.members() else { continue };
                let ours = rule.by_name(Some(was)).into_keys().collect();
                if rule.is_exclusive(&recorded.attributes) { is.clone() } else { rule.only(Some(is), &ours) }
            }
            _ => is.clone(),
        };
        // An argument that was left alone when we recorded it is still not ours.
        let unmanaged = attribute.is_argument() && !recorded.arguments.contains(name);
        if unmanaged || equal(attribute, &is, was) {
            continue;
        }
        let show = |value: &Value| Shown::of(value, recorded.sensitive.contains(name));
        moved.push(Difference {
            attribute: name.into(),
            before: show(was),
            after: show(&is),
            replaces: None,
            place: None,
            same: false,
        });
    }
    moved
}
