//! What the cloud would refuse is found while planning. The law, over a table and over drawn
//! configurations: what is found the cloud refuses, and what it refuses for these reasons was found.

use std::collections::BTreeSet;

use landbridge::diagnostic::{Diagnostic, Severity};
use landbridge::ops::{self, PlanOptions};
use landbridge::plan::{Approval, Limit, PlanMode, StepEnd};
use landbridge::sim::{Quota, Settings};

use super::scenario::HOOK;
use super::story::LINK;
use crate::common::{Journey, failures, settled};
use crate::simulation::draw::Draw;

/// Every refusal that preflight is about.
const FORESEEABLE: [&str; 23] = [
    "EndpointConnectionNotFound",
    "EndpointServiceNotSupportedZone",
    "EndpointServiceNotFound",
    "EndpointServiceResourceNotFound",
    "EndpointDuplicated",
    "InstanceNotFound",
    "ComponentCodeValueError",
    "IllegalParamFormat.ConnectBandwidth",
    "IllegalParamFormat.TrafficControlMode",
    "Mismatch.EndpointType",
    "MissingServiceId",
    "EndPoint.0005",
    "Endpoint.1018",
    "EndPoint.2002",
    "EndPoint.2003",
    "EndPoint.2010",
    "EndPoint.2012",
    "EndPoint.2013",
    "EndPoint.2039",
    "EndPoint.2042",
    "EndPoint.2048",
    "EndPoint.3006",
    "EndPoint.3044",
];

/// The code that a finding names.
fn code(finding: &Diagnostic) -> String {
    let code = finding.detail.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let code = code.map(|(code, _)| code.to_lowercase());
    code.unwrap_or_else(|| panic!("no code in {finding:#?}"))
}

struct Outcome {
    /// What planning found to be refused for certain, each as `code at line N`.
    found: Vec<String>,
    errors: BTreeSet<String>,
    warnings: BTreeSet<String>,
    /// What the cloud refused when it was done all the same.
    refused: BTreeSet<String>,
    told: String,
}

/// Plans, and does the plan whatever was found.
async fn all_the_same(journey: &Journey, mode: PlanMode) -> Outcome {
    let workspace = journey.workspace();
    let options = PlanOptions { mode, ..PlanOptions::default() };
    let mut planned = settled(ops::plan(&workspace, &options).await);
    let findings = std::mem::take(&mut planned.plan.diagnostics);
    let of = |severity: Severity| -> BTreeSet<String> {
        findings
            .iter()
            .filter(|f| f.severity == severity)
            .filter(|f| f.detail.contains("the API refuses that (") || f.detail.contains("(EndPoint"))
            .map(code)
            .collect()
    };
    for finding in &findings {
        assert!(finding.place.is_some() && finding.address.is_some(), "where? {finding:#?}");
        assert!(!finding.hint.is_empty(), "what to do? {finding:#?}");
    }
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    let found = errors.map(|f| format!("{} {}", f.address.as_ref().expect("an address"), code(f))).collect();
    let approved = planned.plan.approve_beyond(Approval::Automatic, &Limit::ALL).expect("approved");
    let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
    let (_stopper, cancel) = landbridge::apply::Stopper::new();
    let applied = settled(ops::apply(&workspace, approved, planned.secrets, events, cancel).await);
    let refused = applied.report.ended.values().filter_map(|end| match end {
        // What is under another account's object is looked for until the deadline.
        StepEnd::Failed(fault) if fault.message.contains("does not show") => Some("endpoint.0005".to_owned()),
        StepEnd::Failed(fault) => Some(fault.code.to_lowercase()),
        _ => None,
    });
    Outcome {
        found,
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        refused: refused.collect(),
        told: format!("{findings:#?}\n{:#?}", failures(&applied.report)),
    }
}

/// The law for one plan: whatever is refused was found, and whatever was found is refused.
fn assert_agrees(outcome: &Outcome, about: &str) {
    let foreseeable: BTreeSet<String> = FORESEEABLE.iter().map(|code| code.to_lowercase()).collect();
    let refused: BTreeSet<String> = outcome.refused.intersection(&foreseeable).cloned().collect();
    let known: BTreeSet<String> = outcome.errors.union(&outcome.warnings).cloned().collect();
    assert!(refused.is_subset(&known), "refused and not foreseen: {about}\n{}", outcome.told);
    assert!(
        outcome.errors.is_empty() || !refused.is_disjoint(&outcome.errors),
        "foreseen and not refused: {about}\n{}",
        outcome.told
    );
}

/// A story that starts as the README's, with what a row changes.
fn edited(edits: &[(&str, &str)]) -> Journey {
    let mut journey = Journey::with(LINK, Settings::immediate());
    for (from, to) in edits {
        journey.edit(from, to);
    }
    journey
}

/// Another service beside `payments`.
fn beside(port: &str, mapping: u16) -> String {
    format!(
        "  vpcep_service:\n    other:\n      provider: owner\n      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n      port_id: {port}\n      server_type: LB\n      ports: [{{ client_port: 80, server_port: {mapping} }}]\n"
    )
}

const BALANCER: &str = "4189d3c2-8882-4871-a3c2-d380272eed88";

#[tokio::test(start_paused = true)]
async fn a_sound_plan_is_let_through() {
    let journey = edited(&[]);
    let planned = journey.plan().await;
    assert_eq!(planned.plan.diagnostics, []);
    assert!(
        planned.plan.unseen.iter().any(|clause| clause.contains("the rights")),
        "a plan says what it cannot know: {:#?}",
        planned.plan.unseen
    );
    // One question for each quota and one for what others have; nothing once all is there.
    assert_eq!((journey.count("quotas"), journey.count("list_services")), (2, 1));
    journey.apply().await;
    let before = journey.count("quotas");
    assert_eq!(journey.plan().await.plan.unseen, Vec::<String>::new(), "a plan that does nothing is silent");
    assert_eq!(journey.count("quotas"), before);
}

#[tokio::test(start_paused = true)]
async fn each_rule_is_told_where_it_is_broken() {
    let same_ports = beside(BALANCER, 8443);
    let service = "${vpcep_service.payments.id}";
    let unknown = "11111111-2222-4333-8444-555555555555";
    let obs = "26391a76-546b-42a9-b2fc-496ec68c0e4d";
    let in_endpoint = format!("endpoint_service_id: {service}\n      vpc_id: 84758cf5");
    let to = |id: &str| format!("endpoint_service_id: {id}\n      vpc_id: 84758cf5");
    let (to_unknown, to_obs) = (to(unknown), to(obs));
    let accept = format!("provider: owner\n      endpoint_service_id: {service}\n      endpoint_id");
    let with_dns = "enable_dns: true";
    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a [&'a str]);
    let rows: Vec<Row<'_>> = vec![
        (
            "two services of the plan want one port",
            vec![("  vpcep_service:\n", &same_ports)],
            &["vpcep_service.payments EndPoint.3044"],
        ),
        (
            "the whitelist does not have the account",
            vec![(
                "default: { shop: 5fc973eea581490997e82ea11a1df31f }",
                "default: { other: 7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90 }",
            )],
            &["vpcep_endpoint.shop EndPoint.2012"],
        ),
        (
            "the whitelist goes through the consumer",
            vec![(
                "vpcep_whitelist:\n    tenants:\n      provider: owner",
                "vpcep_whitelist:\n    tenants:\n      provider: shop",
            )],
            &["vpcep_whitelist.tenants EndPoint.0005"],
        ),
        (
            "the decision goes through the consumer",
            vec![(
                &accept,
                "provider: shop\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id",
            )],
            &["vpcep_accept.shop EndPoint.0005"],
        ),
        (
            "no such service",
            vec![(&in_endpoint, &to_unknown)],
            &["vpcep_accept.shop EndPoint.2013", "vpcep_endpoint.shop EndPoint.2003"],
        ),
        (
            "an interface without a subnet",
            vec![("      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n", "")],
            &["vpcep_endpoint.shop EndPoint.2010"],
        ),
        (
            "an interface with a gateway's policy",
            vec![(
                with_dns,
                "policy_statement: [{ Effect: Allow, Action: [\"obs:*:*\"], Resource: [\"*\"] }]",
            )],
            &["vpcep_endpoint.shop EndPoint.2048"],
        ),
        (
            "ipv6 without its network",
            vec![("      service_name: pay\n", "      service_name: pay\n      ip_version: ipv6\n")],
            &["vpcep_service.payments EndPoint.2002"],
        ),
        (
            "one address twice",
            vec![(
                "    shop:\n      provider: shop\n",
                "    also:\n      provider: shop\n      endpoint_service_id: ${vpcep_service.payments.id}\n      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4\n      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n      port_ip: 10.64.0.9\n    shop:\n      port_ip: 10.64.0.9\n      provider: shop\n",
            )],
            &["vpcep_endpoint.shop EndPoint.2042"],
        ),
    ];
    for (about, edits, expected) in rows {
        let outcome = all_the_same(&edited(&edits), PlanMode::Normal).await;
        let expected: Vec<String> = expected.iter().map(|row| row.replace("EndPoint", "endpoint")).collect();
        let mut found = outcome.found.clone();
        found.sort();
        assert_eq!(found, expected, "{about}\n{}", outcome.told);
        // A port address is held only once a connection is accepted.
        if !about.starts_with("one address") {
            assert_agrees(&outcome, about);
        }
    }
    // What the API does not heed is only warned of.
    let gateway = edited(&[
        (&in_endpoint, &to_obs),
        (
            "  vpcep_accept:\n    shop:\n      provider: owner\n      endpoint_service_id: ${vpcep_service.payments.id}\n      endpoint_id: ${vpcep_endpoint.shop.id}\n",
            "",
        ),
    ]);
    let findings = gateway.plan().await.plan.diagnostics;
    let told: Vec<&str> = findings.iter().map(|finding| finding.summary.as_str()).collect();
    assert_eq!(told, ["An attribute has no effect"; 2], "a subnet and a name: {findings:#?}");
    assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
}

/// The same law in the second cloud.
#[tokio::test(start_paused = true)]
async fn each_rule_of_the_second_cloud_is_told_where_it_is_broken() {
    let back_end = "[{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]";
    let zone = "      zone_id: cn-hangzhou-i\n";
    let other_service = "  privatelink_service:\n    other:\n      resources: [{ resource_id: lb-bp1simpayments0001, resource_type: slb, zone_id: cn-hangzhou-h }]\n";
    let accept = "    logs:\n      service_id: ${privatelink_service.hook.id}\n      endpoint_id";
    let twin = "    twin:\n      instance_id: es-cn-2r429tctl000d0000\n      service_id: ${privatelink_service.hook.id}\n      zone_id: cn-hangzhou-i\n  privatelink_accept:\n".to_owned();
    let own = |says: &str| -> String {
        format!(
            "  privatelink_endpoint:\n    own:\n      vpc_id: vpc-bp1simcustomer0001\n      security_group_ids: [sg-bp1simcustomer0001]\n      {says}\n  privatelink_accept:\n"
        )
    };
    let gateway = own("service_id: ${privatelink_service.hook.id}\n      endpoint_type: GatewayLoadBalancer");
    let doubly = own(
        "service_id: ${privatelink_service.hook.id}\n      service_name: com.aliyuncs.privatelink.cn-hangzhou.epsrv-other",
    );
    let nowhere = own("name: nowhere");
    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a [&'a str]);
    let rows: Vec<Row<'_>> = vec![
        (
            "the service has no back end in that zone",
            vec![(zone, "      zone_id: cn-hangzhou-h\n")],
            &["elasticsearch_endpoint.logs endpointservicenotsupportedzone"],
        ),
        (
            "the service has no back end at all",
            vec![(back_end, "[]")],
            &["elasticsearch_endpoint.logs endpointserviceresourcenotfound"],
        ),
        (
            "the decision is about another service",
            vec![
                ("  privatelink_service:\n", other_service),
                (accept, "    logs:\n      service_id: ${privatelink_service.other.id}\n      endpoint_id"),
            ],
            &["privatelink_accept.logs endpointconnectionnotfound"],
        ),
        (
            "there is no such instance",
            vec![("es-cn-2r429tctl000d0000", "es-cn-none0000000d0000")],
            &["elasticsearch_endpoint.logs instancenotfound"],
        ),
        (
            "the instance cannot have any",
            vec![("es-cn-2r429tctl000d0000", "es-cn-0pp1oldone0d0002")],
            &["elasticsearch_endpoint.logs componentcodevalueerror"],
        ),
        (
            "two of one instance to a service that is still to be made",
            vec![("  privatelink_accept:\n", &twin)],
            &["elasticsearch_endpoint.twin endpointduplicated"],
        ),
        (
            "a mode that its back end does not have",
            vec![("outputs:\n", "      traffic_control_mode: Scalability\noutputs:\n")],
            &["privatelink_accept.logs illegalparamformat.trafficcontrolmode"],
        ),
        (
            "a limit that its back end does not have",
            vec![(
                back_end,
                "[{ resource_id: nlb-simpayments000001, resource_type: nlb, zone_id: cn-hangzhou-i }]\n      service_resource_type: nlb\n      connect_bandwidth: 1024",
            )],
            &["privatelink_service.hook illegalparamformat.connectbandwidth"],
        ),
        (
            "an endpoint of a gateway to what is none",
            vec![("  privatelink_accept:\n", &gateway)],
            &["privatelink_endpoint.own mismatch.endpointtype"],
        ),
        (
            "one that says twice where it leads to",
            vec![("  privatelink_accept:\n", &doubly)],
            &["privatelink_endpoint.own endpointservicenotfound"],
        ),
        (
            "one that does not say it",
            vec![("  privatelink_accept:\n", &nowhere)],
            &["privatelink_endpoint.own missingserviceid"],
        ),
    ];
    for (about, edits, expected) in rows {
        let mut journey = Journey::with(HOOK, Settings::immediate());
        for (from, to) in edits {
            journey.edit(from, to);
        }
        let outcome = all_the_same(&journey, PlanMode::Normal).await;
        assert_eq!(outcome.found, expected, "{about}\n{}", outcome.told);
        assert_agrees(&outcome, about);
    }
}

#[tokio::test(start_paused = true)]
async fn what_others_have_counts() {
    // Somebody has a service on that port already, and an endpoint to ours.
    let journey = edited(&[]);
    journey.apply().await;
    let mut second =
        Journey { sim: journey.sim.clone(), ..edited(&[("stack: payments-link", "stack: second")]) };
    let outcome = all_the_same(&second, PlanMode::Normal).await;
    assert_eq!(outcome.found, ["vpcep_service.payments endpoint.3044"], "{}", outcome.told);
    assert_agrees(&outcome, "a service outside the stack");
    // Their consumers keep a service from being deleted.
    second.edit("stack: second", "stack: third");
    let id = journey.recorded().objects[&"vpcep_service.payments".parse().expect("an address")].id.clone();
    second.text = second.text.replace("${vpcep_service.payments.id}", &id);
    let from = second.text.find("  vpcep_service:").expect("the service");
    let until = second.text.find("  vpcep_whitelist:").expect("the whitelist");
    second.text.replace_range(from..until, "");
    second.apply().await;
    let outcome = all_the_same(&journey, PlanMode::Destroy).await;
    assert_eq!(outcome.found, ["vpcep_service.payments endpoint.3006"], "{}", outcome.told);
    assert_agrees(&outcome, "a service in use");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_others_have_admitted_may_connect() {
    let journey = edited(&[]);
    journey.apply().await;
    let whole = journey.text.clone();
    let mut journey = Journey { text: whole, ..journey };
    // Another consumer, whom only the record of somebody else admits.
    journey.edit(
        "  vpcep_accept:\n",
        "    track:\n      provider: logistics\n      endpoint_service_id: ${vpcep_service.payments.id}\n      vpc_id: 4efb5b79-ee6c-49f2-a960-e8af5e908fa2\n      subnet_id: 6d12110b-a0c4-49c6-a147-561b796f5656\n  vpcep_accept:\n",
    );
    journey.edit("resources:\n", "  logistics: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\nresources:\n");
    let codes = |plan: &landbridge::plan::Plan| plan.diagnostics.iter().map(code).collect::<Vec<_>>();
    assert_eq!(codes(&journey.plan().await.plan), ["endpoint.2012"]);
    journey
        .meddle(|world| {
            crate::common::admit_another(world);
            world.permissions.last_mut().expect("a record").permission =
                "iam:domain::7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90".into();
        })
        .await;
    assert_eq!(codes(&journey.plan().await.plan), [""; 0]);
    let outcome = all_the_same(&journey, PlanMode::Normal).await;
    assert_agrees(&outcome, "admitted by somebody else");
    // Whom an organisation's path admits only its owner knows.
    journey
        .meddle(|world| {
            let theirs = world.permissions.iter_mut().find(|record| record.permission.contains("7c2e4f6a"));
            theirs.expect("the record").permission = "organizations:orgPath::o-1/r-1/*".into();
            world.endpoints.retain(|endpoint| endpoint.project != "31845fe549fb4654515c9e2de2426034");
        })
        .await;
    let plan = journey.plan().await.plan;
    assert_eq!(codes(&plan), [""; 0]);
    assert!(
        plan.unseen.iter().any(|clause| clause.contains("admits account 7c2e4f6a")),
        "{:#?}",
        plan.unseen
    );
}

#[tokio::test(start_paused = true)]
async fn quotas_are_added_up_over_the_whole_plan() {
    let quota = |services: u64| Settings {
        quota: Some(Quota { endpoint_service: services, endpoint: 50 }),
        ..Settings::immediate()
    };
    let two = beside("a77181e7-744c-447d-aca1-064f23cf8672", 80);
    let mut journey = Journey::with(LINK, quota(1));
    journey.edit("  vpcep_service:\n", &two);
    let outcome = all_the_same(&journey, PlanMode::Normal).await;
    assert_eq!(outcome.found, ["vpcep_service.payments endpoint.1018"], "{}", outcome.told);
    assert_agrees(&outcome, "two services, room for one");
    // A replacement that makes the new one first needs room for both; the other way round it does not.
    let mut journey = Journey::with(LINK, quota(1));
    journey.apply().await;
    journey.edit("server_type: LB", "server_type: VM");
    assert_eq!(journey.plan().await.plan.diagnostics, []);
    journey.edit("service_name: pay", "service_name: pay\n      lifecycle: { create_before_destroy: true }");
    journey.edit("server_port: 8443", "server_port: 8444");
    let outcome = all_the_same(&journey, PlanMode::Normal).await;
    assert_eq!(outcome.found, ["vpcep_service.payments endpoint.1018"], "{}", outcome.told);
    assert_agrees(&outcome, "create first, room for one");
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_cannot_be_read_stops_nothing() {
    let journey = edited(&[]);
    journey.faults(&["{ operation: quotas, error: { status: 403 } }"]);
    let plan = journey.plan().await.plan;
    assert_eq!(plan.diagnostics, []);
    assert!(
        plan.unseen.iter().any(|clause| clause.contains("quota of endpoint services")),
        "{:#?}",
        plan.unseen
    );
}

/// A drawn configuration: services on few ports, lists that may lack somebody, decisions by anybody.
pub(super) fn drawn(draw: &mut Draw) -> String {
    let mut text = String::from("stack: drawn\nproviders:\n");
    for provider in ["owner", "shop", "logistics"] {
        text.push_str(&format!("  {provider}: {{ type: huaweicloud, region: tr-west-1, auth: {{ access_key: a, secret_key: b }} }}\n"));
    }
    let (mut services, mut lists, mut endpoints, mut accepts) =
        (String::new(), String::new(), String::new(), String::new());
    let count = 1 + draw.below(3);
    for s in 0..count {
        let port = draw.one(&[BALANCER, "a77181e7-744c-447d-aca1-064f23cf8672"]);
        let mapping = 80 + draw.below(3);
        services.push_str(&format!(
            "    s{s}: {{ provider: owner, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, port_id: {port}, server_type: LB, ports: [{{ client_port: 1, server_port: {mapping} }}] }}\n"
        ));
        if draw.chance(70) {
            let member = draw.one(&[
                "iam:domain::5fc973eea581490997e82ea11a1df31f",
                "iam:domain::7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90",
                "*",
                "iam:domain::7c2e*",
            ]);
            let member = if member.ends_with("2e*") { "iam:domain::*" } else { member };
            let provider = if draw.chance(90) { "owner" } else { "shop" };
            lists.push_str(&format!("    w{s}: {{ provider: {provider}, endpoint_service_id: \"${{vpcep_service.s{s}.id}}\", permissions: [\"{member}\"] }}\n"));
        }
    }
    for e in 0..draw.below(4) {
        let s = draw.below(count);
        let (provider, vpc, subnet) = draw.one(&[
            ("shop", "84758cf5-9c62-43ae-a778-3dbd8370c0a4", "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de"),
            ("logistics", "4efb5b79-ee6c-49f2-a960-e8af5e908fa2", "6d12110b-a0c4-49c6-a147-561b796f5656"),
            ("owner", "4189d3c2-8882-4871-a3c2-d380272eed82", "218d2b02-71d9-4b83-aab7-c95935e78b36"),
        ]);
        let to = if draw.chance(85) {
            format!("${{vpcep_service.s{s}.id}}")
        } else {
            draw.one(&[
                "b0e22f6f-26f4-461c-b140-d873464d4fa0",
                "26391a76-546b-42a9-b2fc-496ec68c0e4d",
                "3c7b1097-bf14-4c46-a497-abc80504c001",
            ])
            .to_owned()
        };
        let subnet = if draw.chance(90) { format!(", subnet_id: {subnet}") } else { String::new() };
        let policy = if draw.chance(10) {
            ", policy_statement: [{ Effect: Allow, Action: [\"obs:*:*\"], Resource: [\"*\"] }]"
        } else {
            ""
        };
        endpoints.push_str(&format!("    e{e}: {{ provider: {provider}, endpoint_service_id: \"{to}\", vpc_id: {vpc}{subnet}{policy} }}\n"));
        if to.starts_with('$') && draw.chance(60) {
            let decides = if draw.chance(85) { "owner" } else { "shop" };
            let about = if draw.chance(90) { s } else { draw.below(count) };
            accepts.push_str(&format!("    e{e}: {{ provider: {decides}, endpoint_service_id: \"${{vpcep_service.s{about}.id}}\", endpoint_id: \"${{vpcep_endpoint.e{e}.id}}\" }}\n"));
        }
    }
    text.push_str("resources:\n");
    for (kind, body) in
        [("service", services), ("whitelist", lists), ("endpoint", endpoints), ("accept", accepts)]
    {
        if !body.is_empty() {
            text.push_str(&format!("  vpcep_{kind}:\n{body}"));
        }
    }
    text
}

#[tokio::test(start_paused = true)]
async fn over_drawn_configurations_the_law_holds() {
    let (mut sound, mut unsound) = (0, BTreeSet::new());
    for seed in 0..80 {
        let mut draw = Draw(seed);
        let quota = Quota { endpoint_service: 1 + draw.word() % 3, endpoint: 1 + draw.word() % 3 };
        let settings = Settings { quota: Some(quota), ..Settings::immediate() };
        let mut journey = Journey::with(&drawn(&mut draw), settings);
        let outcome = all_the_same(&journey, PlanMode::Normal).await;
        assert_agrees(&outcome, &format!("seed {seed}\n{}", journey.text));
        if outcome.errors.is_empty() && outcome.refused.is_empty() {
            sound += 1;
            // And the way from there to another one.
            journey.text = drawn(&mut draw);
            let outcome = all_the_same(&journey, PlanMode::Normal).await;
            assert_agrees(&outcome, &format!("seed {seed}, second\n{}", journey.text));
            unsound.extend(outcome.errors);
        }
        unsound.extend(outcome.errors);
    }
    assert!(sound > 10 && unsound.len() > 6, "the draw is one-sided: {sound} sound, {unsound:?}");
}
