//! `privatelink_whitelist`: the accounts that may connect to a service (section 8.3).
//!
//! It exists with its service, so its id is the service's, and deleting it removes our members.

use super::super::whitelist::whole_account;
use super::{NO_CALL, PROVIDER_TYPE, SERVICE, WHITELIST, checks};
use crate::resource::{
    AttributeSchema as A, Check, Compare, Connected, Felt, Field, KindSchema, Listing, Naming, OrderRule,
    Preflight, Stakes, Type, When,
};

fn user() -> Type {
    Type::Object { fields: vec![Field::required("user", Type::String)], shorthand: Some("user") }
}

pub(super) fn kind() -> KindSchema {
    let attributes = vec![
        A::computed("id", Type::String, "The service's id."),
        A::required("service_id", Type::String, "The service.").replaces(NO_CALL).check(checks::id("epsrv-")),
        A::required(
            "users",
            Type::set(user()),
            "Who may connect: ids of accounts, or `acs:ram:*:ACCOUNT:…`.",
        )
        .compared(Compare::Members {
            key: "user",
            exclusive: ("mode", "exclusive"),
            named: Naming(|user| whole_account(user).unwrap_or(user)),
            implicit: "",
        })
        .check(Check::Field(
            "user",
            Box::new(Check::Pattern(
                "[0-9]{1,18}|acs:ram:[^:]*:[0-9]{1,18}:.+",
                "the id of an account, at most 18 digits, or `acs:ram:*:ACCOUNT:*`",
            )),
        )),
        A::default(
            "mode",
            Type::String,
            "shared",
            "`shared`: only our own members are touched; `exclusive`: others are removed.",
        )
        .setting()
        .check(Check::OneOf(&["shared", "exclusive"])),
    ];
    KindSchema {
        listing: Listing::Under("service_id"),
        order: vec![OrderRule::Refers { attribute: "service_id", kind: SERVICE }],
        dies_with: Some("service_id"),
        natural_key: &["service_id"],
        adopts: true,
        preflight: Preflight { elsewhere: "EndpointServiceNotFound", ..Preflight::default() },
        stakes: Stakes {
            connected: Connected::Never,
            account: None,
            kept_by_others: &[],
            felt: &[Felt {
                attribute: "users",
                when: When::MembersGo,
                effect: "who leaves the list can connect no more; connections that are accepted stay",
                cuts: false,
                back: "",
            }],
        },
        timeout_minutes: 5,
        ..KindSchema::managed(
            WHITELIST,
            PROVIDER_TYPE,
            "The whitelist of a service: the accounts that may connect.",
            attributes,
        )
    }
}
