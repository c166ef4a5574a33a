//! Whatever was drawn and applied, and written down by nobody: its export is a configuration whose plan
//! is empty, and which makes the same again.

use std::collections::BTreeMap;

use landbridge::ops::{self, Exported, Filter};
use landbridge::sim::{EndpointStatus, World};
use landbridge::state::files::MemoryFiles;

use super::draw::Draw;
use super::stack;
use crate::common::{Journey, settled};

/// So many drawn configurations.
const STACKS: u64 = 25;

/// Exports everything into a configuration that had only provider blocks, and records it.
async fn exported(journey: &mut Journey) -> Exported {
    journey.files = MemoryFiles::new();
    journey.text = stack::yaml(&stack::Stack::new());
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
