//! What ends a command before it is done, and the one place that turns it into words and a code.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exit::Exit;
use super::stream;
use super::ui::Ui;
use crate::diagnostic::{Diagnostic, Renderer, Severity};

/// The author's texts by file name, for the lines that diagnostics point at.
pub(super) type Texts = BTreeMap<Arc<str>, Arc<str>>;

/// Why a command ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The author's input is wrong; every fault is in here.
    Diagnostics(Vec<Diagnostic>, Texts),
    /// We will not do it.
    Refused {
        /// What we refuse.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The world failed us.
    Failed(anyhow::Error),
}

/// What a command ends with.
pub(super) type Ended = Result<Exit, Stop>;

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Stop {
        Stop::Failed(error)
    }
}

impl Stop {
    /// A refusal.
    pub(super) fn refused(what: impl Into<String>, hint: impl Into<String>) -> Stop {
        Stop::Refused { what: what.into(), hint: hint.into() }
    }

    /// Tells it, and gives the exit code.
    pub(super) fn tell(self, ui: &Ui) -> Exit {
        match self {
            Stop::Diagnostics(all, texts) => {
                tell_diagnostics(ui, &all, &texts);
                let errors = all.iter().filter(|d| d.severity == Severity::Error).count();
                if errors > 1 && !ui.is_json() {
                    ui.note(&format!("{errors} errors"));
                }
                Exit::Failed
            }
            Stop::Refused { what, hint } => {
                ui.error(&what, &hint);
                Exit::Failed
            }
            Stop::Failed(error) => {
                ui.error(&format!("{error:#}"), "");
                Exit::Failed
            }
        }
    }
}

/// Tells diagnostics, each with the line it points at.
pub(super) fn tell_diagnostics(ui: &Ui, all: &[Diagnostic], texts: &Texts) {
    for diagnostic in all {
        if ui.is_json() {
            ui.event(stream::diagnostic(diagnostic, line_of(diagnostic, texts).as_deref()));
        } else {
            let terraform = ui.speaks_terraform();
            let told = Renderer::new(texts, ui.err_look().colour && !terraform).one(diagnostic);
            ui.note(&if terraform { capitalised(&told) } else { told });
            ui.note("");
        }
    }
}

/// The text with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// The text of the line that a diagnostic points at.
fn line_of(diagnostic: &Diagnostic, texts: &Texts) -> Option<String> {
    let place = diagnostic.place.as_ref()?;
    let line = texts.get(&place.file)?.lines().nth(place.line.checked_sub(1)?)?;
    Some(line.to_owned())
}
