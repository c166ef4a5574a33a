//! Landbridge provisions private connectivity between cloud networks from a declaration.
//!
//! The modules stand in reading order: the journey of a resource. See `ARCHITECTURE.md`.

pub mod planted;
pub mod resource;
pub mod diagnostic;
pub mod expr;
pub mod config;
pub mod state;
pub mod graph;
pub mod provider;
pub mod refresh;
pub mod diff;
pub mod plan;
pub mod recovery;
pub mod policy;
pub mod review;
pub mod apply;
pub mod sim;
pub mod twin;
pub mod ops;
pub mod cli;
