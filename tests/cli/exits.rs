//! Exit codes, refusals, and where words go.

use super::bench::Bench;

#[test]
fn without_a_terminal_apply_refuses_and_changes_nothing() {
    let bench = Bench::example("cross-account");
    for command in ["apply --sim", "destroy --sim"] {
        bench.run("apply --sim --auto-approve").code(0);
        bench.edit("client_port: 443", "client_port: 444");
        bench.run(command).code(1).warns("no terminal to ask on").warns("--auto-approve");
        bench.edit("client_port: 444", "client_port: 443");
        bench.run("plan --sim --detailed-exitcode").code(0);
    }
}

#[test]
fn wrong_usage_is_one_and_help_is_zero() {
    let bench = Bench::empty();
    bench.run("").code(1);
    bench.run("plan --nonsense").code(1).warns("--nonsense");
    bench.run("--help").code(0).says("Exit codes:").says("130");
    bench.run("apply --help").code(0).says("Examples:");
    bench.run("--version").code(0).says("landbridge ");
    bench.run("plan").code(1).warns("there is no configuration").warns("landbridge init");
    bench.run("plan --var x").code(1).warns("--var name=value");
    bench.run("-C nowhere plan").code(1).warns("nowhere");
}

#[test]
fn every_fault_is_told_with_its_line_and_the_code_is_one() {
    let bench = Bench::example("cross-account");
    bench.edit("server_type: LB", "server_typ: LB");
    bench.edit("${local.prefix}", "${local.prefx}");
    let said = bench.run("validate").code(1).warns("landbridge.yaml:").warns("server_type").warns("prefix");
    assert!(said.out.is_empty(), "{}", said.out);
    let json = bench.run("validate --json").code(1);
    let kinds: Vec<String> = json.out.lines().map(kind).collect();
    assert_eq!(kinds.first().map(String::as_str), Some("version"));
    assert!(kinds.iter().filter(|kind| *kind == "diagnostic").count() >= 2, "{kinds:?}");
}

fn kind(line: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    event["type"].as_str().unwrap().to_owned()
}

#[test]
fn the_json_stream_tells_the_whole_run() {
    let bench = Bench::example("across-vpcs");
    let said = bench.run("--json apply --sim -auto-approve").code(0);
    let kinds: Vec<String> = said.out.lines().map(kind).collect();
    for wanted in ["version", "planned_change", "change_summary", "apply_start", "apply_complete", "outputs"]
    {
        assert!(kinds.iter().any(|kind| kind == wanted), "{wanted} in {kinds:?}");
    }
    assert!(!said.all().contains('\u{1b}'), "no colours without a terminal");
}

#[test]
fn options_may_stand_before_and_after_and_lists_add_up() {
    let bench = Bench::with(
        "stack: x\nvariables:\n  a: { type: string }\n  b: { type: string }\noutputs:\n  both: { value: \"${var.a}${var.b}\" }\n",
    );
    bench.run("--sim --var a=1 apply --var b=2 --auto-approve").code(0);
    assert_eq!(bench.run("output both --raw --sim --var a=1 --var b=2").code(0).out, "12");
}

#[test]
fn an_interrupted_run_ends_with_130_and_the_next_one_goes_on() {
    use std::io::{BufRead, BufReader, Read};
    let bench = Bench::example("across-vpcs");
    let mut command = bench.command("--json apply --sim --auto-approve");
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"apply_start\"") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the run ended before a step began");
    }
    let signal = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("nothing new starts"), "{rest}");
    bench.run("apply --sim --auto-approve").code(0).says("1 created");
    bench.run("plan --sim --detailed-exitcode").code(0);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let bench = Bench::empty();
    let mut child = bench.command("completions zsh").stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn wishes_that_exclude_each_other_are_refused_and_nothing_is_changed() {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    for (command, why) in [
        ("destroy --sim --auto-approve --refresh-only", "they exclude each other"),
        ("plan --sim --destroy --refresh-only", "they exclude each other"),
        ("destroy --sim --auto-approve --replace vpcep_endpoint.shop", "no meaning in --replace"),
        ("plan --sim --refresh-only --replace vpcep_endpoint.shop", "no meaning in --replace"),
        ("plan --sim --refresh-only --refresh=false", "forbids that"),
    ] {
        bench.run(command).code(1).warns(why);
    }
    bench.run("plan --sim --detailed-exitcode").code(0);
}

#[test]
fn a_plan_that_apply_would_refuse_is_a_failure() {
    let bench = Bench::example("cross-account");
    bench.edit("      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n", "");
    let said = bench.run("plan --sim --detailed-exitcode --out x.plan").code(1).warns("to be read with");
    assert!(!said.err.contains("landbridge apply"), "{}", said.err);
    bench.run("apply x.plan --sim").code(1);
}

#[test]
fn the_record_is_at_hand_whatever_is_wrong_with_the_configuration() {
    let bench = Bench::example("cross-account");
    bench.run("apply --sim --auto-approve").code(0);
    bench.edit("server_type: LB", "server_typ: LB");
    bench.run("plan --sim").code(1);
    for command in
        ["state list", "state show vpcep_service.payments", "state unlock", "state verify", "output"]
    {
        bench
            .run(&format!("{command} --sim"))
            .code(0)
            .warns("needs only the name of its stack, `payments-link`");
    }
    bench.run("state rm --sim vpcep_accept.shop").code(0);
    bench.write("landbridge.yaml", "stack: [\n");
    bench.run("state list --sim").code(1).warns("landbridge.yaml:");
}

#[test]
fn what_is_wrong_with_outputs_and_instances_is_found_without_a_cloud() {
    let bench = Bench::example("cross-account");
    bench.run("validate").code(0);
    bench.edit(
        "outputs:\n",
        "outputs:\n  half: { value: \"${10 / 0}\" }\n  file: { value: \"${file(\\\"nofile\\\")}\" }\n",
    );
    let said = bench.run("validate").code(1).warns("nofile").warns("2 errors");
    assert!(said.err.contains("10 / 0"), "{}", said.err);
}

#[test]
fn a_loop_of_resources_is_told_whole() {
    let bench = Bench::example("cross-account");
    bench.edit("service_name: ${local.prefix}", "service_name: ${vpcep_accept.shop.status}");
    let said = bench.run("validate").code(1).warns("Resources wait for each other in a loop");
    let whole = "vpcep_accept.shop -> vpcep_service.payments -> vpcep_accept.shop";
    assert!(said.err.contains(whole), "{}", said.err);
    assert!(said.err.contains("landbridge.yaml:") && said.err.contains("take one of these references out"));
}

#[test]
fn every_variable_that_is_not_set_is_told_at_once() {
    let bench = Bench::example("cross-account");
    let said = bench.run("plan").code(1);
    for name in ["OWNER_AK", "OWNER_SK", "SHOP_PASSWORD"] {
        assert_eq!(said.err.matches(&format!("no variable {name}")).count(), 1, "{name}: {}", said.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_a_failure_and_a_closed_pipe_is_not() {
    let bench = Bench::example("cross-account");
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for command in ["plan --sim", "graph", "--help"] {
        let ended = bench.command(command).stdout(full()).output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.code() == Some(1) && err.contains("could not be written"), "{command}: {err}");
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert!(bench.command("plan --sim").stdout(writer).status().unwrap().success());
}
