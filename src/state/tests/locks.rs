//! Locks: a dead owner is recognised, a live one never displaced, and who lost the lock stops.

use super::*;
use crate::state::files::Process;

/// The lock file as a process of this description would have left it.
fn left_by(files: &dyn Files, backend: &LocalBackend, process: &Process) {
    files.create_folder(&PathBuf::from(backend.place(""))).unwrap();
    let lock = serde_json::json!({
        "epoch": 6,
        "holder": { "who": "bob", "operation": "apply", "since": at(0), "process": process },
    });
    let mut file = files.create(&PathBuf::from(backend.place("lock"))).unwrap();
    file.write(lock.to_string().as_bytes()).unwrap();
}

#[tokio::test]
async fn a_live_owner_is_named_and_never_displaced() {
    let folder = tempfile::tempdir().unwrap();
    let backend = Arc::new(on(Arc::new(OsFiles), folder.path()));
    let first = Session::open(backend.clone(), opening()).await.unwrap().session;
    let refused = Session::open(backend.clone(), opening()).await.unwrap_err();
    let StateError::Locked { holder: Some(holder), .. } = &refused else { panic!("{refused}") };
    assert_eq!((holder.operation.as_str(), holder.process.pid), ("apply", std::process::id()));
    assert!(refused.to_string().contains("running `apply` since"), "{refused}");
    // A plan reads all the same.
    assert!(read(&*backend).is_ok());
    first.close(at(1)).await.unwrap();
    Session::open(backend, opening()).await.unwrap();
}

#[tokio::test]
async fn a_dead_owner_is_displaced_and_named_even_if_its_number_is_in_use_again() {
    let me = OsFiles.process();
    let gone = Process { pid: u32::MAX - 1, ..me.clone() };
    let reused = Process { started: me.started.map(|s| s + 1), ..me.clone() };
    let before_reboot = Process { boot: Some("an earlier start".into()), ..me.clone() };
    for dead in [gone, reused, before_reboot] {
        let folder = tempfile::tempdir().unwrap();
        let backend = Arc::new(on(Arc::new(OsFiles), folder.path()));
        left_by(&OsFiles, &backend, &dead);
        let opened = Session::open(backend.clone(), opening()).await.unwrap();
        assert!(matches!(&opened.notes[..], [Note::TookOver(holder)] if holder.who == "bob"), "{dead:?}");
        drop(opened);
        assert_eq!(backend.holder().unwrap(), None);
    }
}

#[tokio::test]
async fn an_owner_on_another_machine_or_with_a_living_process_is_not_displaced() {
    let me = OsFiles.process();
    let elsewhere = Process { host: "elsewhere".into(), ..me.clone() };
    // It lives; that the file is not locked may be the file system's fault.
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let alive = OsFiles.process_numbered(child.id());
    for owner in [elsewhere, alive] {
        let folder = tempfile::tempdir().unwrap();
        let backend = Arc::new(on(Arc::new(OsFiles), folder.path()));
        left_by(&OsFiles, &backend, &owner);
        let refused = Session::open(backend.clone(), opening()).await.unwrap_err();
        assert!(matches!(&refused, StateError::Locked { holder: Some(_), .. }), "{refused}");
        assert_eq!(backend.unlock().unwrap().unwrap().process, owner);
        Session::open(backend, opening()).await.unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn who_lost_the_lock_by_force_writes_nothing_more() {
    for real in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let backend = match real {
            true => Arc::new(on(Arc::new(OsFiles), folder.path())),
            false => backend(&MemoryFiles::new()),
        };
        let a = address("vpcep_service.payments");
        let first = Session::open(backend.clone(), opening()).await.unwrap().session;
        let ticket = first.begin(begun(&a, create(), 0, 1)).await.unwrap();
        assert_eq!(backend.unlock().unwrap().unwrap().operation, "apply");
        let second = Session::open(backend.clone(), opening()).await.unwrap().session;
        let lost = first.end(ticket, made("x"), at(1)).await.unwrap_err();
        assert!(matches!(&lost, StateError::LockLost { by: Some(_), .. }), "{lost}");
        assert!(first.close(at(2)).await.is_err());
        assert!(backend.holder().unwrap().is_some(), "it is still the second's");
        assert_eq!(second.with(|r| r.pending.len()), 1);
        second.record(Entry::Resolved { begun: 2, evidence: "not there".into() }).await.unwrap();
        assert_eq!(second.close(at(3)).await.unwrap().recorded.revision.serial, 1);
    }
}

#[tokio::test]
async fn epochs_go_on_through_release_force_and_death() {
    let files = MemoryFiles::new();
    let claim = backend::Claim { operation: "apply".into(), since: at(0) };
    let (hold, _) = backend(&files).lock(&claim).unwrap();
    assert_eq!(hold.epoch(), 1);
    hold.release().unwrap();
    let (hold, _) = backend(&files).lock(&claim).unwrap();
    assert_eq!(hold.epoch(), 2);
    backend(&files).unlock().unwrap();
    let (hold, displaced) = backend(&files).lock(&claim).unwrap();
    assert_eq!((hold.epoch(), displaced), (4, None));
    let files = files.restart(Loss::Nothing);
    let (hold, displaced) = backend(&files).lock(&claim).unwrap();
    assert_eq!((hold.epoch(), displaced.is_some()), (5, true));
}
