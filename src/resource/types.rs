//! Types, and the one conversion that reads a value as a type.

use std::collections::BTreeMap;

use super::{Number, Value};

/// The type of a variable or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Anything, as it was written.
    Any,
    /// A text.
    String,
    /// Any number.
    Number,
    /// A whole number (attributes only).
    Integer,
    /// A truth value.
    Bool,
    /// Values of one type, in order.
    List(Box<Type>),
    /// Values of one type, without order and without duplicates.
    Set(Box<Type>),
    /// Values of one type by name.
    Map(Box<Type>),
    /// Named fields.
    Object {
        /// The fields.
        fields: Vec<Field>,
        /// The field that a bare text stands for, if any (`permission`).
        shorthand: Option<&'static str>,
    },
    /// So many values, each of its own type.
    Tuple(Vec<Type>),
}

/// One field of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is worth when left out.
    pub default: Option<Value>,
}

impl Field {
    /// A field that must be given.
    pub fn required(name: &str, ty: Type) -> Field {
        Field { name: name.into(), ty, optional: false, default: None }
    }

    /// A field that may be left out.
    pub fn optional(name: &str, ty: Type) -> Field {
        Field { name: name.into(), ty, optional: true, default: None }
    }

    /// A field with a default.
    pub fn default(name: &str, ty: Type, default: impl Into<Value>) -> Field {
        Field { name: name.into(), ty, optional: true, default: Some(default.into()) }
    }
}

/// Why a value is not of a type. `path` leads to the part that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeFault {
    /// Steps from the value down to the part, such as `[2]` and `.client_port`.
    pub path: String,
    /// What is wrong, such as "a whole number is needed, not a list".
    pub message: String,
    /// The name that was not known, and what was allowed, for near misses.
    pub unknown_field: Option<(String, Vec<String>)>,
}

impl TypeFault {
    fn new(message: impl Into<String>) -> TypeFault {
        TypeFault { path: String::new(), message: message.into(), unknown_field: None }
    }

    fn under(mut self, step: &str) -> TypeFault {
        self.path.insert_str(0, step);
        self
    }
}

impl Type {
    /// A list of this type.
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// A set of this type.
    pub fn set(of: Type) -> Type {
        Type::Set(Box::new(of))
    }

    /// A map of this type.
    pub fn map(of: Type) -> Type {
        Type::Map(Box::new(of))
    }

    /// An object of these fields.
    pub fn object(fields: Vec<Field>) -> Type {
        Type::Object { fields, shorthand: None }
    }

    /// The value read as this type: text becomes a number or a bool where the type says so, sets
    /// are ordered and lose duplicates, fields left out take their default. Null is of every type.
    ///
    /// # Errors
    /// The first part that does not fit, with the way to it.
    pub fn convert(&self, value: Value) -> Result<Value, TypeFault> {
        if value.is_null() {
            return Ok(Value::Null);
        }
        let wrong = |value: &Value| TypeFault::new(format!("{self} is needed, not {}", shown(value)));
        match (self, value) {
            (Type::Any, value) => Ok(value),
            (Type::String, Value::String(s)) => Ok(Value::String(s)),
            (Type::String, Value::Number(n)) => Ok(Value::String(n.to_string())),
            (Type::String, Value::Bool(b)) => Ok(Value::String(b.to_string())),
            (Type::Number, Value::Number(n)) => Ok(Value::Number(n)),
            (Type::Integer, Value::Number(n)) => match n.as_i64() {
                Some(i) => Ok(Value::from(i)),
                None => Err(wrong(&Value::Number(n))),
            },
            (Type::Number | Type::Integer, Value::String(s)) => match parse_number(&s) {
                Some(n) => self.convert(Value::Number(n)),
                None => Err(wrong(&Value::String(s))),
            },
            (Type::Bool, Value::Bool(b)) => Ok(Value::Bool(b)),
            (Type::Bool, Value::String(s)) if s == "true" || s == "false" => Ok(Value::Bool(s == "true")),
            (Type::List(of), Value::List(items)) => Ok(Value::List(convert_items(of, items)?)),
            (Type::Set(of), Value::List(items)) => {
                let mut items = convert_items(of, items)?;
                items.sort();
                items.dedup();
                Ok(Value::List(items))
            }
            (Type::Map(of), Value::Map(entries)) => entries
                .into_iter()
                .map(|(k, v)| {
                    let v = of.convert(v).map_err(|f| f.under(&step(&k)))?;
                    Ok((k, v))
                })
                .collect::<Result<_, _>>()
                .map(Value::Map),
            (Type::Object { fields, .. }, Value::Map(entries)) => convert_object(fields, entries),
            (Type::Object { shorthand: Some(field), fields }, value @ Value::String(_)) => {
                convert_object(fields, BTreeMap::from([((*field).to_owned(), value)]))
            }
            (Type::Tuple(types), Value::List(items)) if types.len() == items.len() => types
                .iter()
                .zip(items)
                .enumerate()
                .map(|(i, (ty, item))| ty.convert(item).map_err(|f| f.under(&format!("[{i}]"))))
                .collect::<Result<_, _>>()
                .map(Value::List),
            (_, value) => Err(wrong(&value)),
        }
    }
}

fn convert_items(of: &Type, items: Vec<Value>) -> Result<Vec<Value>, TypeFault> {
    let convert = |(i, item)| {
        let item: Value = item;
        of.convert(item).map_err(|f: TypeFault| f.under(&format!("[{i}]")))
    };
    items.into_iter().enumerate().map(convert).collect()
}

fn convert_object(fields: &[Field], mut entries: BTreeMap<String, Value>) -> Result<Value, TypeFault> {
    let mut out = BTreeMap::new();
    for field in fields {
        let given = entries.remove(&field.name).filter(|v| !v.is_null());
        match given.or_else(|| field.default.clone()) {
            Some(value) => {
                let value = field.ty.convert(value).map_err(|f| f.under(&step(&field.name)))?;
                out.insert(field.name.clone(), value);
            }
            None if field.optional => {}
            None => return Err(TypeFault::new(format!("`{}` is missing", field.name))),
        }
    }
    match entries.into_keys().next() {
        None => Ok(Value::Map(out)),
        Some(name) => Err(TypeFault {
            path: String::new(),
            message: format!("there is no `{name}` here"),
            unknown_field: Some((name, fields.iter().map(|f| f.name.clone()).collect())),
        }),
    }
}

fn step(name: &str) -> String {
    if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        format!(".{name}")
    } else {
        format!("[{}]", Value::from(name))
    }
}

/// A decimal number in plain or exponent notation.
fn parse_number(s: &str) -> Option<Number> {
    if let Ok(i) = s.parse::<i64>() {
        return Some(Number::Int(i));
    }
    let plain = s.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    s.parse::<f64>().ok().filter(|f| plain && f.is_finite()).map(Number::from_f64)
}

/// The value in a message: texts and numbers quoted, the rest by kind.
fn shown(value: &Value) -> String {
    match value {
        Value::String(s) if s.chars().count() > 40 => {
            format!("the text \"{}…\"", s.chars().take(40).collect::<String>())
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => format!("`{value}`"),
        other => other.kind_name().to_owned(),
    }
}

impl std::fmt::Display for Type {
    /// The type in words, as it stands in messages: "a list of strings".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Any => f.write_str("a value"),
            Type::String => f.write_str("a string"),
            Type::Number => f.write_str("a number"),
            Type::Integer => f.write_str("a whole number"),
            Type::Bool => f.write_str("true or false"),
            Type::List(of) => write!(f, "a list of {}", Plural(of)),
            Type::Set(of) => write!(f, "a set of {}", Plural(of)),
            Type::Map(of) => write!(f, "a map of {}", Plural(of)),
            Type::Object { fields, .. } => {
                f.write_str("an object of ")?;
                for (i, field) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{}{}", field.name, if field.optional { "?" } else { "" })?;
                }
                Ok(())
            }
            Type::Tuple(types) => write!(f, "a list of exactly {} values", types.len()),
        }
    }
}

/// A type as the plural noun that follows "of".
struct Plural<'a>(&'a Type);

impl std::fmt::Display for Plural<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Type::Any => f.write_str("values"),
            Type::String => f.write_str("strings"),
            Type::Number => f.write_str("numbers"),
            Type::Integer => f.write_str("whole numbers"),
            Type::Bool => f.write_str("bools"),
            Type::List(_) | Type::Tuple(_) => f.write_str("lists"),
            Type::Set(_) => f.write_str("sets"),
            Type::Map(_) => f.write_str("maps"),
            Type::Object { .. } => f.write_str("objects"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn conversion_reads_text_by_type_and_orders_sets() {
        let port = Type::object(vec![
            Field::required("client_port", Type::Integer),
            Field::default("protocol", Type::String, "TCP"),
        ]);
        for (ty, given, read) in [
            (Type::String, "443", r#""443""#),
            (Type::Integer, r#""443""#, "443"),
            (Type::Integer, r#""1e3""#, "1000"),
            (Type::Bool, r#""true""#, "true"),
            (Type::Any, r#""1e5""#, r#""1e5""#),
            (Type::set(Type::String), r#"["b","a","b"]"#, r#"["a","b"]"#),
            (Type::set(port), r#"[{"client_port":"9"},{"client_port":8,"protocol":"TCP"}]"#,
             r#"[{"client_port":8,"protocol":"TCP"},{"client_port":9,"protocol":"TCP"}]"#),
        ] {
            assert_eq!(ty.convert(json(given)), Ok(json(read)), "{ty} from {given}");
        }
    }

    #[test]
    fn what_does_not_fit_names_the_part() {
        let ports = Type::set(Type::object(vec![Field::required("client_port", Type::Integer)]));
        for (ty, given, path, message) in [
            (Type::Integer, "1.5", "", "a whole number is needed, not `1.5`"),
            (Type::Bool, r#""yes""#, "", "true or false is needed, not `\"yes\"`"),
            (Type::Number, r#""inf""#, "", "a number is needed, not `\"inf\"`"),
            (ports.clone(), r#"[{"client_port":[]}]"#, "[0].client_port", "a whole number is needed, not a list"),
            (ports.clone(), r#"[{}]"#, "[0]", "`client_port` is missing"),
            (ports, r#"[{"client_port":1,"x":2}]"#, "[0]", "there is no `x` here"),
        ] {
            let fault = ty.convert(json(given)).unwrap_err();
            assert_eq!((fault.path.as_str(), fault.message.as_str()), (path, message));
        }
    }
}
