//! The data lookups (VPCEP API reference, sections 5.2.7, 5.2.8, 5.3.1 and 5.6.1).

use super::{CONNECTIONS, PROVIDER_TYPE, PUBLIC_SERVICE, QUOTA, SERVICE_INFO};
use crate::resource::{AttributeSchema as A, Check, Field, KindSchema, Type};

pub(super) fn kinds() -> Vec<KindSchema> {
    vec![public_service(), service_info(), connections(), quota()]
}

/// What the cloud tells anyone about a service.
fn shown() -> Vec<A> {
    vec![
        A::computed("service_name", Type::String, "The full name."),
        A::computed("service_type", Type::String, "`interface` or `gateway`."),
        A::computed("is_charge", Type::Bool, "Whether its endpoints cost money."),
        A::computed("enable_policy", Type::Bool, "Whether endpoints may carry a policy."),
        A::computed("public_border_group", Type::String, "The edge site, if it is one's."),
        A::computed("created_at", Type::String, "When it was created."),
    ]
}

fn public_service() -> KindSchema {
    let mut attributes = vec![
        A::optional("id", Type::String, "Its id. Give this or `name`.").placed(),
        A::optional(
            "name",
            Type::String,
            "A part of its name, such as `obs`. Exactly one service must match.",
        ),
        A::computed("owner", Type::String, "Whose service it is."),
    ];
    attributes.extend(shown());
    KindSchema::data(PUBLIC_SERVICE, PROVIDER_TYPE, "A public service of the cloud.", attributes)
}

fn service_info() -> KindSchema {
    let mut attributes = vec![
        A::optional("id", Type::String, "Its id. Give this or `name`.").placed(),
        A::optional("name", Type::String, "Its whole name, as its owner's `full_name` shows it.").placed(),
    ];
    attributes.extend(shown());
    KindSchema::data(
        SERVICE_INFO,
        PROVIDER_TYPE,
        "What the cloud tells a consumer about a service, also of another account.",
        attributes,
    )
}

fn connections() -> KindSchema {
    let connection = Type::object(vec![
        Field::required("id", Type::String),
        Field::required("domain_id", Type::String),
        Field::required("status", Type::String),
        Field::optional("marker_id", Type::Integer),
        Field::optional("description", Type::String),
        Field::optional("created_at", Type::String),
    ]);
    let attributes = vec![
        A::required("endpoint_service_id", Type::String, "The service.").placed().check(Check::Uuid),
        A::optional("account", Type::String, "Only connections of this account (its id)."),
        A::optional("status", Type::String, "Only connections of this status.").check(Check::OneOf(&[
            "pendingAcceptance",
            "accepted",
            "rejected",
            "failed",
            "creating",
        ])),
        A::computed("connections", Type::list(connection), "The connections, oldest first."),
        A::computed("ids", Type::set(Type::String), "The endpoints' ids, handy for `for_each`."),
    ];
    KindSchema::data(
        CONNECTIONS,
        PROVIDER_TYPE,
        "The connections of a service, as its owner sees them.",
        attributes,
    )
}

fn quota() -> KindSchema {
    let attributes = vec![
        A::required("type", Type::String, "`endpoint_service` or `endpoint`.")
            .check(Check::OneOf(&["endpoint_service", "endpoint"])),
        A::computed("quota", Type::Integer, "How many there may be."),
        A::computed("used", Type::Integer, "How many there are."),
        A::computed("free", Type::Integer, "How many more there may be."),
    ];
    KindSchema::data(QUOTA, PROVIDER_TYPE, "A quota of the project.", attributes)
}
