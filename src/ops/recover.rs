//! `recover`: the state is lost, in part or whole, and comes back from the configuration and from
//! what is there.
//!
//! It is the journey of a plan in which every address without a record looks for its object. What is
//! found is only bound; what differs or is not there stays for the next apply.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::adoption::{self, Bond};
use super::plan::decide;
use super::{Failure, PlanOptions, Workspace};
use crate::diagnostic::Diagnostic;
use crate::expr::Worth;
use crate::plan::adoption::{Adopted, Adoption, Sought, Wanted};
use crate::plan::uncertain::{as_key, described};
use crate::plan::{Action, Answer, Answers, Plan, PlanInput, Secrets, Selection, StepAction, walk};
use crate::recovery::{Confidence, Seeker, Unclear, matched};
use crate::refresh::{Live, Observation, Sight};
use crate::resource::{Address, Kind, Listing, Mode, Object, ObjectId, ProviderName, Value};
use crate::state::{self, Origin, Recorded, RecordedOutput, Remains};

/// What looking for a lost state came to.
#[derive(Debug)]
pub enum Recovery {
    /// Every address has its object, or is known to have none.
    Clear(Box<Recovered>),
    /// The user has to say which objects some addresses have.
    Unclear {
        /// The addresses that share choices, with the choices.
        questions: Vec<(Vec<Address>, Vec<Object>)>,
        /// The same for readers.
        told: Vec<Diagnostic>,
    },
}

/// What a recovery comes to, before anything is written.
#[derive(Debug)]
pub struct Recovered {
    /// The addresses whose objects were found, each with the evidence.
    pub found: Vec<(Address, Adopted)>,
    /// The addresses that keep the object they are recorded with.
    pub kept: Vec<Address>,
    /// What is recorded and not there any more.
    pub gone: Vec<(Address, ObjectId)>,
    /// The addresses that have no object: the next apply makes them.
    pub missing: Vec<Address>,
    /// Objects in the same accounts that no address has.
    pub strays: Vec<Stray>,
    /// What the next apply does.
    pub plan: Plan,
    /// What the user should know about how the state was found.
    pub notes: Vec<String>,
    remains: Remains,
    bonds: Vec<Bond>,
    outputs: Option<BTreeMap<String, RecordedOutput>>,
}

/// An object that no address has. It may belong to another stack, or be what a configuration of
/// earlier days left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    /// Its kind.
    pub kind: Kind,
    /// The provider block it was seen through.
    pub provider: ProviderName,
    /// Its id.
    pub id: ObjectId,
    /// What people may know it by; empty where there is nothing.
    pub name: String,
}

impl Recovered {
    /// Whether the record stays as it is.
    pub fn is_empty(&self) -> bool {
        // A run that was cut off may have taken the objects in, and not the outputs.
        let told = |outputs: &BTreeMap<String, RecordedOutput>| !outputs.is_empty();
        let lost = self.remains.recorded.outputs.is_empty() && self.outputs.as_ref().is_some_and(told);
        self.bonds.is_empty() && self.remains.unusable.is_none() && !lost
    }
}

/// Finds the object of every address that nothing is recorded for. Nothing is written: [`agree`] does
/// that.
///
/// # Errors
/// What cannot be read; answers that cannot be right.
pub async fn recover(workspace: &Workspace, answers: Answers) -> Result<Recovery, Failure> {
    let remains = state::remains(workspace.backend.as_ref())?;
    let (listed, unheard) = list(workspace, &remains.recorded).await?;
    let (recorded, gone) = without_gone(workspace, &remains.recorded).await?;
    let recorded = Arc::new(recorded);
    unasked(workspace, &answers, &recorded)?;
    let selection = Selection { answers, ..Selection::default() };
    let options = PlanOptions { selection, passing: true, ..PlanOptions::default() };
    let mut adoption = Adoption { all: true, candidates: listed, ..Adoption::default() };
    let decided = decide(workspace, &options, recorded.clone(), &mut adoption).await;
    if decided.is_ok() || !adoption.unclear.is_empty() {
        of_nobody(&options.selection.answers, &adoption)?;
    }
    let (plan, secrets) = match decided {
        Ok(decided) => decided,
        Err(Failure::Diagnostics(told)) if !adoption.unclear.is_empty() => {
            return Ok(Recovery::Unclear { questions: adoption.unclear, told });
        }
        Err(failure) => return Err(failure),
    };
    let bonds = adoption::bonds(&plan, &adoption, Origin::Made, |_| true);
    let bound: BTreeMap<&Address, &Bond> = bonds.iter().map(|bond| (&bond.address, bond)).collect();
    let makes = |change: &&crate::plan::Change| change.action == Action::Create;
    let missing = plan.changes.iter().filter(makes).map(|change| change.address.clone());
    let missing: Vec<Address> = missing.filter(|address| !bound.contains_key(address)).collect();
    let outputs = missing.is_empty().then(|| outputs(&plan, &secrets));
    let mut notes = remains.notes.clone();
    notes.splice(0..0, remains.unusable.clone());
    notes.extend(unheard);
    let begun = begun(&plan);
    notes.extend(begun.iter().map(|(address, id)| {
        format!("{address} was begun by a run that was cut off, and made {id}: the next apply takes it up")
    }));
    Ok(Recovery::Clear(Box::new(Recovered {
        found: bonds.iter().map(|bond| (bond.address.clone(), evidence(bond, &adoption))).collect(),
        kept: recorded.objects.keys().cloned().collect(),
        gone,
        missing,
        strays: strays(&adoption, &recorded, &begun),
        plan,
        notes,
        remains,
        bonds,
        outputs,
    })))
}

/// Writes what a recovery found.
///
/// # Errors
/// The state is locked, has moved since, or cannot be written. What cannot be used any more is kept
/// under the names that are given back.
pub async fn agree(workspace: &Workspace, recovered: Recovered) -> Result<Vec<String>, Failure> {
    let Recovered { remains, bonds, outputs, .. } = recovered;
    if remains.unusable.is_none() {
        let Recorded { revision, seq, .. } = remains.recorded;
        adoption::record(workspace, "recover", &revision, seq, bonds, outputs).await?;
        return Ok(Vec::new());
    }
    let opening = workspace.opening("recover");
    let entries = adoption::entries(&remains.recorded, bonds, outputs);
    Ok(state::salvage(workspace.backend.clone(), opening, remains, entries).await?)
}

/// What was listed, by provider block and kind.
type Listed = BTreeMap<(ProviderName, Kind), Vec<Object>>;

/// All objects of the kinds that have listings. A provider block that nothing uses only shows strays: if it
/// does not answer, that is a note.
///
/// # Errors
/// One that is used does not answer.
async fn list(workspace: &Workspace, recorded: &Recorded) -> Result<(Listed, Vec<String>), Failure> {
    let configuration = &workspace.configuration;
    let declared = configuration.blocks.values().map(|block| &block.provider);
    let used: BTreeSet<&ProviderName> =
        declared.chain(recorded.every_object().map(|(_, object)| &object.provider)).collect();
    let (mut live, mut notes) = (Live::default(), Vec::new());
    let reader = workspace.reader();
    let (needed, spare): (Vec<_>, Vec<_>) =
        configuration.providers.keys().partition(|name| used.contains(name));
    reader.list_candidates(listings(workspace, &needed), &mut live).await?;
    for name in spare {
        if let Err(faults) = reader.list_candidates(listings(workspace, &[name]), &mut live).await {
            let why = faults.first().map(|fault| fault.detail.clone()).unwrap_or_default();
            notes.push(format!("what else there is under `{name}`, which nothing uses, is not known: {why}"));
        }
    }
    Ok((live.candidates, notes))
}

/// What of some provider blocks can be listed.
fn listings(workspace: &Workspace, names: &[&ProviderName]) -> Vec<(ProviderName, Kind)> {
    let mut keys = Vec::new();
    for block in names.iter().filter_map(|name| workspace.configuration.providers.get(*name)) {
        let kinds = workspace.catalog.iter().filter(|kind| {
            kind.mode == Mode::Managed
                && kind.listing == Listing::Project
                && kind.provider_type == block.kind_type
        });
        keys.extend(kinds.map(|kind| (block.name.clone(), kind.kind.clone())));
    }
    keys
}

/// What a run that was cut off made: the objects are known, and bound by the next apply.
fn begun(plan: &Plan) -> BTreeMap<Address, ObjectId> {
    let adopts = plan.steps.iter().filter_map(|step| match &step.action {
        StepAction::Adopt { object, resolves: Some(_), .. } => {
            Some((step.address.clone(), object.id.clone()))
        }
        _ => None,
    });
    adopts.collect()
}

/// Refuses answers about addresses that nobody looked for: a key that is misspelt would else be no answer.
fn of_nobody(answers: &Answers, adoption: &Adoption) -> Result<(), Vec<Diagnostic>> {
    let asked = adoption.unclear.iter().flat_map(|(addresses, _)| addresses);
    let sought: BTreeSet<&Address> = asked.chain(adoption.found.keys()).chain(&adoption.missing).collect();
    let faults: Vec<Diagnostic> = answers
        .0
        .iter()
        .filter(|(address, _)| !sought.contains(address))
        .map(|(address, answer)| {
            let near: Vec<String> =
                sought.iter().filter(|one| one.block == address.block).map(ToString::to_string).collect();
            let hint = match near.is_empty() {
                true => "take it out of the file of answers".to_owned(),
                false => format!("answer for {}", near.join(", ")),
            };
            let why = format!("there is no {address} that looks for its object");
            Diagnostic::error("An answer to no question", why).at(answer.place.clone()).hint(hint)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The record without what is not there any more. Only where it lives it is looked for, so that wrong
/// credentials cannot look like a loss.
async fn without_gone(
    workspace: &Workspace,
    recorded: &Recorded,
) -> Result<(Recorded, Vec<(Address, ObjectId)>), Failure> {
    let reader = workspace.reader();
    let configuration = &workspace.configuration;
    let through = |address: &Address, object| walk::reading_block(configuration, address, object).cloned();
    let mut live = Live::default();
    let blocks: BTreeSet<ProviderName> =
        recorded.objects.iter().filter_map(|(address, object)| through(address, object)).collect();
    reader.identify(blocks, &mut live).await?;
    let mut sights = Vec::new();
    for (address, object) in &recorded.objects {
        let Some(provider) = through(address, object) else { continue };
        if live.identities.get(&provider) == Some(&object.identity) {
            let schema = workspace.catalog.schema(&address.block);
            let parent = walk::parent_of(schema, |name| object.attributes.text(name).map(str::to_owned));
            let sight = Sight { provider, kind: address.kind().clone(), id: object.id.clone() };
            sights.push((sight, parent));
        }
    }
    reader.look(sights, &mut live).await?;
    let (mut left, mut gone) = (recorded.clone(), Vec::new());
    for (address, object) in &recorded.objects {
        let Some(provider) = through(address, object) else { continue };
        let idle = !recorded.pending.values().any(|pending| pending.begun.address == *address);
        if idle && *live.get(&provider, address.kind(), &object.id) == Observation::Absent {
            left.objects.remove(address);
            gone.push((address.clone(), object.id.clone()));
        }
    }
    Ok((left, gone))
}

/// Refuses answers about addresses that look for nothing.
fn unasked(workspace: &Workspace, answers: &Answers, recorded: &Recorded) -> Result<(), Failure> {
    let mut faults = Vec::new();
    for (address, answer) in &answers.0 {
        let why = match recorded.object(address) {
            Some(object) => format!("{address} is recorded with `{}`, which is there", object.id),
            None if !workspace.configuration.blocks.contains_key(&address.block) => {
                format!("the configuration has no resource `{}`", address.block)
            }
            None if workspace.catalog.schema(&address.block).adopts => {
                format!("{address} exists with what it refers to, and is found by that")
            }
            None => continue,
        };
        let fault = Diagnostic::error("An answer to no question", why).at(answer.place.clone());
        faults.push(fault.hint("take it out of the file of answers"));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// Matches the addresses of a round with what was listed.
///
/// # Errors
/// What cannot be told apart; answers that cannot be right.
pub(super) async fn find(
    workspace: &Workspace,
    wanted: Vec<Wanted>,
    recorded: &Recorded,
    answers: &Answers,
    live: &mut Live,
    adoption: &mut Adoption,
) -> Result<(), Failure> {
    let mut groups: BTreeMap<(ProviderName, Kind), Vec<Wanted>> = BTreeMap::new();
    for one in wanted {
        groups.entry((one.provider.clone(), one.address.kind().clone())).or_default().push(one);
    }
    let (mut chosen, mut faults, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    let by_record = recorded.every_object().map(|(address, object)| (address, object.id.as_str()));
    let by_finding = adoption.found.iter().map(|(address, found)| (address, found.object.id.as_str()));
    let owners: BTreeMap<(&str, &str), &Address> =
        by_record.chain(by_finding).map(|(address, id)| ((address.kind().as_str(), id), address)).collect();
    for ((provider, kind), group) in groups {
        let schema = workspace.catalog.schema(&group[0].address.block);
        let all = adoption.candidates.get(&(provider, kind.clone())).map(Vec::as_slice).unwrap_or_default();
        let free: Vec<&Object> =
            all.iter().filter(|object| !owners.contains_key(&(kind.as_str(), object.id.as_str()))).collect();
        let answers = with_imports(answers, &group, &free);
        let seekers: Vec<Seeker<'_>> = group
            .iter()
            .map(|one| Seeker { address: &one.address, want: &one.want, sensitive: &one.sensitive })
            .collect();
        let owner = |kind: &str, id: &str| owners.get(&(kind, id)).map(|address| (*address).clone());
        let matching = match matched(schema, &seekers, &free, &answers, &owner) {
            Ok(matching) => matching,
            Err(found) => {
                faults.extend(found);
                continue;
            }
        };
        for unclear in matching.unclear {
            faults.push(ask(schema, &unclear));
            questions.push((unclear.addresses, unclear.choices));
        }
        adoption.missing.extend(matching.missing);
        let mut by_address: BTreeMap<Address, Wanted> =
            group.into_iter().map(|one| (one.address.clone(), one)).collect();
        for found in matching.found {
            if let Some(one) = by_address.remove(&found.address) {
                let evidence = match found.confidence {
                    Confidence::Said => found.evidence,
                    confidence => format!("{}: {}", confidence.word(), found.evidence),
                };
                chosen.push((one, found.id, evidence));
            }
        }
    }
    adoption.unclear.extend(questions);
    let wants: BTreeMap<Address, crate::resource::Attributes> =
        chosen.iter().map(|(one, ..): &(Wanted, _, _)| (one.address.clone(), one.want.clone())).collect();
    adoption::adopt(workspace, chosen, recorded, live, adoption, &mut faults).await?;
    for (address, want) in wants {
        let Some(found) = adoption.found.get_mut(&address) else { continue };
        // What no answer of the cloud shows is as it was declared: nobody can know better.
        for (name, value) in want.iter() {
            if found.object.attributes.held(name).is_none() {
                found.object.attributes.set(name, value.clone());
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::Diagnostics(faults)) }
}

/// The answers, and with them what `imports:` says of addresses that no answer is about. An import that
/// names what is not there is from before the object was replaced, and says nothing any more.
fn with_imports(answers: &Answers, wanted: &[Wanted], free: &[&Object]) -> Answers {
    let mut all = answers.clone();
    for one in wanted {
        let Sought::Id(id) = &one.by else { continue };
        if free.iter().any(|object| object.id == *id) {
            let answer = Answer { object: Some(id.clone()), place: one.place.clone() };
            all.0.entry(one.address.clone()).or_insert(answer);
        }
    }
    all
}

/// The question about what cannot be told apart.
fn ask(schema: &crate::resource::KindSchema, unclear: &Unclear) -> Diagnostic {
    let names: Vec<String> = unclear.addresses.iter().map(ToString::to_string).collect();
    let choices: Vec<&Object> = unclear.choices.iter().collect();
    let detail = format!(
        "{} can be any of these, and nothing is guessed:{}",
        names.join(" and "),
        described(schema, &choices, &unclear.sensitive)
    );
    let lines: Vec<String> =
        unclear.addresses.iter().map(|address| format!("  {}: ID", as_key(address))).collect();
    let hint = format!(
        "say which it is in a file, with one of these ids or `none` in place of each ID, and give it as --answers \
         FILE:\n{}",
        lines.join("\n")
    );
    let diagnostic = Diagnostic::error(UNCLEAR, detail).hint(hint);
    match &unclear.addresses[..] {
        [one] => diagnostic.about(one),
        _ => diagnostic,
    }
}

/// The summary of a question.
const UNCLEAR: &str = "Live objects cannot be told apart";

/// Why an address gets its object: what exists with its parent is found by that.
fn evidence(bond: &Bond, adoption: &Adoption) -> Adopted {
    adoption.found.get(&bond.address).cloned().unwrap_or_else(|| Adopted {
        object: bond.object.clone(),
        provider: bond.provider().clone(),
        identity: bond.identity().clone(),
        evidence: "certain: it exists with what it refers to".to_owned(),
    })
}

/// The listed objects that no address has.
fn strays(adoption: &Adoption, recorded: &Recorded, begun: &BTreeMap<Address, ObjectId>) -> Vec<Stray> {
    let mut owned: BTreeSet<(&Kind, &str)> =
        recorded.every_object().map(|(address, object)| (address.kind(), object.id.as_str())).collect();
    owned.extend(adoption.found.iter().map(|(address, found)| (address.kind(), found.object.id.as_str())));
    owned.extend(begun.iter().map(|(address, id)| (address.kind(), id.as_str())));
    let mut strays: BTreeMap<(&Kind, &str), Stray> = BTreeMap::new();
    for ((provider, kind), objects) in &adoption.candidates {
        for object in objects.iter().filter(|object| !owned.contains(&(kind, object.id.as_str()))) {
            let name = ["full_name", "endpoint_service_name"].iter().find_map(|n| object.attributes.text(n));
            let (provider, id) = (provider.clone(), object.id.clone());
            let stray = Stray { kind: kind.clone(), provider, id, name: name.unwrap_or_default().to_owned() };
            strays.entry((kind, object.id.as_str())).or_insert(stray);
        }
    }
    strays.into_values().collect()
}

/// The outputs as an apply would leave them: what stays unknown is nothing yet.
fn outputs(plan: &Plan, secrets: &Secrets) -> BTreeMap<String, RecordedOutput> {
    let known = |worth: &PlanInput| -> Option<Value> {
        match worth {
            PlanInput::Known(value) => Some(value.clone()),
            PlanInput::Secret(handle) => match secrets.0.get(handle)? {
                Worth::Known(value) => Some(value.clone()),
                Worth::Deferred(_) => None,
            },
            PlanInput::Deferred(_) => None,
        }
    };
    let one = |(name, planned): (&String, &crate::plan::PlannedOutput)| {
        let value = known(&planned.worth).unwrap_or(Value::Null);
        (name.clone(), RecordedOutput { value, sensitive: planned.sensitive })
    };
    plan.results.iter().map(one).collect()
}
