//! What the author says about policies: where the rules are, and what is excepted from them.

use jiff::civil::Date;

use crate::diagnostic::Place;

/// The `policies:` of a configuration.
#[derive(Clone, Debug, Default)]
pub struct PolicySettings {
    /// Rego files, or folders of them, as they were written: relative to the configuration.
    pub rules: Vec<(String, Place)>,
    /// YAML or JSON files that rules see under `data`.
    pub data: Vec<(String, Place)>,
    /// What is let through for a time.
    pub exceptions: Vec<Exception>,
}

/// Something that is let through although a rule denies it: somebody answers for it, and it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The rule, with or without its package: `main.deny_wildcard`, `deny_wildcard`.
    pub rule: String,
    /// The only resource it is for: an address, or a block for all its instances.
    pub address: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Where it is written.
    pub place: Place,
}
