//! Arguments of the commands that try something on a twin of the live clouds.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::work::duration;
use super::{Global, Work};
use crate::plan::Limit;
use crate::resource::{Kind, ProviderName};

/// `rehearse`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The live clouds are only read. What they answer draws a twin: the simulated cloud with the same objects, ids, whitelists,
connections and quotas. There the plan is applied, on a clock that does not wait. Networks, load balancers and the like,
which no API here shows, are taken as there. Exit code 0 means that apply would succeed, 1 that it would fail.

Examples:
  landbridge plan --out link.plan
  landbridge rehearse link.plan
  landbridge rehearse link.plan --json")]
pub(in crate::cli) struct Rehearse {
    /// The saved plan
    #[arg(value_name = "PLAN")]
    pub(in crate::cli) plan: PathBuf,
    /// Rehearse although the plan goes beyond this limit of the stack; may be given often
    #[arg(long, value_name = "LIMIT")]
    pub(in crate::cli) override_limit: Vec<Limit>,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `drill`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The live clouds are only read, and neither they nor the state are changed. On a twin of them the loss happens, and
`recover`, `plan` and `apply` bring back what was lost, on a clock that does not wait. Exit code 0 means that everything
came back in time.

Examples:
  landbridge drill --lose all --target 30m
  landbridge drill --lose provider=owner
  landbridge drill --lose kind=vpcep_endpoint --lose state
  landbridge drill --lose share=20 --seed 7 --report junit=drill.xml")]
pub(in crate::cli) struct Drill {
    /// What is lost: provider=NAME, kind=KIND, share=PERCENT, all, state; may be given often
    #[arg(long, value_name = "WHAT", required = true, value_parser = lose)]
    pub(in crate::cli) lose: Vec<Lose>,
    /// What the draw of a share depends on
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    /// How long the recovery may take, such as 30m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(in crate::cli) target: Option<Duration>,
    /// Write a report: junit=FILE
    #[arg(long, value_name = "junit=FILE", value_parser = junit)]
    pub(in crate::cli) report: Option<PathBuf>,
    /// Recover although that goes beyond this limit of the stack; may be given often
    #[arg(long, value_name = "LIMIT")]
    pub(in crate::cli) override_limit: Vec<Limit>,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// One thing to lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Lose {
    /// Everything recorded.
    All,
    /// Everything of a kind.
    Kind(Kind),
    /// Everything under a provider block.
    Provider(ProviderName),
    /// So many of a hundred.
    Share(u8),
    /// The state.
    State,
}

fn lose(text: &str) -> Result<Lose, String> {
    match text.split_once('=') {
        None if text == "all" => Ok(Lose::All),
        None if text == "state" => Ok(Lose::State),
        Some(("provider", name)) if !name.is_empty() => Ok(Lose::Provider(ProviderName::from(name))),
        Some(("kind", kind)) if !kind.is_empty() => Ok(Lose::Kind(Kind::from(kind))),
        Some(("share", percent)) => match percent.trim_end_matches('%').parse::<u8>() {
            Ok(percent @ 1..=100) => Ok(Lose::Share(percent)),
            _ => Err("a share is a whole number from 1 to 100, of a hundred".to_owned()),
        },
        _ => Err("write provider=NAME, kind=KIND, share=PERCENT, all or state".to_owned()),
    }
}

fn junit(text: &str) -> Result<PathBuf, String> {
    match text.split_once('=') {
        Some(("junit", file)) if !file.is_empty() => Ok(PathBuf::from(file)),
        _ => Err("write junit=FILE".to_owned()),
    }
}
