//! Arguments of the commands that plan, apply and review.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Global, Select, Work};

/// `plan`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge plan                           what apply would do
  landbridge plan --out link.plan           the same, kept for `review` and `apply link.plan`
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
  landbridge -f examples/cross-account apply --sim")]
pub(in crate::cli) struct Apply {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN", conflicts_with_all = ["target", "exclude", "replace", "refresh_only", "refresh"])]
    pub(in crate::cli) plan: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) auto_approve: bool,
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
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// The forms of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReviewFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// Terraform's plan representation, for tools that read it
    TerraformJson,
}

/// `review`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The plan file holds all a review needs: no configuration, no credentials, no cloud.

Examples:
  landbridge plan --out link.plan && landbridge review link.plan
  landbridge review link.plan --format json
  landbridge review link.plan --format terraform-json | conftest test -")]
pub(in crate::cli) struct Review {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value = "text")]
    pub(in crate::cli) format: ReviewFormat,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(in crate::cli) steps: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}
