//! One function per command; each reads as the journey.
//!
//! Architecture invariant: no arguments, prompts, printing or exit codes here, and no path to a
//! cloud but the journey's own.

mod adoption;
mod apply;
mod drift;
mod export;
mod failure;
mod guess;
mod import;
mod offline;
mod plan;
mod recover;
mod sights;
mod unencrypted;
mod workspace;

pub use apply::{Applied, apply, options_of, permitted};
pub use drift::{Drifted, drift};
pub use export::{Exported, Filter, export};
pub use failure::Failure;
pub use import::{Imported, bind, import};
pub use offline::{OfflineFault, StandIns, offline};
pub use plan::{PlanOptions, Planned, plan};
pub use recover::{Recovered, Recovery, Stray, agree, recover};
pub use workspace::Workspace;
