//! Instances, precise reads, marks and deferred values, as the planner meets them.

use std::collections::BTreeMap;

use super::sample::good;
use crate::config::testing::catalog;
use crate::config::{Configuration, NoObjects};
use crate::expr::{Input, View, Views, Worth};
use crate::resource::{Address, Block, Value};

type World = BTreeMap<Block, Views>;

const BASE: &str = "stack: s\nproviders:\n  p: { type: huaweicloud }\n";

const SERVICE: &str = "    vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [ { client_port: 1, server_port: 1 } ]
";

/// A view with known and unknown attributes: `name=value` or `name?`, `!` before what is sensitive.
fn view(attributes: &str) -> View {
    let mut view = View::default();
    for word in attributes.split_whitespace() {
        let sensitive = word.strip_prefix('!');
        let word = sensitive.unwrap_or(word);
        let name = match word.split_once('=') {
            Some((name, value)) => {
                view.known.set(name, value);
                name
            }
            None => {
                let name = word.trim_end_matches('?');
                view.unknown.insert(name.to_owned());
                name
            }
        };
        if sensitive.is_some() {
            view.sensitive.insert(name.to_owned());
        }
    }
    view
}

fn world(objects: &[(&str, &str)]) -> World {
    let mut world = World::new();
    for (address, attributes) in objects {
        let address: Address = address.parse().unwrap();
        world.entry(address.block.clone()).or_default().insert(address.key.clone(), view(attributes));
    }
    world
}

fn input(configuration: &Configuration, address: &str, attribute: &str, world: &World) -> Input {
    let address: Address = address.parse().unwrap();
    let block = &configuration.blocks[&address.block];
    let instances = configuration.instances(block, world).unwrap();
    let each = &instances[&address.key];
    let mut inputs = configuration.inputs(block, address.key.as_ref(), each, world, &catalog()).unwrap();
    inputs.remove(attribute).unwrap().as_ref().clone()
}

/// Value or what it waits for, the mark, and what was read.
fn shown(input: &Input) -> String {
    fn names<'a>(references: impl IntoIterator<Item = &'a crate::expr::Reference>) -> String {
        references.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
    let worth = match &input.worth {
        Worth::Known(value) => value.to_string(),
        Worth::Deferred(deferred) => format!("after {}", names(&deferred.needs)),
    };
    let mark = if input.sensitive { " (sensitive)" } else { "" };
    format!("{worth}{mark} reads {}", names(&input.reads))
}

fn deferred(input: &Input) -> crate::expr::Deferred {
    match &input.worth {
        // Through its written form, as in a plan file.
        Worth::Deferred(deferred) => serde_json::from_str(&serde_json::to_string(deferred).unwrap()).unwrap(),
        Worth::Known(value) => panic!("known: {value}"),
    }
}

#[test]
fn an_instance_reads_only_what_it_names() {
    let configuration = good(&format!(
        "{BASE}locals:\n  all: '${{vpcep_service.p}}'\n  ids: '${{[for k, s in vpcep_service.p : s.id]}}'\nresources:\n  vpcep_service:\n    p:\n      for_each: {{ a: 1, b: 2 }}\n  {SERVICE}  vpcep_accept:\n    one:\n      for_each: {{ a: x, b: y }}\n      endpoint_service_id: '${{vpcep_service.p[each.key].id}}'\n      endpoint_id: '${{each.value}}-${{local.all[\"b\"].description}}'\n    all:\n      endpoint_service_id: '${{join(\",\", vpcep_service.p[*].id)}}'\n      endpoint_id: '${{length(vpcep_service.p)}}${{local.ids[0]}}'\n"
    ));
    let w = world(&[
        (r#"vpcep_service.p["a"]"#, "id=1 description=d"),
        (r#"vpcep_service.p["b"]"#, "id? !description=e"),
    ]);
    for (address, attribute, expected) in [
        (r#"vpcep_accept.one["a"]"#, "endpoint_service_id", r#""1" reads vpcep_service.p["a"].id"#),
        (
            r#"vpcep_accept.one["b"]"#,
            "endpoint_service_id",
            r#"after vpcep_service.p["b"].id reads vpcep_service.p["b"].id"#,
        ),
        (
            r#"vpcep_accept.one["a"]"#,
            "endpoint_id",
            r#""x-e" (sensitive) reads vpcep_service.p["b"].description"#,
        ),
        (
            "vpcep_accept.all",
            "endpoint_service_id",
            r#"after vpcep_service.p["b"].id reads vpcep_service.p["a"].id vpcep_service.p["b"].id"#,
        ),
        ("vpcep_accept.all", "endpoint_id", r#""21" reads vpcep_service.p["a"].id vpcep_service.p["b"].id"#),
    ] {
        assert_eq!(shown(&input(&configuration, address, attribute, &w)), expected, "{address} {attribute}");
    }
    let block = &configuration.blocks[&"vpcep_accept.all".parse::<Block>().unwrap()];
    let reads: Vec<String> =
        block.reads.iter().map(|((b, a), _)| format!("{b}.{}", a.as_deref().unwrap_or("*"))).collect();
    assert_eq!(reads, ["vpcep_service.p.*", "vpcep_service.p.id"]);
}

#[test]
fn a_deferred_value_carries_its_scope() {
    let configuration = good(&format!(
        "{BASE}variables:\n  v: {{ type: map(string), default: {{ a: va, b: vb }} }}\nlocals:\n  known: {{ a: ka, b: kb }}\n  ids: '${{{{for k, s in vpcep_service.p : k => \"id-${{s.id}}\"}}}}'\n  deep: '${{local.ids}}'\nresources:\n  vpcep_service:\n    p:\n      for_each: {{ a: 1, b: 2 }}\n  {SERVICE}  vpcep_accept:\n    one:\n      for_each: '${{{{a = vpcep_service.p[\"a\"].id, b = \"fixed\"}}}}'\n      endpoint_service_id: '${{local.deep[each.key]}} ${{local.known[each.key]}} ${{var.v[each.key]}} ${{vpcep_service.p[each.key].description}} ${{path.module}}'\n      endpoint_id: '${{each.value}} ${{try(vpcep_service.p[\"a\"].id, \"none\")}}'\n    cond:\n      endpoint_service_id: '${{vpcep_service.p[\"a\"].id == \"1\" ? local.known.a : local.ids[\"b\"]}}'\n      endpoint_id: '${{[for k, i in local.ids : \"${{k}}=${{i}}${{local.known[k]}}\"][1]}}'\n"
    ));
    let before = world(&[
        (r#"vpcep_service.p["a"]"#, "id? description=da"),
        (r#"vpcep_service.p["b"]"#, "id? description=db"),
    ]);
    let after = world(&[(r#"vpcep_service.p["a"]"#, "id=1"), (r#"vpcep_service.p["b"]"#, "id=2")]);
    for (address, attribute, expected) in [
        (r#"vpcep_accept.one["a"]"#, "endpoint_service_id", "id-1 ka va da ."),
        (r#"vpcep_accept.one["b"]"#, "endpoint_service_id", "id-2 kb vb db ."),
        (r#"vpcep_accept.one["a"]"#, "endpoint_id", "1 1"),
        (r#"vpcep_accept.one["b"]"#, "endpoint_id", "fixed 1"),
        ("vpcep_accept.cond", "endpoint_service_id", "ka"),
        ("vpcep_accept.cond", "endpoint_id", "b=id-2kb"),
    ] {
        let deferred = deferred(&input(&configuration, address, attribute, &before));
        assert_eq!(deferred.resolve(&after), Ok((Value::from(expected), false)), "{address} {attribute}");
    }
    let one = deferred(&input(&configuration, r#"vpcep_accept.one["a"]"#, "endpoint_service_id", &before));
    let scope: Vec<&String> = one.scope.keys().collect();
    assert_eq!(
        scope,
        [
            "each.key",
            "local.deep",
            r#"local.known["a"]"#,
            "path.module",
            r#"var.v["a"]"#,
            r#"vpcep_service.p["a"].description"#
        ]
    );
    let fault = one.resolve(&before).unwrap_err().to_string();
    assert_eq!(fault, r#"vpcep_service.p["a"].id, vpcep_service.p["b"].id is not known yet"#);
}

#[test]
fn outputs_conditions_and_triggers() {
    let configuration = good(&format!(
        "{BASE}variables:\n  pw: {{ default: x, sensitive: true }}\nresources:\n  vpcep_service:\n    p:\n  {SERVICE}      lifecycle:\n        replace_triggered_by: [ vpcep_endpoint.e.id, '${{vpcep_endpoint.e.ip}}' ]\n        precondition:\n          - {{ condition: '${{vpcep_endpoint.e.ip == \"1\"}}', message: 'ip is ${{vpcep_endpoint.e.ip}}' }}\n          - {{ condition: '${{vpcep_endpoint.e.id == \"1\"}}', message: unknown yet }}\n  vpcep_endpoint:\n    e: {{ endpoint_service_id: s, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80 }}\noutputs:\n  open: {{ value: '${{vpcep_endpoint.e.ip}}' }}\n  later: {{ value: {{ id: '${{vpcep_endpoint.e.id}}' }} }}\n  secret: {{ value: '${{var.pw}}', sensitive: true }}\n  leak: {{ value: '${{var.pw}}', sensitive: false }}\n  marked: {{ value: '${{var.pw}}' }}\n"
    ));
    let w = world(&[("vpcep_endpoint.e", "id? ip=2")]);
    let block = &configuration.blocks[&"vpcep_service.p".parse::<Block>().unwrap()];
    let each = &configuration.instances(block, &w).unwrap()[&None];
    let failed = configuration.conditions(block, None, each, &w);
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].summary.as_str(), failed[0].detail.as_str()), ("Precondition failed", "ip is 2"));
    let triggers = configuration.replace_triggers(block, None, each, &w).unwrap();
    assert_eq!(triggers[1], ("vpcep_endpoint.e.ip".into(), Worth::Known(Value::from("2"))));
    assert!(matches!(&triggers[0], (written, Worth::Deferred(_)) if written == "vpcep_endpoint.e.id"));
    let output = |name| configuration.output(name, &w).map(|input| shown(&input));
    assert_eq!(output("open").unwrap(), r#""2" reads vpcep_endpoint.e.ip"#);
    assert_eq!(output("later").unwrap(), "after vpcep_endpoint.e.id reads vpcep_endpoint.e.id");
    assert_eq!(output("secret").unwrap(), r#""x" (sensitive) reads "#);
    assert_eq!(output("marked").unwrap(), r#""x" (sensitive) reads "#);
    assert_eq!(output("leak").unwrap_err()[0].summary, "Sensitive output");
}

#[test]
fn for_each_over_a_block_and_what_is_unknown() {
    let configuration = good(&format!(
        "{BASE}resources:\n  vpcep_service:\n    p:\n      for_each: [a, b]\n  {SERVICE}  vpcep_accept:\n    chained:\n      for_each: '${{vpcep_service.p}}'\n      endpoint_service_id: '${{each.value.id}}'\n      endpoint_id: '${{each.value.description}}'\n    unknown: {{ for_each: '${{toset([vpcep_service.p[\"a\"].id])}}', endpoint_service_id: a, endpoint_id: b }}\n"
    ));
    let before = world(&[
        (r#"vpcep_service.p["a"]"#, "id? description=da"),
        (r#"vpcep_service.p["b"]"#, "id? description=db"),
    ]);
    let id = input(&configuration, r#"vpcep_accept.chained["b"]"#, "endpoint_service_id", &before);
    assert_eq!(shown(&id), r#"after vpcep_service.p["b"].id reads vpcep_service.p["b"].id"#);
    let after = world(&[(r#"vpcep_service.p["a"]"#, "id=1"), (r#"vpcep_service.p["b"]"#, "id=2")]);
    assert_eq!(deferred(&id).resolve(&after), Ok((Value::from("2"), false)));
    let description = input(&configuration, r#"vpcep_accept.chained["b"]"#, "endpoint_id", &before);
    assert_eq!(shown(&description), r#""db" reads vpcep_service.p["b"].description"#);
    let block = &configuration.blocks[&"vpcep_accept.unknown".parse::<Block>().unwrap()];
    let fault = configuration.instances(block, &before).unwrap_err().remove(0);
    assert!(fault.detail.contains(r#"known only after vpcep_service.p["a"].id is applied"#), "{fault:?}");
    assert!(fault.hint.contains(r#"--target 'vpcep_service.p["a"]'"#), "{fault:?}");
    assert!(configuration.instances(block, &NoObjects).is_err());
}

#[test]
fn variables_keep_the_text_of_scalars_until_a_type_reads_it() {
    let text = "stack: s\nvariables:\n  any: { default: 0012 }\n  list: { type: any, default: [ 1e5, true, ~ ] }\n  number: { type: number, default: 0x }\n  text: { type: string, default: 5e3 }\n  object: { type: 'object({ a = number, b = optional(list(string), []) })' }\n";
    let mut sources = crate::config::Sources::file("landbridge.yaml", text);
    sources.vars = vec![("number".into(), "1e3".into()), ("object".into(), "{ a: 7 }".into())];
    assert!(
        crate::config::parse(&sources, &catalog()).is_err(),
        "a default is checked even where it is not used"
    );
    sources.files[0].1 = text.replace("0x", "5").into_bytes();
    let (configuration, _) = crate::config::parse(&sources, &catalog()).unwrap();
    let value = |name: &str| configuration.variables[name].value.to_string();
    assert_eq!(
        ["any", "list", "number", "text", "object"].map(value),
        [r#""0012""#, r#"["1e5","true",null]"#, "1000", r#""5e3""#, r#"{"a":7,"b":[]}"#]
    );
}

#[test]
fn the_digest_ignores_layout_credentials_and_files() {
    let digest = |text: &str| good(text).digest;
    let base = "stack: s\nproviders:\n  p: { type: huaweicloud, auth: { token: a } }\nlocals: { a: x, b: { c: 1, d: 2 } }\n";
    let same = "# a comment\nlocals:\n  b:\n    d: \"2\"\n    c: 1\n  a: x\nproviders: { p: { auth: { token: b }, type: huaweicloud } }\nstack: s\n";
    assert_eq!(digest(base), digest(same));
    assert_ne!(digest(base), digest(&base.replace("a: x", "a: y")));
    assert_eq!(digest(base).len(), 64);
}

#[test]
fn what_is_optional_and_left_out_is_null() {
    let text = format!(
        "{BASE}variables:\n  a:\n    type: object({{ x = optional(bool), y = optional(number, 3) }})\n    default: {{}}\noutputs:\n  \
         o: {{ value: \"${{[coalesce(var.a.x, true), var.a.x == null, var.a.y]}}\" }}\n"
    );
    let output = good(&text).output("o", &NoObjects).unwrap();
    assert_eq!(output.known().unwrap().to_string(), "[true,true,3]");
}
