//! Arguments, terminal, questions, exit codes; reading files and environment, choosing the cloud.
//!
//! Architecture invariant: no rule about resources lives here, and nothing prints but `ui`.

mod args;
mod exit;
mod progress;
mod stream;
mod tolerance;
mod ui;

pub use exit::Exit;
