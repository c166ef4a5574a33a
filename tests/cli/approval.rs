//! Approvals by SSH keys: what ours signs the real `ssh-keygen` verifies, and the other way round;
//! what does not count is refused with the reason.

#![expect(clippy::disallowed_methods, reason = "tests run ssh-keygen and move the files of their folder")]

use std::process::{Command, Output, Stdio};

use super::bench::Bench;

/// A folder with a saved plan, and keys of the people named.
fn bench(people: &[&str]) -> Bench {
    let bench = Bench::example("across-vpcs").env("PATH", "/usr/bin:/bin");
    let mut allowed = String::new();
    for name in people {
        keygen(&bench, &format!("-q -t ed25519 -N  -C {name} -f {name}.key"), None);
        allowed.push_str(&format!("{name} {}", bench.read(&format!("{name}.key.pub"))));
    }
    bench.write("signers", &allowed);
    bench.run("plan --sim --out link.plan").code(0);
    bench
}

/// The real program in the folder, with arguments split at single blanks.
fn keygen(bench: &Bench, args: &str, input: Option<&str>) -> Output {
    let stdin = match input {
        Some(name) => Stdio::from(std::fs::File::open(bench.path(name)).unwrap()),
        None => Stdio::null(),
    };
    let mut command = Command::new("ssh-keygen");
    command.args(args.split(' ')).current_dir(bench.path("")).stdin(stdin);
    let output = command.output().expect("ssh-keygen, which the tests need");
    assert!(output.status.success(), "ssh-keygen {args}: {output:?}");
    output
}

fn approve(bench: &Bench, name: &str) {
    bench
        .run(&format!("review link.plan --approve --by {name} --key {name}.key"))
        .code(0)
        .warns("Approved by");
}

const APPLY: &str = "apply link.plan --sim --allowed-signers signers --require-approval";

#[test]
fn a_plan_is_done_with_enough_approvals_and_the_history_names_them() {
    let bench = bench(&["ann", "ben"]);
    bench
        .run(APPLY)
        .code(1)
        .warns("this needs the approval of 1 person, and nobody has approved it; there is no link.plan.*.approval")
        .warns("nothing was done");
    approve(&bench, "ann");
    bench.run(&format!("{APPLY}=2")).code(1).warns("1 of 2 persons approved it (ann)");
    // One key under two names is one person.
    let twice = bench.read("ann.key.pub");
    bench.write("signers", &format!("{}anna {twice}", bench.read("signers")));
    bench.run("review link.plan --approve --by anna --key ann.key").code(0);
    bench.run(&format!("{APPLY}=2")).code(1).warns("count once");
    approve(&bench, "ben");
    bench.run(&format!("{APPLY}=2")).code(0).says("Apply complete: 2 created.");
    let state = bench.files().into_iter().find(|(path, _)| path.ends_with("state.json")).unwrap().1;
    let run: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(run["run"]["approved_by"], serde_json::json!(["ann", "ben"]));
    bench.run("state history --sim").code(0).says("approved by ann, ben");
}

#[test]
fn the_real_program_verifies_ours_and_ours_verifies_what_it_signed() {
    let bench = bench(&["ann"]);
    approve(&bench, "ann");
    let said = keygen(
        &bench,
        "-Y verify -f signers -I ann -n landbridge-approval -s link.plan.ann.approval.sig",
        Some("link.plan.ann.approval"),
    );
    assert!(String::from_utf8_lossy(&said.stdout).contains("Good"), "{said:?}");

    std::fs::remove_file(bench.path("link.plan.ann.approval.sig")).unwrap();
    bench.run(APPLY).code(1).warns("its signature link.plan.ann.approval.sig is not there");
    keygen(&bench, "-q -Y sign -n landbridge-approval -f ann.key link.plan.ann.approval", None);
    bench.run(APPLY).code(0).says("Apply complete");
}

#[test]
fn what_does_not_count_says_why() {
    let bench = bench(&["ann", "ben"]);
    let refused = |why: &str| drop(bench.run(APPLY).code(1).warns(why).warns("nothing was done"));
    approve(&bench, "ann");

    // Another purpose, as a signed commit would be.
    let file = "link.plan.ann.approval";
    std::fs::remove_file(bench.path(&format!("{file}.sig"))).unwrap();
    keygen(&bench, &format!("-q -Y sign -n git -f ann.key {file}"), None);
    refused("the signature does not stand for ann");

    // Somebody else's key, and a key that may not approve.
    approve(&bench, "ann");
    bench.write("signers", &format!("ann {}", bench.read("ben.key.pub")));
    refused("the signature does not stand for ann");
    bench.write("signers", &format!("ann {}", bench.read("ann.key.pub")));

    // A key that is revoked, or whose time is over.
    bench
        .run(&format!("{APPLY} --revoked-keys ann.key.pub"))
        .code(1)
        .warns("the signature does not stand for ann");
    bench.write("signers", &format!("ann valid-before=\"20200101\" {}", bench.read("ann.key.pub")));
    refused("expired");
    bench.write("signers", &format!("ann {}", bench.read("ann.key.pub")));

    // An approval whose time is over, one that was changed, and one of another plan.
    bench.run("review link.plan --approve --by ann --key ann.key --valid-for 0s").code(0);
    refused("it expired at");
    approve(&bench, "ann");
    let text = bench.read(file);
    bench.write(file, &text.replace("by: ann", "by: ben"));
    refused("the signature does not stand for ben");
    bench.write(file, &format!("{text}and: more\n"));
    refused("was changed");
    bench.write(file, &text);
    bench.edit("8080", "8082");
    bench.run("plan --sim --out link.plan").code(0);
    refused("it approves another plan");

    bench.run("apply --sim --require-approval --allowed-signers signers").code(1).warns("only a saved plan");
    bench.run("apply link.plan --sim --require-approval").code(1).warns("--allowed-signers");
    bench.run(&format!("{APPLY} --allowed-signers none")).code(1);
    bench.run("review link.plan --approve --by a*b --key ann.key").code(1).warns("cannot name an approver");
    bench.run("review link.plan --approve --by ann").code(1).warns("no key to sign with");
    bench.run("review link.plan --approve --by ann --key none").code(1).warns("made no signature");
}

#[test]
fn a_stale_plan_is_done_if_the_new_one_does_the_same() {
    let bench = bench(&["ann"]);
    approve(&bench, "ann");
    // A comment and an output make another plan file, but not another effect on the cloud.
    bench.write("landbridge.yaml", &format!("# a comment\n{}", bench.read("landbridge.yaml")));
    let text = bench.read("landbridge.yaml");
    bench.edit("server_port: 80 }", "server_port: 81 }");
    let said = bench.run("apply --approved link.plan --sim").code(1);
    let said = said.warns("differs from the approved link.plan").warns("vpcep_service.");
    assert!(said.err.contains("approved:") && said.err.contains("now:"), "{}", said.err);
    bench.write("landbridge.yaml", &text);
    bench.run("state list --sim").code(0);
    bench
        .run("apply --approved link.plan --sim --require-approval --allowed-signers signers")
        .code(0)
        .warns("does exactly what was approved")
        .says("Apply complete: 2 created.");
    bench
        .run("apply --approved link.plan --sim")
        .code(1)
        .warns("there is nothing to do to it any more")
        .warns("the new plan does something else");
}
