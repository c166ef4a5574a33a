//! `schema`: what a kind takes, to read; or the whole language, for editors.

use crate::cli::args::Schema;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::ui::Ui;
use crate::provider;
use crate::resource::{
    AttributeSchema, Catalog, Change, Check, Field, Kind, KindSchema, Known, Listing, Mode, OneWay,
    OrderRule, Source, Type,
};
use crate::review::{Line, Look, Tone, value_text, wrap};

pub(in crate::cli) fn run(args: &Schema, ui: &Ui) -> Ended {
    let catalog = provider::catalog();
    if args.list {
        ui.print(&list(&catalog, ui.look()));
        return Ok(Exit::Done);
    }
    let Some(name) = &args.kind else {
        ui.value(&crate::config::json_schema(&catalog));
        return Ok(Exit::Done);
    };
    let (mode, kind) = match name.strip_prefix("data.") {
        Some(kind) => (Mode::Data, kind),
        None => (Mode::Managed, name.as_str()),
    };
    let kind = Kind::from(kind);
    let found = catalog.get(mode, &kind).or_else(|| catalog.get(Mode::Data, &kind));
    let schema = found.ok_or_else(|| {
        Stop::refused(
            format!("there is no kind `{name}`"),
            "`landbridge schema --list` shows the kinds there are",
        )
    })?;
    ui.print(&page(schema, ui.look()));
    Ok(Exit::Done)
}

fn full_name(schema: &KindSchema) -> String {
    match schema.mode {
        Mode::Managed => schema.kind.to_string(),
        Mode::Data => format!("data.{}", schema.kind),
    }
}

fn list(catalog: &Catalog, look: Look) -> String {
    let mut out = String::new();
    let width = catalog.iter().map(|schema| full_name(schema).chars().count()).max().unwrap_or(0);
    for schema in catalog.iter() {
        let name = format!("{:<width$}  ", full_name(schema));
        Line::new().with(Tone::Strong, name).plain(schema.doc).write(look, &mut out);
    }
    out
}

/// A readable page about one kind.
fn page(schema: &KindSchema, look: Look) -> String {
    let mut out = String::new();
    let title = Line::new().with(Tone::Strong, full_name(schema));
    title.with(Tone::Faint, format!("  ({})", schema.provider_type)).write(look, &mut out);
    paragraph(schema.doc, 0, look, &mut out);
    let arguments = |source: fn(&Source) -> bool| {
        schema.attributes.iter().filter(move |attribute| source(&attribute.source)).collect::<Vec<_>>()
    };
    section("Needed", &arguments(|s| *s == Source::Required), look, &mut out);
    section("Optional", &arguments(|s| matches!(s, Source::Optional | Source::Default(_))), look, &mut out);
    section("Known afterwards", &arguments(|s| matches!(s, Source::Computed(_))), look, &mut out);
    let order = order(schema);
    if !order.is_empty() {
        heading("Order", look, &mut out);
        for line in order {
            paragraph(&line, 2, look, &mut out);
        }
    }
    out
}

fn heading(title: &str, look: Look, out: &mut String) {
    out.push('\n');
    Line::new().with(Tone::Strong, title).write(look, out);
}

fn paragraph(text: &str, indent: usize, look: Look, out: &mut String) {
    for line in wrap(text, look.width.saturating_sub(indent)) {
        Line::indent(indent).plain(line).write(look, out);
    }
}

fn section(title: &str, attributes: &[&AttributeSchema], look: Look, out: &mut String) {
    if attributes.is_empty() {
        return;
    }
    heading(title, look, out);
    let width = attributes.iter().map(|a| a.name.chars().count()).max().unwrap_or(0);
    for attribute in attributes {
        let name = Line::indent(2).with(Tone::Info, format!("{:<width$}  ", attribute.name));
        name.plain(about(attribute)).write(look, out);
        paragraph(attribute.doc, width + 4, look, out);
        for line in fields(&attribute.ty).into_iter().chain(limits(attribute)) {
            paragraph(&line, width + 4, look, out);
        }
    }
}

/// What each object of a list, set or map holds.
fn fields(ty: &Type) -> Option<String> {
    let (Type::List(one) | Type::Set(one) | Type::Map(one)) = ty else { return None };
    let Type::Object { fields, .. } = &**one else { return None };
    let about = |field: &Field| {
        let left_out = match &field.default {
            Some(value) => format!(", default {}", value_text(value)),
            None if field.optional => ", optional".to_owned(),
            None => String::new(),
        };
        format!("`{}` ({}{left_out})", field.name, field.ty)
    };
    Some(format!("Each has {}.", fields.iter().map(about).collect::<Vec<_>>().join(", ")))
}

/// What is allowed, as far as its description does not say it.
fn limits(attribute: &AttributeSchema) -> Vec<String> {
    attribute
        .checks
        .iter()
        .filter(|check| match check {
            Check::OneOf(words) => !words.iter().all(|word| attribute.doc.contains(&format!("`{word}`"))),
            _ => true,
        })
        .map(|check| sentence(&limit(check)))
        .collect()
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// One check in words.
fn limit(check: &Check) -> String {
    match check {
        Check::MaxLength(most) => format!("at most {most} characters"),
        Check::Pattern(_, allowed) => (*allowed).to_owned(),
        Check::Not(word, why) => format!("not `{word}`: {why}"),
        Check::OneOf([word]) => format!("only `{word}`"),
        Check::OneOf(words) => {
            format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
        }
        Check::Range(from, to) => format!("{from} to {to}"),
        Check::Items(0, most) => format!("at most {most} entries"),
        Check::Items(least, most) => format!("{least} to {most} entries"),
        Check::Uuid => "a UUID".to_owned(),
        Check::Ipv4 => "an IPv4 address".to_owned(),
        Check::Ipv4OrCidr => "an IPv4 address or range".to_owned(),
        Check::Outside(range, why) => format!("not in {range}: {why}"),
        Check::Each(inner) => format!("each: {}", limit(inner)),
        Check::Keys(inner) => format!("keys: {}", limit(inner)),
        Check::Field(name, inner) => format!("`{name}`: {}", limit(inner)),
    }
}

/// Type, default, how it changes, when it is known: "a string, default `LB`, in place".
fn about(attribute: &AttributeSchema) -> String {
    let mut parts = vec![attribute.ty.to_string()];
    if let Source::Default(value) = &attribute.source {
        parts.push(format!("default {}", value_text(value)));
    }
    match (&attribute.source, attribute.change) {
        (Source::Computed(Known::AtCreation), _) => {}
        (Source::Computed(Known::OnAcceptance), _) => parts.push("only once accepted".to_owned()),
        (_, Change::InPlace) => parts.push("changed in place".to_owned()),
        (_, Change::Replace(_)) => parts.push("a new value replaces the object".to_owned()),
        (_, Change::OneWay(OneWay::From(start), _)) => {
            parts.push(format!("away from `{start}` in place; back replaces the object"));
        }
        (_, Change::OneWay(OneWay::Growing, _)) => {
            parts.push("grows in place; fewer replaces the object".to_owned());
        }
        (_, Change::Setting) => parts.push("a setting of ours, never sent".to_owned()),
    }
    parts.join(", ")
}

fn order(schema: &KindSchema) -> Vec<String> {
    let mut lines: Vec<String> = schema
        .order
        .iter()
        .map(|rule| match rule {
            OrderRule::Refers { attribute, kind } => format!("Waits for the {kind} that {attribute} names."),
            OrderRule::Beside { attribute, kind, .. } => {
                format!("Waits for the {kind} with the same {attribute}.")
            }
        })
        .collect();
    if let Some(completes) = &schema.completes {
        let kinds = completes.kinds.join(" or ");
        lines.push(format!("Completes the {kinds} that {} names.", completes.attribute));
    }
    if let (Listing::Under(parent), Mode::Managed) = (schema.listing, schema.mode) {
        lines.push(format!("Lives under the object that {parent} names."));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_page_that_names_every_attribute() {
        let look = Look { width: 80, colour: false };
        for schema in provider::catalog().iter() {
            let page = page(schema, look);
            for attribute in &schema.attributes {
                assert!(
                    page.contains(&format!("  {} ", attribute.name)),
                    "{} of {}",
                    attribute.name,
                    schema.kind
                );
            }
            assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
        }
    }

    #[test]
    fn a_page_says_what_is_allowed() {
        let catalog = provider::catalog();
        let service = catalog.get(Mode::Managed, &Kind::from("vpcep_service")).expect("a kind");
        let page = page(service, Look { width: 100, colour: false });
        for line in [
            "Each has `client_port` (a whole number), `server_port` (a whole number), `protocol`",
            "`toa_open`:",
            "`client_port`: 1 to 65535.",
            "`protocol`: only `TCP`.",
            "At most 128 characters.",
        ] {
            assert!(page.contains(line), "{line} in\n{page}");
        }
        assert!(!page.contains("One of `VM`, `LB`."), "its description says so:\n{page}");
    }
}
