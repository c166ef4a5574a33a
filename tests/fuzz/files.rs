//! The state of a stack in memory, with a file put there by somebody.

use std::path::Path;
use std::sync::Arc;

use landbridge::state::files::{Files, MemoryFiles};
use landbridge::state::{self, LocalBackend, Opening, Session, edit, history};

const STACK: &str = "link";

/// Reads a state that consists of this file, and goes through what is done with one: it is looked
/// at, the next run opens it, and what that leaves reads back as what it was.
pub(super) fn read(name: &str, bytes: &[u8]) {
    let files = MemoryFiles::new();
    let folder = Path::new("state").join(STACK);
    files.create_folder(&folder).expect("a folder in memory");
    let mut file = files.create(&folder.join(name)).expect("a file in memory");
    file.write(bytes).and_then(|()| file.sync()).expect("it takes the bytes");
    files.sync_folder(&folder).expect("a folder in memory");
    let files: Arc<dyn Files> = Arc::new(files);
    let backend = Arc::new(LocalBackend::new(files, Path::new("state"), STACK, "ann"));
    let loaded = match state::read(backend.as_ref()) {
        Ok(loaded) => loaded,
        Err(refusal) => return assert!(!refusal.to_string().is_empty()),
    };
    for note in &loaded.notes {
        assert!(!note.to_string().is_empty());
    }
    let faults = loaded.recorded.verify();
    for shown in edit::list(&loaded.recorded) {
        assert!(edit::show(&loaded.recorded, shown.address).is_ok());
        // What is refused, is refused in words.
        drop(edit::remove(&loaded.recorded, std::slice::from_ref(shown.address)));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let at = "2026-03-01T08:00:00Z".parse().expect("a time");
        let opening = Opening {
            operation: "apply".into(),
            plan: "d1".into(),
            approved_by: Vec::new(),
            overrides: Vec::new(),
            revision: String::new(),
            kept: 100,
            at,
            lineage: "born".into(),
        };
        let Ok(opened) = Session::open(backend.clone(), opening).await else { return };
        if opened.session.close(at).await.is_ok() {
            let again = state::read(backend.as_ref()).expect("what was written reads back").recorded;
            assert_eq!(again.objects, loaded.recorded.objects);
            assert_eq!(again.pending, loaded.recorded.pending);
            assert_eq!(again.verify(), faults);
            assert!(history::list(backend.as_ref()).is_ok());
        }
    });
}
