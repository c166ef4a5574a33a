//! Whether a new plan does what an approved one said: the same steps with the same effects.
//!
//! What decides are the steps; what a reader is told comes from the changes. Steps that only write
//! to our record, the order of numbers, and how a deleted object looked last have no effect.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Change, Difference, Plan, PlanInput, PlanMode, Shown, Step, StepAction};
use crate::resource::{Address, ObjectId};

/// Where a new plan departs from the approved one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departure {
    /// They are not about the same thing: stack, cloud, mode, selection, account.
    Frame {
        /// What.
        what: String,
        /// As it was approved.
        approved: String,
        /// As it is now.
        now: String,
    },
    /// It was approved, and is not to be done any more.
    Dropped(Address, Action),
    /// It is to be done, and was not approved.
    Added(Address, Action),
    /// Another thing is to be done.
    Action {
        /// To what.
        address: Address,
        /// As it was approved.
        approved: Action,
        /// As it is now.
        now: Action,
    },
    /// It is to be done to another object.
    Object {
        /// The address.
        address: Address,
        /// The object that was approved.
        approved: Option<ObjectId>,
        /// The object now.
        now: Option<ObjectId>,
    },
    /// An attribute changes otherwise: from and to.
    Attribute {
        /// Of what.
        address: Address,
        /// Which one.
        attribute: String,
        /// As it was approved; none where nothing was.
        approved: Option<(Shown, Shown)>,
        /// As it is now; none where it stays.
        now: Option<(Shown, Shown)>,
    },
    /// The calls are others, though they read the same.
    Calls(Address),
    /// A value that no plan shows, set by a configuration that has changed since.
    Hidden(Address, String),
    /// An output will be worth something else.
    Output {
        /// Which one.
        name: String,
        /// As it was approved.
        approved: Option<Shown>,
        /// As it is now.
        now: Option<Shown>,
    },
}

/// Where `fresh` departs from `approved`; nothing where it does the same.
pub fn departures(approved: &Plan, fresh: &Plan) -> Vec<Departure> {
    let mut found = frame(approved, fresh);
    let (then, now) = (effects(approved), effects(fresh));
    let addresses: BTreeSet<&Address> = then.keys().chain(now.keys()).copied().collect();
    for address in addresses {
        let (then, now) = (then.get(address), now.get(address));
        if then == now {
            let unseen = approved.configuration != fresh.configuration;
            let hidden = now.filter(|_| unseen).into_iter().flatten().flat_map(Effect::hidden);
            found.extend(hidden.map(|name| Departure::Hidden(address.clone(), name)));
            continue;
        }
        let before = found.len();
        told(approved, fresh, address, &mut found);
        if found.len() == before {
            found.push(Departure::Calls(address.clone()));
        }
    }
    let outputs = |plan: &Plan| -> BTreeMap<String, Shown> {
        plan.outputs.iter().map(|o| (o.name.clone(), o.after.clone())).collect()
    };
    let (then, now) = (outputs(approved), outputs(fresh));
    for name in then.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
        let (approved, now) = (then.get(name).cloned(), now.get(name).cloned());
        if approved != now {
            found.push(Departure::Output { name: name.clone(), approved, now });
        }
    }
    found
}

/// What both plans must be about.
fn frame(approved: &Plan, fresh: &Plan) -> Vec<Departure> {
    let mode = |plan: &Plan| match plan.mode {
        PlanMode::Normal => "as desired",
        PlanMode::Destroy => "delete everything",
        PlanMode::RefreshOnly => "record only",
    };
    let cloud = |plan: &Plan| if plan.simulated { "simulated" } else { "real" };
    let selected = |plan: &Plan| {
        let s = &plan.selection;
        let words = [("target", &s.target), ("exclude", &s.exclude), ("replace", &s.replace)];
        let all = words.iter().flat_map(|(word, list)| list.iter().map(move |a| format!("{word} {a}")));
        let all: Vec<String> = all.collect();
        if all.is_empty() { "everything".to_owned() } else { all.join(", ") }
    };
    let mut pairs = vec![
        ("stack".to_owned(), approved.stack.clone(), fresh.stack.clone()),
        ("cloud".to_owned(), cloud(approved).to_owned(), cloud(fresh).to_owned()),
        ("mode".to_owned(), mode(approved).to_owned(), mode(fresh).to_owned()),
        ("selection".to_owned(), selected(approved), selected(fresh)),
    ];
    for (provider, now) in &fresh.identities {
        let place = |i: &crate::resource::Identity| {
            format!("account {}, project {}, region {}", i.account, i.project, i.region)
        };
        if let Some(then) = approved.identities.get(provider) {
            pairs.push((format!("provider {provider}"), place(then), place(now)));
        }
    }
    let differ = pairs.into_iter().filter(|(_, then, now)| then != now);
    differ.map(|(what, approved, now)| Departure::Frame { what, approved, now }).collect()
}

/// In words what one address's effects differ in.
fn told(approved: &Plan, fresh: &Plan, address: &Address, found: &mut Vec<Departure>) {
    let change = |plan: &'_ Plan| plan.changes.iter().find(|c| c.address == *address).cloned();
    let (then, now) = match (change(approved), change(fresh)) {
        (Some(then), Some(now)) => (then, now),
        (Some(then), None) => return found.push(Departure::Dropped(address.clone(), then.action)),
        (None, Some(now)) => return found.push(Departure::Added(address.clone(), now.action)),
        (None, None) => return,
    };
    if then.action != now.action {
        found.push(Departure::Action { address: address.clone(), approved: then.action, now: now.action });
    }
    if then.id != now.id {
        let (approved, now) = (then.id.clone(), now.id.clone());
        found.push(Departure::Object { address: address.clone(), approved, now });
    }
    let (then, now) = (moves(&then), moves(&now));
    for attribute in then.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
        let (approved, now) = (then.get(attribute).cloned(), now.get(attribute).cloned());
        if approved != now {
            let (address, attribute) = (address.clone(), attribute.clone());
            found.push(Departure::Attribute { address, attribute, approved, now });
        }
    }
}

/// From what to what each attribute moves. What is deleted moves nowhere, whatever it looked like.
fn moves(change: &Change) -> BTreeMap<String, (Shown, Shown)> {
    let differences: &[Difference] = match change.action {
        Action::Delete | Action::Forget => &[],
        _ => &change.differences,
    };
    let moved = differences.iter().filter(|d| d.before != d.after);
    moved.map(|d| (d.attribute.clone(), (d.before.clone(), d.after.clone()))).collect()
}

/// What a step does to the world.
#[derive(Debug, PartialEq)]
struct Effect<'p> {
    word: &'static str,
    provider: &'p str,
    object: Option<&'p str>,
    /// From what to what, where it differs.
    values: BTreeMap<&'p str, (Option<&'p PlanInput>, &'p PlanInput)>,
    put_aside: bool,
}

impl Effect<'_> {
    /// The attributes that it sets to something that the plan does not hold.
    fn hidden(&self) -> impl Iterator<Item = String> {
        let secret = |(_, now): &(Option<&PlanInput>, &PlanInput)| matches!(now, PlanInput::Secret(_));
        self.values.iter().filter(move |(_, value)| secret(value)).map(|(name, _)| (*name).to_owned())
    }
}

/// The effects of a plan on each address, in the order of doing.
fn effects(plan: &Plan) -> BTreeMap<&Address, Vec<Effect<'_>>> {
    let mut all: BTreeMap<&Address, Vec<Effect<'_>>> = BTreeMap::new();
    for step in &plan.steps {
        if let Some(effect) = effect(step) {
            all.entry(&step.address).or_default().push(effect);
        }
    }
    all
}

fn effect(step: &Step) -> Option<Effect<'_>> {
    let nothing = BTreeMap::new;
    let (object, values, put_aside) = match &step.action {
        StepAction::Create { want, deposes } => {
            (None, want.iter().map(|(name, value)| (name.as_str(), (None, value))).collect(), *deposes)
        }
        StepAction::Update { id, have, want, .. } => {
            let moved = want.iter().filter(|(name, value)| have.get(*name) != Some(value));
            let values = moved.map(|(name, value)| (name.as_str(), (have.get(name), value))).collect();
            (Some(id.as_str()), values, false)
        }
        StepAction::Delete { id, deposed, .. } => (Some(id.as_str()), nothing(), *deposed),
        StepAction::Adopt { object, .. } => (Some(object.id.as_str()), nothing(), false),
        StepAction::Await { id } => (Some(id.as_str()), nothing(), false),
        StepAction::Read { args } => {
            (None, args.iter().map(|(name, value)| (name.as_str(), (None, value))).collect(), false)
        }
        StepAction::Forget { deposed } => (deposed.as_deref(), nothing(), deposed.is_some()),
        StepAction::Record { .. } | StepAction::Resolve { .. } => return None,
    };
    Some(Effect { word: step.action.word(), provider: step.provider.as_str(), object, values, put_aside })
}
