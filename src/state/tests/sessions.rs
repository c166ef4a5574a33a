//! Sessions: what is acknowledged is there, whatever happens.

use super::*;

#[tokio::test]
async fn a_session_makes_a_snapshot_a_history_and_no_journal() {
    let files = MemoryFiles::new();
    let backend = backend(&files);
    let Opened { session, notes, interrupted } = Session::open(backend.clone(), opening()).await.unwrap();
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
