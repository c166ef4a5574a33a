//! `output`: what the last apply worked out.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::cli::args::Output as Args;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace;
use crate::diagnostic::nearest;
use crate::resource::Value;
use crate::review::{Body, Cell, Line, Look, Tone, value_body};
use crate::state::{self, RecordedOutput};

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let recorded =
        state::read(&*workspace::desk(options, ui)?.backend).map_err(anyhow::Error::from)?.recorded;
    let outputs = recorded.outputs;
    let Some(name) = &args.name else {
        if ui.is_json() {
            ui.value(&all(&outputs));
        } else if outputs.is_empty() {
            ui.note("There are no outputs yet: they are worked out by apply.");
        } else {
            ui.print(&table(&outputs, ui.look()));
        }
        return Ok(Exit::Done);
    };
    let output = outputs.get(name).ok_or_else(|| unknown(name, &outputs))?;
    match (args.raw, ui.is_json(), output.sensitive) {
        (true, ..) => ui.print(&raw(name, &output.value)?),
        (_, true, _) => ui.value(&Json::from(output.value.clone())),
        (_, _, true) => ui.print("(sensitive)\n"),
        (_, _, false) => ui.print(&format!("{}\n", crate::review::value_text(&output.value))),
    }
    Ok(Exit::Done)
}

fn unknown(name: &str, outputs: &BTreeMap<String, RecordedOutput>) -> Stop {
    let hint = match nearest(name, outputs.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if outputs.is_empty() => "outputs are worked out by apply".to_owned(),
        None => format!("there are {}", outputs.keys().cloned().collect::<Vec<_>>().join(", ")),
    };
    Stop::refused(format!("there is no output `{name}`"), hint)
}

/// All outputs for a program. Sensitive ones come without their value, unless asked for by name.
fn all(outputs: &BTreeMap<String, RecordedOutput>) -> Json {
    let told = outputs.iter().map(|(name, output)| {
        let mut told = json!({"sensitive": output.sensitive});
        if !output.sensitive {
            told["value"] = Json::from(output.value.clone());
        }
        (name.clone(), told)
    });
    Json::Object(told.collect())
}

/// The text itself.
fn raw(name: &str, value: &Value) -> Result<String, Stop> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        other => Err(Stop::refused(
            format!("the output `{name}` is {}, which has no raw text", other.kind_name()),
            "use --json",
        )),
    }
}

/// Names and values for people.
pub(in crate::cli) fn table(outputs: &BTreeMap<String, RecordedOutput>, look: Look) -> String {
    let width = outputs.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, output) in outputs {
        let head = Line::indent(2).with(Tone::Strong, format!("{:<width$}  ", crate::review::clean(name)));
        match (output.sensitive, &output.value) {
            (true, _) => head.with(Tone::Faint, "(sensitive)").write(look, &mut out),
            (false, Value::Null) => head.with(Tone::Faint, "(not known yet)").write(look, &mut out),
            (false, value) => {
                let mut head = head;
                for line in lines(value) {
                    head.plain(line).write(look, &mut out);
                    head = Line::indent(width + 4);
                }
            }
        }
    }
    out
}

fn lines(value: &Value) -> Vec<String> {
    match value_body(value) {
        Body::Parts(parts, _) => parts.into_iter().map(|part| part.text).collect(),
        Body::One(Cell::Text(text)) => vec![text],
        Body::One(_) | Body::Arrow(..) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensitive_output_is_only_named() {
        let secret = RecordedOutput { value: "CANARY".into(), sensitive: true };
        let names = Value::List(vec!["a.example".into(), "b.example".into()]);
        let outputs = BTreeMap::from([
            ("key".to_owned(), secret),
            ("names".to_owned(), RecordedOutput { value: names, sensitive: false }),
            ("later".to_owned(), RecordedOutput { value: Value::Null, sensitive: false }),
        ]);
        let table = table(&outputs, Look::default());
        assert_eq!(
            table,
            "  key    (sensitive)\n  later  (not known yet)\n  names  a.example\n         b.example\n"
        );
        assert!(!all(&outputs).to_string().contains("CANARY"));
    }
}
