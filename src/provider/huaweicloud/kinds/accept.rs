//! `vpcep_accept`: the owner's decision on one connection (VPCEP API reference, section 5.3).

use super::{ACCEPT, ENDPOINT, NO_CALL, PROVIDER_TYPE, SERVICE, checks, error, times};
use crate::resource::{
    Agrees, AttributeSchema as A, Check, Compare, Completes, Connected, Felt, Forgets, KindSchema, Listing,
    Mirrored, OrderRule, Preflight, Stakes, Type, When,
};

pub(super) fn kind() -> KindSchema {
    let mut attributes = vec![
        A::computed("id", Type::String, "`SERVICE/ENDPOINT`."),
        A::required("endpoint_service_id", Type::String, "The service.").replaces(NO_CALL).check(Check::Uuid),
        A::required("endpoint_id", Type::String, "The endpoint.").replaces(NO_CALL).check(Check::Uuid),
        A::default("decision", Type::String, "accept", "`accept` or `reject`.")
            .check(Check::OneOf(&["accept", "reject"])),
        A::optional("description", Type::String, "The owner's note on the connection.")
            .check(Check::MaxLength(512))
            .check(checks::no_brackets()),
        A::computed("status", Type::String, "The connection's status, which is the endpoint's.")
            .compared(Compare::Status(&["accepted", "rejected"]))
            .moved_by(&["decision"]),
        A::computed("marker_id", Type::Integer, "The connection's number at the service."),
        A::computed("domain_id", Type::String, "The account of the endpoint's owner."),
    ];
    attributes.extend(times());
    attributes.push(error());
    KindSchema {
        listing: Listing::Under("endpoint_service_id"),
        order: vec![
            OrderRule::Refers { attribute: "endpoint_service_id", kind: SERVICE },
            OrderRule::Refers { attribute: "endpoint_id", kind: ENDPOINT },
        ],
        dies_with: Some("endpoint_id"),
        completes: Some(Completes { attribute: "endpoint_id", kinds: &[ENDPOINT] }),
        // One status, seen from both sides (section 6.2); the description is the owner's alone.
        mirrored: Some(Mirrored {
            attribute: "endpoint_id",
            kinds: &[ENDPOINT],
            status: "status",
            theirs: "status",
            apart: &["description"],
        }),
        natural_key: &["endpoint_service_id", "endpoint_id"],
        forgets: Some(Forgets { attribute: "decision", value: "reject" }),
        adopts: true,
        preflight: Preflight {
            elsewhere: "EndPoint.0005",
            agrees: Some(Agrees {
                attribute: "endpoint_service_id",
                through: "endpoint_id",
                kinds: &[ENDPOINT],
                code: "EndPoint.2013",
            }),
            ..Preflight::default()
        },
        stakes: Stakes {
            connected: Connected::While("status", "accepted"),
            account: Some("domain_id"),
            kept_by_others: &[],
            felt: &[Felt {
                attribute: "decision",
                when: When::Becomes("reject"),
                effect: "the connection is rejected",
                cuts: true,
                back: "it comes back only when the decision is `accept` again",
            }],
        },
        ..KindSchema::managed(
            ACCEPT,
            PROVIDER_TYPE,
            "The owner's decision on one connection to a service.",
            attributes,
        )
    }
}
