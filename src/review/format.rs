//! The forms a review can have, by name, and the one function that makes each.

use serde_json::Value as Json;

use super::annotations::annotations;
use super::comment::{Host, comment};
use super::gitlab::gitlab_report;
use super::html::html;
use super::json::json;
use super::line::Look;
use super::markdown::markdown;
use super::model::Review;
use super::sarif::sarif;
use super::terraform_text::terraform_text;
use super::text::text;
use crate::plan::Plan;
use crate::plan::representation::representation;

/// The forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The same in the words of Terraform's text, for tools that look for them.
    TerraformText,
    /// For people, with folds.
    Markdown,
    /// A page of its own, for a browser.
    Html,
    /// For programs.
    Json,
    /// Terraform's plan representation.
    TerraformJson,
    /// A comment on a pull request of GitHub.
    Github,
    /// The summary of a job on GitHub.
    GithubSummary,
    /// Annotations at file and line, as commands to a GitHub job.
    GithubAnnotations,
    /// A note on a merge request of GitLab.
    Gitlab,
    /// GitLab's Terraform report.
    GitlabReport,
    /// SARIF, for code scanning.
    Sarif,
}

/// What a rendering is told besides the plan.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// How text looks.
    pub look: Look,
    /// Where the whole review is to be read.
    pub link: Option<String>,
    /// The way from the root of the repository to the folder that files are named from.
    pub prefix: String,
}

impl Format {
    /// All of them, in the order of the documentation.
    pub const ALL: [Format; 12] = [
        Format::Text,
        Format::TerraformText,
        Format::Markdown,
        Format::Html,
        Format::Json,
        Format::TerraformJson,
        Format::Github,
        Format::GithubSummary,
        Format::GithubAnnotations,
        Format::Gitlab,
        Format::GitlabReport,
        Format::Sarif,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::TerraformText => "terraform-text",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Json => "json",
            Format::TerraformJson => "terraform-json",
            Format::Github => "github",
            Format::GithubSummary => "github-summary",
            Format::GithubAnnotations => "github-annotations",
            Format::Gitlab => "gitlab",
            Format::GitlabReport => "gitlab-report",
            Format::Sarif => "sarif",
        }
    }

    /// What it is for, for `--help`.
    pub fn purpose(self) -> &'static str {
        match self {
            Format::Text => "For people",
            Format::TerraformText => "Text in Terraform's wording, for tools that look for it",
            Format::Markdown => "For people, the details folded",
            Format::Html => "A page with the graph, for a browser; it loads nothing",
            Format::Json => "For programs",
            Format::TerraformJson => "Terraform's plan representation, for tools that read it",
            Format::Github => "A comment on a pull request, within GitHub's limit",
            Format::GithubSummary => "The summary of a GitHub job, within its limit",
            Format::GithubAnnotations => "Annotations at file and line, to print in a GitHub job",
            Format::Gitlab => "A note on a merge request, within GitLab's limit",
            Format::GitlabReport => "The file for GitLab's `artifacts:reports:terraform`",
            Format::Sarif => "SARIF 2.1.0, for code scanning",
        }
    }

    /// The plan in this form, with a final line end.
    pub fn render(self, plan: &Plan, around: &Surroundings) -> String {
        // What was compared between revisions is named from the root already.
        let prefix = if plan.source.base.is_empty() { around.prefix.as_str() } else { "" };
        let review = Review::kept(plan).rooted(prefix);
        let link = around.link.as_deref();
        match self {
            Format::Text => text(&review, around.look),
            Format::TerraformText => terraform_text(&review),
            Format::Markdown => markdown(&review),
            Format::Html => html(plan, &review) + "\n",
            Format::Json => pretty(&json(plan)),
            Format::TerraformJson => pretty(&representation(plan)),
            Format::Github => comment(&review, Host::GITHUB, link),
            Format::GithubSummary => comment(&review, Host::GITHUB_SUMMARY, link),
            Format::GithubAnnotations => annotations(&review),
            Format::Gitlab => comment(&review, Host::GITLAB, link),
            Format::GitlabReport => pretty(&gitlab_report(&review)),
            Format::Sarif => pretty(&sarif(&review)),
        }
    }
}

fn pretty(json: &Json) -> String {
    let mut text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.push('\n');
    text
}
