//! Everything worth pointing at in the author's files: what sections found, what is destroyed, what
//! others changed. Annotations and code scanning are made of it.

use super::model::{Entry, Review, Sign};
use super::section::{Finding, Level};
use crate::diagnostic::Place;

/// All findings of a review, the worst first.
pub(super) fn findings(review: &Review) -> Vec<Finding> {
    // What the other sections tell of an object is told with what happens to it.
    let found = review.sections.iter().filter(|section| section.has_levels());
    let found = found.flat_map(|section| section.findings.iter().cloned());
    let destroyed = review.changes.iter().filter_map(destroyed);
    let drifted = review.drift.iter().map(drifted);
    let mut all: Vec<Finding> = found.chain(destroyed).chain(drifted).collect();
    all.sort_by_key(|finding| finding.level);
    all
}

/// What an entry destroys or breaks.
fn destroyed(entry: &Entry) -> Option<Finding> {
    let (rule, title, fate) = match entry.sign {
        Sign::Minus => ("change/delete", "Deleted", "is deleted"),
        Sign::MinusPlus | Sign::PlusMinus => ("change/replace", "Replaced", "is replaced"),
        _ if entry.losses.is_empty() => return None,
        _ => ("change/felt", "Others feel it", "changes in place"),
    };
    let mut text = format!("`{}` {fate}", entry.address);
    let reason = entry.follows.as_ref().map(|expression| format!("it follows `{expression}`"));
    if let Some(reason) = reason.or_else(|| entry.reason.clone()) {
        text.push_str(&format!(" ({reason})"));
    }
    let title = if entry.cut > 0 { format!("{title}: live connections are cut") } else { title.to_owned() };
    let mut finding = of_entry(entry, rule, Level::Warns, &title, text);
    finding.more = entry.losses.clone();
    Some(finding)
}

fn drifted(entry: &Entry) -> Finding {
    let names: Vec<&str> = entry.rows.iter().map(|row| row.name.as_str()).collect();
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let what = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    let text = format!("somebody else {} `{}` since the last apply{what}", entry.action, entry.address);
    of_entry(entry, "drift", Level::Tells, "Drift", text)
}

fn of_entry(entry: &Entry, rule: &str, level: Level, title: &str, text: String) -> Finding {
    Finding {
        rule: rule.to_owned(),
        level,
        title: title.to_owned(),
        text,
        hint: String::new(),
        address: Some(entry.address.clone()),
        place: entry.place.clone(),
        more: Vec::new(),
    }
}

impl Finding {
    /// All of it as plain sentences: what it is about, what was found, what belongs to it, what to do.
    pub(super) fn told(&self) -> String {
        let about = self.subject().map(|address| format!("{address}: ")).unwrap_or_default();
        let mut out = format!("{about}{}", self.text);
        for (at, more) in self.more.iter().enumerate() {
            out.push_str(if at == 0 { ": " } else { "; " });
            out.push_str(more);
        }
        if !self.hint.is_empty() {
            out.push('\n');
            out.push_str(&self.hint);
        }
        out
    }
}

/// The path of a place's file from the root of the repository, with forward slashes; none for what is
/// no file, such as a variable from the command line.
pub(super) fn path_of(place: &Place, prefix: &str) -> Option<String> {
    let file = place.file.replace('\\', "/");
    if file.starts_with("--") {
        return None;
    }
    let absolute = file.starts_with('/');
    let whole = if absolute || prefix.is_empty() { file } else { format!("{prefix}/{file}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let path = parts.join("/");
    Some(if absolute { format!("/{path}") } else { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_root_of_the_repository() {
        let place = |file: &str| Place { file: file.into(), start: 0, end: 0, line: 1, column: 1 };
        for (file, prefix, expected) in [
            ("landbridge.yaml", "", Some("landbridge.yaml")),
            ("./a//b.yaml", "", Some("a/b.yaml")),
            ("../common/x.yaml", "infra/prod", Some("infra/common/x.yaml")),
            ("/abs/x.yaml", "infra", Some("/abs/x.yaml")),
            ("--var region", "infra", None),
        ] {
            assert_eq!(path_of(&place(file), prefix).as_deref(), expected, "{file}");
        }
    }
}
