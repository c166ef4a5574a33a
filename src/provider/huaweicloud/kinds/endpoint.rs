//! `vpcep_endpoint`: the consumer's side, interface and gateway (VPCEP API reference, sections 5.0,
//! 5.5 and 10). Which of the two it is follows from the service.

use super::{
    ENDPOINT, NO_CALL, PROVIDER_TYPE, QUOTA, SERVICE, SERVICE_INFO, WHITELIST, checks, edition, error, times,
    whitelist,
};
use crate::resource::{
    Admission, AttributeSchema as A, Check, Compare, Connected, Exclusive, Felt, Field, KindSchema,
    OrderRule, Preflight, Quota, Sort, Sorts, Stakes, Target, Type, Usual, When,
};

/// What hangs on an endpoint: its own connection, and who dials its address or names.
const STAKES: Stakes = Stakes {
    connected: Connected::While("status", "accepted"),
    account: None,
    kept_by_others: &[("ip", "the address"), ("dns_names", "the DNS names")],
    felt: &[
        Felt {
            attribute: "whitelist",
            when: When::MembersGo,
            effect: "addresses that leave the list may no longer use the endpoint",
            cuts: false,
            back: "",
        },
        Felt {
            attribute: "enable_whitelist",
            when: When::Becomes("true"),
            effect: "only addresses on the endpoint's whitelist may use it from then on",
            cuts: false,
            back: "",
        },
        Felt {
            attribute: "routetables",
            when: When::MembersGo,
            effect: "traffic of the route tables that leave no longer goes through the endpoint",
            cuts: true,
            back: "it comes back only when the route table does",
        },
        Felt {
            attribute: "policy_statement",
            when: When::Changes,
            effect: "another policy decides what may be done through the endpoint",
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

/// What the API would refuse (sections 5.5.1 and 8).
const PREFLIGHT: Preflight = Preflight {
    elsewhere: "",
    quota: Some(Quota {
        lookup: QUOTA,
        argument: ("type", "endpoint"),
        what: "endpoints",
        code: "Endpoint.1018",
    }),
    target: Some(Target {
        attribute: "endpoint_service_id",
        kind: SERVICE,
        lookup: SERVICE_INFO,
        code: "EndPoint.2003",
        admission: Admission {
            kind: WHITELIST,
            theirs: "endpoint_service_id",
            admits: whitelist::admits,
            member: "iam:domain::{account}",
            code: "EndPoint.2012",
        },
        sorts: Sorts {
            attribute: "service_type",
            all: &[
                Sort {
                    is: "interface",
                    needs: &[("subnet_id", "EndPoint.2010")],
                    refuses: &["policy_statement"],
                    ignores: &["routetables"],
                },
                Sort {
                    is: "gateway",
                    needs: &[],
                    refuses: &["policy_document"],
                    ignores: &["subnet_id", "port_ip", "enable_dns", "whitelist", "enable_whitelist"],
                },
            ],
            switch: ("enable_policy", &["policy_statement", "policy_document"]),
            code: "EndPoint.2048",
        },
    }),
    local: &["vpc_id", "subnet_id", "routetables"],
    usual: &[
        checks::USUAL_TAGS,
        // 20, 32 or 60, says the reference.
        Usual { attribute: "whitelist", most: 20, code: "EndPoint.2045" },
    ],
    unseen: &[
        "whether an endpoint's `vpc_id` and `subnet_id` exist, have a free address, and lie outside 198.19.128.0/17, which the cloud keeps for itself",
    ],
    agrees: None,
    within: &[],
    rules: &[],
    exists: None,
    in_use: None,
};

/// A policy statement; its keys are capitalised (trap 35). The order of actions and resources
/// means nothing.
fn statement() -> Type {
    Type::object(vec![
        Field::required("Effect", Type::String),
        Field::required("Action", Type::set(Type::String)),
        Field::required("Resource", Type::set(Type::String)),
        Field::optional("Condition", Type::Any),
        Field::optional("Sid", Type::String),
    ])
}

pub(super) fn kind() -> KindSchema {
    let [length, brackets] = checks::description();
    let mut attributes = vec![
        A::computed("id", Type::String, "The endpoint's id."),
        A::required("endpoint_service_id", Type::String, "The service to connect to.")
            .replaces(NO_CALL)
            .check(Check::Uuid),
        A::required("vpc_id", Type::String, "VPC of the consumer.").replaces(NO_CALL).check(Check::Uuid),
        A::optional("subnet_id", Type::String, "Subnet of the address; needed for an interface endpoint.")
            .replaces(NO_CALL)
            .check(Check::Uuid),
        A::default("enable_dns", Type::Bool, false, "Whether a private DNS name is made.").replaces(NO_CALL),
        A::optional("port_ip", Type::String, "The address wanted; omitted, the service chooses one.")
            .replaces(NO_CALL)
            .unlisted()
            .placed()
            .check(Check::Ipv4)
            .check(Check::Outside("198.19.128.0/17", "the cloud keeps that range for itself")),
        A::optional("whitelist", Type::set(Type::String), "Addresses and ranges that may use the endpoint.")
            // 20, 32 or 60, says the reference; what is too many here, the cloud refuses (2045).
            .check(Check::Items(0, 60))
            .check(Check::Each(Box::new(Check::Ipv4OrCidr))),
        A::default("enable_whitelist", Type::Bool, false, "Whether the endpoint's whitelist holds."),
        A::optional("routetables", Type::set(Type::String), "Route tables of a gateway endpoint.")
            .check(Check::Items(1, 200))
            .check(Check::Each(Box::new(Check::Uuid))),
        A::optional(
            "policy_statement",
            Type::list(statement()),
            "Policy of a gateway endpoint. To lift it, write the default: everything allowed.",
        )
        .check(Check::Items(1, 10))
        .check(Check::Field("Effect", Box::new(Check::OneOf(&["Allow", "Deny"])))),
        A::optional("policy_document", Type::Any, "Policy of an interface endpoint, as one document."),
        checks::tags(),
        A::optional("description", Type::String, "Free text. It cannot be changed later.")
            .replaces("the API has no call that changes it; the description of the connection is another one")
            .check(length)
            .check(brackets),
        A::optional("ip_version", Type::String, "`ipv4` or `dualstack`; professional edition.")
            .replaces(NO_CALL)
            .unlisted()
            .check(Check::OneOf(&["ipv4", "dualstack"]))
            .usually("ipv4"),
        A::optional("ipv6_address", Type::String, "The IPv6 address wanted; professional edition.")
            .replaces(NO_CALL)
            .unlisted()
            .placed(),
        edition(),
        A::optional("specification_name", Type::String, "The specification.")
            .replaces(NO_CALL)
            .unlisted()
            .usually("default"),
        A::late("ip", Type::String, "The address, known once the connection is accepted."),
        A::late("dns_names", Type::list(Type::String), "DNS names, known once the connection is accepted."),
        A::computed(
            "status",
            Type::String,
            "`creating`, `pendingAcceptance`, `accepted`, `rejected`, `failed` or `deleting`.",
        )
        .compared(Compare::Status(&["accepted", "rejected", "failed"])),
        A::computed("service_type", Type::String, "`interface` or `gateway`."),
        A::computed("endpoint_service_name", Type::String, "The full name of the service.")
            .compared(Compare::Volatile)
            .derived("endpoint_service_id", "service_name"),
        A::computed("marker_id", Type::Integer, "The connection's number at the service."),
        A::computed("active_status", Type::list(Type::String), "`active`, or why it is frozen.")
            .compared(Compare::Volatile),
        A::computed("enable_status", Type::String, "`enable` or `disable`.").compared(Compare::Volatile),
        A::computed("project_id", Type::String, "The project it lives in."),
    ];
    attributes.extend(times());
    attributes.push(error());
    KindSchema {
        order: vec![
            OrderRule::Refers { attribute: "endpoint_service_id", kind: SERVICE },
            OrderRule::Beside {
                attribute: "endpoint_service_id",
                kind: WHITELIST,
                theirs: "endpoint_service_id",
            },
        ],
        natural_key: &["endpoint_service_id", "vpc_id", "subnet_id"],
        exclusive: &[
            // An address of a subnet, and a route table of one service (errors 2042 and 2039).
            Exclusive {
                attribute: "subnet_id",
                set: "port_ip",
                fields: &[],
                shown: "ip",
                code: "EndPoint.2042",
            },
            Exclusive {
                attribute: "endpoint_service_id",
                set: "routetables",
                fields: &[],
                shown: "routetables",
                code: "EndPoint.2039",
            },
        ],
        stakes: STAKES,
        preflight: PREFLIGHT,
        ..KindSchema::managed(
            ENDPOINT,
            PROVIDER_TYPE,
            "A VPC endpoint: a service made reachable in the consumer's VPC.",
            attributes,
        )
    }
}
