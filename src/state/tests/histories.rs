//! Generated legal histories. The seed is in every failure's message.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

/// One entry that may or may not be legal, mostly about what is there.
fn propose(random: &mut StdRng, now: &Recorded) -> Entry {
    let names = ["a", "b", "c", "d"];
    let address = address(&format!("vpcep_service.{}", names[random.random_range(0..names.len())]));
    let id = now.objects.get(&address).map_or("none".to_owned(), |o| o.id.clone());
    let aside = now.deposed.get(&address).and_then(|list| list.first()).map(|o| o.id.clone());
    let fresh = format!("id-{}", now.seq);
    let pending: Vec<Seq> = now.pending.keys().copied().collect();
    let any_pending = |random: &mut StdRng| {
        if pending.is_empty() { 0 } else { pending[random.random_range(0..pending.len())] }
    };
    match random.random_range(0..12) {
        0..=2 => {
            let of = random.random_range(1..3);
            let index = random.random_range(0..of);
            let mut new = match random.random_range(0..4) {
                0 => begun(&address, update(&id), index, of),
                1 => begun(&address, delete(aside.as_deref().unwrap_or(&id)), index, of),
                _ => begun(&address, create(), index, of),
            };
            new.deposed = aside.is_some() && matches!(new.effect, Effect::Delete { .. });
            if random.random_bool(0.3) {
                new.binding.dependencies.extend(now.objects.keys().next().cloned());
            }
            Entry::Begun(Box::new(new))
        }
        3..=6 => {
            let seq = any_pending(random);
            let pending = now.pending.get(&seq).map(|p| p.begun.address.clone());
            let id = pending.and_then(|a| now.objects.get(&a)).map_or(fresh, |o| o.id.clone());
            let object = object(&id, "made");
            ended(
                seq,
                match random.random_range(0..6) {
                    0 => Outcome::Failed { fault: fault() },
                    1 => Outcome::Uncertain { fault: fault() },
                    2 => Outcome::Tainted { object, fault: fault() },
                    3 => Outcome::Gone { settling: random.random_bool(0.5) },
                    4 => Outcome::Unchangeable { attribute: "port_id".into(), fault: fault() },
                    _ => Outcome::Made { object, settling: random.random_bool(0.5) },
                },
            )
        }
        7 => Entry::Resolved { begun: any_pending(random), evidence: "looked".into() },
        8 => Entry::Adopted {
            address,
            object: object(&fresh, "found"),
            binding: Box::new(binding()),
            origin: Origin::Made,
            settling: false,
            resolves: Some(any_pending(random)).filter(|seq| *seq > 0),
        },
        9 => Entry::Forgotten { address, deposed: aside },
        10 if random.random_bool(0.5) => Entry::Deposed { address },
        10 => {
            let to = super::address(&format!("vpcep_service.{}", names[random.random_range(0..names.len())]));
            Entry::Moved { from: address, to }
        }
        _ => Entry::Seen {
            address,
            attributes: object(&id, "seen").attributes,
            id,
            settling: random.random_bool(0.5),
            taint: random.random_bool(0.2).then(fault),
        },
    }
}

/// A legal history and the state it makes, verified at every step.
pub(super) fn history(seed: u64, length: usize) -> (Vec<(Seq, Entry)>, Recorded) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut recorded = empty();
    let mut entries = Vec::new();
    for _ in 0..length * 20 {
        if entries.len() == length {
            break;
        }
        let entry = propose(&mut random, &recorded);
        let before = recorded.clone();
        let seq = recorded.seq + 1;
        match recorded.apply_entry(seq, &entry) {
            Ok(()) => entries.push((seq, entry)),
            Err(_) => {
                assert_eq!(recorded, before, "seed {seed}: a refused entry changed the state: {entry:?}")
            }
        }
        assert_eq!(recorded.verify(), Vec::<String>::new(), "seed {seed}, entry {seq}");
    }
    (entries, recorded)
}

#[test]
fn a_journal_folds_to_the_state_that_wrote_it_and_so_does_every_part_of_it() {
    for seed in 0..60 {
        let (entries, recorded) = history(seed, 60);
        assert!(entries.len() > 20, "seed {seed} goes nowhere");
        let mut bytes = Vec::new();
        let header = records::Header::new("link", "born", 0);
        records::encode(0, &header, &mut bytes).unwrap();
        for (seq, entry) in &entries {
            records::encode(*seq, entry, &mut bytes).unwrap();
        }
        let journal = records::decode(&bytes).unwrap();
        assert_eq!((&journal.header, journal.torn), (&header, 0));
        for _ in 0..2 {
            let mut again = empty();
            for (seq, entry) in &journal.entries {
                again.apply_entry(*seq, entry).unwrap();
            }
            assert_eq!(again, recorded, "seed {seed}");
        }
    }
}

#[test]
fn a_snapshot_in_the_middle_changes_nothing() {
    for seed in 0..30 {
        let (entries, recorded) = history(seed, 40);
        let mut now = empty();
        for (seq, entry) in &entries {
            now.apply_entry(*seq, entry).unwrap();
            now.revision = Revision { lineage: Some("born".into()), serial: now.revision.serial + 1 };
            let run = Run {
                at: at(0),
                by: "ann@here".into(),
                operation: "apply".into(),
                plan: "d".into(),
                approved_by: Vec::new(),
                revision: String::new(),
                overrides: Vec::new(),
            };
            let bytes = statefile::write(&now, &run);
            let (read, by) = statefile::read(&bytes).unwrap();
            assert_eq!((&read, &by), (&now, &run), "seed {seed}");
            assert_eq!(statefile::write(&read, &run), bytes, "seed {seed}");
            now = read;
        }
        now.revision = Revision::default();
        assert_eq!(now, recorded, "seed {seed}");
    }
}
