//! What the author declared, as far as a reader of the plan may want to know: which attribute is a
//! constant and which reads what, where each block stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::REDACTED;
use crate::config::{Configuration, Dependency};
use crate::diagnostic::Place;
use crate::expr::Template;
use crate::resource::{Block, ProviderName, Value};

/// What the author declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The provider blocks.
    #[serde(default)]
    pub providers: BTreeMap<ProviderName, DeclaredProvider>,
    /// The resource and data blocks.
    #[serde(default)]
    pub blocks: BTreeMap<Block, DeclaredBlock>,
    /// The outputs.
    #[serde(default)]
    pub outputs: BTreeMap<String, DeclaredOutput>,
    /// The variables.
    #[serde(default)]
    pub variables: BTreeMap<String, DeclaredVariable>,
}

/// One provider block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredProvider {
    /// The provider type.
    pub provider_type: String,
    /// Its settings; of the credentials only what they are read from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Expression>,
    /// Where it stands.
    pub place: Place,
}

/// One resource or data block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredBlock {
    /// The provider block.
    pub provider: ProviderName,
    /// What its instances are made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<Expression>,
    /// What the author says it depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Its attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Expression>,
    /// Where it stands.
    pub place: Place,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredOutput {
    /// What it is worth.
    pub expression: Expression,
    /// Whether the author says that it must not be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it stands.
    pub place: Place,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredVariable {
    /// Its value; a sensitive one is redacted.
    pub value: Value,
    /// Whether it must not be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it stands.
    pub place: Place,
}

/// What was written for a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    /// Always this.
    Constant(Value),
    /// Worked out from these.
    References(Vec<String>),
}

impl Expression {
    fn of(template: &Template, hidden: bool) -> Expression {
        Expression::read(template, template.literal(), hidden)
    }

    fn read(template: &Template, constant: Option<Value>, hidden: bool) -> Expression {
        match constant {
            Some(_) if hidden => Expression::Constant(Value::from(REDACTED)),
            Some(value) => Expression::Constant(value),
            None => Expression::References(template.references()),
        }
    }
}

pub(super) fn declared(configuration: &Configuration) -> Declared {
    let providers = configuration.providers.iter().map(|(name, block)| {
        let setting = |(path, template): (&String, &Template)| {
            (path.clone(), Expression::of(template, path.starts_with("auth.")))
        };
        let provider = DeclaredProvider {
            provider_type: block.kind_type.clone(),
            settings: block.settings.iter().map(setting).collect(),
            place: block.place.clone(),
        };
        (name.clone(), provider)
    });
    let blocks = configuration.blocks.iter().map(|(name, block)| {
        let word = |(dependency, _): &(Dependency, Place)| match dependency {
            Dependency::Block(block) => block.to_string(),
            Dependency::Address(address) => address.to_string(),
        };
        let attributes = block.attributes.iter().map(|(name, argument)| {
            let constant = argument.constant().cloned();
            (
                name.to_string(),
                Expression::read(&argument.template, constant, block.sensitive.contains(name.as_str())),
            )
        });
        let declared = DeclaredBlock {
            provider: block.provider.clone(),
            for_each: block.for_each.as_ref().map(|template| Expression::of(template, false)),
            depends_on: block.depends_on.iter().map(word).collect(),
            attributes: attributes.collect(),
            place: block.place.clone(),
        };
        (name.clone(), declared)
    });
    let outputs = configuration.outputs.iter().map(|(name, output)| {
        let sensitive = output.sensitive == Some(true);
        let declared = DeclaredOutput {
            expression: Expression::of(&output.value, sensitive),
            sensitive,
            description: output.description.clone(),
            place: output.place.clone(),
        };
        (name.clone(), declared)
    });
    let variables = configuration.variables.iter().map(|(name, variable)| {
        let value = if variable.sensitive { Value::from(REDACTED) } else { variable.value.clone() };
        let declared = DeclaredVariable {
            value,
            sensitive: variable.sensitive,
            description: variable.description.clone(),
            place: variable.place.clone(),
        };
        (name.clone(), declared)
    });
    Declared {
        providers: providers.collect(),
        blocks: blocks.collect(),
        outputs: outputs.collect(),
        variables: variables.collect(),
    }
}
