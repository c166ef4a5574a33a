//! Arguments of the commands that plan, apply and review.

use std::path::PathBuf;

use clap::Args;

use super::work::duration;
use super::{Global, Select, Work};
use crate::cli::post::Host;
use crate::cli::renderings::{Form, Written, written};
use crate::plan::Limit;

/// Into which files a review is written, and what it is told.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Writing reviews")]
pub(in crate::cli) struct Render {
    /// Write the review to a file, in a form that `review --format` knows; may be given often
    #[arg(long, value_name = "FORMAT=FILE", value_parser = written)]
    pub(in crate::cli) write: Vec<Written>,
    /// Where the whole review is to be read, for comments [default: the page of the CI job]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) link: Option<String>,
}

/// `plan`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge plan                           what apply would do
  landbridge plan --out link.plan           the same, kept for `review` and `apply link.plan`
  landbridge plan --out link.plan --write github=comment.md --write gitlab-report=report.json
  landbridge plan --detailed-exitcode       exit code 2 when there is something to do
  landbridge plan --target vpcep_endpoint.shop
  landbridge -f examples/cross-account plan --sim")]
pub(in crate::cli) struct Plan {
    /// Keep the plan in this file, for `review` and `apply`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Exit with 2 when changes are pending
    #[arg(long)]
    pub(in crate::cli) detailed_exitcode: bool,
    /// Plan for deleting everything
    #[arg(long)]
    pub(in crate::cli) destroy: bool,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(in crate::cli) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(in crate::cli) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// In which forms to write its review.
    #[command(flatten)]
    pub(in crate::cli) render: Render,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `apply`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Without a file, apply makes a plan, shows it and asks. With the file of `plan --out` it does exactly
those steps without asking, or refuses when something moved since.

The first Ctrl-C starts nothing new and waits for what is running; the second stops at once.
Either way the next run goes on from there.

Examples:
  landbridge apply
  landbridge apply link.plan
  landbridge apply --auto-approve --var-file prod.yaml
  landbridge apply link.plan --require-approval=2 --allowed-signers signers
  landbridge apply --approved link.plan     plans again, and goes on only if it is the same
  landbridge apply link.plan --override-limit deletes     although it deletes more than `limits:` allows
  landbridge -f examples/cross-account apply --sim")]
pub(in crate::cli) struct Apply {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN", conflicts_with_all = ["target", "exclude", "replace", "answers", "refresh_only", "refresh"])]
    pub(in crate::cli) plan: Option<PathBuf>,
    /// Plan again, and go on without asking only if that does exactly what this plan says
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["plan", "auto_approve", "target", "exclude", "replace", "refresh_only", "refresh"])]
    pub(in crate::cli) approved: Option<PathBuf>,
    /// Whose approval is needed.
    #[command(flatten)]
    pub(in crate::cli) trust: Trust,
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) auto_approve: bool,
    /// Go beyond this limit of the stack; may be given often, and is recorded in the history
    #[arg(long, value_name = "LIMIT")]
    pub(in crate::cli) override_limit: Vec<Limit>,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(in crate::cli) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(in crate::cli) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// Whose approval a saved plan needs.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Approval of a saved plan")]
pub(in crate::cli) struct Trust {
    /// Go on only with the signed approval of so many persons [default: 1]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1", value_parser = clap::value_parser!(u8).range(1..), requires = "allowed_signers")]
    pub(in crate::cli) require_approval: Option<u8>,
    /// Who may approve: names and keys, as `ssh-keygen` and git read them
    #[arg(long, value_name = "FILE", requires = "require_approval")]
    pub(in crate::cli) allowed_signers: Option<PathBuf>,
    /// Keys that count no more: public keys, or a list of `ssh-keygen -k`
    #[arg(long, value_name = "FILE", requires = "require_approval")]
    pub(in crate::cli) revoked_keys: Option<PathBuf>,
    /// An approval; may be given often [default: every PLAN.*.approval beside the plan]
    #[arg(long, value_name = "FILE", requires = "require_approval")]
    pub(in crate::cli) approval: Vec<PathBuf>,
}

/// `destroy`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge destroy                                  shows what goes, and asks
  landbridge destroy --target vpcep_endpoint.shop     only this, and what needs it")]
pub(in crate::cli) struct Destroy {
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) auto_approve: bool,
    /// Go beyond this limit of the stack; may be given often, and is recorded in the history
    #[arg(long, value_name = "LIMIT")]
    pub(in crate::cli) override_limit: Vec<Limit>,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(in crate::cli) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(in crate::cli) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `drift`.
#[derive(Args, Debug)]
#[command(after_long_help = "Exit code 2 when there is drift, 0 when there is none.")]
pub(in crate::cli) struct Drift {
    /// Which object an interrupted creation made, where that cannot be told: YAML, `ADDRESS: ID`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// Where a review is posted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Posting as a comment")]
pub(in crate::cli) struct Posting {
    /// Post the review on the pull request that this job is about; an earlier one is replaced
    #[arg(long, value_name = "HOST", value_enum)]
    pub(in crate::cli) post: Option<Host>,
    /// The repository [default: the job's]
    #[arg(long, value_name = "NAME", requires = "post")]
    pub(in crate::cli) repository: Option<String>,
    /// The number of the pull request [default: the job's]
    #[arg(long, value_name = "N", requires = "post")]
    pub(in crate::cli) number: Option<u64>,
}

/// `review`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The plan file holds all a review needs: no configuration, no credentials, no cloud.

Examples:
  landbridge plan --out link.plan && landbridge review link.plan
  landbridge review link.plan --format html > plan.html
  landbridge review link.plan --format json
  landbridge review link.plan --format terraform-json | conftest test -
  landbridge review link.plan --format github-annotations
  landbridge review link.plan --format github-summary >> $GITHUB_STEP_SUMMARY
  landbridge review link.plan --approve --by ann@example.com
  landbridge review link.plan --post github       with GITHUB_TOKEN, in a job of a pull request
  landbridge review --base origin/main            what the commits since then would change

An approval is signed with an SSH key and stands beside the plan as PLAN.NAME.approval and .approval.sig;
`apply PLAN --require-approval --allowed-signers FILE` asks for it. Without our help it is verified by
  ssh-keygen -Y verify -n landbridge-approval -f FILE -I NAME -s PLAN.NAME.approval.sig < PLAN.NAME.approval")]
pub(in crate::cli) struct Review {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN", required_unless_present = "base")]
    pub(in crate::cli) plan: Option<PathBuf>,
    /// Instead of a plan, what would change from this git revision, offline and without credentials
    #[arg(long, value_name = "REV", conflicts_with_all = ["plan", "approve", "steps"])]
    pub(in crate::cli) base: Option<String>,
    /// To which git revision
    #[arg(long, value_name = "REV", default_value = "HEAD", requires = "base")]
    pub(in crate::cli) head: String,
    /// The form
    #[arg(long, value_enum, default_value = "text")]
    pub(in crate::cli) format: Form,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(in crate::cli) steps: bool,
    /// Approve exactly this plan, by a signature beside it
    #[arg(long, requires = "by")]
    pub(in crate::cli) approve: bool,
    /// Who approves: the name in the list of allowed signers
    #[arg(long, value_name = "NAME", requires = "approve")]
    pub(in crate::cli) by: Option<String>,
    /// The SSH key to sign with; a public one asks the agent [default: the usual one in ~/.ssh]
    #[arg(long, value_name = "FILE", requires = "approve")]
    pub(in crate::cli) key: Option<PathBuf>,
    /// How long the approval holds, such as 24h [default: as long as the plan can be done]
    #[arg(long, value_name = "TIME", requires = "approve", value_parser = duration)]
    pub(in crate::cli) valid_for: Option<std::time::Duration>,
    /// In which forms to write it to files.
    #[command(flatten)]
    pub(in crate::cli) render: Render,
    /// Where to post it.
    #[command(flatten)]
    pub(in crate::cli) posting: Posting,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}
