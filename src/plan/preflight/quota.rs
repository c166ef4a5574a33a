//! Quotas, added up over the whole plan: what is made counts from its creation on, what is deleted
//! gives back only once it is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::plan::{Step, StepAction, links};
use crate::provider::ReadFault;
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Address, Quota, Value};

fn question(scene: &Scene<'_>, provider: &crate::resource::ProviderName, rule: &Quota) -> Option<Ask> {
    let (name, value) = rule.argument;
    scene.ask(provider, rule.lookup, AskWhat::Lookup(name.to_owned(), value.to_owned()))
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for changed in scene.changed.iter().filter(|changed| changed.is_new()) {
        if let Some(rule) = &changed.schema.preflight.quota {
            asks.extend(question(scene, &changed.item.provider, rule));
        }
    }
}

/// What one quota has to hold.
struct Load<'a> {
    rule: &'a Quota,
    /// Places of the steps that make objects, and of those that end them.
    makes: Vec<usize>,
    ends: Vec<usize>,
}

pub(super) fn find(scene: &Scene<'_>, steps: &[Step], found: &mut Vec<Diagnostic>, unseen: &mut Vec<String>) {
    let mut loads: BTreeMap<Ask, Load<'_>> = BTreeMap::new();
    for (place, step) in steps.iter().enumerate() {
        let Some(rule) = &scene.on.catalog.schema(&step.address.block).preflight.quota else { continue };
        let Some(ask) = question(scene, &step.provider, rule) else { continue };
        let load = loads.entry(ask).or_insert_with(|| Load { rule, makes: Vec::new(), ends: Vec::new() });
        match step.action {
            StepAction::Create { .. } => load.makes.push(place),
            StepAction::Delete { .. } => load.ends.push(place),
            _ => {}
        }
    }
    for (ask, load) in loads.into_iter().filter(|(_, load)| !load.makes.is_empty()) {
        let whose = whose(scene, &ask);
        let read = match scene.answer(&ask) {
            None => continue,
            Some(Err(ReadFault { fault, .. })) => {
                unseen.push(format!("whether the quota of {} of {whose} suffices ({fault})", load.rule.what));
                continue;
            }
            Some(Ok(answer)) => answer,
        };
        let whole = |name: &str| match read.first()?.attributes.get(name)? {
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        let (Some(quota), Some(used)) = (whole("quota"), whole("used")) else { continue };
        let demand = demand(steps, &load.makes, &load.ends);
        let free = (quota - used).max(0);
        if demand.certain > free {
            found.push(exceeded(scene, steps, &load, &whose, (quota, used), demand.certain));
        } else if demand.possible > free {
            found.push(tight(scene, steps, &load, &whose, (quota, used), demand.possible));
        }
    }
}

fn whose(scene: &Scene<'_>, ask: &Ask) -> String {
    match scene.identity(&ask.provider) {
        Some(identity) => format!("account {} in {}", identity.account, identity.region),
        None => format!("provider `{}`", ask.provider),
    }
}

/// In a plan of more steps it is not worked out which come before which, since that takes the square of
/// their number: then only what holds in any case is certain.
const MOST_COMPARED: usize = 20_000;

/// How many more objects there are at the same time than now.
struct Demand {
    /// In every order in which the steps may run.
    certain: i64,
    /// In some order.
    possible: i64,
}

fn demand(steps: &[Step], makes: &[usize], ends: &[usize]) -> Demand {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let all = count(makes.len());
    if ends.is_empty() {
        return Demand { certain: all, possible: all };
    }
    if steps.len() > MOST_COMPARED {
        return Demand { certain: all - count(ends.len()), possible: all };
    }
    let before = Before::of(steps);
    // A deletion that follows a creation of its own gives back no more than that one takes.
    let mut free_ends = Vec::new();
    let mut paired: BTreeMap<usize, usize> = BTreeMap::new();
    for &end in ends {
        let own = makes.iter().find(|&&make| {
            steps[make].address == steps[end].address && before.is(make, end) && !paired.contains_key(&make)
        });
        match own {
            Some(&make) => drop(paired.insert(make, end)),
            None => free_ends.push(end),
        }
    }
    let mut certain = all - count(ends.len());
    for &make in makes {
        let with = 1 + makes.iter().filter(|&&other| before.is(other, make)).count();
        let may_be_gone = free_ends.iter().filter(|&&end| !before.is(make, end)).count();
        let pairs =
            paired.iter().filter(|(own, end)| before.is(**own, make) && !before.is(make, **end)).count();
        certain = certain.max(count(with) - count(may_be_gone) - count(pairs));
    }
    let needed = ends.iter().filter(|&&end| makes.iter().any(|&make| before.is(end, make))).count();
    let unbound = makes.iter().filter(|&&make| !ends.iter().any(|&end| before.is(end, make))).count();
    Demand { certain, possible: (all - count(needed)).max(count(unbound)).max(certain) }
}

/// Which step comes before which, through others too.
struct Before(Vec<Vec<u64>>);

impl Before {
    fn of(steps: &[Step]) -> Before {
        let words = steps.len().div_ceil(64);
        let mut all: Vec<Vec<u64>> = Vec::with_capacity(steps.len());
        for step in steps {
            let mut own = vec![0; words];
            for first in step.after.iter().map(|id| id.index()) {
                own[first / 64] |= 1 << (first % 64);
                // Steps stand in an order that respects what they wait for.
                for (word, theirs) in own.iter_mut().zip(&all[first]) {
                    *word |= theirs;
                }
            }
            all.push(own);
        }
        Before(all)
    }

    fn is(&self, first: usize, then: usize) -> bool {
        self.0[then][first / 64] & (1 << (first % 64)) != 0
    }
}

/// Those of the creations that find no room, in the order of the steps.
fn beyond<'a>(steps: &'a [Step], load: &Load<'_>, demand: i64, free: i64) -> Vec<&'a Address> {
    let too_many = usize::try_from(demand - free).unwrap_or(1).clamp(1, load.makes.len());
    load.makes[load.makes.len() - too_many..].iter().map(|&place| &steps[place].address).collect()
}

fn exceeded(
    scene: &Scene<'_>,
    steps: &[Step],
    load: &Load<'_>,
    whose: &str,
    (quota, used): (i64, i64),
    demand: i64,
) -> Diagnostic {
    let free = (quota - used).max(0);
    let without = beyond(steps, load, demand, free);
    let given_back = match load.ends.len() {
        0 => String::new(),
        n => format!(" (what the {n} it deletes give back in time is counted)"),
    };
    let text = format!(
        "{whose} may have {quota} {}, has {used}, and the plan needs room for {demand} more{given_back}; there is room for {free}, so none is left for {}: {}",
        load.rule.what,
        links::list(&without),
        scene.refused(load.rule.code),
    );
    let finding = Diagnostic::error("A quota does not suffice", text)
        .hint("ask the cloud for a higher quota, delete what is not needed, or make fewer");
    at_first(scene, finding, &without)
}

fn tight(
    scene: &Scene<'_>,
    steps: &[Step],
    load: &Load<'_>,
    whose: &str,
    (quota, used): (i64, i64),
    demand: i64,
) -> Diagnostic {
    let free = (quota - used).max(0);
    let without = beyond(steps, load, demand, free);
    let text = format!(
        "{whose} may have {quota} {}, has {used}, and there may be up to {demand} more while the plan runs, before what it deletes is gone: some creations may be refused ({})",
        load.rule.what, load.rule.code,
    );
    let finding = Diagnostic::warning("A quota may not suffice", text)
        .hint("delete first (`--target`), or apply again once the deletions are done");
    at_first(scene, finding, &without)
}

fn at_first(scene: &Scene<'_>, finding: Diagnostic, addresses: &[&Address]) -> Diagnostic {
    match addresses.first() {
        Some(first) => finding.at(scene.item(first).and_then(|item| item.place.clone())).about(first),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Keep, StepId};

    /// Steps in words: `+a`, `-a`, and after `<` the numbers of those it waits for.
    fn steps(written: &[&str]) -> Vec<Step> {
        let one = |(place, text): (usize, &&str)| {
            let (what, after) = text.split_once('<').unwrap_or((text, ""));
            let action = match &what[..1] {
                "+" => StepAction::Create { want: BTreeMap::new(), deposes: false },
                _ => StepAction::Delete { id: String::new(), have: BTreeMap::new(), deposed: false },
            };
            Step {
                id: StepId(u32::try_from(place + 1).expect("few")),
                address: crate::resource::Block::managed("thing", &what[1..]).instance(None),
                provider: "p".into(),
                action,
                after: after.split_whitespace().map(|n| StepId(n.parse().expect("a number"))).collect(),
                keep: Keep::default(),
                timeout_s: 0,
                completes: None,
            }
        };
        written.iter().enumerate().map(one).collect()
    }

    #[test]
    fn deletions_give_back_only_what_is_gone_in_time() {
        for (written, certain, possible) in [
            (&["+a", "+b"][..], 2, 2),
            // Delete first, then create: never more than before.
            (&["-a", "+a<1"], 0, 0),
            // Create first: one more for a while.
            (&["+a", "-a<1"], 1, 1),
            (&["+a", "-a<1", "+b", "-b<3"], 1, 2),
            // Nothing says which comes first.
            (&["-a", "+b"], 0, 1),
            (&["-a", "-b", "+c", "+d"], 0, 2),
            // Both new ones are there before the old ones go.
            (&["+a", "+b<1", "-b<2", "-a<3"], 2, 2),
            (&["-a", "+b<1", "+c<1"], 1, 1),
        ] {
            let steps = steps(written);
            let places = |create: bool| -> Vec<usize> {
                let is = |step: &Step| matches!(step.action, StepAction::Create { .. }) == create;
                (0..steps.len()).filter(|&place| is(&steps[place])).collect()
            };
            let demand = demand(&steps, &places(true), &places(false));
            assert_eq!((demand.certain, demand.possible), (certain, possible), "{written:?}");
        }
    }
}
