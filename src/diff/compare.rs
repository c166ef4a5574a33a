//! The comparison itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Delta, Difference, Need, Reason, ReasonCode, Shown, equal};
use crate::expr::{Input, Inputs, Worth};
use crate::provider::Settling;
use crate::resource::{AttributeSchema, Attributes, Change, Identity, KindSchema, Object, Value};
use crate::state::{Origin, RecordedObject};

/// What the author asks of one resource.
#[derive(Clone, Copy, Debug)]
pub struct Desired<'a> {
    /// Its arguments, defaults filled in.
    pub inputs: &'a Inputs,
    /// The arguments whose differences do not matter once the object is there.
    pub ignored: &'a BTreeSet<String>,
    /// Where it will live.
    pub identity: &'a Identity,
    /// Why it is replaced even if nothing differs.
    pub replace: Option<&'a Reason>,
}

/// One address from all sides.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Its kind.
    pub schema: &'a KindSchema,
    /// What is asked; none for what shall end.
    pub desired: Option<Desired<'a>>,
    /// What is recorded.
    pub recorded: Option<&'a RecordedObject>,
    /// What is there: of the recorded object, or of one found by natural key.
    pub live: Option<(&'a Object, &'a Settling)>,
    /// Why it shall end, where nothing is asked.
    pub ending: &'a Reason,
}

/// What one address needs. Unreadable objects never come here: a failed read stops the plan.
pub fn compare(case: &Case<'_>) -> Delta {
    match (case.desired, case.recorded, case.live) {
        (Some(desired), recorded, None) => create(case, desired, recorded),
        (Some(desired), None, Some((object, settling))) => bind(case, desired, object, settling),
        (Some(desired), Some(recorded), Some((object, settling))) => {
            update(case, desired, recorded, object, settling)
        }
        (None, recorded, live) => end(case, recorded, live),
    }
}

fn create(case: &Case<'_>, desired: Desired<'_>, recorded: Option<&RecordedObject>) -> Delta {
    let reason = match recorded {
        Some(_) => Reason::new(ReasonCode::DeletedOutside, "it was deleted outside this stack"),
        None => Reason::new(ReasonCode::New, "it is not there yet"),
    };
    let (want, notes) = wanted(case.schema, desired, None);
    let differences = all_of(case.schema, &want);
    let changed = want.keys().map(ToString::to_string).collect();
    let sensitive = sensitive(&want, None);
    Delta {
        need: Need::Create,
        reason,
        id: None,
        have: Attributes::new(),
        want,
        changed,
        differences,
        notes,
        found: None,
        sensitive,
    }
}

/// An object that exists with its parent and is not recorded: a whitelist, a connection.
fn bind(case: &Case<'_>, desired: Desired<'_>, object: &Object, _settling: &Settling) -> Delta {
    let schema = case.schema;
    let (want, mut notes) = wanted(schema, desired, Some(&object.attributes));
    let have = ours(schema, &object.attributes, None, &want);
    let have = taken_at_word(schema, have, None, &want);
    let (changed, differences, _) = differing(schema, &want, &have, None);
    let settings_only = changed.iter().all(|name| is_setting(schema, name));
    let sensitive = sensitive(&want, None);
    let (need, reason, differences) = if settings_only {
        let reason = Reason::new(ReasonCode::AlreadyThere, "it is already as it should be");
        (Need::Adopt, reason, all_of(schema, &want))
    } else {
        if let Some(rule) = schema.members() {
            let there = have.get(rule.attribute.name).and_then(Value::as_list).map_or(0, <[_]>::len);
            if there > 0 && rule.is_exclusive(&known(&want)) {
                notes.push(format!(
                    "the set is exclusive and holds {there} already; what is not listed here is removed"
                ));
            } else if there > 0 {
                notes.push(format!("{there} of these are there already and become ours"));
            }
        }
        let reason = Reason::new(ReasonCode::New, "it is not as it should be yet");
        // Show every argument, and what is there where it differs.
        let shown = all_of(schema, &want)
            .into_iter()
            .map(|all| differences.iter().find(|d| d.attribute == all.attribute).cloned().unwrap_or(all))
            .collect();
        (Need::Create, reason, shown)
    };
    Delta {
        need,
        reason,
        id: Some(object.id.clone()),
        have,
        want,
        changed,
        differences,
        notes,
        found: Some(object.clone()),
        sensitive,
    }
}

fn update(
    case: &Case<'_>,
    desired: Desired<'_>,
    recorded: &RecordedObject,
    object: &Object,
    settling: &Settling,
) -> Delta {
    let schema = case.schema;
    let seen = seen(schema, &object.attributes, Some(recorded));
    let (want, notes) = wanted(schema, desired, Some(&seen));
    let have = ours(schema, &seen, Some(recorded), &want);
    let have = taken_at_word(schema, have, Some(recorded), &want);
    let (changed, mut differences, forced) = differing(schema, &want, &have, Some(recorded));
    let replacement = if *desired.identity != recorded.identity {
        let (from, to) = (&recorded.identity, desired.identity);
        Some(Reason::new(
            ReasonCode::Moved,
            format!(
                "it moves from account {} project {} region {} to account {} project {} region {}",
                from.account, from.project, from.region, to.account, to.project, to.region
            ),
        ))
    } else if let Some(fault) = taint(recorded, settling) {
        Some(Reason::new(ReasonCode::Tainted, fault))
    } else if let Some(reason) = desired.replace {
        Some(reason.clone())
    } else {
        forced
    };
    let (need, reason) = match replacement {
        Some(reason) => {
            // A replacement shows what the new object will be, not only what differs.
            let all = all_of(schema, &want);
            let differs: BTreeSet<String> = differences.iter().map(|d| d.attribute.clone()).collect();
            differences.extend(
                all.into_iter().filter(|d| !differs.contains(&d.attribute)).map(|d| Difference {
                    before: d.after.clone(),
                    same: true,
                    ..d
                }),
            );
            (Need::Replace, reason)
        }
        None if !changed.is_empty() => {
            let names: Vec<String> = changed.iter().map(|n| format!("`{n}`")).collect();
            (Need::Update, Reason::new(ReasonCode::Differs, format!("{} differs", names.join(", "))))
        }
        None => match settling {
            Settling::Pending(status) => {
                let text = format!("it is still `{status}`; an earlier run began it");
                (Need::Await, Reason::new(ReasonCode::Interrupted, text))
            }
            Settling::Blocked(fault) if recorded.settling => {
                let text = format!("an earlier run began it, and {fault}");
                (Need::Await, Reason::new(ReasonCode::Interrupted, text))
            }
            _ => (Need::Nothing, Reason::new(ReasonCode::AlreadyThere, "it is as it should be")),
        },
    };
    let sensitive = sensitive(&want, Some(recorded));
    Delta {
        need,
        reason,
        id: Some(object.id.clone()),
        have,
        want,
        changed,
        differences,
        notes,
        found: None,
        sensitive,
    }
}

fn end(case: &Case<'_>, recorded: Option<&RecordedObject>, live: Option<(&Object, &Settling)>) -> Delta {
    let schema = case.schema;
    let forgotten = recorded.zip(schema.forgets).and_then(|(recorded, rule)| {
        if recorded.origin == Origin::Adopted {
            Some("it was only adopted, so it stays as it is".to_owned())
        } else if recorded.attributes.text(rule.attribute) == Some(rule.value) {
            Some(format!("its `{}` is `{}`, so there is nothing to undo", rule.attribute, rule.value))
        } else {
            None
        }
    });
    let (need, reason) = match (live, forgotten) {
        (None, _) => (Need::Forget, Reason::new(ReasonCode::Gone, "it is gone already")),
        (Some(_), Some(text)) => (Need::Forget, Reason::new(case.ending.code, text)),
        (Some(_), None) => (Need::Delete, case.ending.clone()),
    };
    let have = match live {
        Some((object, _)) => {
            let seen = seen(schema, &object.attributes, recorded);
            ours(schema, &seen, recorded, &Inputs::new())
        }
        None => recorded.map(|r| r.attributes.clone()).unwrap_or_default(),
    };
    let sensitive = recorded.map(|r| r.sensitive.clone()).unwrap_or_default();
    let differences = schema
        .arguments()
        .filter(|a| have.get(a.name).is_some() && need == Need::Delete)
        .map(|a| Difference {
            attribute: a.name.into(),
            before: Shown::of(have.value(a.name), sensitive.contains(a.name)),
            after: Shown::Absent,
            replaces: None,
            place: None,
            same: false,
        })
        .collect();
    Delta {
        need,
        reason,
        id: live.map(|(o, _)| o.id.clone()).or_else(|| recorded.map(|r| r.id.clone())),
        have,
        want: Inputs::new(),
        changed: BTreeSet::new(),
        differences,
        notes: Vec::new(),
        found: None,
        sensitive,
    }
}

/// Why the cloud's own words make a replacement necessary, if they do.
fn taint(recorded: &RecordedObject, settling: &Settling) -> Option<String> {
    match (settling, &recorded.taint) {
        (Settling::Failed(fault), _) => Some(format!("the cloud calls it failed: {fault}")),
        (Settling::Leaving, _) => Some("somebody else is deleting it".to_owned()),
        (_, Some(fault)) => Some(format!("the cloud called it failed: {fault}")),
        _ => None,
    }
}

/// What is there: the answer, and from the record what the answer does not hold.
fn seen(schema: &KindSchema, live: &Attributes, recorded: Option<&RecordedObject>) -> Attributes {
    match recorded {
        Some(recorded) => schema.known(live.clone(), &recorded.attributes),
        None => live.clone(),
    }
}

/// What is there and counts as ours: of a shared set the members that the record or the author
/// names.
fn ours(
    schema: &KindSchema,
    seen: &Attributes,
    recorded: Option<&RecordedObject>,
    want: &Inputs,
) -> Attributes {
    let Some(rule) = schema.members() else { return seen.clone() };
    let name = rule.attribute.name;
    let arguments = match want.is_empty() {
        true => recorded.map(|r| r.attributes.clone()).unwrap_or_default(),
        false => known(want),
    };
    let sets: Vec<&Value> =
        recorded.and_then(|r| r.attributes.get(name)).into_iter().chain(arguments.get(name)).collect();
    rule.recorded(seen.clone(), &arguments, &sets)
}

/// What is there, and of an object that we did not make what neither the cloud nor the record
/// tells: nobody can see that it differs, so an attribute that could only be replaced is as the
/// author says. One that can be changed in place differs instead: it is sent, and known then.
fn taken_at_word(
    schema: &KindSchema,
    mut have: Attributes,
    recorded: Option<&RecordedObject>,
    want: &Inputs,
) -> Attributes {
    for attribute in schema.arguments().filter(|a| matches!(a.change, Change::Replace(_))) {
        let name = attribute.name;
        // What we made without it was made without it.
        let asked = recorded.is_none_or(|r| r.origin == Origin::Adopted || r.arguments.contains(name));
        if let (true, false, Some(value)) =
            (asked, have.held(name).is_some(), want.get(name).and_then(|input| input.known()))
        {
            have.set(name, value.clone());
        }
    }
    have
}

/// The arguments as they shall be, as they can be compared with what is there.
fn wanted(schema: &KindSchema, desired: Desired<'_>, there: Option<&Attributes>) -> (Inputs, Vec<String>) {
    let mut want = Inputs::new();
    let mut notes = Vec::new();
    for attribute in schema.arguments() {
        let name = attribute.name;
        let Some(input) = desired.inputs.get(name) else { continue };
        let mut input = Arc::clone(input);
        if let Some(there) = there
            && desired.ignored.contains(name)
        {
            Arc::make_mut(&mut input).worth = Worth::Known(there.value(name).clone());
        }
        if let (Some(rule), Worth::Known(value)) = (schema.members(), &input.worth)
            && rule.attribute.name == name
        {
            let live = there.and_then(|t| t.get(name));
            let (aligned, implicit) = rule.align(value, live, &desired.identity.account);
            if implicit {
                notes.push(format!(
                    "`{name}` names the owner's own account, which is always in and never listed"
                ));
            }
            if aligned != *value {
                Arc::make_mut(&mut input).worth = Worth::Known(aligned);
            }
        }
        if input.known().is_some_and(Value::is_null) {
            continue; // null is "omitted"
        }
        want.insert(name, input);
    }
    want.shrink_to_fit();
    (want, notes)
}

/// The arguments that differ, the same for people, and the reason to replace if there is one.
fn differing(
    schema: &KindSchema,
    want: &Inputs,
    have: &Attributes,
    recorded: Option<&RecordedObject>,
) -> (BTreeSet<String>, Vec<Difference>, Option<Reason>) {
    let mut changed = BTreeSet::new();
    let mut differences = Vec::new();
    let mut reason = None;
    for attribute in schema.arguments() {
        let name = attribute.name;
        let Some(input) = want.get(name) else { continue };
        let there = have.value(name);
        if input.known().is_some_and(|value| equal(attribute, value, there)) {
            continue;
        }
        let (replaces, why) = replacement(attribute, input, there, recorded);
        if reason.is_none() {
            reason = why;
        }
        changed.insert(name.to_owned());
        let sensitive = input.sensitive || recorded.is_some_and(|r| r.sensitive.contains(name));
        differences.push(Difference {
            attribute: name.into(),
            before: Shown::of(there, sensitive),
            after: Shown::input(input),
            replaces,
            place: input.place.clone(),
            same: false,
        });
    }
    (changed, differences, reason)
}

fn replacement(
    attribute: &AttributeSchema,
    input: &Input,
    there: &Value,
    recorded: Option<&RecordedObject>,
) -> (Option<String>, Option<Reason>) {
    let name = attribute.name;
    if let Some(fault) = recorded.and_then(|r| r.unchangeable.get(name)) {
        let text = format!("the API refused to change `{name}` in place: {fault}");
        return (Some(text.clone()), Some(Reason::new(ReasonCode::Refused, text)));
    }
    let why = match attribute.change {
        Change::Replace(why) => why.to_owned(),
        Change::OneWay(way, why) if !way.leads(there, input.known()) => match input.known() {
            Some(_) => why.to_owned(),
            None => format!("what it will be is known only after apply, and {why}"),
        },
        Change::InPlace | Change::OneWay(..) | Change::Setting => return (None, None),
    };
    let text = format!("`{name}` cannot be changed in place: {why}");
    (Some(why), Some(Reason::new(ReasonCode::CannotUpdate, text)))
}

/// Every argument as something new.
fn all_of(schema: &KindSchema, want: &Inputs) -> Vec<Difference> {
    let shown = |attribute: &AttributeSchema| {
        let input = want.get(attribute.name)?;
        Some(Difference {
            attribute: attribute.name.into(),
            before: Shown::Absent,
            after: Shown::input(input),
            replaces: None,
            place: None,
            same: false,
        })
    };
    schema.arguments().filter_map(shown).collect()
}

/// The arguments that are known already.
pub(crate) fn known(want: &Inputs) -> Attributes {
    want.iter().filter_map(|(name, input)| Some((*name, input.known()?.clone()))).collect()
}

fn is_setting(schema: &KindSchema, name: &str) -> bool {
    schema.attribute(name).is_some_and(|a| a.change == Change::Setting)
}

fn sensitive(want: &Inputs, recorded: Option<&RecordedObject>) -> BTreeSet<String> {
    let named = want.iter().filter(|(_, input)| input.sensitive).map(|(name, _)| (*name).to_owned());
    // A secret stays one as long as the old value may be shown beside the new.
    let was =
        recorded.into_iter().flat_map(|r| &r.sensitive).filter(|n| want.contains_key(n.as_str())).cloned();
    named.chain(was).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Deferred;
    use crate::resource::{OneWay, RowSet, Type};

    fn value(json: serde_json::Value) -> Value {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_way_that_leads_in_one_direction() {
        use serde_json::json;
        let edition =
            AttributeSchema::optional("a", Type::String, "").one_way(OneWay::From("basic"), "no way back");
        let set = AttributeSchema::optional("a", Type::set(Type::String), "")
            .one_way(OneWay::Growing, "it only grows");
        let unknown = "what it will be is known only after apply, and it only grows";
        // What is there, what is wanted (nothing: not known yet), and why it takes a new object if it does;
        // none at all where nothing differs.
        for (schema, there, want, expected) in [
            (&edition, json!(null), Some(json!("basic")), None),
            (&edition, json!("basic"), Some(json!("basic")), None),
            (&edition, json!(null), Some(json!("professional")), Some(None)),
            (&edition, json!("basic"), Some(json!("professional")), Some(None)),
            (&edition, json!("professional"), Some(json!("professional")), None),
            (&edition, json!("professional"), Some(json!("basic")), Some(Some("no way back"))),
            (&edition, json!("basic"), None, Some(None)),
            (&set, json!(null), Some(json!([])), None),
            (&set, json!(null), Some(json!(["a"])), Some(None)),
            (&set, json!(["b"]), Some(json!(["a", "b"])), Some(None)),
            (&set, json!(["a", "b"]), Some(json!(["a", "b"])), None),
            (&set, json!(["a", "b"]), Some(json!(["a"])), Some(Some("it only grows"))),
            (&set, json!(["a"]), Some(json!(["b"])), Some(Some("it only grows"))),
            (&set, json!(["a"]), Some(json!([])), Some(Some("it only grows"))),
            (&set, json!(null), None, Some(None)),
            (&set, json!(["a"]), None, Some(Some(unknown))),
        ] {
            let kind = KindSchema::managed("k", "p", "", vec![schema.clone()]);
            let late = Deferred { source: Value::Null, scope: Default::default(), needs: BTreeSet::new() };
            let worth =
                want.clone().map_or(Worth::Deferred(Box::new(late)), |want| Worth::Known(value(want)));
            let input = Input { worth, sensitive: false, reads: RowSet::default(), place: None };
            let wanted = Inputs::from_iter([("a", Arc::new(input))]);
            let mut have = Attributes::new();
            have.set("a", value(there.clone()));
            let (_, differences, reason) = differing(&kind, &wanted, &have, None);
            let told = differences.first().map(|d| d.replaces.as_deref());
            assert_eq!(told, expected, "{there} {want:?}");
            assert_eq!(reason.is_some(), expected.flatten().is_some(), "{there} {want:?}");
        }
    }
}
