//! The immutable decision: changes for people, steps for the executor.
