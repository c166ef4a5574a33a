//! Two binaries at once, and one that was killed: who holds the lock is told, and a dead owner is
//! displaced.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::bench::Bench;

/// An apply that has begun its first step, and so holds the lock; and what it goes on to say.
fn at_work(bench: &Bench) -> (Child, impl Iterator<Item = String> + Send + use<>) {
    let mut command = bench.command("apply --sim --auto-approve --json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("apply_start")), "it ended before it began anything");
    (child, said)
}

#[test]
fn two_at_once_are_one_after_another() {
    let bench = Bench::example("cross-account");
    let (mut first, said) = at_work(&bench);
    bench.run("apply --sim --auto-approve").code(1).warns("is locked by").warns("running `apply`");
    bench.run("state mv --sim vpcep_service.payments vpcep_service.other").code(1).warns("is locked by");
    let asked = bench.run("state unlock --sim").code(1);
    asked.warns("nothing was changed").warns("That process still runs").warns("--force");
    let beside = bench.run("state list --sim").code(0);
    assert!(!beside.warns("a run is under way").err.contains("was cut off"), "nobody was");
    let said: Vec<String> = said.collect();
    assert!(first.wait().unwrap().success(), "{said:#?}");
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench.run("state unlock --sim").code(0).says("Nobody holds the lock.");
}

#[test]
fn the_lock_of_a_killed_run_is_taken_over() {
    let bench = Bench::example("cross-account");
    let (mut first, _) = at_work(&bench);
    // The journal appears with the beginning of the first call in it.
    while !bench.path("state/.sim/payments-link/journal").exists() {
        std::thread::yield_now();
    }
    first.kill().unwrap();
    first.wait().unwrap();
    bench.run("state unlock --sim").code(1).warns("That process has ended");
    bench.run("plan --sim").code(0).warns("was cut off").says("vpcep_service.payments");
    let again = bench.run("apply --sim --auto-approve").code(0);
    again.warns("took over the lock of a dead process").warns("running `apply`");
    bench.run("plan --sim --detailed-exitcode").code(0);
    assert_eq!(bench.world().services.len(), 1);
}

#[test]
fn a_run_whose_lock_was_taken_away_stops_and_nothing_is_lost() {
    let bench = Bench::example("cross-account");
    let (mut first, said) = at_work(&bench);
    bench.run("state unlock --sim --force").code(0).says("Took the lock away from");
    let said: Vec<String> = said.collect();
    assert_eq!(first.wait().unwrap().code(), Some(1), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("was taken from this run")), "{said:#?}");
    bench.run("apply --sim --auto-approve").code(0);
    bench.run("plan --sim --detailed-exitcode").code(0);
    assert_eq!((bench.world().services.len(), bench.world().endpoints.len()), (1, 1));
}
