//! Whole stories through the library, against the simulated cloud.

mod laws;
mod story;
