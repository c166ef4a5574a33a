//! What reviewers and their tools read: six plans in every rendering.

mod across;
mod page;
pub(crate) mod plans;
mod renderings;
mod representation;
