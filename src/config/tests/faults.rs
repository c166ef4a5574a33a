//! Each kind of fault with its message, kept as files that read well.

use std::fmt::Write as _;

use crate::config::testing::catalog;
use crate::config::{Sources, parse, texts};
use crate::diagnostic::Renderer;

/// The start of a configuration that is good by itself.
const BASE: &str = "stack: s\nproviders:\n  p: { type: huaweicloud, region: r }\n";

pub(super) fn told(sources: &Sources) -> String {
    match parse(sources, &catalog()) {
        Ok(_) => "no fault\n".to_owned(),
        Err(faults) => Renderer::new(&texts(sources), false).many(&faults),
    }
}

/// Compares with the kept file of that name.
fn golden(name: &str, text: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "faults" }, {
        insta::assert_snapshot!(name, text);
    });
}

fn messages(cases: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (title, text) in cases {
        let told = told(&Sources::file("landbridge.yaml", &format!("{BASE}{text}")));
        let _ = writeln!(out, "## {title}\n\n{told}");
    }
    out
}

#[test]
fn faults_of_the_yaml() {
    golden(
        "yaml",
        &messages(&[
            ("duplicate key", "locals:\n  a: 1\n  a: 2\n"),
            ("expression without quotes in a flow map", "locals: { a: ${var.x} }\n"),
            ("expression without quotes in a list", "locals:\n  a: [ 1, ${var.x} ]\n"),
            ("expression without quotes with a colon", "locals:\n  a: ${true ? \"x\": \"y\"}\n"),
            ("for without quotes", "locals:\n  a: ${[for x in [1] : x]}\n"),
            ("a comment inside an expression", "locals:\n  a: ${[1, #\n"),
            ("tab", "locals:\n\ta: 1\n"),
            ("merge key", "locals:\n  a: &a { b: 1 }\n  c: { <<: *a }\n"),
            ("custom tag", "locals:\n  a: !secret x\n"),
            ("second document", "locals: {}\n---\nlocals: {}\n"),
            ("unknown anchor", "locals:\n  a: *nobody\n"),
            ("alias inside its own anchor", "locals:\n  a: &a [ 1, *a ]\n"),
            ("unclosed bracket", "locals:\n  a: [ 1, 2\n"),
            ("unclosed quote", "locals:\n  a: \"x\n  b: 1\n"),
            ("wrong indentation", "locals:\n  a: 1\n   b: 2\n"),
            ("key that is a list", "locals:\n  ? [a]\n  : 1\n"),
            ("expression in a key", "locals:\n  a: { \"${local.b}\": 1 }\n  b: x\n"),
        ]),
    );
}

#[test]
fn faults_of_forms_that_show_before_anything_is_there() {
    let service = "resources:\n  vpcep_service:\n    s: { vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, port_id: 4189d3c2-8882-4871-a3c2-d380272eed88, server_type: LB, ports: [{ client_port: 1, server_port: 1 }] }\n";
    let many = service.replace("s: {", "s: { for_each: \"${toset([\\\"a\\\"])}\",");
    let accept = |service: &str, id: &str| {
        format!("{service}  vpcep_accept:\n    a: {{ endpoint_id: x, endpoint_service_id: \"{id}\" }}\n")
    };
    let cases = [
        ("a whole resource where an id is needed", accept(service, "${vpcep_service.s}")),
        ("all instances where an id is needed", accept(&many, "${vpcep_service.s}")),
        ("a whole instance where an id is needed", accept(&many, "${vpcep_service.s[\\\"a\\\"]}")),
        ("a list where an id is needed", accept(service, "${vpcep_service.s.ports}")),
        (
            "an id where a list is needed",
            format!(
                "{service}  vpcep_whitelist:\n    w: {{ endpoint_service_id: \"${{vpcep_service.s.id}}\", permissions: \"${{vpcep_service.s.id}}\" }}\n"
            ),
        ),
        (
            "a resource within a text",
            format!("{service}outputs:\n  o: {{ value: \"it is ${{vpcep_service.s}}\" }}\n"),
        ),
        (
            "what suits",
            format!(
                "{}outputs:\n  o: {{ value: \"${{vpcep_service.s}}\" }}\n  p: {{ value: \"it is ${{vpcep_service.s.id}}\" }}\n",
                accept(service, "${vpcep_service.s.id}")
            ),
        ),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(title, text)| (*title, text.as_str())).collect();
    golden("forms", &messages(&cases));
}

#[test]
fn faults_of_the_structure() {
    golden(
        "structure",
        &messages(&[
            ("unknown top level key", "resource: {}\n"),
            ("reserved word", "modules: {}\nmoved: {}\n"),
            ("limits", "limits: { deletes: many, cut_connections: 5%, replacement: off, at_least: -1 }\n"),
            ("unknown kind", "resources:\n  vpcep_servcie:\n    a: {}\n"),
            ("kind of data under resources", "resources:\n  vpcep_public_service:\n    obs: { name: obs }\n"),
            ("block that is a list", "resources:\n  vpcep_accept: [ 1 ]\n"),
            ("bad name", "resources:\n  vpcep_accept:\n    \"1 a\": {}\n"),
            ("output without value", "outputs:\n  a: { description: d }\n  b: 1\n"),
            (
                "unknown keys",
                "outputs:\n  a: { value: 1, sensitve: true }\nproviders:\n  q: { type: huaweicloud, regoin: r, auth: { passwd: x } }\n",
            ),
            (
                "timeouts",
                "resources:\n  vpcep_accept:\n    a: { endpoint_service_id: a, endpoint_id: b, timeouts: { create: soon, delte: 10m } }\n",
            ),
            (
                "lifecycle",
                "resources:\n  vpcep_accept:\n    a:\n      endpoint_service_id: a\n      endpoint_id: b\n      lifecycle: { prevent_destory: true, ignore_changes: [decison], precondition: [ { condition: true } ] }\n",
            ),
        ]),
    );
}

#[test]
fn faults_of_files() {
    let two = |a: &str, b: &str| {
        let mut sources = Sources::file("a.yaml", a);
        sources.files.push(("b.yaml".into(), b.as_bytes().to_vec()));
        told(&sources)
    };
    let bytes = |bytes: &[u8]| {
        told(&Sources { files: vec![("a.yaml".into(), bytes.to_vec())], ..Sources::default() })
    };
    golden(
        "files",
        &[
            two("stack: s\nlocals: { a: 1 }\n", "locals: { a: 2 }\nstack: t\n"),
            two("stack: s\nlocals: [\n", "outputs:\n  a: { value: \"${local.gone}\", vlaue: 1 }\n"),
            bytes(b"stack: s\nlocals:\n  a: caf\xe9\n"),
            bytes(b"\xff\xfes\0t\0"),
            bytes(b""),
            bytes(b"- 1\n"),
            bytes(b"\xef\xbb\xbfstack: s\r\nlocals:\r\n  a: ${local.b}\r\n"),
            bytes(b"stack: a/b\n"),
        ]
        .join("----\n"),
    );
}

#[test]
fn faults_of_attributes() {
    golden("attributes", &messages(&[
        ("types, limits, unknown and missing", "\
resources:
  vpcep_service:
    a:
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed8
      prot_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      server_type: lb
      approval_enabled: yes
      service_name: this name is too long!
      id: x
      ports:
        - { client_port: 443, server_port: 8443, protcol: TCP }
        - { client_port: x, server_port: 70000 }
        - { client_port: 1 }
        - 5
      tags: [ a ]
"),
        ("null where a value must be", "resources:\n  vpcep_accept:\n    a:\n      endpoint_id:\n      endpoint_service_id: ~\n"),
        ("evaluated", "\
locals:
  name: this name is too long
  ports: '${[{ client_port = 0, server_port = 1 }]}'
resources:
  vpcep_service:
    a:
      vpc_id: ${uper(\"x\")}
      port_id: ${local.name}
      server_type: ${tonumber(\"x\")}
      service_name: ${local.name}
      ports: ${local.ports}
      tags: ${local.name}
  vpcep_endpoint:
    a: { endpoint_service_id: s, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, port_ip: 10.0.0, whitelist: [ 10.0.0.0/8, x ] }
"),
    ]));
}

#[test]
fn faults_of_references() {
    golden(
        "references",
        &messages(&[
            (
                "unknown names",
                "\
variables:
  tenants: { type: map(string), default: {} }
locals:
  prefix: a
  b: ${var.tenant} ${local.prefx} ${vars.tenants} ${word}
  c: ${env.NOT_SET} ${try(env.NOT_SET, 1)}
  d: ${each.key} ${data.vpcep_public_service} ${self.id}
resources:
  vpcep_service:
    payments: &service
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [ { client_port: 1, server_port: 1 } ]
    many:
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [ { client_port: 1, server_port: 1 } ]
      for_each: { a: 1 }
outputs:
  kind: { value: '${vpcep_servce.payments.id}' }
  name: { value: '${vpcep_service.payment.id}' }
  mode: { value: '${data.vpcep_service.payments.id}' }
  attribute: { value: 'x ${vpcep_service.payments.ids} y' }
  deep: { value: '${vpcep_service.payments.ports[0].clientport}' }
  scalar: { value: '${vpcep_service.payments.id.x}' }
  list: { value: '${vpcep_service.payments.ports.client_port}' }
  no_instance: { value: '${vpcep_service.many.id}' }
  no_instances: { value: '${vpcep_service.payments[\"a\"].id}' }
",
            ),
            (
                "self reference and dependencies",
                "\
resources:
  vpcep_accept:
    a:
      endpoint_service_id: ${vpcep_accept.a.id}
      endpoint_id: x
      depends_on: [vpcep_accept.a, vpcep_accept.c, nonsense]
    b: { endpoint_service_id: a, endpoint_id: b }
",
            ),
            (
                "cycle of locals",
                "locals:\n  a: ${local.b}\n  b: x${local.c}\n  c: '${local.a}${local.d}'\n  d: 1\n  e: ${local.a}\n  f: '${[local.f]}'\n",
            ),
        ]),
    );
}

#[test]
fn faults_of_providers() {
    golden(
        "providers",
        &messages(&[
            (
                "unknown",
                "resources:\n  vpcep_accept:\n    a: { provider: q, endpoint_service_id: a, endpoint_id: b }\n",
            ),
            (
                "of the wrong type, and missing",
                "resources:\n  privatelink_service:\n    a: { provider: p }\n    b: {}\n",
            ),
        ]),
    );
    let text = "stack: s\nproviders:\n  a: { type: huaweicloud }\n  b: { type: huaweicloud, region: '${vpcep_accept.a.id}' }\n  c: { type: hauweicloud }\n  d: {}\nresources:\n  vpcep_accept:\n    a: { endpoint_service_id: a, endpoint_id: b }\n    b: { provider: c, endpoint_service_id: a, endpoint_id: b }\n";
    golden("ambiguous", &told(&Sources::file("landbridge.yaml", text)));
}

#[test]
fn faults_of_variables() {
    let text = "stack: s\nvariables:\n  a: { type: string }\n  b: { type: number, default: x }\n  c: { type: map(strng) }\n  d: { type: 'object({ n = number })' }\n  e: { type: list(number), sensitive: true }\n  f: { default: '${local.x}' }\n  g: { default: '$${x}', typo: 1 }\n  h: { type: bool }\nlocals:\n  x: ${var.a}${var.b} ${var.d.m}\n";
    let mut sources = Sources::file("landbridge.yaml", text);
    sources.vars = vec![
        ("d".into(), "{ n: x }".into()),
        ("e".into(), "[1, secret]".into()),
        ("z".into(), "1".into()),
        ("h".into(), "maybe".into()),
    ];
    sources.var_files.push(("prod.yaml".into(), b"b: 5\naa: 1\nh: '${x}'\n".to_vec()));
    let told = told(&sources);
    assert!(!told.contains("secret"), "a sensitive value is shown: {told}");
    golden("variables", &told);
}

#[test]
fn faults_of_expressions() {
    golden(
        "expressions",
        &messages(&[
            (
                "syntax",
                "\
locals:
  a: x ${1 +} y
  b: ${foo(}
  c: ${}
  d: 'é ${local.x'
  e: \"a\\tb ${1 = 2}\"
  f: |
    first
      ${'single'}
  g: \"${var.x ? 1}\"
  h: >-
    folded
    text ${[1, 2}
  i: ${format(\"%s\")} ${length()} ${length(1, 2)} ${lenght([])}
  j: '%{ if true }never ends'
",
            ),
            (
                "evaluation",
                "\
locals:
  list: '${[1, 2]}'
  a: ${local.list[5]}
  b: ${1 + \"x\"}
  c: ${[1] + 1}
  d: ${null}x
  e: ${local.list}x
  f: ${1 / 0}
  g: '${{a = 1}.b}'
  h: '${{ for x in [1, 1] : x => x }}'
  i: ${substr(1, 2, [])}
  j: ${cidrsubnet(\"10.0.0.0/30\", 8, 1)}
  k: ${regex(\"a(\", \"a\")}
  l: ${local.a}
  m: '${null.x}'
",
            ),
            (
                "for_each",
                "\
resources:
  vpcep_accept:
    a: { for_each: 5, endpoint_service_id: a, endpoint_id: b }
    b: { for_each: [a, a], endpoint_service_id: a, endpoint_id: b }
    c: { for_each: '${sensitive(toset([\"a\"]))}', endpoint_service_id: a, endpoint_id: b }
    d: { for_each: '${[1]}', endpoint_service_id: a, endpoint_id: b }
    e: { for_each: { a: 1 }, endpoint_service_id: '${each.valu}', endpoint_id: '${each.value}' }
    f: { for_each: '${each.key}', endpoint_service_id: a, endpoint_id: b }
",
            ),
        ]),
    );
}
