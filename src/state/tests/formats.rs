//! The two file formats under damage: refused with a reason, never read as less than they were.

use proptest::prelude::*;

use super::*;
use crate::state::backend::{Claim, Stored};
use crate::state::load::assemble;
use crate::state::records::{Header, JournalFault};
use crate::state::statefile::FileFault;

fn journal(seed: u64) -> (Vec<u8>, Vec<(Seq, Entry)>, Vec<usize>) {
    let (entries, _) = histories::history(seed, 12);
    let mut bytes = Vec::new();
    records::encode(0, &Header::new("link", "born", 0), &mut bytes).unwrap();
    let mut ends = vec![bytes.len()];
    for (seq, entry) in &entries {
        records::encode(*seq, entry, &mut bytes).unwrap();
        ends.push(bytes.len());
    }
    (bytes, entries, ends)
}

fn run() -> Run {
    Run {
        at: at(0),
        by: "ann@here".into(),
        operation: "apply".into(),
        plan: "d".into(),
        approved_by: Vec::new(),
        revision: String::new(),
        overrides: Vec::new(),
    }
}

fn some_state() -> Recorded {
    let (_, mut recorded) = histories::history(3, 40);
    recorded.revision = Revision { lineage: Some("born".into()), serial: 4 };
    recorded
}

fn load(snapshot: Option<&[u8]>, journal: Option<&[u8]>) -> Result<Loaded, StateError> {
    let stored = Stored {
        snapshot: snapshot.map(<[u8]>::to_vec),
        journal: journal.map(<[u8]>::to_vec),
        newest: snapshot.map(|_| 4),
    };
    // A snapshot has its copy in the history.
    let kept = snapshot.map(|_| statefile::write(&some_state(), &run()));
    assemble(&*with_history(kept.as_deref()), &stored)
}

/// A place that has this as snapshot 4 of its history, and nothing else.
fn with_history(kept: Option<&[u8]>) -> Arc<LocalBackend> {
    let place = backend(&MemoryFiles::new());
    if let Some(kept) = kept {
        let (mut hold, _) = place.lock(&Claim { operation: "test".into(), since: at(0) }).unwrap();
        hold.keep(4, kept, 100).unwrap();
        hold.release().unwrap();
    }
    place
}

#[test]
fn a_torn_tail_is_cut_at_every_byte_of_the_last_record() {
    let (bytes, entries, ends) = journal(1);
    let last = ends[ends.len() - 2];
    for length in last..bytes.len() {
        let read = records::decode(&bytes[..length]).unwrap();
        assert_eq!(read.entries, entries[..entries.len() - 1], "{length}");
        assert_eq!((read.whole, read.torn), (last, length - last));
    }
    // A tail that is there, but not what was written, was not acknowledged either.
    for at in last..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 0x20;
        assert_eq!(records::decode(&bad).unwrap().whole, last, "{at}");
    }
    let mut zeros = bytes.clone();
    zeros.extend([0; 5000]);
    let read = records::decode(&zeros).unwrap();
    assert_eq!((read.whole, read.torn), (bytes.len(), 5000));
}

#[test]
fn damage_before_the_last_record_is_refused_at_every_byte() {
    let (bytes, entries, ends) = journal(2);
    let last = ends[ends.len() - 2];
    for at in 0..last {
        let mut bad = bytes.clone();
        bad[at] ^= 0x01;
        let read = records::decode(&bad);
        assert!(matches!(read, Err(JournalFault::Damaged { .. } | JournalFault::Newer(_))), "{at}: {read:?}");
        bad.remove(at);
        assert!(records::decode(&bad).is_err(), "{at} removed");
    }
    // A whole record missing, doubled, or from elsewhere.
    let (from, to) = (ends[3], ends[4]);
    assert!(records::decode(&[&bytes[..from], &bytes[to..]].concat()).is_err());
    assert!(records::decode(&[&bytes[..to], &bytes[from..]].concat()).is_err());
    assert!(records::decode(&bytes[ends[0]..]).is_err());
    assert_eq!(records::decode(b""), Err(JournalFault::Empty));
    assert!(records::decode(&bytes[..ends[0] - 1]).is_err(), "a journal appears with its header");
    assert_eq!(entries.len(), ends.len() - 1);
}

/// Through the whole reading: damage is refused with advice, or it is a tail that was never
/// acknowledged, which is told; nothing else is ever read from a journal than was written.
#[test]
fn with_any_byte_changed_a_journal_is_refused_with_advice_or_ends_earlier_and_says_so() {
    let (bytes, entries, ends) = journal(5);
    let last = ends[ends.len() - 2];
    let mut states = vec![load(None, Some(&bytes)).unwrap().recorded];
    for length in 0..entries.len() {
        let mut recorded = empty();
        recorded.revision = states[0].revision.clone();
        for (seq, entry) in &entries[..length] {
            recorded.apply_entry(*seq, entry).unwrap();
        }
        states.push(recorded);
    }
    for at in 0..bytes.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bad = bytes.clone();
            bad[at] ^= flip;
            match load(None, Some(&bad)) {
                Ok(loaded) => {
                    assert!(matches!(loaded.notes[0], Note::TornTail { .. }), "{at}: {:?}", loaded.notes);
                    assert!(states[1..].contains(&loaded.recorded), "{at}");
                    assert!(at >= last, "{at} was acknowledged by what follows it");
                }
                Err(fault) => {
                    let words = fault.to_string();
                    let advice = ["Restore this file from a backup", "Use the newer program"];
                    assert!(advice.iter().any(|advice| words.contains(advice)), "{at}: {words}");
                }
            }
        }
    }
}

#[test]
fn a_move_that_is_not_legal_is_refused_when_it_is_read() {
    let mut bytes = Vec::new();
    records::encode(0, &Header::new("link", "born", 0), &mut bytes).unwrap();
    records::encode(1, &ended(7, made("x")), &mut bytes).unwrap();
    insta::assert_snapshot!(load(None, Some(&bytes)).unwrap_err(), @"the journal state/link/journal is damaged: entry 1 is not possible here: entry 7 is not pending. It was left as it is, and nothing was changed: what it began in the cloud is known from nowhere else. Restore this file from a backup. Without one, `landbridge recover` starts from the state beside it, and looks for what the journal had made beyond it among the live objects");
}

#[test]
fn a_journal_record_is_text_that_people_can_read() {
    let mut bytes = Vec::new();
    records::encode(0, &Header::new("link", "born", 4), &mut bytes).unwrap();
    let entry = Entry::Resolved { begun: 7, evidence: "not listed".into() };
    records::encode(8, &entry, &mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"
    0 78 ac1b45fc35933bf5 {"format":1,"landbridge":"journal","lineage":"born","serial":4,"stack":"link"}
    8 48 db902013cd6b25cc {"resolved":{"begun":7,"evidence":"not listed"}}
    "#);
}

#[test]
fn a_record_that_is_too_large_is_not_written() {
    let entry = Entry::Resolved { begun: 1, evidence: "x".repeat(records::RECORD_LIMIT) };
    let mut bytes = Vec::new();
    assert!(records::encode(1, &entry, &mut bytes).is_err());
    assert!(bytes.is_empty());
}

#[test]
fn a_journal_of_another_state_is_refused_and_an_older_one_is_dropped() {
    let snapshot = statefile::write(&some_state(), &run());
    let with = |lineage: &str, serial: u64, stack: &str, first: Option<Seq>| {
        let mut bytes = Vec::new();
        records::encode(0, &Header::new(stack, lineage, serial), &mut bytes).unwrap();
        if let Some(seq) = first {
            records::encode(seq, &Entry::Outputs(Default::default()), &mut bytes).unwrap();
        }
        load(Some(&snapshot), Some(&bytes))
    };
    let next = some_state().seq + 1;
    assert_eq!(with("born", 4, "link", Some(next)).unwrap().recorded.seq, next);
    let older = with("born", 3, "link", Some(1)).unwrap();
    assert_eq!((older.recorded, older.notes), (some_state(), vec![Note::Compacted { serial: 4 }]));
    assert!(matches!(with("born", 3, "link", Some(next)), Err(StateError::Mismatch { .. })));
    assert!(matches!(with("born", 5, "link", None), Err(StateError::Mismatch { .. })));
    assert!(matches!(with("other", 4, "link", None), Err(StateError::Mismatch { .. })));
    assert!(matches!(with("born", 4, "else", None), Err(StateError::Mismatch { .. })));
    assert!(matches!(with("born", 4, "link", Some(next + 1)), Err(StateError::Journal { .. })));
    let mut newer = Vec::new();
    records::encode(0, &Header { format: 2, ..Header::new("link", "born", 4) }, &mut newer).unwrap();
    assert!(matches!(load(Some(&snapshot), Some(&newer)), Err(StateError::Newer { found: 2, .. })));
}

#[test]
fn a_state_file_that_cannot_be_used_says_why_and_what_to_do() {
    let good = statefile::write(&some_state(), &run());
    let text = String::from_utf8(good.clone()).unwrap();
    let message = |bytes: &[u8]| load(Some(bytes), None).unwrap_err().to_string();
    insta::assert_snapshot!(message(b""), @"the state file state/link/state.json cannot be used: it is empty. It was left as it is. The newest copy of it is `history/000004.json` beside it. `landbridge recover` starts from that, and looks for what is newer among the live objects");
    insta::assert_snapshot!(message(&good[..good.len() / 2]).split(": EOF").next().unwrap(), @"the state file state/link/state.json cannot be used: its end is missing");
    insta::assert_snapshot!(message(text.replacen("\"n\"", "\"m\"", 1).replacen("made", "Made", 1).as_bytes()), @"the state file state/link/state.json cannot be used: its checksum does not fit: it was changed after it was written. It was left as it is. The newest copy of it is `history/000004.json` beside it. `landbridge recover` starts from that, and looks for what is newer among the live objects");
    insta::assert_snapshot!(message(b"{ \"format\": 7, \"anything\": [] }"), @"state/link/state.json was written by a newer landbridge: it has format 7, and this one knows up to 1. It was left as it is. Use the newer program");
    let mut foreign = some_state();
    foreign.stack = "else".into();
    insta::assert_snapshot!(message(&statefile::write(&foreign, &run())), @"state/link/state.json is the state of stack `else`, not of `link`. It was left as it is. Rename the stack in the configuration if that is the name it should have. If this file was put there by mistake, `landbridge state restore 4` brings back the newest snapshot of the history and keeps this file under another name; then `landbridge recover` looks for what is newer among the live objects");
    let lost = Stored { newest: Some(4), ..Stored::default() };
    let missing = assemble(&*with_history(Some(&good)), &lost);
    insta::assert_snapshot!(missing.unwrap_err(), @"the state file state/link/state.json is missing, although the history holds snapshot 4. This is not taken for a stack without objects. The newest copy of it is `history/000004.json` beside it. `landbridge recover` starts from that, and looks for what is newer among the live objects");
    // A copy that is damaged as well is not recommended.
    let missing = assemble(&*with_history(Some(&good[..90])), &lost).unwrap_err().to_string();
    assert!(missing.contains("There is no whole copy of it in the history"), "{missing}");
    let mut bytes = Vec::new();
    records::encode(0, &Header::new("link", "born", 2), &mut bytes).unwrap();
    insta::assert_snapshot!(load(None, Some(&bytes)).unwrap_err(), @"the state file state/link/state.json is missing, although a journal extends snapshot 2. This is not taken for a stack without objects. There is no whole copy of it in the history. Bring it back from a backup; without one, `landbridge recover` brings it back from the configuration and the live objects");
}

#[test]
fn a_state_file_is_refused_with_any_byte_changed_or_any_end_missing() {
    let good = statefile::write(&some_state(), &run());
    assert_eq!(statefile::read(&good).unwrap().0, some_state());
    assert_eq!(statefile::read_run(&good), Some(run()));
    for at in 0..good.len() {
        if at % 7 != 0 && at > 200 {
            continue;
        }
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        assert!(statefile::read(&bad).is_err(), "{at}");
        assert!(statefile::read(&good[..at]).is_err(), "cut at {at}");
    }
    assert_eq!(statefile::read(b" \n\t"), Err(FileFault::Empty));
    assert!(matches!(statefile::read(&[0; 4096]), Err(FileFault::Damaged(_))));
}

#[test]
fn an_empty_state_reads_well_in_a_diff() {
    let recorded = Recorded { revision: Revision { lineage: Some("born".into()), serial: 1 }, ..empty() };
    insta::assert_snapshot!(String::from_utf8(statefile::write(&recorded, &run())).unwrap(), @r#"
    {
      "checksum": "8722bfce23c6e75c0605a8055dc4124a052b14a48811cff9b64f932b98a14b27",
      "format": 1,
      "run": {
        "at": "2027-01-15T08:00:00Z",
        "by": "ann@here",
        "operation": "apply",
        "plan": "d"
      },
      "state": {
        "lineage": "born",
        "objects": {},
        "outputs": {},
        "seq": 0,
        "serial": 1,
        "stack": "link"
      }
    }
    "#);
}

#[test]
fn ten_thousand_objects_read_back_to_the_same_bytes() {
    let mut recorded = some_state();
    recorded.pending.clear();
    for number in 0..10_000 {
        let object = object(&format!("id-{number}"), "n");
        let key = address(&format!("vpcep_endpoint.e[\"{number}\"]"));
        let object = RecordedObject::new(&object, &binding(), Origin::Made, false);
        recorded.objects.insert(key, Box::new(object));
    }
    let bytes = statefile::write(&recorded, &run());
    let (read, by) = statefile::read(&bytes).unwrap();
    assert_eq!(read, recorded);
    assert!(statefile::write(&read, &by) == bytes);
}

proptest! {
    #[test]
    fn no_bytes_read_as_a_state_by_chance(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(load(Some(&bytes), None).is_err());
        prop_assert!(load(None, Some(&bytes)).is_err());
        statefile::read_run(&bytes);
    }

    #[test]
    fn no_text_of_the_right_look_does_either(text in "[{}\\[\\]\":, \n0-9a-f.]{0,300}") {
        prop_assert!(load(Some(text.as_bytes()), None).is_err());
        prop_assert!(load(None, Some(text.as_bytes())).is_err());
        let opening = format!("{{\n  \"checksum\": \"{text}");
        prop_assert!(load(Some(opening.as_bytes()), None).is_err());
    }

    #[test]
    fn a_mutilated_journal_never_reads_as_anything_but_a_beginning_of_it(
        seed in 0u64..8, cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        noise in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let (bytes, entries, _) = journal(seed);
        let mut bad = bytes[..cut.index(bytes.len())].to_vec();
        let place = at.index(bad.len() + 1);
        bad.splice(place..place, noise);
        if let Ok(read) = records::decode(&bad) {
            prop_assert_eq!(&read.entries[..], &entries[..read.entries.len()]);
        }
    }
}
