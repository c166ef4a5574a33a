//! A stack, its state and the simulated cloud in one process, on time that the test moves.

pub(crate) mod estate;
mod held;
mod tally;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use landbridge::apply::{Report, Stopper};
use landbridge::config::{self, Configuration, Import, ImportBy, Sources};
use landbridge::diagnostic::Diagnostic;
use landbridge::ops::{self, Applied, Failure, PlanOptions, Planned, Workspace};
use landbridge::plan::{Approval, Change, Limit, PlanInput, PlanMode, Selection, Step, StepAction, planfile};
use landbridge::policy::Rules;
use landbridge::provider::{self, Clock, Cloud, Clouds, Handler, ProviderSetting, Transport};
use landbridge::resource::{Kind, ProviderName};
use landbridge::sim::{self, Settings, SimClock, Simulator};
use landbridge::state::files::{Files, MemoryFiles};
use landbridge::state::{self, LocalBackend, Recorded};
use landbridge::twin::Served;

pub(crate) use held::held;
#[cfg(feature = "crash-points")]
pub(crate) use held::{Held, missing};
pub(crate) use tally::tally;

/// Where the story starts, by every clock.
pub(crate) const START: &str = "2026-03-01T08:00:00Z";

/// One story: a configuration that is edited, a state, a cloud.
pub(crate) struct Journey {
    pub(crate) text: String,
    pub(crate) sim: Simulator,
    pub(crate) files: MemoryFiles,
    pub(crate) clock: Clock,
    pub(crate) parallelism: usize,
    pub(crate) settle: Duration,
    /// What the randomness of the client's waits comes from.
    pub(crate) seed: u64,
    /// Log in by name and password, so that tokens are used, instead of signing with keys.
    pub(crate) passwords: bool,
    pub(crate) policies: Rules,
}

/// Somebody else admits an account to the service of the first record.
pub(crate) fn admit_another(world: &mut sim::World) {
    let mut other = world.permissions[0].clone();
    other.id = "11111111-2222-4333-8444-555555555555".parse().expect("an id");
    other.permission = "iam:domain::ffffffffffffffffffffffffffffffff".into();
    world.permissions.push(other);
}

impl Journey {
    /// A story on the sample world, with operations that take as long as the settings say.
    pub(crate) fn with(text: &str, settings: Settings) -> Journey {
        Journey::on(sim::sample::world(), text, settings)
    }

    /// A story on a world of its own.
    pub(crate) fn on(world: sim::World, text: &str, settings: Settings) -> Journey {
        let base = START.parse().expect("a time");
        Journey {
            text: text.to_owned(),
            sim: Simulator::new(world, settings, SimClock::starting_at(base)),
            files: MemoryFiles::new(),
            clock: Clock::starting_at(base),
            parallelism: 10,
            settle: Duration::from_secs(60),
            seed: 1,
            passwords: false,
            policies: Rules::default(),
        }
    }

    /// A story whose operations take a second or two.
    pub(crate) fn new(text: &str) -> Journey {
        Journey::with(text, Settings::embedded())
    }

    /// The same story so far, which goes its own way from here.
    pub(crate) fn copy(&self) -> Journey {
        let clock = SimClock::starting_at(self.clock.now());
        Journey {
            text: self.text.clone(),
            sim: Simulator::new(self.sim.world(), Settings::embedded(), clock),
            files: self.files.copy(),
            clock: self.clock.clone(),
            parallelism: self.parallelism,
            settle: self.settle,
            seed: self.seed,
            passwords: self.passwords,
            policies: self.policies.clone(),
        }
    }

    /// The same story with a text of the configuration exchanged.
    ///
    /// # Panics
    /// If the text is not there: then the edit would test nothing.
    pub(crate) fn edit(&mut self, from: &str, to: &str) -> &mut Journey {
        assert!(self.text.contains(from), "the configuration has no `{from}`");
        self.text = self.text.replace(from, to);
        self
    }

    pub(crate) fn parse(&self) -> Result<Configuration, Vec<Diagnostic>> {
        let sources = Sources {
            files: vec![("landbridge.yaml".into(), self.text.clone().into_bytes())],
            simulated: true,
            ..Sources::default()
        };
        config::parse(&sources, &provider::catalog()).map(|(configuration, _)| configuration)
    }

    pub(crate) fn backend(&self, stack: &str) -> LocalBackend {
        let files: Arc<dyn Files> = Arc::new(self.files.clone());
        LocalBackend::new(files, Path::new("state"), stack, "tester")
    }

    pub(crate) fn workspace(&self) -> Workspace {
        self.workspace_over(Arc::new(Served(self.sim.clone())))
    }

    /// What commands work with, where every request goes through this server.
    pub(crate) fn workspace_over(&self, server: Arc<dyn Handler>) -> Workspace {
        let configuration = match self.parse() {
            Ok(configuration) => Arc::new(configuration),
            Err(faults) => panic!("the configuration has faults: {faults:#?}"),
        };
        let wishes = |provider_type: &str| -> BTreeMap<String, Option<String>> {
            let blocks = configuration.providers.values().filter(|block| block.kind_type == provider_type);
            blocks.map(|block| (block.name.to_string(), block.sim_account.clone())).collect()
        };
        let accounts = sim::sample::assign_in(&self.sim.world(), &wishes("huaweicloud")).expect("accounts");
        let alibaba = sim::sample::assign_alibaba(&wishes("alibaba")).expect("accounts");
        let regions = regions(&configuration);
        let transport = Transport::in_process(server, self.parallelism);
        let (clock, seed, passwords) = (self.clock.clone(), self.seed, self.passwords);
        let way = transport.clone();
        let connector = move |name: &ProviderName| {
            let text = |t: &str| ProviderSetting::Text(t.to_owned());
            let secret = |t: &str| ProviderSetting::Secret(t.to_owned().into());
            let keys = |access: &str, key: &str| {
                BTreeMap::from([
                    ("access_key".to_owned(), text(access)),
                    ("secret_key".to_owned(), secret(key)),
                ])
            };
            let (provider_type, settings) = if let Some(account) = alibaba.get(name.as_str()) {
                let settings = BTreeMap::from([
                    ("region".to_owned(), text(&account.region)),
                    ("elasticsearch_endpoint".to_owned(), text("http://elasticsearch.invalid")),
                    ("privatelink_endpoint".to_owned(), text("http://privatelink.invalid")),
                    ("sts_endpoint".to_owned(), text("http://sts.invalid")),
                    (
                        "auth".to_owned(),
                        ProviderSetting::Group(keys(&account.access_key, &account.secret_key)),
                    ),
                ]);
                ("alibaba", settings)
            } else {
                let account = &accounts[name.as_str()];
                let region = regions[name.as_str()].as_deref().unwrap_or(&account.region);
                let auth = if passwords {
                    BTreeMap::from([
                        ("username".to_owned(), text(&account.user)),
                        ("password".to_owned(), secret(&account.password)),
                        ("domain".to_owned(), text(&account.domain_name)),
                        ("project".to_owned(), text(region)),
                    ])
                } else {
                    keys(&account.access_key, &account.secret_key)
                };
                let settings = BTreeMap::from([
                    ("region".to_owned(), text(region)),
                    ("endpoint".to_owned(), text("http://vpcep.invalid")),
                    ("iam_endpoint".to_owned(), text("http://iam.invalid")),
                    ("project_id".to_owned(), text(&account.projects[region])),
                    ("auth".to_owned(), ProviderSetting::Group(auth)),
                ]);
                ("huaweicloud", settings)
            };
            Cloud::connect(provider_type, &settings, &transport.of(name.as_str()), &clock, seed)
                .map_err(|fault| vec![Diagnostic::error("settings", fault.to_string())])
        };
        Workspace {
            backend: Arc::new(self.backend(&configuration.stack)),
            ahead: Arc::default(),
            configuration,
            catalog: Arc::new(provider::catalog()),
            policies: Arc::new(self.policies.clone()),
            clouds: Arc::new(Clouds::new(Arc::new(connector))),
            way,
            clock: self.clock.clone(),
            simulated: true,
            parallelism: self.parallelism,
            settle: self.settle,
            lock_timeout: Duration::ZERO,
            lineage: "00000000-0000-4000-8000-000000000001".into(),
            revision: String::new(),
        }
    }

    pub(crate) async fn plan_with(&self, options: &PlanOptions) -> Result<Planned, Failure> {
        ops::plan(&self.workspace(), options).await
    }

    pub(crate) async fn plan(&self) -> Planned {
        settled(self.plan_with(&PlanOptions::default()).await)
    }

    /// Plans, approves and applies.
    pub(crate) async fn try_apply(&self, options: &PlanOptions) -> Result<Applied, Failure> {
        let workspace = self.workspace();
        let planned = ops::plan(&workspace, options).await?;
        // Every plan that is made in a test is one that can be saved.
        let text = planfile::write(&planned.plan);
        assert_eq!(planfile::read(text.as_bytes()).as_ref(), Ok(&planned.plan), "a plan reads back");
        let approved = planned.plan.approve_beyond(Approval::Automatic, &Limit::ALL)?;
        let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
        let (_stopper, cancel) = Stopper::new();
        ops::apply(&workspace, approved, planned.secrets, events, cancel).await
    }

    /// Plans, approves and applies; everything must succeed, and then nothing may be left to do.
    pub(crate) async fn apply(&self) -> Applied {
        let applied = settled(self.try_apply(&PlanOptions::default()).await);
        assert!(applied.is_success(), "{:#?} {:#?}", failures(&applied.report), applied.broken_promises);
        self.assert_converged().await;
        applied
    }

    /// Somebody else changes the cloud.
    pub(crate) async fn meddle(&self, change: impl FnOnce(&mut sim::World)) {
        let mut world = self.sim.world();
        change(&mut world);
        let request =
            http::Request::post("/_sim/world").body(Bytes::from(world.to_yaml())).expect("a request");
        let answer = self.sim.handle(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{:?}", answer.body());
    }

    /// A copy of the state and of the cloud, without these objects, to try something on.
    pub(crate) async fn trial(&self, lost: &[(&str, &str)]) -> Result<ops::Trial, Failure> {
        let lost = lost.iter().map(|(kind, id)| (Kind::from(*kind), (*id).to_owned())).collect();
        ops::Scene::of(&self.workspace()).await?.begin(&lost, false)
    }

    /// Sets what goes wrong, as rules in YAML, one a text.
    pub(crate) fn faults(&self, rules: &[&str]) {
        let text = format!("rules: [{}]", rules.join(", "));
        self.sim.set_faults(sim::FaultRules::from_yaml(&text).expect("rules"));
    }

    /// Brings the object with this id under an address.
    pub(crate) async fn import(&self, to: &str, id: &str) -> Result<(), Failure> {
        let (to, by) = (to.parse().expect("an address"), ImportBy::Id(id.to_owned()));
        let workspace = self.workspace();
        let found = ops::import(&workspace, &[Import { to, by, place: None }]).await?;
        ops::bind(&workspace, found).await
    }

    /// The changes of the next plan, one a line.
    pub(crate) async fn changes(&self) -> Vec<String> {
        self.plan().await.plan.changes.iter().map(told).collect()
    }

    /// The drift that the next plan finds, one a line.
    pub(crate) async fn drift(&self) -> Vec<String> {
        let planned = self.plan().await;
        let lines = planned.plan.drift.iter().map(|d| {
            let names: Vec<&str> = d.differences.iter().map(|d| d.attribute.as_str()).collect();
            let what = if d.deleted { "deleted".to_owned() } else { names.join(", ") };
            format!("{}: {what}", d.address)
        });
        lines.collect()
    }

    /// How often an operation was asked for.
    pub(crate) fn count(&self, operation: &str) -> u64 {
        self.sim.request_counts().get(operation).copied().unwrap_or_default()
    }

    pub(crate) async fn destroy(&self) -> Applied {
        let options = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
        let applied = settled(self.try_apply(&options).await);
        assert!(applied.report.is_success(), "{:#?}", failures(&applied.report));
        applied
    }

    /// After every successful apply `plan` shows nothing, and the state is whole.
    pub(crate) async fn assert_converged(&self) {
        let planned = self.plan().await;
        let told: Vec<String> = planned.plan.changes.iter().map(told).collect();
        assert!(planned.plan.is_empty(), "left to do: {told:#?} {:#?}", planned.plan.outputs);
        assert!(planned.plan.steps.is_empty(), "left to record: {:#?}", self.left_to_record(&planned));
        assert_eq!(self.recorded().verify(), Vec::<String>::new());
    }

    /// Each step with what its record lacks.
    fn left_to_record(&self, planned: &Planned) -> Vec<String> {
        let recorded = self.recorded();
        let lacks = |step: &Step| -> Vec<String> {
            let StepAction::Record { attributes, .. } = &step.action else { return Vec::new() };
            let before = recorded.objects.get(&step.address);
            let there = |name: &str| before.map(|o| PlanInput::Known(o.attributes.value(name).clone()));
            let moved = attributes.iter().filter(|(name, value)| there(name).as_ref() != Some(value));
            moved.map(|(name, value)| format!("{name}: {:?} -> {value:?}", there(name))).collect()
        };
        let steps = planned.plan.steps.iter();
        steps
            .map(|s| format!("{} {}: {:?} {:?}", s.action.word(), s.address, lacks(s), planned.plan.drift))
            .collect()
    }

    pub(crate) fn recorded(&self) -> Recorded {
        let stack = self.parse().expect("a configuration").stack;
        state::read(&self.backend(&stack)).expect("a state").recorded
    }
}

/// The region that each provider block names.
fn regions(configuration: &Configuration) -> BTreeMap<String, Option<String>> {
    let region = |block: &config::ProviderBlock| {
        let literal = block.settings.get("region")?.literal();
        literal.and_then(|region| region.as_str().map(str::to_owned))
    };
    configuration.providers.values().map(|block| (block.name.to_string(), region(block))).collect()
}

/// The value, or the failure in full.
pub(crate) fn settled<T>(result: Result<T, Failure>) -> T {
    match result {
        Ok(value) => value,
        Err(failure) => panic!("{failure}\n{failure:#?}"),
    }
}

/// What did not succeed.
pub(crate) fn failures(report: &Report) -> Vec<String> {
    let done = |end: &landbridge::plan::StepEnd| matches!(end, landbridge::plan::StepEnd::Done(_));
    report.ended.iter().filter(|(_, e)| !done(e)).map(|(id, e)| format!("{id}: {e:?}")).collect()
}

/// A change in one line: `update vpcep_service.payments (ports)`.
pub(crate) fn told(change: &Change) -> String {
    let names: Vec<&str> =
        change.differences.iter().filter(|d| d.before != d.after).map(|d| d.attribute.as_str()).collect();
    format!("{} {} ({})", change.action.word(), change.address, names.join(", "))
}

/// The options of a plan about these.
pub(crate) fn selecting(selection: Selection) -> PlanOptions {
    PlanOptions { selection, ..PlanOptions::default() }
}

/// The steps of a plan in one line each: `s2 create subnet.web after s1`.
pub(crate) fn steps(planned: &Planned) -> Vec<String> {
    let after = |ids: &[landbridge::plan::StepId]| -> String {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        if ids.is_empty() { String::new() } else { format!(" after {}", ids.join(" ")) }
    };
    planned
        .plan
        .steps
        .iter()
        .map(|s| format!("{} {} {}{}", s.id, s.action.word(), s.address, after(&s.after)))
        .collect()
}

/// What the caller says in the environment.
#[expect(clippy::disallowed_methods, reason = "how much there is time for, the caller knows")]
pub(crate) fn said(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
