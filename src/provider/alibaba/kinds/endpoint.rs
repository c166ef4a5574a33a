//! `privatelink_endpoint`: the consumer's side of a link, in a VPC of one's own (section 8.4).

use super::{
    ENDPOINT, NO_CALL, PROVIDER_TYPE, SERVICE, WHITELIST, business_status, checks, created_at,
    in_zones_of_service, resource_group, tags,
};
use crate::resource::{
    AttributeSchema as A, Check, Compare, Connected, Exclusive, Felt, Field, KindSchema, OrderRule,
    Preflight, Rule, Stakes, Type, When,
};

const STAKES: Stakes = Stakes {
    connected: Connected::While("connection_status", "Connected"),
    account: None,
    kept_by_others: &[("domain", "the domain name"), ("zone_addresses", "the addresses")],
    felt: &[
        Felt {
            attribute: "zones",
            when: When::MembersGo,
            effect: "the endpoint can no longer be reached in the zones that leave",
            cuts: true,
            back: "clients there have to use an address in another zone",
        },
        Felt {
            attribute: "zone_ips",
            when: When::Changes,
            effect: "the endpoint can no longer be reached at addresses that change",
            cuts: false,
            back: "",
        },
        Felt {
            attribute: "security_group_ids",
            when: When::Changes,
            effect: "other security groups decide who may use the endpoint",
            cuts: false,
            back: "",
        },
        Felt {
            attribute: "policy_document",
            when: When::Changes,
            effect: "another policy decides what may be done through the endpoint",
            cuts: false,
            back: "",
        },
    ],
};

/// An address of the endpoint: a switch in one zone.
fn zone() -> Type {
    Type::object(vec![Field::required("zone_id", Type::String), Field::required("vswitch_id", Type::String)])
}

pub(super) fn kind() -> KindSchema {
    let zoned = "the API gives an address to a zone only when the zone is added, and shows none of them";
    let attributes = vec![
        A::computed("id", Type::String, "The endpoint's id."),
        A::required("vpc_id", Type::String, "VPC of the consumer.")
            .replaces(NO_CALL)
            .placed()
            .check(checks::id("vpc-")),
        A::optional("service_id", Type::String, "The service to connect to. Give this or `service_name`.")
            .replaces(NO_CALL)
            .check(checks::id("epsrv-")),
        A::optional("service_name", Type::String, "The service's name.")
            .replaces(NO_CALL)
            .placed()
            .derived("service_id", "name"),
        A::optional("service_region_id", Type::String, "The service's region, where it is another one.")
            .replaces(NO_CALL)
            .placed()
            .check(checks::region()),
        A::optional("security_group_ids", Type::set(Type::String), "Who may use it; 1 to 10.")
            .placed()
            .check(Check::Items(1, 10))
            .check(Check::Each(Box::new(checks::id("sg-")))),
        A::optional("zones", Type::set(zone()), "Where it has addresses.")
            .placed()
            .check(Check::Items(0, 10))
            .check(Check::Field("zone_id", Box::new(checks::zone()))),
        A::optional(
            "zone_ips",
            Type::map(Type::String),
            "The address wanted, by zone. Omitted: the cloud chooses. Another address takes the zone away and adds it \
             again.",
        )
        .unlisted()
        .placed()
        .check(Check::Each(Box::new(Check::Ipv4))),
        A::optional("zone_ipv6_addresses", Type::map(Type::String), "The IPv6 address wanted, by zone.")
            .replaces(zoned)
            .unlisted()
            .placed(),
        A::optional("name", Type::String, "Its name. Omitted: the cloud chooses.").check(Check::Pattern(
            "[\\p{L}][\\p{L}\\p{N}_-]{1,127}",
            "2 to 128 letters, digits, `-` and `_`, beginning with a letter",
        )),
        A::optional("description", Type::String, "Free text. Omitted: left alone.")
            .check(checks::description()),
        A::optional("endpoint_type", Type::String, "`Interface` or `GatewayLoadBalancer`.")
            .replaces(NO_CALL)
            .check(Check::OneOf(&["Interface", "GatewayLoadBalancer"]))
            .usually("Interface"),
        A::optional("zone_private_ip_address_count", Type::Integer, "Addresses in each zone.")
            .replaces(NO_CALL)
            .unlisted()
            .usually(1),
        A::optional("address_ip_version", Type::String, "`IPv4` or `DualStack`.")
            .check(Check::OneOf(&["IPv4", "DualStack"]))
            .usually("IPv4"),
        A::optional(
            "cross_region_bandwidth",
            Type::Integer,
            "Megabits a second to a service in another region.",
        ),
        A::optional("zone_affinity_enabled", Type::Bool, "Whether names lead to the nearest zone first."),
        A::optional("protected_enabled", Type::Bool, "Whether only the service that made it may end it.")
            .replaces(NO_CALL),
        A::optional("policy_document", Type::Any, "Who may do what through it; `{}` resets it."),
        resource_group(),
        tags(),
        A::computed("domain", Type::String, "Its domain name."),
        A::late("zone_addresses", Type::map(Type::String), "Its address in each zone.")
            .moved_by(&["zones", "zone_ips"]),
        A::computed(
            "zone_statuses",
            Type::map(Type::String),
            "Each zone's status: `Wait` until the connection is accepted, then `Connected`.",
        )
        .compared(Compare::Volatile),
        A::computed("status", Type::String, "`Creating`, `Active`, `Pending` or `Deleting`.")
            .compared(Compare::Volatile),
        A::computed(
            "connection_status",
            Type::String,
            "`Connected`, or `Disconnected` until it is accepted.",
        )
        .compared(Compare::Status(&["Connected", "ServiceDeleted"])),
        business_status(),
        A::computed("bandwidth", Type::Integer, "Megabits a second of the connection.")
            .compared(Compare::Volatile),
        A::computed("resource_owner", Type::Bool, "Whether the service is of the same account."),
        A::computed("region_id", Type::String, "The region it lives in."),
        created_at(),
    ];
    KindSchema {
        order: vec![
            OrderRule::Refers { attribute: "service_id", kind: SERVICE },
            OrderRule::Beside { attribute: "service_id", kind: WHITELIST, theirs: "service_id" },
        ],
        natural_key: &["service_id", "vpc_id"],
        // The error `EndpointDuplicated` (section 8.6).
        exclusive: &[Exclusive {
            attribute: "vpc_id",
            set: "service_id",
            fields: &[],
            shown: "service_id",
            code: "EndpointDuplicated",
        }],
        stakes: STAKES,
        preflight: Preflight {
            within: const { &[in_zones_of_service("zones")] },
            rules: &[
                Rule::One {
                    of: &["service_id", "service_name"],
                    none: "MissingServiceId",
                    contradict: "EndpointServiceNotFound",
                },
                Rule::Keys { map: "zone_ips", set: "zones", field: "zone_id" },
                Rule::Keys { map: "zone_ipv6_addresses", set: "zones", field: "zone_id" },
                Rule::Suits {
                    through: "service_id",
                    kind: SERVICE,
                    theirs: "service_resource_type",
                    ours: "endpoint_type",
                    pairs: &[
                        ("slb", &["Interface"]),
                        ("alb", &["Interface"]),
                        ("nlb", &["Interface"]),
                        ("gwlb", &["GatewayLoadBalancer"]),
                    ],
                    code: "Mismatch.EndpointType",
                },
            ],
            unseen: &[
                "whether the networks and security groups of an endpoint exist and have a free address",
            ],
            ..Preflight::default()
        },
        timeout_minutes: 5,
        ..KindSchema::managed(
            ENDPOINT,
            PROVIDER_TYPE,
            "A PrivateLink endpoint: a service made reachable in the consumer's VPC.",
            attributes,
        )
    }
}
