//! Approval: the act that makes a plan something to be done.

use super::{Limit, Plan, planfile};
use crate::diagnostic::{Diagnostic, Severity};

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
    /// The same for who has the plan before them, which tells its faults in full.
    pub brief: String,
    /// What to do; empty where the reason says it.
    pub hint: String,
}

/// A plan that may be done. There is no other way to get one than [`Plan::approve`].
#[derive(Clone, Debug, PartialEq)]
pub struct Approved {
    plan: Plan,
    digest: String,
    by: Approval,
    signers: Vec<String>,
    overrides: Vec<Limit>,
}

impl Plan {
    /// Approves the plan.
    ///
    /// # Errors
    /// What stands against it.
    pub fn approve(self, by: Approval) -> Result<Approved, Refusal> {
        self.approve_beyond(by, &[])
    }

    /// Approves the plan although it goes beyond these limits.
    ///
    /// # Errors
    /// What stands against it.
    pub fn approve_beyond(self, by: Approval, limits: &[Limit]) -> Result<Approved, Refusal> {
        self.within_limits(limits)?;
        let exceeded = self.risk.exceeded.iter().map(|exceeded| exceeded.limit);
        let overrides = exceeded.filter(|limit| limits.contains(limit)).collect();
        let mut faults = self.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        if let Some(fault) = faults.next() {
            return Err(refused(fault, faults.count()));
        }
        let digest = planfile::digest(&self);
        Ok(Approved { plan: self, digest, by, signers: Vec::new(), overrides })
    }

    /// Whether the plan keeps within the stack's limits, but for those that may be overridden.
    ///
    /// # Errors
    /// The limits that it goes beyond.
    pub fn within_limits(&self, overridden: &[Limit]) -> Result<(), Refusal> {
        let beyond: Vec<_> = self.risk.exceeded.iter().filter(|e| !overridden.contains(&e.limit)).collect();
        if beyond.is_empty() {
            return Ok(());
        }
        let told: Vec<&str> = beyond.iter().map(|e| e.text.as_str()).collect();
        let flags: Vec<String> = beyond.iter().map(|e| format!("--override-limit {}", e.limit)).collect();
        let why = format!("the plan goes beyond the limits of the stack: {}", told.join("; "));
        Err(Refusal {
            brief: why.clone(),
            why,
            hint: format!("if you mean it: {}; it is recorded in the history", flags.join(" ")),
        })
    }
}

/// The first fault stands for all.
fn refused(fault: &Diagnostic, others: usize) -> Refusal {
    let count = match others {
        0 => "an error".to_owned(),
        others => format!("{} errors; the first", others + 1),
    };
    let at = fault.place.as_ref().map(|at| format!(" at {}:{}", at.file, at.line)).unwrap_or_default();
    let about = fault.address.as_ref().map(|address| format!(" ({address})")).unwrap_or_default();
    let brief = format!("the plan has {count}{at}{about}: {}", fault.summary);
    Refusal { why: format!("{brief}: {}", fault.detail), brief, hint: fault.hint.clone() }
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

    /// The limits that it goes beyond because the user said so.
    pub fn overrides(&self) -> &[Limit] {
        &self.overrides
    }

    /// How it was approved.
    pub fn by(&self) -> Approval {
        self.by
    }
}
