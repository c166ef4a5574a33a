//! One command, one file; each reads as its journey.

pub(super) mod apply;
pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod drift;
pub(super) mod drill;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod graph;
mod history;
pub(super) mod import;
pub(super) mod init;
pub(super) mod output;
pub(super) mod plan;
pub(super) mod policy;
pub(super) mod rebuild;
pub(super) mod recover;
pub(super) mod rehearse;
pub(super) mod review;
pub(super) mod schema;
pub(super) mod sim;
pub(super) mod state;
pub(super) mod validate;
