//! Approval: the act that makes a plan something to be done.

use super::{Plan, planfile};
use crate::diagnostic::Severity;

/// Who said yes, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Asked at the terminal.
    Asked,
    /// `--auto-approve`.
    Automatic,
    /// A saved plan, named on the command line: it is done exactly, or refused.
    Saved,
}

/// Why a plan may not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refusal {
    /// Why.
    pub why: String,
}

/// A plan that may be done. There is no other way to get one than [`Plan::approve`].
#[derive(Clone, Debug, PartialEq)]
pub struct Approved {
    plan: Plan,
    digest: String,
    by: Approval,
    signers: Vec<String>,
}

impl Plan {
    /// Approves the plan.
    ///
    /// # Errors
    /// What stands against it.
    pub fn approve(self, by: Approval) -> Result<Approved, Refusal> {
        if let Some(fault) = self.diagnostics.iter().find(|d| d.severity == Severity::Error) {
            return Err(Refusal {
                why: format!("the plan has a fault: {}: {}", fault.summary, fault.detail),
            });
        }
        let digest = planfile::digest(&self);
        Ok(Approved { plan: self, digest, by, signers: Vec::new() })
    }
}

impl Approved {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The digest of exactly this plan.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The same with the persons whose signed approval was verified: the history names them.
    pub fn signed(self, signers: Vec<String>) -> Approved {
        Approved { signers, ..self }
    }

    /// The persons whose signed approval was verified.
    pub fn signers(&self) -> &[String] {
        &self.signers
    }

    /// How it was approved.
    pub fn by(&self) -> Approval {
        self.by
    }
}
