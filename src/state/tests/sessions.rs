//! Sessions: what is acknowledged is there, whatever happens.

use super::*;

#[tokio::test]
async fn a_session_makes_a_snapshot_a_history_and_no_journal() {
    let files = MemoryFiles::new();
    let backend = backend(&files);
    let Opened { session, notes, interrupted, .. } = Session::open(backend.clone(), opening()).await.unwrap();
    assert!(notes.is_empty() && interrupted.is_none());
    let a = address("vpcep_service.payments");
    let ticket = session.begin(begun(&a, create(), 0, 1)).await.unwrap();
    assert_eq!((ticket.seq(), ticket.address()), (2, &a));
    session.end(ticket, made("s-1"), at(5)).await.unwrap();
    let during = read(&*backend).unwrap();
    assert_eq!(during.recorded.objects[&a].id, "s-1");
    assert_eq!(during.interrupted.unwrap().plan, "d1");
    let ending = session.close(at(9)).await.unwrap();
    assert!(ending.notes.is_empty());
    let after = read(&*backend).unwrap();
    assert_eq!(after.recorded, ending.recorded);
    assert_eq!(after.recorded.revision, Revision { lineage: Some("born".into()), serial: 1 });
    assert!(after.notes.is_empty());
    assert_eq!(files.read(&file("journal"), 9).unwrap(), None);
    let history = history::list(&*backend).unwrap();
    assert_eq!(history[0].run.as_ref().unwrap().by, "ann@memory");
    assert_eq!(history::get(&*backend, 1).unwrap(), after.recorded);
}

#[tokio::test]
async fn a_session_that_changes_nothing_leaves_nothing_but_a_free_lock() {
    let files = MemoryFiles::new();
    let backend = backend(&files);
    let session = Session::open(backend.clone(), opening()).await.unwrap().session;
    assert_eq!(session.close(at(1)).await.unwrap().recorded.revision.serial, 0);
    assert_eq!(files.list(Path::new("state/link")).unwrap(), ["lock"]);
    assert_eq!(backend.holder().unwrap(), None);
    assert_eq!(read(&*backend).unwrap().recorded.revision, Revision::default());
}

#[tokio::test]
async fn an_interrupted_run_is_told_and_gone_on_from() {
    let files = MemoryFiles::new();
    let a = address("vpcep_service.payments");
    let session = Session::open(backend(&files), opening()).await.unwrap().session;
    let ticket = session.begin(begun(&a, create(), 0, 1)).await.unwrap();
    let files = files.restart(Loss::Unsynced);
    assert!(session.end(ticket, made("x"), at(1)).await.is_err());
    let backend = backend(&files);
    let loaded = read(&*backend).unwrap();
    insta::assert_snapshot!(loaded.notes[0], @"an earlier `apply` (begun 2027-01-15T08:00:00Z) was cut off; 1 call that it began has no known end");
    let Opened { session, notes, .. } = Session::open(backend.clone(), opening()).await.unwrap();
    insta::assert_snapshot!(notes[0], @"took over the lock of a dead process: ann@memory, process 0, running `apply` since 2027-01-15T08:00:00Z");
    assert_eq!(notes[1..], loaded.notes);
    assert_eq!(session.with(|r| r.pending[&2].uncertain.clone()), None);
    let again = session.begin(begun(&a, create(), 0, 1)).await.unwrap_err();
    assert!(matches!(again, StateError::Illegal(_)), "{again}");
    let adopted = Entry::Adopted {
        address: a.clone(),
        object: object("x", "n"),
        binding: Box::new(binding()),
        origin: Origin::Made,
        settling: false,
        resolves: Some(2),
    };
    session.record(adopted).await.unwrap();
    let ending = session.close(at(20)).await.unwrap();
    assert_eq!((ending.recorded.objects[&a].id.as_str(), ending.recorded.pending.len()), ("x", 0));
    assert_eq!(read(&*backend).unwrap().notes, []);
}

#[tokio::test]
async fn after_a_failed_write_nothing_is_begun_any_more() {
    for mishap in [Mishap::Full, Mishap::FullHalfway, Mishap::Broken] {
        let files = MemoryFiles::new();
        let backend = backend(&files);
        let session = Session::open(backend.clone(), opening()).await.unwrap().session;
        let name = |n: u32| address(&format!("vpcep_service.s{n}"));
        let ticket = session.begin(begun(&name(0), create(), 0, 1)).await.unwrap();
        // After the check of the lock comes the write.
        files.fail_at(files.operations() + 1, mishap);
        let failed = session.end(ticket, made("x"), at(1)).await.unwrap_err();
        assert!(matches!(failed, StateError::Io { doing: "append to", .. }), "{failed}");
        let poisoned = session.begin(begun(&name(1), create(), 0, 1)).await.unwrap_err();
        assert!(matches!(poisoned, StateError::Poisoned(_)), "{poisoned}");
        assert!(session.handle().failure().is_some());
        assert!(session.close(at(2)).await.is_err());
        assert_eq!(backend.holder().unwrap(), None);
        let loaded = read(&*backend).unwrap();
        assert_eq!(loaded.recorded.pending.len(), 1, "{mishap:?}");
        assert_eq!(loaded.notes.len(), if mishap == Mishap::FullHalfway { 2 } else { 1 });
        Session::open(backend.clone(), opening()).await.unwrap().session.close(at(3)).await.unwrap();
        assert_eq!(read(&*backend).unwrap().recorded.pending.len(), 1);
    }
}

#[tokio::test]
async fn a_failed_sync_is_not_tried_again() {
    let files = MemoryFiles::new();
    let session = Session::open(backend(&files), opening()).await.unwrap().session;
    let a = address("vpcep_service.payments");
    let ticket = session.begin(begun(&a, create(), 0, 1)).await.unwrap();
    files.fail_at(files.operations() + 2, Mishap::Broken);
    assert!(session.end(ticket, made("x"), at(1)).await.is_err());
    let before = files.syncs();
    assert!(session.close(at(2)).await.is_err());
    assert_eq!(files.syncs(), before);
}

#[tokio::test]
async fn parallel_steps_share_their_syncs() {
    let session = Session::open(backend(&MemoryFiles::new()), opening()).await.unwrap().session;
    steps(&session.handle(), 64, 4000).await;
    let (entries, syncs) = session.handle().written();
    assert_eq!(entries, 8000);
    assert!(syncs <= 200, "{syncs} syncs");
    assert_eq!(session.close(at(1)).await.unwrap().recorded.objects.len(), 4000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_steps_share_their_syncs_on_a_real_disk_too() {
    let folder = tempfile::tempdir().unwrap();
    let backend = Arc::new(on(Arc::new(OsFiles), folder.path()));
    let session = Session::open(backend.clone(), opening()).await.unwrap().session;
    steps(&session.handle(), 64, 1000).await;
    let (entries, syncs) = session.handle().written();
    assert_eq!(entries, 2000);
    assert!(syncs <= 500, "{syncs} syncs");
    let ending = session.close(at(1)).await.unwrap();
    assert_eq!(read(&*backend).unwrap().recorded, ending.recorded);
}

/// So many creates, so many of them at a time.
async fn steps(handle: &SessionHandle, parallel: usize, all: usize) {
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..parallel {
        let handle = handle.clone();
        workers.spawn(async move {
            for number in (worker..all).step_by(parallel) {
                let address = address(&format!("vpcep_endpoint.e[\"{number}\"]"));
                let ticket = handle.begin(begun(&address, create(), 0, 1)).await.unwrap();
                handle.end(ticket, made(&format!("id-{number}")), at(1)).await.unwrap();
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_that_is_replaced_under_the_lock_is_not_written_over() {
    let files = MemoryFiles::new();
    let backend = backend(&files);
    for _ in 0..2 {
        let session = Session::open(backend.clone(), opening()).await.unwrap().session;
        session.record(Entry::Outputs(Default::default())).await.unwrap();
        session.close(at(1)).await.unwrap();
    }
    let session = Session::open(backend.clone(), opening()).await.unwrap().session;
    session.record(Entry::Outputs(Default::default())).await.unwrap();
    let older = files.read(&file("history/000001.json"), 9999).unwrap().unwrap();
    files.tamper(&file("state.json"), |bytes| *bytes = older);
    let refused = session.close(at(2)).await.unwrap_err();
    assert!(matches!(refused, StateError::Replaced { .. }), "{refused}");
    assert!(matches!(read(&*backend), Err(StateError::Mismatch { .. })));
}

#[tokio::test]
async fn the_history_keeps_the_newest_hundred() {
    let backend = backend(&MemoryFiles::new());
    for _ in 0..103 {
        let session = Session::open(backend.clone(), opening()).await.unwrap().session;
        session.record(Entry::Outputs(Default::default())).await.unwrap();
        session.close(at(1)).await.unwrap();
    }
    let serials: Vec<u64> = history::list(&*backend).unwrap().iter().map(|s| s.serial).collect();
    assert_eq!(serials, (4..=103).collect::<Vec<_>>());
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let backend = Arc::new(on(Arc::new(OsFiles), &folder.path().join("state")));
    let session = Session::open(backend, opening()).await.unwrap().session;
    session.record(Entry::Outputs(Default::default())).await.unwrap();
    let mode = |part: &str| {
        let path = folder.path().join("state").join(part);
        path.metadata().unwrap_or_else(|e| panic!("{part}: {e}")).permissions().mode() & 0o777
    };
    assert_eq!((mode("link/journal"), mode("link/lock")), (0o600, 0o600));
    session.close(at(1)).await.unwrap();
    assert_eq!((mode("link/state.json"), mode("link/history/000001.json")), (0o600, 0o600));
    assert_eq!((mode(""), mode("link"), mode("link/history")), (0o700, 0o700, 0o700));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_reads_never_sees_less_than_was_acknowledged_before() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let folder = tempfile::tempdir().unwrap();
    let backend = Arc::new(on(Arc::new(OsFiles), folder.path()));
    let acknowledged = Arc::new(AtomicU64::new(0));
    let reader = {
        let (backend, acknowledged) = (backend.clone(), acknowledged.clone());
        std::thread::spawn(move || {
            let mut reads = 0;
            while acknowledged.load(Ordering::SeqCst) < u64::MAX {
                let before = acknowledged.load(Ordering::SeqCst);
                let found = read(&*backend).unwrap_or_else(|e| panic!("after {before}: {e}")).recorded;
                assert!(found.seq >= before || before == u64::MAX, "{} of {before}", found.seq);
                assert_eq!(found.verify(), Vec::<String>::new());
                reads += 1;
            }
            reads
        })
    };
    for run in 0..40 {
        let session = Session::open(backend.clone(), opening()).await.unwrap().session;
        let address = address(&format!("vpcep_endpoint.e[\"{run}\"]"));
        let ticket = session.begin(begun(&address, create(), 0, 1)).await.unwrap();
        acknowledged.store(ticket.seq(), Ordering::SeqCst);
        session.end(ticket, made("x"), at(1)).await.unwrap();
        let ending = session.close(at(2)).await.unwrap();
        acknowledged.store(ending.recorded.seq, Ordering::SeqCst);
    }
    acknowledged.store(u64::MAX, Ordering::SeqCst);
    assert!(reader.join().unwrap() > 40);
}

#[test]
fn a_stack_name_is_a_folder_name_and_nothing_else() {
    for good in ["payments-link", "a", "9.2_x"] {
        assert!(is_stack_name(good), "{good}");
    }
    for bad in ["", ".sim", "..", "a/b", "a\\b", "-x", "ä", "a b", &"x".repeat(101)] {
        assert!(!is_stack_name(bad), "{bad}");
    }
}

#[tokio::test]
async fn a_backup_of_a_running_run_takes_no_place_where_its_open_calls_would_be_forgotten() {
    let files = MemoryFiles::new();
    let a = address("vpcep_service.payments");
    let running = backend(&files);
    let session = Session::open(running.clone(), opening()).await.unwrap().session;
    let ticket = session.begin(begun(&a, create(), 0, 1)).await.unwrap();
    let bytes = backup::write(&*running).unwrap();
    session.end(ticket, made("x"), at(1)).await.unwrap();
    let now = session.close(at(2)).await.unwrap().recorded;

    let made_meanwhile = backup::read(&*running, "b", &bytes).unwrap();
    insta::assert_snapshot!(made_meanwhile.over("b", &now).unwrap_err(), @"the backup b cannot be used: it was made during a run, when 1 call had no known end, and what was made then would be forgotten. Move the state's folder away first if the backup is to take its place. Nothing was changed");
    let other = Recorded { revision: Revision { lineage: Some("bred".into()), serial: 1 }, ..now.clone() };
    insta::assert_snapshot!(made_meanwhile.over("b", &other).unwrap_err(), @"the backup b cannot be used: it is of another lineage than the state that is here. Move the state's folder away first if the backup is to take its place. Nothing was changed");
    // A whole one of the same lineage is fine; and where no state is, the open call goes on being looked for.
    let whole = backup::read(&*running, "b", &backup::write(&*running).unwrap()).unwrap();
    assert_eq!(whole.over("b", &now).unwrap(), &now);
    let empty = backend(&MemoryFiles::new());
    backup::unpack(&*empty, &made_meanwhile, at(3)).unwrap();
    assert_eq!(read(&*empty).unwrap().recorded.pending.len(), 1);
}

/// History of another lineage beside a state that counts from one again, as a copied file makes it.
#[tokio::test]
async fn a_snapshot_is_never_overwritten_whatever_the_lineage_of_the_state() {
    let run = async |files: &MemoryFiles, lineage: &str| {
        let opening = Opening { lineage: lineage.into(), ..opening() };
        let session = Session::open(backend(files), opening).await.unwrap().session;
        session.record(Entry::Outputs(Default::default())).await.unwrap();
        session.close(at(1)).await.unwrap().recorded.revision.serial
    };
    let (here, there) = (MemoryFiles::new(), MemoryFiles::new());
    for serial in 1..=3 {
        assert_eq!(run(&here, "born").await, serial);
    }
    run(&there, "bred").await;
    let bytes = |files: &MemoryFiles, name: &str| files.read(&file(name), 1 << 20).unwrap().unwrap();
    let foreign = bytes(&there, "state.json");
    here.tamper(&file("state.json"), |all| *all = foreign.clone());
    let before = bytes(&here, "history/000002.json");
    assert_eq!(run(&here, "never used").await, 4, "above whatever is in the history");
    assert_eq!(bytes(&here, "history/000002.json"), before);
    assert_eq!(backend(&here).serials().unwrap(), [1, 2, 3, 4]);
    // A backup does not do it either.
    let backup = backup::read(&*backend(&there), "b", &backup::write(&*backend(&there)).unwrap()).unwrap();
    here.remove(&file("state.json")).unwrap();
    let refused = backup::unpack(&*backend(&here), &backup, at(3)).unwrap_err().to_string();
    assert!(refused.contains("history/000001.json already"), "{refused}");
    // Nor whoever asks for it.
    let claim = backend::Claim { operation: "test".into(), since: at(4) };
    let (mut hold, _) = backend(&here).lock(&claim).unwrap();
    let refused = hold.keep(2, b"another", 100).unwrap_err().to_string();
    assert!(refused.contains("none is ever overwritten"), "{refused}");
    assert_eq!(bytes(&here, "history/000002.json"), before);
}
