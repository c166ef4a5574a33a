//! Numbers.

use super::{Complaint, list_arg, number_arg};
use crate::expr::budget::Budget;
use crate::resource::{Number, Value};

fn rounded(args: &[Value], round: fn(f64) -> f64) -> Result<Value, Complaint> {
    Ok(Value::Number(match number_arg(args, 0)? {
        Number::Float(f) => Number::from_f64(round(f)),
        whole => whole,
    }))
}

pub(super) fn abs(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(Value::Number(match number_arg(args, 0)? {
        Number::Int(i) => i.checked_abs().map_or(Number::Float((i as f64).abs()), Number::Int),
        Number::Float(f) => Number::Float(f.abs()),
    }))
}

pub(super) fn ceil(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    rounded(args, f64::ceil)
}

pub(super) fn floor(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    rounded(args, f64::floor)
}

fn numbers(args: &[Value]) -> Result<Vec<Number>, Complaint> {
    (0..args.len()).map(|i| number_arg(args, i)).collect()
}

pub(super) fn max(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    numbers(args)?.into_iter().max().map(Value::Number).ok_or_else(|| "there is no number".into())
}

pub(super) fn min(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    numbers(args)?.into_iter().min().map(Value::Number).ok_or_else(|| "there is no number".into())
}

pub(super) fn sum(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let numbers = numbers(list_arg(args, 0)?)?;
    if numbers.is_empty() {
        return Err("the list is empty".into());
    }
    let add = |a: Number, b: &Number| match (a, *b) {
        (Number::Int(i), Number::Int(j)) if i.checked_add(j).is_some() => Number::Int(i + j),
        (a, b) => Number::from_f64(a.as_f64() + b.as_f64()),
    };
    Ok(Value::Number(numbers.iter().fold(Number::Int(0), add)))
}

pub(super) fn range(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let given = numbers(args)?;
    let zero = Number::Int(0);
    let (start, limit, step) = match given[..] {
        [limit] => (zero, limit, None),
        [start, limit] => (start, limit, None),
        [start, limit, step, ..] => (start, limit, Some(step)),
        [] => return Err("a limit is needed".into()),
    };
    let down = limit < start;
    let step = step.unwrap_or(Number::Int(if down { -1 } else { 1 }));
    if step == zero || (step < zero) != down && start != limit {
        return Err(format!("steps of {step} do not lead from {start} to {limit}"));
    }
    let count = ((limit.as_f64() - start.as_f64()) / step.as_f64()).ceil().max(0.0);
    if !count.is_finite() || count > 100_000.0 {
        return Err(format!("it would have {count} elements; at most 100000 are made"));
    }
    budget.take(count as usize)?;
    let item = |i: i64| match (start, step) {
        (Number::Int(a), Number::Int(s)) => Number::Int(a + i * s),
        _ => Number::from_f64(start.as_f64() + i as f64 * step.as_f64()),
    };
    Ok(Value::List((0..count as i64).map(|i| Value::Number(item(i))).collect()))
}
