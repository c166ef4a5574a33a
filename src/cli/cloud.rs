//! Which cloud a provider block leads to: its own endpoint, or with `--sim` the embedded one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;

use super::failure::Stop;
use super::simulated::Standing;
use super::sources;
use crate::config::{self, Configuration};
use crate::diagnostic::Diagnostic;
use crate::provider::{Clock, Cloud, Clouds, LogHook, ProviderSetting, Transport};
use crate::resource::ProviderName;
use crate::sim::{self, SimClock};
use crate::twin::Served;

/// Seed of the jitter in retries. The same every time, so that runs can be compared.
const SEED: u64 = 0x1a9d_b21d_6e00_0001;

pub(super) type Settings = BTreeMap<String, ProviderSetting>;

/// The clouds of a run, and the way to them.
pub(super) type Ways = (Clouds, Transport);

/// The real clouds of a configuration. A block's settings are evaluated when it is contacted.
pub(super) fn real(
    configuration: Arc<Configuration>,
    parallelism: usize,
    clock: Clock,
    log: Option<LogHook>,
) -> Ways {
    let transport = logged(Transport::http(parallelism), log);
    let way = transport.clone();
    let clouds = Clouds::new(Arc::new(move |name: &ProviderName| {
        known(&configuration, name)?;
        let settings = nested(&configuration.provider(name)?, |file| read_certificates(&configuration, file));
        connect(&configuration, name, &settings, &transport, &clock)
    }));
    (clouds, way)
}

/// The embedded cloud in place of every provider. The settings of the blocks are not evaluated.
pub(super) fn simulated(
    configuration: Arc<Configuration>,
    world: &Path,
    parallelism: usize,
    clock: Clock,
    log: Option<LogHook>,
) -> Result<Ways, Stop> {
    let standing = Standing::of(&configuration)
        .map_err(|why| Stop::refused(why, "`landbridge sim --describe` lists the accounts"))?;
    let simulator = sim::store::open(world, sim::Settings::embedded(), SimClock::real())?;
    let transport = logged(Transport::in_process(Arc::new(Served(simulator)), parallelism), log);
    let way = transport.clone();
    let clouds = Clouds::new(Arc::new(move |name: &ProviderName| {
        known(&configuration, name)?;
        let settings = standing.settings(&configuration, name)?;
        connect(&configuration, name, &settings, &transport, &clock)
    }));
    Ok((clouds, way))
}

fn logged(transport: Transport, log: Option<LogHook>) -> Transport {
    match log {
        Some(hook) => transport.logged(hook),
        None => transport,
    }
}

/// A recorded object may name a block that the configuration does not have any more.
fn known(configuration: &Configuration, name: &ProviderName) -> Result<(), Vec<Diagnostic>> {
    if configuration.providers.contains_key(name) {
        return Ok(());
    }
    let detail = format!("there is no provider `{name}` in the configuration");
    let hint = "put the block back, or point its resources at another block of the same account";
    Err(vec![Diagnostic::error("A provider block vanished", detail).hint(hint)])
}

fn connect(
    configuration: &Configuration,
    name: &ProviderName,
    settings: &Settings,
    transport: &Transport,
    clock: &Clock,
) -> Result<Cloud, Vec<Diagnostic>> {
    let block = &configuration.providers[name];
    Cloud::connect(&block.kind_type, settings, &transport.of(name.as_str()), clock, SEED).map_err(|fault| {
        let detail = format!("provider `{name}`: {fault}");
        vec![Diagnostic::error("The provider block cannot be used", detail).at(block.place.clone())]
    })
}

/// Settings under their path (`auth.secret_key`) as the provider takes them, groups inside. A file
/// of certificates becomes its text.
fn nested(
    flat: &BTreeMap<String, config::ProviderSetting>,
    read: impl Fn(&str) -> Option<String>,
) -> Settings {
    let mut settings = Settings::new();
    for (path, setting) in flat {
        let setting = match setting {
            config::ProviderSetting::Plain(text) => ProviderSetting::Text(text.clone()),
            config::ProviderSetting::Secret(text) => ProviderSetting::Secret(text.clone()),
        };
        match path.split_once('.') {
            Some((group, name)) => {
                let group =
                    settings.entry(group.to_owned()).or_insert(ProviderSetting::Group(BTreeMap::new()));
                if let ProviderSetting::Group(group) = group {
                    group.insert(name.to_owned(), setting);
                }
            }
            None => {
                if let ("ca_file", ProviderSetting::Text(file)) = (path.as_str(), &setting) {
                    // One that cannot be read is reported by the provider, which misses the text.
                    let pem = read(file).unwrap_or_default();
                    settings.insert("ca_pem".to_owned(), ProviderSetting::Text(pem));
                }
                settings.insert(path.clone(), setting);
            }
        }
    }
    settings
}

/// Certificates stand beside the configuration, like every file that it names.
fn read_certificates(configuration: &Configuration, file: &str) -> Option<String> {
    let path = Path::new(&*configuration.module_dir).join(file);
    sources::bytes(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

/// How long a write may take to show in a listing: the embedded cloud shows it at once.
pub(super) fn settle(simulated: bool) -> std::time::Duration {
    std::time::Duration::from_secs(if simulated { 0 } else { 60 })
}

/// Turns an option's length of time into the simulator's.
pub(super) fn signed(span: std::time::Duration) -> SignedDuration {
    span.try_into().unwrap_or(SignedDuration::MAX)
}
