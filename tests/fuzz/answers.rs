//! The answers of an API: to each question that a provider asks, and to a whole run of the engine.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use landbridge::apply::Stopper;
use landbridge::config::{self, Sources};
use landbridge::ops::{self, PlanOptions, Workspace};
use landbridge::plan::{Approval, Limit};
use landbridge::policy::Rules;
use landbridge::provider::{self, Clock, Cloud, Clouds, Handler, ProviderSetting, Read, Transport};
use landbridge::resource::{Attributes, Kind, Mode, ProviderName, Value};
use landbridge::state::files::MemoryFiles;
use landbridge::state::{self, LocalBackend};

/// What is asked for where the whole engine is not at work.
const ASKED: u8 = 6;
/// After so many requests nobody answers any more.
const MOST_REQUESTS: usize = 300;
/// By then every deadline of every step has passed.
const AT_LAST: Duration = Duration::from_secs(30 * 24 * 3600);

const CONFIGURATION: &str = r#"
stack: link
providers:
  owner: { type: huaweicloud, region: tr-west-1, auth: { token: t } }
resources:
  vpcep_service:
    web:
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      ports: [{ client_port: 80, server_port: 80 }]
      tags: { team: web }
  vpcep_whitelist:
    web: { endpoint_service_id: "${vpcep_service.web.id}", permissions: ["*"] }
  vpcep_endpoint:
    web:
      endpoint_service_id: ${vpcep_service.web.id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
  vpcep_accept:
    web: { endpoint_service_id: "${vpcep_service.web.id}", endpoint_id: "${vpcep_endpoint.web.id}" }
outputs:
  address: { value: "${vpcep_endpoint.web.ip}" }
"#;

/// What is asked in the first byte, then the answers, separated by zero bytes: three digits of a
/// status and the body.
pub(super) fn read(bytes: &[u8]) {
    let Some((asked, answers)) = bytes.split_first() else { return };
    let script = Script::of(answers);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let questions = async {
            match asked % (ASKED + 2) {
                ASKED.. => run(&script).await,
                what => ask(&script, what).await,
            }
        };
        let ended = tokio::time::timeout(AT_LAST, questions).await;
        assert!(ended.is_ok(), "it does not come to an end");
    });
}

/// One question about each kind.
async fn ask(script: &Script, what: u8) {
    let cloud = cloud(script);
    let catalog = provider::catalog();
    let kinds = |mode| catalog.iter().filter(move |schema| schema.mode == mode).map(|s| s.kind.clone());
    match what {
        0 => drop(cloud.identity().await),
        1..=3 => {
            let managed: Vec<Kind> = kinds(Mode::Managed).collect();
            for kind in &managed {
                match what {
                    1 => drop(cloud.get(kind, "s/e").await),
                    2 => drop(cloud.list(kind, None, &|_| true).await),
                    _ => drop(cloud.list(kind, Some("s"), &|id| id.len() < 40).await),
                }
            }
        }
        _ => {
            let mut arguments = Attributes::new();
            for name in ["name", "endpoint_service_id", "type"] {
                arguments.set(name, Value::from("endpoint"));
            }
            if what == 4 {
                arguments.set("id", Value::from("i"));
            }
            let data: Vec<Kind> = kinds(Mode::Data).collect();
            for kind in &data {
                drop(cloud.lookup(kind, &arguments).await);
            }
        }
    }
}

/// A plan, its apply, and the next plan. Whatever is answered, the state stays whole.
async fn run(script: &Script) {
    let files = MemoryFiles::new();
    for _ in 0..2 {
        let workspace = workspace(script, &files);
        let Ok(planned) = ops::plan(&workspace, &PlanOptions::default()).await else { return };
        let Ok(approved) = planned.plan.approve_beyond(Approval::Automatic, &Limit::ALL) else { return };
        let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
        let (_stopper, cancel) = Stopper::new();
        drop(ops::apply(&workspace, approved, planned.secrets, events, cancel).await);
        let recorded = state::read(workspace.backend.as_ref()).expect("it reads back").recorded;
        assert_eq!(recorded.verify(), Vec::<String>::new());
    }
}

fn workspace(script: &Script, files: &MemoryFiles) -> Workspace {
    let catalog = Arc::new(provider::catalog());
    let (configuration, _) = config::parse(&Sources::file("landbridge.yaml", CONFIGURATION), &catalog)
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
    let cloud = cloud(script);
    Workspace {
        backend: Arc::new(LocalBackend::new(Arc::new(files.clone()), Path::new("state"), "link", "ann")),
        ahead: Arc::default(),
        configuration: Arc::new(configuration),
        catalog,
        policies: Arc::new(Rules::default()),
        clouds: Arc::new(Clouds::new(Arc::new(move |_: &ProviderName| Ok(cloud.clone())))),
        way: Transport::in_process(Arc::new(script.clone()), 10),
        clock: clock(),
        simulated: false,
        parallelism: 10,
        settle: Duration::from_secs(60),
        lock_timeout: Duration::ZERO,
        lineage: "00000000-0000-4000-8000-000000000001".into(),
        revision: String::new(),
    }
}

fn clock() -> Clock {
    Clock::starting_at("2026-03-01T08:00:00Z".parse().expect("a time"))
}

fn cloud(script: &Script) -> Cloud {
    let transport = Transport::in_process(Arc::new(script.clone()), 10);
    let text = |text: &str| ProviderSetting::Text(text.to_owned());
    let auth = BTreeMap::from([
        ("username".to_owned(), text("u")),
        ("password".to_owned(), ProviderSetting::Secret("p".to_owned().into())),
        ("domain".to_owned(), text("d")),
    ]);
    let settings = BTreeMap::from([
        ("region".to_owned(), text("tr-west-1")),
        ("endpoint".to_owned(), text("https://vpcep.example")),
        ("iam_endpoint".to_owned(), text("https://iam.example")),
        ("auth".to_owned(), ProviderSetting::Group(auth)),
    ]);
    Cloud::connect("huaweicloud", &settings, &transport, &clock(), 7).expect("the settings are complete")
}

/// Answers in order; the last one is repeated.
#[derive(Clone)]
struct Script(Arc<Mutex<Answers>>);

struct Answers {
    left: VecDeque<(u16, Bytes)>,
    given: usize,
}

impl Script {
    fn of(bytes: &[u8]) -> Script {
        let answers = bytes.split(|byte| *byte == 0).map(|answer| {
            let (status, body) = answer.split_at(answer.len().min(3));
            let status = std::str::from_utf8(status).ok().and_then(|digits| digits.parse().ok());
            (status.unwrap_or(200), Bytes::copy_from_slice(body))
        });
        Script(Arc::new(Mutex::new(Answers { left: answers.collect(), given: 0 })))
    }

    fn next(&self) -> Result<http::Response<Bytes>, String> {
        let mut answers = self.0.lock().expect("no panic while answering");
        answers.given += 1;
        let next = match answers.left.len() {
            _ if answers.given > MOST_REQUESTS => None,
            0 | 1 => answers.left.front().cloned(),
            _ => answers.left.pop_front(),
        };
        let (status, body) = next.ok_or("nobody is there any more")?;
        let token = "x-subject-token";
        let response = http::Response::builder().status(status).header(token, "t").body(body);
        response.map_err(|fault| fault.to_string())
    }
}

impl Handler for Script {
    fn handle(
        &self,
        _: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        let answer = self.next();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            answer
        })
    }
}
