//! The order between steps: what waits for what, and the numbers that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use super::situation::leftovers;
use super::{Draft, Lowering};
use crate::diagnostic::Diagnostic;
use crate::diff::{Delta, Need, known};
use crate::graph::{Dag, Loop};
use crate::plan::select::Selected;
use crate::plan::walk::{Proposal, Situation};
use crate::plan::{Step, StepAction, StepId};
use crate::resource::{Address, Attributes};

/// What leaves an exclusive place, and the step after which it has left.
#[derive(Clone, Copy)]
struct Leaving<'a> {
    address: &'a Address,
    step: usize,
    have: &'a Attributes,
    /// None for what was put aside.
    delta: Option<&'a Delta>,
}

impl Lowering {
    /// What is pending at an address is resolved before anything else is begun there.
    pub(super) fn resolve_first(&mut self) {
        let is_resolving = |draft: &Draft| matches!(draft.action, StepAction::Resolve { .. });
        let mut resolving: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
        for (step, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| is_resolving(draft)) {
            resolving.entry(&draft.address).or_default().push(step);
        }
        for (step, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| !is_resolving(draft)) {
            let first = resolving.get(&draft.address).into_iter().flatten();
            self.edges.extend(first.map(|&first| (first, step)));
        }
    }

    /// All edges between addresses.
    pub(super) fn order(
        &mut self,
        on: &Situation<'_>,
        proposal: &Proposal,
        selected: &Selected,
        create_first: &BTreeSet<Address>,
    ) {
        if self.drafts.is_empty() {
            return;
        }
        let mut edges = Vec::new();
        // What makes an address waits for what makes the addresses it needs, through those that
        // have nothing to do themselves.
        let order = proposal.links.dag.order().unwrap_or_default();
        let mut frontier: BTreeMap<&Address, BTreeSet<usize>> = BTreeMap::new();
        for address in &order {
            let needs: BTreeSet<usize> = proposal
                .links
                .dag
                .needs(address)
                .into_iter()
                .filter_map(|need| frontier.get(need))
                .flatten()
                .copied()
                .collect();
            match self.makes.get(address) {
                Some(&made) => {
                    edges.extend(needs.iter().map(|&need| (need, made)));
                    frontier.insert(address, BTreeSet::from([made]));
                }
                None => {
                    frontier.insert(address, needs);
                }
            }
        }
        edges.extend(self.end_in_order(on, selected, create_first));
        self.make_room(on, proposal, selected, &mut edges);
        self.keep_until_succeeded(on, proposal, &mut edges);
        self.edges.extend(edges);
    }

    /// What takes an exclusive place waits for the end of what holds it, or for the change that lets
    /// go of it.
    fn make_room(
        &self,
        on: &Situation<'_>,
        proposal: &Proposal,
        selected: &Selected,
        edges: &mut Vec<(usize, usize)>,
    ) {
        let rules = |address: &Address| on.catalog.schema(&address.block).exclusive.iter();
        let mut leaving: BTreeMap<(&str, String), Vec<Leaving<'_>>> = BTreeMap::new();
        let updates = self.makes.iter().filter(|(address, _)| {
            proposal.items.get(*address).is_some_and(|item| item.delta.need == Need::Update)
        });
        let current = self.ends.iter().chain(updates).filter_map(|(address, &step)| {
            let delta = &proposal.items.get(address)?.delta;
            Some(Leaving { address, step, have: &delta.have, delta: Some(delta) })
        });
        let aside = leftovers(on, selected).filter_map(|(address, object)| {
            let step = self.aside_step(address, &object.id)?;
            Some(Leaving { address, step, have: &object.attributes, delta: None })
        });
        for one in current.chain(aside) {
            for rule in rules(one.address) {
                let place = one.have.value(rule.attribute).to_string();
                leaving.entry((one.address.kind().as_str(), place)).or_default().push(one);
            }
        }
        if leaving.is_empty() {
            return;
        }
        for (address, &makes) in &self.makes {
            let Some(item) = proposal.items.get(address) else { continue };
            let want = known(&item.delta.want);
            for rule in rules(address) {
                let place = want.value(rule.attribute).to_string();
                for other in leaving.get(&(address.kind().as_str(), place)).into_iter().flatten() {
                    let stays = other.delta.is_some_and(|theirs| {
                        *address == *other.address
                            || theirs.need == Need::Update
                                && rule.overlap(&want, &known(&theirs.want)).is_some()
                    });
                    if !stays && rule.overlap(&want, other.have).is_some() {
                        edges.push((other.step, makes));
                    }
                }
            }
        }
    }

    /// The steps in an order that respects every edge, numbered.
    pub(super) fn numbered(
        &mut self,
        proposal: &Proposal,
    ) -> Result<(Vec<Step>, Vec<StepId>), Vec<Diagnostic>> {
        let mut dag: Dag<usize, ()> = Dag::new(0..self.drafts.len());
        self.edges.sort_unstable();
        self.edges.dedup();
        for (first, waiting) in &self.edges {
            dag.wait(waiting, first, ());
        }
        let order = dag.order().map_err(|Loop(hops)| {
            let names: Vec<String> = hops
                .iter()
                .map(|(i, ())| format!("{} {}", self.drafts[*i].action.word(), self.drafts[*i].address))
                .collect();
            let place =
                hops.iter().find_map(|(i, ())| proposal.items.get(&self.drafts[*i].address)?.place.clone());
            vec![
                Diagnostic::error(
                    "The steps wait for each other in a loop",
                    format!("each must come after the next: {}", names.join(" -> ")),
                )
                .at(place)
                .hint("do it in two applies: leave one of these out with `--exclude` first"),
            ]
        })?;
        let mut numbers = vec![StepId(0); self.drafts.len()];
        for (number, draft) in order.iter().enumerate() {
            numbers[*draft] = StepId(u32::try_from(number + 1).unwrap_or(u32::MAX));
        }
        let mut steps = Vec::with_capacity(order.len());
        for index in &order {
            let draft = &self.drafts[*index];
            let mut after: Vec<StepId> = dag.needs(index).into_iter().map(|i| numbers[*i]).collect();
            after.sort_unstable();
            steps.push(Step {
                id: numbers[*index],
                address: draft.address.clone(),
                provider: draft.provider.clone(),
                action: draft.action.clone(),
                after,
                keep: draft.keep.clone(),
                timeout_s: draft.timeout_s,
                completes: draft.completes.clone(),
            });
        }
        Ok((steps, numbers))
    }
}
