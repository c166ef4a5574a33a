//! Type expressions of variables: `map(string)`, `object({ a = string, b = optional(number, 3) })`.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use crate::diagnostic::known_names;
use crate::resource::{Field, Type, Value};

const NAMES: [&str; 10] =
    ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"];

/// Why a text is no type: the byte where, what, and a hint.
pub(super) type TypeError = (usize, String, String);

/// Reads a type. Depth is bounded by the parser.
pub(super) fn read(text: &str) -> Result<Type, TypeError> {
    let expression: Expression = text.parse().map_err(|e: hcl_edit::parser::Error| {
        (
            e.location().offset(),
            "this is no type".to_owned(),
            "write string, map(string), list(object({ a = number })) …".to_owned(),
        )
    })?;
    lower(&expression)
}

fn at(e: &Expression) -> usize {
    e.span().map_or(0, |s| s.start)
}

fn lower(e: &Expression) -> Result<Type, TypeError> {
    match e {
        Expression::Variable(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "any" => Ok(Type::Any),
            "list" => Ok(Type::list(Type::Any)),
            "set" => Ok(Type::set(Type::Any)),
            "map" => Ok(Type::map(Type::Any)),
            other => Err((at(e), format!("there is no type `{other}`"), known_names(other, NAMES))),
        },
        Expression::FuncCall(call) => {
            let name = call.name.name.as_str();
            match name {
                "list" => one(call, e).map(Type::list),
                "set" => one(call, e).map(Type::set),
                "map" => one(call, e).map(Type::map),
                "tuple" => match call.args.get(0) {
                    Some(Expression::Array(items)) => {
                        items.iter().map(lower).collect::<Result<_, _>>().map(Type::Tuple)
                    }
                    _ => Err((
                        at(e),
                        "tuple takes a list of types".into(),
                        "write tuple([string, number])".into(),
                    )),
                },
                "object" => match call.args.get(0) {
                    Some(Expression::Object(fields)) => fields
                        .iter()
                        .map(|(key, value)| field(key, value.expr(), e))
                        .collect::<Result<_, _>>()
                        .map(Type::object),
                    _ => Err((
                        at(e),
                        "object takes its fields".into(),
                        "write object({ name = string })".into(),
                    )),
                },
                "optional" => Err((at(e), "only a field of an object can be optional".into(), String::new())),
                other => Err((at(e), format!("there is no type `{other}`"), known_names(other, NAMES))),
            }
        }
        Expression::Parenthesis(inner) => lower(inner.inner()),
        _ => Err((at(e), "this is no type".into(), format!("known here: {}", NAMES.join(", ")))),
    }
}

fn one(call: &FuncCall, e: &Expression) -> Result<Type, TypeError> {
    match (call.args.len(), call.args.get(0)) {
        (1, Some(of)) => lower(of),
        _ => {
            let name = call.name.name.as_str();
            Err((at(e), format!("{name} takes the type of its elements"), format!("write {name}(string)")))
        }
    }
}

fn field(key: &ObjectKey, value: &Expression, within: &Expression) -> Result<Field, TypeError> {
    let name = match key {
        ObjectKey::Ident(name) => name.as_str().to_owned(),
        ObjectKey::Expression(Expression::String(name)) => name.value().clone(),
        ObjectKey::Expression(_) => {
            return Err((at(within), "a field is named by a plain word".into(), String::new()));
        }
    };
    let Expression::FuncCall(call) = value else {
        return Ok(Field { name, ty: lower(value)?, optional: false, default: None });
    };
    if call.name.name.as_str() != "optional" {
        return Ok(Field { name, ty: lower(value)?, optional: false, default: None });
    }
    let ty = match call.args.get(0) {
        Some(of) => lower(of)?,
        None => {
            return Err((
                at(value),
                "optional takes the type of the field".into(),
                "write optional(string)".into(),
            ));
        }
    };
    let default = match call.args.get(1) {
        // As in Terraform: what is left out is there, and is null.
        None => Some(Value::Null),
        Some(given) => {
            let constant = constant(given)
                .ok_or_else(|| (at(given), "a default must be a constant".into(), String::new()))?;
            Some(ty.convert(constant).map_err(|f| (at(given), f.message, String::new()))?)
        }
    };
    Ok(Field { name, ty, optional: true, default })
}

/// The value of a constant expression.
fn constant(e: &Expression) -> Option<Value> {
    Some(match e {
        Expression::Null(_) => Value::Null,
        Expression::Bool(b) => Value::Bool(*b.value()),
        Expression::String(s) => Value::from(s.value().as_str()),
        Expression::Number(n) => Value::Number(match n.value().as_i64() {
            Some(i) => crate::resource::Number::Int(i),
            None => crate::resource::Number::from_f64(n.value().as_f64()?),
        }),
        Expression::Array(items) => Value::List(items.iter().map(constant).collect::<Option<_>>()?),
        Expression::Object(entries) => Value::Map(
            entries
                .iter()
                .map(|(k, v)| {
                    let key = match k {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(e) => constant(e)?.as_str()?.to_owned(),
                    };
                    Some((key, constant(v.expr())?))
                })
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_and_faults_point_at_their_place() {
        for (text, shown) in [
            ("string", "a string"),
            ("map(list(number))", "a map of lists"),
            ("object({ a = string, b = optional(number, 3) })", "an object of a, b?"),
            ("tuple([string, any])", "a list of exactly 2 values"),
        ] {
            assert_eq!(read(text).map(|t| t.to_string()), Ok(shown.to_owned()), "{text}");
        }
        for (text, at, hint) in [
            ("strng", 0, "did you mean `string`?"),
            ("map(nmber)", 4, "did you mean `number`?"),
            ("map()", 0, "write map(string)"),
            ("list(optional(string))", 5, ""),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.0, fault.2.as_str()), (at, hint), "{text}");
        }
    }
}
