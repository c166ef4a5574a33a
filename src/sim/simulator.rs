//! One request in, one answer out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;

use super::clock::SimClock;
use super::cloud::Cloud;
use super::huaweicloud::call::{Answer, Fate};
use super::huaweicloud::errors::{Refusal, refuse};
use super::huaweicloud::gate::Issued;
use super::huaweicloud::operations::{Found, find};
use super::huaweicloud::{self};
use super::settings::{OrphanedEndpoints, Settings};
use super::world::World;

/// The connection was cut, or the answer was lost; the write may have been done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection was cut")]
pub struct Cut;

/// A simulated cloud. Copies are the same one.
#[derive(Clone, Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    clock: SimClock,
}

#[derive(Debug)]
struct State {
    cloud: Cloud,
    issued: Issued,
    settings: Settings,
    counts: BTreeMap<String, u64>,
    requests: u64,
}

impl Simulator {
    /// A simulator over a world; `clock` decides what "now" is.
    ///
    /// # Panics
    /// When the world contradicts itself (an id twice, an object of no project); [`Simulator::checked`] says so
    /// instead.
    pub fn new(world: World, settings: Settings, clock: SimClock) -> Simulator {
        Simulator::checked(world, settings, clock).expect("a sound world")
    }

    /// The same, for a world that somebody else has written.
    pub fn checked(world: World, settings: Settings, clock: SimClock) -> Result<Simulator, String> {
        let fail_orphans = settings.orphaned_endpoints == OrphanedEndpoints::Fail;
        let cloud = Cloud::of(world, settings.seed, fail_orphans)?;
        let issued = Issued::new(settings.seed);
        let state = Mutex::new(State { cloud, issued, settings, counts: BTreeMap::new(), requests: 0 });
        Ok(Simulator { shared: Arc::new(Shared { state, clock }) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Its clock.
    pub fn clock(&self) -> &SimClock {
        &self.shared.clock
    }

    /// One request in, one answer out, through the same router that HTTP uses.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Cut> {
        let now = self.shared.clock.now();
        let mut state = self.state();
        let state = &mut *state;
        state.requests += 1;
        let id = request_id(state.settings.seed, state.requests);
        state.cloud.settle(now);
        let result = state.answer(&request, now);
        Ok(respond(result, &state.settings, &id))
    }

    /// The world as it is now, as YAML that can be loaded again.
    pub fn world_yaml(&self) -> String {
        let mut state = self.state();
        state.cloud.settle(self.shared.clock.now());
        state.cloud.world().to_yaml()
    }

    /// How many requests came, by operation.
    pub fn request_counts(&self) -> BTreeMap<String, u64> {
        self.state().counts.clone()
    }
}

impl State {
    fn answer(&mut self, request: &Request<Bytes>, now: Timestamp) -> Result<Answer, Refusal> {
        let (operation, path) = match find(request.method().as_str(), request.uri().path()) {
            Found::Operation(operation, path) => (operation, path),
            Found::OtherMethods(methods) => {
                self.count("unknown");
                return Err(Refusal::Method(methods.join(", ")));
            }
            Found::Nothing => {
                self.count("unknown");
                return Err(refuse("0005"));
            }
        };
        self.count(operation.name);
        let State { cloud, issued, settings, .. } = self;
        let admitted = huaweicloud::admit(operation, path, request, cloud, issued, settings, now)?;
        huaweicloud::run(admitted, request, cloud, issued, settings, now, Fate::default())
    }

    fn count(&mut self, name: &str) {
        match self.counts.get_mut(name) {
            Some(count) => *count += 1,
            None => _ = self.counts.insert(name.to_owned(), 1),
        }
    }
}

fn respond(result: Result<Answer, Refusal>, settings: &Settings, id: &str) -> Response<Bytes> {
    let mut response = match result {
        Ok(answer) => {
            let mut response = Response::new(Bytes::from(answer.body));
            *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            for (name, value) in answer.headers {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        Err(refusal) => {
            let body = refusal.body(settings.error_shape, id).to_string();
            let mut response = Response::new(Bytes::from(body));
            *response.status_mut() = refusal.status();
            if let Refusal::Method(methods) = &refusal
                && let Ok(methods) = HeaderValue::from_str(methods)
            {
                response.headers_mut().insert(ALLOW, methods);
            }
            response
        }
    };
    if !response.body().is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// A fresh id for every answer (VPCEP API reference, section 1): 32 hexadecimal digits.
fn request_id(seed: u64, count: u64) -> String {
    let mix = |mut word: u64| {
        // splitmix64: ids differ in every digit, and repeat for the same seed.
        word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    };
    format!("{:016x}{:016x}", mix(seed ^ count.rotate_left(32)), mix(count))
}
