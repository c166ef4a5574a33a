//! The fence around the simulator: it imports nothing of ours, and knows no wall clock.
#![expect(clippy::disallowed_methods, reason = "this test reads the simulator's source")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_simulator_shares_no_code_with_the_rest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sim");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 30);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["crate", "landbridge"].map(|name| format!("{name}::")) {
            for (at, _) in text.match_indices(&word) {
                let after = &text[at + word.len()..];
                assert!(after.starts_with("sim::"), "{} uses {word}{after:.20}", path.display());
            }
        }
        assert!(text.starts_with("//!"), "{} has no first line", path.display());
    }
}
