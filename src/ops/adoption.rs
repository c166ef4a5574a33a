//! Looking in the clouds for the objects that addresses without a record want.

use std::collections::{BTreeMap, BTreeSet};

use super::{Failure, Workspace};
use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::plan::adoption::{Adopted, Adoption, Sought, Wanted};
use crate::plan::uncertain;
use crate::plan::{Plan, StepAction};
use crate::provider;
use crate::refresh::{Live, Observation, Sight};
use crate::resource::{
    Address, Attributes, Change, Identity, Kind, KindSchema, Object, ObjectId, ProviderName,
};
use crate::state::{Binding, Entry, Origin, Recorded, RecordedOutput, Revision, Seq};

/// Finds what the user named. What is found is put into the adoption, and into what is live.
///
/// # Errors
/// What is not there, or not the only one that can be meant.
pub(super) async fn named(
    workspace: &Workspace,
    wanted: Vec<Wanted>,
    recorded: &Recorded,
    live: &mut Live,
    adoption: &mut Adoption,
) -> Result<(), Failure> {
    let reader = workspace.reader();
    live.candidates.extend(adoption.candidates.iter().map(|(key, all)| (key.clone(), all.clone())));
    let like = wanted.iter().filter(|w| matches!(w.by, Sought::Like(_)));
    let listed: BTreeSet<(ProviderName, Kind)> = like
        .map(|w| (w.provider.clone(), w.address.kind().clone()))
        .filter(|key| !live.candidates.contains_key(key))
        .collect();
    reader.list_candidates(listed, live).await?;
    let mut faults = Vec::new();
    let mut chosen: Vec<(Wanted, ObjectId, String)> = Vec::new();
    for one in wanted {
        match &one.by {
            Sought::Id(id) => {
                let (id, evidence) = (id.clone(), "you name it by its id".to_owned());
                chosen.push((one, id, evidence));
            }
            Sought::Like(like) => {
                let schema = workspace.catalog.schema(&one.address.block);
                let key = (one.provider.clone(), schema.kind.clone());
                let all = live.candidates.get(&key).map(Vec::as_slice).unwrap_or_default();
                match only(schema, like, &one.sensitive, all) {
                    Ok((id, evidence)) => chosen.push((one, id, evidence)),
                    Err(why) => faults.push(about(&one, *why)),
                }
            }
        }
    }
    adopt(workspace, chosen, recorded, live, adoption, &mut faults).await?;
    if faults.is_empty() { Ok(()) } else { Err(Failure::Diagnostics(faults)) }
}

/// Reads the objects that were chosen, and puts them into the adoption.
pub(super) async fn adopt(
    workspace: &Workspace,
    chosen: Vec<(Wanted, ObjectId, String)>,
    recorded: &Recorded,
    live: &mut Live,
    adoption: &mut Adoption,
    faults: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    see(workspace, chosen.iter().map(|(one, id, _)| (&one.provider, &one.address, id)), live).await?;
    for (one, id, evidence) in chosen {
        match bound(workspace, &one, &id, recorded, live, adoption) {
            Ok(object) => {
                let identity = live.identities[&one.provider].clone();
                let adopted = Adopted { object, provider: one.provider, identity, evidence };
                adoption.found.insert(one.address, adopted);
            }
            Err(fault) => faults.push(about(&one, *fault)),
        }
    }
    Ok(())
}

/// Reads objects by their ids, each with all that its own answer holds.
async fn see(
    workspace: &Workspace,
    objects: impl Iterator<Item = (&ProviderName, &Address, &ObjectId)>,
    live: &mut Live,
) -> Result<(), Failure> {
    let reader = workspace.reader();
    let sights: Vec<(Sight, Option<String>)> = objects
        .map(|(provider, address, id)| {
            let (provider, kind) = (provider.clone(), address.kind().clone());
            (Sight { provider, kind, id: id.clone() }, None)
        })
        .collect();
    reader.look(sights.clone(), live).await?;
    for (Sight { provider, kind, id }, _) in sights {
        let seen = live.seen.get_mut(&(provider.clone(), kind.clone())).and_then(|seen| seen.get_mut(&id));
        if let Some(Observation::Present { object, .. }) = seen {
            // A listing lacks some attributes, and here no record has them.
            reader.whole(&provider, &kind, object).await?;
        }
    }
    Ok(())
}

/// The only object that is like that.
fn only(
    schema: &KindSchema,
    like: &Attributes,
    sensitive: &BTreeSet<String>,
    all: &[Object],
) -> Result<(ObjectId, String), Box<Diagnostic>> {
    let fits = |object: &&Object| {
        like.iter().all(|(name, value)| {
            let attribute = schema.attribute(name);
            attribute.is_some_and(|a| diff::equal(a, value, object.attributes.value(name)))
        })
    };
    let fitting: Vec<&Object> = all.iter().filter(fits).collect();
    let said: Vec<String> = like
        .iter()
        .map(|(name, value)| match sensitive.contains(name) {
            true => format!("{name} (sensitive)"),
            false => format!("{name} {}", plain(value)),
        })
        .collect();
    let said = said.join(", ");
    match fitting[..] {
        [one] => Ok((one.id.clone(), format!("it is the only {} with {said}", schema.kind))),
        [] => {
            let detail = format!("no {} has {said}", schema.kind);
            let hint = "correct the resource, or name its object by the id";
            Err(Box::new(Diagnostic::error("There is no such object", detail).hint(hint)))
        }
        _ => {
            let choices = uncertain::described(schema, &fitting, sensitive);
            let detail = format!("{} objects have {said}:{choices}", fitting.len());
            let hint = "name the object by its id, or by more attributes";
            Err(Box::new(Diagnostic::error("Several objects fit", detail).hint(hint)))
        }
    }
}

/// A value in words: a text as it is.
fn plain(value: &crate::resource::Value) -> String {
    match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

/// The object, if it is there and nobody else's.
fn bound(
    workspace: &Workspace,
    one: &Wanted,
    id: &str,
    recorded: &Recorded,
    live: &Live,
    adoption: &Adoption,
) -> Result<Object, Box<Diagnostic>> {
    let kind = one.address.kind();
    let others = recorded.every_object().find(|(a, o)| a.kind() == kind && o.id == id).map(|(a, _)| a);
    if let Some(owner) = others.or_else(|| adoption.owner(kind.as_str(), id)) {
        let detail = format!("`{id}` belongs to {owner}");
        let hint = match recorded.objects.contains_key(owner) {
            true => "`landbridge state mv` renames it",
            false => "an object has one address: correct one of the two",
        };
        return Err(Box::new(Diagnostic::error("The object has an address", detail).hint(hint)));
    }
    match live.get(&one.provider, kind, id) {
        Observation::Present { object, .. } => {
            let schema = workspace.catalog.schema(&one.address.block);
            Ok(Object::new(id, as_ours(schema, object.attributes.clone(), &one.want)))
        }
        Observation::Unreadable(fault) => {
            let detail = format!("{}: {}", one.address, fault.fault);
            let fault = Diagnostic::error("An object could not be read", detail).hint(&fault.fault.advice);
            Err(Box::new(fault))
        }
        Observation::Absent | Observation::Unread => {
            let identity = &live.identities[&one.provider];
            let detail = format!(
                "there is no {kind} `{id}` in account {}, project {}, region {}",
                identity.account, identity.project, identity.region
            );
            let known = workspace.configuration.providers.len();
            let hint = match known {
                0 | 1 => "check the id and the provider block of the resource",
                _ => "check the id, and whether the resource belongs to another provider block",
            };
            Err(Box::new(Diagnostic::error("There is no such object", detail).hint(hint)))
        }
    }
}

/// What counts as ours of an object that is there: of a shared set the members that the author names;
/// settings of ours, which no cloud holds; and what could only be replaced and is not shown, where
/// the comparison takes the author at their word, too.
fn as_ours(schema: &KindSchema, mut attributes: Attributes, want: &Attributes) -> Attributes {
    for attribute in schema.arguments() {
        let unshown = attributes.held(attribute.name).is_none();
        let ours = match attribute.change {
            Change::Setting => true,
            Change::Replace(_) => unshown,
            Change::InPlace | Change::OneWay(..) => false,
        };
        if let Some(value) = want.get(attribute.name).filter(|_| ours) {
            attributes.set(attribute.name, value.clone());
        }
    }
    match schema.members() {
        Some(rule) => {
            rule.recorded(attributes, want, &want.get(rule.attribute.name).into_iter().collect::<Vec<_>>())
        }
        None => attributes,
    }
}

fn about(one: &Wanted, fault: Diagnostic) -> Diagnostic {
    let fault = fault.about(&one.address);
    match &one.place {
        Some(place) => fault.at(place.clone()),
        None => fault,
    }
}

/// An object and the address that it comes under.
#[derive(Clone, Debug)]
pub(super) struct Bond {
    pub(super) address: Address,
    pub(super) object: Object,
    binding: Binding,
    origin: Origin,
}

impl Bond {
    /// The provider block.
    pub(super) fn provider(&self) -> &ProviderName {
        &self.binding.provider
    }

    /// Where that leads.
    pub(super) fn identity(&self) -> &Identity {
        &self.binding.identity
    }
}

/// What a plan binds of the addresses that are asked for.
pub(super) fn bonds(
    plan: &Plan,
    adoption: &Adoption,
    origin: Origin,
    asked: impl Fn(&Address) -> bool,
) -> Vec<Bond> {
    let steps = plan.steps.iter().filter(|step| asked(&step.address));
    let bound = steps.filter_map(|step| match &step.action {
        StepAction::Adopt { object, resolves: None, .. } | StepAction::Update { adopt: Some(object), .. } => {
            Some((step, object))
        }
        _ => None,
    });
    let bound = bound.filter_map(|(step, object)| {
        // Steps do not hold what must not be shown; what was found does.
        let whole = adoption.found.get(&step.address).map_or(object, |found| &found.object);
        let keep = step.keep.clone();
        let binding = Binding {
            provider: step.provider.clone(),
            identity: plan.identities.get(&step.provider)?.clone(),
            arguments: keep.arguments,
            sensitive: keep.sensitive,
            dependencies: keep.dependencies,
            triggers: keep.triggers,
            prevent_destroy: keep.prevent_destroy,
            delete_timeout_s: keep.delete_timeout_s,
        };
        Some(Bond { address: step.address.clone(), object: whole.clone(), binding, origin })
    });
    bound.collect()
}

/// What a record takes to hold bonds, and the outputs if they are given. An address whose recorded
/// object is another one lets go of that first.
pub(super) fn entries(
    recorded: &Recorded,
    bonds: Vec<Bond>,
    outputs: Option<BTreeMap<String, RecordedOutput>>,
) -> Vec<Entry> {
    let bound: BTreeSet<Address> = bonds.iter().map(|bond| bond.address.clone()).collect();
    let mut entries = Vec::new();
    for Bond { address, object, mut binding, origin } in bonds {
        if recorded.objects.contains_key(&address) {
            entries.push(Entry::Forgotten { address: address.clone(), deposed: None });
        }
        // What is not there cannot be needed for an end; the next plan knows what it waits for.
        binding.dependencies.retain(|n| bound.contains(n) || recorded.objects.contains_key(n));
        let (binding, settling) = (Box::new(binding), provider::is_on_its_way(address.kind(), &object));
        entries.push(Entry::Adopted { address, object, binding, origin, settling, resolves: None });
    }
    entries.extend(outputs.map(Entry::Outputs));
    entries
}

/// Records bonds, as long as the state is the one they were worked out from.
pub(super) async fn record(
    workspace: &Workspace,
    operation: &str,
    revision: &Revision,
    seq: Seq,
    bonds: Vec<Bond>,
    outputs: Option<BTreeMap<String, RecordedOutput>>,
) -> Result<(), Failure> {
    let session = workspace.lock(operation, "", &[], &[]).await?.session;
    let same = session.with(|now| {
        now.revision.serial == revision.serial
            && (revision.lineage.is_none() || now.revision.lineage == revision.lineage)
            && now.seq == seq
    });
    if !same {
        drop(session);
        return Err(Failure::Refused {
            what: "the state has changed meanwhile".to_owned(),
            hint: format!("nothing was recorded; run `landbridge {operation}` again"),
        });
    }
    for entry in session.with(|now| entries(now, bonds, outputs)) {
        session.record(entry).await?;
    }
    session.close(workspace.clock.now()).await?;
    Ok(())
}
