//! When two values of an attribute are the same.

use crate::resource::{AttributeSchema, Change, Compare, OneWay, Value};

/// Whether the wanted value is what is there. Both are in normal form.
pub fn equal(schema: &AttributeSchema, want: &Value, there: &Value) -> bool {
    match (want, there) {
        (a, b) if a == b => true,
        // An empty collection or text and none at all: the APIs do not keep them apart.
        (a, Value::Null) | (Value::Null, a) => is_empty(a) || is_start(schema, a),
        // A shape that is only partly ours (a policy document) may come back with other spacing or
        // order of keys, which values do not have, so there is nothing more to forgive.
        _ => schema.compare == Compare::Volatile,
    }
}

/// Whether it is the value with which every object starts.
fn is_start(schema: &AttributeSchema, value: &Value) -> bool {
    matches!(schema.change, Change::OneWay(OneWay::From(start), _) if value.as_str() == Some(start))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(s) => s.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Source, Type};

    #[test]
    fn empty_and_absent_are_the_same_and_false_is_not() {
        let schema = AttributeSchema {
            name: "a",
            ty: Type::Any,
            doc: "",
            source: Source::Optional,
            change: Change::InPlace,
            compare: Compare::Exact,
            listed: true,
            checks: vec![],
            derived: None,
            moved_by: &[],
            placed: false,
            usual: None,
        };
        for (a, b, same) in [
            (Value::from(""), Value::Null, true),
            (Value::List(vec![]), Value::Null, true),
            (Value::Null, Value::Map([].into()), true),
            (Value::from(false), Value::Null, false),
            (Value::from("a"), Value::from("b"), false),
            (Value::from(""), Value::List(vec![]), false),
        ] {
            assert_eq!(equal(&schema, &a, &b), same, "{a} {b}");
        }
    }
}
