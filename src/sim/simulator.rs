//! One request in, one answer out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use jiff::Timestamp;

use super::alibaba;
use super::clock::SimClock;
use super::cloud::Cloud;
use super::control;
use super::faults::{Effects, ErrorAnswer, Fate, FaultRules, Faults, mix};
use super::huaweicloud;
use super::huaweicloud::call::Answer;
use super::huaweicloud::errors::{Refusal, refuse};
use super::huaweicloud::gate::Issued;
use super::huaweicloud::operations::{Asks, Found, OPERATIONS, find};
use super::log::{Entry, Log};
use super::settings::{OrphanedEndpoints, Settings, Unseen};
use super::store::Store;
use super::world::World;

/// The connection was cut, or the answer was lost; the write may have been done.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the connection was cut")]
pub struct Cut {
    /// An answer of which only so many bytes of the body came through.
    pub(crate) part: Option<Box<(Response<Bytes>, usize)>>,
}

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

/// Everything behind the lock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) cloud: Cloud,
    pub(crate) issued: Issued,
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    /// What `/_sim/reset` goes back to.
    initial: World,
    /// Earlier answers, for faults that repeat them.
    answers: BTreeMap<String, (Timestamp, Response<Bytes>)>,
    pub(crate) store: Option<Store>,
    /// What the Alibaba Cloud half remembers beside its world.
    alibaba: alibaba::Memory,
}

/// A request that has found its cloud: admitted there, or refused.
enum Way {
    Alibaba(Result<alibaba::Admitted, alibaba::errors::Refusal>),
    Huawei(Result<huaweicloud::Admitted, Refusal>),
}

impl Way {
    /// Whether its answer may be kept and repeated.
    fn reads(&self, request: &Request<Bytes>) -> bool {
        match self {
            Way::Alibaba(admitted) => admitted.as_ref().is_ok_and(alibaba::Admitted::reads),
            Way::Huawei(_) => request.method() == Method::GET,
        }
    }
}

/// A request that is under way: what was found out before its latency passed.
struct Begun {
    id: String,
    operation: &'static str,
    account: Option<String>,
    way: Way,
    effects: Effects,
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
        let cloud = cloud_of(world.clone(), &settings)?;
        Ok(Simulator::over(cloud, world, settings, clock, None))
    }

    pub(crate) fn over(
        cloud: Cloud,
        initial: World,
        settings: Settings,
        clock: SimClock,
        store: Option<Store>,
    ) -> Simulator {
        let state = State {
            cloud,
            issued: Issued::new(settings.seed),
            faults: Faults::new(FaultRules::default(), settings.seed),
            log: Log::default(),
            settings,
            initial,
            answers: BTreeMap::new(),
            store,
            alibaba: alibaba::Memory::default(),
        };
        Simulator { shared: Arc::new(Shared { state: Mutex::new(state), clock }) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Its clock.
    pub fn clock(&self) -> &SimClock {
        &self.shared.clock
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&self, rules: FaultRules) {
        let mut state = self.state();
        state.faults = Faults::new(rules, state.settings.seed);
    }

    /// How often each rule has struck since the rules were set, in their order.
    pub fn struck(&self) -> Vec<u64> {
        self.state().faults.struck()
    }

    /// One request in, one answer out, through the same router that HTTP uses. `Err`: the connection was cut or the
    /// answer lost.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Cut> {
        if request.uri().path().starts_with("/_sim/") {
            return Ok(control::handle(self, &request));
        }
        let begun = self.state().begin(&request, self.shared.clock.now());
        if let Ok(latency) = std::time::Duration::try_from(begun.effects.latency)
            && !latency.is_zero()
        {
            tokio::time::sleep(latency).await;
        }
        let now = self.shared.clock.now();
        self.state().finish(begun, &request, now)
    }

    /// The world as it is now, as YAML that can be loaded again.
    pub fn world_yaml(&self) -> String {
        self.world().to_yaml()
    }

    /// The world as it is now.
    pub fn world(&self) -> World {
        let mut state = self.state();
        state.settle(self.shared.clock.now());
        state.cloud.world()
    }

    /// How many requests came, by operation.
    pub fn request_counts(&self) -> BTreeMap<String, u64> {
        self.state().log.counts().clone()
    }
}

/// Whether an operation, as [`Simulator::request_counts`] names it, changes something.
pub fn writes(operation: &str) -> bool {
    // A token is a session, and a filter by tags a question, although both are posted.
    let asks = |known: &huaweicloud::operations::Operation| {
        known.method == "GET" || known.asks != Asks::Project || known.name == "tag_filter"
    };
    let huawei = OPERATIONS.iter().find(|known| known.name == operation).is_some_and(|known| !asks(known));
    huawei || alibaba::operations::OPERATIONS.iter().any(|known| known.name == operation && known.writes)
}

/// A world come alive under these settings.
pub(crate) fn cloud_of(world: World, settings: &Settings) -> Result<Cloud, String> {
    let fail_orphans = settings.orphaned_endpoints == OrphanedEndpoints::Fail;
    let mut cloud = Cloud::of(world, settings.seed, fail_orphans)?;
    if settings.unseen == Unseen::Assumed {
        cloud.assume_ground();
    }
    Ok(cloud)
}

impl State {
    fn begin(&mut self, request: &Request<Bytes>, now: Timestamp) -> Begun {
        let id = request_id(self.settings.seed, self.log.total() + 1);
        if alibaba::is_ours(request) {
            return self.begin_alibaba(request, now, id);
        }
        let found = find(request.method().as_str(), request.uri().path());
        let operation = match &found {
            Found::Operation(operation, _) => operation.name,
            Found::OtherMethods(_) | Found::Nothing => "unknown",
        };
        self.log.count(operation);
        let admitted = self.admit(found, request, now);
        let account = admitted.as_ref().ok().and_then(|admitted| admitted.caller.as_ref());
        let account =
            account.map(|caller| (caller.account, self.cloud.ground.accounts[caller.account].name.clone()));
        let effects = self.faults.decide(operation, account.as_ref().map(|(_, name)| name.as_str()), now);
        if effects.expire_tokens {
            self.issued.expire_tokens(account.as_ref().map(|(place, _)| *place), now);
        }
        let admitted = match admitted {
            // A token that has just ended is worth nothing already.
            Ok(_) if effects.expire_tokens => {
                self.admit(find(request.method().as_str(), request.uri().path()), request, now)
            }
            admitted => admitted,
        };
        let (account, way) = (account.map(|(_, name)| name), Way::Huawei(admitted));
        Begun { id, operation, account, way, effects }
    }

    fn begin_alibaba(&mut self, request: &Request<Bytes>, now: Timestamp, id: String) -> Begun {
        let operation = alibaba::operation_of(request);
        self.log.count(operation);
        let admitted = alibaba::admit(request, &self.cloud, &mut self.alibaba, &self.settings, now);
        let account = admitted.as_ref().ok().map(|admitted| admitted.account().to_owned());
        let effects = self.faults.decide(operation, account.as_deref(), now);
        if let Ok(admitted) = &admitted {
            alibaba::begin(&mut self.alibaba, admitted, now + effects.latency);
        }
        Begun { id, operation, account, way: Way::Alibaba(admitted), effects }
    }

    fn admit(
        &mut self,
        found: Found,
        request: &Request<Bytes>,
        now: Timestamp,
    ) -> Result<huaweicloud::Admitted, Refusal> {
        match found {
            Found::Operation(operation, path) => {
                let State { cloud, issued, settings, .. } = self;
                huaweicloud::admit(operation, path, request, cloud, issued, settings, now)
            }
            Found::OtherMethods(methods) => Err(Refusal::Method(methods.join(", "))),
            Found::Nothing => Err(refuse("0005")),
        }
    }

    fn finish(
        &mut self,
        begun: Begun,
        request: &Request<Bytes>,
        now: Timestamp,
    ) -> Result<Response<Bytes>, Cut> {
        let Begun { id, operation, account, way, effects } = begun;
        let mut entry = Entry::of(now, &id, operation, account, request);
        if effects.cut {
            self.log.note(entry.ending("cut"));
            return Err(Cut { part: None });
        }
        // Only reads can be stale.
        let question = (way.reads(request) && self.faults.keeps_answers()).then(|| {
            let account = entry.account.as_deref().unwrap_or_default();
            format!("{account} {operation} {} {}", request.method(), request.uri())
        });
        let stale = question.as_ref().zip(effects.stale).and_then(|(question, within)| {
            let (when, answer) = self.answers.get(question)?;
            (now.duration_since(*when) <= within).then(|| answer.clone())
        });
        // What was repeated is not newer for that.
        let repeated = stale.is_some();
        let is_alibaba = matches!(way, Way::Alibaba(_));
        let failing = |error: &ErrorAnswer, settings: &Settings| match is_alibaba {
            true => alibaba::fault(error, request, settings, &id),
            false => error.response(settings, &id),
        };
        let mut response = match (&effects.error, stale) {
            (Some(error), _) if !error.done => failing(error, &self.settings),
            (_, Some(mut answer)) => {
                match is_alibaba {
                    true => alibaba::mark(&mut answer, &id),
                    false => mark(&mut answer, &id),
                }
                answer
            }
            _ => self.act(way, request, now, &id, &effects),
        };
        if let (Some(question), false, true) = (question, repeated, response.status().is_success()) {
            self.answers.insert(question, (now, response.clone()));
        }
        if let Some(error) = effects.error.as_ref().filter(|error| error.done) {
            response = failing(error, &self.settings);
        }
        entry.status = Some(response.status().as_u16());
        match (effects.lose_answer, effects.cut_at) {
            (true, _) => {
                self.log.note(entry.ending("answer lost"));
                Err(Cut { part: None })
            }
            (false, Some(at)) => {
                self.log.note(entry.ending("answer cut"));
                Err(Cut { part: Some(Box::new((response, at))) })
            }
            (false, None) => {
                self.log.note(entry);
                Ok(response)
            }
        }
    }

    /// Lets time and the operation do their work; what changes is in the store before anybody hears of it.
    fn act(
        &mut self,
        way: Way,
        request: &Request<Bytes>,
        now: Timestamp,
        id: &str,
        effects: &Effects,
    ) -> Response<Bytes> {
        if let Err(failure) = self.begin_stored() {
            return respond(Err(failure), &self.settings, id);
        }
        self.cloud.settle(now);
        let fate = Fate { slower: effects.slow, fails: effects.fail.clone(), hide_younger: effects.hide };
        let State { cloud, issued, settings, .. } = self;
        match way {
            Way::Huawei(admitted) => {
                let result = admitted.and_then(|admitted| {
                    huaweicloud::run(admitted, request, cloud, issued, settings, now, fate)
                });
                let result = self.end_stored().and(result);
                respond(result, &self.settings, id)
            }
            Way::Alibaba(admitted) => {
                let result =
                    admitted.and_then(|admitted| alibaba::run(admitted, request, cloud, settings, now, fate));
                match self.end_stored() {
                    Ok(()) => alibaba::respond(result, request, id),
                    Err(failure) => respond(Err(failure), &self.settings, id),
                }
            }
        }
    }

    /// Takes the store's lock and reads what others have done meanwhile.
    fn begin_stored(&mut self) -> Result<(), Refusal> {
        match &mut self.store {
            None => Ok(()),
            Some(store) => store.enter(&mut self.cloud, &self.settings).map_err(|error| broken(&error)),
        }
    }

    /// Writes what has changed, and lets the lock go.
    fn end_stored(&mut self) -> Result<(), Refusal> {
        match &mut self.store {
            None => Ok(()),
            Some(store) => store.leave(&mut self.cloud).map_err(|error| broken(&error)),
        }
    }

    /// Lets time do its work.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if self.begin_stored().is_ok() {
            self.cloud.settle(now);
            _ = self.end_stored();
        }
    }

    /// Back to the beginning.
    pub(crate) fn reset(&mut self) -> Result<(), String> {
        self.cloud = cloud_of(self.initial.clone(), &self.settings)?;
        self.issued = Issued::new(self.settings.seed);
        self.faults = Faults::new(FaultRules::default(), self.settings.seed);
        self.log = Log::default();
        self.answers.clear();
        self.alibaba = alibaba::Memory::default();
        Ok(())
    }

    /// Loads another world.
    pub(crate) fn load(&mut self, world: World) -> Result<(), String> {
        self.cloud = cloud_of(world, &self.settings)?;
        self.answers.clear();
        Ok(())
    }
}

/// The simulator's own disk failed: an internal error of the service, with the truth in the message.
fn broken(error: &std::io::Error) -> Refusal {
    Refusal::Gateway {
        status: 500,
        code: "EndPoint.0001",
        message: format!("the simulated world cannot be kept: {error}"),
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
    mark(&mut response, id);
    response
}

/// Every answer has its id (VPCEP API reference, section 1).
pub(crate) fn mark(response: &mut Response<Bytes>, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("x-request-id", id);
    }
}

/// 32 hexadecimal digits, other ones each time, the same ones for the same seed.
fn request_id(seed: u64, count: u64) -> String {
    format!("{:016x}{:016x}", mix(seed ^ count.rotate_left(32)), mix(count))
}
