//! The whole picture: every resource, changed or not, as it is and as it will be, and what the
//! author declared. For reviews and policies; `apply` never reads it.
//!
//! It travels in the plan file, so a review needs neither configuration nor cloud. What must not be
//! shown is not in it: a sensitive value is the constant [`REDACTED`].

mod declared;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use declared::{Declared, DeclaredBlock, DeclaredOutput, DeclaredProvider, DeclaredVariable, Expression};

use super::PlanMode;
use super::select::Selected;
use super::walk::{Item, Proposal, Situation};
use crate::diagnostic::Place;
use crate::diff::Need;
use crate::resource::{Address, Attributes, Block, Kind, Mode, ProviderName, Value};
use crate::state::RecordedOutput;

/// What stands for a value that must not be shown.
pub const REDACTED: &str = "(sensitive)";

/// Every resource and what the author declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The kinds that occur, with their attributes; lookups under `data.KIND`.
    #[serde(default)]
    pub kinds: BTreeMap<String, PicturedKind>,
    /// Every resource and lookup, desired or recorded.
    #[serde(default)]
    pub objects: BTreeMap<Address, Portrait>,
    /// The outputs of the last apply, the sensitive ones redacted.
    #[serde(default)]
    pub outputs: BTreeMap<String, RecordedOutput>,
    /// What the author declared.
    #[serde(default)]
    pub declared: Declared,
}

/// What a reader has to know of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturedKind {
    /// The provider type it belongs to.
    pub provider_type: String,
    /// The names of its attributes.
    pub attributes: BTreeSet<String>,
}

/// One resource or lookup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portrait {
    /// The provider block.
    pub provider: ProviderName,
    /// Where the author asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What it waits for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<Address>,
    /// The attributes that must not be shown; their values are [`REDACTED`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sensitive: BTreeSet<String>,
    /// What is there; none if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Attributes>,
    /// What will be there.
    pub after: After,
}

/// What will be there once the plan is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The same as before.
    Same,
    /// Nothing, or nothing of ours.
    Gone,
    /// This.
    Becomes {
        /// The attributes that are known.
        known: Attributes,
        /// Those that come to be known only while applying.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        unknown: BTreeSet<String>,
    },
}

impl Portrait {
    /// The attributes that will be known, none if nothing will be there.
    pub fn known_after(&self) -> Option<&Attributes> {
        match &self.after {
            After::Same => self.before.as_ref(),
            After::Gone => None,
            After::Becomes { known, .. } => Some(known),
        }
    }

    /// The attributes that come to be known only while applying.
    pub fn unknown_after(&self) -> impl Iterator<Item = &str> {
        let unknown = match &self.after {
            After::Becomes { unknown, .. } => Some(unknown),
            After::Same | After::Gone => None,
        };
        unknown.into_iter().flatten().map(String::as_str)
    }
}

/// The name under which a block's kind stands in [`Picture::kinds`].
pub fn kind_key(block: &Block) -> String {
    key_of(block.mode, &block.kind)
}

fn key_of(mode: Mode, kind: &Kind) -> String {
    match mode {
        Mode::Managed => kind.to_string(),
        Mode::Data => format!("data.{kind}"),
    }
}

/// The picture of a proposal.
pub(super) fn picture(on: &Situation<'_>, proposal: &Proposal, selected: &Selected) -> Picture {
    let mut objects: BTreeMap<Address, Portrait> = BTreeMap::new();
    let needs = |address: &Address| proposal.links.dag.needs(address).into_iter().cloned().collect();
    for (address, item) in &proposal.items {
        let touched = selected.has(address) && on.mode != PlanMode::RefreshOnly;
        let after = after(proposal, address, item, touched);
        let sensitive = &item.delta.sensitive;
        let exists = item.delta.id.is_some() || item.delta.found.is_some();
        let portrait = Portrait {
            provider: item.provider.clone(),
            place: item.place.clone(),
            needs: needs(address),
            sensitive: sensitive.clone(),
            before: exists.then(|| redacted(&item.delta.have, sensitive)),
            after,
        };
        objects.insert(address.clone(), portrait);
    }
    let lookups = proposal.views.iter().filter(|(block, _)| block.mode == Mode::Data);
    for (block, views) in lookups {
        let declared = on.configuration.blocks.get(block);
        for (key, view) in views.iter() {
            let address = block.instance(key.cloned());
            let known = redacted(&view.known, &view.sensitive);
            let late = proposal.late_lookups.contains_key(&address);
            let (before, after) = if late {
                (None, After::Becomes { known, unknown: view.unknown.clone() })
            } else {
                (Some(known), After::Same)
            };
            let portrait = Portrait {
                provider: declared.map_or_else(|| "".into(), |d| d.provider.clone()),
                place: declared.map(|d| d.place.clone()),
                needs: needs(&address),
                sensitive: view.sensitive.clone(),
                before,
                after,
            };
            objects.insert(address, portrait);
        }
    }
    let hide = |output: &RecordedOutput| match output.sensitive {
        true => RecordedOutput { value: Value::from(REDACTED), sensitive: true },
        false => output.clone(),
    };
    Picture {
        kinds: kinds(on, &objects),
        objects,
        outputs: on.recorded.outputs.iter().map(|(name, output)| (name.clone(), hide(output))).collect(),
        declared: declared::declared(on.configuration),
    }
}

fn after(proposal: &Proposal, address: &Address, item: &Item, touched: bool) -> After {
    match item.delta.need {
        Need::Forget => After::Gone,
        Need::Delete if touched => After::Gone,
        Need::Create | Need::Update | Need::Replace if touched => {
            let view = proposal.views.get(&address.block).and_then(|views| views.get(address.key.as_ref()));
            view.map_or(After::Same, |view| After::Becomes {
                known: redacted(&view.known, &item.delta.sensitive),
                unknown: view.unknown.clone(),
            })
        }
        _ => After::Same,
    }
}

/// The attributes with the sensitive ones blackened.
fn redacted(attributes: &Attributes, sensitive: &BTreeSet<String>) -> Attributes {
    let mut shown = attributes.clone();
    for name in sensitive.iter().filter(|name| attributes.get(name).is_some()) {
        shown.set(name, REDACTED);
    }
    shown
}

fn kinds(on: &Situation<'_>, objects: &BTreeMap<Address, Portrait>) -> BTreeMap<String, PicturedKind> {
    let mut kinds: BTreeMap<String, PicturedKind> = BTreeMap::new();
    let mut last: Option<(Mode, &Kind)> = None;
    for address in objects.keys() {
        let block = &address.block;
        // Addresses are sorted by kind, so each kind is met once.
        if last == Some((block.mode, &block.kind)) {
            continue;
        }
        last = Some((block.mode, &block.kind));
        if let Some(schema) = on.catalog.get(block.mode, &block.kind) {
            let attributes = schema.attributes.iter().map(|a| a.name.to_owned()).collect();
            let provider_type = schema.provider_type.to_owned();
            kinds.insert(kind_key(block), PicturedKind { provider_type, attributes });
        }
    }
    kinds
}
