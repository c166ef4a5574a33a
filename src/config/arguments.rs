//! Attributes against their schema: types, limits, what is missing. What can be worked out without
//! resources is worked out here, so that its faults are found in the same run.

use super::checks::breaches;
use super::configuration::{Configuration, ResourceBlock};
use crate::diagnostic::{Diagnostic, Place, known_names};
use crate::expr::{Evaluator, NoObjects, Template, Tree};
use crate::resource::{AttributeSchema, Field, Type, TypeFault, Value};

/// The value read as the attribute's type, within its limits.
pub(super) fn read_as(
    attribute: &AttributeSchema,
    value: Value,
    sensitive: bool,
    template: &Template,
    place: &Place,
) -> Result<Value, Vec<Diagnostic>> {
    let name = attribute.name;
    let value = attribute.ty.convert(value).map_err(|fault| {
        let TypeFault { path, message, unknown_field } = fault;
        let at = template.part(&path).place.clone().unwrap_or_else(|| place.clone());
        let message = if sensitive {
            format!("{} is needed, and this sensitive value is none", attribute.ty)
        } else {
            message
        };
        let hint = unknown_field.map(|(field, known)| known_names(&field, known.iter().map(String::as_str)));
        vec![
            Diagnostic::error("Wrong type", format!("`{name}{path}`: {message}"))
                .at(at)
                .hint(hint.unwrap_or_default()),
        ]
    })?;
    let mut found = Vec::new();
    breaches(&attribute.checks, &value, &mut found);
    let faults: Vec<Diagnostic> = found
        .into_iter()
        .map(|breach| {
            let at = written_part(template, breach.part).unwrap_or(place).clone();
            let message = if sensitive {
                "this sensitive value is not allowed here".to_owned()
            } else {
                breach.message
            };
            Diagnostic::error("Invalid value", format!("`{name}`: {message}")).at(at).hint(breach.hint)
        })
        .collect();
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// Where a scalar was written that became this value.
fn written_part<'t>(template: &'t Template, part: &Value) -> Option<&'t Place> {
    match &template.tree {
        Tree::Value(Value::String(text)) => {
            let same = match part {
                Value::String(s) => s == text,
                Value::Number(_) | Value::Bool(_) => part.to_string() == *text,
                _ => false,
            };
            template.place.as_ref().filter(|_| same)
        }
        Tree::Value(_) | Tree::Text(_) => None,
        Tree::List(items) => items.iter().find_map(|item| written_part(item, part)),
        Tree::Map(entries) => entries.iter().find_map(|e| written_part(&e.value, part)),
    }
}

/// Checks what was written out against a type: every fault, each at its own place.
pub(super) fn written(name: &str, template: &Template, ty: &Type, way: &str, faults: &mut Vec<Diagnostic>) {
    let wrong = |detail: String, hint: String| {
        Diagnostic::error("Wrong type", format!("`{name}{way}`: {detail}"))
            .at(template.place.clone())
            .hint(hint)
    };
    match (&template.tree, ty) {
        (Tree::Text(_), _) | (Tree::Value(Value::Null), _) | (_, Type::Any) => {}
        (Tree::Value(value), ty) => {
            if let Err(fault) = ty.convert(value.clone()) {
                let old = matches!(value.as_str(), Some("yes" | "no" | "on" | "off"));
                let hint = if old && *ty == Type::Bool { "YAML 1.2 knows only true and false" } else { "" };
                faults.push(wrong(fault.message, hint.into()));
            }
        }
        (Tree::List(items), Type::List(of) | Type::Set(of)) => {
            for (i, item) in items.iter().enumerate() {
                if matches!(item.tree, Tree::Value(Value::Null)) {
                    let fault = Diagnostic::error(
                        "Wrong type",
                        format!("`{name}{way}[{i}]`: an element cannot be empty"),
                    );
                    faults.push(fault.at(item.place.clone()));
                }
                written(name, item, of, &format!("{way}[{i}]"), faults);
            }
        }
        (Tree::List(items), Type::Tuple(types)) if items.len() == types.len() => {
            for (i, (item, ty)) in items.iter().zip(types).enumerate() {
                written(name, item, ty, &format!("{way}[{i}]"), faults);
            }
        }
        (Tree::Map(entries), Type::Map(of)) => {
            for e in entries {
                written(name, &e.value, of, &format!("{way}.{}", e.key), faults);
            }
        }
        (Tree::Map(entries), Type::Object { fields, .. }) => {
            let mut misspelt = None;
            for e in entries {
                match fields.iter().find(|f| f.name == e.key) {
                    Some(field) => written(name, &e.value, &field.ty, &format!("{way}.{}", e.key), faults),
                    None => {
                        let known: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
                        misspelt = crate::diagnostic::nearest(&e.key, known.iter().copied()).or(misspelt);
                        let fault =
                            Diagnostic::error("Unknown key", format!("`{name}{way}` has no `{}`", e.key));
                        faults.push(fault.at(e.key_place.clone()).hint(known_names(&e.key, known)));
                    }
                }
            }
            let missing =
                |f: &&Field| !f.optional && f.default.is_none() && !entries.iter().any(|e| e.key == f.name);
            for field in fields.iter().filter(missing).filter(|f| Some(f.name.as_str()) != misspelt) {
                let fault =
                    Diagnostic::error("Missing key", format!("`{name}{way}` has no `{}`", field.name));
                faults.push(fault.at(template.place.clone()));
            }
        }
        (tree, ty) => {
            let found = if matches!(tree, Tree::List(_)) { "a list" } else { "a map" };
            faults.push(wrong(format!("{ty} is needed, not {found}"), String::new()));
        }
    }
}

impl Configuration {
    /// The value of an attribute that reads neither resources nor `each`; none where it depends on
    /// something that has a fault.
    pub(super) fn settle(
        &self,
        block: &ResourceBlock,
        name: &str,
        attribute: &AttributeSchema,
    ) -> Result<Option<(Value, bool)>, Vec<Diagnostic>> {
        let Some(argument) = block.attributes.get(name) else { return Ok(None) };
        if let Some(literal) = argument.template.literal() {
            return read_as(attribute, literal, false, &argument.template, &argument.place)
                .map(|v| Some((v, false)));
        }
        let mut evaluator = Evaluator::new(self, &NoObjects, None);
        let worth = evaluator.template(&argument.template).and_then(|val| evaluator.whole(&val));
        let worth = worth.and_then(|worth| evaluator.next().map(|()| worth));
        match worth {
            Ok((None, _)) => Ok(None),
            Ok((Some(value), sensitive)) => {
                read_as(attribute, value, sensitive, &argument.template, &argument.place)
                    .map(|v| Some((v, sensitive)))
            }
            Err(fault) => match fault.diagnostic(Some(&argument.place)) {
                Some(fault) => Err(vec![fault]),
                None => Ok(None),
            },
        }
    }
}
