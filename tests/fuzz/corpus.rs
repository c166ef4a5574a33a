//! What the fuzzer found worth keeping, read again.

#![expect(clippy::disallowed_methods, reason = "the corpus is kept in files")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::TARGETS;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

#[test]
fn what_was_kept_is_read_without_a_panic() {
    for (name, target) in TARGETS {
        let kept = entries(&corpus().join(name));
        assert!(kept.len() > 10, "{name}: only {} inputs are kept", kept.len());
        for file in kept {
            let bytes = std::fs::read(&file).expect("an input");
            let read = std::panic::catch_unwind(|| target(&bytes));
            assert!(read.is_ok(), "{} is not survived", file.display());
        }
    }
}

#[test]
fn every_folder_of_the_corpus_has_its_target() {
    let folders: BTreeSet<String> = entries(&corpus())
        .iter()
        .map(|folder| folder.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect());
}
