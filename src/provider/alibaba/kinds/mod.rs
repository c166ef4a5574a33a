//! The kinds of Alibaba Cloud, as data (Elasticsearch and PrivateLink API reference, sections 7 and 8).

mod accept;
mod checks;
mod elasticsearch;
mod endpoint;
mod service;
mod whitelist;

use crate::resource::{AttributeSchema, Check, Compare, KindSchema, Type, Within};

/// The provider type these kinds belong to.
pub const PROVIDER_TYPE: &str = "alibaba";

/// The endpoint service of PrivateLink.
pub const SERVICE: &str = "privatelink_service";
/// The whitelist of a service.
pub const WHITELIST: &str = "privatelink_whitelist";
/// An endpoint in a VPC of one's own.
pub const ENDPOINT: &str = "privatelink_endpoint";
/// The owner's decision on a connection.
pub const ACCEPT: &str = "privatelink_accept";
/// The endpoint of an Elasticsearch instance, in the VPC of the Elasticsearch service.
pub const ELASTICSEARCH: &str = "elasticsearch_endpoint";
/// Lookup of a service's connections.
pub const CONNECTIONS: &str = "privatelink_connections";
/// Lookup of an Elasticsearch instance.
pub const INSTANCE: &str = "elasticsearch_instance";

/// All kinds, managed ones first.
pub fn kinds() -> Vec<KindSchema> {
    vec![
        service::kind(),
        whitelist::kind(),
        endpoint::kind(),
        accept::kind(),
        elasticsearch::endpoint(),
        elasticsearch::instance(),
        accept::connections(),
    ]
}

/// The reason of every replacement that the API leaves us.
const NO_CALL: &str = "the API has no call that changes it";

/// An endpoint is in zones where its service has a back end.
const fn in_zones_of_service(attribute: &'static str) -> Within {
    Within {
        attribute,
        through: "service_id",
        kind: SERVICE,
        set: "resources",
        field: "zone_id",
        code: "EndpointServiceNotSupportedZone",
        none: "EndpointServiceResourceNotFound",
        in_use: "EndpointServiceConnectionDependence",
    }
}

/// `created_at`: when the cloud made it.
fn created_at() -> AttributeSchema {
    AttributeSchema::computed("created_at", Type::String, "When it was created.")
}

/// `business_status`: an account in arrears is locked, and its objects with it.
fn business_status() -> AttributeSchema {
    AttributeSchema::computed(
        "business_status",
        Type::String,
        "`Normal`, or `FinancialLocked` for overdue payment.",
    )
    .compared(Compare::Status(&["Normal"]))
}

fn resource_group() -> AttributeSchema {
    AttributeSchema::optional("resource_group_id", Type::String, "The resource group. Omitted: left alone.")
        .placed()
        .check(checks::id("rg-"))
}

/// Tags, managed as a whole, at most 20.
fn tags() -> AttributeSchema {
    AttributeSchema::optional("tags", Type::map(Type::String), "Tags. Omitted: left alone; `{}`: none.")
        .compared(Compare::Map)
        .check(Check::Items(0, 20))
}
