//! How many requests a refresh costs, counted by the simulator: `cargo bench --bench requests`.
//!
//! With S services and X endpoints in the project, N services of ours with W whitelist records and
//! E endpoints each, it may cost `ceil(S/1000) + ceil(X/1000) + N·ceil(W/500) + N·ceil(E/1000)`.
//! Everything else (who the credentials belong to) is shown apart. `LANDBRIDGE_BENCH=full` adds a
//! project of 100,000 resources, which takes some minutes to make.
#![expect(clippy::print_stdout, reason = "a benchmark is read")]
#![expect(clippy::disallowed_methods, reason = "a benchmark writes files and starts processes")]

mod common;

use std::collections::BTreeMap;
use std::process::Command;

use common::chain::{self, Shape};
use common::simulator::Simulator;
use common::{full, process, shown};

/// The operations that read objects. One alone may be read by its id instead of by a listing.
const READINGS: [&str; 6] = [
    "list_services",
    "list_endpoints",
    "list_permissions",
    "list_connections",
    "get_service",
    "get_endpoint",
];

fn main() {
    let shape = |groups, records, endpoints| Shape { groups, records, endpoints };
    let mut shapes = vec![shape(50, 1, 4), shape(3, 500, 4), shape(1, 1, 1001)];
    if full() {
        shapes.push(shape(1001, 1, 4));
        shapes.push(shape(100, 100, 499));
    }
    for shape in shapes {
        measure(shape);
    }
}

fn measure(shape: Shape) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder on the disk");
    let sim = Simulator::start(None);
    let path = folder.path().join("landbridge.yaml");
    std::fs::write(path, chain::landbridge(shape, &sim.address)).expect("the folder is writable");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landbridge"));
        process::run(command.args(args).args(["--parallelism", "64"]), folder.path())
    };
    let apply = run(&["apply", "--auto-approve"]);
    let before = sim.requests();
    let plan = run(&["plan", "--detailed-exitcode"]);
    let after = sim.requests();
    let cost: BTreeMap<&str, u64> = after
        .iter()
        .map(|(name, count)| (name.as_str(), count - before.get(name).copied().unwrap_or_default()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let (readings, others): (BTreeMap<&str, u64>, BTreeMap<&str, u64>) =
        cost.into_iter().partition(|(name, _)| READINGS.contains(name));
    let sum: u64 = readings.values().sum();
    let bound = bound(shape);
    println!(
        "{} resources, {shape:?}: apply {}, plan {}",
        shape.resources(),
        shown(apply.time),
        shown(plan.time)
    );
    let word = if sum <= bound { "kept" } else { "NOT KEPT" };
    println!("  {sum} requests (promised: at most {bound}; {word}): {readings:?}; apart: {others:?}");
}

fn bound(shape: Shape) -> u64 {
    let Shape { groups, records, endpoints } = shape;
    let all = groups.div_ceil(1000) + (groups * endpoints).div_ceil(1000);
    let each = records.div_ceil(500) + endpoints.div_ceil(1000);
    u64::try_from(all + groups * each).expect("a small number")
}
