//! A bug of ours, told so that it can be reported: where and what, never a value of the user's.

use std::panic::PanicHookInfo;

/// From now on a panic reads as what it is.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        super::ui::last_words(&text(info));
    }));
}

fn text(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    // Messages of asserts may quote values, so only those we wrote for this are shown.
    let said =
        info.payload_as_str().filter(|said| said.ends_with("please report")).unwrap_or("a broken assumption");
    format!(
        "\nbug: {said} (landbridge {}{place})\n\nThis is a mistake of ours, not yours: please report it with the \
         line above. What was done is recorded; run `landbridge plan` to see where things stand.",
        env!("CARGO_PKG_VERSION")
    )
}
