//! The values of variables: default, then files, then `--var`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Variable;
use super::document::Document;
use super::lower::RawVariable;
use super::source::Sources;
use super::written::Writer;
use crate::diagnostic::{Diagnostic, Place, known_names};
use crate::expr::Template;
use crate::resource::{Type, TypeFault, Value};

/// A value from outside, and where it stands.
struct Given {
    template: Option<Template>,
    place: Option<Place>,
}

/// Every variable with its value.
pub(super) fn find(
    raw: BTreeMap<String, RawVariable>,
    sources: &Sources,
    texts: &mut BTreeMap<Arc<str>, Arc<str>>,
    faults: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Variable> {
    let mut given: BTreeMap<String, Given> = BTreeMap::new();
    for (file, bytes) in &sources.var_files {
        let Some(document) = super::read::read(file, bytes, faults) else { continue };
        texts.insert(document.file.clone(), document.text.clone());
        from_file(&document, &raw, &mut given, faults);
    }
    for (name, text) in &sources.vars {
        let Some(variable) = raw.get(name) else {
            let detail = format!("--var sets `{name}`, which is not declared");
            faults.push(Diagnostic::error("Unknown variable", detail).hint(known(name, &raw)));
            continue;
        };
        given.insert(name.clone(), from_option(name, text, variable, texts, faults));
    }
    raw.into_iter().map(|(name, raw)| (name.clone(), value(name, raw, &mut given, faults))).collect()
}

fn known(name: &str, raw: &BTreeMap<String, RawVariable>) -> String {
    let hint = known_names(name, raw.keys().map(String::as_str));
    if hint.is_empty() { "declare it under `variables:`".into() } else { hint }
}

fn from_file(
    document: &Document,
    raw: &BTreeMap<String, RawVariable>,
    given: &mut BTreeMap<String, Given>,
    faults: &mut Vec<Diagnostic>,
) {
    let Some(root) = document.root.filter(|root| !document.is_null(*root)) else { return };
    let Some(entries) = document.entries(root) else {
        let detail = format!("a file of variables is a map by name, not {}", document.kind_name(root));
        faults.push(Diagnostic::error("Wrong type", detail).at(document.place(root)));
        return;
    };
    for (name, key, node) in entries {
        if !raw.contains_key(name) {
            let detail = format!("this file sets `{name}`, which is not declared");
            faults.push(
                Diagnostic::error("Unknown variable", detail).at(document.place(key)).hint(known(name, raw)),
            );
            continue;
        }
        let template = Writer::new(faults).constant(document, node, "a value in a file of variables");
        given.insert(name.to_owned(), Given { template, place: Some(document.place(node)) });
    }
}

/// A value of `--var`: a text, or YAML where the type is a collection.
fn from_option(
    name: &str,
    text: &str,
    variable: &RawVariable,
    texts: &mut BTreeMap<Arc<str>, Arc<str>>,
    faults: &mut Vec<Diagnostic>,
) -> Given {
    let scalar = matches!(
        variable.ty,
        None | Some(Type::Any | Type::String | Type::Number | Type::Integer | Type::Bool)
    );
    if scalar {
        let tree = crate::expr::Tree::Value(Value::from(text));
        return Given { template: Some(Template { tree, place: None }), place: None };
    }
    let label: Arc<str> = format!("--var {name}").into();
    let mut found = Vec::new();
    let document = super::read::read(&label, text.as_bytes(), &mut found);
    let template =
        document.as_ref().and_then(|d| Writer::new(&mut found).constant(d, d.root?, "a value of --var"));
    if variable.sensitive && !found.is_empty() {
        // The text itself must not be shown.
        let fault =
            Diagnostic::error("Invalid YAML", format!("the sensitive value of --var {name} cannot be read"));
        found = vec![fault.at(variable.place.clone())];
    } else if let Some(document) = &document {
        texts.insert(label, document.text.clone());
    }
    faults.append(&mut found);
    Given { place: template.as_ref().and_then(|t| t.place.clone()), template }
}

fn value(
    name: String,
    raw: RawVariable,
    given: &mut BTreeMap<String, Given>,
    faults: &mut Vec<Diagnostic>,
) -> Variable {
    let place = raw.place.clone();
    let mut variable = Variable {
        ty: raw.ty.clone().unwrap_or(Type::Any),
        value: Value::Null,
        sensitive: raw.sensitive,
        description: raw.description,
        place: place.clone(),
        broken: true,
    };
    // The default is checked even where it is not used.
    let default = raw.default.map(|template| {
        let good = template.and_then(|t| read_as(&name, &t, &raw.ty, raw.sensitive, &place, &place, faults));
        good.map(|v| (v, ()))
    });
    let chosen = match given.remove(&name) {
        Some(Given { template, place: at }) => {
            let at = at.unwrap_or_else(|| place.clone());
            template.and_then(|t| read_as(&name, &t, &raw.ty, raw.sensitive, &at, &place, faults))
        }
        None => match default {
            Some(default) => default.map(|(v, ())| v),
            None => {
                let detail = format!("the variable `{name}` has no default, and no value is given");
                let hint = format!("give one: --var {name}=… or --var-file, or a `default:`");
                faults.push(Diagnostic::error("Missing variable value", detail).at(place).hint(hint));
                None
            }
        },
    };
    if let (Some(value), Some(_)) = (chosen, &raw.ty) {
        variable.value = value;
        variable.broken = false;
    }
    variable
}

fn read_as(
    name: &str,
    template: &Template,
    ty: &Option<Type>,
    sensitive: bool,
    place: &Place,
    declared: &Place,
    faults: &mut Vec<Diagnostic>,
) -> Option<Value> {
    let ty = ty.as_ref()?;
    match ty.convert(template.literal()?) {
        Ok(value) => Some(value),
        Err(TypeFault { path, message, unknown_field }) => {
            let at = template
                .part(&path)
                .place
                .clone()
                .or_else(|| template.place.clone())
                .unwrap_or_else(|| place.clone());
            // A line that holds a sensitive value must not be shown.
            let at = if sensitive {
                Some(declared.clone()).filter(|d| (&d.file, d.line) != (&at.file, at.line))
            } else {
                Some(at)
            };
            let path = if sensitive { "" } else { &path };
            let message =
                if sensitive { format!("{ty} is needed, and its sensitive value is none") } else { message };
            let hint = match unknown_field {
                Some((field, known)) => known_names(&field, known.iter().map(String::as_str)),
                None => String::new(),
            };
            faults.push(
                Diagnostic::error("Wrong type", format!("var.{name}{path}: {message}")).at(at).hint(hint),
            );
            None
        }
    }
}
