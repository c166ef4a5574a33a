//! Arguments of `policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Global;

/// `policy`.
#[derive(Args, Debug)]
pub(in crate::cli) struct Policy {
    /// What to do.
    #[command(subcommand)]
    pub(in crate::cli) command: PolicyCommand,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PolicyCommand {
    /// Run the tests of policies
    Test(PolicyTest),
}

/// `policy test`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
A test is a rule `test_…` in a Rego file, as for OPA and Conftest; it passes when it is true.

Examples:
  landbridge policy test                      the policies of the configuration here
  landbridge policy test examples/policies    a folder of rules and tests")]
pub(in crate::cli) struct PolicyTest {
    /// Rego files, or folders of them [default: those that the configuration names]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// YAML or JSON file that rules see under `data`; may be given often
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) data: Vec<PathBuf>,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

impl PolicyCommand {
    /// The global options as they stand after the subcommand.
    pub(in crate::cli) fn global(&self) -> &Global {
        match self {
            PolicyCommand::Test(test) => &test.global,
        }
    }
}
