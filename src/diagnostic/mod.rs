//! What we tell an author about their input: severity, summary, detail, hint, where.
//!
//! Architecture invariant: no printing and no colour; `cli` renders. The summary is a fixed phrase
//! without names; the detail says what is wrong and why it matters; the hint what to do.

mod hint;
mod render;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use hint::{known_names, nearest};
pub use render::{Renderer, render};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing goes on.
    Error,
    /// Worth knowing.
    Warning,
}

/// A place in the author's files: the file as it was named, and a range of bytes in it. Line and
/// column are counted from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The line of the first byte.
    pub line: usize,
    /// Its column.
    pub column: usize,
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A fixed phrase.
    pub summary: String,
    /// What is wrong here, and why it matters.
    pub detail: String,
    /// What to do; empty where the detail says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// Where; none for what has no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Other places that belong to it, each with a label ("first declared here").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<(Place, String)>,
    /// The resource it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<crate::resource::Address>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            hint: String::new(),
            place: None,
            also: Vec::new(),
            address: None,
        }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(summary, detail) }
    }

    /// The same with a hint.
    pub fn hint(self, hint: impl Into<String>) -> Diagnostic {
        Diagnostic { hint: hint.into(), ..self }
    }

    /// The same at a place.
    pub fn at(self, place: impl Into<Option<Place>>) -> Diagnostic {
        Diagnostic { place: place.into(), ..self }
    }

    /// The same with another place that belongs to it.
    pub fn also(mut self, place: Option<Place>, label: impl Into<String>) -> Diagnostic {
        self.also.extend(place.map(|p| (p, label.into())));
        self
    }

    /// The same about a resource.
    pub fn about(self, address: &crate::resource::Address) -> Diagnostic {
        Diagnostic { address: Some(address.clone()), ..self }
    }
}
