//! The sample world: accounts, keys and networks that every example of ours runs in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::world::World;

/// The sample world, as it stands in a world file.
const SAMPLE: &str = include_str!("sample.yaml");

/// The region that samples use unless another is named.
const REGION: &str = "tr-west-1";

/// The sample world.
pub fn world() -> World {
    read().clone()
}

/// The sample world, read once: every in-process run of a simulation asks for it several times.
fn read() -> &'static World {
    static WORLD: LazyLock<World> =
        LazyLock::new(|| World::from_yaml(SAMPLE).expect("the sample world is sound (please report)"));
    &WORLD
}

/// What a client needs to be one of the sample accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimCredentials {
    /// The account's name, which is also its domain name.
    pub account: String,
    /// Access key id of its first user.
    pub access_key: String,
    /// Secret of that key.
    pub secret_key: String,
    /// Its first user.
    pub user: String,
    /// That user's password.
    pub password: String,
    /// Domain name.
    pub domain_name: String,
    /// Domain id.
    pub domain_id: String,
    /// The region of `project_name` and `project_id`.
    pub region: String,
    /// The default project.
    pub project_name: String,
    /// Its id.
    pub project_id: String,
    /// Project ids by region.
    pub projects: BTreeMap<String, String>,
}

impl SimCredentials {
    /// The credentials of an account of a world; none when it has no such account, user, key or project.
    pub fn of(world: &World, account: &str) -> Option<SimCredentials> {
        let account = world.accounts.iter().find(|known| known.name == account)?;
        let user = account.users.first()?;
        let key = user.keys.first()?;
        let project =
            account.projects.iter().find(|project| project.region == REGION).or(account.projects.first())?;
        Some(SimCredentials {
            account: account.name.clone(),
            access_key: key.access.clone(),
            secret_key: key.secret.clone(),
            user: user.name.clone(),
            password: user.password.clone(),
            domain_name: account.name.clone(),
            domain_id: account.id.clone(),
            region: project.region.clone(),
            project_name: project.name.clone(),
            project_id: project.id.clone(),
            projects: account.projects.iter().map(|known| (known.region.clone(), known.id.clone())).collect(),
        })
    }
}

/// Which sample account each provider block stands for, with what it needs to log in.
///
/// `blocks` maps a block's name to its `sim_account`, if it has one. A block named like an account is that account;
/// any other takes the next account, in sorted order, that no block has.
pub fn assign(blocks: &BTreeMap<String, Option<String>>) -> Result<BTreeMap<String, SimCredentials>, String> {
    assign_in(read(), blocks)
}

/// The same for another world.
pub fn assign_in(
    world: &World,
    blocks: &BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<String, SimCredentials>, String> {
    let names = world.accounts.iter().map(|account| account.name.as_str()).collect();
    let chosen = choose(&names, blocks)?;
    chosen
        .into_iter()
        .map(|(block, account)| {
            let credentials = SimCredentials::of(world, account);
            let missing =
                || format!("the simulated account `{account}` has no user with an access key, or no project");
            Ok((block.to_owned(), credentials.ok_or_else(missing)?))
        })
        .collect()
}

/// What a client needs to be one of the Alibaba Cloud accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlibabaCredentials {
    /// The account's name.
    pub account: String,
    /// Its id.
    pub id: String,
    /// AccessKey id.
    pub access_key: String,
    /// AccessKey secret.
    pub secret_key: String,
    /// Its region.
    pub region: String,
}

/// The same as [`assign`] for the accounts of Alibaba Cloud.
pub fn assign_alibaba(
    blocks: &BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<String, AlibabaCredentials>, String> {
    let accounts = &read().alibaba.accounts;
    let names = accounts.iter().map(|account| account.name.as_str()).collect();
    let chosen = choose(&names, blocks)?.into_iter().map(|(block, name)| {
        let account = accounts.iter().find(|account| account.name == name);
        let key = account.and_then(|account| account.keys.first());
        let (account, key) =
            account.zip(key).ok_or_else(|| format!("the simulated account `{name}` has no AccessKey"))?;
        let credentials = AlibabaCredentials {
            account: account.name.clone(),
            id: account.id.clone(),
            access_key: key.access.clone(),
            secret_key: key.secret.clone(),
            region: account.region.clone(),
        };
        Ok((block.to_owned(), credentials))
    });
    chosen.collect()
}

/// An account for each block: the one it wishes, the one of its name, or the next that no block has.
fn choose<'a>(
    names: &BTreeSet<&'a str>,
    blocks: &'a BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<&'a str, &'a str>, String> {
    let listed = || names.iter().copied().collect::<Vec<_>>().join(", ");
    let mut chosen: BTreeMap<&str, &str> = BTreeMap::new();
    for (block, wish) in blocks {
        match wish {
            Some(wish) if names.contains(wish.as_str()) => _ = chosen.insert(block, wish),
            Some(wish) => {
                return Err(format!("the simulated cloud has no account `{wish}`; it has {}", listed()));
            }
            None if names.contains(block.as_str()) => _ = chosen.insert(block, block),
            None => {}
        }
    }
    let taken: BTreeSet<&str> = chosen.values().copied().collect();
    let mut free = names.iter().copied().filter(|name| !taken.contains(name));
    for block in blocks.keys() {
        if !chosen.contains_key(block.as_str()) {
            let account = free.next().ok_or_else(|| {
                format!(
                    "no simulated account is left for provider `{block}`; set `sim_account` to one of {}",
                    listed()
                )
            })?;
            chosen.insert(block, account);
        }
    }
    Ok(chosen)
}

/// The sample world in words, for help texts and docs.
pub fn describe() -> String {
    let world = world();
    let mut text = String::from("The sample world\n");
    for account in &world.accounts {
        let _ = writeln!(text, "\naccount {} (id {})", account.name, account.id);
        let _ = writeln!(
            text,
            "  quota: {} services, {} endpoints a region",
            account.quota.endpoint_service, account.quota.endpoint
        );
        for user in &account.users {
            let _ = writeln!(text, "  user {}, password {}", user.name, user.password);
            let _ = writeln!(text, "    may {}", user.allow.join(" "));
            if !user.deny.is_empty() {
                let _ = writeln!(text, "    may not {}", user.deny.join(" "));
            }
            for key in &user.keys {
                let _ = writeln!(text, "    access key {}, secret {}", key.access, key.secret);
            }
        }
        for project in &account.projects {
            let _ =
                writeln!(text, "  project {} (id {}) in region {}", project.name, project.id, project.region);
            for vpc in &project.vpcs {
                let _ = writeln!(text, "    VPC {} {} {}", vpc.id, vpc.name, vpc.cidr);
                for subnet in &vpc.subnets {
                    let _ = writeln!(text, "      subnet {} {} {}", subnet.id, subnet.name, subnet.cidr);
                }
                for port in &vpc.ports {
                    let kinds = port.serves.join(" or ");
                    let _ = writeln!(
                        text,
                        "      port {} {} {} (server_type {kinds})",
                        port.id, port.name, port.ip
                    );
                }
                for table in &vpc.route_tables {
                    let _ = writeln!(text, "      route table {} {}", table.id, table.name);
                }
            }
        }
    }
    text.push_str("\npublic services\n");
    for service in &world.public_services {
        let kind = format!("{:?}", service.service_type).to_lowercase();
        let _ = writeln!(text, "  {} {} ({kind})", service.id, service.service_name);
    }
    describe_alibaba(&world, &mut text);
    text.push_str(SCHEMA);
    text
}

fn describe_alibaba(world: &World, text: &mut String) {
    let alibaba = &world.alibaba;
    let _ =
        writeln!(text, "\nAlibaba Cloud (the Elasticsearch service is account {})", alibaba.service_account);
    for account in &alibaba.accounts {
        let _ = writeln!(text, "\naccount {} (id {}) in region {}", account.name, account.id, account.region);
        for key in &account.keys {
            let token = key.security_token.as_ref().map(|token| format!(", security token {token}"));
            let may = if key.allow.is_empty() { "all".to_owned() } else { key.allow.join(" ") };
            let (access, secret) = (&key.access, &key.secret);
            let _ = writeln!(
                text,
                "  AccessKey {access}, secret {secret}{}; may {may}",
                token.unwrap_or_default()
            );
        }
        for network in alibaba.vpcs.iter().filter(|one| one.account == account.name) {
            let _ = writeln!(text, "  VPC {}", network.id);
            for (switch, zone) in &network.vswitches {
                let _ = writeln!(text, "    switch {switch} in {zone}");
            }
            let _ = writeln!(text, "    security groups {}", network.security_groups.join(", "));
        }
        for balancer in alibaba.load_balancers.iter().filter(|one| one.account == account.name) {
            let zones: Vec<&str> = balancer.zones.keys().map(String::as_str).collect();
            let _ =
                writeln!(text, "  load balancer {} ({}) in {}", balancer.id, balancer.kind, zones.join(", "));
        }
        for instance in alibaba.instances.iter().filter(|one| one.account == account.name) {
            let old = if instance.is_new_deployment { "" } else { ", of the older network architecture" };
            let _ =
                writeln!(text, "  Elasticsearch instance {} ({}{old})", instance.id, instance.description);
        }
    }
}

/// How a world file is written.
const SCHEMA: &str = "
A world file is YAML:
  accounts:                  who there is
    - name, id (32 hexadecimal digits), org_path (optional)
      quota: { endpoint_service: 20, endpoint: 50 }
      users: [{ name, id, password, allow: [IAM actions with *], deny: [...], keys: [{ access, secret }] }]
      projects:
        - id, name, region
          vpcs:
            - id, name, cidr
              subnets: [{ id, name, cidr }]
              ports: [{ id, name, subnet_id, ip, serves: [VM, LB] }]
              route_tables: [{ id, name, routes: [cidr] }]     the first one is the default
  public_services: [{ id, region, owner, service_name, service_type, is_charge, enable_policy, created_at }]
  services, permissions, endpoints                             what the accounts made, as GET /_sim/world shows it
  counters: { ids, markers }                                   what new ids continue from
  alibaba:                                                     the same for Alibaba Cloud, as GET /_sim/world shows it
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::cloud::Cloud;

    fn blocks(list: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
        list.iter().map(|(name, wish)| ((*name).to_owned(), wish.map(str::to_owned))).collect()
    }

    fn chosen(list: &[(&str, Option<&str>)]) -> Result<Vec<String>, String> {
        Ok(assign(&blocks(list))?.into_values().map(|credentials| credentials.account).collect())
    }

    #[test]
    fn blocks_find_their_accounts() {
        assert_eq!(chosen(&[("owner", None), ("shop", None)]).unwrap(), ["owner", "shop"]);
        assert_eq!(chosen(&[("a", None), ("b", None)]).unwrap(), ["logistics", "owner"]);
        assert_eq!(chosen(&[("a", None), ("owner", None)]).unwrap(), ["logistics", "owner"]);
        assert_eq!(
            chosen(&[("a", Some("shop")), ("b", None), ("eu", Some("shop"))]).unwrap(),
            ["shop", "logistics", "shop"]
        );
        assert!(chosen(&[("a", Some("shops"))]).unwrap_err().contains("logistics, owner, shop, warehouse"));
        let five = chosen(&[("a", None), ("b", None), ("c", None), ("d", None), ("e", None)]);
        assert!(five.unwrap_err().contains("provider `e`"));
    }

    #[test]
    fn the_sample_holds_what_the_documents_use() {
        let world = world();
        let cloud = Cloud::of(world.clone(), 0, false).unwrap();
        let ground = &cloud.ground;
        let owner = SimCredentials::of(&world, "owner").unwrap();
        let shop = SimCredentials::of(&world, "shop").unwrap();
        assert_eq!(
            (shop.domain_id.as_str(), shop.user.as_str()),
            ("5fc973eea581490997e82ea11a1df31f", "shop-ci")
        );
        let vpc = |id: &str| &ground.vpcs[&id.parse().unwrap()].place;
        assert_eq!(vpc("4189d3c2-8882-4871-a3c2-d380272eed80"), &owner.project_id);
        assert_eq!(vpc("4189d3c2-8882-4871-a3c2-d380272eed82"), &owner.project_id);
        assert_eq!(vpc("84758cf5-9c62-43ae-a778-3dbd8370c0a4"), &shop.project_id);
        let port = &ground.ports[&"4189d3c2-8882-4871-a3c2-d380272eed88".parse().unwrap()];
        assert_eq!(port.thing.serves, ["LB", "VM"]);
        for subnet in ["68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de", "4189d3c2-8882-4871-a3c2-d380272eed81"] {
            assert!(ground.subnets.contains_key(&subnet.parse().unwrap()), "{subnet}");
        }
        for region in ["tr-west-1", "eu-west-101"] {
            let named: Vec<_> = ground.public.values().filter(|service| service.region == region).collect();
            for word in ["obs", "dns", "swr"] {
                let found = named.iter().filter(|service| service.service_name.contains(word)).count();
                assert_eq!(found, 1, "exactly one service of {region} is named like {word}");
            }
        }
        let accounts: Vec<_> = world.accounts.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(accounts, ["owner", "shop", "logistics", "warehouse"]);
        assert!(
            accounts.iter().all(|account| SimCredentials::of(&world, account).unwrap().projects.len() == 2)
        );
    }

    #[test]
    fn the_description_names_every_credential() {
        let text = describe();
        for account in &world().accounts {
            for user in &account.users {
                assert!(text.contains(&user.password) && text.contains(&account.id), "{}", user.name);
            }
        }
    }
}
