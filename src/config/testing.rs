//! A small catalog in the shape of the real one, for tests of the language.

use crate::resource::{
    AttributeSchema, Catalog, Change, Check, Compare, Field, KindSchema, Known, Mode, SettingSchema, Source,
    Type, Value,
};

fn attribute(name: &'static str, ty: Type, source: Source) -> AttributeSchema {
    AttributeSchema {
        name,
        ty,
        doc: "what it is",
        source,
        change: Change::InPlace,
        compare: Compare::Exact,
        listed: true,
        checks: Vec::new(),
        derived: None,
        moved_by: &[],
        placed: false,
        usual: None,
    }
}

fn checked(name: &'static str, ty: Type, source: Source, checks: Vec<Check>) -> AttributeSchema {
    AttributeSchema { checks, ..attribute(name, ty, source) }
}

fn kind(
    name: &str,
    provider_type: &'static str,
    mode: Mode,
    mut attributes: Vec<AttributeSchema>,
) -> KindSchema {
    if mode == Mode::Managed {
        attributes.insert(0, attribute("id", Type::String, Source::Computed(Known::AtCreation)));
    }
    match mode {
        Mode::Managed => KindSchema::managed(name, provider_type, "a kind", attributes),
        Mode::Data => KindSchema::data(name, provider_type, "a kind", attributes),
    }
}

/// What the blocks of both provider types may say.
const SETTINGS: &[SettingSchema] = &[
    SettingSchema::required("region", "where"),
    SettingSchema::optional("endpoint", "an address"),
    SettingSchema::optional("project_id", "a project"),
    SettingSchema {
        group: &[
            SettingSchema::optional("access_key", "a key"),
            SettingSchema::secret("secret_key", "its secret"),
            SettingSchema::optional("username", "a user"),
            SettingSchema::secret("password", "the user's"),
            SettingSchema::optional("domain", "the user's account"),
            SettingSchema::optional("project", "a project's name"),
            SettingSchema::secret("token", "a token"),
        ],
        ..SettingSchema::required("auth", "who we are")
    },
];

pub(super) fn catalog() -> Catalog {
    use Source::{Default, Optional, Required};
    let uuid = || vec![Check::Uuid];
    let late = || Source::Computed(Known::OnAcceptance);
    let protocol = Field::default("protocol", Type::String, "TCP");
    let ports = Type::set(Type::object(vec![
        Field::required("client_port", Type::Integer),
        Field::required("server_port", Type::Integer),
        protocol,
    ]));
    let permissions = Type::set(Type::Object {
        fields: vec![
            Field::required("permission", Type::String),
            Field::optional("description", Type::String),
        ],
        shorthand: Some("permission"),
    });
    let port_checks = vec![
        Check::Items(1, 200),
        Check::Field("client_port", Box::new(Check::Range(1, 65535))),
        Check::Field("server_port", Box::new(Check::Range(1, 65535))),
        Check::Field("protocol", Box::new(Check::OneOf(&["TCP", "UDP"]))),
    ];
    Catalog::new([
        kind(
            "vpcep_service",
            "huaweicloud",
            Mode::Managed,
            vec![
                checked("vpc_id", Type::String, Required, uuid()),
                checked("port_id", Type::String, Required, uuid()),
                checked("server_type", Type::String, Required, vec![Check::OneOf(&["VM", "LB"])]),
                attribute("approval_enabled", Type::Bool, Default(Value::Bool(true))),
                checked(
                    "service_name",
                    Type::String,
                    Optional,
                    vec![
                        Check::MaxLength(16),
                        Check::Pattern("[A-Za-z0-9_-]*", "letters, digits, `_` and `-`"),
                    ],
                ),
                checked("ports", ports, Required, port_checks),
                attribute("description", Type::String, Optional),
                checked(
                    "tags",
                    Type::map(Type::String),
                    Optional,
                    vec![Check::Items(0, 20), Check::Keys(Box::new(Check::MaxLength(36)))],
                ),
            ],
        ),
        kind(
            "vpcep_whitelist",
            "huaweicloud",
            Mode::Managed,
            vec![
                attribute("endpoint_service_id", Type::String, Required),
                attribute("permissions", permissions, Required),
                checked(
                    "mode",
                    Type::String,
                    Default("shared".into()),
                    vec![Check::OneOf(&["shared", "exclusive"])],
                ),
            ],
        ),
        kind(
            "vpcep_endpoint",
            "huaweicloud",
            Mode::Managed,
            vec![
                attribute("endpoint_service_id", Type::String, Required),
                checked("vpc_id", Type::String, Required, uuid()),
                checked("subnet_id", Type::String, Optional, uuid()),
                attribute("enable_dns", Type::Bool, Default(Value::Bool(false))),
                checked("port_ip", Type::String, Optional, vec![Check::Ipv4]),
                checked(
                    "whitelist",
                    Type::set(Type::String),
                    Optional,
                    vec![Check::Each(Box::new(Check::Ipv4OrCidr))],
                ),
                attribute("tags", Type::map(Type::String), Optional),
                attribute("ip", Type::String, late()),
                attribute("dns_names", Type::list(Type::String), late()),
            ],
        ),
        kind(
            "vpcep_accept",
            "huaweicloud",
            Mode::Managed,
            vec![
                attribute("endpoint_service_id", Type::String, Required),
                attribute("endpoint_id", Type::String, Required),
                checked(
                    "decision",
                    Type::String,
                    Default("accept".into()),
                    vec![Check::OneOf(&["accept", "reject"])],
                ),
            ],
        ),
        kind(
            "privatelink_service",
            "alibaba",
            Mode::Managed,
            vec![attribute("service_description", Type::String, Optional)],
        ),
        kind(
            "vpcep_public_service",
            "huaweicloud",
            Mode::Data,
            vec![
                attribute("name", Type::String, Optional),
                attribute("id", Type::String, Optional),
                attribute("service_type", Type::String, Source::Computed(Known::AtCreation)),
            ],
        ),
    ])
    .with_settings("huaweicloud", SETTINGS)
    .with_settings("alibaba", SETTINGS)
}

/// The configuration that the documentation shows.
pub(super) const SAMPLE: &str = r#"# yaml-language-server: $schema=landbridge.schema.json
stack: payments-link            # the identity of the state

variables:
  tenants:
    type: map(string)           # string number bool any list() set() map() object({}) tuple([])
    default: { shop: 5fc973eea581490997e82ea11a1df31f }
    description: account id of each consumer
locals:
  prefix: pay

providers:
  owner:
    type: huaweicloud
    region: tr-west-1
    endpoint: https://vpcep.example.com
    project_id: ${env.OWNER_PROJECT_ID}
    auth:
      access_key: ${env.OWNER_AK}
      secret_key: ${env.OWNER_SK}
  shop:
    type: huaweicloud
    region: tr-west-1
    auth: { username: shop-ci, password: "${env.SHOP_PASSWORD}", domain: shop, project: tr-west-1 }

data:
  vpcep_public_service:
    obs: { provider: shop, name: obs }

resources:
  vpcep_service:
    payments:
      provider: owner
      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80
      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88
      server_type: LB
      approval_enabled: true
      service_name: ${local.prefix}
      ports:
        - { client_port: 443, server_port: 8443 }
      tags: { team: payments }
      timeouts: { create: 10m, delete: 10m }
      lifecycle:
        ignore_changes: [description]
        precondition:
          - { condition: '${length(var.tenants) > 0}', message: there must be a consumer }
  vpcep_whitelist:
    tenants:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      permissions: '${[for name, id in var.tenants : "iam:domain::${id}"]}'
  vpcep_endpoint:
    shop:
      provider: shop
      endpoint_service_id: ${vpcep_service.payments.id}
      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4
      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de
      enable_dns: true
  vpcep_accept:
    shop:
      provider: owner
      endpoint_service_id: ${vpcep_service.payments.id}
      endpoint_id: ${vpcep_endpoint.shop.id}

outputs:
  address: { value: "${vpcep_endpoint.shop.ip}", sensitive: false }
"#;
