//! The user's rules over a plan's public representation, in the language of OPA and Conftest.
//!
//! Architecture invariant: rules see [`representation`](crate::plan::representation) and nothing
//! else: no file, no network, no clock. Their texts and today's date are arguments, and a rule that
//! cannot be worked out is an error, never a pass.

mod engine;
mod evaluate;
mod exceptions;
mod rulings;
mod testing;

pub use engine::{RuleFile, Rules};
pub use evaluate::evaluate;
pub use testing::{Tested, Told, test};

#[cfg(test)]
mod tests;
