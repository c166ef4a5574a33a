//! An OpenAPI 3 description of the simulator, made from the same table that routes its requests.

use serde_json::{Map, Value, json};

use super::huaweicloud::operations::{Asks, Body, OPERATIONS, Operation};
use super::schemas;

/// The description, as pretty JSON.
pub fn describe() -> String {
    let mut text =
        serde_json::to_string_pretty(&document()).expect("a document is plain data (please report)");
    text.push('\n');
    text
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        entry[operation.method.to_lowercase()] = describe_operation(operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "VPC endpoint simulator",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Huawei Cloud VPC Endpoint (VPCEP) and the part of IAM that its clients need, as \
                            `landbridge sim` serves them."
        },
        "paths": paths,
        "components": {
            "schemas": schemas::components(),
            "securitySchemes": { "token": { "type": "apiKey", "in": "header", "name": "X-Auth-Token" } }
        }
    })
}

fn describe_operation(operation: &Operation) -> Value {
    let holes = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = holes.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": schemas::path_value(operation.name, name) })
    });
    let in_query = operation.query.iter().map(|name| {
        json!({ "name": name, "in": "query", "required": false, "schema": schemas::query_value(operation.name, name) })
    });
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    let mut answers = json!({
        "default": { "description": "Refused", "content": json_content(&json!({ "$ref": "#/components/schemas/Error" })) }
    });
    answers[operation.success.to_string()] = match schemas::answer(operation.name) {
        None => json!({ "description": "Done" }),
        Some(schema) => json!({ "description": "Done", "content": json_content(&schema) }),
    };
    if let Some((name, place)) = schemas::gives(operation.name) {
        answers[operation.success.to_string()]["links"] = links(operation, name, place);
    }
    let mut described = json!({
        "operationId": operation.name,
        "parameters": parameters,
        "responses": answers,
        "security": if operation.asks == Asks::Nothing { json!([]) } else { json!([{ "token": [] }]) },
    });
    if !operation.action.is_empty() {
        described["x-iam-action"] = json!(operation.action);
    }
    if operation.body == Body::Needed {
        let mut content = json_content(&schemas::body(operation.name, operation.fields));
        if let Some(example) = schemas::example(operation.name) {
            content["application/json"]["example"] = example;
        }
        described["requestBody"] = json!({ "required": true, "content": content });
    }
    described
}

/// The operations that go on with what this one made; they take the other path values from its own path.
fn links(maker: &Operation, name: &str, place: &str) -> Value {
    let hole = format!("{{{name}}}");
    let known = |part: &str| part == hole || !part.starts_with('{') || maker.path.contains(part);
    let users = OPERATIONS
        .iter()
        .filter(|operation| operation.path.contains(&hole) && operation.path.split('/').all(known));
    let link = |operation: &Operation| {
        let mut parameters = json!({});
        for part in operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            parameters[part] = match part == name {
                true => json!(format!("$response.body#{place}")),
                false => json!(format!("$request.path.{part}")),
            };
        }
        json!({ "operationId": operation.name, "parameters": parameters })
    };
    Value::Object(users.map(|operation| (operation.name.to_owned(), link(operation))).collect())
}

fn json_content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` in a document.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_operation_is_described_and_every_reference_leads_somewhere() {
        let document = document();
        for operation in OPERATIONS {
            let described = &document["paths"][operation.path][operation.method.to_lowercase()];
            assert_eq!(described["operationId"], operation.name);
            let answer = &described["responses"][operation.success.to_string()];
            assert!(answer.is_object(), "{}", operation.name);
        }
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 40);
        for reference in found {
            let name = reference.strip_prefix("#/components/schemas/").unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{reference}");
        }
    }
}
