//! Arguments of the commands that look things up.

use clap::{Args, ValueEnum};

use super::Global;

/// `output`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Sensitive outputs show as (sensitive), except where one is asked for by name with --raw or --json.

Examples:
  landbridge output
  landbridge output address --raw
  landbridge output --json")]
pub(in crate::cli) struct Output {
    /// Only this output
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// The text itself, without quotes and without a line end
    #[arg(long, requires = "name", conflicts_with = "json")]
    pub(in crate::cli) raw: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// The forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid, which code hosts draw in Markdown
    Mermaid,
    /// A picture
    Svg,
}

/// `graph`.
#[derive(Args, Debug)]
pub(in crate::cli) struct Graph {
    /// The form
    #[arg(long, value_enum, default_value = "dot")]
    pub(in crate::cli) format: GraphFormat,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `schema`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge schema > landbridge.schema.json   the editor's schema of the whole language
  landbridge schema --list                     the kinds there are
  landbridge schema vpcep_endpoint             one kind, to read")]
pub(in crate::cli) struct Schema {
    /// The kind to read about, such as `vpcep_endpoint` or `data.vpcep_public_service`
    pub(in crate::cli) kind: Option<String>,
    /// List the kinds
    #[arg(long, conflicts_with = "kind")]
    pub(in crate::cli) list: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `explain`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge explain EndPoint.3006
  landbridge explain exit 2
  landbridge explain cannot_update")]
pub(in crate::cli) struct Explain {
    /// A code of the cloud, `exit N`, or the reason word of a change
    #[arg(value_name = "CODE", num_args = 1..=2, required = true)]
    pub(in crate::cli) code: Vec<String>,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `completions`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge completions bash > ~/.local/share/bash-completion/completions/landbridge
  landbridge completions zsh > ~/.zfunc/_landbridge")]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}
