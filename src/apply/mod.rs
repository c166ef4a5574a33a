//! Doing the steps of an approved plan: readiness, resolving, running, journalling.
//!
//! `schedule` says what is ready, as plain data; `execute` is the one loop that owns it and hears
//! from workers; `work` does one step: intent on disk, call, outcome on disk, wait.
//!
//! Architecture invariant: nothing is chosen here. What a step does stands in the plan; the one
//! kind of value that flows backward is an output into a later step, and [`resolve`] is the one
//! function that does it.

mod cancel;
mod execute;
mod look;
mod resolve;
mod schedule;
mod watch;
mod work;

pub use cancel::{Cancel, Stopper};
pub use execute::{Executor, Report, execute};
pub use resolve::{World, resolve};
