//! The history of a state through the binary: listed, compared, brought back; the whole of it in one file.

#![expect(clippy::disallowed_methods, reason = "tests move and damage the files of their folder")]

use super::bench::Bench;

/// Another consumer, whom a later apply admits.
const SHOP: &str = "      shop: 5fc973eea581490997e82ea11a1df31f\n";

fn edited() -> Bench {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    bench.edit(SHOP, &format!("{SHOP}      lab: aaa973eea581490997e82ea11a1df31f\n"));
    bench.edit("client_port: 443", "client_port: 8443");
    bench.run("apply --sim --auto-approve").code(0);
    bench
}

#[test]
fn an_older_state_is_looked_at_compared_and_brought_back() {
    let bench = edited();
    let history = bench.run("state history --sim").code(0).out;
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 2, "{history}");
    assert!(
        lines[0].trim_start().starts_with("2  ") && lines[0].contains("  apply  "),
        "newest first: {history}"
    );
    assert!(lines[0].contains("  plan "), "the digest of what was approved: {history}");

    let shown = |at: &str| bench.run(&format!("state show vpcep_service.payments --sim{at}")).code(0).out;
    assert!(shown("").contains("client_port: 8443") && shown(" --at 1").contains("client_port: 443"));
    bench.run("state list --sim --at 1").code(0).says("vpcep_accept.shop");
    bench.run("state list --sim --at 9").code(1).warns("no snapshot 9").warns("state history");

    let differs = bench.run("state diff 1 --sim").code(0).says("~ vpcep_service.payments").says("8443");
    assert_eq!(differs.out, bench.run("state diff 1 2 --sim").code(0).out, "the present one is the second");
    bench.run("state diff 2 2 --sim").code(0).says("They record the same.");
    bench.run("state diff 1 --sim --json").code(0).says("\"action\": \"changes\"");

    // Without a terminal nothing is brought back unasked.
    bench.run("state restore 1 --sim").code(1).says("~ vpcep_service.payments").warns("--auto-approve");
    assert!(shown("").contains("client_port: 8443"), "nothing was changed");
    bench
        .run("state restore 1 --sim --auto-approve")
        .code(0)
        .says("snapshot 3")
        .says("before it is snapshot 2");
    assert!(shown("").contains("client_port: 443"));
    bench.run("state diff 1 --sim").code(0).says("They record the same.");
    bench.run("state history --sim").code(0).says("state restore");
    // What was recorded is no longer what is there: the plan says so, and leads back.
    bench.run("plan --sim").code(0).says("Changed by others: 1 object");
    bench.run("apply --sim --auto-approve").code(0);
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench.run("state verify --sim").code(0).says("is whole").says("in the history");
}

#[test]
fn what_was_made_since_is_let_go_of_in_the_open() {
    let bench = edited();
    bench.run("destroy --sim --auto-approve").code(0);
    // The other way round: a record of what is gone finds nothing, and plans to make it again.
    bench.run("state restore 2 --sim --auto-approve").code(0).says("+ vpcep_service.payments");
    bench.run("plan --sim").code(0).says("Plan: 4 to create");
    bench.run("state restore 3 --sim --auto-approve").code(0).says("4 objects are let go of");
    assert_eq!(bench.run("state list --sim").code(0).out, "");
}

#[test]
fn a_backup_brings_a_state_to_another_place() {
    let bench = edited();
    bench.run("state backup all.backup --sim").code(0).says("state restore all.backup");
    let here = bench.run("state list --sim").code(0).out;
    // Here it says nothing new.
    bench.run("state restore all.backup --sim").code(0).says("Nothing differs");
    // Elsewhere: the state is gone, the cloud is not.
    let states = bench.path("state/.sim/payments-link");
    std::fs::rename(&states, bench.path("lost")).unwrap();
    bench.run("state restore all.backup --sim").code(0).says("snapshot 2").says("with its history");
    assert_eq!(bench.run("state list --sim").code(0).out, here);
    bench.run("state diff 1 2 --sim").code(0).says("8443");
    bench.run("state verify --sim").code(0);
    bench.run("plan --sim --detailed-exitcode").code(0);
    // A file that was changed is refused, and so is one over another state.
    let text = bench.read("all.backup");
    bench.write("all.backup", &text.replace("8443", "8444"));
    bench.run("state restore all.backup --sim").code(1).warns("checksum");
    bench.write("all.backup", &text);
    std::fs::remove_dir_all(&states).unwrap();
    bench.run("apply --sim --auto-approve --target vpcep_whitelist.tenants").code(1);
    bench.run("state restore all.backup --sim").code(0);
    bench.run("plan --sim --detailed-exitcode").code(0);
}

#[test]
fn nothing_makes_no_backup_and_none_is_overwritten() {
    let bench = edited();
    bench.run("state backup all.backup --sim").code(0);
    let good = bench.read("all.backup");
    bench.run("state backup all.backup --sim").code(1).warns("all.backup already").warns("another name");
    std::fs::remove_dir_all(bench.path("state/.sim/payments-link")).unwrap();
    for name in ["all.backup", "new.backup"] {
        let said = bench.run(&format!("state backup {name} --sim")).code(1);
        said.warns("no state of payments-link is here").warns("`landbridge recover`");
    }
    assert!(bench.read("all.backup") == good && !bench.path("new.backup").exists());
    let said = bench.run("state verify --sim").code(0).says("No state").says("`landbridge recover`");
    assert!(!said.out.contains("whole"), "{}", said.out);
}

#[test]
fn a_limit_that_was_overridden_is_in_the_history() {
    let bench = Bench::example("across-vpcs");
    bench.edit("\nproviders:", "\nlimits: { deletes: 0 }\nproviders:");
    bench.run("apply --sim --auto-approve").code(0);
    bench.run("destroy --sim --auto-approve").code(1).warns("--override-limit deletes");
    bench.run("destroy --sim --auto-approve --override-limit deletes").code(0);
    let history = bench.run("state history --sim").code(0).out;
    let lines: Vec<&str> = history.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 3, "{history}");
    assert!(lines[0].starts_with("2  ") && lines[2].starts_with("1  "), "{history}");
    assert_eq!(lines[1], "beyond the limits deletes", "below the run that went beyond it");
}

#[test]
fn as_many_snapshots_are_kept_as_the_author_says() {
    let bench = Bench::example("across-vpcs");
    bench.edit("\nproviders:", "\nstate: { snapshots: 2 }\nproviders:");
    for _ in 0..2 {
        bench.run("apply --sim --auto-approve").code(0);
        bench.run("destroy --sim --auto-approve").code(0);
    }
    let history = bench.run("state history --sim").code(0).out;
    let serials: Vec<&str> = history.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(serials, ["4", "3"], "{history}");
    bench.edit("snapshots: 2", "snapshots: 0");
    bench.run("validate --sim").code(1).warns("from 1 to 10000");
}

#[test]
fn a_history_of_another_state_is_found() {
    let bench = edited();
    let file = bench.path("state/.sim/payments-link/history/000001.json");
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, &good[..good.len() / 2]).unwrap();
    let named = "the snapshot state/.sim/payments-link/history/000001.json cannot be used";
    let said = bench.run("state verify --sim").code(1).warns(named).warns("Take this file out");
    assert!(!said.err.contains("recover"), "the state itself is whole: {}", said.err);
    // What is recommended in place of a damaged state was read whole.
    let of = |name: &str| format!("state/.sim/payments-link/{name}");
    let (state, first) = (bench.read(&of("state.json")), String::from_utf8_lossy(&good).into_owned());
    bench.write(&of("history/000001.json"), &first);
    for name in ["state.json", "history/000002.json"] {
        bench.write(&of(name), &state[..state.len() / 2]);
    }
    bench.run("plan --sim").code(1).warns("The newest copy of it is `history/000001.json`");
}

#[test]
fn a_state_of_another_place_is_not_taken_for_ours() {
    let bench = edited();
    let of = |name: &str| bench.path("state/.sim/payments-link").join(name);
    // The same stack somewhere else, which counts and names its objects as ours does.
    let other = Bench::example("cross-account");
    other.run("apply --sim --auto-approve").code(0);
    let kept: Vec<Vec<u8>> =
        (1..=2).map(|n| std::fs::read(of(&format!("history/00000{n}.json"))).unwrap()).collect();
    std::fs::copy(other.path("state/.sim/payments-link/state.json"), of("state.json")).unwrap();
    bench.run("state verify --sim").code(1).warns("another lineage").warns("`landbridge recover`");
    bench.run("recover --sim --auto-approve").code(0).warns("is not ours").says("is kept as");
    for (n, kept) in (1..=2).zip(kept) {
        assert!(std::fs::read(of(&format!("history/00000{n}.json"))).unwrap() == kept, "{n}");
    }
    bench.run("state verify --sim").code(0).says("serial 3");
    bench.run("plan --sim --detailed-exitcode").code(0);
    // The snapshots before it can be brought back, as ever.
    bench.run("state restore 1 --sim").code(1).says("~ vpcep_service.payments");
    // Whoever goes on with a state of another lineage leaves ours as a former one: no fault, but told.
    let files = ["state.json", "history/000001.json", "history/000002.json", "history/000003.json"];
    let ours: Vec<Vec<u8>> = files.iter().map(|name| std::fs::read(of(name)).unwrap()).collect();
    std::fs::remove_dir_all(of("")).unwrap();
    bench.run("recover --sim --auto-approve").code(0);
    for _ in 0..2 {
        bench.run("state mv --sim vpcep_accept.shop vpcep_accept.other").code(0);
        bench.run("state mv --sim vpcep_accept.other vpcep_accept.shop").code(0);
    }
    for (name, bytes) in files.iter().zip(&ours).skip(1) {
        std::fs::write(of(name), bytes).unwrap();
    }
    bench.run("state verify --sim").code(0).warns("of an earlier lineage").warns("1, 2, 3");
}

#[test]
fn a_state_of_another_stack_gives_way_to_a_snapshot() {
    let bench = edited();
    let of = |name: &str| bench.path("state/.sim/payments-link").join(name);
    let here = bench.run("state list --sim").code(0).out;
    let other = Bench::example("cross-account");
    other.edit("stack: payments-link", "stack: other");
    other.run("apply --sim --auto-approve").code(0);
    let foreign = other.read("state/.sim/other/state.json");
    bench.write("state/.sim/payments-link/state.json", &foreign);
    bench.run("recover --sim --auto-approve").code(1).warns("of stack `other`").warns("state restore 2`");
    bench.run("state restore 2 --sim").code(1).warns("--auto-approve");
    assert!(std::fs::read_to_string(of("state.json")).unwrap() == foreign, "nothing was changed");
    bench.run("state restore 2 --sim --auto-approve").code(0).says("is kept as").says("snapshot 3");
    bench.run("recover --sim --auto-approve").code(0).says("Nothing is to be recovered");
    assert_eq!(bench.run("state list --sim").code(0).out, here);
    bench.run("state verify --sim").code(0).says("serial 3");
    bench.run("plan --sim --detailed-exitcode").code(0);
    // Without a history the file has to go, and the live objects are enough.
    bench.write("state/.sim/payments-link/state.json", &foreign);
    std::fs::remove_dir_all(of("history")).unwrap();
    bench.run("plan --sim").code(1).warns("move it out of the folder");
    std::fs::remove_file(of("state.json")).unwrap();
    bench.run("recover --sim --auto-approve").code(0);
    assert_eq!(bench.run("state list --sim").code(0).out, here);
}
