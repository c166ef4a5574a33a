//! Whatever comes from outside, read as it comes: a configuration, a plan file, a state, a journal,
//! the answers of an API. Each target takes any bytes; it may refuse them in words, and must not
//! panic, hang, or ask for more than its share of memory.
//!
//! A fuzzer that watches which code an input reaches feeds them (`libfuzzer.rs`, `.ci/fuzz`); here
//! every input that was worth keeping, and every one that once broke something, is read again.

mod answers;
mod configuration;
mod files;
mod journal;
mod plan_file;
mod seal;
mod state;

/// Reads any bytes as one of the things that come from outside.
pub(crate) type Target = fn(&[u8]);

/// All of them, each under the name of its folder in `corpus`.
pub(crate) const TARGETS: [(&str, Target); 5] = [
    ("answers", answers::read),
    ("configuration", configuration::read),
    ("journal", journal::read),
    ("plan-file", plan_file::read),
    ("state", state::read),
];

#[cfg(test)]
mod corpus;
