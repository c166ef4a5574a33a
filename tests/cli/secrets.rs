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
        "plan --log real.log",
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
