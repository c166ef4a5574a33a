//! What a plan was made from, for those who hold it in their hands: the revision of the configuration.
//!
//! It decides nothing: apply goes by the digests.

use serde::{Deserialize, Serialize};

/// What a plan was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The commit at which the configuration stands, and whether files differ from it; empty where it
    /// is in no repository.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
    /// The commit that was taken to be in force, where two revisions were compared and no cloud was
    /// asked; empty for a plan that can be applied.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base: String,
}

impl Source {
    /// Whether nothing is known of it.
    pub fn is_unknown(&self) -> bool {
        self.commit.is_empty() && self.base.is_empty()
    }
}
