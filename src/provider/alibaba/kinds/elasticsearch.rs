//! `elasticsearch_endpoint` and the lookup of an instance (sections 5 and 7).

use super::{
    ELASTICSEARCH, INSTANCE, NO_CALL, PROVIDER_TYPE, SERVICE, WHITELIST, business_status, checks, created_at,
    in_zones_of_service,
};
use crate::resource::{
    AttributeSchema as A, Compare, Connected, Exclusive, Exists, KindSchema, OrderRule, Preflight, Stakes,
    Type, Unless,
};

/// The endpoint of an instance. The API has three calls for it: create, list, delete; nothing of it
/// can be changed.
pub(super) fn endpoint() -> KindSchema {
    let attributes = vec![
        A::computed("id", Type::String, "The endpoint's id."),
        A::required("instance_id", Type::String, "The Elasticsearch instance.")
            .replaces(NO_CALL)
            .placed()
            .check(checks::id("es-")),
        A::required("service_id", Type::String, "The endpoint service to connect to.")
            .replaces(NO_CALL)
            .check(checks::id("epsrv-")),
        // Listings may lack it: then it stands as recorded.
        A::required("zone_id", Type::String, "The zone, one of the service's.")
            .replaces(NO_CALL)
            .unlisted()
            .placed()
            .check(checks::zone()),
        A::computed("name", Type::String, "Its name, which the cloud chooses."),
        A::computed("endpoint_domain", Type::String, "The domain name that the cluster dials."),
        A::computed("service_name", Type::String, "The full name of the service.")
            .compared(Compare::Volatile)
            .derived("service_id", "name"),
        A::computed("security_group_id", Type::String, "Its security group.")
            .unlisted()
            .compared(Compare::Volatile),
        A::computed("status", Type::String, "`Creating`, `Active`, `Pending` or `Deleting`.")
            .compared(Compare::Volatile),
        A::computed(
            "connection_status",
            Type::String,
            "`Connected`; `Disconnected` until it is accepted; `ServiceDeleted` when the service has gone.",
        )
        .compared(Compare::Status(&["Connected", "ServiceDeleted"])),
        business_status(),
        created_at(),
    ];
    KindSchema {
        order: vec![
            OrderRule::Refers { attribute: "service_id", kind: SERVICE },
            OrderRule::Beside { attribute: "service_id", kind: WHITELIST, theirs: "service_id" },
        ],
        found_by: Some("instance_id"),
        natural_key: &["instance_id", "service_id"],
        // The error `EndpointDuplicated` (section 7).
        exclusive: &[Exclusive {
            attribute: "instance_id",
            set: "service_id",
            fields: &[],
            shown: "service_id",
            code: "EndpointDuplicated",
        }],
        preflight: Preflight {
            within: const { &[in_zones_of_service("zone_id")] },
            exists: Some(Exists {
                attribute: "instance_id",
                lookup: INSTANCE,
                what: "Elasticsearch instance",
                code: "InstanceNotFound",
                unless: &[
                    Unless {
                        has: ("is_new_deployment", &["false"]),
                        says: "is in the older network architecture, which has no endpoints",
                        code: "ComponentCodeValueError",
                    },
                    Unless {
                        has: ("status", &["inactive", "invalid"]),
                        says: "is not active, and does not become so by itself",
                        code: "InstanceStatusNotSupportCurrentAction",
                    },
                ],
            }),
            unseen: &["which account has to be on the whitelist for an Elasticsearch instance"],
            ..Preflight::default()
        },
        stakes: Stakes {
            connected: Connected::While("connection_status", "Connected"),
            account: None,
            kept_by_others: &[("endpoint_domain", "the domain name")],
            felt: &[],
        },
        timeout_minutes: 5,
        ..KindSchema::managed(
            ELASTICSEARCH,
            PROVIDER_TYPE,
            "The endpoint by which an Elasticsearch instance reaches a service.",
            attributes,
        )
    }
}

/// What the cloud tells of an instance.
pub(super) fn instance() -> KindSchema {
    let text = |name, doc| A::computed(name, Type::String, doc);
    let attributes = vec![
        A::optional("id", Type::String, "Its id. Give this or `description`.")
            .placed()
            .check(checks::id("es-")),
        A::optional("description", Type::String, "Its whole description. Exactly one instance must have it."),
        text("es_version", "Its version."),
        text("status", "`active`, `activating`, `inactive`, `invalid` or `unknown`."),
        A::computed(
            "is_new_deployment",
            Type::Bool,
            "Whether it is in the newer network architecture, which endpoints need.",
        ),
        A::computed("service_vpc", Type::Bool, "Whether it runs in the VPC of the service."),
        text("arch_type", "`exclusive` or `public`."),
        text("vpc_id", "Its VPC."),
        text("vswitch_id", "Its switch."),
        text("zone_id", "Its first zone."),
        A::computed("zone_ids", Type::list(Type::String), "Its zones."),
        text("domain", "Its address inside the VPC."),
        A::computed("port", Type::Integer, "The port of that address."),
        text("public_domain", "Its public address, if it has one."),
        A::computed("public_port", Type::Integer, "The port of that address."),
        text("kibana_domain", "The address of Kibana."),
        A::computed("kibana_port", Type::Integer, "The port of that address."),
        text("protocol", "`HTTP` or `HTTPS`."),
        text("payment_type", "`prepaid` or `postpaid`."),
        text("instance_category", "`x-pack`, `advanced`, `IS` or `community`."),
        text("resource_group_id", "Its resource group."),
        A::computed("tags", Type::map(Type::String), "Its tags."),
        created_at(),
        text("updated_at", "When it last changed."),
    ];
    KindSchema::data(INSTANCE, PROVIDER_TYPE, "An Elasticsearch instance.", attributes)
}
