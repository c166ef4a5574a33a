//! Local values: their order, their cycles, and the worth of those that read no resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::configuration::{Configuration, LocalState};
use crate::diagnostic::{Diagnostic, Place};
use crate::expr::{Evaluator, NoObjects, static_value};

/// Which local reads which, and where.
pub(super) type Uses = BTreeMap<Arc<str>, BTreeMap<Arc<str>, Place>>;

/// The locals so that each comes after those it reads. Every cycle is reported with all its hops;
/// those in it, or behind it, are given apart.
pub(super) fn order(uses: &Uses, faults: &mut Vec<Diagnostic>) -> (Vec<Arc<str>>, BTreeSet<Arc<str>>) {
    let mut done: BTreeSet<&Arc<str>> = BTreeSet::new();
    let mut broken: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut order = Vec::new();
    for start in uses.keys() {
        // Each entry: a local, and those it reads that are still to be visited.
        let mut stack: Vec<(&Arc<str>, Vec<&Arc<str>>)> = Vec::new();
        let mut on_stack: BTreeSet<&Arc<str>> = BTreeSet::new();
        let mut next = Some(start);
        loop {
            if let Some(name) = next.take().filter(|name| !done.contains(name)) {
                if on_stack.contains(name) {
                    let from = stack.iter().position(|(n, _)| *n == name).unwrap_or(0);
                    let hops: Vec<&Arc<str>> = stack[from..].iter().map(|(n, _)| *n).collect();
                    faults.push(cycle(uses, &hops));
                    broken.extend(hops.into_iter().cloned());
                } else {
                    on_stack.insert(name);
                    stack.push((name, uses.get(name).into_iter().flat_map(BTreeMap::keys).collect()));
                }
            }
            match stack.last_mut() {
                None => break,
                Some((_, waiting)) => match waiting.pop() {
                    Some(read) => next = Some(read),
                    None => {
                        if let Some((name, _)) = stack.pop() {
                            on_stack.remove(name);
                            done.insert(name);
                            if uses.get(name).into_iter().flat_map(BTreeMap::keys).any(|n| broken.contains(n))
                            {
                                broken.insert(name.clone());
                            }
                            order.push(name.clone());
                        }
                    }
                },
            }
        }
    }
    (order, broken)
}

fn cycle(uses: &Uses, hops: &[&Arc<str>]) -> Diagnostic {
    let names: Vec<String> = hops.iter().chain(hops.first()).map(|n| format!("local.{n}")).collect();
    let detail = format!("these local values read each other: {}", names.join(" → "));
    let mut fault =
        Diagnostic::error("Reference cycle", detail).hint("break the loop at one of these places");
    for (i, from) in hops.iter().enumerate() {
        let to = hops[(i + 1) % hops.len()];
        let place = uses.get(*from).and_then(|reads| reads.get(to)).cloned();
        let label = format!("local.{from} reads local.{to}");
        fault = if i == 0 { fault.at(place) } else { fault.also(place, label) };
    }
    fault
}

impl Configuration {
    /// Works out the locals that read no resources, in this order.
    pub(super) fn settle_locals(&mut self, order: &[Arc<str>], faults: &mut Vec<Diagnostic>) {
        for name in order {
            let state = {
                let this: &Configuration = self;
                let Some(local) = this.locals.get(name) else { continue };
                if !matches!(local.state, LocalState::Open) || !local.reads.is_empty() {
                    continue;
                }
                let mut evaluator = Evaluator::new(this, &NoObjects, None);
                let worth = evaluator.template(&local.template).and_then(|val| {
                    // A mark that is on all of it is kept beside the value, any other one inside.
                    let (value, sensitive) = evaluator.whole(&val)?;
                    Ok(match value {
                        Some(value) if sensitive == val.sensitive => LocalState::Closed(value, sensitive),
                        Some(_) if static_value(&val).is_some() => LocalState::Marked(val.into_static()),
                        // It reads a variable that has a fault.
                        _ => LocalState::Broken,
                    })
                });
                let worth = worth.and_then(|state| evaluator.next().map(|()| state));
                match worth {
                    Ok(state) => state,
                    Err(fault) => {
                        faults.extend(fault.diagnostic(Some(&local.place)));
                        LocalState::Broken
                    }
                }
            };
            if let Some(local) = self.locals.get_mut(name) {
                local.state = state;
            }
        }
    }
}
