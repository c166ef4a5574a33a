//! Lists and maps.

use std::collections::BTreeMap;

use super::{Complaint, list_arg};
use crate::expr::budget::Budget;
use crate::expr::evaluate::{Evaluator, Fault, Result as Evaluated};
use crate::expr::operators::{Map, key_text, number, shown_key, wrong};
use crate::expr::val::{Sort, Val};
use crate::resource::Value;

fn fault<T>(message: impl Into<String>) -> Evaluated<T> {
    Err(Box::new(Fault::new("Function failed", message)))
}

/// The elements of a list; none if it is unknown.
fn items<'a>(ev: &mut Evaluator<'a>, val: &Val<'a>) -> Evaluated<Option<Vec<Val<'a>>>> {
    match &val.sort {
        Sort::Unknown => Ok(None),
        Sort::List(_) | Sort::Held(Value::List(_)) => {
            Ok(ev.entries(val)?.map(|entries| entries.into_iter().map(|(_, v)| v).collect()))
        }
        _ => Err(wrong("a list", val)),
    }
}

/// The entries of a map; none if it is unknown.
fn entries<'a>(ev: &mut Evaluator<'a>, val: &Val<'a>) -> Evaluated<Option<Vec<(Val<'a>, Val<'a>)>>> {
    match &val.sort {
        Sort::List(_) | Sort::Held(Value::List(_)) => Err(wrong("a map", val)),
        _ => ev.entries(val),
    }
}

pub(super) fn length<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let val = &args[0];
    let n = match &val.sort {
        Sort::Unknown => return Ok(Val::UNKNOWN.marked(val.sensitive)),
        Sort::Text(s) => s.chars().count(),
        Sort::List(items) => items.items.len(),
        Sort::Map(map) => map.entries.len(),
        Sort::Held(Value::List(items)) => items.len(),
        Sort::Held(Value::Map(entries)) => entries.len(),
        _ => match ev.entries(val)? {
            Some(entries) => entries.len(),
            None => return Ok(Val::UNKNOWN.marked(val.sensitive)),
        },
    };
    Ok(Val::owned(Value::from(n as i64)).marked(val.sensitive))
}

pub(super) fn keys<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let found = entries(ev, &args[0])?;
    let val = found.map_or(Val::UNKNOWN, |e| Val::list(e.into_iter().map(|(k, _)| k).collect()));
    Ok(val.marked(args[0].sensitive))
}

pub(super) fn values<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let found = entries(ev, &args[0])?;
    let val = found.map_or(Val::UNKNOWN, |e| Val::list(e.into_iter().map(|(_, v)| v).collect()));
    Ok(val.marked(args[0].sensitive))
}

pub(super) fn lookup<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let (map, key) = (&args[0], &args[1]);
    let sensitive = map.sensitive | key.sensitive;
    let Some(text) = key_text(key)? else { return Ok(Val::UNKNOWN.marked(sensitive)) };
    let present = match &map.sort {
        Sort::Unknown => return Ok(Val::UNKNOWN.marked(sensitive)),
        Sort::Map(map) => map.entries.contains_key(&text),
        Sort::Held(Value::Map(entries)) => entries.contains_key(&text),
        _ => entries(ev, map)?.is_none_or(|e| e.iter().any(|(k, _)| shown_key(k) == text)),
    };
    match (present, args.get(2)) {
        (false, Some(default)) => Ok(default.clone().marked(sensitive)),
        _ => Ok(ev.element(map.clone(), key, crate::expr::ast::Span::default())?.marked(sensitive)),
    }
}

pub(super) fn merge<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let mut out: Map<'a> = BTreeMap::new();
    let (mut unknown, mut sensitive) = (false, false);
    for arg in args.iter().filter(|arg| !arg.is_null()) {
        sensitive |= arg.sensitive;
        match entries(ev, arg)? {
            None => unknown = true,
            Some(found) => out.extend(found.into_iter().map(|(k, v)| (shown_key(&k), v))),
        }
    }
    Ok(if unknown { Val::UNKNOWN } else { Val::map(out) }.marked(sensitive))
}

pub(super) fn concat<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let mut out = Vec::new();
    let (mut unknown, mut sensitive) = (false, false);
    for arg in &args {
        sensitive |= arg.sensitive;
        match items(ev, arg)? {
            None => unknown = true,
            Some(found) => out.extend(found),
        }
    }
    Ok(if unknown { Val::UNKNOWN } else { Val::list(out) }.marked(sensitive))
}

pub(super) fn flatten<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let Some(first) = items(ev, &args[0])? else { return Ok(Val::UNKNOWN.marked(args[0].sensitive)) };
    let mut out = Vec::new();
    let mut waiting: Vec<Val<'a>> = first.into_iter().rev().collect();
    while let Some(val) = waiting.pop() {
        match &val.sort {
            Sort::List(_) | Sort::Held(Value::List(_)) => {
                waiting.extend(items(ev, &val)?.unwrap_or_default().into_iter().rev());
            }
            // It may turn out to be a list of any length.
            Sort::Unknown => return Ok(Val::UNKNOWN.marked(args[0].sensitive | val.sensitive)),
            _ => out.push(val),
        }
    }
    Ok(Val::list(out).marked(args[0].sensitive))
}

pub(super) fn contains<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let mut sensitive = args[0].sensitive | args[1].sensitive;
    let found = items(ev, &args[0])?;
    let Some(found) = found else { return Ok(Val::UNKNOWN.marked(sensitive)) };
    let mut unknown = false;
    for item in &found {
        match ev.equal(item, &args[1], &mut sensitive, 0)? {
            Some(true) => return Ok(Val::bool(true).marked(sensitive)),
            Some(false) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { Val::UNKNOWN } else { Val::bool(false) }.marked(sensitive))
}

pub(super) fn coalesce<'a>(_: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    for arg in args {
        let empty = matches!(&arg.sort, Sort::Null) || matches!(&arg.sort, Sort::Text(s) if s.is_empty());
        if !empty {
            return Ok(arg);
        }
    }
    fault("coalesce: every argument is null or empty")
}

pub(super) fn element<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let sensitive = args[0].sensitive | args[1].sensitive;
    let (Some(found), Some(index)) = (items(ev, &args[0])?, number(&args[1])?) else {
        return Ok(Val::UNKNOWN.marked(sensitive));
    };
    let index = index.as_i64().ok_or_else(|| wrong("a whole number", &args[1]))?;
    if found.is_empty() {
        return fault("element: the list is empty");
    }
    let at = index.rem_euclid(found.len() as i64) as usize;
    Ok(found[at].clone().marked(sensitive))
}

pub(super) fn slice<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let sensitive = args.iter().any(|a| a.sensitive);
    let (Some(found), Some(start), Some(end)) = (items(ev, &args[0])?, number(&args[1])?, number(&args[2])?)
    else {
        return Ok(Val::UNKNOWN.marked(sensitive));
    };
    let range =
        start.as_i64().zip(end.as_i64()).filter(|(a, b)| 0 <= *a && a <= b && *b <= found.len() as i64);
    match range {
        Some((a, b)) => Ok(Val::list(found[a as usize..b as usize].to_vec()).marked(sensitive)),
        None => fault(format!("slice: {start} to {end} is not within the list of {}", found.len())),
    }
}

pub(super) fn reverse<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let found = items(ev, &args[0])?;
    let val = found.map_or(Val::UNKNOWN, |mut found| {
        found.reverse();
        Val::list(found)
    });
    Ok(val.marked(args[0].sensitive))
}

pub(super) fn zipmap<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let mut sensitive = args[0].sensitive | args[1].sensitive;
    let (Some(keys), Some(values)) = (items(ev, &args[0])?, items(ev, &args[1])?) else {
        return Ok(Val::UNKNOWN.marked(sensitive));
    };
    if keys.len() != values.len() {
        return fault(format!("zipmap: there are {} keys and {} values", keys.len(), values.len()));
    }
    let mut out = BTreeMap::new();
    for (key, value) in keys.iter().zip(values) {
        sensitive |= key.sensitive;
        match key_text(key)? {
            Some(key) => drop(out.insert(key, value)),
            None => return Ok(Val::UNKNOWN.marked(sensitive)),
        }
    }
    Ok(Val::map(out).marked(sensitive))
}

pub(super) fn distinct(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let mut seen = std::collections::BTreeSet::new();
    Ok(Value::List(list_arg(args, 0)?.iter().filter(|v| seen.insert(*v)).cloned().collect()))
}

pub(super) fn sort(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let items = list_arg(args, 0)?;
    let mut texts = (0..items.len()).map(|i| super::text_arg(items, i)).collect::<Result<Vec<_>, _>>()?;
    texts.sort();
    Ok(Value::List(texts.into_iter().map(Value::from).collect()))
}
