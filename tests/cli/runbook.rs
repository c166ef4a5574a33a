//! `docs/disaster-recovery.md`: every command of the page is run, in the case that it is for, against
//! the simulated cloud.

#![expect(clippy::disallowed_methods, reason = "it reads the page, and breaks files of its folder")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use landbridge::state::files::OsFiles;
use landbridge::state::{Entry, LocalBackend, Opening, Session};

use super::bench::Bench;
use super::rebuild::{MAP, in_two_regions};

/// Where the state of the example is with `--sim`.
const STATE: &str = "state/.sim/payments-link";

/// The commands of the page, by the case they are for.
fn cases() -> Vec<(String, Vec<String>)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/disaster-recovery.md");
    let text = std::fs::read_to_string(page).unwrap();
    let mut cases: Vec<(String, Vec<String>)> = Vec::new();
    let mut case = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("<!-- test: ").and_then(|l| l.strip_suffix(" -->")) {
            case = Some(name.to_owned());
        } else if line == "```console" {
            cases.push((case.take().expect("a block says which case it is for"), Vec::new()));
        } else if let Some(command) = line.strip_prefix("$ ") {
            cases.last_mut().expect("a block").1.push(command.to_owned());
        }
    }
    cases
}

/// The example, applied, and then broken in the way of a case.
fn broken(case: &str) -> Bench {
    if let "region gone" | "moved" = case {
        let bench = in_two_regions();
        if case == "moved" {
            let map = format!("rebuild --sim {MAP} --values dr.yaml --edit --auto-approve");
            bench.run(&map).code(0);
            bench.run("rebuild --sim --confirm --auto-approve").code(0);
        }
        return bench;
    }
    let bench = Bench::example("cross-account");
    if case == "alike" {
        bench.edit(
            "    shop:\n      provider: shop\n",
            "    shop:\n      for_each: '${toset([\"a\", \"b\"])}'\n      provider: shop\n",
        );
        bench.edit(
            "vpcep_accept:\n    shop:\n",
            "vpcep_accept:\n    shop:\n      for_each: '${toset([\"a\", \"b\"])}'\n",
        );
        bench.edit("vpcep_endpoint.shop.id", "vpcep_endpoint.shop[each.key].id");
        bench.edit("vpcep_endpoint.shop.", "vpcep_endpoint.shop[\"a\"].");
    }
    bench.run("apply --sim --auto-approve").code(0);
    match case {
        "applied" | "before" => {}
        "cut off" => cut_off(&bench),
        "damaged" => bench.write(&format!("{STATE}/state.json"), "{"),
        "gone" => std::fs::remove_dir_all(bench.path(STATE)).unwrap(),
        "old" => {
            let old = bench.read(&format!("{STATE}/state.json"));
            bench.edit("enable_dns: true", "enable_dns: false");
            bench.run("apply --sim --auto-approve").code(0);
            bench.write(&format!("{STATE}/state.json"), &old);
            std::fs::remove_dir_all(bench.path(&format!("{STATE}/history"))).unwrap();
        }
        "alike" => {
            std::fs::remove_dir_all(bench.path(STATE)).unwrap();
            // The file that the message shows, with ids for each ID.
            let ids: Vec<String> = bench.world().endpoints.iter().map(|end| end.id.to_string()).collect();
            let said = bench.run("recover --sim --auto-approve").code(1).warns("nothing is guessed");
            let lines = said.err.lines().map(str::trim).filter(|line| line.starts_with('\''));
            let filled =
                lines.zip(&ids).map(|(line, id)| format!("{}\n", line.replace(": ID", &format!(": {id}"))));
            let answers: String = filled.collect();
            assert_eq!(
                answers.matches(&*ids[0]).count() + answers.matches(&*ids[1]).count(),
                2,
                "{}",
                said.err
            );
            bench.write("answers.yaml", &answers);
        }
        "objects gone" => {
            for file in ["world.yaml", "world.log"] {
                // The log may not be there.
                drop(std::fs::remove_file(bench.path(&format!("state/.sim/{file}"))));
            }
        }
        "let go" => drop(bench.run("state rm --sim vpcep_service.payments").code(0)),
        "unwritten" => {
            let block = "{ type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }";
            let text = format!("stack: payments-link\nproviders:\n  owner: {block}\n  shop: {block}\n");
            bench.write("providers.yaml", &text);
            std::fs::remove_file(bench.path("landbridge.yaml")).unwrap();
            std::fs::remove_dir_all(bench.path(STATE)).unwrap();
        }
        other => panic!("nobody knows how to make the case `{other}`"),
    }
    bench
}

/// A run that has let go of the acceptance, and was killed before it ended.
fn cut_off(bench: &Bench) {
    let backend = LocalBackend::new(Arc::new(OsFiles), &bench.path("state/.sim"), "payments-link", "tester");
    let opening = Opening {
        operation: "apply".to_owned(),
        plan: String::new(),
        approved_by: Vec::new(),
        overrides: Vec::new(),
        revision: String::new(),
        kept: 100,
        at: "2026-03-01T08:00:00Z".parse().unwrap(),
        lineage: String::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = Session::open(Arc::new(backend), opening).await.unwrap().session;
        let address = "vpcep_accept.shop".parse().unwrap();
        session.record(Entry::Forgotten { address, deposed: None }).await.unwrap();
        drop(session);
    });
    bench.run("plan --sim").code(0).warns("was cut off");
}

#[test]
fn every_command_of_the_page_does_what_the_page_says() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|(case, _)| case.as_str()).collect();
    assert!(names.len() == cases.len() && cases.len() >= 8, "{names:?}");
    for (case, commands) in &cases {
        let bench = broken(case);
        for command in commands {
            let args = command.strip_prefix("landbridge ").expect("a command of ours");
            let said = bench.run(&format!("{args} --sim"));
            assert_eq!(said.code, 0, "{case}: {command}\n{}\n{}", said.out, said.err);
        }
        // Whatever the case was, in the end nothing is left to do.
        bench.run("plan --sim --detailed-exitcode").code(0);
        bench.run("state verify --sim").code(0);
    }
}
