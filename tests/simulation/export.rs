//! Whatever was drawn and applied, and written down by nobody: its export is a configuration whose plan
//! is empty, and which makes the same again.

use std::collections::BTreeMap;

use landbridge::ops::{self, Exported, Filter};
use landbridge::sim::{EndpointStatus, World};
use landbridge::state::files::MemoryFiles;

use super::draw::Draw;
use super::{links, stack};
use crate::common::{Journey, settled};

/// So many drawn configurations.
const STACKS: u64 = 25;

/// Exports everything into a configuration that had only provider blocks, and records it.
async fn exported(journey: &mut Journey) -> Exported {
    journey.files = MemoryFiles::new();
    journey.text = stack::yaml(&stack::Stack::new()) + links::PROVIDER;
    let written = settled(ops::export(&journey.workspace(), &Filter::default()).await);
    if !written.addresses.is_empty() {
        journey.text.push_str(&written.text);
        let workspace = journey.workspace();
        let found = settled(ops::import(&workspace, &written.imports(&workspace)).await);
        settled(ops::bind(&workspace, found).await);
    }
    written
}

/// What a world is like, without what the cloud chose: every service with all that hangs on it.
fn likeness(world: &World) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let names: BTreeMap<_, _> = world
        .services
        .iter()
        .map(|s| {
            let text = format!(
                "{} {} {:?} {:?} {:?} {} {:?} {:?}",
                s.vpc_id, s.port_id, s.name, s.ports, s.tags, s.approval_enabled, s.description, s.tcp_proxy
            );
            (s.id, text)
        })
        .collect();
    let mut add = |line: String| *all.entry(line).or_insert(0) += 1;
    names.values().for_each(|service| add(service.clone()));
    for record in &world.permissions {
        add(format!("{} lets in {} {:?}", names[&record.service_id], record.permission, record.description));
    }
    for e in &world.endpoints {
        // Before its acceptance the cloud does not say whether there is a name.
        let dns = e.enable_dns && e.status == EndpointStatus::Accepted;
        let service = &names[&e.service_id];
        add(format!("{service} from {} {:?} {:?} {:?} {dns}", e.vpc_id, e.subnet_id, e.status, e.tags));
    }
    all
}

#[tokio::test(start_paused = true)]
async fn what_is_exported_is_what_is_there_and_makes_it_again() {
    let (mut objects, mut repeated) = (0, 0);
    for seed in 100..100 + STACKS {
        let mut journey = Journey::new(&stack::yaml(&stack::stack(&mut Draw(seed))));
        journey.apply().await;
        let before = journey.sim.world();
        let written = exported(&mut journey).await;
        assert_eq!(journey.sim.world().to_yaml(), before.to_yaml(), "seed {seed}: nothing was changed");
        journey.assert_converged().await;
        objects += written.addresses.len();
        repeated += written.text.matches("for_each").count();
        // What is recorded is exported no more.
        let again = settled(ops::export(&journey.workspace(), &Filter::default()).await);
        assert!(again.addresses.is_empty(), "seed {seed}: {:?}", again.addresses);
        journey.destroy().await;
        journey.apply().await;
        assert_eq!(likeness(&journey.sim.world()), likeness(&before), "seed {seed}\n{}", journey.text);
    }
    assert!(objects > 80 && repeated > 5, "{objects} objects, {repeated} blocks that repeat");
}

/// What the links of a world are like, without what the cloud chose.
fn likeness_of_links(world: &World) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let mut add = |line: String| *all.entry(line).or_insert(0) += 1;
    let alibaba = &world.alibaba;
    let told = |service: &landbridge::sim::LinkService| {
        let setting = |name: &str| service.settings.get(name).map(ToString::to_string).unwrap_or_default();
        let bandwidth = Some(setting("ConnectBandwidth")).filter(|b| !b.is_empty());
        format!(
            "{} {} {:?} {:?} {:?}",
            setting("ServiceDescription"),
            bandwidth.as_deref().unwrap_or("3072"),
            service.resources,
            service.tags,
            service.users
        )
    };
    alibaba.services.iter().for_each(|service| add(told(service)));
    for end in alibaba.endpoints.iter().filter(|end| !end.id.contains('*')) {
        let service = alibaba.services.iter().find(|service| service.id == end.service_id).map(told);
        add(format!("{service:?} {:?} {} {}", end.instance, end.zones[0].zone, end.connection));
    }
    all
}

#[tokio::test(start_paused = true)]
async fn links_of_the_second_cloud_are_exported_and_made_again() {
    let mut objects = 0;
    for seed in 0..STACKS {
        let mut draw = Draw(seed);
        let drawn = links::links(&mut draw);
        let beside = if draw.chance(40) { stack::stack(&mut draw) } else { stack::Stack::new() };
        let mut journey = Journey::new(&stack::yaml_with(&beside, Some(&drawn)));
        journey.apply().await;
        // Until then the cloud remembers the client tokens of a stack that had the same lineage.
        tokio::time::sleep(std::time::Duration::from_secs(25 * 3600)).await;
        let before = journey.sim.world();
        let written = exported(&mut journey).await;
        assert_eq!(journey.sim.world().to_yaml(), before.to_yaml(), "seed {seed}: nothing was changed");
        journey.assert_converged().await;
        objects += written.addresses.len();
        journey.destroy().await;
        journey.apply().await;
        let now = journey.sim.world();
        assert_eq!(likeness_of_links(&now), likeness_of_links(&before), "seed {seed}\n{}", journey.text);
        assert_eq!(likeness(&now), likeness(&before), "seed {seed}\n{}", journey.text);
    }
    assert!(objects > 100, "{objects} objects");
}
