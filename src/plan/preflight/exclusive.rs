//! What only one object can have: against each other in the plan, and against what others have in
//! the same account.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::{Changed, Scene};
use crate::diagnostic::Diagnostic;
use crate::diff::known;
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Address, Attributes, Exclusive, Identity, Value};

/// Whether the plan gives an object something of a rule that it has not.
fn takes(changed: &Changed<'_>, rule: &Exclusive, want: &Attributes) -> bool {
    let own = [rule.attribute, rule.set];
    let touched = changed.is_new() || own.iter().any(|name| changed.item.delta.changed.contains(*name));
    touched && want.get(rule.attribute).is_some() && !rule.held(want).is_empty()
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for changed in &scene.changed {
        // Of what is still to be made nobody else can have anything.
        let want = known(&changed.item.delta.want);
        if changed.schema.exclusive.iter().any(|rule| takes(changed, rule, &want)) {
            asks.extend(scene.ask(&changed.item.provider, changed.address.kind().as_str(), AskWhat::All));
        }
    }
}

/// Something that only one object can have: where, of which kind, by which rule, and what.
type Claim<'a> = (Option<&'a Identity>, &'a str, usize, Value, Vec<Value>);

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    let kinds: BTreeSet<&str> = scene
        .changed
        .iter()
        .filter(|changed| !changed.schema.exclusive.is_empty())
        .map(|changed| changed.address.kind().as_str())
        .collect();
    if kinds.is_empty() {
        return;
    }
    let mut holders: BTreeMap<Claim<'_>, BTreeSet<&Address>> = BTreeMap::new();
    for (address, item) in scene.proposal.items.iter().filter(|(a, _)| kinds.contains(a.kind().as_str())) {
        let Some(then) = scene.named_afterwards(address, item) else { continue };
        let place = scene.identity(&item.provider);
        for claim in claims(scene, address, &then, place) {
            holders.entry(claim).or_default().insert(address);
        }
    }
    for changed in &scene.changed {
        let Some(then) = scene.named_afterwards(changed.address, changed.item) else { continue };
        let place = scene.identity(&changed.item.provider);
        for (number, rule) in changed.schema.exclusive.iter().enumerate() {
            if !takes(changed, rule, &then) {
                continue;
            }
            let mut own = claims(scene, changed.address, &then, place).into_iter().filter(|c| c.2 == number);
            let other = own.find_map(|claim| {
                // Of two that change alike, the later one is told.
                let others = holders.get(&claim)?.iter();
                let mut others = others.filter(|other| **other != changed.address);
                let other = others.find(|other| **other < changed.address || !is_told(scene, other, rule))?;
                Some((*other, claim))
            });
            if let Some((other, claim)) = other {
                found.push(collision(scene, changed, rule, other, &claim.4));
            }
            found.extend(taken(scene, changed, rule, &then));
        }
    }
}

/// Whether a resource is told about itself, because it takes something by this rule.
fn is_told(scene: &Scene<'_>, address: &Address, rule: &Exclusive) -> bool {
    let at = scene.changed.binary_search_by(|changed| changed.address.cmp(address));
    let changed = at.ok().map(|at| &scene.changed[at]);
    let then = changed.and_then(|changed| scene.named_afterwards(address, changed.item));
    changed.zip(then).is_some_and(|(changed, then)| takes(changed, rule, &then))
}

fn claims<'a>(
    scene: &Scene<'a>,
    address: &'a Address,
    then: &Attributes,
    place: Option<&'a Identity>,
) -> Vec<Claim<'a>> {
    let rules = scene.on.catalog.schema(&address.block).exclusive.iter().enumerate();
    let claims = rules.flat_map(|(number, rule)| {
        let shared = then.get(rule.attribute).filter(|value| !value.is_null());
        let held = shared.map(|_| rule.held(then)).unwrap_or_default().into_iter();
        held.map(move |one| {
            (place, address.kind().as_str(), number, shared.cloned().unwrap_or_default(), one)
        })
    });
    claims.collect()
}

/// What two would share, in words, unless it must not be shown.
fn shared(changed: &Changed<'_>, rule: &Exclusive, held: &[Value]) -> String {
    let hidden = |name: &str| changed.item.delta.sensitive.contains(name);
    if hidden(rule.set) || hidden(rule.attribute) || (rule.fields.is_empty() && held.is_empty()) {
        return format!("the same `{}` and something in `{}`", rule.attribute, rule.set);
    }
    format!("the same `{}`, and {} in `{}`", rule.attribute, rule.words(held), rule.set)
}

fn collision(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    rule: &Exclusive,
    other: &Address,
    held: &[Value],
) -> Diagnostic {
    let text = format!(
        "{} and {other} would both have {}: {}",
        changed.address,
        shared(changed, rule, held),
        scene.refused(rule.code)
    );
    let finding = Diagnostic::error("Only one object can have it", text)
        .hint(format!("give one of them another `{}` or another `{}`", rule.attribute, rule.set));
    let place = scene.item(other).and_then(|item| item.place.clone());
    changed.at(finding, rule.set).also(place, format!("{other} is here"))
}

/// What an object that is not of this stack has already.
fn taken(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    rule: &Exclusive,
    then: &Attributes,
) -> Option<Diagnostic> {
    let kind = changed.address.kind().as_str();
    let ask = scene.ask(&changed.item.provider, kind, AskWhat::All);
    let others = scene.found(ask.as_ref())?.iter().filter(|other| !scene.is_ours(kind, &other.id));
    let mut taken = others.filter(|other| other.attributes.text("status") != Some("deleting"));
    let other = taken.find(|other| rule.overlap(then, &other.attributes).is_some())?;
    let common = rule.held(then).intersection(&rule.held(&other.attributes)).next().cloned()?;
    let text = format!(
        "{} would have {}, which {} of the same project has, an object outside this stack: {}",
        changed.address,
        shared(changed, rule, &common),
        other.id,
        scene.refused(rule.code)
    );
    let meant = match scene.on.recorded.objects.is_empty() {
        true => {
            "if it is this stack's, and its record was lost, `landbridge recover` finds it and all others"
                .to_owned()
        }
        false => format!("or `landbridge import {} {}` if that object is meant", changed.address, other.id),
    };
    let hint = format!("give it another `{}` or another `{}`; {meant}", rule.attribute, rule.set);
    let finding = Diagnostic::error("Another object has it already", text).hint(hint);
    Some(changed.at(finding, rule.set))
}
