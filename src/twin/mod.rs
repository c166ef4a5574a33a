//! A twin of live clouds: the simulated cloud, drawn after what the live ones answer to reading calls. What runs on
//! it changes nothing anywhere else, and runs on virtual time.
//!
//! [`Ears`] hear what the clouds answer while somebody plans, and survey the rest; what they heard is a [`Likeness`];
//! from it any number of [`Twin`]s come alive, each under the same ids, in the same accounts, projects and regions,
//! so a recorded state fits it as it is.
//!
//! Architecture invariant: the clouds' names stand in one file each, and in `settings`.

mod alibaba;
mod alive;
mod huaweicloud;
mod likeness;
mod served;
pub mod settings;

pub use self::alive::{Calls, Lost, Twin};
pub use self::likeness::{Ears, Likeness};
pub use self::served::Served;
