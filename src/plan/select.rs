//! `--target`, `--exclude`, `--replace`: which addresses a plan is about.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::walk::Proposal;
use super::{PlanMode, Selection};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::nearest;
use crate::diff::Need;
use crate::resource::{Address, Block};

/// The addresses a plan is about; none selected means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selected {
    only: Option<BTreeSet<Address>>,
    not: BTreeSet<Address>,
}

impl Selected {
    /// Whether the plan is about an address.
    pub fn has(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address)) && !self.not.contains(address)
    }

    /// Works out what a selection covers: targets bring what they need along, exclusions what needs
    /// them; where objects end, it is the other way round.
    ///
    /// # Errors
    /// Names that select nothing.
    pub(super) fn new(
        selection: &Selection,
        proposal: &Proposal,
        mode: PlanMode,
    ) -> Result<Selected, Vec<Diagnostic>> {
        let all: BTreeSet<&Address> = proposal.items.keys().chain(proposal.late_lookups.keys()).collect();
        let mut faults = Vec::new();
        let mut find = |written: &[String], option: &str| {
            let mut found = BTreeSet::new();
            for text in written {
                match matching(text, &all) {
                    Ok(addresses) => found.extend(addresses),
                    Err(fault) => faults.push(*fault_of(option, fault)),
                }
            }
            found
        };
        let target = find(&selection.target, "--target");
        let exclude = find(&selection.exclude, "--exclude");
        if !faults.is_empty() {
            return Err(faults);
        }
        let dag = &proposal.links.dag;
        let ends = |address: &Address| {
            mode == PlanMode::Destroy
                || proposal
                    .items
                    .get(address)
                    .is_some_and(|i| matches!(i.delta.need, Need::Delete | Need::Forget))
        };
        let only = (!selection.target.is_empty()).then(|| {
            let (ending, staying): (Vec<_>, Vec<_>) = target.into_iter().partition(ends);
            let mut only = dag.closure_of_needs(staying);
            only.retain(|a| !ends(a));
            // What needs a replaced object has to follow it, else it would be cut off.
            let replaced: Vec<Address> = only
                .iter()
                .filter(|a| proposal.items.get(*a).is_some_and(|i| i.delta.need == Need::Replace))
                .cloned()
                .collect();
            let followers = dag.closure_of_dependents(replaced);
            only.extend(dag.closure_of_needs(followers));
            only.extend(dag.closure_of_dependents(ending));
            only
        });
        let (ending, staying): (Vec<_>, Vec<_>) = exclude.into_iter().partition(ends);
        let mut not = dag.closure_of_dependents(staying);
        not.extend(dag.closure_of_needs(ending));
        Ok(Selected { only, not })
    }
}

/// The addresses that a text names: one instance, or all of a block.
fn matching(text: &str, all: &BTreeSet<&Address>) -> Result<Vec<Address>, String> {
    if let Ok(address) = Address::from_str(text)
        && all.contains(&address)
    {
        return Ok(vec![address]);
    }
    let Ok(block) = Block::from_str(text) else {
        return match Address::from_str(text) {
            Ok(_) => Err(unknown(text, all)),
            Err(error) => Err(error.to_string()),
        };
    };
    let found: Vec<Address> = all.iter().filter(|a| a.block == block).map(|a| (*a).clone()).collect();
    if found.is_empty() { Err(unknown(text, all)) } else { Ok(found) }
}

fn unknown(text: &str, all: &BTreeSet<&Address>) -> String {
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no resource `{text}`; did you mean `{near}`?"),
        None => format!("there is no resource `{text}`, neither desired nor recorded"),
    }
}

fn fault_of(option: &str, detail: String) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("A selection names nothing", format!("{option}: {detail}"))
            .hint("`landbridge state list` and the configuration have the addresses"),
    )
}

/// The addresses that `--replace` names.
///
/// # Errors
/// Names that select nothing.
pub fn replaced(
    written: &[String],
    known: &BTreeSet<&Address>,
) -> Result<BTreeSet<Address>, Vec<Diagnostic>> {
    let mut found = BTreeSet::new();
    let mut faults = Vec::new();
    for text in written {
        match matching(text, known) {
            Ok(addresses) => found.extend(addresses),
            Err(fault) => faults.push(*fault_of("--replace", fault)),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}
