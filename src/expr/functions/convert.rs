//! Conversions, and the sensitive mark.

use super::Complaint;
use crate::expr::budget::Budget;
use crate::expr::evaluate::{Evaluator, Result as Evaluated};
use crate::expr::operators::{shown_key, wrong};
use crate::expr::val::{Sort, Val};
use crate::resource::{Type, Value};

fn convert(ty: &Type, value: &Value) -> Result<Value, Complaint> {
    ty.convert(value.clone()).map_err(|fault| fault.message)
}

pub(super) fn tostring(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    convert(&Type::String, &args[0])
}

pub(super) fn tonumber(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    convert(&Type::Number, &args[0])
}

pub(super) fn tobool(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    convert(&Type::Bool, &args[0])
}

pub(super) fn toset(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    convert(&Type::set(Type::Any), &args[0])
}

pub(super) fn tolist<'a>(_: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    match &args[0].sort {
        Sort::List(_) | Sort::Held(Value::List(_)) | Sort::Unknown | Sort::Null => Ok(args[0].clone()),
        _ => Err(wrong("a list", &args[0])),
    }
}

pub(super) fn tomap<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let val = &args[0];
    match &val.sort {
        Sort::Map(_) | Sort::Held(Value::Map(_)) | Sort::Unknown | Sort::Null => Ok(val.clone()),
        Sort::Instance(_) | Sort::Instances(_) => Ok(match ev.entries(val)? {
            Some(entries) => Val::map(entries.into_iter().map(|(k, v)| (shown_key(&k), v)).collect()),
            None => Val::UNKNOWN,
        }
        .marked(val.sensitive)),
        _ => Err(wrong("a map", val)),
    }
}

pub(super) fn sensitive<'a>(_: &mut Evaluator<'a>, mut args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    Ok(args.remove(0).marked(true))
}

/// The author says that all of it may be shown.
pub(super) fn nonsensitive<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    Ok(match ev.whole(&args[0])? {
        (Some(value), _) => Val::owned(value),
        (None, _) => Val { sensitive: false, ..args[0].clone() },
    })
}
