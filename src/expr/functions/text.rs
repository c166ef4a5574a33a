//! Texts. Lengths and offsets are in characters.

use super::{Complaint, int_arg, list_arg, text_arg};
use crate::expr::budget::Budget;
use crate::resource::Value;

pub(super) fn lower(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(text_arg(args, 0)?.to_lowercase().into())
}

pub(super) fn upper(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(text_arg(args, 0)?.to_uppercase().into())
}

pub(super) fn title(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let mut inside = false;
    let mut out = String::new();
    for c in text_arg(args, 0)?.chars() {
        if inside {
            out.push(c);
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || c == '_' || c == '\'';
    }
    Ok(out.into())
}

pub(super) fn trimspace(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(text_arg(args, 0)?.trim().into())
}

pub(super) fn trimprefix(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let (text, prefix) = (text_arg(args, 0)?, text_arg(args, 1)?);
    Ok(text.strip_prefix(&prefix).unwrap_or(&text).into())
}

pub(super) fn trimsuffix(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let (text, suffix) = (text_arg(args, 0)?, text_arg(args, 1)?);
    Ok(text.strip_suffix(&suffix).unwrap_or(&text).into())
}

pub(super) fn startswith(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(text_arg(args, 0)?.starts_with(&text_arg(args, 1)?).into())
}

pub(super) fn endswith(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    Ok(text_arg(args, 0)?.ends_with(&text_arg(args, 1)?).into())
}

pub(super) fn substr(args: &[Value], _: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text: Vec<char> = text_arg(args, 0)?.chars().collect();
    let (offset, length) = (int_arg(args, 1)?, int_arg(args, 2)?);
    let all = text.len() as i64;
    let start = if offset < 0 { all.saturating_add(offset).max(0) } else { offset.min(all) };
    let end = if length < 0 { all } else { start.saturating_add(length).min(all) };
    Ok(text[start as usize..end as usize].iter().collect::<String>().into())
}

pub(super) fn split(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let (separator, text) = (text_arg(args, 0)?, text_arg(args, 1)?);
    let parts: Vec<Value> = if separator.is_empty() {
        budget.take(text.len())?;
        text.chars().map(|c| Value::from(c.to_string())).collect()
    } else if text.is_empty() {
        Vec::new()
    } else {
        budget.take(text.matches(&separator).count())?;
        text.split(&separator).map(Value::from).collect()
    };
    Ok(Value::List(parts))
}

pub(super) fn join(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let separator = text_arg(args, 0)?;
    let mut out = String::new();
    let mut first = true;
    for i in 1..args.len() {
        let items = list_arg(args, i)?;
        for j in 0..items.len() {
            let item = text_arg(items, j)
                .map_err(|_| format!("element {j} must be a text, not {}", items[j].kind_name()))?;
            if !first {
                out.push_str(&separator);
            }
            first = false;
            out.push_str(&item);
            budget.take(1 + (item.len() + separator.len()) / 16)?;
            if out.len() > crate::expr::budget::LONGEST_TEXT {
                budget.text(out.len())?;
            }
        }
    }
    Ok(out.into())
}
