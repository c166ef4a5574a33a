//! The normal form of what an API answers, so that equal things are equal values.

use super::{Attributes, Compare, KindSchema, Type, Value};

impl KindSchema {
    /// The attributes in normal form: sets in canonical order, decorated names reduced to the part
    /// that the author gave. Applying it twice changes nothing.
    pub fn normalise(&self, mut attributes: Attributes) -> Attributes {
        for schema in &self.attributes {
            if schema.compare != Compare::MiddlePart && !needs_order(&schema.ty) {
                continue;
            }
            let Some(value) = attributes.held(schema.name) else { continue };
            let normal = match (&schema.compare, value) {
                (Compare::MiddlePart, Value::String(text)) => Some(Value::from(middle_part(text))),
                // What does not fit its own schema is kept as the API said it: reading is lenient.
                _ if needs_order(&schema.ty) => schema.ty.convert(value.clone()).ok(),
                _ => None,
            };
            if let Some(normal) = normal {
                attributes.set(schema.name, normal);
            }
        }
        attributes
    }
}

/// Whether values of this type have a canonical order to be put in.
fn needs_order(ty: &Type) -> bool {
    match ty {
        Type::Set(_) => true,
        Type::List(of) | Type::Map(of) => needs_order(of),
        Type::Object { fields, .. } => fields.iter().any(|f| needs_order(&f.ty)),
        _ => false,
    }
}

/// The author's part of `{region}.{name}.{id}`. `{region}.{id}` has none; a text without dots is
/// the part itself (VPCEP API reference, 9, trap 7).
fn middle_part(text: &str) -> &str {
    match (text.find('.'), text.rfind('.')) {
        (Some(first), Some(last)) if first < last => &text[first + 1..last],
        (Some(_), _) => "",
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::middle_part;

    #[test]
    fn the_given_part_of_a_decorated_name() {
        for (text, part) in [
            ("tr-west-1.orders.9d4c", "orders"),
            ("tr-west-1.9d4c", ""),
            ("orders", "orders"),
            ("", ""),
            ("br.a.b.c", "a.b"),
        ] {
            assert_eq!(middle_part(text), part, "{text}");
        }
    }
}
