//! The links that the suites are run over: one in each cloud, and a stack that spans both. A table of
//! rows is written once, with words such as `$make_endpoint` for what each cloud calls it.

use landbridge::sim::{EndpointStatus, World};

use super::story::LINK;
use crate::common::Journey;

/// An Elasticsearch instance of Alibaba Cloud that reaches a service of its owner's.
pub(crate) const HOOK: &str = r#"
stack: payments-link
providers:
  customer: { type: alibaba, region: cn-hangzhou, auth: { access_key: a, secret_key: "${env.NOT_NEEDED}" } }
resources:
  privatelink_service:
    hook:
      description: web hooks
      resources: [{ resource_id: lb-bp1simpayments0002, resource_type: slb, zone_id: cn-hangzhou-i }]
      tags: { team: search }
  privatelink_whitelist:
    hook:
      service_id: ${privatelink_service.hook.id}
      users: ["1000000000000001"]
  elasticsearch_endpoint:
    logs:
      instance_id: es-cn-2r429tctl000d0000
      service_id: ${privatelink_service.hook.id}
      zone_id: cn-hangzhou-i
  privatelink_accept:
    logs:
      service_id: ${privatelink_service.hook.id}
      endpoint_id: ${elasticsearch_endpoint.logs.id}
outputs:
  name: { value: "${elasticsearch_endpoint.logs.endpoint_domain}" }
"#;

/// What one cloud calls the parts of a link.
pub(crate) struct Words(&'static [(&'static str, &'static str)]);

const HUAWEI: Words = Words(&[
    ("$make_service", "create_service"),
    ("$make_endpoint", "create_endpoint"),
    ("$whitelist", "'*permission*'"),
    ("$decide", "connection_action"),
    ("$get", "'get_*'"),
    ("$list_endpoints", "list_endpoints"),
    ("$list_connections", "list_connections"),
    ("$list", "'list_*'"),
    ("$throttled", "{ code: EndPoint.0022 }"),
]);

const ALIBABA: Words = Words(&[
    ("$make_service", "'privatelink:CreateVpcEndpointService'"),
    ("$make_endpoint", "'elasticsearch:CreateVpcEndpoint'"),
    ("$whitelist", "'privatelink:*User*'"),
    ("$decide", "'privatelink:*VpcEndpointConnection'"),
    ("$get", "'*:Get*'"),
    ("$list_endpoints", "'elasticsearch:ListVpcEndpoints'"),
    ("$list_connections", "'privatelink:ListVpcEndpointConnections'"),
    ("$list", "'*:List*'"),
    ("$throttled", "{ code: Throttling.User }"),
]);

impl Words {
    /// A rule in the words of this cloud.
    pub(crate) fn say(&self, rule: &str) -> String {
        self.0.iter().fold(rule.to_owned(), |rule, (word, name)| rule.replace(word, name))
    }
}

/// A link to run a suite over.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) text: fn() -> String,
    /// The clouds that it is in.
    pub(crate) clouds: &'static [Words],
    /// How many of each of its parts a world holds.
    pub(crate) parts: fn(&World) -> Vec<usize>,
    /// The owner ends its connections.
    pub(crate) cut: fn(&mut World),
    /// The addresses of its acceptances.
    pub(crate) accepts: &'static [&'static str],
}

/// The links: in each cloud, and across both.
pub(crate) const ALL: [Scenario; 3] = [
    Scenario {
        name: "huawei",
        text: || LINK.to_owned(),
        clouds: &[HUAWEI],
        parts: in_huawei,
        cut: cut_in_huawei,
        accepts: &["vpcep_accept.shop"],
    },
    Scenario {
        name: "alibaba",
        text: || HOOK.to_owned(),
        clouds: &[ALIBABA],
        parts: in_alibaba,
        cut: cut_in_alibaba,
        accepts: &["privatelink_accept.logs"],
    },
    Scenario {
        name: "both",
        text: across,
        clouds: &[HUAWEI, ALIBABA],
        parts: |world| [in_huawei(world), in_alibaba(world)].concat(),
        cut: |world| {
            cut_in_huawei(world);
            cut_in_alibaba(world);
        },
        accepts: &["privatelink_accept.logs", "vpcep_accept.shop"],
    },
];

fn in_huawei(world: &World) -> Vec<usize> {
    vec![world.services.len(), world.endpoints.len(), world.permissions.len()]
}

fn cut_in_huawei(world: &mut World) {
    world.endpoints[0].status = EndpointStatus::Rejected;
}

fn cut_in_alibaba(world: &mut World) {
    let own = world.alibaba.endpoints.iter_mut().find(|endpoint| !endpoint.id.contains('*'));
    own.expect("an endpoint").connection = "Disconnected".to_owned();
}

fn in_alibaba(world: &World) -> Vec<usize> {
    let own = world.alibaba.endpoints.iter().filter(|endpoint| !endpoint.id.contains('*')).count();
    let users = world.alibaba.services.iter().map(|service| service.users.len()).sum();
    vec![world.alibaba.services.len(), own, users]
}

/// Both links in one stack; the second carries the name of the first, which is known once that is made.
fn across() -> String {
    let part = |text: &str, from: &str, to: &str| {
        let start = text.find(from).expect("the part begins") + from.len();
        let end = text[start..].find(to).map_or(text.len(), |end| start + end);
        text[start..end].to_owned()
    };
    let named = part(HOOK, "resources:\n", "outputs:")
        .replace("description: web hooks", "description: leads to ${vpcep_service.payments.full_name}");
    let (head, rest) = LINK.split_once("resources:\n").expect("resources");
    let (resources, outputs) = rest.split_once("outputs:\n").expect("outputs");
    [
        head,
        &part(HOOK, "providers:\n", "resources:"),
        "resources:\n",
        resources,
        &named,
        "outputs:\n",
        outputs,
        &part(HOOK, "outputs:\n", "\n\n"),
    ]
    .concat()
}

impl Scenario {
    /// How often its clouds were asked for what each of them calls so.
    pub(crate) fn count(&self, journey: &Journey, what: &str) -> u64 {
        self.clouds.iter().map(|words| journey.count(words.say(what).trim_matches('\''))).sum()
    }

    pub(crate) fn journey(&self) -> Journey {
        Journey::new(&(self.text)())
    }

    /// Every part is there, each once.
    pub(crate) fn assert_one_of_each(&self, journey: &Journey, what: &str) {
        let parts = (self.parts)(&journey.sim.world());
        assert!(parts.iter().all(|count| *count == 1), "{}, {what}: {parts:?}", self.name);
    }

    /// Nothing of it is left.
    pub(crate) fn assert_gone(&self, journey: &Journey, what: &str) {
        let parts = (self.parts)(&journey.sim.world());
        assert!(parts.iter().all(|count| *count == 0), "{}, {what}: {parts:?}", self.name);
        assert!(journey.recorded().objects.is_empty(), "{}, {what}", self.name);
    }
}
