//! Order, cycles, who depends on whom, orphans included. The only user of petgraph.
//!
//! Architecture invariant: petgraph's indices never leave this module, and nothing here recurses
//! over what a user wrote.

mod cycle;
mod dag;

pub use dag::{Dag, Loop};
