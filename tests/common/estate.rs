//! A large estate: services of one account that the four others consume, each from its own VPC.

use std::fmt::Write as _;

use landbridge::sim::{self, Account, Quota, Settings, World};
use uuid::Uuid;

use super::{Journey, said};

/// Where it is.
pub(crate) const HERE: &str = "tr-west-1";

/// Where it can be made anew.
pub(crate) const ELSEWHERE: &str = "eu-west-101";

/// Who consumes: name, account, VPC, subnet.
const CONSUMERS: [[&str; 4]; 4] = [
    [
        "shop",
        "5fc973eea581490997e82ea11a1df31f",
        "84758cf5-9c62-43ae-a778-3dbd8370c0a4",
        "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de",
    ],
    [
        "logistics",
        "7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90",
        "4efb5b79-ee6c-49f2-a960-e8af5e908fa2",
        "6d12110b-a0c4-49c6-a147-561b796f5656",
    ],
    [
        "annex",
        "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "a1a1a1a1-0000-4000-8000-000000000001",
        "a1a1a1a1-0000-4000-8000-000000000002",
    ],
    [
        "depot",
        "d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2",
        "d2d2d2d2-0000-4000-8000-000000000001",
        "d2d2d2d2-0000-4000-8000-000000000002",
    ],
];

/// Its size: a service has ten whitelist records and four endpoints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estate {
    pub(crate) services: usize,
}

impl Estate {
    /// Three hundred services, three thousand records, twelve hundred endpoints in five accounts.
    pub(crate) const LARGE: Estate = Estate { services: 300 };

    /// The whole one where `LANDBRIDGE_ESTATE=whole` says so; else one of so many services, for which
    /// ordinary runs have the time.
    pub(crate) fn or_small(services: usize) -> Estate {
        match said("LANDBRIDGE_ESTATE").as_deref() {
            Some("whole") => Estate::LARGE,
            None => Estate { services },
            Some(other) => panic!("LANDBRIDGE_ESTATE={other}: it is `whole`, or not set"),
        }
    }

    /// How many resources it declares: of each service itself, its whitelist, endpoints and acceptances.
    pub(crate) fn resources(self) -> usize {
        self.services * (2 + 2 * CONSUMERS.len())
    }

    /// Its configuration.
    pub(crate) fn text(self) -> String {
        let mut text = String::from("stack: estate\nproviders:\n");
        for name in std::iter::once("owner").chain(CONSUMERS.map(|[name, ..]| name)) {
            let _ = writeln!(
                text,
                "  {name}: {{ type: huaweicloud, region: tr-west-1, auth: {{ access_key: a, secret_key: b }} }}"
            );
        }
        let _ = writeln!(
            text,
            "locals:\n  links: '${{ {{for n in range({}) : format(\"l%03d\", n) => n}} }}'",
            self.services
        );
        let strangers = (0..6).map(|n| format!("iam:domain::{n:032x}"));
        let members: Vec<String> = CONSUMERS
            .iter()
            .map(|[_, account, ..]| format!("iam:domain::{account}"))
            .chain(strangers)
            .map(|member| format!("\"{member}\""))
            .collect();
        let _ = write!(
            text,
            "resources:
  vpcep_service:
    link:
      for_each: ${{local.links}}
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      service_name: ${{each.key}}
      ports: '${{[{{client_port = 443, server_port = 2000 + each.value}}]}}'
  vpcep_whitelist:
    link:
      for_each: ${{local.links}}
      provider: owner
      endpoint_service_id: ${{vpcep_service.link[each.key].id}}
      permissions: [{}]
",
            members.join(", ")
        );
        text.push_str("  vpcep_endpoint:\n");
        for [name, _, vpc, subnet] in CONSUMERS {
            let _ = write!(
                text,
                "    {name}:
      for_each: ${{local.links}}
      provider: {name}
      endpoint_service_id: ${{vpcep_service.link[each.key].id}}
      vpc_id: {vpc}
      subnet_id: {subnet}
"
            );
        }
        text.push_str("  vpcep_accept:\n");
        for [name, ..] in CONSUMERS {
            let _ = write!(
                text,
                "    {name}:
      for_each: ${{local.links}}
      provider: owner
      endpoint_service_id: ${{vpcep_service.link[each.key].id}}
      endpoint_id: ${{vpcep_endpoint.{name}[each.key].id}}
"
            );
        }
        text
    }

    /// Its configuration with provider blocks of the other region, to which it can move.
    pub(crate) fn text_with_elsewhere(self) -> String {
        let mut blocks = String::new();
        for (name, elsewhere) in map() {
            let _ = writeln!(
                blocks,
                "  {elsewhere}: {{ type: huaweicloud, region: {ELSEWHERE}, sim_account: {name}, auth: {{ access_key: a, secret_key: b }} }}"
            );
        }
        self.text().replace("locals:\n", &format!("{blocks}locals:\n"))
    }

    /// A story on a world with room for it.
    pub(crate) fn journey(self, settings: Settings) -> Journey {
        Journey::on(world(), &self.text(), settings)
    }
}

/// Which provider block takes the place of which in the other region.
pub(crate) fn map() -> Vec<(String, String)> {
    let names = std::iter::once("owner").chain(CONSUMERS.map(|[name, ..]| name));
    names.map(|name| (name.to_owned(), format!("{name}-dr"))).collect()
}

/// What the ids are in the other region, as a file of values.
pub(crate) fn values() -> String {
    let world = world();
    let mut text = String::new();
    for (name, _) in map() {
        let account = world.accounts.iter().find(|account| account.name == name).expect("an account");
        let [here, there] = [HERE, ELSEWHERE].map(|region| {
            let project = account.projects.iter().find(|project| project.region == region);
            &project.expect("a project in each region").vpcs[0]
        });
        let ports = here.ports.iter().zip(&there.ports).map(|(old, new)| (old.id, new.id));
        let subnet = (here.subnets[0].id, there.subnets[0].id);
        for (old, new) in ports.take(1).chain([(here.id, there.id), subnet]) {
            let _ = writeln!(text, "{old}: {new}");
        }
    }
    text
}

/// The sample world with two accounts more, and no quotas to speak of.
fn world() -> World {
    let mut world = sim::sample::world();
    let like = world.accounts.iter().find(|account| account.name == "logistics").expect("it").clone();
    for [name, id, vpc, subnet] in &CONSUMERS[2..] {
        let mut account: Account = like.clone();
        (account.name, account.id) = ((*name).to_owned(), (*id).to_owned());
        account.users[0].keys[0].access = format!("SIMAK{name}");
        for project in &mut account.projects {
            // Of the other region nobody outside has to know the ids.
            project.id = project.id.chars().rev().collect::<String>().replace('0', &name[..1]);
            project.vpcs.truncate(1);
            let vpc = &mut project.vpcs[0];
            let other = |id: Uuid| Uuid::from_u128(id.as_u128() ^ u128::from(name.as_bytes()[0]));
            (vpc.id, vpc.subnets[0].id) = (other(vpc.id), other(vpc.subnets[0].id));
            vpc.ports.clear();
            vpc.route_tables.clear();
        }
        let project = &mut account.projects[0];
        project.id = id.chars().rev().collect();
        project.vpcs[0].id = vpc.parse().expect("an id");
        project.vpcs[0].subnets[0].id = subnet.parse().expect("an id");
        world.accounts.push(account);
    }
    for account in &mut world.accounts {
        account.quota = Quota { endpoint_service: 100_000, endpoint: 100_000 };
    }
    world
}
