//! One function per command; each reads as the journey.
//!
//! Architecture invariant: no arguments, prompts, printing or exit codes here, and no path to a
//! cloud but the journey's own.

mod adoption;
mod apply;
mod course;
mod drift;
mod drill;
mod export;
mod failure;
mod guess;
mod import;
mod offline;
mod plan;
pub mod rebuild;
mod recover;
mod rehearse;
mod sights;
mod trial;
mod unencrypted;
mod workspace;

pub use apply::{Applied, apply, options_of, permitted};
pub use course::Course;
pub use drift::{Drifted, drift};
pub use drill::{Drill, Drilled, Losses, drill};
pub use export::{Exported, Filter, export};
pub use failure::Failure;
pub use import::{Imported, bind, import};
pub use offline::{OfflineFault, StandIns, offline};
pub use plan::{PlanOptions, Planned, plan};
pub use recover::{Recovered, Recovery, Stray, agree, recover};
pub use rehearse::{Rehearsal, Rehearsed, rehearse};
pub use trial::{QuotaLeft, Scene, Trial, Tried};
pub use workspace::Workspace;
