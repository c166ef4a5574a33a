//! What is desired of the second cloud: PrivateLink services with their whitelists, the endpoints of
//! Elasticsearch instances that lead to them, and the decisions about these; drawn, edited and written
//! as a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::draw::Draw;

/// At most so many services.
pub(super) const LINKS: usize = 2;

/// Load balancers, each with its zone.
const BACK_ENDS: [(&str, &str); 2] =
    [("lb-bp1simpayments0001", "cn-hangzhou-h"), ("lb-bp1simpayments0002", "cn-hangzhou-i")];

/// Instances that can have endpoints.
const INSTANCES: [&str; 2] = ["es-cn-2r429tctl000d0000", "es-cn-4h629tctl000d0001"];

/// The account of the Elasticsearch service.
const CONSUMER: &str = "1000000000000001";

/// One service with all that hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub(super) description: &'static str,
    /// Its back ends, by number.
    pub(super) back_ends: BTreeSet<usize>,
    pub(super) bandwidth: Option<u16>,
    pub(super) tags: Option<BTreeMap<&'static str, &'static str>>,
    /// Who may connect besides the Elasticsearch service, which always may.
    pub(super) guests: BTreeSet<&'static str>,
    pub(super) exclusive: bool,
    /// Endpoints by instance.
    pub(super) ends: BTreeMap<usize, End>,
    /// Whether its description carries the name of a service of the first cloud.
    pub(super) named: bool,
}

/// The endpoint of an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    /// Which of the back ends' zones it is in, counted round.
    pub(super) zone: usize,
    /// The owner's decision, if this stack takes it.
    pub(super) accept: Option<&'static str>,
}

/// The links, by number.
pub(super) type Links = BTreeMap<usize, Link>;

fn end(draw: &mut Draw) -> End {
    End {
        zone: draw.below(2),
        accept: draw.one(&[None, Some("accept"), Some("accept"), Some("accept"), Some("reject")]),
    }
}

fn back_ends(draw: &mut Draw) -> BTreeSet<usize> {
    draw.one(&[BTreeSet::from([0]), BTreeSet::from([1]), BTreeSet::from([0, 1])])
}

fn guests(draw: &mut Draw) -> BTreeSet<&'static str> {
    ["2234567890123456", "3234567890123456"].into_iter().filter(|_| draw.chance(40)).collect()
}

fn link(draw: &mut Draw, number: usize) -> Link {
    let mut link = Link {
        // Nothing else tells two services from each other that stand before the same back ends.
        description: ["hooks of logs", "hooks of search"][number],
        back_ends: back_ends(draw),
        bandwidth: draw.one(&[None, Some(1024), Some(2048)]),
        tags: draw.one(&[None, Some(BTreeMap::new()), Some(BTreeMap::from([("team", "a")]))]),
        guests: guests(draw),
        exclusive: draw.chance(30),
        ends: BTreeMap::new(),
        named: draw.chance(50),
    };
    for instance in 0..INSTANCES.len() {
        if draw.chance(60) {
            link.ends.insert(instance, end(draw));
        }
    }
    link
}

/// First links.
pub(super) fn links(draw: &mut Draw) -> Links {
    let mut links = Links::new();
    for number in 0..LINKS {
        if draw.chance(80) {
            links.insert(number, link(draw, number));
        }
    }
    links
}

/// The links after one or more edits.
pub(super) fn edited(draw: &mut Draw, links: &Links) -> Links {
    let mut links = links.clone();
    for _ in 0..=draw.below(2) {
        let number = draw.below(LINKS);
        let Some(one) = links.get_mut(&number) else {
            links.insert(number, link(draw, number));
            continue;
        };
        match draw.below(8) {
            0 => drop(links.remove(&number)),
            1 => one.back_ends = back_ends(draw),
            2 => one.bandwidth = Some(draw.one(&[512, 1024, 2048])),
            3 => one.tags = draw.one(&[Some(BTreeMap::new()), Some(BTreeMap::from([("team", "b")]))]),
            4 => one.guests = guests(draw),
            5 => one.exclusive = !one.exclusive,
            _ => {
                let instance = draw.below(INSTANCES.len());
                if draw.chance(50) || !one.ends.contains_key(&instance) {
                    one.ends.insert(instance, end(draw));
                } else {
                    one.ends.remove(&instance);
                }
            }
        }
    }
    links
}

impl Link {
    /// The zone of an endpoint: one that the service has.
    pub(super) fn zone(&self, end: &End) -> &'static str {
        let zones: Vec<&str> = self.back_ends.iter().map(|at| BACK_ENDS[*at].1).collect();
        zones[end.zone % zones.len()]
    }
}

/// Every endpoint: the number of its link, its instance, and its name in the configuration.
pub(super) fn ends(links: &Links) -> Vec<(usize, &'static str, String)> {
    let of = |(n, link): (&usize, &Link)| {
        let n = *n;
        link.ends.keys().map(|i| (n, INSTANCES[*i], format!("x{n}_{i}"))).collect::<Vec<_>>()
    };
    links.iter().flat_map(of).collect()
}

/// The provider block.
pub(super) const PROVIDER: &str =
    "  customer: { type: alibaba, region: cn-hangzhou, auth: { access_key: a, secret_key: b } }\n";

/// Writes the links: the blocks of each kind, and outputs. `named`: a service of the first cloud whose
/// name descriptions carry.
pub(super) fn write(
    links: &Links,
    named: Option<usize>,
    kinds: &mut BTreeMap<&str, String>,
    outputs: &mut String,
) {
    for (n, link) in links {
        let back_ends: Vec<String> = link
            .back_ends
            .iter()
            .map(|at| {
                let (id, zone) = BACK_ENDS[*at];
                format!("{{ resource_id: {id}, resource_type: slb, zone_id: {zone} }}")
            })
            .collect();
        let name = named.filter(|_| link.named).map(|s| format!(" by ${{vpcep_service.s{s}.full_name}}"));
        let services = kinds.entry("privatelink_service").or_default();
        let _ = writeln!(
            services,
            "    l{n}:\n      description: \"{}{}\"\n      resources: [{}]",
            link.description,
            name.unwrap_or_default(),
            back_ends.join(", ")
        );
        if let Some(bandwidth) = link.bandwidth {
            let _ = writeln!(services, "      connect_bandwidth: {bandwidth}");
        }
        if let Some(tags) = &link.tags {
            let tags: Vec<String> = tags.iter().map(|(k, v)| format!("{k}: \"{v}\"")).collect();
            let _ = writeln!(services, "      tags: {{ {} }}", tags.join(", "));
        }
        let users: Vec<String> =
            std::iter::once(&CONSUMER).chain(&link.guests).map(|user| format!("\"{user}\"")).collect();
        let _ = writeln!(
            kinds.entry("privatelink_whitelist").or_default(),
            "    l{n}:\n      service_id: ${{privatelink_service.l{n}.id}}\n      mode: {}\n      users: [{}]",
            if link.exclusive { "exclusive" } else { "shared" },
            users.join(", ")
        );
        for (instance, end) in &link.ends {
            let name = format!("x{n}_{instance}");
            let _ = writeln!(
                kinds.entry("elasticsearch_endpoint").or_default(),
                "    {name}:\n      instance_id: {}\n      service_id: ${{privatelink_service.l{n}.id}}\n      zone_id: {}",
                INSTANCES[*instance],
                link.zone(end),
            );
            if let Some(decision) = end.accept {
                let _ = writeln!(
                    kinds.entry("privatelink_accept").or_default(),
                    "    {name}:\n      service_id: ${{privatelink_service.l{n}.id}}\n      endpoint_id: ${{elasticsearch_endpoint.{name}.id}}\n      decision: {decision}"
                );
            }
            let _ = writeln!(
                outputs,
                "  {name}: {{ value: \"${{elasticsearch_endpoint.{name}.endpoint_domain}}\" }}"
            );
        }
    }
}
