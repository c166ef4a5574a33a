//! `landbridge sim` as a function: options in, a server until told to stop.
#![expect(
    clippy::disallowed_methods,
    reason = "the command reads the world, settings and faults files it is given"
)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::SignedDuration;
use tokio::net::TcpListener;

use super::clock::SimClock;
use super::faults::FaultRules;
use super::settings::{Delays, Quota, Settings};
use super::simulator::Simulator;
use super::world::World;
use super::{sample, server};

/// What `landbridge sim` can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen: `127.0.0.1:8080`; port 0 takes a free one.
    pub listen: String,
    /// A world file instead of the sample world.
    pub world: Option<PathBuf>,
    /// A file of settings; the other options here win over it.
    pub settings: Option<PathBuf>,
    /// How long creations, deletions and acceptances take.
    pub op_delay: Option<SignedDuration>,
    /// Seed of ids, tokens and faults.
    pub seed: Option<u64>,
    /// A file of fault rules.
    pub faults: Option<PathBuf>,
    /// Quota of services and endpoints of every project, instead of the accounts' own.
    pub quota: Option<u64>,
    /// Refuse unknown parameters and fields.
    pub strict: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: "127.0.0.1:8080".to_owned(),
            world: None,
            settings: None,
            op_delay: None,
            seed: None,
            faults: None,
            quota: None,
            strict: false,
        }
    }
}

impl Options {
    /// The simulator that these options describe.
    pub fn simulator(&self) -> anyhow::Result<Simulator> {
        let mut settings = match &self.settings {
            None => Settings::default(),
            Some(path) => {
                let text = read(path, "settings")?;
                serde_yaml::from_str(&text)
                    .with_context(|| format!("{} holds no settings", path.display()))?
            }
        };
        if let Some(delay) = self.op_delay {
            settings.delays = Delays::all(delay);
        }
        if let Some(quota) = self.quota {
            settings.quota = Some(Quota { endpoint_service: quota, endpoint: quota });
        }
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.strict |= self.strict;
        let world = match &self.world {
            None => sample::world(),
            Some(path) => World::from_yaml(&read(path, "world")?).map_err(anyhow::Error::msg)?,
        };
        let sim = Simulator::checked(world, settings, SimClock::real())
            .map_err(anyhow::Error::msg)
            .context("the world contradicts itself")?;
        if let Some(path) = &self.faults {
            sim.set_faults(FaultRules::from_yaml(&read(path, "faults")?).map_err(anyhow::Error::msg)?);
        }
        Ok(sim)
    }
}

fn read(path: &PathBuf, what: &str) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read the {what} file {}", path.display()))
}

/// Runs the simulator until `shutdown`. First of all `listening on http://…` goes to `out`.
pub async fn run(
    options: &Options,
    out: &mut (dyn Write + Send),
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let sim = options.simulator()?;
    let listener = TcpListener::bind(&options.listen)
        .await
        .with_context(|| format!("failed to listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    // A reader that has gone away does not end the service.
    _ = writeln!(out, "listening on http://{address}").and_then(|()| out.flush());
    server::serve(listener, sim, shutdown).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_says_where_it_listens_first() {
        let options = Options { listen: "127.0.0.1:0".to_owned(), ..Options::default() };
        let mut out = Vec::new();
        run(&options, &mut out, std::future::ready(())).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("listening on http://127.0.0.1:") && text.ends_with('\n'), "{text}");
        assert!(!text.contains(":0\n"), "{text}");
    }

    #[test]
    fn options_reach_the_simulator() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            Some(path)
        };
        let options = Options {
            settings: file("settings.yaml", "error_shape: nested\nseed: 3\n"),
            faults: file("faults.yaml", "rules: [{ operation: versions, cut: true }]\n"),
            op_delay: Some(SignedDuration::from_secs(7)),
            quota: Some(1000),
            strict: true,
            ..Options::default()
        };
        let sim = options.simulator().unwrap();
        let state = sim.state();
        assert_eq!((state.settings.seed, state.settings.strict), (3, true));
        assert_eq!(state.settings.delays.accept.as_secs(), 7);
        assert_eq!(state.settings.quota.unwrap().endpoint, 1000);
        assert_eq!(state.faults.rules().rules.len(), 1);
        let wrong = Options { world: file("world.yaml", "accounts: 3\n"), ..Options::default() };
        assert!(format!("{:#}", wrong.simulator().unwrap_err()).contains("not a world"));
        let twice = sample::world().to_yaml().replace("SIMAKSHOP00000000001", "SIMAKOWNER0000000001");
        let wrong = Options { world: file("twice.yaml", &twice), ..Options::default() };
        assert!(format!("{:#}", wrong.simulator().unwrap_err()).contains("there twice"));
    }
}
