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

/// As in the binary: the simulation lives through a tenth more seeds in the same time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
