//! `drift`: what others changed since the last apply. It changes nothing.

use super::{Failure, PlanOptions, Workspace, plan};
use crate::diagnostic::Diagnostic;
use crate::plan::{Answers, Drift, PlanMode, Selection};

/// What others changed.
#[derive(Debug)]
pub struct Drifted {
    /// One for each object that moved; sorted.
    pub drift: Vec<Drift>,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// What the user should know about how the state was found.
    pub notes: Vec<String>,
}

/// Compares what is recorded with what is live.
///
/// # Errors
/// See [`plan`].
pub async fn drift(workspace: &Workspace, answers: Answers) -> Result<Drifted, Failure> {
    let selection = Selection { answers, ..Selection::default() };
    let options = PlanOptions { mode: PlanMode::RefreshOnly, selection, ..PlanOptions::default() };
    let planned = plan(workspace, &options).await?;
    let plan = planned.plan;
    Ok(Drifted { drift: plan.drift, diagnostics: plan.diagnostics, notes: planned.notes })
}
