//! `privatelink_service`: the provider's side of a link, with its back ends and zones (section 8.2).

use super::{
    CONNECTIONS, NO_CALL, PROVIDER_TYPE, SERVICE, business_status, checks, created_at, resource_group, tags,
};
use crate::resource::{
    AttributeSchema as A, Check, Compare, Connected, Felt, Field, InUse, KindSchema, Preflight, Rule, Stakes,
    Type, When,
};

/// What may stand behind a service.
const RESOURCE_TYPES: &[&str] = &["slb", "alb", "nlb", "gwlb"];

const STAKES: Stakes = Stakes {
    connected: Connected::Never,
    account: None,
    kept_by_others: &[("name", "the name by which consumers find it"), ("domain", "its domain name")],
    felt: &[Felt {
        attribute: "resources",
        when: When::MembersGo,
        effect: "connections over a back end that goes are cut",
        cuts: true,
        back: "clients come back by connecting again, over the back ends that stay",
    }],
};

/// A back end in one zone.
fn resource() -> Type {
    Type::object(vec![
        Field::required("resource_id", Type::String),
        Field::required("resource_type", Type::String),
        Field::required("zone_id", Type::String),
    ])
}

pub(super) fn kind() -> KindSchema {
    let attributes = vec![
        A::computed("id", Type::String, "The service's id."),
        A::optional(
            "resources",
            Type::set(resource()),
            "Load balancers behind the service, each in its zone: consumers choose among these zones.",
        )
        .placed()
        .check(Check::Items(0, 500))
        .check(Check::Field("resource_type", Box::new(Check::OneOf(RESOURCE_TYPES))))
        .check(Check::Field("zone_id", Box::new(checks::zone()))),
        A::optional("description", Type::String, "Free text. Omitted: left alone.")
            .check(checks::description()),
        A::default(
            "auto_accept_enabled",
            Type::Bool,
            false,
            "Whether connections are accepted by themselves; else the owner decides on each.",
        ),
        A::optional("payer", Type::String, "Who pays: `Endpoint` or `EndpointService`.")
            .replaces(NO_CALL)
            .check(Check::OneOf(&["Endpoint", "EndpointService"]))
            .usually("Endpoint"),
        A::optional("service_resource_type", Type::String, "What all its back ends are; `slb` if omitted.")
            .replaces(NO_CALL)
            .check(Check::OneOf(RESOURCE_TYPES))
            .usually("slb"),
        A::default(
            "zone_affinity_enabled",
            Type::Bool,
            false,
            "Whether a consumer is led to a back end in its own zone first.",
        ),
        A::default("service_support_ipv6", Type::Bool, false, "Whether endpoints may have IPv6 addresses."),
        A::optional("address_ip_version", Type::String, "`IPv4` or `DualStack`.")
            .check(Check::OneOf(&["IPv4", "DualStack"]))
            .usually("IPv4"),
        A::optional(
            "connect_bandwidth",
            Type::Integer,
            "Most megabits a second of one connection, not for `nlb`. The cloud does not show it for every back end: then it \
             stands as recorded.",
        )
        .unlisted()
        .check(Check::Range(100, 10240))
        .usually(3072),
        A::optional("supported_regions", Type::set(Type::String), "Other regions from which it can be used.")
            .check(Check::Each(Box::new(checks::region()))),
        resource_group(),
        tags(),
        A::computed("name", Type::String, "The name by which consumers find it."),
        A::computed("domain", Type::String, "Its domain name."),
        A::computed("zones", Type::list(Type::String), "The zones of its back ends.")
            .compared(Compare::Volatile),
        A::computed("service_type", Type::String, "`Interface` or `GatewayLoadBalancer`."),
        A::computed("status", Type::String, "`Creating`, `Pending`, `Active` or `Deleting`.")
            .compared(Compare::Status(&["Active"])),
        business_status(),
        A::computed("min_bandwidth", Type::Integer, "Least bandwidth of a connection.")
            .compared(Compare::Volatile),
        A::computed("max_bandwidth", Type::Integer, "Most bandwidth of a connection.")
            .compared(Compare::Volatile),
        A::computed("region_id", Type::String, "The region it lives in."),
        created_at(),
    ];
    KindSchema {
        // What `recover` looks by: nothing else of a service is the author's alone.
        natural_key: &["description"],
        stakes: STAKES,
        preflight: Preflight {
            rules: &[Rule::Refuses {
                when: ("service_resource_type", "nlb"),
                others: &["connect_bandwidth"],
                code: "IllegalParamFormat.ConnectBandwidth",
            }],
            in_use: Some(InUse {
                count: None,
                lookup: CONNECTIONS,
                argument: "service_id",
                list: "connections",
                account: "endpoint_owner_id",
                statuses: &["Connected", "Connecting", "Pending"],
                code: "EndpointServiceConnectionDependence",
            }),
            ..Preflight::default()
        },
        timeout_minutes: 5,
        ..KindSchema::managed(
            SERVICE,
            PROVIDER_TYPE,
            "A PrivateLink endpoint service: what others connect to.",
            attributes,
        )
    }
}
