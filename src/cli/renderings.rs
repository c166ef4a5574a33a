//! The forms of a review on the command line: by name, into files, with what the CI around us says.

#![expect(clippy::disallowed_methods, reason = "the edge: where the repository begins")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::failure::Stop;
use super::sources;
use super::ui::Ui;
use crate::plan::Plan;
use crate::review::{Format, Look, Surroundings};

/// Columns of a text that goes into a file.
const COLUMNS: usize = 100;

/// A form, as it is named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form(pub(super) Format);

impl ValueEnum for Form {
    fn value_variants<'a>() -> &'a [Form] {
        const ALL: [Form; Format::ALL.len()] = {
            let mut all = [Form(Format::Text); Format::ALL.len()];
            let mut i = 0;
            while i < all.len() {
                all[i] = Form(Format::ALL[i]);
                i += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.purpose()))
    }
}

/// A form and the file it is to be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    form: Form,
    file: PathBuf,
}

/// Reads `FORMAT=FILE`.
pub(super) fn written(text: &str) -> Result<Written, String> {
    let (form, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as markdown=review.md")?;
    let form = Form::from_str(form, false).map_err(|_| {
        let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        format!("there is no form `{form}`; there are {}", names.join(", "))
    })?;
    if file.is_empty() {
        return Err("there is no file after the `=`".to_owned());
    }
    Ok(Written { form, file: file.into() })
}

/// Writes a plan in each of these forms.
pub(super) fn write(
    plan: &Plan,
    wanted: &[Written],
    link: Option<&str>,
    env: &BTreeMap<String, String>,
) -> Result<(), Stop> {
    for Written { form, file } in wanted {
        sources::write_private(file, &text(plan, form.0, link, env))?;
    }
    Ok(())
}

/// A plan in a form, for a file or a comment.
pub(super) fn text(
    plan: &Plan,
    format: Format,
    link: Option<&str>,
    env: &BTreeMap<String, String>,
) -> String {
    format.render(plan, &surroundings(link, env, Look { width: COLUMNS, colour: false }))
}

/// Prints a plan in a form.
pub(super) fn print(plan: &Plan, form: Form, link: Option<&str>, env: &BTreeMap<String, String>, ui: &Ui) {
    ui.print(&form.0.render(plan, &surroundings(link, env, ui.look())));
}

/// What a rendering may say about where it is read.
fn surroundings(link: Option<&str>, env: &BTreeMap<String, String>, look: Look) -> Surroundings {
    let here = std::env::current_dir().unwrap_or_default();
    Surroundings {
        look,
        link: link.map(str::to_owned).or_else(|| link_of(env)),
        prefix: prefix_of(&here, env, &|folder| folder.join(".git").exists()),
    }
}

/// The page of the CI job that we run in.
fn link_of(env: &BTreeMap<String, String>) -> Option<String> {
    let github = || {
        let part = |name: &str| env.get(name).filter(|value| !value.is_empty());
        let (server, repository) = (part("GITHUB_SERVER_URL")?, part("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", part("GITHUB_RUN_ID")?))
    };
    github().or_else(|| env.get("CI_JOB_URL").filter(|url| !url.is_empty()).cloned())
}

/// The way from the root of the repository to the working folder, with forward slashes.
fn prefix_of(here: &Path, env: &BTreeMap<String, String>, is_root: &dyn Fn(&Path) -> bool) -> String {
    let named = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].iter().filter_map(|name| env.get(*name));
    let roots = named.map(Path::new).filter(|root| root.is_absolute() && here.starts_with(root));
    let root = roots.max_by_key(|root| root.components().count());
    let root = root.or_else(|| here.ancestors().find(|folder| is_root(folder)));
    let way = root.and_then(|root| here.strip_prefix(root).ok()).unwrap_or(Path::new(""));
    let parts: Vec<_> = way.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn files_are_named_with_their_form() {
        assert_eq!(
            written("github-summary=a=b.md"),
            Ok(Written { form: Form(Format::GithubSummary), file: "a=b.md".into() })
        );
        for text in ["markdown", "markdown=", "word=x.md"] {
            assert!(written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ci_says_where_the_review_and_the_repository_are() {
        let github = env(&[
            ("GITHUB_SERVER_URL", "https://github.example"),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_RUN_ID", "7"),
        ]);
        assert_eq!(link_of(&github).as_deref(), Some("https://github.example/o/r/actions/runs/7"));
        assert_eq!(
            link_of(&env(&[("CI_JOB_URL", "https://gitlab.example/j/1")])).as_deref(),
            Some("https://gitlab.example/j/1")
        );
        assert_eq!(link_of(&env(&[])), None);
        let nowhere = |_: &Path| false;
        let here = Path::new("/builds/repo/infra/prod");
        assert_eq!(prefix_of(here, &env(&[("GITHUB_WORKSPACE", "/builds/repo")]), &nowhere), "infra/prod");
        assert_eq!(prefix_of(here, &env(&[("GITHUB_WORKSPACE", "/elsewhere")]), &nowhere), "");
        assert_eq!(prefix_of(here, &env(&[]), &|folder| folder == Path::new("/builds/repo")), "infra/prod");
    }
}
