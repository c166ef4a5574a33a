//! Making a script smaller that breaks a law, as long as it still breaks one.

use super::links::LINKS;
use super::script::{Act, Run, Script};
use super::stack::{SERVICES, Stack};
use super::trouble::Ending;

/// At most so many smaller scripts are tried.
const TRIES: usize = 400;

/// The smallest script found that still `fails`.
pub(super) fn shrink(script: &Script, fails: impl Fn(&Script) -> bool) -> Script {
    let mut best = script.clone();
    let mut tries = 0;
    loop {
        let smaller = candidates(&best).into_iter().find(|candidate| {
            tries += 1;
            tries <= TRIES && fails(candidate)
        });
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

/// Scripts that are a little smaller, those that are much smaller first.
fn candidates(script: &Script) -> Vec<Script> {
    let mut all = Vec::new();
    let count = script.acts.len();
    let mut size = count;
    while size > 0 {
        for start in (0..count).step_by(size) {
            let mut smaller = script.clone();
            smaller.acts.drain(start..(start + size).min(count));
            all.push(smaller);
        }
        size /= 2;
    }
    for simpler in stacks() {
        let mut smaller = script.clone();
        simpler(&mut smaller.stack);
        for act in &mut smaller.acts {
            if let Act::Desire(stack) = act {
                simpler(stack);
            }
        }
        all.push(smaller);
    }
    for n in 0..LINKS {
        let mut smaller = script.clone();
        smaller.links.remove(&n);
        for act in &mut smaller.acts {
            if let Act::DesireLinks(links) = act {
                links.remove(&n);
            }
        }
        all.push(smaller);
    }
    for place in 0..count {
        let Act::Run(run) = &script.acts[place] else { continue };
        for simpler in runs(run) {
            let mut smaller = script.clone();
            smaller.acts[place] = Act::Run(simpler);
            all.push(smaller);
        }
    }
    all.push(Script { passwords: false, ..script.clone() });
    all.push(Script { parallelism: 1, ..script.clone() });
    all.push(Script { latency: "1ms..5ms", ..script.clone() });
    all.retain(|smaller| smaller != script);
    all
}

/// Ways to want less.
fn stacks() -> Vec<Box<dyn Fn(&mut Stack)>> {
    let mut ways: Vec<Box<dyn Fn(&mut Stack)>> = Vec::new();
    for n in 0..SERVICES {
        ways.push(Box::new(move |stack| drop(stack.remove(&n))));
        let mut of_one = |simpler: fn(&mut super::stack::Service)| {
            ways.push(Box::new(move |stack: &mut Stack| {
                if let Some(service) = stack.get_mut(&n) {
                    simpler(service);
                }
            }));
        };
        of_one(|service| service.twins = 0);
        of_one(|service| service.twins = service.twins.min(2));
        of_one(|service| service.endpoints.clear());
        for consumer in 0..4 {
            ways.push(Box::new(move |stack: &mut Stack| {
                if let Some(service) = stack.get_mut(&n) {
                    service.endpoints.remove(&consumer);
                }
            }));
        }
        let mut of_one = |simpler: fn(&mut super::stack::Service)| {
            ways.push(Box::new(move |stack: &mut Stack| {
                if let Some(service) = stack.get_mut(&n) {
                    simpler(service);
                }
            }));
        };
        of_one(|service| service.whitelist = None);
        of_one(|service| service.depends_on = None);
        of_one(|service| (service.tags, service.description) = (None, None));
        of_one(|service| service.name = "");
        of_one(|service| {
            for endpoint in service.endpoints.values_mut().chain([&mut service.twin]) {
                (endpoint.accept, endpoint.create_first) = (None, false);
            }
        });
        of_one(|service| {
            for endpoint in service.endpoints.values_mut().chain([&mut service.twin]) {
                (endpoint.dns, endpoint.tags) = (false, false);
            }
        });
    }
    ways
}

/// Runs with less that goes wrong.
fn runs(run: &Run) -> Vec<Run> {
    let mut all = vec![
        Run { faults: Vec::new(), ..run.clone() },
        Run { ending: Ending::ByItself, ..run.clone() },
        Run { rival: None, ..run.clone() },
        Run { meddling: None, ..run.clone() },
        Run { saved: false, ..run.clone() },
        Run { destroy: false, ..run.clone() },
    ];
    for place in 0..run.faults.len() {
        let mut fewer = run.clone();
        fewer.faults.remove(place);
        all.push(fewer);
    }
    all
}
