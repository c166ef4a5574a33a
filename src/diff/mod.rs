//! The three-way comparison of one address: desired, recorded, live.
//!
//! `compare` says what one address needs; `drift` what others did to it. Both are functions of
//! values.
//!
//! Architecture invariant: no IO, no clock, and no order between addresses.

mod compare;
mod delta;
mod drift;
mod equal;
mod words;

pub(crate) use compare::known;
pub use compare::{Case, Desired, compare};
pub use delta::{Delta, Need};
pub use drift::drift;
pub use equal::equal;
pub use words::{Difference, Drift, Reason, ReasonCode, Response, Shown};
