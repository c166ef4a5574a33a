//! `configuration` and `variables`: what the author declared.

use serde_json::{Map, Value as Json, json};

use super::values::full_name;
use crate::plan::Plan;
use crate::plan::picture::{DeclaredBlock, DeclaredProvider, Expression};
use crate::resource::{Block, ProviderName};

/// The variables with their values; a sensitive one is redacted.
pub(super) fn variables(plan: &Plan) -> Json {
    let variables = &plan.picture.declared.variables;
    Json::Object(variables.iter().map(|(name, v)| (name.clone(), json!({"value": v.value}))).collect())
}

/// Providers, resources, outputs and variables as they were declared.
pub(super) fn configuration(plan: &Plan) -> Json {
    let declared = &plan.picture.declared;
    let providers: Map<String, Json> = declared
        .providers
        .iter()
        .map(|(name, block)| (provider_key(name, block), provider(name, block)))
        .collect();
    let resources: Vec<Json> =
        declared.blocks.iter().map(|(name, block)| resource(plan, name, block)).collect();
    let outputs: Map<String, Json> = declared
        .outputs
        .iter()
        .map(|(name, output)| {
            let mut told = json!({"expression": expression(&output.expression)});
            if output.sensitive {
                told["sensitive"] = json!(true);
            }
            if !output.description.is_empty() {
                told["description"] = json!(output.description);
            }
            (name.clone(), told)
        })
        .collect();
    let variables: Map<String, Json> = declared
        .variables
        .iter()
        .map(|(name, variable)| {
            let mut told = json!({});
            if variable.sensitive {
                told["sensitive"] = json!(true);
            }
            if !variable.description.is_empty() {
                told["description"] = json!(variable.description);
            }
            (name.clone(), told)
        })
        .collect();
    json!({
        "provider_config": providers,
        "root_module": {"outputs": outputs, "resources": resources, "variables": variables},
    })
}

/// A provider block is to readers an aliased configuration of its type.
fn provider_key(name: &ProviderName, block: &DeclaredProvider) -> String {
    format!("{}.{name}", block.provider_type)
}

fn provider(name: &ProviderName, block: &DeclaredProvider) -> Json {
    let mut told = json!({
        "name": block.provider_type,
        "full_name": full_name(&block.provider_type),
        "alias": name,
    });
    let mut settings: Map<String, Json> = Map::new();
    for (path, setting) in &block.settings {
        // `auth.access_key` stands inside `auth`, as it was written.
        match path.split_once('.') {
            None => drop(settings.insert(path.clone(), expression(setting))),
            Some((group, name)) => {
                let group = settings.entry(group).or_insert_with(|| json!({}));
                group[name] = expression(setting);
            }
        }
    }
    if !settings.is_empty() {
        told["expressions"] = Json::Object(settings);
    }
    told
}

fn resource(plan: &Plan, name: &Block, block: &DeclaredBlock) -> Json {
    let provider = plan.picture.declared.providers.get(&block.provider);
    let expressions: Map<String, Json> =
        block.attributes.iter().map(|(name, e)| (name.clone(), expression(e))).collect();
    let mut told = json!({
        "address": name.to_string(),
        "mode": name.mode,
        "type": name.kind.as_str(),
        "name": &*name.name,
        "provider_config_key": provider.map_or_else(String::new, |p| provider_key(&block.provider, p)),
        "expressions": expressions,
        "schema_version": 0,
    });
    if let Some(each) = &block.for_each {
        told["for_each_expression"] = expression(each);
    }
    if !block.depends_on.is_empty() {
        told["depends_on"] = json!(block.depends_on);
    }
    told
}

fn expression(expression: &Expression) -> Json {
    match expression {
        Expression::Constant(value) => json!({"constant_value": value}),
        Expression::References(names) if names.is_empty() => json!({}),
        Expression::References(names) => json!({"references": names}),
    }
}
