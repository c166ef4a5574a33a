//! What always holds: of a plan, of what is recorded at any time, of the cloud in the end.

use std::collections::{BTreeMap, BTreeSet};

use landbridge::plan::{Action, Plan, PlanInput, StepAction};
use landbridge::resource::Value;
use landbridge::sim::{EndpointStatus, LinkEndpoint, ServiceStatus, World};
use landbridge::state::Recorded;

use super::links::{self, LINKS, Links};
use super::stack::{self, OWNER, SERVICES, Stack};
use super::trouble::{GUEST, GUEST_OF_LINK, is_theirs};

/// The order in a plan is that of the dependencies.
pub(super) fn plan_is_in_order(plan: &Plan, stack: &Stack) {
    for step in &plan.steps {
        assert!(step.after.iter().all(|a| *a < step.id), "order: {} waits for a later step", step.id);
    }
    let place = |address: &str, words: &[&str]| {
        plan.steps.iter().position(|s| s.address.to_string() == address && words.contains(&s.action.word()))
    };
    objects_end_in_order(plan);
    // By what is recorded, too, so that what is no longer desired is in order.
    let named: BTreeSet<String> = plan.steps.iter().map(|s| s.address.to_string()).collect();
    for n in 0..LINKS {
        let (service, whitelist) =
            (format!("privatelink_service.l{n}"), format!("privatelink_whitelist.l{n}"));
        let of_it = format!("elasticsearch_endpoint.x{n}_");
        for endpoint in named.iter().filter(|name| name.starts_with(&of_it)) {
            let accept = endpoint.replace("elasticsearch_endpoint", "privatelink_accept");
            for (first, then) in [(&service, endpoint), (&service, &accept), (endpoint, &accept)] {
                let made = (place(first, &["create"]), place(then, &["create"]));
                assert!(made.1.is_none() || made.0 <= made.1, "order: {first} is made before {then}");
                if let (Some(first), Some(then)) = (place(first, &["delete"]), place(then, &["delete"])) {
                    assert!(then < first, "order: {endpoint} ends before {service}");
                }
            }
            if let (Some(grants), Some(makes)) =
                (place(&whitelist, &["create", "grant"]), place(endpoint, &["create"]))
            {
                assert!(waits(plan, makes, grants), "order: {whitelist} lets in before {endpoint} is made");
            }
        }
    }
    for n in 0..SERVICES {
        let (service, whitelist) = (format!("vpcep_service.s{n}"), format!("vpcep_whitelist.w{n}"));
        let of_it = |name: &&String| {
            let name = name.strip_prefix("vpcep_endpoint.");
            name.is_some_and(|name| {
                name.starts_with(&format!("e{n}_")) || name.starts_with(&format!("t{n}["))
            })
        };
        for endpoint in named.iter().filter(of_it) {
            let accept = endpoint.replace("vpcep_endpoint", "vpcep_accept");
            for (first, then) in [(&service, endpoint), (&service, &accept), (endpoint, &accept)] {
                let made = (place(first, &["create"]), place(then, &["create"]));
                assert!(made.1.is_none() || made.0 <= made.1, "order: {first} is made before {then}");
            }
            if let (Some(grants), Some(makes)) =
                (place(&whitelist, &["create", "grant"]), place(endpoint, &["create"]))
            {
                assert!(waits(plan, makes, grants), "order: {whitelist} lets in before {endpoint} is made");
            }
            if let (Some(revokes), Some(ends)) =
                (place(&whitelist, &["revoke"]), place(endpoint, &["delete"]))
            {
                assert!(
                    waits(plan, revokes, ends),
                    "order: {whitelist} shuts out after {endpoint} has ended"
                );
            }
        }
        if let Some(first) = stack.get(&n).and_then(|s| s.depends_on).map(|m| format!("vpcep_service.s{m}"))
            && let (Some(makes), Some(then)) = (place(&first, &["create"]), place(&service, &["create"]))
        {
            assert!(waits(plan, then, makes), "order: {service} waits for {first}");
        }
    }
}

/// An object ends after all that hang on it. An address may have several: what a create-first
/// replacement put aside hangs on what was there before.
fn objects_end_in_order(plan: &Plan) {
    let ends: BTreeMap<(&str, &str), usize> = plan
        .steps
        .iter()
        .enumerate()
        .filter_map(|(place, step)| match &step.action {
            StepAction::Delete { id, .. } => Some(((step.address.kind().as_str(), id.as_str()), place)),
            _ => None,
        })
        .collect();
    for (place, step) in plan.steps.iter().enumerate() {
        let StepAction::Delete { have, .. } = &step.action else { continue };
        for (kind, names) in [("vpcep_service", "endpoint_service_id"), ("vpcep_endpoint", "endpoint_id")] {
            let Some(PlanInput::Known(Value::String(host))) = have.get(names) else { continue };
            if let Some(host_ends) = ends.get(&(kind, host.as_str())) {
                assert!(waits(plan, *host_ends, place), "order: {} ends before {kind} {host}", step.address);
            }
        }
    }
}

/// Whether the step at one place waits, at any distance, for the one at the other.
fn waits(plan: &Plan, then: usize, first: usize) -> bool {
    let mut open = vec![then];
    let mut seen = BTreeSet::new();
    while let Some(place) = open.pop() {
        if place == first {
            return true;
        }
        if seen.insert(place) {
            open.extend(plan.steps[place].after.iter().map(|id| id.index()));
        }
    }
    false
}

/// The kinds whose objects do not exist with another one.
const OF_THEIR_OWN: [&str; 4] =
    ["vpcep_service", "vpcep_endpoint", "privatelink_service", "elasticsearch_endpoint"];

/// A plan that was made while reads failed makes nothing that one made in peace leaves alone. What
/// exists with its parent may be made again: that has no effect.
pub(super) fn trouble_changes_no_mind(trouble: &Plan, peace: &Plan) {
    let calm: BTreeMap<_, _> = peace.changes.iter().map(|c| (&c.address, c.action)).collect();
    for change in &trouble.changes {
        let makes = change.action == Action::Create || change.action.is_replace();
        let of_its_own = OF_THEIR_OWN.contains(&change.address.kind().as_str());
        // What was ending may have ended meanwhile, and what was waited for may have failed.
        let same = calm.get(&change.address).is_some_and(|action| {
            *action == Action::Create || *action == Action::Await || action.is_replace()
        });
        assert!(
            !makes || !of_its_own || same,
            "a failed read was believed: {} {}, in peace {:?}",
            change.action.word(),
            change.address,
            calm.get(&change.address)
        );
    }
}

/// No object of ours is unknown to state and journal, and none is bound twice.
pub(super) fn nothing_is_lost(world: &World, recorded: &Recorded) {
    let mut known = BTreeSet::new();
    for (address, object) in recorded.every_object() {
        let new = known.insert((address.kind().to_string(), object.id.clone()));
        assert!(new, "bound twice: {}", object.id);
    }
    let ours = |id: &uuid::Uuid| !is_theirs(*id);
    let services = world.services.iter().filter(|s| s.status != ServiceStatus::Deleting).map(|s| s.id);
    let endpoints = world.endpoints.iter().filter(|e| e.status != EndpointStatus::Deleting).map(|e| e.id);
    let links = world.alibaba.services.iter().filter(|s| s.status != "Deleting").map(|s| s.id.clone());
    let there: [(&str, Vec<String>); 4] = [
        ("vpcep_service", services.filter(ours).map(|id| id.to_string()).collect()),
        ("vpcep_endpoint", endpoints.filter(ours).map(|id| id.to_string()).collect()),
        ("privatelink_service", links.collect()),
        ("elasticsearch_endpoint", of_instances(world).map(|e| e.id.clone()).collect()),
    ];
    for (kind, ids) in there {
        let pending = recorded.pending.values().filter(|p| p.begun.call.makes);
        let begun = pending.filter(|p| p.begun.address.kind().as_str() == kind).count();
        let unknown: Vec<String> =
            ids.into_iter().filter(|id| !known.contains(&(kind.to_owned(), id.clone()))).collect();
        assert!(unknown.len() <= begun, "lost: {kind} {unknown:?}, and {begun} are known to be uncertain");
    }
}

/// The endpoints of instances that are there, without those of the vendor's page.
fn of_instances(world: &World) -> impl Iterator<Item = &LinkEndpoint> {
    let own = |e: &&LinkEndpoint| e.instance.is_some() && !e.id.contains('*') && e.status != "Deleting";
    world.alibaba.endpoints.iter().filter(own)
}

/// What is in the second cloud is what is desired, each once.
pub(super) fn links_are_as_desired(world: &World, recorded: &Recorded, desired: &Links) {
    let id = |address: String| {
        let address = address.parse().expect("an address");
        recorded.objects.get(&address).unwrap_or_else(|| panic!("{address} is not recorded")).id.clone()
    };
    each_once("links", world.alibaba.services.len(), desired.len());
    for (n, link) in desired {
        let service = id(format!("privatelink_service.l{n}"));
        let there = world.alibaba.services.iter().find(|s| s.id == service);
        let there = there.unwrap_or_else(|| panic!("link {n} is not in the cloud"));
        let described = there.settings.get("ServiceDescription").and_then(|text| text.as_str());
        assert!(described.is_some_and(|text| text.starts_with(link.description)), "link {n}: {described:?}");
        assert_eq!(there.resources.len(), link.back_ends.len(), "the back ends of link {n}");
        assert!(link.guests.iter().all(|guest| there.users.contains(*guest)), "the guests of link {n}");
        assert!(!link.exclusive || there.users.len() == 1 + link.guests.len(), "the whitelist of link {n}");
    }
    let wanted = links::ends(desired);
    each_once("endpoints of instances", of_instances(world).count(), wanted.len());
    for (n, instance, name) in wanted {
        let endpoint = id(format!("elasticsearch_endpoint.{name}"));
        let there = of_instances(world).find(|e| e.id == endpoint);
        let there = there.unwrap_or_else(|| panic!("endpoint {name} is not in the cloud"));
        let leads = (there.service_id.as_str(), there.instance.as_deref());
        assert_eq!(leads, (id(format!("privatelink_service.l{n}")).as_str(), Some(instance)), "{name}");
        let link = &desired[&n];
        let end = link.ends.values().find(|end| there.zones[0].zone == link.zone(end));
        assert!(end.is_some(), "{name} is in one of its zones");
    }
}

/// What is in the cloud is what is desired, each once, and what is recorded is what is there.
pub(super) fn all_is_as_desired(world: &World, recorded: &Recorded, stack: &Stack) {
    assert_eq!(recorded.verify(), Vec::<String>::new());
    assert!(recorded.deposed.is_empty() && recorded.pending.is_empty(), "left over: {recorded:#?}");
    let services: Vec<_> = world.services.iter().filter(|s| !is_theirs(s.id)).collect();
    let endpoints: Vec<_> = world.endpoints.iter().filter(|e| !is_theirs(e.id)).collect();
    let id = |address: String| {
        let address = address.parse().expect("an address");
        recorded.objects.get(&address).unwrap_or_else(|| panic!("{address} is not recorded")).id.clone()
    };
    each_once("services", services.len(), stack.len());
    for (n, service) in stack {
        let there = services.iter().find(|s| s.id.to_string() == id(format!("vpcep_service.s{n}")));
        let there = there.unwrap_or_else(|| panic!("service {n} is not in the cloud"));
        let ports: BTreeSet<_> = there.ports.iter().map(|p| (p.client_port, p.server_port)).collect();
        assert_eq!(ports, service.ports, "service {n} is the right one");
        if let Some(whitelist) = service.whitelist.as_ref().filter(|w| w.exclusive) {
            let listed = world.permissions.iter().filter(|p| p.service_id == there.id).count();
            let own = usize::from(whitelist.members.contains_key(OWNER));
            assert_eq!(listed, whitelist.members.len() - own, "the whitelist of service {n}");
        }
    }
    let wanted = stack::endpoints(stack);
    each_once("endpoints", endpoints.len(), wanted.len());
    for (n, name, consumer) in wanted {
        let endpoint = id(format!("vpcep_endpoint.{name}"));
        let there = endpoints.iter().find(|e| e.id.to_string() == endpoint);
        let there = there.unwrap_or_else(|| panic!("endpoint {name} is not in the cloud"));
        let leads_to = (there.service_id.to_string(), there.vpc_id.to_string());
        assert_eq!(leads_to, (id(format!("vpcep_service.s{n}")), consumer.vpc.to_owned()), "{name}");
    }
}

fn each_once(what: &str, there: usize, wanted: usize) {
    assert!(there <= wanted, "duplicate: {there} {what} where {wanted} are desired");
    assert!(there >= wanted, "lost: {there} {what} where {wanted} are desired");
}

/// The services whose whitelist lets a guest of others in.
pub(super) fn with_guest(world: &World) -> BTreeSet<String> {
    let guests = world.permissions.iter().filter(|p| p.permission == GUEST);
    let of_links = world.alibaba.services.iter().filter(|s| s.users.contains(GUEST_OF_LINK));
    guests.map(|p| p.service_id.to_string()).chain(of_links.map(|s| s.id.clone())).collect()
}

/// What others made, in words: it is not ours to change.
pub(super) fn theirs(world: &World) -> BTreeSet<String> {
    let services = world.services.iter().map(|s| s.id).filter(|id| is_theirs(*id));
    let endpoints = world.endpoints.iter().map(|e| e.id).filter(|id| is_theirs(*id));
    services.chain(endpoints).map(|id| id.to_string()).collect()
}
