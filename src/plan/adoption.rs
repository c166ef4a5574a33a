//! Existing objects that come under addresses for which nothing is recorded. Pure.
//!
//! The walk says which address looks for what (`Wanted`), in the order of references, so that an
//! endpoint can be known by the id of a service that was itself found a moment ago. Who reads from
//! the clouds answers with the object found. From then on it counts as recorded, so that a plan
//! shows every difference; its first step binds it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::config::Import;
use crate::diagnostic::Place;
use crate::resource::{Address, Attributes, Identity, Kind, Object, ObjectId, ProviderName};
use crate::state::{Binding, Origin, Recorded, RecordedObject};

/// By what an address looks for its object.
#[derive(Clone, Debug, PartialEq)]
pub enum Sought {
    /// The object with this id.
    Id(ObjectId),
    /// The object that shows these attributes so.
    Like(Attributes),
}

/// An address that looks for its object.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The address.
    pub address: Address,
    /// The provider block it is looked for through.
    pub provider: ProviderName,
    /// By what.
    pub by: Sought,
    /// The arguments that are known so far.
    pub want: Attributes,
    /// The attributes that must not be shown.
    pub sensitive: BTreeSet<String>,
    /// Where the author asks for it; none where the command does.
    pub place: Option<Place>,
}

/// An object that was found for an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Adopted {
    /// The object, in normal form.
    pub object: Object,
    /// The provider block it was found through.
    pub provider: ProviderName,
    /// Where that leads.
    pub identity: Identity,
    /// On which evidence: a clause without a full stop.
    pub evidence: String,
}

/// Which addresses look for objects, and what was found so far.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    /// What the command line says, before what the configuration says.
    pub imports: Vec<Import>,
    /// Whether every address without a record looks for its object.
    pub all: bool,
    /// What was found.
    pub found: BTreeMap<Address, Adopted>,
    /// The addresses whose objects are not there.
    pub missing: BTreeSet<Address>,
    /// Addresses whose objects cannot be told apart, each group with the objects that can be meant.
    pub unclear: Vec<(Vec<Address>, Vec<Object>)>,
    /// All objects of the kinds that are looked through, by provider block, where they were listed
    /// beforehand.
    pub candidates: BTreeMap<(ProviderName, Kind), Vec<Object>>,
}

impl Adoption {
    /// The record with what was found bound to its address.
    pub fn bind<'r>(&self, recorded: &'r Recorded) -> Cow<'r, Recorded> {
        if self.found.is_empty() {
            return Cow::Borrowed(recorded);
        }
        let mut bound = recorded.clone();
        for (address, found) in &self.found {
            let binding = Binding {
                provider: found.provider.clone(),
                identity: found.identity.clone(),
                arguments: Default::default(),
                sensitive: BTreeSet::new(),
                dependencies: BTreeSet::new(),
                triggers: BTreeMap::new(),
                prevent_destroy: false,
                delete_timeout_s: None,
            };
            let object = RecordedObject::new(&found.object, &binding, Origin::Adopted, false);
            bound.objects.insert(address.clone(), Box::new(object));
        }
        Cow::Owned(bound)
    }

    /// The address that an object was found for.
    pub fn owner(&self, kind: &str, id: &str) -> Option<&Address> {
        self.found.iter().find(|(a, f)| a.kind().as_str() == kind && f.object.id == id).map(|(a, _)| a)
    }
}
