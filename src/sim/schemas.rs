//! The shapes of bodies, parameters and answers, for the OpenAPI description (VPCEP API reference, section 5).

use serde_json::{Map, Value, json};

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn text(max: usize) -> Value {
    json!({ "type": "string", "maxLength": max })
}

fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn hex_id() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
}

fn word(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn some(of: Value, most: usize) -> Value {
    json!({ "type": "array", "items": of, "minItems": 1, "maxItems": most })
}

/// An object with these fields, some of them needed.
fn object(needed: &[&str], fields: Value) -> Value {
    json!({ "type": "object", "required": needed, "properties": fields })
}

/// An object of a request: `null` counts as not given (section 3), so what may be left out may be null.
fn wanted(needed: &[&str], fields: Value) -> Value {
    let mut schema = object(needed, fields);
    let properties = schema["properties"].as_object_mut().into_iter().flatten();
    for (_, property) in properties.filter(|(name, _)| !needed.contains(&name.as_str())) {
        if property.get("$ref").is_some() {
            *property = json!({ "nullable": true, "allOf": [property] });
            continue;
        }
        property["nullable"] = json!(true);
        if let Some(words) = property.get_mut("enum").and_then(Value::as_array_mut) {
            words.push(Value::Null);
        }
    }
    schema
}

/// A part of a path.
pub(crate) fn path_value(_operation: &str, name: &str) -> Value {
    match name {
        "project" => hex_id(),
        "version" => word(&["v1", "v2"]),
        "resource_type" => word(&["endpoint_service", "endpoint"]),
        _ => uuid(),
    }
}

/// A query parameter.
pub(crate) fn query_value(operation: &str, name: &str) -> Value {
    match (operation, name) {
        ("list_permissions", "limit") => {
            json!({ "type": "integer", "minimum": 0, "maximum": 500, "default": 10 })
        }
        (_, "limit") => json!({ "type": "integer", "minimum": 0, "maximum": 1000, "default": 10 }),
        (_, "offset") => {
            json!({ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64, "default": 0 })
        }
        (_, "sort_key") => word(&["create_at", "update_at", "created_at", "updated_at"]),
        (_, "sort_dir") => word(&["asc", "desc"]),
        ("list_services", "status") => word(&["creating", "available", "failed", "deleting"]),
        ("list_connections", "status") => {
            word(&["pendingAcceptance", "accepted", "rejected", "failed", "creating", "deleting"])
        }
        (_, "net_type") => word(&["vlan", "vxlan", "all"]),
        (_, "marker_id") => json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 }),
        ("quotas", "type") => word(&["endpoint_service", "endpoint"]),
        (_, "id" | "vpc_id") => uuid(),
        (_, "page") => json!({ "type": "integer", "minimum": 1 }),
        (_, "per_page") => json!({ "type": "integer", "minimum": 1, "maximum": 5000 }),
        (_, "enabled" | "is_domain") => flag(),
        _ => json!({ "type": "string" }),
    }
}

/// A request body.
pub(crate) fn body(operation: &str, fields: &[&str]) -> Value {
    let needed: &[&str] = match operation {
        "create_service" => &["port_id", "vpc_id", "server_type", "ports"],
        "create_endpoint" => &["endpoint_service_id", "vpc_id"],
        "rename_service" => &["endpoint_service_name"],
        "connection_action" => &["action", "endpoints"],
        "connection_descriptions" => &["connections"],
        "permission_action" => &["permissions", "action"],
        "batch_create_permissions" | "batch_delete_permissions" => &["permissions"],
        "update_permission" => &["permission"],
        "update_routetables" => &["routetables"],
        "tag_filter" => &["action"],
        "tag_action" => &["action", "tags"],
        "add_server_resources" => &["server_resources"],
        "upgrade_endpoint" => &["action"],
        "create_token" | "create_temporary_key" => &["auth"],
        _ => &[],
    };
    let properties: Map<String, Value> =
        fields.iter().map(|name| ((*name).to_owned(), field(operation, name))).collect();
    wanted(needed, Value::Object(properties))
}

/// A request body that the sample world's account `owner` can send as it stands.
pub(crate) fn example(operation: &str) -> Option<Value> {
    Some(match operation {
        "create_service" => json!({
            "port_id": "4189d3c2-8882-4871-a3c2-d380272eed88",
            "vpc_id": "4189d3c2-8882-4871-a3c2-d380272eed80",
            "server_type": "LB",
            "service_name": "orders",
            "ports": [{ "client_port": 8080, "server_port": 80, "protocol": "TCP" }],
            "tags": [{ "key": "team", "value": "payments" }]
        }),
        "create_endpoint" => json!({
            "endpoint_service_id": "b0e22f6f-26f4-461c-b140-d873464d4fa0",
            "vpc_id": "4189d3c2-8882-4871-a3c2-d380272eed82",
            "subnet_id": "4189d3c2-8882-4871-a3c2-d380272eed81"
        }),
        "create_token" => json!({ "auth": {
            "identity": { "methods": ["password"], "password": { "user": {
                "name": "owner-ci", "password": "owner-sample-password", "domain": { "name": "owner" }
            } } },
            "scope": { "project": { "name": "tr-west-1" } }
        } }),
        "tag_filter" => json!({ "action": "filter", "tags": [{ "key": "team", "values": ["payments"] }] }),
        _ => return None,
    })
}

/// A field of a request body.
fn field(operation: &str, name: &str) -> Value {
    match (operation, name) {
        ("create_token", "auth") => reference("TokenRequest"),
        ("create_temporary_key", "auth") => reference("KeyRequest"),
        ("tag_filter", "action") => word(&["filter", "count"]),
        // Declared as strings, but clients send numbers as well (section 9, trap 17).
        ("tag_filter", "limit") => json!({ "anyOf": [
            { "type": "string", "pattern": "^([1-9][0-9]{0,2}|1000)$" },
            { "type": "integer", "minimum": 1, "maximum": 1000 }
        ] }),
        ("tag_filter", "offset") => json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9]{1,9}$" },
            { "type": "integer", "minimum": 0 }
        ] }),
        ("tag_filter", "matches") => {
            list(wanted(&["key"], json!({ "key": word(&["resource_name"]), "value": { "type": "string" } })))
        }
        ("tag_filter", "without_any_tag") => flag(),
        ("tag_filter", _) => reference("TagConditions"),
        ("tag_action", "action") => word(&["create", "delete"]),
        ("tag_action", "tags") => some(reference("Tag"), 20),
        ("connection_action", "action") => word(&["receive", "reject"]),
        ("connection_action", "endpoints") => some(uuid(), 1),
        ("connection_descriptions", "connections") => {
            some(wanted(&["id", "description"], json!({ "id": uuid(), "description": description(512) })), 50)
        }
        ("permission_action", "action") => word(&["add", "remove"]),
        ("permission_action", "permissions") => some(permission(), 50),
        ("batch_create_permissions", "permissions") => {
            let fields = json!({ "permission": permission(), "description": description(256) });
            some(wanted(&["permission", "description"], fields), 50)
        }
        ("batch_delete_permissions", "permissions") => some(wanted(&["id"], json!({ "id": uuid() })), 50),
        ("update_permission", "permission") => {
            wanted(&["description"], json!({ "description": description(256) }))
        }
        ("upgrade_endpoint", "action") => word(&["start"]),
        (_, "permission_type") => word(&["domainId", "orgPath"]),
        (_, "server_resources") => {
            let fields = json!({ "resource_id": { "type": "string", "minLength": 1 },
                                 "availability_zone_id": { "type": "string" } });
            some(wanted(&["resource_id"], fields), 50)
        }
        (_, "server_type") => word(&["VM", "LB"]),
        (_, "ports") => some(reference("PortMapping"), 200),
        (_, "service_name" | "endpoint_service_name") => {
            json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{0,16}$" })
        }
        (_, "service_type") => word(&["interface"]),
        (_, "tcp_proxy") => word(&["close", "toa_open", "proxy_open", "open", "proxy_vni"]),
        (_, "tags") => json!({ "type": "array", "items": reference("Tag"), "maxItems": 20 }),
        (_, "description") => description(512),
        ("create_service", "ip_version") => word(&["ipv4", "ipv6"]),
        (_, "ip_version") => word(&["ipv4", "dualstack"]),
        (_, "approval_enabled" | "enable_policy" | "enable_dns" | "enable_whitelist") => flag(),
        // An empty text is as good as none (section 3).
        (_, "port_ip" | "ip") => json!({ "anyOf": [{ "type": "string", "format": "ipv4" }, word(&[""])] }),
        (_, "ipv6_address") => json!({ "anyOf": [{ "type": "string", "format": "ipv6" }, word(&[""])] }),
        (_, "routetables") => list(uuid()),
        (_, "whitelist") => {
            json!({ "type": "array", "items": { "type": "string", "format": "ipv4" }, "maxItems": 20 })
        }
        (_, "policy_statement") => {
            json!({ "type": "array", "items": reference("Statement"), "maxItems": 10 })
        }
        (_, "policy_document") => json!({ "type": "object" }),
        (_, "specification_name") => word(&["default"]),
        (_, "cidr" | "pool_id") => json!({ "type": "string" }),
        _ => uuid(),
    }
}

fn description(max: usize) -> Value {
    json!({ "type": "string", "maxLength": max, "pattern": "^[^<>]*$" })
}

fn permission() -> Value {
    json!({ "type": "string",
            "pattern": r"^(\*|iam:domain::[A-Za-z0-9*]{1,64}|organizations:orgPath::[A-Za-z0-9/*?-]{1,1024})$" })
}

/// The body of a success; none: it has no body.
pub(crate) fn answer(operation: &str) -> Option<Value> {
    let rows = |name: &str, of: &str| {
        let mut fields = json!({ "total_count": { "type": "integer", "minimum": 0 } });
        fields[name] = list(reference(of));
        object(&[name, "total_count"], fields)
    };
    let only = |name: &str, of: Value| {
        let mut fields = json!({});
        fields[name] = of;
        object(&[name], fields)
    };
    Some(match operation {
        "create_service" | "get_service" | "update_service" => reference("Service"),
        "list_services" => rows("endpoint_services", "Service"),
        "list_public_services" => rows("endpoint_services", "PublicService"),
        "describe_service" => reference("PublicService"),
        "rename_service" => only("endpoint_service_name", json!({ "type": "string" })),
        "create_endpoint" | "get_endpoint" | "update_endpoint" | "update_policy" | "delete_policy" => {
            reference("Endpoint")
        }
        "list_endpoints" => rows("endpoints", "Endpoint"),
        "list_connections" => rows("connections", "Connection"),
        "connection_action" | "connection_descriptions" => only("connections", list(reference("Connection"))),
        "list_permissions" => rows("permissions", "Permission"),
        "permission_action" => only("permissions", list(json!({ "type": "string" }))),
        "batch_create_permissions" | "batch_delete_permissions" | "update_permission" => {
            only("permissions", list(reference("Permission")))
        }
        "update_routetables" => only("routetables", list(uuid())),
        "quotas" => only("quotas", only("resources", list(reference("QuotaRow")))),
        "tag_filter" => only("total_count", json!({ "type": "integer", "minimum": 0 })),
        "project_tags" => only(
            "tags",
            list(object(&["key", "values"], json!({ "key": text(128), "values": list(text(255)) }))),
        ),
        "versions" => only("versions", list(reference("Version"))),
        "version" => only("version", reference("Version")),
        "create_token" | "show_token" => only("token", json!({ "type": "object" })),
        "list_projects" | "list_auth_projects" => only("projects", list(json!({ "type": "object" }))),
        "list_domains" => only("domains", list(json!({ "type": "object" }))),
        "create_temporary_key" => only("credential", json!({ "type": "object" })),
        "identity_version" => only("version", json!({ "type": "object" })),
        "caller_identity" => only("account_id", hex_id()),
        _ => return None,
    })
}

/// Which path value of other operations a field of an answer gives: (path value, where it stands in the body).
pub(crate) fn gives(operation: &str) -> Option<(&'static str, &'static str)> {
    match operation {
        "create_service" => Some(("service", "/id")),
        "create_endpoint" => Some(("endpoint", "/id")),
        "batch_create_permissions" => Some(("permission", "/permissions/0/id")),
        _ => None,
    }
}

/// The named shapes.
pub(crate) fn components() -> Value {
    let port = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let error = list(json!({ "type": "object" }));
    let endpoint_status =
        word(&["creating", "pendingAcceptance", "accepted", "rejected", "failed", "deleting"]);
    json!({
        "Error": { "type": "object", "properties": {
            "error_code": { "type": "string" }, "error_msg": { "type": "string" }, "error": { "type": "object" } } },
        "Tag": wanted(&["key"], json!({
            "key": { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.:=+@-]{0,127}$" },
            "value": { "type": "string", "pattern": "^[A-Za-z0-9_.:=+@/-]{0,255}$" } })),
        "TagConditions": { "type": "array", "maxItems": 10, "items": wanted(&["key"], json!({
            "key": { "type": "string", "minLength": 1, "maxLength": 128 },
            "values": { "type": "array", "items": text(255), "maxItems": 10, "uniqueItems": true } })) },
        "PortMapping": wanted(&["client_port", "server_port"], json!({
            "client_port": port, "server_port": port, "protocol": word(&["TCP"]) })),
        "Statement": wanted(&["Effect", "Action", "Resource"], json!({
            "Effect": word(&["Allow", "Deny"]), "Action": some(json!({ "type": "string" }), 50),
            "Resource": some(json!({ "type": "string" }), 50),
            "Condition": { "type": "object" }, "Sid": { "type": "string" } })),
        "TokenRequest": wanted(&["identity"], json!({ "scope": { "type": "object" },
            "identity": wanted(&["methods"], json!({
                "methods": { "type": "array", "items": word(&["password", "token"]), "minItems": 1 },
                "password": { "type": "object" },
                "token": { "type": "object" } })) })),
        "KeyRequest": wanted(&["identity"], json!({ "identity": wanted(&["methods"], json!({
            "methods": some(word(&["token"]), 1), "token": { "type": "object" } })) })),
        "Service": object(&["id", "port_id", "service_name", "server_type", "vpc_id", "approval_enabled", "status",
            "service_type", "created_at", "updated_at", "project_id", "ports", "tcp_proxy", "tags", "description"],
            json!({
                "id": uuid(), "port_id": uuid(), "vpc_id": uuid(), "service_name": { "type": "string" },
                "server_type": word(&["VM", "LB"]), "approval_enabled": flag(),
                "status": word(&["creating", "available", "failed", "deleting"]),
                "service_type": word(&["interface", "gateway"]), "created_at": time(), "updated_at": time(),
                "project_id": hex_id(), "domain_id": hex_id(), "cidr_type": { "type": "string" },
                "ports": list(reference("PortMapping")), "tcp_proxy": { "type": "string" },
                "tags": list(reference("Tag")), "connection_count": { "type": "integer", "minimum": 0 },
                "error": error, "description": { "type": "string" },
                "supported_editions": list(json!({ "type": "string" })), "enable_policy": flag() })),
        "PublicService": object(&["id", "service_name", "service_type", "created_at", "is_charge"], json!({
            "id": uuid(), "owner": { "type": "string" }, "service_name": { "type": "string" },
            "service_type": word(&["interface", "gateway"]), "created_at": time(), "is_charge": flag(),
            "enable_policy": flag() })),
        "Endpoint": object(&["id", "service_type", "status", "active_status", "endpoint_service_id",
            "endpoint_service_name", "marker_id", "vpc_id", "created_at", "updated_at", "project_id", "tags",
            "whitelist", "enable_whitelist"], json!({
                "id": uuid(), "service_type": word(&["interface", "gateway"]), "status": endpoint_status,
                "ip": { "type": "string", "format": "ipv4" }, "active_status": list(json!({ "type": "string" })),
                "enable_status": word(&["enable", "disable"]), "endpoint_service_id": uuid(),
                "endpoint_service_name": { "type": "string" }, "marker_id": { "type": "integer" },
                "enable_dns": flag(), "dns_names": list(json!({ "type": "string" })), "vpc_id": uuid(),
                "subnet_id": uuid(), "created_at": time(), "updated_at": time(), "project_id": hex_id(),
                "tags": list(reference("Tag")), "error": error, "whitelist": list(json!({ "type": "string" })),
                "enable_whitelist": flag(), "routetables": list(uuid()),
                "specification_name": { "type": "string" }, "description": { "type": "string" },
                "policy_statement": list(reference("Statement")), "policy_document": { "type": "object" } })),
        "Connection": object(&["id", "marker_id", "domain_id", "status", "created_at", "updated_at"], json!({
            "id": uuid(), "marker_id": { "type": "integer" }, "domain_id": hex_id(), "status": endpoint_status,
            "created_at": time(), "updated_at": time(), "error": error, "description": { "type": "string" } })),
        "Permission": object(&["id", "permission", "permission_type", "created_at"], json!({
            "id": uuid(), "permission": { "type": "string" }, "permission_type": word(&["domainId", "orgPath"]),
            "description": { "type": "string" }, "created_at": time() })),
        "QuotaRow": object(&["type", "used", "quota"], json!({
            "type": word(&["endpoint_service", "endpoint"]), "used": { "type": "integer", "minimum": 0 },
            "quota": { "type": "integer", "minimum": 0 } })),
        "Version": object(&["id", "status", "version", "min_version", "updated", "links"], json!({
            "id": { "type": "string" }, "status": word(&["CURRENT", "SUPPORT", "DEPRECATED"]),
            "version": { "type": "string" }, "min_version": { "type": "string" }, "updated": time(),
            "links": list(json!({ "type": "object" })) })),
    })
}
