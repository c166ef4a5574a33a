//! The binary, as its users run it: a handful, to show that the wire is connected.

mod approval;
pub(crate) mod bench;
mod exits;
mod first_run;
mod history;
mod locks;
mod policies;
mod posting;
mod revisions;
mod runbook;
mod secrets;
mod renderings;
mod story;
mod takeover;
mod trials;
