//! JSON, YAML, base64, hashes, files.

use base64::Engine as _;
use granit_parser::{Event, Parser, options};
use sha2::{Digest, Sha256};

use super::{Complaint, text_arg};
use crate::expr::Worth;
use crate::expr::budget::Budget;
use crate::expr::deferred::file_key;
use crate::expr::evaluate::{Evaluator, Fault, Result as Evaluated};
use crate::expr::operators::{as_text, wrong};
use crate::expr::val::Val;
use crate::resource::{Value, hex};

/// Limits of what is decoded.
const MOST_NODES: usize = 100_000;
const DEEPEST: usize = 64;

pub(super) fn base64encode(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text = text_arg(args, 0)?;
    budget.text(text.len() * 4 / 3)?;
    Ok(base64::engine::general_purpose::STANDARD.encode(text).into())
}

pub(super) fn base64decode(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text = text_arg(args, 0)?;
    budget.text(text.len())?;
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| "the text is not base64")?;
    String::from_utf8(bytes).map(Value::from).map_err(|_| "the bytes are not UTF-8 text".into())
}

pub(super) fn sha256(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text = text_arg(args, 0)?;
    budget.text(text.len())?;
    Ok(hex(&Sha256::digest(text)).into())
}

pub(super) fn jsonencode(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let mut text = args[0].to_string();
    for (c, escape) in [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ] {
        if text.contains(c) {
            text = text.replace(c, escape);
        }
    }
    budget.text(text.len())?;
    Ok(text.into())
}

pub(super) fn jsondecode(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text = text_arg(args, 0)?;
    budget.take(text.len() / 2)?;
    serde_json::from_str(&text).map_err(|e| format!("the text is not JSON: {e}"))
}

pub(super) fn yamldecode(args: &[Value], budget: &mut Budget<'_>) -> Result<Value, Complaint> {
    let text = text_arg(args, 0)?;
    budget.take(text.len() / 2)?;
    let limits =
        options! { flow_nesting_limit: DEEPEST, block_nesting_limit: DEEPEST, emit_unresolved_aliases: true };
    for (nodes, event) in Parser::new_from_str_with_options(&text, limits).enumerate() {
        match event.map_err(|e| format!("the text is not YAML: {e}"))?.0 {
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err("aliases (`*name`) are not read here".into());
            }
            _ if nodes > MOST_NODES => return Err(format!("it has more than {MOST_NODES} parts")),
            _ => {}
        }
    }
    let value: serde_json::Value =
        serde_yaml::from_str(&text).map_err(|e| format!("the text is not YAML: {e}"))?;
    Value::try_from(value).map_err(|e| e.to_string())
}

/// The text of a file, read through the closure that the edge gave.
pub(super) fn file<'a>(ev: &mut Evaluator<'a>, args: Vec<Val<'a>>) -> Evaluated<Val<'a>> {
    let fault = |message: String| Box::new(Fault::new("File not readable", message));
    let path = &args[0];
    let Some(path_text) = as_text(path).map_err(|_| wrong("a path", path))? else {
        return Ok(Val::UNKNOWN.marked(path.sensitive));
    };
    let bytes = ev.names.file(&path_text).map_err(|e| {
        let hidden = "a file of a sensitive path cannot be read".to_owned();
        fault(if path.sensitive { hidden } else { format!("{path_text} cannot be read: {e}") })
    })?;
    ev.budget.text(bytes.len())?;
    let text = String::from_utf8(bytes).map_err(|_| fault(format!("{path_text} is not UTF-8 text")))?;
    if let Some(packing) = &mut ev.packing {
        packing.insert(file_key(&path_text), Worth::Known(Value::from(text.as_str())));
    }
    Ok(Val::text(text).marked(path.sensitive))
}
