//! `explain`: what a code means and what to do about it.

use serde_json::json;

use crate::cli::args::Explain;
use crate::cli::exit::{CODES, Exit};
use crate::cli::failure::{Ended, Stop};
use crate::cli::ui::Ui;
use crate::provider;
use crate::review::{Line, Tone};

/// The reason words of changes (`reason` in JSON), each with what it means.
const REASONS: [(&str, &str); 17] = [
    ("new", "It is in the configuration and not recorded: it is created."),
    ("deleted_outside", "It was recorded, and somebody else deleted it: it is created again."),
    ("differs", "Attributes differ from the configuration: they are changed in place."),
    ("cannot_update", "An attribute differs that the API cannot change in place: the object is replaced."),
    (
        "refused",
        "The API refused to change an attribute in place at an earlier apply: the object is replaced.",
    ),
    ("tainted", "The cloud itself calls the object failed, or somebody else is deleting it: it is replaced."),
    ("requested", "--replace asked for it."),
    ("triggered", "Something named in replace_triggered_by changed: the object is replaced."),
    ("moved", "Its provider block leads to another account, project or region: it is replaced there."),
    ("not_desired", "It is recorded and no longer in the configuration: it is deleted, or let go of."),
    ("destroy", "destroy deletes everything that is recorded."),
    ("already_there", "The cloud has it already: it is adopted without a call."),
    ("interrupted", "An interrupted run made it: it is adopted without a call."),
    ("imported", "It was there before, and comes under this address without a call."),
    ("gone", "It is gone already, or goes with another object: only the record is changed."),
    ("late_arguments", "What it looks up by is known only while applying: it is read then."),
    ("deposed", "It is the leftover of a replacement: it is deleted."),
];

pub(in crate::cli) fn run(args: &Explain, ui: &Ui) -> Ended {
    let asked = args.code.join(" ");
    let said = exit_code(&args.code).or_else(|| reason(&asked)).or_else(|| cloud_code(&asked));
    let Some((title, rows)) = said else {
        return Err(Stop::refused(
            format!("`{asked}` is no code that we know"),
            "codes of the clouds look like EndPoint.3006 or EndpointServiceNotFound; ours are `exit 2`, and the reason \
             words of changes",
        ));
    };
    if ui.is_json() {
        let fields: serde_json::Map<_, _> = rows.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        ui.value(&json!({"code": title, "about": fields}));
        return Ok(Exit::Done);
    }
    ui.print(&format!("{}\n", Line::new().with(Tone::Strong, title).text(ui.look())));
    for (label, text) in rows {
        let mut column = Line::indent(2).with(Tone::Faint, format!("{label:<9}"));
        for line in crate::review::wrap(&text, ui.look().width.saturating_sub(11)) {
            ui.print(&format!("{}\n", column.plain(line).text(ui.look())));
            column = Line::indent(11);
        }
    }
    Ok(Exit::Done)
}

type Said = Option<(String, Vec<(&'static str, String)>)>;

fn exit_code(words: &[String]) -> Said {
    let code = match words {
        [word, code] if word == "exit" => code,
        [code] => code,
        _ => return None,
    };
    let (code, meaning, action) = CODES.iter().find(|(known, ..)| code.parse() == Ok(*known))?;
    Some((
        format!("exit code {code}"),
        vec![("meaning", (*meaning).to_owned()), ("action", (*action).to_owned())],
    ))
}

fn reason(word: &str) -> Said {
    let (word, meaning) = REASONS.iter().find(|(known, _)| *known == word)?;
    Some((format!("reason {word}"), vec![("meaning", (*meaning).to_owned())]))
}

fn cloud_code(code: &str) -> Said {
    let known = provider::explain(code)?;
    let retry =
        if known.retry { "landbridge tries again by itself" } else { "landbridge does not try again" };
    Some((
        known.code.to_owned(),
        vec![
            ("message", known.message.to_owned()),
            ("meaning", known.meaning.to_owned()),
            ("action", known.action.to_owned()),
            ("status", format!("HTTP {}", known.status)),
            ("retry", retry.to_owned()),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ReasonCode;

    #[test]
    fn every_reason_word_is_explained() {
        use ReasonCode::*;
        let all = [
            New,
            DeletedOutside,
            Differs,
            CannotUpdate,
            Refused,
            Tainted,
            Requested,
            Triggered,
            Moved,
            NotDesired,
            Destroy,
            AlreadyThere,
            Interrupted,
            Imported,
            Gone,
            LateArguments,
            Deposed,
        ];
        for code in all {
            // Fails to compile when a reason joins that is not in the list above.
            match code {
                New | DeletedOutside | Differs | CannotUpdate | Refused | Tainted | Requested | Triggered
                | Moved | NotDesired | Destroy | AlreadyThere | Interrupted | Gone | LateArguments
                | Imported | Deposed => {}
            }
            let word = serde_json::to_value(code).unwrap();
            assert!(reason(word.as_str().unwrap()).is_some(), "{word}");
        }
    }

    #[test]
    fn codes_are_found_in_any_case() {
        assert_eq!(cloud_code("endpoint.3006").unwrap().0, "EndPoint.3006");
        assert_eq!(exit_code(&["exit".into(), "2".into()]).unwrap().0, "exit code 2");
        assert!(exit_code(&["7".into()]).is_none() && cloud_code("EndPoint.9999").is_none());
    }
}
