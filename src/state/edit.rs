//! What `state list|show|mv|rm` do, as entries for a session to record. Pure.
//!
//! Each edit is tried on a copy first, so that either all of its entries are legal or none is
//! written.

use super::journal::{Entry, IllegalMove, Seq};
use super::recorded::{Pending, Recorded, RecordedObject};
use crate::resource::{Address, Block};

/// Why an edit is not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditFault {
    /// Nothing is recorded there.
    #[error("nothing is recorded for {address}{}", .nearest.as_ref().map_or(String::new(), |n| format!("; did you mean {n}?")))]
    Unknown {
        /// What was asked for.
        address: Address,
        /// The recorded address that looks most like it.
        nearest: Option<Address>,
    },
    /// A run has left calls without a known end.
    #[error("an earlier run was cut off and left {calls} without a known end; `landbridge apply` finds out what became of it", calls = if *calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") })]
    Unfinished {
        /// How many.
        calls: usize,
    },
    /// Somebody changed the state meanwhile.
    #[error("the state changed while you were looking at it; nothing was changed: look again")]
    Moved,
    /// The journal does not allow it.
    #[error("{}", .0.why)]
    Refused(IllegalMove),
}

/// Everything that is recorded for one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The address.
    pub address: &'a Address,
    /// Its object.
    pub current: Option<&'a RecordedObject>,
    /// Objects that wait for their deletion.
    pub deposed: &'a [RecordedObject],
    /// Calls without a known end.
    pub pending: Vec<(Seq, &'a Pending)>,
}

/// Everything recorded, by address.
pub fn list(recorded: &Recorded) -> Vec<Shown<'_>> {
    let mut addresses: Vec<&Address> = recorded.objects.keys().chain(recorded.deposed.keys()).collect();
    addresses.extend(recorded.pending.values().map(|pending| &pending.begun.address));
    addresses.sort();
    addresses.dedup();
    addresses.into_iter().map(|address| look(recorded, address)).collect()
}

/// What is recorded for one address.
pub fn show<'a>(recorded: &'a Recorded, address: &'a Address) -> Result<Shown<'a>, EditFault> {
    let shown = look(recorded, address);
    if shown.current.is_none() && shown.deposed.is_empty() && shown.pending.is_empty() {
        return Err(unknown(recorded, address));
    }
    Ok(shown)
}

/// Lets go of addresses: the objects stay, and are not ours any more. Calls without a known end go
/// with them.
pub fn remove(recorded: &Recorded, addresses: &[Address]) -> Result<Vec<Entry>, EditFault> {
    let mut entries = Vec::new();
    for address in addresses {
        let Shown { current, deposed, pending, .. } = show(recorded, address)?;
        let evidence = "the user let go of the address";
        entries.extend(
            pending.iter().map(|(seq, _)| Entry::Resolved { begun: *seq, evidence: evidence.to_owned() }),
        );
        let aside = deposed.iter().map(|object| Some(object.id.clone()));
        let ids = aside.chain(current.map(|_| None));
        entries.extend(ids.map(|deposed| Entry::Forgotten { address: address.clone(), deposed }));
    }
    tried(recorded, entries)
}

/// Gives an object another address. Where both are blocks with instances, all of them move.
pub fn rename(recorded: &Recorded, from: &Address, to: &Address) -> Result<Vec<Entry>, EditFault> {
    let there =
        |address: &Address| recorded.objects.contains_key(address) || recorded.deposed.contains_key(address);
    let instances = |block: &Block| {
        let all = recorded.objects.keys().chain(recorded.deposed.keys());
        let mut keys: Vec<_> = all.filter(|a| a.block == *block).map(|a| a.key.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    let keys = match (&from.key, &to.key) {
        (None, None) if !there(from) => instances(&from.block),
        _ => Vec::new(),
    };
    let moves: Vec<(Address, Address)> = match keys.is_empty() {
        false => keys.into_iter().map(|k| (from.block.instance(k.clone()), to.block.instance(k))).collect(),
        true if there(from) => vec![(from.clone(), to.clone())],
        true => return Err(unknown(recorded, from)),
    };
    tried(recorded, moves.into_iter().map(|(from, to)| Entry::Moved { from, to }).collect())
}

fn look<'a>(recorded: &'a Recorded, address: &'a Address) -> Shown<'a> {
    let pending = recorded.pending.iter().filter(|(_, pending)| pending.begun.address == *address);
    Shown {
        address,
        current: recorded.object(address),
        deposed: recorded.deposed.get(address).map_or(&[], Vec::as_slice),
        pending: pending.map(|(seq, pending)| (*seq, pending)).collect(),
    }
}

pub(super) fn tried(recorded: &Recorded, entries: Vec<Entry>) -> Result<Vec<Entry>, EditFault> {
    let mut copy = recorded.clone();
    for entry in &entries {
        copy.apply_entry(copy.seq + 1, entry).map_err(EditFault::Refused)?;
    }
    Ok(entries)
}

fn unknown(recorded: &Recorded, address: &Address) -> EditFault {
    let text = address.to_string();
    let distance = |other: &Address| strsim::damerau_levenshtein(&text, &other.to_string());
    let nearest = recorded.objects.keys().map(|other| (distance(other), other)).min();
    let nearest = nearest.filter(|(distance, _)| *distance <= text.len() / 3).map(|(_, a)| a.clone());
    EditFault::Unknown { address: address.clone(), nearest }
}
