//! The question before anything is changed.

use super::failure::Stop;
use super::ui::Ui;

/// Asks whether to go on; only `yes` does. Where nobody can answer it refuses with a hint what to do
/// instead, and never hangs.
pub(super) fn confirm(ui: &Ui, question: &str, otherwise: &str) -> Result<(), Stop> {
    if !ui.may_ask() {
        return Err(Stop::refused(
            "nothing was changed: this needs a confirmation, and there is no terminal to ask on",
            otherwise,
        ));
    }
    match ui.ask(&format!("\n{question}\nOnly `yes` is taken for a yes: ")).as_deref() {
        Some("yes") => {
            ui.note("");
            Ok(())
        }
        _ => Err(Stop::refused("nothing was changed: it was not confirmed", "")),
    }
}
