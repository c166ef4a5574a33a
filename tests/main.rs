//! All integration tests in one binary, one module for each topic.

mod common;
mod journeys;
mod tidy;
