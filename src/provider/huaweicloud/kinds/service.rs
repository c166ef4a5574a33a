//! `vpcep_service`: the owner's side (VPCEP API reference, sections 5.0, 5.2 and 10).

use super::{CONNECTIONS, NO_CALL, PROVIDER_TYPE, QUOTA, SERVICE, checks, edition, error, times};
use crate::resource::{
    AttributeSchema as A, Check, Compare, Connected, Exclusive, Felt, Field, InUse, KindSchema, OneWay,
    Preflight, Quota, Rule, Stakes, Type, When,
};

/// What hangs on a service: the connections of its consumers.
const STAKES: Stakes = Stakes {
    connected: Connected::Count("connection_count"),
    account: None,
    kept_by_others: &[("full_name", "the name by which consumers find it")],
    felt: &[
        Felt {
            attribute: "ports",
            when: When::MembersGo,
            effect: "connections to a port mapping that goes are cut",
            cuts: true,
            back: "clients of a mapping that goes have to dial another port; the mappings that stay are not changed",
        },
        Felt {
            attribute: "port_id",
            when: When::Changes,
            effect: "connections go to another back end, and those that are open are cut",
            cuts: true,
            back: "clients come back by connecting again",
        },
        Felt {
            attribute: "tcp_proxy",
            when: When::Changes,
            effect: "the back end sees the address of its clients in another way",
            cuts: false,
            back: "",
        },
        Felt {
            attribute: "service_name",
            when: When::Changes,
            effect: "the name by which consumers find the service is another one",
            cuts: false,
            back: "",
        },
    ],
};

/// What the API would refuse (sections 5.2 and 8).
const PREFLIGHT: Preflight = Preflight {
    elsewhere: "",
    quota: Some(Quota {
        lookup: QUOTA,
        argument: ("type", "endpoint_service"),
        what: "endpoint services",
        code: "Endpoint.1018",
    }),
    local: &["vpc_id", "port_id"],
    rules: &[Rule::Needs { when: ("ip_version", "ipv6"), needs: "snat_network_id", code: "EndPoint.2002" }],
    exists: None,
    usual: &[checks::USUAL_TAGS],
    in_use: Some(InUse {
        count: Some("connection_count"),
        lookup: CONNECTIONS,
        argument: "endpoint_service_id",
        list: "connections",
        account: "domain_id",
        statuses: &["accepted", "creating"],
        code: "EndPoint.3006",
    }),
    unseen: &[
        "whether `port_id` is a back end of that `server_type` in that `vpc_id`, and whether a service of another project uses one of its ports",
    ],
    target: None,
    agrees: None,
    within: &[],
};

/// A port mapping: the port users dial, the port of the back end, and the protocol.
fn port_mapping() -> Type {
    Type::object(vec![
        Field::required("client_port", Type::Integer),
        Field::required("server_port", Type::Integer),
        Field::default("protocol", Type::String, "TCP"),
    ])
}

/// A further load balancer behind the service.
fn server_resource() -> Type {
    Type::object(vec![
        Field::required("resource_id", Type::String),
        Field::optional("availability_zone_id", Type::String),
    ])
}

pub(super) fn kind() -> KindSchema {
    let mut attributes = vec![
        A::computed("id", Type::String, "The service's id."),
        A::required("vpc_id", Type::String, "VPC of the back end.").replaces(NO_CALL).check(Check::Uuid),
        A::required(
            "port_id",
            Type::String,
            "Port of the back end: the load balancer's, or the server's NIC.",
        )
        .check(Check::Uuid),
        A::required("server_type", Type::String, "What the back end is: `VM` or `LB`.")
            .replaces(NO_CALL)
            .check(Check::OneOf(&["VM", "LB"])),
        A::required(
            "ports",
            Type::set(port_mapping()),
            "Port mappings: `client_port` is dialled at the endpoint, `server_port` answers.",
        )
        .check(Check::Items(1, 200))
        .check(Check::Field("client_port", Box::new(Check::Range(1, 65535))))
        .check(Check::Field("server_port", Box::new(Check::Range(1, 65535))))
        .check(Check::Field("protocol", Box::new(Check::OneOf(&["TCP"])))),
        A::default(
            "service_name",
            Type::String,
            "",
            "The given part of the name; the cloud makes `{region}.{service_name}.{id}` of it (`full_name`).",
        )
        .compared(Compare::MiddlePart)
        .check(Check::Pattern("[A-Za-z0-9_-]{0,16}", "at most 16 letters, digits, `_` and `-`")),
        A::default("approval_enabled", Type::Bool, true, "Whether the owner decides on each connection."),
        A::default("service_type", Type::String, "interface", "Only `interface`: others are the operator's.")
            .replaces(NO_CALL)
            .check(Check::OneOf(&["interface"])),
        A::default(
            "tcp_proxy",
            Type::String,
            "close",
            "Whether the client's address is passed on: `close`: no; `toa_open`: as a TCP option (OBS back ends \
             only); `proxy_open`: by the PROXY protocol; `open`: both; `proxy_vni`: in some regions only.",
        )
            .check(Check::OneOf(&["close", "toa_open", "proxy_open", "open", "proxy_vni"])),
        A::optional("description", Type::String, "Free text. Omitted: left alone; `\"\"`: none.")
            .check(checks::description()[0].clone())
            .check(checks::description()[1].clone()),
        checks::tags(),
        A::optional("ip", Type::String, "Address or domain name of the back end; VLAN services only.")
            .placed(),
        edition(),
        A::optional(
            "server_resources",
            Type::set(server_resource()),
            "Further load balancers behind the service, as far as this stack adds them. Omitted: left alone.",
        )
        .one_way(OneWay::Growing, "the API has a call that adds back ends, and none that takes one away")
        .unlisted()
        .placed()
        .check(Check::Field("resource_id", Box::new(Check::Pattern(".+", "a text that is not empty")))),
        A::optional("ip_version", Type::String, "`ipv4` or `ipv6`; professional edition.")
            .replaces(NO_CALL)
            .unlisted()
            .check(Check::OneOf(&["ipv4", "ipv6"]))
            .usually("ipv4"),
        A::optional("snat_network_id", Type::String, "A network of the VPC; needed with `ipv6`.")
            .replaces(NO_CALL)
            .unlisted()
            .placed(),
        A::optional("pool_id", Type::String, "The cluster to use.").replaces(NO_CALL).unlisted().placed(),
        A::optional("enable_policy", Type::Bool, "Whether endpoints may carry a policy.").replaces(NO_CALL),
        A::computed("full_name", Type::String, "The name by which consumers find the service.")
            .compared(Compare::Volatile),
        A::computed("status", Type::String, "`creating`, `available`, `failed` or `deleting`.")
            .compared(Compare::Status(&["available", "failed"])),
        A::computed("connection_count", Type::Integer, "Endpoints that are connected or being connected.")
            .compared(Compare::Volatile),
        A::computed("supported_editions", Type::list(Type::String), "Editions it could have.")
            .compared(Compare::Volatile),
        A::computed("cidr_type", Type::String, "`internal` or `public`.")
            .unlisted()
            .compared(Compare::Volatile),
        A::computed("project_id", Type::String, "The project it lives in."),
    ];
    attributes.extend(times());
    attributes.push(error());
    KindSchema {
        // What `recover` looks by. The name is compared by its given part.
        natural_key: &["vpc_id", "port_id", "service_name"],
        // Services on one back-end port must not share a server port and protocol (5.0, error 3044).
        exclusive: &[Exclusive {
            attribute: "port_id",
            set: "ports",
            fields: &["server_port", "protocol"],
            shown: "ports",
            code: "EndPoint.3044",
        }],
        stakes: STAKES,
        preflight: PREFLIGHT,
        ..KindSchema::managed(
            SERVICE,
            PROVIDER_TYPE,
            "A VPC endpoint service: what others connect to.",
            attributes,
        )
    }
}
