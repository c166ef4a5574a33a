//! The binary, as its users run it: a handful, to show that the wire is connected.

mod approval;
pub(crate) mod bench;
mod exits;
mod export;
mod first_run;
mod history;
mod locks;
mod policies;
mod posting;
mod revisions;
mod rebuild;
mod renderings;
mod runbook;
mod secrets;
mod story;
mod takeover;
mod trials;
