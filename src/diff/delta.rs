//! What one address needs.

use std::collections::BTreeSet;

use super::{Difference, Reason};
use crate::expr::{Inputs, View, Worth};
use crate::resource::{Attributes, Compare, KindSchema, Object, ObjectId};

/// What one address needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing; the record may have to be brought up to date.
    Nothing,
    /// A new object.
    Create,
    /// A change in place.
    Update,
    /// Another object.
    Replace,
    /// The end of its object.
    Delete,
    /// To be bound to the object that is there.
    Adopt,
    /// To be let go of.
    Forget,
    /// To be waited for: its effect is on the way.
    Await,
}

/// What one address needs, from desired, recorded and live together.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// What it needs.
    pub need: Need,
    /// Why.
    pub reason: Reason,
    /// The object that is there.
    pub id: Option<ObjectId>,
    /// Its attributes in normal form; of a shared set what counts as ours.
    pub have: Attributes,
    /// The arguments as they shall be.
    pub want: Inputs,
    /// The arguments that differ.
    pub changed: BTreeSet<String>,
    /// The same for people.
    pub differences: Vec<Difference>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Set for an object that is there but not recorded.
    pub found: Option<Object>,
    /// The attributes that must not be shown.
    pub sensitive: BTreeSet<String>,
}

impl Delta {
    /// The object as expressions see it once this need is met.
    pub fn view(&self, schema: &KindSchema) -> View {
        let new = matches!(self.need, Need::Create | Need::Replace) && self.found.is_none();
        // Mostly what will be is what is, and then it is the same copy.
        let mut known = if new { Attributes::new() } else { self.have.clone() };
        let mut unknown = BTreeSet::new();
        let changes = self.need == Need::Update || (self.need == Need::Create && !new);
        for attribute in &schema.attributes {
            let name = attribute.name;
            match self.want.get(name).map(|input| &input.worth) {
                Some(Worth::Known(value)) => {
                    if known.value(name) != value {
                        known.set(name, value.clone());
                    }
                    continue;
                }
                Some(Worth::Deferred(_)) => {}
                None if new => {}
                None if attribute.is_late() && known.get(name).is_none() => {}
                None if changes && attribute.compare == Compare::Volatile => {}
                None if attribute.moved_by.iter().any(|by| self.changed.contains(*by)) => {}
                // What is on its way comes to rest somewhere else.
                None if self.need == Need::Await
                    && matches!(attribute.compare, Compare::Status(_) | Compare::Volatile) => {}
                None => continue,
            }
            if known.held(name).is_some() {
                known.retain(|other| other != name);
            }
            unknown.insert(name.to_owned());
        }
        View { names: schema.names.clone(), known, unknown, sensitive: self.sensitive.clone() }
    }
}
