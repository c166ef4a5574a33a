//! A canary in every credential and every sensitive value, searched for in all that is said.

use super::bench::Bench;

const CANARY: &str = "CANARYcanary0123456789";

const CONFIGURATION: &str = r#"
stack: secrets
variables:
  note: { type: string, sensitive: true }
providers:
  owner:
    type: huaweicloud
    region: tr-west-1
    endpoint: http://127.0.0.1:9
    iam_endpoint: http://127.0.0.1:9
    project_id: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    auth: { access_key: AK, secret_key: "${env.SECRET}" }
resources:
  vpcep_service:
    web:
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      description: ${var.note}
      ports: [{ client_port: 80, server_port: 80 }]
outputs:
  note: { value: "${var.note}", sensitive: true }
"#;

#[test]
fn no_output_plan_log_or_error_shows_a_secret() {
    let bench = Bench::with(CONFIGURATION).env("SECRET", CANARY);
    bench.write("vars.yaml", &format!("note: {CANARY}\n"));
    let mut said = String::new();
    for args in [
        "plan --sim --out secret.plan --steps",
        "plan --sim --json",
        "review secret.plan",
        "review secret.plan --format json",
        "apply --sim --auto-approve --log requests.log",
        "plan --sim --json",
        "state show vpcep_service.web --sim",
        "state show vpcep_service.web --sim --json",
        "output --sim",
        "output --sim --json",
        "output note --sim",
        "validate",
        "destroy --sim --auto-approve --json",
    ] {
        said.push_str(&bench.run(&format!("{args} --var-file vars.yaml")).all());
    }
    assert!(said.contains("(sensitive)") && said.contains("Apply complete"), "{said}");
    assert!(!said.contains(CANARY), "{said}");
    for (path, text) in bench.files() {
        let may_hold =
            path.ends_with("vars.yaml") || path.components().any(|part| part.as_os_str() == "state");
        assert!(may_hold || !text.contains(CANARY), "{} holds a secret", path.display());
    }
    assert!(!bench.run("output note --raw --sim --var-file vars.yaml").out.contains("(sensitive)"));
}

/// What goes wrong: faults of the input that are about a secret, a cloud that is not there, a proxy
/// with a password.
#[test]
fn no_fault_shows_a_secret() {
    let service = "      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88\n      server_type: LB\n      ports: [{ client_port: 80, server_port: 80 }]\n";
    let provider = "providers:\n  owner: { type: huaweicloud, region: tr-west-1, endpoint: \"http://127.0.0.1:9\", project_id: p, auth: { access_key: AK, secret_key: \"${env.SECRET}\" } }\n";
    let secret = "variables:\n  note: { type: string, sensitive: true }\n";
    let with = |what: &str, rest: &str| {
        format!(
            "stack: faults\n{secret}{provider}resources:\n  vpcep_service:\n    web:\n{service}{what}{rest}"
        )
    };
    for (name, text) in [
        ("a type", with("", "").replace("type: string", "type: number")),
        ("a member's type", with("", "").replace("type: string", "type: map(number)")),
        ("a limit", with("      description: '<${var.note}>'\n", "")),
        ("a set of words", with("      tcp_proxy: ${var.note}\n", "")),
        ("a number", with("      enable_policy: ${var.note}\n", "")),
        ("a uuid", with("", "").replace("4189d3c2-8882-4871-a3c2-d380272eed80", "${var.note}")),
        ("a function", with("      description: '${tonumber(var.note)}'\n", "")),
        ("an index", with("      description: '${{a: 1}[var.note]}'\n", "")),
        ("a conversion", with("      description: '${jsondecode(var.note)}'\n", "")),
        (
            "a message",
            with(
                "      lifecycle:\n        precondition:\n          - { condition: '${var.note == \"x\"}', message: 'not ${var.note}' }\n",
                "",
            ),
        ),
        ("a name", with("      for_each: '${[var.note]}'\n", "")),
        ("a provider", with("", "").replace("region: tr-west-1", "region: '${var.note}'")),
        ("an address", with("", "").replace("http://127.0.0.1:9", "http://u:${env.SECRET}@127.0.0.1:9")),
        ("a file", with("", "").replace("project_id: p", "project_id: p, ca_file: '${var.note}'")),
        ("a literal", with("", "").replace("\"${env.SECRET}\"", CANARY).replace("server_type", "server_typ")),
        ("no cloud", with("      description: ${var.note}\n", "")),
    ] {
        let bench = Bench::with(&text)
            .env("SECRET", CANARY)
            .env("HTTPS_PROXY", &format!("http://user:{CANARY}@127.0.0.1:9"))
            .env("ALL_PROXY", &format!("http://user:{CANARY}@127.0.0.1:9"));
        bench.write("vars.yaml", &format!("note: {CANARY}\n"));
        for args in [
            "validate --var-file vars.yaml",
            "plan --var-file vars.yaml --refresh=false --log requests.log",
            "plan --var-file vars.yaml --json",
            "plan --sim --var-file vars.yaml",
        ] {
            let args = if name == "no cloud" { args } else { args.trim_end_matches(" --log requests.log") };
            let said = bench.run(args);
            assert!(!said.all().contains(CANARY), "{name}: {args}\n{}", said.all());
        }
        let given = bench.run(&format!("validate --var note={CANARY}"));
        assert!(!given.all().contains(CANARY), "{name}: --var\n{}", given.all());
        if name == "no cloud" {
            assert!(!bench.read("requests.log").contains(CANARY), "{}", bench.read("requests.log"));
        }
    }
}

/// Secrets that only the environment holds: nothing but evaluation knows them, and the log of an
/// apply of a saved plan holds the requests that carry them.
#[test]
fn a_saved_plan_logs_no_secret_that_only_evaluation_knows() {
    let text = CONFIGURATION
        .replace(
            "variables:\n  note: { type: string, sensitive: true }\n",
            "locals:\n  note: 'a \"${env.NOTE}\"'\n",
        )
        .replace("description: ${var.note}", "description: ${local.note}\n      sensitive: [description]")
        .replace("${var.note}", "${local.note}");
    let bench = Bench::with(&text).env("SECRET", CANARY).env("NOTE", CANARY);
    bench.run("plan --sim --out kept.plan").code(0);
    bench.run("apply kept.plan --sim --log requests.log").code(0).says("Apply complete");
    let log = bench.read("requests.log");
    assert!(log.contains("create_service") && log.contains("(redacted)"), "{log}");
    assert!(!log.contains(CANARY), "{log}");
    assert!(!bench.read("kept.plan").contains(CANARY));
}

/// Whatever the shell's mask allows, what is kept is for its owner's eyes.
#[cfg(unix)]
#[test]
fn files_are_private_under_any_mask() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::with(CONFIGURATION).env("SECRET", CANARY);
    bench.write("vars.yaml", "note: x\n");
    let program = env!("CARGO_BIN_EXE_landbridge");
    for args in ["plan --sim --out kept.plan", "apply --sim --auto-approve --log requests.log"] {
        let line = format!("umask 0; exec {program} {args} --var-file vars.yaml");
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", &line]).current_dir(bench.path("")).env_clear().env("SECRET", CANARY);
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mut seen = 0;
    for (path, _) in bench.files() {
        if path.ends_with("landbridge.yaml") || path.ends_with("vars.yaml") {
            continue;
        }
        seen += 1;
        let mode = |path: &std::path::Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let state = bench.path("state");
        for folder in path.ancestors().filter(|folder| folder.starts_with(&state) && *folder != path) {
            assert_eq!(mode(folder), 0o700, "{}", folder.display());
        }
    }
    assert!(seen >= 5, "the plan, the log, the state, its history, the world: {seen}");
}
