//! The simulator from outside: requests in, answers out.

mod alibaba;
mod auth;
mod endpoints;
mod faults;
mod fence;
mod http;
mod journey;
mod permissions;
mod services;
mod stored;

use std::collections::BTreeMap;

use ::http::{Request, Response};
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{SimClock, SimCredentials, Simulator, World, sample, settings::Settings};

pub(crate) const LB_VPC: &str = "4189d3c2-8882-4871-a3c2-d380272eed80";
pub(crate) const LB_PORT: &str = "4189d3c2-8882-4871-a3c2-d380272eed88";
pub(crate) const SHOP_VPC: &str = "84758cf5-9c62-43ae-a778-3dbd8370c0a4";
pub(crate) const SHOP_SUBNET: &str = "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de";

/// A simulator over the sample world, with a clock that the test moves.
pub(crate) struct Bench {
    pub(crate) sim: Simulator,
    pub(crate) clock: SimClock,
    world: World,
}

impl Bench {
    pub(crate) fn new(settings: Settings) -> Bench {
        Bench::of(sample::world(), settings)
    }

    pub(crate) fn of(world: World, settings: Settings) -> Bench {
        let clock = SimClock::stopped_at("2025-01-02T03:04:05Z".parse().unwrap());
        let sim = Simulator::new(world.clone(), settings, clock.clone());
        Bench::over(sim, clock, world)
    }

    pub(crate) fn over(sim: Simulator, clock: SimClock, world: World) -> Bench {
        Bench { sim, clock, world }
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// The first user of an account, logged in to its default project.
    pub(crate) async fn login(&self, account: &str) -> Client {
        let credentials = SimCredentials::of(&self.world, account).unwrap();
        let (user, password) = (credentials.user.clone(), credentials.password.clone());
        self.login_as(credentials, &user, &password).await
    }

    pub(crate) async fn login_as(&self, credentials: SimCredentials, user: &str, password: &str) -> Client {
        let body = json!({ "auth": { "identity": { "methods": ["password"], "password": { "user":
            { "name": user, "password": password, "domain": { "name": credentials.domain_name } } } },
            "scope": { "project": { "id": credentials.project_id } } } });
        let answer = send(&self.sim, "POST", "/v3/auth/tokens", &BTreeMap::new(), Some(&body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let token = answer.header("x-subject-token").unwrap();
        Client {
            sim: self.sim.clone(),
            credentials,
            headers: BTreeMap::from([("x-auth-token".to_owned(), token)]),
        }
    }
}

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) sim: Simulator,
    pub(crate) credentials: SimCredentials,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Client {
    /// A call; `path` goes on after `/v1/{project}`, or is a whole one.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let path = match path.strip_prefix('=') {
            Some(whole) => whole.to_owned(),
            None => format!("/v1/{}{path}", self.credentials.project_id),
        };
        send(&self.sim, method, &path, &self.headers, body.as_ref()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) response: Response<Bytes>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["error_code"].as_str().unwrap_or("no code"))
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }
}

pub(crate) async fn send(
    sim: &Simulator,
    method: &str,
    path: &str,
    headers: &BTreeMap<String, String>,
    body: Option<&Value>,
) -> Answer {
    let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let response = sim.handle(request.body(bytes).unwrap()).await.expect("no fault is set");
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    Answer { status: response.status().as_u16(), body, response }
}

/// A create body for a service on the sample's balancer.
pub(crate) fn service_body(server_port: u16) -> Value {
    json!({ "port_id": LB_PORT, "vpc_id": LB_VPC, "server_type": "LB", "service_name": "pay",
            "ports": [{ "client_port": 443, "server_port": server_port, "protocol": "TCP" }] })
}

/// A create body for an endpoint in the shop's subnet.
pub(crate) fn endpoint_body(service: &Value) -> Value {
    json!({ "endpoint_service_id": service, "vpc_id": SHOP_VPC, "subnet_id": SHOP_SUBNET, "enable_dns": true })
}

/// A body with some fields changed; null takes one out.
pub(crate) fn change(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (field, value) in changes {
        if value.is_null() {
            body.as_object_mut().unwrap().remove(*field);
        } else {
            body[*field] = value.clone();
        }
    }
    body
}

/// Ids of the sample world that it generates, by what they are good for.
pub(crate) struct SampleIds {
    pub(crate) unknown: String,
    pub(crate) shop_port: String,
    pub(crate) second_port: String,
    pub(crate) vm_port: String,
    pub(crate) reserved_vpc: String,
    pub(crate) reserved_port: String,
    pub(crate) routed_vpc: String,
    pub(crate) routed_port: String,
}

impl SampleIds {
    pub(crate) fn new() -> SampleIds {
        let world = sample::world();
        let vpcs: Vec<_> = world.accounts.iter().flat_map(|account| &account.projects[0].vpcs).collect();
        let vpc = |name: &str| vpcs.iter().find(|vpc| vpc.name == name).unwrap().id.to_string();
        let ports: Vec<_> = vpcs.iter().flat_map(|vpc| &vpc.ports).collect();
        let port = |name: &str| ports.iter().find(|port| port.name == name).unwrap().id.to_string();
        SampleIds {
            unknown: "00000000-0000-4000-8000-000000000000".to_owned(),
            shop_port: port("returns-balancer"),
            second_port: port("orders-balancer"),
            vm_port: port("ledger-vm"),
            reserved_vpc: vpc("benchmarking-range"),
            reserved_port: port("forbidden-balancer"),
            routed_vpc: vpc("routed"),
            routed_port: port("routed-balancer"),
        }
    }

    /// Where the owner's own clients live: what an endpoint body needs for it.
    pub(crate) fn owner_clients(&self) -> [(&'static str, Value); 2] {
        [
            ("vpc_id", json!("4189d3c2-8882-4871-a3c2-d380272eed82")),
            ("subnet_id", json!("4189d3c2-8882-4871-a3c2-d380272eed81")),
        ]
    }
}

impl Bench {
    pub(crate) fn faults(&self, rules: &str) {
        self.sim.set_faults(super::FaultRules::from_yaml(rules).unwrap());
    }
}

impl Client {
    /// A call with a body that need not be JSON.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &str) -> Answer {
        let path = format!("/v1/{}{path}", self.credentials.project_id);
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let response = self.sim.handle(request).await.expect("no fault is set");
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        Answer { status: response.status().as_u16(), body, response }
    }
}
