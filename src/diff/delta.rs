//! What one address needs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, Reason};
use crate::expr::{Input, View, Worth};
use crate::resource::{Attributes, KindSchema, Object, ObjectId};

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
    pub want: BTreeMap<String, Input>,
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
        let mut unknown = BTreeSet::new();
        let known = schema.attributes.iter().filter_map(|attribute| {
            let name = attribute.name;
            let known = match self.want.get(name).map(|input| &input.worth) {
                Some(Worth::Known(value)) => Some(value.clone()),
                Some(Worth::Deferred(_)) => None,
                None if new => None,
                None if attribute.is_late() => self.have.get(name).cloned(),
                None if self.need == Need::Update
                    && attribute.compare == crate::resource::Compare::Volatile =>
                {
                    None
                }
                None => Some(self.have.value(name).clone()),
            };
            if known.is_none() {
                unknown.insert(name.to_owned());
            }
            known.map(|value| (name, value))
        });
        let known = known.collect();
        View { known, unknown, sensitive: self.sensitive.clone() }
    }
}
