//! The laws, on configurations, edits and faults that are drawn from a seed.
//!
//! Each seed draws a stack, then edits it again and again; every edit is applied with something
//! going wrong. Whatever went wrong, applying again must converge, with exactly the objects that
//! the configuration names in the cloud: none twice, none stray.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use landbridge::ops::PlanOptions;
use landbridge::plan::{Plan, PlanMode, planfile};
use landbridge::sim::{FaultRules, Settings};

use crate::common::{Journey, failures, settled, told};

/// splitmix64.
struct Draw(u64);

impl Draw {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.word() % n as u64).expect("small")
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// Where a back end stands: its kind, which is replaced, and its port, which is changed in place.
const PLACES: [(&str, &str); 4] = [
    ("LB", "4189d3c2-8882-4871-a3c2-d380272eed88"),
    ("VM", "4189d3c2-8882-4871-a3c2-d380272eed88"),
    ("LB", "a77181e7-744c-447d-aca1-064f23cf8672"),
    ("VM", "a07fc4c5-30bd-422d-abea-25e4499528dc"),
];

/// A consumer: name, provider block, account, VPC, subnet.
const CONSUMERS: [(&str, &str, &str, &str, &str); 4] = [
    (
        "shop_a",
        "shop",
        "5fc973eea581490997e82ea11a1df31f",
        "84758cf5-9c62-43ae-a778-3dbd8370c0a4",
        "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de",
    ),
    (
        "shop_b",
        "shop",
        "5fc973eea581490997e82ea11a1df31f",
        "5ecad795-08c6-480d-ad75-042ab82d1191",
        "6e41d3cb-971a-4317-a014-c802f4196629",
    ),
    (
        "track",
        "logistics",
        "7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90",
        "4efb5b79-ee6c-49f2-a960-e8af5e908fa2",
        "6d12110b-a0c4-49c6-a147-561b796f5656",
    ),
    (
        "own",
        "owner",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "4189d3c2-8882-4871-a3c2-d380272eed82",
        "218d2b02-71d9-4b83-aab7-c95935e78b36",
    ),
];

/// One service with all that hangs on it.
#[derive(Clone)]
struct Service {
    place: usize,
    name: &'static str,
    approval: bool,
    ports: BTreeSet<(u16, u16)>,
    tags: Option<BTreeMap<&'static str, &'static str>>,
    description: Option<&'static str>,
    whitelist: Option<Whitelist>,
    endpoints: BTreeMap<usize, Endpoint>,
}

#[derive(Clone)]
struct Whitelist {
    exclusive: bool,
    /// Account ids, or `*`, with a description or none.
    members: BTreeMap<String, Option<&'static str>>,
}

#[derive(Clone)]
struct Endpoint {
    dns: bool,
    tags: bool,
    accept: Option<&'static str>,
}

type Stack = BTreeMap<usize, Service>;

fn endpoint(draw: &mut Draw) -> Endpoint {
    let accept = draw.one(&[None, Some("accept"), Some("accept"), Some("accept"), Some("reject")]);
    Endpoint { dns: draw.chance(50), tags: draw.chance(30), accept }
}

fn whitelist(draw: &mut Draw) -> Whitelist {
    let mut members = BTreeMap::new();
    for account in [CONSUMERS[0].2, CONSUMERS[2].2, "0a0b0c0d0e0f40516273849506172839", CONSUMERS[3].2, "*"] {
        if draw.chance(if account == "*" { 10 } else { 55 }) {
            members.insert(account.to_owned(), draw.one(&[None, None, Some("a friend"), Some("another")]));
        }
    }
    Whitelist { exclusive: draw.chance(30), members }
}

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
    };
    for consumer in 0..CONSUMERS.len() {
        if draw.chance(45) {
            service.endpoints.insert(consumer, endpoint(draw));
        }
    }
    service
}

fn stack(draw: &mut Draw) -> Stack {
    let mut services = Vec::new();
    for n in 0..3 {
        if draw.chance(70) {
            services.push((n, service(draw, n)));
        }
    }
    services.into_iter().collect()
}

/// One or more edits.
fn edit(draw: &mut Draw, stack: &mut Stack) {
    for _ in 0..=draw.below(3) {
        let number = draw.below(3);
        let Some(one) = stack.get_mut(&number) else {
            let new = service(draw, number);
            stack.insert(number, new);
            continue;
        };
        match draw.below(13) {
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
            _ => {
                let consumer = draw.below(CONSUMERS.len());
                if one.endpoints.contains_key(&consumer) {
                    one.endpoints.insert(consumer, endpoint(draw));
                }
            }
        }
    }
}

/// Whether a whitelist lets a consumer in: only then its endpoint can be made.
fn is_let_in(service: &Service, consumer: usize) -> bool {
    let (_, provider, account, ..) = CONSUMERS[consumer];
    provider == "owner"
        || service
            .whitelist
            .as_ref()
            .is_some_and(|w| w.members.contains_key(account) || w.members.contains_key("*"))
}

fn endpoints(stack: &Stack) -> impl Iterator<Item = (usize, usize, &Endpoint)> {
    stack.iter().flat_map(|(n, s)| {
        s.endpoints.iter().filter(|(c, _)| is_let_in(s, **c)).map(move |(c, e)| (*n, *c, e))
    })
}

fn yaml(stack: &Stack) -> String {
    let mut text = String::from("stack: drawn\nproviders:\n");
    for provider in ["owner", "shop", "logistics"] {
        let _ = writeln!(
            text,
            "  {provider}: {{ type: huaweicloud, region: tr-west-1, auth: {{ access_key: a, secret_key: b }} }}"
        );
    }
    let mut kinds: BTreeMap<&str, String> = BTreeMap::new();
    for (n, service) in stack {
        let (server, port) = PLACES[service.place];
        let out = kinds.entry("vpcep_service").or_default();
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
        if let Some(whitelist) = &service.whitelist {
            let members: Vec<String> = whitelist
                .members
                .iter()
                .map(|(account, note)| {
                    let name = if account == "*" { "*".to_owned() } else { format!("iam:domain::{account}") };
                    match note {
                        None => format!("\"{name}\""),
                        Some(note) => format!("{{ permission: \"{name}\", description: \"{note}\" }}"),
                    }
                })
                .collect();
            let _ = writeln!(
                kinds.entry("vpcep_whitelist").or_default(),
                "    w{n}:\n      provider: owner\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      mode: {}\n      permissions: [{}]",
                if whitelist.exclusive { "exclusive" } else { "shared" },
                members.join(", ")
            );
        }
    }
    let mut outputs = String::new();
    for (n, c, endpoint) in endpoints(stack) {
        let (name, provider, _, vpc, subnet) = CONSUMERS[c];
        let _ = writeln!(
            kinds.entry("vpcep_endpoint").or_default(),
            "    e{n}_{name}:\n      provider: {provider}\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      vpc_id: {vpc}\n      subnet_id: {subnet}\n      enable_dns: {}{}",
            endpoint.dns,
            if endpoint.tags { "\n      tags: { of: landbridge }" } else { "" },
        );
        let _ = writeln!(outputs, "  e{n}_{name}: {{ value: \"${{vpcep_endpoint.e{n}_{name}.ip}}\" }}");
        if let Some(decision) = endpoint.accept {
            let _ = writeln!(
                kinds.entry("vpcep_accept").or_default(),
                "    e{n}_{name}:\n      provider: owner\n      endpoint_service_id: ${{vpcep_service.s{n}.id}}\n      endpoint_id: ${{vpcep_endpoint.e{n}_{name}.id}}\n      decision: {decision}"
            );
        }
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

/// Something that goes wrong, as fault rules.
const FAULTS: [&str; 15] = [
    "{ operation: create_service, lose_answer: true, count: 1 }",
    "{ operation: create_endpoint, lose_answer: true, every: 2 }",
    "{ operation: 'create_*', cut: true, count: 2 }",
    "{ operation: 'create_*', error: { status: 503 }, every: 2 }",
    "{ operation: 'create_*', error: { status: 500, done: true }, nth: 1 }",
    "{ operation: 'delete_*', lose_answer: true, every: 2 }",
    "{ operation: 'update_*', error: { status: 500, done: true }, every: 2 }",
    "{ operation: '*permission*', lose_answer: true, probability: 0.4 }",
    "{ operation: connection_action, lose_answer: true, every: 2 }",
    "{ error: { code: EndPoint.0022 }, probability: 0.2 }",
    "{ error: { status: 429, retry_after: 2 }, probability: 0.2 }",
    "{ operation: 'list_*', error: { status: 502 }, every: 3 }",
    "{ operation: 'get_*', hide: 20s }",
    "{ operation: create_endpoint, fail: { code: EndPoint.2001, message: no address is left }, count: 1 }",
    "{ operation: 'create_*', slow: 20m, count: 1 }",
];

/// What holds for every plan.
fn check_plan(plan: &Plan) {
    for step in &plan.steps {
        assert!(step.after.iter().all(|a| *a < step.id), "{} waits for a later step", step.id);
    }
    let place = |address: &str, words: &[&str]| {
        plan.steps.iter().position(|s| s.address.to_string() == address && words.contains(&s.action.word()))
    };
    for n in 0..3 {
        for (name, ..) in CONSUMERS {
            let (service, endpoint) = (format!("vpcep_service.s{n}"), format!("vpcep_endpoint.e{n}_{name}"));
            let (accept, whitelist) = (format!("vpcep_accept.e{n}_{name}"), format!("vpcep_whitelist.w{n}"));
            for (first, then) in [(&service, &endpoint), (&service, &accept), (&endpoint, &accept)] {
                let made = (place(first, &["create"]), place(then, &["create"]));
                assert!(made.1.is_none() || made.0 <= made.1, "{first} is made before {then}");
                let ended = (place(first, &["delete"]), place(then, &["delete"]));
                if let (Some(first_ends), Some(then_ends)) = ended {
                    assert!(then_ends < first_ends, "{then} ends before {first}");
                }
            }
            if let (Some(grants), Some(makes)) =
                (place(&whitelist, &["create", "grant"]), place(&endpoint, &["create"]))
            {
                assert!(grants < makes, "{whitelist} lets in before {endpoint} is made");
            }
            if let (Some(revokes), Some(ends)) =
                (place(&whitelist, &["revoke"]), place(&endpoint, &["delete"]))
            {
                assert!(ends < revokes, "{whitelist} shuts out after {endpoint} has ended");
            }
        }
    }
}

/// What is in the cloud is what the configuration names, and what is recorded is what is there.
fn check_world(journey: &Journey, stack: &Stack) {
    let world = journey.sim.world();
    assert_eq!(world.services.len(), stack.len(), "services");
    assert_eq!(world.endpoints.len(), endpoints(stack).count(), "endpoints");
    let there: BTreeSet<String> = world
        .services
        .iter()
        .map(|s| s.id.to_string())
        .chain(world.endpoints.iter().map(|e| e.id.to_string()))
        .collect();
    let recorded = journey.recorded();
    let known: BTreeSet<String> = recorded
        .objects
        .iter()
        .filter(|(a, _)| ["vpcep_service", "vpcep_endpoint"].contains(&a.kind().as_str()))
        .map(|(_, o)| o.id.clone())
        .collect();
    assert_eq!(there, known, "recorded and there");
    assert!(recorded.deposed.is_empty() && recorded.pending.is_empty());
    for (n, service) in stack {
        if let Some(whitelist) = service.whitelist.as_ref().filter(|w| w.exclusive) {
            let id = &recorded.objects[&format!("vpcep_service.s{n}").parse().expect("an address")].id;
            let listed = world.permissions.iter().filter(|p| p.service_id.to_string() == *id).count();
            let own = usize::from(whitelist.members.contains_key(CONSUMERS[3].2));
            assert_eq!(listed, whitelist.members.len() - own, "the whitelist of s{n}");
        }
    }
}

async fn applied(journey: &Journey, options: &PlanOptions, cut: Option<Duration>) -> String {
    let run = journey.try_apply(options);
    match cut {
        Some(after) => match tokio::time::timeout(after, run).await {
            Err(_) => "cut off".to_owned(),
            Ok(ended) => told_of(ended),
        },
        None => told_of(run.await),
    }
}

fn told_of(ended: Result<landbridge::ops::Applied, landbridge::ops::Failure>) -> String {
    match ended {
        Ok(applied) if applied.report.is_success() => "done".to_owned(),
        Ok(applied) => format!("failed: {:#?}", failures(&applied.report)),
        Err(failure) => format!("refused: {failure:#?}"),
    }
}

/// Applies with something going wrong, then until it converges.
async fn round(draw: &mut Draw, journey: &Journey, options: &PlanOptions, story: &Story) {
    let planned = settled(journey.plan_with(options).await);
    let again = settled(journey.plan_with(options).await);
    assert_eq!(planfile::write(&planned.plan), planfile::write(&again.plan), "the same bytes");
    check_plan(&planned.plan);

    let tell = |line: String| story.borrow_mut().push(line);
    story.borrow_mut().clear();
    planned.plan.changes.iter().map(told).for_each(tell);
    for _ in 0..draw.below(3) {
        let rule = draw.one(&FAULTS);
        let rules = FaultRules::from_yaml(&format!("rules: [{rule}]")).expect("rules");
        journey.sim.set_faults(rules);
        let cut = draw.chance(50).then(|| Duration::from_millis(draw.word() % 9000));
        tell(format!("{rule}, cut after {cut:?}"));
        tell(applied(journey, options, cut).await);
    }
    journey.sim.set_faults(FaultRules::default());
    for _ in 0..4 {
        let ended = applied(journey, options, None).await;
        let done = ended == "done";
        tell(ended);
        if done {
            return;
        }
    }
    panic!("it does not come to an end");
}

async fn whole_life(seed: u64, story: Story) {
    let mut draw = Draw(seed);
    let mut stack = stack(&mut draw);
    let mut journey = Journey::with(&yaml(&stack), Settings { seed, ..Settings::embedded() });
    for _ in 0..4 {
        round(&mut draw, &journey, &PlanOptions::default(), &story).await;
        journey.assert_converged().await;
        tokio::time::sleep(Duration::from_secs(10)).await; // what is being deleted goes
        check_world(&journey, &stack);
        edit(&mut draw, &mut stack);
        journey.text = yaml(&stack);
    }
    let destroy = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
    round(&mut draw, &journey, &destroy, &story).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    check_world(&journey, &Stack::new());
    assert!(journey.recorded().objects.is_empty());
}

/// What happened since the last edit.
type Story = Rc<RefCell<Vec<String>>>;

/// Tells which seed it was when a test ends by a panic, and what happened.
struct Told(u64, Story);

impl Drop for Told {
    #[expect(clippy::print_stderr, reason = "the seed of a failed run has to be told")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}: {:#?}", self.0, self.1.borrow());
        }
    }
}

fn seeds(seeds: impl Iterator<Item = u64>) {
    let mut failed = Vec::new();
    for seed in seeds {
        let life = move || {
            let story = Story::default();
            let _told = Told(seed, story.clone());
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .expect("a runtime");
            runtime.block_on(whole_life(seed, story));
        };
        if std::panic::catch_unwind(life).is_err() {
            failed.push(seed);
        }
    }
    assert!(failed.is_empty(), "failed seeds: {failed:?}");
}

#[test]
fn whatever_goes_wrong_applying_again_converges() {
    seeds(0..12);
}

#[test]
fn whatever_goes_wrong_applying_again_converges_with_other_seeds() {
    seeds(130..142);
}
