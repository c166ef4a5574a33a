//! A whole story of sessions, with every file operation going wrong in every way, one after
//! another. Whatever happens, what was acknowledged is read back, or a clear error is.

use std::collections::BTreeMap;

use super::*;

/// What the story has seen of itself.
#[derive(Default)]
struct Witness {
    /// The state after each entry that was handed in.
    handed_in: BTreeMap<Seq, Recorded>,
    /// The last entry that was acknowledged.
    acknowledged: Seq,
    /// The last serial that was acknowledged.
    serial: u64,
}

impl Witness {
    async fn record(&mut self, session: &Session, entry: Entry) -> Result<Seq, StateError> {
        let result = session.record(entry).await;
        let now = session.with(Recorded::clone);
        let seq = now.seq;
        self.handed_in.insert(seq, now);
        result?;
        self.acknowledged = seq;
        Ok(seq)
    }

    /// The recorded state must be what one of the entries left, and no earlier than acknowledged.
    fn check(&self, found: &Recorded, case: &str) {
        assert!(found.seq >= self.acknowledged, "{case}: {} of {}", found.seq, self.acknowledged);
        assert!(found.revision.serial >= self.serial, "{case}: serial {}", found.revision.serial);
        assert_eq!(found.verify(), Vec::<String>::new(), "{case}");
        let mut expected = match self.handed_in.range(..=found.seq).next_back() {
            Some((_, state)) => state.clone(),
            None => empty(),
        };
        // Only `Opened` and `Closed` stand between.
        (expected.seq, expected.revision) = (found.seq, found.revision.clone());
        assert_eq!(*found, expected, "{case}");
    }
}

/// Three sessions: make two, change one and end the other, and one that does nothing.
async fn story(backend: &Arc<LocalBackend>, witness: &mut Witness) -> Result<(), StateError> {
    let (a, b) = (address("vpcep_service.a"), address("vpcep_endpoint.b"));
    let begins = |address: &Address, effect| Entry::Begun(Box::new(begun(address, effect, 0, 1)));
    let session = Session::open(backend.clone(), opening()).await?.session;
    for (address, id) in [(&a, "x"), (&b, "y")] {
        let seq = witness.record(&session, begins(address, create())).await?;
        witness.record(&session, ended(seq, made(id))).await?;
    }
    witness.serial = session.close(at(1)).await?.recorded.revision.serial;
    let session = Session::open(backend.clone(), opening()).await?.session;
    let one = witness.record(&session, begins(&a, update("x"))).await?;
    let two = witness.record(&session, begins(&b, delete("y"))).await?;
    witness.record(&session, ended(two, Outcome::Gone { settling: false })).await?;
    witness.record(&session, ended(one, Outcome::Uncertain { fault: fault() })).await?;
    witness.serial = session.close(at(2)).await?.recorded.revision.serial;
    Session::open(backend.clone(), opening()).await?.session.close(at(3)).await?;
    Ok(())
}

/// Another run must be able to go on from there, and then all is tidy.
async fn goes_on(backend: &Arc<LocalBackend>, case: &str) {
    let opened = Session::open(backend.clone(), opening()).await;
    let session = opened.unwrap_or_else(|e| panic!("{case}: {e}")).session;
    session.record(Entry::Outputs(Default::default())).await.unwrap();
    for seq in session.with(|r| r.pending.keys().copied().collect::<Vec<_>>()) {
        session.record(Entry::Resolved { begun: seq, evidence: "looked".into() }).await.unwrap();
    }
    // A run that is killed once more, now, finds a journal that goes on without a gap.
    let seen = read(&**backend).unwrap_or_else(|e| panic!("{case}, gone on: {e}"));
    assert_eq!(session.with(Recorded::clone), seen.recorded, "{case}");
    let ending = session.close(at(9)).await.unwrap();
    assert_eq!(ending.notes, [], "{case}");
    let loaded = read(&**backend).unwrap();
    assert_eq!((loaded.recorded, loaded.notes), (ending.recorded, vec![]), "{case}");
    let serials = backend.serials().unwrap();
    assert_eq!(serials, (1..=serials.len() as u64).collect::<Vec<_>>(), "{case}: a snapshot is missing");
}

async fn every_operation(mishap: Mishap, losses: &[Loss]) {
    let files = MemoryFiles::new();
    story(&backend(&files), &mut Witness::default()).await.unwrap();
    let operations = files.operations();
    assert!(operations > 60, "{operations}");
    for operation in 0..operations {
        for loss in losses {
            let case = format!("{mishap:?} at operation {operation}, then {loss:?} lost");
            let files = MemoryFiles::new();
            files.fail_at(operation, mishap);
            let mut witness = Witness::default();
            // What fails quietly (a leftover, the history) is made good later.
            let told = story(&backend(&files), &mut witness).await;
            if let Err(StateError::Illegal(e)) = &told {
                panic!("{case}: {e}");
            }
            if *loss == Loss::Nothing && !matches!(mishap, Mishap::Killed | Mishap::KilledHalfway) {
                // The same process goes on: its lock must be free.
                let loaded = read(&*backend(&files)).unwrap_or_else(|e| panic!("{case}: {e}"));
                witness.check(&loaded.recorded, &case);
                goes_on(&backend(&files), &case).await;
                continue;
            }
            let files = files.restart(*loss);
            let loaded = read(&*backend(&files)).unwrap_or_else(|e| panic!("{case}: {e}"));
            witness.check(&loaded.recorded, &case);
            goes_on(&backend(&files), &case).await;
        }
    }
}

const LOSSES: [Loss; 4] = [Loss::Nothing, Loss::Unsynced, Loss::Torn, Loss::Blank];

#[tokio::test]
async fn killed_before_every_operation() {
    every_operation(Mishap::Killed, &LOSSES).await;
}

#[tokio::test]
async fn killed_in_the_middle_of_every_write() {
    every_operation(Mishap::KilledHalfway, &LOSSES).await;
}

#[tokio::test]
async fn a_full_disk_at_every_operation() {
    every_operation(Mishap::Full, &LOSSES).await;
    every_operation(Mishap::FullHalfway, &LOSSES).await;
}

#[tokio::test]
async fn a_broken_disk_at_every_operation() {
    every_operation(Mishap::Broken, &LOSSES).await;
}
