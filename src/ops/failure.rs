//! Why a command did not do what was asked.

use crate::diagnostic::Diagnostic;
use crate::plan::Refusal;
use crate::state::StateError;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The author's input, or what the clouds answered to it.
    Diagnostics(Vec<Diagnostic>),
    /// It may not be done: a stale plan, a guard, a lock.
    Refused {
        /// What stands against it.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The world.
    Other(anyhow::Error),
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Failure::Diagnostics(diagnostics)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused { what: refusal.why, hint: refusal.hint }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Other(error)
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match &error {
            StateError::Locked { .. } => Failure::Refused {
                what: error.to_string(),
                hint: "wait for it, or give `--lock-timeout 5m`; `landbridge state unlock` is for a lock whose owner cannot come back".to_owned(),
            },
            _ => Failure::Other(error.into()),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Diagnostics(all) => {
                let texts: Vec<String> = all.iter().map(|d| format!("{}: {}", d.summary, d.detail)).collect();
                f.write_str(&texts.join("\n"))
            }
            Failure::Refused { what, .. } => f.write_str(what),
            Failure::Other(error) => write!(f, "{error:#}"),
        }
    }
}
