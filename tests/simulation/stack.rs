//! What is desired: services of one owner with all that hangs on them, drawn, edited, and written
//! as a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::draw::Draw;
use super::links::{self, Links};

/// At most so many services.
pub(super) const SERVICES: usize = 3;

/// Where a back end stands: its kind, which is replaced, and its port, which is changed in place.
const PLACES: [(&str, &str); 4] = [
    ("LB", "4189d3c2-8882-4871-a3c2-d380272eed88"),
    ("VM", "4189d3c2-8882-4871-a3c2-d380272eed88"),
    ("LB", "a77181e7-744c-447d-aca1-064f23cf8672"),
    ("VM", "a07fc4c5-30bd-422d-abea-25e4499528dc"),
];

/// A consumer of services.
pub(super) struct Consumer {
    pub(super) name: &'static str,
    /// Its provider block, and the account that stands for.
    provider: &'static str,
    pub(super) account: &'static str,
    pub(super) vpc: &'static str,
    subnet: &'static str,
}

pub(super) const CONSUMERS: [Consumer; 4] = [
    Consumer {
        name: "shop_a",
        provider: "shop",
        account: "5fc973eea581490997e82ea11a1df31f",
        vpc: "84758cf5-9c62-43ae-a778-3dbd8370c0a4",
        subnet: "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de",
    },
    Consumer {
        name: "shop_b",
        provider: "shop",
        account: "5fc973eea581490997e82ea11a1df31f",
        vpc: "5ecad795-08c6-480d-ad75-042ab82d1191",
        subnet: "6e41d3cb-971a-4317-a014-c802f4196629",
    },
    Consumer {
        name: "track",
        provider: "logistics",
        account: "7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90",
        vpc: "4efb5b79-ee6c-49f2-a960-e8af5e908fa2",
        subnet: "6d12110b-a0c4-49c6-a147-561b796f5656",
    },
    Consumer {
        name: "own",
        provider: "owner",
        account: OWNER,
        vpc: "4189d3c2-8882-4871-a3c2-d380272eed82",
        subnet: "218d2b02-71d9-4b83-aab7-c95935e78b36",
    },
];

/// The account of the services, which every whitelist lets in without listing it.
pub(super) const OWNER: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// The consumer of the endpoints that are alike.
const TWINS_OF: usize = 0;

/// One service with all that hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Service {
    pub(super) place: usize,
    pub(super) name: &'static str,
    pub(super) approval: bool,
    pub(super) ports: BTreeSet<(u16, u16)>,
    pub(super) tags: Option<BTreeMap<&'static str, &'static str>>,
    pub(super) description: Option<&'static str>,
    pub(super) whitelist: Option<Whitelist>,
    /// By consumer.
    pub(super) endpoints: BTreeMap<usize, Endpoint>,
    /// So many endpoints that are alike in everything, by `for_each`.
    pub(super) twins: usize,
    pub(super) twin: Endpoint,
    /// The service that this one names in `depends_on`.
    pub(super) depends_on: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Whitelist {
    pub(super) exclusive: bool,
    /// Account ids, or `*`, with a description or none.
    pub(super) members: BTreeMap<String, Option<&'static str>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Endpoint {
    pub(super) dns: bool,
    pub(super) tags: bool,
    /// The owner's decision.
    pub(super) accept: Option<&'static str>,
    pub(super) create_first: bool,
}

/// The services, by number.
pub(super) type Stack = BTreeMap<usize, Service>;

fn endpoint(draw: &mut Draw) -> Endpoint {
    Endpoint {
        dns: draw.chance(50),
        tags: draw.chance(30),
        accept: draw.one(&[None, Some("accept"), Some("accept"), Some("accept"), Some("reject")]),
        create_first: draw.chance(15),
    }
}

fn whitelist(draw: &mut Draw) -> Whitelist {
    let mut members = BTreeMap::new();
    for account in
        [CONSUMERS[0].account, CONSUMERS[2].account, "0a0b0c0d0e0f40516273849506172839", OWNER, "*"]
    {
        if draw.chance(if account == "*" { 10 } else { 55 }) {
            members.insert(account.to_owned(), draw.one(&[None, None, Some("a friend"), Some("another")]));
        }
    }
    Whitelist { exclusive: draw.chance(30), members }
}

/// The ports of a service tell it from every other one.
fn ports(draw: &mut Draw, number: usize) -> BTreeSet<(u16, u16)> {
    let base = 8000 + 10 * u16::try_from(number).expect("small");
    let count = 1 + draw.below(3);
    (0..count).map(|_| base + u16::try_from(draw.below(6)).expect("small")).map(|p| (p - 7000, p)).collect()
}

fn service(draw: &mut Draw, number: usize) -> Service {
    let mut service = Service {
        place: draw.below(PLACES.len()),
        name: draw.one(&["", "pay", "ord-1"]),
        approval: draw.chance(75),
        ports: ports(draw, number),
        tags: draw.one(&[None, Some(BTreeMap::new()), Some(BTreeMap::from([("team", "a")]))]),
        description: draw.one(&[None, Some(""), Some("for all")]),
        whitelist: draw.chance(80).then(|| whitelist(draw)),
        endpoints: BTreeMap::new(),
        twins: draw.one(&[0, 0, 0, 2, 3]),
        twin: endpoint(draw),
        depends_on: (number > 0 && draw.chance(25)).then(|| number - 1),
    };
    for consumer in 0..CONSUMERS.len() {
        if draw.chance(40) {
            service.endpoints.insert(consumer, endpoint(draw));
        }
    }
    service
}

/// A first configuration.
pub(super) fn stack(draw: &mut Draw) -> Stack {
    (0..SERVICES)
        .filter(|_| draw.chance(60))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|number| (number, service(draw, number)))
        .collect()
}

/// Whatever is made for one of the twins has all that another endpoint asks for.
#[cfg(feature = "planted-bugs")]
pub(super) fn let_one_fit_two_intents(stack: &mut Stack) {
    for service in stack.values_mut() {
        (service.twins, service.twin.tags) = (service.twins.max(1), true);
        service.endpoints.insert(TWINS_OF, Endpoint { tags: false, ..service.twin });
    }
}

/// The configuration after one or more edits.
pub(super) fn edited(draw: &mut Draw, stack: &Stack) -> Stack {
    let mut stack = stack.clone();
    for _ in 0..=draw.below(3) {
        let number = draw.below(SERVICES);
        let Some(one) = stack.get_mut(&number) else {
            let new = service(draw, number);
            stack.insert(number, new);
            continue;
        };
        match draw.below(15) {
            0 => drop(stack.remove(&number)),
            1 => one.place = draw.below(PLACES.len()),
            2 => one.name = draw.one(&["", "pay", "ord-1"]),
            3 => one.approval = !one.approval,
            4 => one.ports = ports(draw, number),
            5 => one.tags = draw.one(&[None, Some(BTreeMap::from([("team", "b"), ("env", "")]))]),
            6 => one.description = draw.one(&[None, Some(""), Some("for some")]),
            7 => one.whitelist = draw.chance(70).then(|| whitelist(draw)),
            8 => one.whitelist = Some(whitelist(draw)),
            9 | 10 => {
                let consumer = draw.below(CONSUMERS.len());
                if one.endpoints.remove(&consumer).is_none() {
                    one.endpoints.insert(consumer, endpoint(draw));
                }
            }
            11 => one.twins = draw.below(4),
            12 => one.twin = endpoint(draw),
            _ => {
                let consumer = draw.below(CONSUMERS.len());
                if one.endpoints.contains_key(&consumer) {
                    one.endpoints.insert(consumer, endpoint(draw));
                }
            }
        }
    }
    stack
}

/// Whether a whitelist lets a consumer in: only then its endpoint can be made.
fn is_let_in(service: &Service, consumer: &Consumer) -> bool {
    let lets_in = |w: &Whitelist| w.members.contains_key(consumer.account) || w.members.contains_key("*");
    consumer.account == OWNER || service.whitelist.as_ref().is_some_and(lets_in)
}

/// The endpoints of single blocks.
fn singles(stack: &Stack) -> impl Iterator<Item = (usize, &'static Consumer, &Endpoint)> {
    stack.iter().flat_map(|(number, service)| {
        let endpoints = service.endpoints.iter().map(|(c, e)| (&CONSUMERS[*c], e));
        endpoints.filter(|(c, _)| is_let_in(service, c)).map(move |(c, e)| (*number, c, e))
    })
}

/// The services that have endpoints by `for_each`.
fn with_twins(stack: &Stack) -> impl Iterator<Item = (usize, &Service)> {
    stack
        .iter()
        .filter(|(_, s)| s.twins > 0 && is_let_in(s, &CONSUMERS[TWINS_OF]))
        .map(|(number, service)| (*number, service))
}

/// Every endpoint: the number of its service, its name with its key, and its consumer.
pub(super) fn endpoints(stack: &Stack) -> Vec<(usize, String, &'static Consumer)> {
    let singles = singles(stack).map(|(n, c, _)| (n, format!("e{n}_{}", c.name), c));
    let twins = with_twins(stack).flat_map(|(n, service)| {
        (0..service.twins).map(move |t| (n, format!("t{n}[\"{t}\"]"), &CONSUMERS[TWINS_OF]))
    });
    singles.chain(twins).collect()
}

/// The configuration as its author writes it.
pub(super) fn yaml(stack: &Stack) -> String {
    yaml_with(stack, None)
}

/// The same for an author who has an account at the second cloud, and these links there.
pub(super) fn yaml_with(stack: &Stack, beyond: Option<&Links>) -> String {
    let mut text = String::from("stack: drawn\nproviders:\n");
    for provider in ["owner", "shop", "logistics"] {
        let _ = writeln!(
            text,
            "  {provider}: {{ type: huaweicloud, region: tr-west-1, auth: {{ access_key: a, secret_key: b }} }}"
        );
    }
    let mut kinds: BTreeMap<&str, String> = BTreeMap::new();
    let mut outputs = String::new();
    if let Some(beyond) = beyond {
        text.push_str(links::PROVIDER);
        links::write(beyond, stack.keys().next().copied(), &mut kinds, &mut outputs);
    }
    for (n, service) in stack {
        write_service(kinds.entry("vpcep_service").or_default(), *n, service, stack);
        let _ = writeln!(outputs, "  s{n}: {{ value: \"${{vpcep_service.s{n}.full_name}}\" }}");
        if let Some(whitelist) = &service.whitelist {
            write_whitelist(kinds.entry("vpcep_whitelist").or_default(), *n, whitelist);
        }
    }
    for (n, consumer, endpoint) in singles(stack) {
        let name = format!("e{n}_{}", consumer.name);
        write_endpoint(&mut kinds, n, &name, consumer, endpoint, None);
        let _ = writeln!(
            outputs,
            "  {name}: {{ value: \"${{vpcep_endpoint.{name}.ip}} of ${{vpcep_endpoint.{name}.endpoint_service_name}}\" }}"
        );
    }
    for (n, service) in with_twins(stack) {
        let name = format!("t{n}");
        write_endpoint(&mut kinds, n, &name, &CONSUMERS[TWINS_OF], &service.twin, Some(service.twins));
        let _ = writeln!(
            outputs,
            "  {name}: {{ value: \"${{[for t in vpcep_endpoint.{name} : t.marker_id]}}\" }}"
        );
    }
    if !kinds.is_empty() {
        text.push_str("resources:\n");
        for (kind, body) in kinds {
            let _ = write!(text, "  {kind}:\n{body}");
        }
    }
    if !outputs.is_empty() {
        let _ = write!(text, "outputs:\n{outputs}");
    }
    text
}

fn write_service(out: &mut String, n: usize, service: &Service, stack: &Stack) {
    let (server, port) = PLACES[service.place];
    let _ = writeln!(
        out,
        "    s{n}:\n      provider: owner\n      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n      port_id: {port}\n      server_type: {server}\n      service_name: \"{}\"\n      approval_enabled: {}",
        service.name, service.approval
    );
    let ports: Vec<String> =
        service.ports.iter().map(|(c, s)| format!("{{ client_port: {c}, server_port: {s} }}")).collect();
    let _ = writeln!(out, "      ports: [{}]", ports.join(", "));
    if let Some(tags) = &service.tags {
        let tags: Vec<String> = tags.iter().map(|(k, v)| format!("{k}: \"{v}\"")).collect();
        let _ = writeln!(out, "      tags: {{ {} }}", tags.join(", "));
    }
    if let Some(description) = service.description {
        let _ = writeln!(out, "      description: \"{description}\"");
    }
    if let Some(first) = service.depends_on.filter(|first| stack.contains_key(first)) {
        let _ = writeln!(out, "      depends_on: [vpcep_service.s{first}]");
    }
}

fn write_whitelist(out: &mut String, n: usize, whitelist: &Whitelist) {
    let member = |(account, note): (&String, &Option<&str>)| {
        let name = if account == "*" { "*".to_owned() } else { format!("iam:domain::{account}") };
        match note {
            None => format!("\"{name}\""),
            Some(note) => format!("{{ permission: \"{name}\", description: \"{note}\" }}"),
        }
    };
    let members: Vec<String> = whitelist.members.iter().map(member).collect();
    let _ = writeln!(
        out,
        "    w{n}:\n      provider: owner\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      mode: {}\n      permissions: [{}]",
        if whitelist.exclusive { "exclusive" } else { "shared" },
        members.join(", ")
    );
}

/// An endpoint and the decision about it; `twins`: so many that are alike.
fn write_endpoint(
    kinds: &mut BTreeMap<&str, String>,
    n: usize,
    name: &str,
    consumer: &Consumer,
    endpoint: &Endpoint,
    twins: Option<usize>,
) {
    let keys = twins.map(|twins| (0..twins).map(|t| format!("\"{t}\"")).collect::<Vec<_>>().join(", "));
    let head = keys.map(|keys| format!("      for_each: '${{toset([{keys}])}}'\n")).unwrap_or_default();
    let _ = writeln!(
        kinds.entry("vpcep_endpoint").or_default(),
        "    {name}:\n{head}      provider: {}\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      vpc_id: {}\n      subnet_id: {}\n      enable_dns: {}{}{}",
        consumer.provider,
        consumer.vpc,
        consumer.subnet,
        endpoint.dns,
        if endpoint.tags { "\n      tags: { of: landbridge }" } else { "" },
        if endpoint.create_first { "\n      lifecycle: { create_before_destroy: true }" } else { "" },
    );
    if let Some(decision) = endpoint.accept {
        let one = if twins.is_some() { "[each.key]" } else { "" };
        let _ = writeln!(
            kinds.entry("vpcep_accept").or_default(),
            "    {name}:\n{head}      provider: owner\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      endpoint_id: ${{vpcep_endpoint.{name}{one}.id}}\n      decision: {decision}"
        );
    }
}
