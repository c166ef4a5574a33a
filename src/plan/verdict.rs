//! What the user's rules say of a plan.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place};
use crate::resource::Address;

/// What all rules said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How many rules were asked.
    pub rules: usize,
    /// What they found, denials first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rulings: Vec<Ruling>,
    /// What whoever keeps the rules should know, each a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What a rule may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The plan may not be done.
    Deny,
    /// Somebody should look at it.
    Warn,
}

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ruling {
    /// What follows from it.
    pub effect: Effect,
    /// The rule, with its package: `main.deny_wildcard`.
    pub rule: String,
    /// The resource it is about, if the rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// In the rule's words.
    pub message: String,
    /// The line that asked for the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Why it may pass, or could have passed once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exempt>,
}

/// An exception that covers a ruling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Exempt {
    /// Who answers for it: a person, or the policy itself.
    pub owner: String,
    /// The last day it holds; none for a policy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Whether that day is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

impl Ruling {
    /// Whether an exception lets it pass.
    pub fn passes(&self) -> bool {
        self.exempt.as_ref().is_some_and(|exempt| !exempt.expired)
    }

    /// Whether the plan may not be done because of it.
    pub fn denies(&self) -> bool {
        self.effect == Effect::Deny && !self.passes()
    }

    /// What a reader is told about its exception; empty without one.
    pub fn exemption(&self) -> String {
        let Some(Exempt { owner, until, reason, expired }) = &self.exempt else { return String::new() };
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        match (until, expired) {
            (Some(until), true) => {
                format!("its exception ended on {until}; {owner} answers for it{why}")
            }
            (Some(until), false) => format!("excepted until {until}, {owner} answers for it{why}"),
            (None, _) => format!("excepted by {owner}{why}"),
        }
    }

    /// The ruling as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let detail = format!("{} [{}]", self.message, self.rule);
        let diagnostic = match self.effect {
            _ if self.passes() => Diagnostic::warning("Excepted from a policy", detail),
            Effect::Deny => Diagnostic::error("Denied by a policy", detail),
            Effect::Warn => Diagnostic::warning("A policy warns", detail),
        };
        let diagnostic = diagnostic.at(self.place.clone()).hint(self.exemption());
        match &self.address {
            Some(address) => diagnostic.about(address),
            None => diagnostic,
        }
    }
}

impl Verdict {
    /// What stands against the plan.
    pub fn denials(&self) -> impl Iterator<Item = &Ruling> {
        self.rulings.iter().filter(|ruling| ruling.denies())
    }
}
