//! `vpcep_whitelist`: who may connect to a service (VPCEP API reference, section 5.4).
//!
//! The whitelist exists with its service, so its id is the service's, and deleting it removes our
//! records. The owner's own account is always admitted without being listed (trap 13).

use super::{NO_CALL, PROVIDER_TYPE, SERVICE, WHITELIST, checks};
use crate::resource::{
    AttributeSchema as A, Check, Compare, Connected, Felt, Field, KindSchema, Listing, OrderRule, Stakes,
    Type, When,
};

/// The forms of a permission (section 5.4).
const PERMISSION: &str = "\\*|iam:domain::([A-Za-z0-9]{1,64}|\\*)|organizations:orgPath::[A-Za-z0-9/*?-]{1,1024}\
                          |iam:domainName::.{1,80}";

fn permission() -> Type {
    Type::Object {
        fields: vec![
            Field::required("permission", Type::String),
            Field::optional("description", Type::String),
        ],
        shorthand: Some("permission"),
    }
}

pub(super) fn kind() -> KindSchema {
    let [length, _] = checks::description();
    let attributes = vec![
        A::computed("id", Type::String, "The service's id."),
        A::required("endpoint_service_id", Type::String, "The service.").replaces(NO_CALL).check(Check::Uuid),
        A::required(
            "permissions",
            Type::set(permission()),
            "Who may connect: `iam:domain::ACCOUNT`, `organizations:orgPath::PATH` or `*`, each with or without \
             a description.",
        )
        .compared(Compare::Members {
            key: "permission",
            exclusive: ("mode", "exclusive"),
            // Both mean everyone; which one the service keeps is up to it (trap 11).
            same: &[("*", "iam:domain::*")],
            implicit: "iam:domain::{account}",
        })
        .check(Check::Field(
            "permission",
            Box::new(Check::Pattern(
                PERMISSION,
                "`iam:domain::ACCOUNT_ID`, `organizations:orgPath::PATH` or `*`",
            )),
        ))
        .check(Check::Field("description", Box::new(length)))
        // An empty one and none read back the same.
        .check(Check::Field(
            "description",
            Box::new(Check::Pattern("[^<>]+", "any text without `<` and `>`; leave it out for none")),
        )),
        A::default(
            "mode",
            Type::String,
            "shared",
            "`shared`: only our own records are touched; `exclusive`: unlisted records are removed.",
        )
        .setting()
        .check(Check::OneOf(&["shared", "exclusive"])),
        A::computed("records", Type::map(Type::String), "The id of each record, by permission.")
            .compared(Compare::Volatile),
    ];
    KindSchema {
        listing: Listing::Under("endpoint_service_id"),
        order: vec![OrderRule::Refers { attribute: "endpoint_service_id", kind: SERVICE }],
        dies_with: Some("endpoint_service_id"),
        natural_key: &["endpoint_service_id"],
        adopts: true,
        stakes: Stakes {
            connected: Connected::Never,
            account: None,
            kept_by_others: &[],
            felt: &[Felt {
                attribute: "permissions",
                when: When::MembersGo,
                effect: "who leaves the list can connect no more; connections that are accepted stay",
                cuts: false,
            }],
        },
        ..KindSchema::managed(
            WHITELIST,
            PROVIDER_TYPE,
            "The whitelist of a service: the accounts that may connect.",
            attributes,
        )
    }
}
