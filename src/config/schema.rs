//! The JSON Schema for editors (`landbridge.schema.json`), made from the catalog. It accepts what
//! the reader accepts in shape, and refuses unknown keys; limits and references are the reader's.

use serde_json::{Map, Value as Json, json};

use super::configuration::SNAPSHOTS;
use super::lower::{EXCEPTION, IMPORT, LIFECYCLE, POLICIES, RESERVED};
use crate::resource::{
    AttributeSchema, Catalog, Check, Field, KindSchema, Mode, SettingSchema, Source, Type, Value,
};

/// The schema of a whole configuration.
pub fn json_schema(catalog: &Catalog) -> Json {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Landbridge configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "stack": { "type": "string", "description": "the identity of the state" },
            "variables": named(&json!({
                "type": ["object", "null"],
                "properties": {
                    "type": { "type": "string", "description": "string, number, bool, any, list(), set(), map(), object({}), tuple([])" },
                    "default": true,
                    "description": { "type": "string" },
                    "sensitive": { "type": "boolean" }
                },
                "additionalProperties": false
            })),
            "locals": { "type": ["object", "null"] },
            "providers": named(&provider(catalog)),
            "data": kinds(catalog, Mode::Data),
            "resources": kinds(catalog, Mode::Managed),
            "outputs": named(&json!({
                "type": "object",
                "properties": { "value": true, "sensitive": { "type": "boolean" }, "description": { "type": "string" } },
                "required": ["value"],
                "additionalProperties": false
            })),
            "limits": limits(),
            "policies": policies(),
            "imports": imports(),
            "state": state()
        },
        "$defs": {
            "expression": { "type": "string", "pattern": "[$%]\\{" },
            "text": { "type": ["string", "number", "boolean", "null"] },
            "names": { "type": ["array", "null"], "items": { "type": "string" } },
            "conditions": {
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "properties": { "condition": true, "message": { "$ref": "#/$defs/text" } },
                    "required": ["condition", "message"],
                    "additionalProperties": false
                }
            },
            "lifecycle": lifecycle()
        }
    });
    let reserved = RESERVED
        .map(|name| (name.to_owned(), json!({ "not": {}, "description": "not supported by this version" })));
    if let Some(properties) = root["properties"].as_object_mut() {
        properties.extend(reserved);
    }
    root
}

/// A map by name, or nothing.
fn named(of: &Json) -> Json {
    json!({ "type": ["object", "null"], "additionalProperties": of })
}

/// A provider block: what it may say follows from its type.
fn provider(catalog: &Catalog) -> Json {
    let types = catalog.provider_types().into_iter();
    let of_type = |provider_type: &str| {
        let mut properties = settings(catalog.settings(provider_type));
        properties.insert("type".into(), json!({ "const": provider_type, "description": "the cloud" }));
        let mark = "whether a tag makes the evidence of creation certain";
        properties.insert("mark".into(), json!({ "type": "boolean", "description": mark }));
        let account = "the simulated account that it stands for";
        properties.insert("sim_account".into(), json!({ "type": "string", "description": account }));
        json!({
            "type": "object", "properties": properties, "required": ["type"], "additionalProperties": false
        })
    };
    json!({ "oneOf": types.map(of_type).collect::<Vec<_>>() })
}

fn settings(list: &[SettingSchema]) -> Map<String, Json> {
    let schema = |setting: &SettingSchema| match setting.group {
        [] => json!({ "$ref": "#/$defs/text", "description": setting.doc }),
        group => json!({
            "type": "object", "properties": settings(group), "additionalProperties": false,
            "description": setting.doc
        }),
    };
    list.iter().map(|setting| (setting.name.to_owned(), schema(setting))).collect()
}

fn policies() -> Json {
    let exception = EXCEPTION.map(|name| (name.to_owned(), json!({ "$ref": "#/$defs/text" })));
    let properties = POLICIES.map(|name| {
        let of = if name == "exceptions" {
            json!({
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "properties": Json::Object(exception.clone().into_iter().collect()),
                    "required": ["rule", "owner", "until"],
                    "additionalProperties": false
                }
            })
        } else {
            json!({ "$ref": "#/$defs/names" })
        };
        (name.to_owned(), of)
    });
    let properties: Map<String, Json> = properties.into_iter().collect();
    json!({ "anyOf": [
        { "$ref": "#/$defs/names" },
        { "type": "object", "properties": properties, "additionalProperties": false }
    ] })
}

fn imports() -> Json {
    let property = |name: &'static str| {
        let schema = match name {
            "by" => json!({ "$ref": "#/$defs/names" }),
            "for_each" => json!({ "description": "a map or a set of texts: one import for each" }),
            _ => json!({ "$ref": "#/$defs/text" }),
        };
        (name.to_owned(), schema)
    };
    let properties: Map<String, Json> = IMPORT.map(property).into_iter().collect();
    json!({
        "type": ["array", "null"],
        "description": "existing objects that come under addresses",
        "items": {
            "type": "object",
            "properties": properties,
            "required": ["to"],
            "not": { "required": ["id", "by"] },
            "additionalProperties": false
        }
    })
}

fn lifecycle() -> Json {
    let schema = |name: &str| match name {
        "prevent_destroy" | "create_before_destroy" => json!({ "type": "boolean" }),
        "ignore_changes" => json!({ "anyOf": [{ "const": "all" }, { "$ref": "#/$defs/names" }] }),
        "replace_triggered_by" => json!({ "$ref": "#/$defs/names" }),
        _ => json!({ "$ref": "#/$defs/conditions" }),
    };
    let properties: Map<String, Json> =
        LIFECYCLE.map(|name| (name.to_owned(), schema(name))).into_iter().collect();
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

fn state() -> Json {
    json!({
        "type": ["object", "null"],
        "description": "how much of the state's history is kept",
        "properties": {
            "snapshots": { "type": "integer", "minimum": SNAPSHOTS.start(), "maximum": SNAPSHOTS.end() }
        },
        "additionalProperties": false
    })
}

fn limits() -> Json {
    let share = json!({ "anyOf": [
        { "type": "integer", "minimum": 0 },
        { "type": "string", "pattern": "^(off|[0-9]+|([0-9]{1,2}|100) *%)$" }
    ] });
    json!({
        "type": ["object", "null"],
        "description": "how much one plan may destroy before apply refuses",
        "properties": {
            "deletes": share,
            "replacements": share,
            "cut_connections": { "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^(off|[0-9]+)$" }
            ] },
            "at_least": { "type": "integer", "minimum": 0 }
        },
        "additionalProperties": false
    })
}

fn kinds(catalog: &Catalog, mode: Mode) -> Json {
    let kinds = catalog.iter().filter(|kind| kind.mode == mode);
    let properties: Map<String, Json> = kinds
        .map(|kind| {
            let mut blocks = named(&block(kind));
            blocks["description"] = kind.doc.into();
            (kind.kind.to_string(), blocks)
        })
        .collect();
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

fn block(kind: &KindSchema) -> Json {
    let mut properties: Map<String, Json> =
        kind.arguments().map(|a| (a.name.to_owned(), attribute(a))).collect();
    let names = json!({ "$ref": "#/$defs/names" });
    let meta = [
        ("provider", json!({ "type": "string", "description": "the provider block it belongs to" })),
        ("for_each", json!({ "description": "a map or a set of texts: one instance for each" })),
        ("depends_on", names.clone()),
        ("lifecycle", json!({ "$ref": "#/$defs/lifecycle" })),
        ("sensitive", names),
    ];
    properties.extend(meta.map(|(name, schema)| (name.to_owned(), schema)));
    if kind.mode == Mode::Managed {
        let duration = json!({ "type": "string" });
        let timeouts = json!({
            "type": "object",
            "properties": { "create": duration, "update": duration, "delete": duration },
            "additionalProperties": false
        });
        properties.insert("timeouts".into(), timeouts);
    }
    let required: Vec<&str> =
        kind.arguments().filter(|a| a.source == Source::Required).map(|a| a.name).collect();
    let form = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    json!({ "type": form, "properties": properties, "required": required, "additionalProperties": false })
}

fn attribute(attribute: &AttributeSchema) -> Json {
    let mut schema = or_expression(written(&attribute.ty, &attribute.checks));
    schema["description"] = attribute.doc.into();
    if let Source::Default(value) = &attribute.source {
        schema["default"] = Json::from(value.clone());
    }
    schema
}

/// That, an expression, or (where the attribute may be left out) nothing.
fn or_expression(schema: Json) -> Json {
    json!({ "anyOf": [schema, { "$ref": "#/$defs/expression" }, { "type": "null" }] })
}

fn written(ty: &Type, checks: &[Check]) -> Json {
    match ty {
        Type::Any => json!({}),
        Type::String => {
            match checks.iter().find_map(|c| if let Check::OneOf(words) = c { Some(words) } else { None }) {
                Some(words) => json!({ "enum": words }),
                None => json!({ "$ref": "#/$defs/text" }),
            }
        }
        Type::Number => {
            json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^[-+0-9.eE]+$" }] })
        }
        Type::Integer => {
            json!({ "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^[-+0-9.eE]+$" }] })
        }
        Type::Bool => json!({ "enum": [true, false, "true", "false"] }),
        Type::List(of) | Type::Set(of) => {
            json!({ "type": "array", "items": or_expression(written(of, &[])) })
        }
        Type::Map(of) => json!({ "type": "object", "additionalProperties": or_expression(written(of, &[])) }),
        Type::Tuple(types) => {
            let items: Vec<Json> = types.iter().map(|ty| or_expression(written(ty, &[]))).collect();
            json!({ "type": "array", "prefixItems": items, "minItems": types.len(), "maxItems": types.len() })
        }
        Type::Object { fields, shorthand } => {
            let object = object(fields);
            if shorthand.is_some() {
                json!({ "anyOf": [object, { "$ref": "#/$defs/text" }] })
            } else {
                object
            }
        }
    }
}

fn object(fields: &[Field]) -> Json {
    let property = |field: &Field| {
        let mut schema = or_expression(written(&field.ty, &[]));
        if let Some(default) = field.default.as_ref().filter(|v| **v != Value::Null) {
            schema["default"] = Json::from(default.clone());
        }
        (field.name.clone(), schema)
    };
    let properties: Map<String, Json> = fields.iter().map(property).collect();
    let required: Vec<&str> = fields.iter().filter(|f| !f.optional).map(|f| f.name.as_str()).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SAMPLE, catalog};
    use super::super::{Sources, parse};
    use super::json_schema;

    #[test]
    fn schema_and_reader_agree() {
        let schema = jsonschema::validator_for(&json_schema(&catalog())).unwrap();
        let mut refused = 0;
        for (from, to) in [
            ("", ""),
            ("stack:", "stakc:"),
            ("resources:", "modules:"),
            (
                "resources:",
                "limits: { deletes: 30%, replacements: off, cut_connections: 2, at_least: 5 }\nstate: { snapshots: 20 }\nresources:",
            ),
            ("resources:", "state: { snapshots: 0 }\nresources:"),
            ("resources:", "state: { keep: 5 }\nresources:"),
            ("resources:", "limits: { deletes: 130% }\nresources:"),
            ("resources:", "limits: { deletion: 3 }\nresources:"),
            ("resources:", "limits: { cut_connections: 5% }\nresources:"),
            ("outputs:", "imports: [ { to: vpcep_service.payments, id: x } ]\noutputs:"),
            ("outputs:", "imports: [ { to: vpcep_service.payments, by: [ port_id ] } ]\noutputs:"),
            ("outputs:", "imports: [ { to: vpcep_service.payments, id: x, by: [ port_id ] } ]\noutputs:"),
            ("outputs:", "imports: [ { id: x } ]\noutputs:"),
            ("outputs:", "imports: [ { to: vpcep_service.payments, with: x } ]\noutputs:"),
            ("vpcep_accept:", "vpcep_acept:"),
            ("port_id:", "prot_id:"),
            ("enable_dns: true", "enable_dns: [1]"),
            ("enable_dns: true", "enable_dns: \"true\""),
            ("enable_dns: true", "enable_dns: ${local.prefix == \"pay\"}"),
            ("enable_dns: true", "enable_dns: yes!"),
            ("server_type: LB", "server_type: LBB"),
            ("client_port: 443", "client_port: \"443\""),
            ("client_port: 443", "client_port: x"),
            ("client_port: 443", "clientport: 443"),
            ("client_port: 443, server_port: 8443", "client_port: 443"),
            ("tags: { team: payments }", "tags: [ a ]"),
            ("tags: { team: payments }", "tags: { team: 5 }"),
            ("tags: { team: payments }", "tags:"),
            ("      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n", ""),
            ("create: 10m", "creat: 10m"),
            ("[description]", "all"),
            ("prefix: pay", "prefix: pay\n  other: { any: [ 1, x ] }"),
            ("service_name: ${local.prefix}", "service_name: 12345"),
            (
                "permissions: '${[for name, id in var.tenants : \"iam:domain::${id}\"]}'",
                "permissions: [ a, { permission: b } ]",
            ),
            (
                "permissions: '${[for name, id in var.tenants : \"iam:domain::${id}\"]}'",
                "permissions: [ { permision: b } ]",
            ),
            ("sensitive: false", "sensitve: false"),
            ("region: tr-west-1\n    endpoint", "regoin: tr-west-1\n    endpoint"),
            ("type: map(string)", "typ: map(string)"),
            ("access_key:", "acces_key:"),
        ] {
            let text = SAMPLE.replacen(from, to, 1);
            let read = parse(&Sources::file("landbridge.yaml", &text), &catalog()).map(drop);
            let json: serde_json::Value = serde_yaml::from_str(&text).unwrap();
            let valid = schema.is_valid(&json);
            // A value of the wrong shape somewhere else does not hide what the schema says here.
            assert_eq!(read.is_ok(), valid, "{from:?} to {to:?}: {read:#?}");
            refused += usize::from(!valid);
        }
        assert!(refused > 12, "{refused}");
    }
}
