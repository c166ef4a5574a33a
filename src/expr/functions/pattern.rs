//! Patterns: linear in time, bounded in size.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};

use super::{Complaint, text_arg};
use crate::expr::budget::Budget;
use crate::resource::Value;

fn compile(pattern: &str) -> Result<Regex, Complaint> {
    RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|e| {
        let last = e.to_string();
        format!(
            "the pattern is invalid: {}",
            last.lines().last().unwrap_or_default().trim_start_matches("error: ")
        )
    })
}

pub(super) fn regex(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let (pattern, text) = (text_arg(args, 0)?, text_arg(args, 1)?);
    budget.text(text.len() * 4)?;
    let compiled = compile(&pattern)?;
    let Some(found) = compiled.captures(&text) else {
        return Err(format!("the text does not match {}", Value::from(pattern)));
    };
    let group = |m: Option<regex::Match<'_>>| m.map_or(Value::Null, |m| Value::from(m.as_str()));
    let names: Vec<Option<&str>> = compiled.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(group(found.get(0)));
    }
    if names.iter().all(Option::is_none) {
        return Ok(Value::List((1..=names.len()).map(|i| group(found.get(i))).collect()));
    }
    let named: Option<BTreeMap<String, Value>> =
        names.iter().map(|name| name.map(|n| (n.to_owned(), group(found.name(n))))).collect();
    named.map(Value::Map).ok_or_else(|| "named and unnamed groups cannot be mixed".into())
}

pub(super) fn replace(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let (text, search, with) = (text_arg(args, 0)?, text_arg(args, 1)?, text_arg(args, 2)?);
    let pattern = search.strip_prefix('/').and_then(|s| s.strip_suffix('/')).filter(|s| !s.is_empty());
    let pattern = pattern.map(compile).transpose()?;
    // An estimate from above, so that the text is not made before it is paid for.
    let hits = match &pattern {
        Some(pattern) => pattern.find_iter(&text).count(),
        None => text.matches(&search).count(),
    };
    let longest = with.len() + with.matches('$').count() * text.len().min(4096);
    budget.text(text.len() + hits.saturating_mul(longest))?;
    Ok(match pattern {
        Some(pattern) => pattern.replace_all(&text, with.as_str()).into_owned(),
        None => text.replace(&search, &with),
    }
    .into())
}
