//! What may go wrong: in the cloud and on the way to it, on the machine, and by the hands of others.

use landbridge::sim::{self, FaultRules};
use landbridge::state::files::{Loss, Mishap};

use super::draw::Draw;

/// Something that goes wrong in the cloud or on the way to it: its kind, and the simulator's rule.
pub(super) type Fault = (&'static str, &'static str);

/// The cloud does it only after the answer has been given up.
pub(super) const VERY_LATE: &str = "done very late";

/// Kinds of faults by which what is there does not show for a while.
pub(super) const HIDES: [&str; 3] = ["young ones hidden", "stale listing", "stale answer"];

/// The API holds creations back for long.
pub(super) const HELD_BACK: Fault =
    ("throttled", "operation: 'create_*', error: { status: 429, retry_after: 70 }, count: 2");

/// What is made shows nowhere for long, though within `settle`.
pub(super) const HIDDEN: Fault = ("young ones hidden", "hide: 50s");

/// Of some creations the answer is lost, others never happened: nobody hears which is which.
#[cfg(feature = "planted-bugs")]
pub(super) const HALF_OF_ENDPOINTS_UNANSWERED: [Fault; 2] = [
    ("answer lost", "operation: create_endpoint, lose_answer: true, probability: 0.4"),
    ("server error", "operation: create_endpoint, error: { status: 502 }, probability: 0.4"),
];

const FAULTS: [Fault; 43] = [
    ("answer lost", "operation: create_service, lose_answer: true, count: 1"),
    ("answer lost", "operation: create_endpoint, lose_answer: true, every: 2"),
    ("answer lost", "operation: create_endpoint, lose_answer: true, probability: 0.5"),
    ("answer lost", "operation: 'delete_*', lose_answer: true, every: 2"),
    ("answer lost", "operation: '*permission*', lose_answer: true, probability: 0.4"),
    ("answer lost", "operation: connection_action, lose_answer: true, every: 2"),
    ("answer lost", "lose_answer: true, probability: 0.1"),
    ("answer torn", "operation: 'create_*', cut_at: 10, nth: 1"),
    ("answer torn", "cut_at: 25, probability: 0.1"),
    ("connection cut", "operation: 'create_*', cut: true, count: 2"),
    ("connection cut", "operation: 'update_*', cut: true, every: 2"),
    ("connection cut", "cut: true, probability: 0.15"),
    ("server error", "operation: 'create_*', error: { status: 503 }, every: 2"),
    ("server error", "operation: 'list_*', error: { status: 502 }, every: 3"),
    ("server error", "operation: 'get_*', error: { status: 500 }, probability: 0.4"),
    ("server error", "operation: 'get_*', error: { status: 404, shape: html }, probability: 0.3"),
    ("server error", "operation: 'list_*', error: { status: 504 }"),
    ("server error", "operation: 'get_*', error: { status: 500 }"),
    ("server error", "error: { status: 503 }, probability: 0.2"),
    ("error, done all the same", "operation: 'create_*', error: { status: 500, done: true }, nth: 1"),
    ("error, done all the same", "operation: 'update_*', error: { status: 500, done: true }, every: 2"),
    ("error, done all the same", "error: { status: 502, done: true }, probability: 0.1"),
    ("throttled", "error: { code: EndPoint.0022 }, probability: 0.2"),
    ("throttled", "error: { status: 429, retry_after: 2 }, probability: 0.2"),
    ("throttled", "rate: { per_second: 3, burst: 4 }"),
    ("throttled", "operation: 'create_*', error: { status: 429 }, count: 12"),
    HELD_BACK,
    ("stale listing", "operation: 'list_*', stale: 20s, probability: 0.6"),
    ("stale listing", "operation: 'list_*', stale: 40s"),
    ("stale answer", "operation: 'get_*', stale: 10s, probability: 0.5"),
    ("young ones hidden", "operation: 'get_*', hide: 20s"),
    ("young ones hidden", "operation: 'list_*', hide: 30s"),
    HIDDEN,
    (
        "creation failed",
        "operation: create_endpoint, fail: { code: EndPoint.2001, message: no address is left }, count: 1",
    ),
    (
        "creation failed",
        "operation: 'create_*', fail: { code: EndPoint.2001, message: none is left }, probability: 0.3",
    ),
    ("slow", "operation: 'create_*', slow: 12m, count: 1"),
    ("slow", "operation: 'create_*', slow: 30s"),
    ("slow", "operation: 'delete_*', slow: 90s"),
    ("slow", "operation: connection_action, slow: 40s"),
    ("late answer", "latency: 2s..40s, probability: 0.1"),
    (VERY_LATE, "operation: 'create_*', latency: 100s, count: 1"),
    ("token expired", "expire_tokens: true, every: 4"),
    ("token expired", "expire_tokens: true, probability: 0.2"),
];

pub(super) fn faults(draw: &mut Draw) -> Vec<Fault> {
    let mut faults: Vec<Fault> = (0..draw.one(&[0, 1, 1, 1, 2, 2, 3])).map(|_| draw.one(&FAULTS)).collect();
    // Twice the same would be another fault: so late that no promise holds.
    faults.sort_unstable();
    faults.dedup();
    faults
}

/// What goes wrong in the second cloud alone.
const FAULTS_OF_LINKS: [Fault; 20] = [
    ("answer lost", "operation: 'privatelink:CreateVpcEndpointService', lose_answer: true, count: 1"),
    ("answer lost", "operation: 'elasticsearch:CreateVpcEndpoint', lose_answer: true, every: 2"),
    ("answer lost", "operation: 'elasticsearch:DeleteVpcEndpoint', lose_answer: true, every: 2"),
    ("answer lost", "operation: 'privatelink:*User*', lose_answer: true, probability: 0.4"),
    ("answer lost", "operation: 'privatelink:*VpcEndpointConnection', lose_answer: true, every: 2"),
    ("answer lost", "operation: 'privatelink:Update*', lose_answer: true, every: 2"),
    ("answer torn", "operation: '*:Create*', cut_at: 10, nth: 1"),
    ("connection cut", "operation: '*:Create*', cut: true, count: 2"),
    ("server error", "operation: '*:Create*', error: { status: 503 }, every: 2"),
    ("server error", "operation: '*:List*', error: { status: 500, code: InternalError }, every: 3"),
    ("server error", "operation: '*:Get*', error: { status: 502, shape: html }, probability: 0.3"),
    ("error, done all the same", "operation: '*:Create*', error: { status: 500, done: true }, nth: 1"),
    ("throttled", "operation: 'elasticsearch:*', error: { code: Throttling.User }, probability: 0.3"),
    ("throttled", "operation: '*:Create*', error: { status: 429, retry_after: 70 }, count: 2"),
    ("stale listing", "operation: '*:List*', stale: 20s, probability: 0.6"),
    ("young ones hidden", "operation: 'elasticsearch:List*', hide: 30s"),
    ("not deleted", "operation: 'elasticsearch:DeleteVpcEndpoint', error: { shape: result_false }, nth: 1"),
    ("slow", "operation: '*:Create*', slow: 30s"),
    ("slow", "operation: '*:*Connection', slow: 40s"),
    ("slow", "operation: '*:Delete*', slow: 60s"),
];

/// Some of them; with none that a drawn fault strikes already.
pub(super) fn faults_of_links(draw: &mut Draw) -> Vec<Fault> {
    let mut faults: Vec<Fault> = (0..draw.one(&[0, 1, 1, 2])).map(|_| draw.one(&FAULTS_OF_LINKS)).collect();
    faults.sort_unstable();
    faults.dedup();
    faults
}

/// The simulator's rules for these faults, over the usual latency.
pub(super) fn rules(latency: &str, faults: &[Fault]) -> FaultRules {
    let usual = format!("{{ latency: {latency} }}");
    let lines: Vec<String> =
        std::iter::once(usual).chain(faults.iter().map(|(_, rule)| format!("{{ {rule} }}"))).collect();
    FaultRules::from_yaml(&format!("rules: [{}]", lines.join(", "))).expect("rules")
}

/// How a run may end before its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ending {
    /// It does not.
    ByItself,
    /// The machine goes down.
    Crash(At, Loss),
    /// One file operation fails, and the process goes on.
    File(u64, Mishap),
    /// The user asks so many times to stop.
    Stopped(u64, usize),
    /// The run is dropped within a process that goes on.
    Dropped(u64),
}

/// When the machine goes down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum At {
    /// At this file operation of the run, before it or in the middle of it.
    File(u64, Mishap),
    /// Instead of sending this request of the run.
    Sending(u64),
    /// When the answer to this request of the run arrives.
    Answer(u64),
    /// After so many milliseconds.
    Millis(u64),
}

pub(super) fn ending(draw: &mut Draw) -> Ending {
    let loss = draw.one(&[Loss::Nothing, Loss::Unsynced, Loss::Torn]);
    // A run takes tens to hundreds of these; the first ones matter as much as all others.
    let up_to = |draw: &mut Draw, most: &[usize]| {
        let most = draw.one(most);
        draw.below(most) as u64
    };
    let file = |draw: &mut Draw| up_to(draw, &[20, 60, 200]);
    match draw.below(12) {
        0 | 1 => Ending::ByItself,
        2 | 3 => Ending::Crash(At::File(file(draw), Mishap::Killed), loss),
        4 => Ending::Crash(At::File(file(draw), Mishap::KilledHalfway), loss),
        5 => Ending::Crash(At::Sending(up_to(draw, &[12, 40, 120])), loss),
        6 | 7 => Ending::Crash(At::Answer(up_to(draw, &[12, 40, 120])), loss),
        8 => Ending::Crash(At::Millis(up_to(draw, &[2000, 10_000, 60_000])), loss),
        9 => {
            let mishap = draw.one(&[Mishap::Full, Mishap::FullHalfway, Mishap::Broken]);
            Ending::File(file(draw), mishap)
        }
        10 => Ending::Stopped(up_to(draw, &[2000, 10_000]), 1 + draw.below(2)),
        _ => Ending::Dropped(up_to(draw, &[2000, 10_000])),
    }
}

/// What others do to the cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meddling {
    /// They delete an endpoint.
    DeleteEndpoint(usize),
    /// They reject a connection.
    Reject(usize),
    /// They change a service's ports.
    Ports(usize),
    /// They take a service's tags away.
    Untag(usize),
    /// They take a record out of a whitelist.
    ShutOut(usize),
    /// They let somebody in.
    LetIn(usize),
    /// They make a service and an endpoint of their own.
    Neighbour(usize),
    /// The endpoint of an instance goes.
    EndGoes(usize),
    /// The owner of a link cuts a connection.
    Cut(usize),
    /// They let somebody use a link.
    Admit(usize),
    /// They take somebody off the whitelist of a link.
    Bar(usize),
    /// They write another description of a link.
    Describe(usize),
}

impl Meddling {
    /// Whether it changes what an uncertain creation is recognised by: not even the promise covers
    /// an object that others change before it was found.
    pub(super) fn hides_evidence(self) -> bool {
        matches!(self, Meddling::Ports(_) | Meddling::Untag(_) | Meddling::Describe(_))
    }
}

pub(super) fn meddling(draw: &mut Draw) -> Meddling {
    let which = draw.below(8);
    match draw.below(7) {
        0 => Meddling::DeleteEndpoint(which),
        1 => Meddling::Reject(which),
        2 => Meddling::Ports(which),
        3 => Meddling::Untag(which),
        4 => Meddling::ShutOut(which),
        5 => Meddling::LetIn(which),
        _ => Meddling::Neighbour(which),
    }
}

/// The same in the second cloud.
pub(super) fn meddling_with_links(draw: &mut Draw) -> Meddling {
    let which = draw.below(8);
    match draw.below(5) {
        0 => Meddling::EndGoes(which),
        1 => Meddling::Cut(which),
        2 => Meddling::Admit(which),
        3 => Meddling::Bar(which),
        _ => Meddling::Describe(which),
    }
}

/// Whom others let use a link; no configuration names them.
pub(super) const GUEST_OF_LINK: &str = "9999999999999999";

/// Whom others let in; no configuration names them.
pub(super) const GUEST: &str = "iam:domain::ffffffffffffffffffffffffffffffff";

/// What the ids of others' objects begin with.
const THEIRS: u64 = 0xffff_ffff_0000_4000;

/// An id for what others make.
fn id(kind: u64, which: usize) -> uuid::Uuid {
    uuid::Uuid::from_u64_pair(THEIRS + kind, 0x8000_0000_0000_0000 + which as u64)
}

/// Whether others have made it.
pub(super) fn is_theirs(id: uuid::Uuid) -> bool {
    id.as_u64_pair().0 >> 8 == THEIRS >> 8
}

/// The one at this place, counted round.
fn at<T>(of: &mut [T], which: usize) -> Option<&mut T> {
    let place = which.checked_rem(of.len())?;
    of.get_mut(place)
}

/// Does to the world what others do.
pub(super) fn meddle(world: &mut sim::World, now: jiff::Timestamp, what: Meddling) {
    let ours = |s: &&mut sim::Service| !is_theirs(s.id);
    let mut services: Vec<&mut sim::Service> = world.services.iter_mut().filter(ours).collect();
    let links = &mut world.alibaba;
    // What the vendor's page shows is nobody's to change.
    let own = |e: &&mut sim::LinkEndpoint| !e.id.contains('*');
    match what {
        Meddling::EndGoes(which) => {
            let mut ends: Vec<_> = links.endpoints.iter_mut().filter(own).collect();
            if let Some(id) = at(&mut ends, which).map(|end| end.id.clone()) {
                links.endpoints.retain(|end| end.id != id);
            }
        }
        Meddling::Cut(which) => {
            let mut ends: Vec<_> = links.endpoints.iter_mut().filter(own).collect();
            if let Some(end) = at(&mut ends, which)
                && end.connection == "Connected"
            {
                "Disconnected".clone_into(&mut end.connection);
            }
        }
        Meddling::Admit(which) => {
            if let Some(service) = at(&mut links.services, which) {
                service.users.insert(GUEST_OF_LINK.to_owned());
            }
        }
        Meddling::Bar(which) => {
            if let Some(service) = at(&mut links.services, which) {
                service.users.pop_first();
            }
        }
        Meddling::Describe(which) => {
            if let Some(service) = at(&mut links.services, which) {
                service.settings.insert("ServiceDescription".to_owned(), "by others".into());
            }
        }
        Meddling::DeleteEndpoint(which) => {
            let ids: Vec<_> = world.endpoints.iter().map(|e| e.id).filter(|id| !is_theirs(*id)).collect();
            if let Some(place) = which.checked_rem(ids.len()) {
                world.endpoints.retain(|e| e.id != ids[place]);
            }
        }
        Meddling::Reject(which) => {
            if let Some(endpoint) = at(&mut world.endpoints, which)
                && matches!(
                    endpoint.status,
                    sim::EndpointStatus::Accepted | sim::EndpointStatus::PendingAcceptance
                )
            {
                endpoint.status = sim::EndpointStatus::Rejected;
            }
        }
        Meddling::Ports(which) => {
            if let Some(service) = at(&mut services, which) {
                service.ports[0].client_port += 1000;
            }
        }
        Meddling::Untag(which) => {
            if let Some(service) = at(&mut services, which) {
                service.tags.clear();
            }
        }
        Meddling::ShutOut(which) => {
            if let Some(place) = which.checked_rem(world.permissions.len()) {
                world.permissions.remove(place);
            }
        }
        Meddling::LetIn(which) => {
            let Some(service) = at(&mut services, which).map(|s| s.id) else { return };
            let there = |p: &&sim::Permission| p.service_id == service && p.permission == GUEST;
            let Some(mut guest) = world.permissions.first().cloned() else { return };
            if world.permissions.iter().find(there).is_none() {
                guest.id = id(1, world.permissions.len());
                while world.permissions.iter().any(|p| p.id == guest.id) {
                    guest.id = uuid::Uuid::from_u128(guest.id.as_u128() + 1);
                }
                (guest.service_id, guest.permission, guest.created_at) = (service, GUEST.to_owned(), now);
                world.permissions.push(guest);
            }
        }
        Meddling::Neighbour(which) => {
            let Some(mut theirs) = services.first().map(|s| (*s).clone()) else { return };
            if world.services.iter().any(|s| s.id == id(2, which)) {
                return;
            }
            (theirs.id, theirs.name, theirs.created_at) = (id(2, which), "neighbour".to_owned(), now);
            (theirs.status, theirs.next, theirs.error) = (sim::ServiceStatus::Available, None, None);
            theirs.ports.truncate(1);
            theirs.ports[0].server_port = 9900 + u16::try_from(which).expect("small");
            let endpoint = world.endpoints.first().cloned();
            if let Some(mut endpoint) = endpoint {
                (endpoint.id, endpoint.service_id, endpoint.created_at) = (id(3, which), theirs.id, now);
                (endpoint.status, endpoint.next, endpoint.error) =
                    (sim::EndpointStatus::PendingAcceptance, None, None);
                (endpoint.ip, endpoint.marker_id) = (None, 1 + which as u64);
                world.endpoints.push(endpoint);
            }
            world.services.push(theirs);
        }
    }
}
