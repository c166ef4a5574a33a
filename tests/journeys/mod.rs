//! Whole stories through the library, against the simulated cloud.

mod one_way;
mod story;
