//! What always holds: of a plan, of what is recorded at any time, of the cloud in the end.

use std::collections::{BTreeMap, BTreeSet};

use landbridge::plan::{Action, Plan, PlanInput, StepAction};
use landbridge::resource::Value;
use landbridge::sim::{EndpointStatus, ServiceStatus, World};
use landbridge::state::Recorded;

use super::stack::{self, OWNER, SERVICES, Stack};
use super::trouble::{GUEST, is_theirs};

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

/// A plan that was made while reads failed makes nothing that one made in peace leaves alone. What
/// exists with its parent may be made again: that has no effect.
pub(super) fn trouble_changes_no_mind(trouble: &Plan, peace: &Plan) {
    let calm: BTreeMap<_, _> = peace.changes.iter().map(|c| (&c.address, c.action)).collect();
    for change in &trouble.changes {
        let makes = change.action == Action::Create || change.action.is_replace();
        let of_its_own = ["vpcep_service", "vpcep_endpoint"].contains(&change.address.kind().as_str());
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
    let services = world.services.iter().filter(|s| s.status != ServiceStatus::Deleting).map(|s| s.id);
    let endpoints = world.endpoints.iter().filter(|e| e.status != EndpointStatus::Deleting).map(|e| e.id);
    for (kind, ids) in
        [("vpcep_service", services.collect::<Vec<_>>()), ("vpcep_endpoint", endpoints.collect())]
    {
        let pending = recorded.pending.values().filter(|p| p.begun.call.makes);
        let begun = pending.filter(|p| p.begun.address.kind().as_str() == kind).count();
        let unknown: Vec<String> = ids
            .into_iter()
            .filter(|id| !is_theirs(*id))
            .map(|id| id.to_string())
            .filter(|id| !known.contains(&(kind.to_owned(), id.clone())))
            .collect();
        assert!(unknown.len() <= begun, "lost: {kind} {unknown:?}, and {begun} are known to be uncertain");
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
    guests.map(|p| p.service_id.to_string()).collect()
}

/// What others made, in words: it is not ours to change.
pub(super) fn theirs(world: &World) -> BTreeSet<String> {
    let services = world.services.iter().map(|s| s.id).filter(|id| is_theirs(*id));
    let endpoints = world.endpoints.iter().map(|e| e.id).filter(|id| is_theirs(*id));
    services.chain(endpoints).map(|id| id.to_string()).collect()
}
