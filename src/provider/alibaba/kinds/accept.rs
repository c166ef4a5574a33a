//! `privatelink_accept`: the owner's decision on one connection (section 8.5).
//!
//! The cloud has no word for "refused": such a connection is `Disconnected`, as one that waits.

use super::{ACCEPT, CONNECTIONS, ELASTICSEARCH, ENDPOINT, NO_CALL, PROVIDER_TYPE, SERVICE, checks};
use crate::resource::{
    Agrees, AttributeSchema as A, Check, Compare, Completes, Connected, Felt, Field, Forgets, KindSchema,
    Listing, Mirrored, OrderRule, Preflight, Rule, Stakes, Type, When,
};

pub(super) fn kind() -> KindSchema {
    let attributes = vec![
        A::computed("id", Type::String, "`SERVICE/ENDPOINT`."),
        A::required("service_id", Type::String, "The service.").replaces(NO_CALL).check(checks::id("epsrv-")),
        A::required("endpoint_id", Type::String, "The endpoint: of a VPC, or of an Elasticsearch instance.")
            .replaces(NO_CALL)
            .check(checks::id("ep-")),
        A::default("decision", Type::String, "accept", "`accept` or `reject`.")
            .check(Check::OneOf(&["accept", "reject"])),
        A::optional("bandwidth", Type::Integer, "Most megabits a second.").check(Check::Range(100, 50_000)),
        A::optional("traffic_control_mode", Type::String, "`Scalability` or `BandwidthLimit`.")
            .check(Check::OneOf(&["Scalability", "BandwidthLimit"])),
        A::computed("status", Type::String, "The connection's status.")
            .compared(Compare::Status(&["Connected"]))
            .moved_by(&["decision"]),
        A::computed("endpoint_owner_id", Type::String, "The account of the endpoint's owner."),
        A::computed("endpoint_vpc_id", Type::String, "The endpoint's VPC."),
        A::computed("endpoint_region_id", Type::String, "The endpoint's region."),
        A::computed("resource_owner", Type::Bool, "Whether the endpoint is of the same account."),
        A::computed("modified_at", Type::String, "When it last changed.").compared(Compare::Volatile),
    ];
    KindSchema {
        listing: Listing::Under("service_id"),
        order: vec![
            OrderRule::Refers { attribute: "service_id", kind: SERVICE },
            OrderRule::Refers { attribute: "endpoint_id", kind: ENDPOINT },
            OrderRule::Refers { attribute: "endpoint_id", kind: ELASTICSEARCH },
        ],
        completes: Some(Completes { attribute: "endpoint_id", kinds: &[ENDPOINT, ELASTICSEARCH] }),
        // One connection, seen from both sides (sections 6.1 and 8.5); its limits are the owner's alone.
        mirrored: Some(Mirrored {
            attribute: "endpoint_id",
            kinds: &[ENDPOINT, ELASTICSEARCH],
            status: "status",
            theirs: "connection_status",
            apart: &["bandwidth", "traffic_control_mode"],
        }),
        natural_key: &["service_id", "endpoint_id"],
        forgets: Some(Forgets { attribute: "decision", value: "reject" }),
        adopts: true,
        preflight: Preflight {
            elsewhere: "EndpointServiceNotFound",
            agrees: Some(Agrees {
                attribute: "service_id",
                through: "endpoint_id",
                kinds: &[ENDPOINT, ELASTICSEARCH],
                code: "EndpointConnectionNotFound",
            }),
            rules: &[
                Rule::Refuses {
                    when: ("decision", "reject"),
                    others: &["bandwidth", "traffic_control_mode"],
                    code: "EndpointConnectionOperationDenied",
                },
                // The modes that each kind of back end has (section 8.5).
                Rule::Suits {
                    through: "service_id",
                    kind: SERVICE,
                    theirs: "service_resource_type",
                    ours: "traffic_control_mode",
                    pairs: &[("slb", &["BandwidthLimit"]), ("gwlb", &["Scalability"])],
                    code: "IllegalParamFormat.TrafficControlMode",
                },
            ],
            ..Preflight::default()
        },
        stakes: Stakes {
            connected: Connected::While("status", "Connected"),
            account: Some("endpoint_owner_id"),
            kept_by_others: &[],
            felt: &[Felt {
                attribute: "decision",
                when: When::Becomes("reject"),
                effect: "the connection is cut",
                cuts: true,
                back: "it comes back only when it is accepted again",
            }],
        },
        timeout_minutes: 5,
        ..KindSchema::managed(
            ACCEPT,
            PROVIDER_TYPE,
            "The owner's decision on one connection to a service.",
            attributes,
        )
    }
}

/// The connections of a service, decided or not.
pub(super) fn connections() -> KindSchema {
    let connection = Type::object(vec![
        Field::required("id", Type::String),
        Field::required("endpoint_owner_id", Type::String),
        Field::required("status", Type::String),
        Field::optional("endpoint_vpc_id", Type::String),
        Field::optional("endpoint_region_id", Type::String),
        Field::optional("resource_owner", Type::Bool),
        Field::optional("bandwidth", Type::Integer),
        Field::optional("modified_at", Type::String),
    ]);
    let statuses = &[
        "Pending",
        "Connecting",
        "Connected",
        "Disconnecting",
        "Disconnected",
        "Deleting",
        "ServiceDeleted",
    ];
    let attributes = vec![
        A::required("service_id", Type::String, "The service.").placed().check(checks::id("epsrv-")),
        A::optional("account", Type::String, "Only connections of endpoints of this account (its id)."),
        A::optional(
            "status",
            Type::String,
            "Only connections of this status; `Disconnected` is one that waits, too.",
        )
        .check(Check::OneOf(statuses)),
        A::computed("connections", Type::list(connection), "The connections, by the ids of their endpoints."),
        A::computed("ids", Type::set(Type::String), "The endpoints' ids, handy for `for_each`."),
    ];
    KindSchema::data(
        CONNECTIONS,
        PROVIDER_TYPE,
        "The connections of a service, as its owner sees them.",
        attributes,
    )
}
