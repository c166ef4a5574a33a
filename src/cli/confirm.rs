//! The question before anything is changed.

use super::failure::Stop;
use super::ui::Ui;

/// Asks whether to go on; only `yes` does. Where nobody can answer it refuses, and never hangs.
pub(super) fn confirm(ui: &Ui, question: &str) -> Result<(), Stop> {
    if !ui.may_ask() {
        return Err(Stop::refused(
            "nothing was changed: this needs a confirmation, and there is no terminal to ask on",
            "review the plan, then use --auto-approve; or `plan --out FILE` and `apply FILE`",
        ));
    }
    match ui.ask(&format!("\n{question}\nOnly `yes` is taken for a yes: ")).as_deref() {
        Some("yes") => Ok(()),
        _ => Err(Stop::refused("nothing was changed: it was not confirmed", "")),
    }
}
