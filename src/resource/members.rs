//! Shared sets: whose members are ours, and when two members are the same.
//!
//! A whitelist may hold records that others own. We compare and record only our own members,
//! unless the author says that the whole set is ours.

use std::collections::{BTreeMap, BTreeSet};

use super::{AttributeSchema, Attributes, Compare, KindSchema, Naming, Value};

/// The rule of one shared set, taken from its schema.
#[derive(Clone, Copy, Debug)]
pub struct MemberRule<'a> {
    /// The attribute.
    pub attribute: &'a AttributeSchema,
    key: &'static str,
    setting: (&'static str, &'static str),
    named: Naming,
    implicit: &'static str,
}

impl KindSchema {
    /// The rule of the kind's shared set, if it has one.
    pub fn members(&self) -> Option<MemberRule<'_>> {
        self.attributes.iter().find_map(|attribute| match attribute.compare {
            Compare::Members { key, exclusive, named, implicit } => {
                Some(MemberRule { attribute, key, setting: exclusive, named, implicit })
            }
            _ => None,
        })
    }
}

impl MemberRule<'_> {
    /// Whether these arguments say that the whole set is ours.
    pub fn is_exclusive(&self, arguments: &Attributes) -> bool {
        arguments.text(self.setting.0) == Some(self.setting.1)
    }

    /// What names a member; texts that mean the same give the same name.
    pub fn name<'v>(&self, member: &'v Value) -> &'v str {
        let text = member.as_map().and_then(|m| m.get(self.key)).and_then(Value::as_str).unwrap_or_default();
        (self.named.0)(text)
    }

    /// The members by name.
    pub fn by_name<'v>(&self, set: Option<&'v Value>) -> BTreeMap<&'v str, &'v Value> {
        set.and_then(Value::as_list).unwrap_or_default().iter().map(|m| (self.name(m), m)).collect()
    }

    /// The members of `set` whose names are in `names`.
    pub fn only(&self, set: Option<&Value>, names: &BTreeSet<&str>) -> Value {
        let members = set.and_then(Value::as_list).unwrap_or_default();
        Value::List(members.iter().filter(|m| names.contains(self.name(m))).cloned().collect())
    }

    /// `wanted` as it can be compared with `live`: without the member that is always there, and with
    /// what the author leaves open (a description, a spelling) taken from the live member. The
    /// second value says whether the implicit member was named.
    pub fn align(&self, wanted: &Value, live: Option<&Value>, account: &str) -> (Value, bool) {
        let implicit = self.implicit.replace("{account}", account);
        let live = self.by_name(live);
        let mut named_implicit = false;
        let mut out = Vec::new();
        for member in wanted.as_list().unwrap_or_default() {
            let name = self.name(member);
            if !implicit.is_empty() && name == implicit {
                named_implicit = true;
                continue;
            }
            let mut member = member.clone();
            if let (Value::Map(fields), Some(Value::Map(there))) = (&mut member, live.get(name)) {
                for (field, value) in there {
                    if field == self.key || !fields.contains_key(field) {
                        fields.insert(field.clone(), value.clone());
                    }
                }
            }
            out.push(member);
        }
        out.sort();
        out.dedup();
        (Value::List(out), named_implicit)
    }

    /// `grown` with the members of `base` that it lacks: what a set is between grant and revoke.
    pub fn union(&self, base: &Value, grown: &Value) -> Value {
        let names: BTreeSet<&str> = self.by_name(Some(grown)).into_keys().collect();
        let mut out: Vec<Value> = grown.as_list().unwrap_or_default().to_vec();
        out.extend(
            base.as_list().unwrap_or_default().iter().filter(|m| !names.contains(self.name(m))).cloned(),
        );
        out.sort();
        Value::List(out)
    }

    /// Whether every member of `base` is still in `then`.
    pub fn keeps_all(&self, base: &Value, then: &Value) -> bool {
        let names = self.by_name(Some(then));
        self.by_name(Some(base)).keys().all(|name| names.contains_key(name))
    }

    /// The attributes of an object as they are recorded: of the set only the members that any of
    /// `ours` names, unless the arguments say that all are ours.
    pub fn recorded(&self, mut seen: Attributes, arguments: &Attributes, ours: &[&Value]) -> Attributes {
        if !self.is_exclusive(arguments) {
            let names = ours.iter().flat_map(|set| self.by_name(Some(set)).into_keys()).collect();
            let own = self.only(seen.get(self.attribute.name), &names);
            seen.set(self.attribute.name, own);
        }
        seen
    }
}
