//! What is there already, brought back under addresses: which live object stands for which.
//!
//! Architecture invariant: pure, and nothing is guessed. A match carries the evidence for it, and
//! what cannot be told apart is left for the user to say.

mod export;
mod matching;
mod naming;
mod tfstate;
mod yaml;

pub use export::{Exportable, Written, written};
pub use matching::{Confidence, Match, Matching, Seeker, Unclear, matched};
pub use tfstate::{Managed, Terraform, terraform};
