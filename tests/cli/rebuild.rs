//! `rebuild` as a user meets it: from the example to its twin in the other region.

use super::bench::Bench;

/// What takes the place of what.
pub(super) const MAP: &str = "--map owner=owner-dr --map shop=shop-dr";

const VALUES: &str = "
4189d3c2-8882-4871-a3c2-d380272eed80: 5a89ded7-21cd-4c57-add8-59a0ee681571
4189d3c2-8882-4871-a3c2-d380272eed88: 625e68c5-4db1-4df0-ae8c-c4c8a1d23d94
84758cf5-9c62-43ae-a778-3dbd8370c0a4: cd63c5a9-c0fc-4649-a208-4cec323ee218
68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de: c998db2c-2152-4db7-a812-a4c25b35143b
";

/// The example, applied, with the blocks of the other region and what ids are there.
pub(super) fn in_two_regions() -> Bench {
    let bench = Bench::example("cross-account");
    bench.edit(
        "\nresources:\n",
        "  owner-dr: { type: huaweicloud, region: eu-west-101, sim_account: owner }\n  shop-dr: { type: huaweicloud, region: eu-west-101, sim_account: shop }\n\nresources:\n",
    );
    bench.write("dr.yaml", VALUES);
    bench.run("apply --sim --auto-approve").code(0);
    bench
}

#[test]
fn a_rebuild_from_the_first_question_to_the_last_object() {
    let bench = in_two_regions();
    let command = format!("rebuild --sim {MAP} --values dr.yaml");
    bench
        .run(&format!("rebuild --sim {MAP}"))
        .code(1)
        .warns("A value of the old place")
        .warns("landbridge.yaml:47:16");
    bench.run(&command).code(1).says("4 to create").warns("review the plan, then use --auto-approve");
    // Tried on a twin: the old places are neither asked nor touched, and nothing is begun.
    let world = bench.read("state/.sim/world.yaml");
    bench
        .run(&format!("{command} --dry-run"))
        .code(0)
        .says("4 to create")
        .says("would succeed: 4 steps")
        .says("Nothing was changed");
    assert_eq!(bench.read("state/.sim/world.yaml"), world);
    bench.run("rebuild --sim --confirm --auto-approve").code(1).warns("no rebuild is under way");
    for wrong in ["--map owner=nobody", "--map nobody=owner-dr", "--map owner=owner", "--map owner"] {
        bench.run(&format!("rebuild --sim {wrong}")).code(1);
    }
    bench
        .run(&format!("{command} --map-out moved.txt --auto-approve"))
        .code(1)
        .warns("name it .json, .csv or .md");

    let said = bench.run(&format!("{command} --auto-approve --map-out moved.csv")).code(0);
    let said = said.says("What was, and what is now").says("+      provider: owner-dr").says("--confirm");
    assert!(!said.out.contains("secret"), "{}", said.out);
    let map = bench.read("moved.csv");
    assert!(
        map.starts_with("address,what,before,after\r\n") && map.contains("vpcep_endpoint.shop,ip,"),
        "{map}"
    );
    bench.run("rebuild --sim --confirm --auto-approve").code(1).warns("`plan` would not be empty afterwards");

    let text = bench.read("landbridge.yaml");
    bench
        .run(&format!("{command} --edit --map-out moved.md"))
        .code(0)
        .says("it goes on from there")
        .says("Changed landbridge.yaml");
    assert_eq!(bench.read("landbridge.yaml").lines().count(), text.lines().count(), "comments stay");
    assert!(bench.read("moved.md").contains("| `vpcep_endpoint.shop` | ip | `10.64.0.2` |"));
    bench.run("rebuild --sim --confirm").code(1).warns("--auto-approve does it without asking");
    bench
        .run("rebuild --sim --confirm --auto-approve --map-out moved.json")
        .code(0)
        .says("4 objects of before");
    assert!(bench.read("moved.json").contains("\"region\": \"eu-west-101\""));
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench.run("state history --sim").code(0).says("rebuild --confirm");
    bench.run("rebuild --sim --delete-old --auto-approve").code(0).says("4 to delete").says("is deleted");
    bench.run("rebuild --sim --delete-old --auto-approve").code(1);
    bench.run("plan --sim --detailed-exitcode").code(0);
    assert_eq!(bench.world().services.len(), 1);
}

#[test]
fn a_backup_takes_a_rebuild_along_and_what_waits_for_its_deletion() {
    let bench = in_two_regions();
    bench.run(&format!("rebuild --sim {MAP} --values dr.yaml --edit --auto-approve")).code(0);
    let lose = || std::fs::remove_dir_all(bench.path("state/.sim/payments-link")).unwrap();
    bench.run("state backup under-way.backup --sim").code(0).says("beside it in rebuild/");
    bench.run("state restore under-way.backup --sim").code(0).warns("only where no state is");
    lose();
    bench.run("state restore under-way.backup --sim").code(0).says("Brought back").says("rebuild/");
    bench.run("rebuild --sim --confirm --auto-approve").code(0);
    bench.run("state backup confirmed.backup --sim").code(0).says("beside it in old/");
    lose();
    bench.run("state restore confirmed.backup --sim").code(0).says("old/");
    bench.run("rebuild --sim --delete-old --auto-approve").code(0);
    bench.run("plan --sim --detailed-exitcode").code(0);
    bench.run("state verify --sim").code(0).says("is whole");
}

#[test]
fn the_stream_tells_what_became_of_what() {
    let bench = in_two_regions();
    let command = format!("rebuild --sim {MAP} --values dr.yaml --auto-approve --json");
    let said = bench.run(&command).code(0).says("\"type\":\"moved\"").says("\"type\":\"edit\"");
    for line in said.out.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("an object a line");
    }
    bench.run("rebuild --sim --abandon --auto-approve").code(0).says("given up");
    assert_eq!(bench.world().services.len(), 1);
    bench.run("plan --sim --detailed-exitcode").code(0);
}
