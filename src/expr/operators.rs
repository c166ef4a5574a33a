//! Operators and the conversions they make: texts that hold numbers and bools count as such.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ast::{Binary, Expr, Unary};
use super::evaluate::{Evaluator, Fault, Result};
use super::val::{Sort, Val};
use crate::resource::{Number, Type, Value};

/// The truth value; none if it is unknown.
pub(super) fn truth(val: &Val<'_>) -> Result<Option<bool>> {
    match &val.sort {
        Sort::Unknown => Ok(None),
        Sort::Bool(b) => Ok(Some(*b)),
        Sort::Text(s) if &**s == "true" => Ok(Some(true)),
        Sort::Text(s) if &**s == "false" => Ok(Some(false)),
        _ => Err(wrong("true or false", val)),
    }
}

/// The number; none if it is unknown.
pub(super) fn number(val: &Val<'_>) -> Result<Option<Number>> {
    match &val.sort {
        Sort::Unknown => Ok(None),
        Sort::Number(n) => Ok(Some(*n)),
        Sort::Text(s) => match Type::Number.convert(Value::from(&**s)) {
            Ok(Value::Number(n)) => Ok(Some(n)),
            _ => Err(wrong("a number", val)),
        },
        _ => Err(wrong("a number", val)),
    }
}

/// The text that a value becomes inside a text; none if it is unknown.
pub(super) fn as_text<'v>(val: &'v Val<'_>) -> Result<Option<Cow<'v, str>>> {
    match &val.sort {
        Sort::Unknown => Ok(None),
        Sort::Text(s) => Ok(Some(Cow::Borrowed(s))),
        Sort::Number(n) => Ok(Some(n.to_string().into())),
        Sort::Bool(b) => Ok(Some(b.to_string().into())),
        Sort::Null => {
            let fault = Fault::new("Wrong type", "null cannot become part of a text");
            Err(Box::new(fault.hint("give it a value for that case, such as coalesce(x, \"none\")")))
        }
        _ => {
            let fault = Fault::new("Wrong type", format!("{} cannot become part of a text", val.kind_name()));
            Err(Box::new(fault.hint("use join() or jsonencode(), or take one attribute of it")))
        }
    }
}

/// The key of a map entry; none if it is unknown.
pub(super) fn key_text(val: &Val<'_>) -> Result<Option<String>> {
    match &val.sort {
        Sort::Unknown | Sort::Text(_) | Sort::Number(_) | Sort::Bool(_) => {
            Ok(as_text(val)?.map(Cow::into_owned))
        }
        _ => Err(wrong("a text as key", val)),
    }
}

pub(super) fn wrong(needed: &str, val: &Val<'_>) -> Box<Fault> {
    let shown = match &val.sort {
        _ if val.sensitive => "a sensitive value".to_owned(),
        Sort::Text(s) if s.len() <= 40 => format!("the text {}", Value::from(&**s)),
        _ => val.kind_name().to_owned(),
    };
    Box::new(Fault::new("Wrong type", format!("{needed} is needed here, not {shown}")))
}

pub(super) fn unary<'a>(operator: Unary, operand: &Val<'a>) -> Result<Val<'a>> {
    let val = match operator {
        Unary::Not => truth(operand)?.map_or(Val::UNKNOWN, |b| Val::bool(!b)),
        Unary::Negative => number(operand)?.map_or(Val::UNKNOWN, |n| {
            Val::number(match n {
                Number::Int(i) => i.checked_neg().map_or(Number::Float(-(i as f64)), Number::Int),
                Number::Float(f) => Number::Float(-f),
            })
        }),
    };
    Ok(val.marked(operand.sensitive))
}

impl<'a> Evaluator<'a> {
    pub(super) fn binary(&mut self, operator: Binary, left: &'a Expr, right: &'a Expr) -> Result<Val<'a>> {
        let a = self.expr(left)?;
        if let Binary::And | Binary::Or = operator {
            return self.logic(operator == Binary::Or, &a, left, right);
        }
        let b = self.expr(right)?;
        let sensitive = a.sensitive | b.sensitive;
        let val = match operator {
            Binary::Equal | Binary::NotEqual => {
                let mut inside = false;
                let same = self.equal(&a, &b, &mut inside, 0)?;
                let val = same.map_or(Val::UNKNOWN, |same| Val::bool(same == (operator == Binary::Equal)));
                return Ok(val.marked(sensitive | inside));
            }
            _ => {
                let x = number(&a).map_err(|f| Box::new(f.at(left.span)))?;
                let y = number(&b).map_err(|f| Box::new(f.at(right.span)))?;
                match (x, y) {
                    (Some(x), Some(y)) => arithmetic(operator, x, y)?,
                    _ => Val::UNKNOWN,
                }
            }
        };
        Ok(val.marked(sensitive))
    }

    /// `&&` and `||`: the right side is looked at only where it can matter.
    fn logic(&mut self, or: bool, a: &Val<'a>, left: &'a Expr, right: &'a Expr) -> Result<Val<'a>> {
        let x = truth(a).map_err(|f| Box::new(f.at(left.span)))?;
        if x == Some(or) {
            return Ok(Val::bool(or).marked(a.sensitive));
        }
        let b = self.expr(right)?;
        let y = truth(&b).map_err(|f| Box::new(f.at(right.span)))?;
        let val = match (x, y) {
            (_, Some(y)) if y == or => Val::bool(or),
            (Some(_), Some(y)) => Val::bool(y),
            _ => Val::UNKNOWN,
        };
        Ok(val.marked(a.sensitive | b.sensitive))
    }

    /// Whether two values are equal; none if that is unknown. As scalars of YAML keep their text,
    /// a text equals the number or bool that is written so.
    pub(super) fn equal(
        &mut self,
        a: &Val<'a>,
        b: &Val<'a>,
        sensitive: &mut bool,
        depth: u32,
    ) -> Result<Option<bool>> {
        self.budget.take(1)?;
        *sensitive |= a.sensitive | b.sensitive;
        if depth > super::val::DEEPEST {
            return Err(Box::new(Fault::new(
                "Value nested too deep",
                "these values are nested too deep to compare",
            )));
        }
        Ok(match (&a.sort, &b.sort) {
            (Sort::Unknown, _) | (_, Sort::Unknown) => None,
            (Sort::Null, Sort::Null) => Some(true),
            (Sort::Bool(x), Sort::Bool(y)) => Some(x == y),
            (Sort::Number(x), Sort::Number(y)) => Some(x == y),
            (Sort::Text(x), Sort::Text(y)) => Some(**x == **y),
            (Sort::Text(s), Sort::Number(_) | Sort::Bool(_)) => Some(**s == *as_text(b)?.unwrap_or_default()),
            (Sort::Number(_) | Sort::Bool(_), Sort::Text(s)) => Some(**s == *as_text(a)?.unwrap_or_default()),
            _ => {
                let list = |v: &Val<'_>| matches!(v.sort, Sort::List(_) | Sort::Held(Value::List(_)));
                let container = |v: &Val<'_>| {
                    matches!(
                        v.sort,
                        Sort::List(_) | Sort::Map(_) | Sort::Held(_) | Sort::Instance(_) | Sort::Instances(_)
                    )
                };
                if !container(a) || !container(b) || list(a) != list(b) {
                    return Ok(Some(false));
                }
                let (Some(x), Some(y)) = (self.entries(a)?, self.entries(b)?) else { return Ok(None) };
                if x.len() != y.len() {
                    return Ok(Some(false));
                }
                let mut same = Some(true);
                for ((k, v), (l, w)) in x.into_iter().zip(y) {
                    let keys = self.equal(&k, &l, sensitive, depth + 1)?;
                    let values = self.equal(&v, &w, sensitive, depth + 1)?;
                    match (keys, values) {
                        (Some(false), _) | (_, Some(false)) => return Ok(Some(false)),
                        (Some(true), Some(true)) => {}
                        _ => same = None,
                    }
                }
                same
            }
        })
    }
}

fn arithmetic<'a>(operator: Binary, x: Number, y: Number) -> Result<Val<'a>> {
    let (a, b) = (x.as_f64(), y.as_f64());
    let number = |exact: fn(i64, i64) -> Option<i64>, near: fn(f64, f64) -> f64| {
        let int = match (x, y) {
            (Number::Int(i), Number::Int(j)) => exact(i, j).map(Number::Int),
            _ => None,
        };
        let result = int.unwrap_or_else(|| Number::from_f64(near(a, b)));
        if result.as_f64().is_finite() {
            Ok(Val::number(result))
        } else {
            Err(Box::new(Fault::new("Arithmetic impossible", format!("{x} and {y} give no finite number"))))
        }
    };
    match operator {
        Binary::Add => number(i64::checked_add, |a, b| a + b),
        Binary::Subtract => number(i64::checked_sub, |a, b| a - b),
        Binary::Multiply => number(i64::checked_mul, |a, b| a * b),
        Binary::Divide | Binary::Modulo if b == 0.0 => {
            Err(Box::new(Fault::new("Arithmetic impossible", format!("{x} cannot be divided by zero"))))
        }
        Binary::Divide => {
            number(|i, j| if i.checked_rem(j) == Some(0) { i.checked_div(j) } else { None }, |a, b| a / b)
        }
        Binary::Modulo => number(i64::checked_rem, |a, b| a % b),
        Binary::Less => Ok(Val::bool(x < y)),
        Binary::LessEqual => Ok(Val::bool(x <= y)),
        Binary::Greater => Ok(Val::bool(x > y)),
        _ => Ok(Val::bool(x >= y)),
    }
}

/// The entries of a map of values by key, for functions that build one.
pub(super) type Map<'a> = BTreeMap<String, Val<'a>>;

/// The text of a key, for messages and for what is looked up by it.
pub(super) fn shown_key(val: &Val<'_>) -> String {
    as_text(val).ok().flatten().map(|s| s.into_owned()).unwrap_or_default()
}
