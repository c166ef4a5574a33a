//! The documented sample, read, evaluated, and resolved.

use std::collections::BTreeMap;

use crate::config::testing::{SAMPLE, catalog};
use crate::config::{Configuration, Sources, parse, stack_name};
use crate::expr::{Inputs, NoObjects, View, Views, Worth};
use crate::resource::{Address, Block, Value};

pub(super) fn good(text: &str) -> Configuration {
    match parse(&Sources::file("landbridge.yaml", text), &catalog()) {
        Ok((configuration, _)) => configuration,
        Err(faults) => panic!("{faults:#?}"),
    }
}

/// The inputs of the only instance of a block.
pub(super) fn inputs(configuration: &Configuration, block: &str) -> Inputs {
    let block = &configuration.blocks[&block.parse::<Block>().unwrap()];
    let instances = configuration.instances(block, &NoObjects).unwrap();
    configuration.inputs(block, None, &instances[&None], &NoObjects, &catalog()).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_sample_is_read_and_worked_out() {
    let configuration = good(SAMPLE);
    assert_eq!(configuration.stack, "payments-link");
    let service = inputs(&configuration, "vpcep_service.payments");
    assert_eq!(service["service_name"].known(), Some(&json(r#""pay""#)));
    assert_eq!(
        service["ports"].known(),
        Some(&json(r#"[{"client_port":443,"server_port":8443,"protocol":"TCP"}]"#))
    );
    assert_eq!(service["approval_enabled"].known(), Some(&Value::Bool(true)));
    assert!(!service.contains_key("description"));
    let whitelist = inputs(&configuration, "vpcep_whitelist.tenants");
    assert_eq!(
        whitelist["permissions"].known(),
        Some(&json(r#"[{"permission":"iam:domain::5fc973eea581490997e82ea11a1df31f"}]"#))
    );
    assert_eq!(whitelist["mode"].known(), Some(&json(r#""shared""#)));
    let accept = &configuration.blocks[&"vpcep_accept.shop".parse::<Block>().unwrap()];
    let reads: Vec<String> =
        accept.reads.iter().map(|((b, a), p)| format!("{b} {a:?} {}:{}", p.line, p.column)).collect();
    assert_eq!(
        reads,
        ["vpcep_endpoint.shop Some(\"id\") 63:22", "vpcep_service.payments Some(\"id\") 62:30",]
    );
}

#[test]
fn what_is_unknown_is_deferred_and_resolved_later() {
    let configuration = good(SAMPLE);
    let accept = inputs(&configuration, "vpcep_accept.shop");
    let Worth::Deferred(deferred) = &accept["endpoint_id"].worth else { panic!("{accept:?}") };
    assert_eq!(deferred.source, json(r#""${vpcep_endpoint.shop.id}""#));
    let needs: Vec<String> = deferred.needs.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["vpcep_endpoint.shop.id"]);
    let text = serde_json::to_string(deferred).unwrap();
    let deferred: crate::expr::Deferred = serde_json::from_str(&text).unwrap();
    assert_eq!(
        deferred.resolve(&NoObjects).unwrap_err().to_string(),
        "vpcep_endpoint.shop.id is not known yet"
    );
    let endpoint: Address = "vpcep_endpoint.shop".parse().unwrap();
    let mut view = View::default();
    view.known.set("id", "e-1");
    let mut views = Views::default();
    views.insert(None, view);
    let objects = BTreeMap::from([(endpoint.block.clone(), views)]);
    assert_eq!(deferred.resolve(&objects), Ok((Value::from("e-1"), false)));
}

#[test]
fn provider_settings_are_worked_out_when_they_are_asked_for() {
    let mut sources = Sources::file("landbridge.yaml", SAMPLE);
    for (name, value) in [("OWNER_PROJECT_ID", "p"), ("OWNER_AK", "ak"), ("OWNER_SK", "sk")] {
        sources.env.insert(name.into(), value.into());
    }
    let (configuration, _) = parse(&sources, &catalog()).unwrap();
    let owner = configuration.provider(&"owner".into()).unwrap();
    assert_eq!(owner["auth.secret_key"].expose(), "sk");
    assert!(!format!("{owner:?}").contains("sk\""), "{owner:?}");
    let shop = configuration.provider(&"shop".into()).unwrap_err();
    assert_eq!(shop[0].detail, "the environment has no variable SHOP_PASSWORD");
    assert_eq!(shop[0].place.as_ref().map(|p| (p.line, p.column)), Some((24, 45)));
}

#[test]
fn the_stack_is_guessed_only_from_where_it_is_named() {
    let guess = |text: &str| stack_name(&Sources::file("a.yaml", text));
    assert_eq!(guess(SAMPLE).as_deref(), Some(good(SAMPLE).stack.as_str()));
    assert_eq!(
        guess("locals: { stack: no, more: [stack, no] }\nstack: yes # the name").as_deref(),
        Some("yes")
    );
    assert_eq!(guess("locals:\n  stack: no\nresources: {}"), None);
    assert_eq!(guess("[stack, no]"), None);
    assert_eq!(guess("locals: stack\nvariables: {"), None);
    assert_eq!(guess(&format!("locals: {{ a: {} }}\nstack: too-far", "x".repeat(20_000))), None);
    let (empty, named) = (("a.yaml".into(), Vec::new()), ("b.yaml".into(), b"stack: second".to_vec()));
    let sources = Sources { files: vec![empty, named], ..Sources::default() };
    assert_eq!(stack_name(&sources).as_deref(), Some("second"));
}

#[test]
fn a_list_of_lines_stands_at_its_first_dash() {
    let configuration = good(SAMPLE);
    let block = &configuration.blocks[&"vpcep_service.payments".parse::<Block>().unwrap()];
    let place = &block.attributes["ports"].place;
    let text = &configuration.sources[&place.file];
    assert!(text[place.start..].starts_with("- {"), "{place:?} {:?}", &text[place.start..place.start + 30]);
    let line = text.lines().nth(place.line - 1).unwrap();
    assert!(line[place.column - 1..].starts_with("- {"), "{place:?} {line:?}");
}
