//! Arguments of `init` and `sim`.

use std::path::PathBuf;

use clap::Args;

use super::Global;
use super::work::duration;

/// `init`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Nothing is overwritten. Afterwards `landbridge apply --sim` works at once; put in your own ids and
credentials and leave --sim away to do it for real.")]
pub(in crate::cli) struct Init {
    /// The stack's name: the identity of its state
    #[arg(long, value_name = "NAME", default_value = "payments-link")]
    pub(in crate::cli) stack: String,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `sim`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
It prints `listening on http://…` and serves the clouds' own paths, bodies, codes and state machines;
SDKs work against it unchanged. Control paths are under /_sim/.

Examples:
  landbridge sim
  landbridge sim --listen 127.0.0.1:0 --op-delay 90s --seed 7
  landbridge sim --describe                    accounts, keys, VPCs and ports of the sample world
  landbridge sim --openapi > simulator.json    its operations, for other tools")]
pub(in crate::cli) struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(in crate::cli) listen: String,
    /// A world file in place of the sample world
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) world: Option<PathBuf>,
    /// A file of settings; the options here win over it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) settings: Option<PathBuf>,
    /// How long creations, deletions and acceptances take, such as 90s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(in crate::cli) op_delay: Option<std::time::Duration>,
    /// Seed of ids, tokens and faults
    #[arg(long, value_name = "N")]
    pub(in crate::cli) seed: Option<u64>,
    /// A file of faults
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) faults: Option<PathBuf>,
    /// Quota of services and of endpoints of every project
    #[arg(long, value_name = "N")]
    pub(in crate::cli) quota: Option<u64>,
    /// Refuse unknown parameters and fields
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Describe the sample world and the form of a world file, and end
    #[arg(long)]
    pub(in crate::cli) describe: bool,
    /// Print an OpenAPI description of the simulated cloud, and end
    #[arg(long, conflicts_with = "describe")]
    pub(in crate::cli) openapi: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}
