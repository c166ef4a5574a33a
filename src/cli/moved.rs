//! The map of a rebuild in the forms that people and programs take: what was, and what is now.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::failure::Stop;
use super::sources;
use crate::ops::rebuild::{Moved, Side};
use crate::resource::Value;
use crate::review::{Line, Look, Tone, clean, value_text};

/// What one thing about an object was, and what it is now; empty where there is nothing.
struct Row {
    address: String,
    what: &'static str,
    before: String,
    after: String,
}

/// Writes the map in the form that the file's ending asks for.
pub(super) fn write(moved: &[Moved], file: &Path) -> Result<(), Stop> {
    let form = form(file)?;
    Ok(sources::write_private(file, &form(moved))?)
}

/// The form that a file's ending asks for.
pub(super) fn form(file: &Path) -> Result<fn(&[Moved]) -> String, Stop> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Ok(|moved| format!("{:#}\n", as_json(moved))),
        Some("csv") => Ok(csv),
        Some("md") => Ok(markdown),
        _ => Err(Stop::refused(
            format!("{} does not end as a form of the map does", file.display()),
            "name it .json, .csv or .md",
        )),
    }
}

/// For programs: every object whole.
pub(super) fn as_json(moved: &[Moved]) -> Json {
    let side = |side: &Side| {
        let known_by: serde_json::Map<String, Json> = side
            .known_by
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Json::from(value.clone())))
            .collect();
        json!({
            "provider": side.provider,
            "account": side.identity.account,
            "project": side.identity.project,
            "region": side.identity.region,
            "id": side.id,
            "known_by": known_by,
        })
    };
    let one = |one: &Moved| {
        json!({
            "address": one.address.to_string(),
            "kind": one.address.kind(),
            "before": one.before.as_ref().map(side),
            "after": one.after.as_ref().map(side),
        })
    };
    moved.iter().map(one).collect()
}

/// What others know of: what exists with another object has its id from there.
fn known(moved: &[Moved]) -> impl Iterator<Item = &Moved> {
    moved.iter().filter(|one| !one.is_part)
}

/// For people at the terminal.
pub(super) fn text(moved: &[Moved], look: Look) -> String {
    let mut out = String::new();
    for one in known(moved) {
        let place =
            |side: &Option<Side>| side.as_ref().map_or("nowhere".to_owned(), |s| s.provider.to_string());
        let aside = format!("  {} -> {}", clean(&place(&one.before)), clean(&place(&one.after)));
        let head = Line::new().with(Tone::Strong, clean(&one.address.to_string()));
        head.with(Tone::Faint, aside).write(look, &mut out);
        let rows = rows(one);
        let wide = rows.iter().map(|row| row.what.len()).max().unwrap_or(0);
        for Row { what, before, after, .. } in rows {
            let shown = |text: String| if text.is_empty() { "(none)".to_owned() } else { clean(&text) };
            let line = Line::indent(4).with(Tone::Faint, format!("{what:<wide$}  "));
            line.plain(format!("{} -> {}", shown(before), shown(after))).write(look, &mut out);
        }
    }
    out
}

fn csv(moved: &[Moved]) -> String {
    let field = |text: &str| {
        // What a table program would take for a formula stays text.
        let formula = text.starts_with(['=', '+', '-', '@', '\t']);
        let text = format!("{}{text}", if formula { "'" } else { "" });
        match text.contains(['"', ',', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        }
    };
    let mut out = "address,what,before,after\r\n".to_owned();
    for Row { address, what, before, after } in known(moved).flat_map(rows) {
        let fields = [&address, what, &before, &after].map(&field);
        out.push_str(&format!("{}\r\n", fields.join(",")));
    }
    out
}

fn markdown(moved: &[Moved]) -> String {
    let cell = |text: &str| match text.is_empty() {
        true => String::new(),
        false => format!("`{}`", clean(text).replace('`', "'").replace('|', "\\|")),
    };
    let mut out = "| address | what | before | after |\n|---|---|---|---|\n".to_owned();
    for Row { address, what, before, after } in known(moved).flat_map(rows) {
        let cells = [cell(&address), what.to_owned(), cell(&before), cell(&after)];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// What is told of one address, a line each.
fn rows(one: &Moved) -> Vec<Row> {
    let names = |side: &Option<Side>| -> Vec<&'static str> {
        side.iter().flat_map(|side| side.known_by.iter().map(|(name, _)| *name)).collect()
    };
    let mut all = vec!["id"];
    for name in names(&one.before).into_iter().chain(names(&one.after)) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    let told = |side: &Option<Side>, what: &str| match side {
        None => String::new(),
        Some(side) if what == "id" => side.id.clone(),
        Some(side) => {
            side.known_by.iter().find(|(name, _)| *name == what).map_or(String::new(), |(_, v)| plain(v))
        }
    };
    let row = |what| Row {
        address: one.address.to_string(),
        what,
        before: told(&one.before, what),
        after: told(&one.after, what),
    };
    all.into_iter().map(row).collect()
}

/// A value in one line, texts without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => value_text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Identity;

    fn side(id: &str, names: &[&str]) -> Side {
        let names = names.iter().map(|name| Value::from(*name)).collect();
        Side {
            provider: "owner".into(),
            identity: Identity { account: "a".into(), project: "p".into(), region: "r".into() },
            id: id.to_owned(),
            known_by: vec![("dns_names", Value::List(names))],
        }
    }

    fn sample() -> Vec<Moved> {
        let address: crate::resource::Address = "vpcep_endpoint.all[\"a,b\"]".parse().unwrap();
        vec![Moved {
            address,
            before: Some(side("=1", &["x|y", "z"])),
            after: Some(side("2", &[])),
            is_part: false,
        }]
    }

    #[test]
    fn no_form_is_broken_by_what_it_holds() {
        assert_eq!(
            csv(&sample()),
            "address,what,before,after\r\n\
             \"vpcep_endpoint.all[\"\"a,b\"\"]\",id,'=1,2\r\n\
             \"vpcep_endpoint.all[\"\"a,b\"\"]\",dns_names,x|y z,\r\n"
        );
        let lines = markdown(&sample());
        assert!(lines.ends_with("| `vpcep_endpoint.all[\"a,b\"]` | dns_names | `x\\|y z` |  |\n"), "{lines}");
        assert_eq!(as_json(&sample())[0]["before"]["known_by"]["dns_names"][1], "z");
        assert_eq!(
            text(&sample(), Look::default()),
            "vpcep_endpoint.all[\"a,b\"]  owner -> owner\n    id         =1 -> 2\n    dns_names  x|y z -> (none)\n"
        );
    }

    #[test]
    fn the_form_follows_from_the_ending() {
        for (name, good) in
            [("a.json", true), ("a.csv", true), ("a.md", true), ("a.txt", false), ("a", false)]
        {
            assert_eq!(form(Path::new(name)).is_ok(), good, "{name}");
        }
    }
}
