//! `export`: live objects become a configuration, and the record of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Failure, Workspace};
use crate::config::{Import, ImportBy};
use crate::diagnostic::Diagnostic;
use crate::provider::{Read, Settling, resting};
use crate::recovery::{Exportable, written};
use crate::refresh::Live;
use crate::resource::{Address, Kind, KindSchema, Listing, Mode, Object, ObjectId, OrderRule, ProviderName};
use crate::state;

/// Which objects are exported; nothing said means all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only through these provider blocks.
    pub providers: Vec<String>,
    /// Only those whose name or tag `Name` has this text in it.
    pub name: Option<String>,
    /// Only those with all of these tags; none for any value.
    pub tags: Vec<(String, Option<String>)>,
    /// Only those in these VPCs.
    pub vpcs: Vec<String>,
    /// Only these.
    pub ids: Vec<String>,
    /// What the objects are called elsewhere, by id: a name, and a key where it is one of several.
    pub names: BTreeMap<ObjectId, (String, Option<String>)>,
}

/// What was exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The `resources:` section.
    pub text: String,
    /// The object of each address.
    pub addresses: BTreeMap<Address, ObjectId>,
    /// What is recorded already, and so was left out.
    pub already: Vec<(Address, ObjectId)>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

impl Exported {
    /// What binds the objects to the addresses that were written.
    pub fn imports(&self, workspace: &Workspace) -> Vec<Import> {
        let import = |(address, id): (&Address, &ObjectId)| {
            let by = match workspace.catalog.schema(&address.block).adopts {
                true => ImportBy::Attributes(Vec::new()),
                false => ImportBy::Id(id.clone()),
            };
            let to = address.to_string().parse().ok()?;
            Some(Import { to, by, place: None })
        };
        self.addresses.iter().filter_map(import).collect()
    }
}

impl Filter {
    fn has(&self, schema: &KindSchema, object: &Object) -> bool {
        let attributes = &object.attributes;
        let tags = attributes.value("tags").as_map();
        let tag = |key: &str| tags.and_then(|tags| tags.get(key)?.as_str());
        let named = |text: &String| {
            let names = schema.arguments().filter(|a| a.name == "name" || a.name.ends_with("_name"));
            let mut names =
                names.filter_map(|a| attributes.text(a.name)).chain(tag("Name")).chain(tag("name"));
            names.any(|name| name.contains(text.as_str()))
        };
        let tagged = |(key, value): &(String, Option<String>)| {
            tag(key).is_some_and(|there| value.as_deref().is_none_or(|value| value == there))
        };
        let vpc = || attributes.text("vpc_id").is_some_and(|vpc| self.vpcs.iter().any(|one| one == vpc));
        (self.ids.is_empty() || self.ids.contains(&object.id))
            && self.name.as_ref().is_none_or(named)
            && self.tags.iter().all(tagged)
            && (self.vpcs.is_empty() || vpc())
    }

    /// Whether every object is meant.
    fn is_open(&self) -> bool {
        self.ids.is_empty() && self.name.is_none() && self.tags.is_empty() && self.vpcs.is_empty()
    }
}

/// Reads what is live and writes it as a configuration. What is recorded already is left out, and
/// referred to by its address.
///
/// # Errors
/// What cannot be read; a provider block or an id that is not there.
pub async fn export(workspace: &Workspace, filter: &Filter) -> Result<Exported, Failure> {
    let recorded = state::read(workspace.backend.as_ref())?.recorded;
    let mut known: BTreeMap<(Kind, ObjectId), Address> =
        recorded.objects.iter().map(|(a, o)| ((a.kind().clone(), o.id.clone()), a.clone())).collect();
    let mut taken: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    for block in workspace.configuration.blocks.keys() {
        taken.entry(block.kind.clone()).or_default().insert(block.name.to_string());
    }
    let providers = providers(workspace, filter).await?;
    let mut notes = Vec::new();
    let listed = list(workspace, &providers).await?;
    let chosen = choose(filter, &known, &listed, &mut notes);
    let found: BTreeSet<&str> = listed.iter().map(|one| one.object.id.as_str()).collect();
    let named = |id: &&String| !found.contains(id.as_str()) && !filter.names.contains_key(*id);
    if let Some(id) = filter.ids.iter().find(named) {
        let detail = format!("no provider block leads to an object `{id}`");
        let hint = "check the id, and whether its account and project have a provider block";
        return Err(vec![Diagnostic::error("There is no such object", detail).hint(hint)].into());
    }
    let mut objects = Vec::new();
    for mut one in chosen {
        workspace.reader().whole(&one.provider, &one.schema.kind, &mut one.object).await?;
        if let Some((name, key)) = filter.names.get(&one.object.id) {
            (one.name, one.key) = (Some(name.clone()), key.clone());
        }
        known.insert((one.schema.kind.clone(), one.object.id.clone()), placeholder(&one));
        objects.push(one);
    }
    let parts = parts(workspace, &objects, &known, &mut notes).await?;
    objects.extend(parts);
    // The placeholders have only said what will be known.
    let before = recorded.objects.iter();
    let known = before.map(|(a, o)| ((a.kind().clone(), o.id.clone()), a.clone())).collect();
    let written = written(&objects, &known, &taken);
    let already = recorded.objects.iter().map(|(a, o)| (a.clone(), o.id.clone())).collect();
    Ok(Exported { text: written.text, addresses: written.addresses, already, notes })
}

/// What stands for the address of an object that has none yet.
fn placeholder(one: &Exportable<'_>) -> Address {
    crate::resource::Block::managed(one.schema.kind.clone(), "exported").instance(None)
}

/// The provider blocks to look through: of several that lead to one place, the first.
async fn providers(workspace: &Workspace, filter: &Filter) -> Result<Vec<ProviderName>, Failure> {
    let blocks = &workspace.configuration.providers;
    if let Some(name) = filter.providers.iter().find(|name| !blocks.contains_key(name.as_str())) {
        let known: Vec<&str> = blocks.keys().map(ProviderName::as_str).collect();
        let detail = format!("there is no provider block `{name}`");
        let hint = format!("there is {}", known.join(", "));
        return Err(vec![Diagnostic::error("Unknown provider", detail).hint(hint)].into());
    }
    let asked = |name: &ProviderName| {
        filter.providers.is_empty() || filter.providers.iter().any(|one| one == name.as_str())
    };
    let names: Vec<ProviderName> = blocks.keys().filter(|name| asked(name)).cloned().collect();
    let mut live = Live::default();
    workspace.reader().identify(names.clone(), &mut live).await?;
    let mut places = BTreeSet::new();
    Ok(names.into_iter().filter(|name| places.insert(live.identities[name].clone())).collect())
}

/// Everything that has a listing of its own.
async fn list<'w>(
    workspace: &'w Workspace,
    providers: &[ProviderName],
) -> Result<Vec<Exportable<'w>>, Failure> {
    let roots = |provider: &ProviderName| {
        let provider_type = workspace.configuration.providers[provider].kind_type.clone();
        workspace.catalog.iter().filter(move |kind| {
            kind.mode == Mode::Managed
                && kind.listing == Listing::Project
                && kind.provider_type == provider_type
        })
    };
    let keys = providers.iter().flat_map(|p| roots(p).map(|kind| (p.clone(), kind.kind.clone())));
    let mut live = Live::default();
    workspace.reader().list_candidates(keys, &mut live).await?;
    let mut listed = Vec::new();
    for ((provider, kind), objects) in live.candidates {
        let Some(schema) = workspace.catalog.get(Mode::Managed, &kind) else { continue };
        let one = |object| Exportable { schema, provider: provider.clone(), object, name: None, key: None };
        listed.extend(objects.into_iter().map(one));
    }
    Ok(listed)
}

/// The objects that the filter means, with those that lead to them.
fn choose<'w>(
    filter: &Filter,
    known: &BTreeMap<(Kind, ObjectId), Address>,
    listed: &[Exportable<'w>],
    notes: &mut Vec<String>,
) -> Vec<Exportable<'w>> {
    let key = |one: &Exportable<'_>| (one.schema.kind.clone(), one.object.id.clone());
    let mut chosen: BTreeSet<(Kind, ObjectId)> = BTreeSet::new();
    for one in listed.iter().filter(|one| !known.contains_key(&key(one))) {
        if !filter.has(one.schema, &one.object) {
            continue;
        }
        match resting(&one.schema.kind, &one.object) {
            Settling::Leaving => {
                notes.push(format!("{} {} is being deleted", one.schema.kind, one.object.id))
            }
            Settling::Failed(fault) => {
                notes.push(format!("{} {} is failed: {fault}", one.schema.kind, one.object.id));
            }
            Settling::Ready | Settling::Pending(_) | Settling::Blocked(_) => drop(chosen.insert(key(one))),
        }
    }
    if !filter.is_open() && filter.ids.is_empty() {
        // A service that is named brings its endpoints along: they are one link.
        let services = chosen.clone();
        for one in listed.iter().filter(|one| !known.contains_key(&key(one))) {
            let leads = one.schema.order.iter().any(|rule| match rule {
                OrderRule::Refers { attribute, kind } => {
                    let id = one.object.attributes.text(attribute).unwrap_or_default();
                    services.contains(&(Kind::from(*kind), id.to_owned()))
                }
                OrderRule::Beside { .. } => false,
            });
            if leads
                && matches!(resting(&one.schema.kind, &one.object), Settling::Ready | Settling::Pending(_))
            {
                chosen.insert(key(one));
            }
        }
    }
    listed.iter().filter(|one| chosen.contains(&key(one))).cloned().collect()
}

/// What exists with the chosen objects: whitelists, decisions.
async fn parts<'w>(
    workspace: &'w Workspace,
    objects: &[Exportable<'w>],
    known: &BTreeMap<(Kind, ObjectId), Address>,
    notes: &mut Vec<String>,
) -> Result<Vec<Exportable<'w>>, Failure> {
    let mut parts = Vec::new();
    let kinds = workspace.catalog.iter().filter(|kind| kind.mode == Mode::Managed);
    for schema in kinds {
        let Listing::Under(parent) = schema.listing else { continue };
        let is_host =
            |one: &&Exportable<'_>| schema.referred(parent).any(|kind| one.schema.kind.as_str() == kind);
        for owner in objects.iter().filter(is_host) {
            let cloud = workspace.clouds.get(&owner.provider)?;
            let all = cloud.list(&schema.kind, Some(&owner.object.id), &|_| true).await.map_err(|fault| {
                let detail = format!("{} of {}: {}", schema.kind, owner.object.id, fault.fault);
                vec![
                    Diagnostic::error("An object could not be read", detail).hint(fault.fault.advice.clone()),
                ]
            })?;
            let mut strangers = 0;
            for object in all {
                let object = Object { attributes: schema.normalise(object.attributes), ..object };
                let empty = schema.members().is_some_and(|rule| {
                    object.attributes.value(rule.attribute.name).as_list().is_none_or(<[_]>::is_empty)
                });
                let undecided =
                    schema.forgets.is_some_and(|rule| object.attributes.get(rule.attribute).is_none());
                if empty || undecided || known.contains_key(&(schema.kind.clone(), object.id.clone())) {
                    continue;
                }
                let leads = |attribute: &str| {
                    let id = object.attributes.text(attribute).unwrap_or_default();
                    schema
                        .referred(attribute)
                        .any(|kind| known.contains_key(&(Kind::from(kind), id.to_owned())))
                };
                let complete = schema.order.iter().all(|rule| match rule {
                    OrderRule::Refers { attribute, .. } => leads(attribute),
                    OrderRule::Beside { .. } => true,
                });
                if complete {
                    let provider = owner.provider.clone();
                    parts.push(Exportable { schema, provider, object, name: None, key: None });
                } else {
                    strangers += 1;
                }
            }
            if strangers > 0 {
                notes.push(format!(
                    "{strangers} {} of {} {} are left out: their other side is not in these accounts",
                    schema.kind, owner.schema.kind, owner.object.id
                ));
            }
        }
    }
    Ok(parts)
}
