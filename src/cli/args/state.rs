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
    List(StateList),
    /// Show what is recorded about one address
    Show(StateShow),
    /// Give a recorded object another address; the cloud is not touched
    Mv(StateMv),
    /// Let go of recorded objects; the cloud is not touched
    Rm(StateRm),
    /// List the snapshots: which run wrote each, who approved it, what it went beyond
    History(Bare),
    /// Show what differs between two snapshots, or between one and the present state
    Diff(StateDiff),
    /// Bring back what a snapshot or a backup records, after showing what that changes; the cloud is not touched
    Restore(StateRestore),
    /// Write everything that is kept of the state to one file
    Backup(StateBackup),
    /// Check that the state is whole: checksums, journal, references, lineage
    Verify(Bare),
    /// Take the lock away from whoever holds it, after asking
    Unlock(StateUnlock),
}

/// `state list`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateList {
    /// As snapshot N of the history has it
    #[arg(long, value_name = "N")]
    pub(in crate::cli) at: Option<u64>,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state diff`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateDiff {
    /// The number of a snapshot, as `state history` shows it
    #[arg(value_name = "FROM")]
    pub(in crate::cli) from: u64,
    /// Another one [default: the present state]
    #[arg(value_name = "TO")]
    pub(in crate::cli) to: Option<u64>,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state restore`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateRestore {
    /// The number of a snapshot, or a file that `state backup` wrote
    #[arg(value_name = "N|FILE")]
    pub(in crate::cli) from: String,
    /// Without asking
    #[arg(long)]
    pub(in crate::cli) auto_approve: bool,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state backup`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateBackup {
    /// The file; it holds what the state holds, so keep it as private
    #[arg(value_name = "FILE")]
    pub(in crate::cli) into: std::path::PathBuf,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `state show`.
#[derive(Args, Debug)]
pub(in crate::cli) struct StateShow {
    /// Such as `vpcep_endpoint.shop`, or `vpcep_endpoint.shop["eu"]`
    #[arg(value_name = "ADDRESS")]
    pub(in crate::cli) address: String,
    /// As snapshot N of the history has it
    #[arg(long, value_name = "N")]
    pub(in crate::cli) at: Option<u64>,
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
            StateCommand::History(c) | StateCommand::Verify(c) => &c.global,
            StateCommand::List(c) => &c.global,
            StateCommand::Diff(c) => &c.global,
            StateCommand::Restore(c) => &c.global,
            StateCommand::Backup(c) => &c.global,
            StateCommand::Show(c) => &c.global,
            StateCommand::Mv(c) => &c.global,
            StateCommand::Rm(c) => &c.global,
            StateCommand::Unlock(c) => &c.global,
        }
    }
}
