//! What the rules look at: the resources that change, what their attributes name, what was asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::diff::{Need, known};
use crate::expr::{Deferred, Worth};
use crate::plan::select::Selected;
use crate::plan::walk::{Item, Proposal, Situation};
use crate::provider::ReadFault;
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Address, Attributes, Identity, KindSchema, Object, ProviderName, Value};

/// A resource that the plan makes or changes.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub(super) address: &'a Address,
    pub(super) item: &'a Item,
    pub(super) schema: &'a KindSchema,
}

impl Changed<'_> {
    /// Whether a new object is made.
    pub(super) fn is_new(&self) -> bool {
        match self.item.delta.need {
            Need::Create => self.item.delta.found.is_none(),
            need => need == Need::Replace,
        }
    }

    /// What is known of an argument.
    pub(super) fn known(&self, name: &str) -> Option<&Value> {
        self.item.delta.want.get(name).and_then(|input| input.known()).filter(|value| !value.is_null())
    }

    /// Whether an argument is wanted: known, or still to be worked out.
    pub(super) fn has(&self, name: &str) -> bool {
        self.item.delta.want.contains_key(name)
    }

    /// Whether the author has given an argument that says something: no default, nothing empty.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.item.delta.want.get(name).is_some_and(|input| {
            input.place.is_some()
                && match &input.worth {
                    Worth::Known(Value::Null | Value::Bool(false)) => false,
                    Worth::Known(value) => value.as_list().is_none_or(|list| !list.is_empty()),
                    Worth::Deferred(_) => true,
                }
        })
    }

    /// A finding at an argument, or at the resource where it has none.
    pub(super) fn at(&self, finding: Diagnostic, attribute: &str) -> Diagnostic {
        let place = self.item.delta.want.get(attribute).and_then(|input| input.place.clone());
        finding.at(place.or_else(|| self.item.place.clone())).about(self.address)
    }
}

/// Whether an argument is still to be worked out.
pub(super) fn is_open(item: &Item, name: &str) -> bool {
    item.delta.want.get(name).is_some_and(|input| matches!(input.worth, Worth::Deferred(_)))
}

/// Whose id is still to be worked out, if it is that alone: whatever else is may come to anything.
fn id_of(deferred: &Deferred) -> Option<&Address> {
    let mut needs = deferred.needs.iter();
    let (need, more) = (needs.next()?, needs.next());
    let plain = deferred.source.as_str().is_some_and(|text| {
        text.starts_with("${") && text.ends_with(".id}") && text.matches("${").count() == 1
    });
    (need.attribute == "id" && plain && more.is_none()).then_some(&need.address)
}

/// What an attribute names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named<'a> {
    /// A resource of the stack.
    Own(&'a Address),
    /// An object that is not of the stack.
    Other(&'a str),
}

pub(super) struct Scene<'a> {
    pub(super) on: &'a Situation<'a>,
    pub(super) proposal: &'a Proposal,
    pub(super) selected: &'a Selected,
    /// What is made or changed, in order of addresses.
    pub(super) changed: Vec<Changed<'a>>,
    /// Objects of the stack by kind and id, those put aside included.
    ids: BTreeMap<(&'a str, &'a str), &'a Address>,
    /// By which block each account, project and region is asked.
    askers: BTreeMap<&'a Identity, &'a ProviderName>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(on: &'a Situation<'a>, proposal: &'a Proposal, selected: &'a Selected) -> Scene<'a> {
        let items = || proposal.items.iter().filter(|(address, _)| selected.has(address));
        let moves = |need: Need| matches!(need, Need::Create | Need::Replace | Need::Update | Need::Adopt);
        let changed = items().filter(|(_, item)| moves(item.delta.need)).map(|(address, item)| Changed {
            address,
            item,
            schema: on.catalog.schema(&address.block),
        });
        let mut askers = BTreeMap::new();
        for (provider, identity) in &on.live.identities {
            askers.entry(identity).or_insert(provider);
        }
        let mut scene =
            Scene { on, proposal, selected, changed: changed.collect(), ids: BTreeMap::new(), askers };
        let ends = || items().any(|(_, item)| matches!(item.delta.need, Need::Delete | Need::Replace));
        // Mostly nothing changes, and then nothing is looked up.
        if !scene.changed.is_empty() || ends() {
            for (address, object) in on.recorded.every_object() {
                scene.ids.insert((address.kind().as_str(), &object.id), address);
            }
            for (address, item) in &proposal.items {
                if let Some(id) = &item.delta.id {
                    scene.ids.insert((address.kind().as_str(), id), address);
                }
            }
        }
        scene
    }

    pub(super) fn item(&self, address: &Address) -> Option<&'a Item> {
        self.proposal.items.get(address).map(|item| &**item)
    }

    pub(super) fn identity(&self, provider: &ProviderName) -> Option<&'a Identity> {
        self.on.live.identities.get(provider)
    }

    /// Whether an object is of the stack.
    pub(super) fn is_ours(&self, kind: &str, id: &str) -> bool {
        self.ids.contains_key(&(kind, id))
    }

    /// What an argument names, where that is known; of what is no longer desired, what it named.
    pub(super) fn named(&self, item: &'a Item, attribute: &str, kind: &str) -> Option<Named<'a>> {
        let by_id =
            |id: &'a str| self.ids.get(&(kind, id)).map_or(Named::Other(id), |address| Named::Own(address));
        let Some(input) = item.delta.want.get(attribute) else {
            return item.delta.have.text(attribute).map(by_id);
        };
        match &input.worth {
            Worth::Known(value) => value.as_str().map(by_id),
            // The id of a resource that has none yet. Whatever else is still to be worked out may
            // come to anything.
            Worth::Deferred(deferred) => {
                let address = id_of(deferred)?;
                (address.kind().as_str() == kind).then_some(Named::Own(address))
            }
        }
    }

    /// What an object will be like, with ids that are not known yet as references.
    pub(super) fn named_afterwards(&self, address: &Address, item: &'a Item) -> Option<Attributes> {
        let mut then = self.afterwards(address, item)?;
        for (name, input) in item.delta.want.iter() {
            if let Worth::Deferred(deferred) = &input.worth
                && let Some(named) = id_of(deferred)
            {
                then.set(name, Value::from(format!("${{{named}.id}}")));
            }
        }
        Some(then)
    }

    /// What an object will be like, as far as it is known, once the plan is done; none where it ends.
    pub(super) fn afterwards(&self, address: &Address, item: &Item) -> Option<Attributes> {
        let delta = &item.delta;
        let stays = || delta.id.is_some().then(|| delta.have.clone());
        if !self.selected.has(address) {
            return stays();
        }
        match delta.need {
            Need::Delete | Need::Forget => None,
            Need::Nothing | Need::Await => stays(),
            Need::Create | Need::Replace => Some(known(&delta.want)),
            Need::Update | Need::Adopt => {
                let mut then = delta.have.clone();
                for (name, value) in known(&delta.want).iter() {
                    then.set(name, value.clone());
                }
                Some(then)
            }
        }
    }

    /// A question to the account, project and region of a provider block: blocks of one place ask it
    /// once.
    pub(super) fn ask(&self, provider: &ProviderName, kind: &str, what: AskWhat) -> Option<Ask> {
        let asker = self.askers.get(self.identity(provider)?)?;
        Some(Ask { provider: (*asker).clone(), kind: kind.into(), what })
    }

    /// The answer to a question; none where it was not asked.
    pub(super) fn answer(&self, ask: &Ask) -> Option<&'a Result<Vec<Object>, ReadFault>> {
        self.on.live.asked.as_ref()?.get(ask)
    }

    /// What an answered question found; none where it was not asked, or failed.
    pub(super) fn found(&self, ask: Option<&Ask>) -> Option<&'a [Object]> {
        self.answer(ask?)?.as_ref().ok().map(Vec::as_slice)
    }

    /// Put into every finding about a refusal.
    pub(super) fn refused(&self, code: &str) -> String {
        format!("the API refuses that ({code})")
    }

    /// The resources of a kind.
    pub(super) fn of_kind(&self, kind: &'a str) -> impl Iterator<Item = (&'a Address, &'a Item)> + use<'a> {
        let items = self.proposal.items.iter().filter(move |(address, _)| address.kind().as_str() == kind);
        items.map(|(address, item)| (address, &**item))
    }

    /// The providers of what is made, changed or ended.
    pub(super) fn providers(&self) -> BTreeSet<&'a ProviderName> {
        let items = self.proposal.items.iter().filter(|(address, _)| self.selected.has(address));
        let ends = items.filter(|(_, item)| item.delta.need == Need::Delete).map(|(_, item)| &item.provider);
        self.changed.iter().map(|changed| &changed.item.provider).chain(ends).collect()
    }
}
