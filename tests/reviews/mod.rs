//! What reviewers and their tools read: six plans in every rendering.

pub(crate) mod plans;
mod renderings;
mod representation;
