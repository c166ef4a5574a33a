//! Arguments of `state`.

use clap::{Args, Subcommand};

use super::{Bare, Global};

/// `state`.
#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(in crate::cli) struct State {
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
    /// Which part.
    #[command(subcommand)]
    pub(in crate::cli) command: StateCommand,
}

/// The parts of `state`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StateCommand {
    /// List the recorded addresses with the ids of their objects
    List(Bare),
    /// Show what is recorded about one address
    Show(StateShow),
    /// Give a recorded object another address; the cloud is not touched
    Mv(StateMv),
    /// Let go of recorded objects; the cloud is not touched
    Rm(StateRm),
    /// Check that the state is whole
    Verify(Bare),
    /// Take the lock away from whoever holds it, after asking
    Unlock(StateUnlock),
}

/// `state show`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateShow {
    /// Such as `vpcep_endpoint.shop`, or `vpcep_endpoint.shop["eu"]`
    #[arg(value_name = "ADDRESS")]
    pub(in crate::cli) address: String,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state mv`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateMv {
    /// The address as recorded
    pub(in crate::cli) from: String,
    /// The address from now on, of the same kind
    pub(in crate::cli) to: String,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state rm`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateRm {
    /// The addresses to let go of
    #[arg(value_name = "ADDRESS", required = true)]
    pub(in crate::cli) addresses: Vec<String>,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state unlock`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateUnlock {
    /// Without asking
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

impl StateCommand {
    pub(in crate::cli) fn global(&self) -> &Global {
        match self {
            StateCommand::List(c) | StateCommand::Verify(c) => &c.global,
            StateCommand::Show(c) => &c.global,
            StateCommand::Mv(c) => &c.global,
            StateCommand::Rm(c) => &c.global,
            StateCommand::Unlock(c) => &c.global,
        }
    }
}
