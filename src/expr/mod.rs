//! The expression language inside `${…}`: what a text refers to, what it is worth, what is unknown.
//!
//! Architecture invariant: no IO and no environment; both are given as data. The HCL library
//! parses; evaluation is ours: it follows paths by reference, carries *unknown* and *sensitive*
//! marks, and has a work budget.

mod input;

pub use input::{Deferred, Input, Reference, View, Worth};
