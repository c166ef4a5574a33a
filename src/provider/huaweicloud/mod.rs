//! Huawei Cloud VPC Endpoint (VPCEP).
//!
//! Sources named in the comments are sections of the vendor's "VPCEP API reference" as the
//! project read it, and the traps where its editions disagree. Reading takes every spelling that
//! any edition shows; writing sends the one that all of them accept.

mod auth;
mod config;
mod errors;
pub mod kinds;
mod session;
mod verdict;

pub use config::{REGIONS, SETTINGS};
pub use errors::explain;
