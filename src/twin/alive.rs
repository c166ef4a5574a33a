//! A twin that has come alive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::likeness::Likeness;
use super::served::Served;
use super::{alibaba, huaweicloud};
use crate::diagnostic::Diagnostic;
use crate::provider::{self, Clock, Cloud, Clouds, Transport};
use crate::resource::{Identity, Kind, ObjectId, ProviderName};
use crate::sim::{
    self, Delays, Exchange, FaultRules, Portrait, Rule, Settings, SimClock, Simulator, Tenant, Unseen,
};
use crate::state::{Timing, timing};

/// Seed of the ids that a twin gives; another one than simulated worlds have, whose ids it must not give again.
const SEED: u64 = 0x7477_696e;

/// How long an answer takes, as over the internet.
const LATENCY: &str = "150ms";

/// Objects that are not there any more, by kind and id.
pub type Lost = BTreeSet<(Kind, ObjectId)>;

/// How often the twin was called, by operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls that change something.
    pub writes: BTreeMap<String, u64>,
    /// Calls that ask.
    pub reads: BTreeMap<String, u64>,
}

impl Calls {
    /// Those since then.
    #[must_use]
    pub fn since(&self, before: &Calls) -> Calls {
        let since = |now: &BTreeMap<String, u64>, before: &BTreeMap<String, u64>| {
            let new = |(name, count): (&String, &u64)| {
                let new = count - before.get(name).copied().unwrap_or_default();
                (new > 0).then(|| (name.clone(), new))
            };
            now.iter().filter_map(new).collect()
        };
        Calls { writes: since(&self.writes, &before.writes), reads: since(&self.reads, &before.reads) }
    }
}

/// A twin at work.
pub struct Twin {
    /// Its clouds, one for each provider block that is known.
    pub clouds: Arc<Clouds>,
    /// The way to them.
    pub way: Transport,
    /// The time: the runtime's, so it is virtual where that is paused.
    pub clock: Clock,
    simulator: Simulator,
}

impl Twin {
    /// Brings a likeness to life, without what was lost. Things take as long as they took in earlier runs, else as
    /// long as the clouds' own documents say.
    ///
    /// # Errors
    /// Why the likeness makes no world.
    pub fn of(
        likeness: &Likeness,
        timings: &BTreeMap<String, Timing>,
        lost: &Lost,
        start: Timestamp,
        parallelism: usize,
    ) -> Result<Twin, String> {
        let delays = delays(timings);
        let mut world = portrait(likeness).world(start, &delays);
        let lost: BTreeSet<(&str, &str)> =
            lost.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
        huaweicloud::lose(&mut world, &lost, start);
        alibaba::lose(&mut world, &lost, start);
        let settings = Settings { seed: SEED, delays, unseen: Unseen::Assumed, ..Settings::default() };
        let simulator = Simulator::checked(world, settings, SimClock::starting_at(start))?;
        let latency = LATENCY.to_owned().try_into()?;
        simulator.set_faults(FaultRules { rules: vec![Rule { latency: Some(latency), ..Rule::default() }] });
        let way = Transport::in_process(Arc::new(Served(simulator.clone())), parallelism);
        let clock = Clock::starting_at(start);
        let places = likeness.places.clone();
        let (transport, time) = (way.clone(), clock.clone());
        let clouds = Clouds::new(Arc::new(move |name: &ProviderName| {
            let Some((provider_type, identity)) = places.get(name) else { return Err(unknown(name)) };
            let settings = match *provider_type {
                provider::alibaba::kinds::PROVIDER_TYPE => alibaba::settings(&tenant(identity)),
                _ => huaweicloud::settings(&tenant(identity)),
            };
            Cloud::connect(provider_type, &settings, &transport.of(name.as_str()), &time, SEED)
                .map_err(|fault| vec![Diagnostic::error("The twin cannot be reached", fault.to_string())])
        }));
        Ok(Twin { clouds: Arc::new(clouds), way, clock, simulator })
    }

    /// How often it was called so far.
    pub fn calls(&self) -> Calls {
        let (writes, reads) =
            self.simulator.request_counts().into_iter().partition(|(operation, _)| sim::writes(operation));
        Calls { writes, reads }
    }
}

fn tenant(identity: &Identity) -> Tenant {
    let Identity { account, project, region } = identity.clone();
    Tenant { account, project, region }
}

/// What was heard, told to a portrait in the order in which it was said.
fn portrait(likeness: &Likeness) -> Portrait {
    let mut portrait = Portrait::default();
    for (provider_type, identity) in likeness.places.values() {
        match *provider_type {
            provider::alibaba::kinds::PROVIDER_TYPE => portrait.add_alibaba(tenant(identity)),
            _ => portrait.add_huaweicloud(tenant(identity)),
        }
    }
    for heard in likeness.heard.iter() {
        let block = likeness.places.iter().find(|(name, _)| name.as_str() == &*heard.block);
        let Some((_, (_, identity))) = block else { continue };
        let exchange = Exchange {
            method: heard.method.clone(),
            uri: heard.uri.clone(),
            // The operations of a cloud that names them in a header bear their product's name.
            action: heard.operation.split_once(':').map(|(_, action)| action.to_owned()),
            status: heard.status,
            answer: heard.answer.clone(),
        };
        portrait.hear(&exchange, &tenant(identity));
    }
    portrait
}

/// How long things take: the longest mean of the kinds that are made or ended so.
fn delays(timings: &BTreeMap<String, Timing>) -> Delays {
    let recorded = |kinds: &[&str], action: &str, otherwise: SignedDuration| {
        let means = kinds.iter().filter_map(|kind| timings.get(&timing::key(kind, action)));
        let mean = means.map(|timing| timing.mean_ms).max();
        mean.and_then(|ms| i64::try_from(ms).ok()).map_or(otherwise, SignedDuration::from_millis)
    };
    use provider::{alibaba::kinds as a, huaweicloud::kinds as h};
    let (services, endpoints) = ([h::SERVICE, a::SERVICE], [h::ENDPOINT, a::ENDPOINT, a::ELASTICSEARCH]);
    let Delays { service_create, service_delete, endpoint_create, endpoint_delete, accept } =
        Delays::default();
    Delays {
        service_create: recorded(&services, "create", service_create),
        service_delete: recorded(&services, "delete", service_delete),
        endpoint_create: recorded(&endpoints, "create", endpoint_create),
        endpoint_delete: recorded(&endpoints, "delete", endpoint_delete),
        accept: recorded(&[h::ACCEPT, a::ACCEPT], "create", accept),
    }
}

fn unknown(name: &ProviderName) -> Vec<Diagnostic> {
    let detail = format!("nothing was read through provider `{name}`, so the twin has nothing of it");
    vec![Diagnostic::error("The twin does not know a provider", detail).hint("please report this")]
}
