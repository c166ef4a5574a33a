//! All integration tests in one binary, one module for each topic.

mod cli;
mod common;
#[cfg(feature = "crash-points")]
mod crashes;
mod fuzz;
mod journeys;
mod reviews;
mod simulation;
mod tidy;
