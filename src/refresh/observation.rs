//! What was seen, as data.

use std::collections::{BTreeMap, BTreeSet};

use super::Answers;
use crate::provider::{ReadFault, Settling};
use crate::resource::{
    Address, Attributes, Catalog, Identity, Kind, Mode, Object, ObjectId, ProviderName, hex,
};

/// What the API says about one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// It is there.
    Present {
        /// The object, in normal form.
        object: Object,
        /// Whether it is where it was led to.
        settling: Settling,
    },
    /// It is missing from the listing, its own GET says so too, and we asked as the same account,
    /// project and region.
    Absent,
    /// The read failed. It is never taken for absent.
    Unreadable(ReadFault),
    /// Nobody asked (`--refresh=false`).
    Unread,
}

/// Something to look at: an object by provider block, kind and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sight {
    /// Through which provider block.
    pub provider: ProviderName,
    /// What kind of object.
    pub kind: Kind,
    /// Its id.
    pub id: ObjectId,
}

/// Something to look up: a data block's instance with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The instance.
    pub address: Address,
    /// Through which provider block.
    pub provider: ProviderName,
    /// The arguments.
    pub args: Attributes,
}

/// Everything that was read from the clouds for one plan.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Where each provider block that was contacted leads.
    pub identities: BTreeMap<ProviderName, Identity>,
    /// What was seen, by id, of each kind through each provider block.
    pub seen: BTreeMap<(ProviderName, Kind), BTreeMap<ObjectId, Observation>>,
    /// What was looked up; with the arguments that were asked for.
    pub data: BTreeMap<Address, (Attributes, Result<Attributes, ReadFault>)>,
    /// All objects of the kinds that an uncertain creation may have made.
    pub candidates: BTreeMap<(ProviderName, Kind), Vec<Object>>,
    /// What was asked to find beforehand what a cloud would refuse; none where no cloud is there to ask.
    pub asked: Option<Answers>,
}

impl Live {
    /// What was seen of an object.
    pub fn get(&self, provider: &ProviderName, kind: &Kind, id: &str) -> &Observation {
        // Names are short and copied in place.
        let seen = self.seen.get(&(provider.clone(), kind.clone()));
        seen.and_then(|seen| seen.get(id)).unwrap_or(&Observation::Unread)
    }

    /// What was seen of an object, through any provider block.
    pub fn find(&self, kind: &str, id: &str) -> impl Iterator<Item = &Observation> {
        self.seen
            .iter()
            .filter(move |((_, k), _)| k.as_str() == kind)
            .filter_map(move |(_, seen)| seen.get(id))
    }

    /// What was seen of an object and is as recorded is held once, in the record: a stack is mostly
    /// as it was, and this halves what it takes to know that.
    pub fn share(&mut self, provider: &ProviderName, kind: &Kind, id: &str, recorded: &Attributes) {
        let seen = self.seen.get_mut(&(provider.clone(), kind.clone()));
        if let Some(Observation::Present { object, .. }) = seen.and_then(|seen| seen.get_mut(id))
            && recorded.covers(&object.attributes)
        {
            object.attributes = recorded.clone();
        }
    }

    /// Whether both say the same of everything that a plan is made from: which intent made an object
    /// is evidence of one reading alone.
    pub fn says_the_same(&self, other: &Live) -> bool {
        let same = |(a, b): (&Observation, &Observation)| match (a, b) {
            (
                Observation::Present { object: a, settling: x },
                Observation::Present { object: b, settling: y },
            ) => x == y && a.id == b.id && a.attributes == b.attributes,
            (a, b) => a == b,
        };
        self.identities == other.identities
            && self.data == other.data
            && self.candidates == other.candidates
            && self.seen.keys().eq(other.seen.keys())
            && self.seen.values().zip(other.seen.values()).all(|(ours, theirs)| {
                ours.keys().eq(theirs.keys()) && ours.values().zip(theirs.values()).all(same)
            })
    }

    /// Everything that was seen, with its id.
    pub fn all_seen(&self) -> impl Iterator<Item = (&ObjectId, &Observation)> {
        self.seen.values().flatten()
    }

    /// A digest of each object that was seen, by what a plan could depend on: everything but what
    /// moves by itself.
    pub fn fingerprint(object: &Object, kind: &Kind, catalog: &Catalog) -> String {
        use sha2::{Digest, Sha256};
        let volatile: BTreeSet<&str> = catalog
            .get(Mode::Managed, kind)
            .into_iter()
            .flat_map(|schema| &schema.attributes)
            .filter(|a| a.compare == crate::resource::Compare::Volatile)
            .map(|a| a.name)
            .collect();
        let kept: BTreeMap<&str, _> =
            object.attributes.iter().filter(|(name, _)| !volatile.contains(name)).collect();
        let json = serde_json::to_vec(&(&object.id, kept)).unwrap_or_default();
        let digest = Sha256::digest(&json);
        hex(&digest[..12])
    }
}
