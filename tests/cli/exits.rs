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
fn a_closed_pipe_is_no_failure() {
    let bench = Bench::empty();
    let mut child = bench.command("completions zsh").stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
