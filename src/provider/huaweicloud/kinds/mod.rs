//! The kinds of Huawei Cloud, as data (VPCEP API reference, sections 5 and 10).

mod accept;
mod checks;
mod endpoint;
mod lookups;
mod service;
mod whitelist;

use crate::resource::{AttributeSchema, Check, Compare, KindSchema, OneWay, Type};

/// The provider type these kinds belong to.
pub const PROVIDER_TYPE: &str = "huaweicloud";

/// The endpoint service.
pub const SERVICE: &str = "vpcep_service";
/// The whitelist of a service.
pub const WHITELIST: &str = "vpcep_whitelist";
/// The endpoint.
pub const ENDPOINT: &str = "vpcep_endpoint";
/// The owner's decision on a connection.
pub const ACCEPT: &str = "vpcep_accept";
/// Lookup of a public service by name or id.
pub const PUBLIC_SERVICE: &str = "vpcep_public_service";
/// Lookup of any usable service by its full name or id.
pub const SERVICE_INFO: &str = "vpcep_service_info";
/// Lookup of the connections of a service.
pub const CONNECTIONS: &str = "vpcep_connections";
/// Lookup of quotas.
pub const QUOTA: &str = "vpcep_quota";

/// All kinds, managed ones first.
pub fn kinds() -> Vec<KindSchema> {
    let mut kinds = vec![service::kind(), whitelist::kind(), endpoint::kind(), accept::kind()];
    kinds.extend(lookups::kinds());
    kinds
}

/// The reason of every replacement that the API leaves us (section 10).
const NO_CALL: &str = "the API has no call that changes it";

/// The edition with which every object starts, and the one to which it can be upgraded.
const BASIC: &str = "basic";
pub(super) const PROFESSIONAL: &str = "professional";

/// `edition`: no answer shows it, so it stands as recorded (section 5.7).
fn edition() -> AttributeSchema {
    AttributeSchema::optional(
        "edition",
        Type::String,
        "`basic` or `professional`; not every region has the latter. Omitted: left alone.",
    )
    .one_way(OneWay::From(BASIC), "an upgrade to another edition cannot be taken back")
    .unlisted()
    .check(Check::OneOf(&[BASIC, PROFESSIONAL]))
}

/// `created_at`, `updated_at`: every object has them.
fn times() -> [AttributeSchema; 2] {
    [
        AttributeSchema::computed("created_at", Type::String, "When it was created."),
        AttributeSchema::computed("updated_at", Type::String, "When it last changed.")
            .compared(Compare::Volatile),
    ]
}

/// `error`: what the cloud says about an object whose status is `failed`.
fn error() -> AttributeSchema {
    AttributeSchema::computed("error", Type::Any, "What the cloud says about a failed object.")
        .compared(Compare::Volatile)
}
