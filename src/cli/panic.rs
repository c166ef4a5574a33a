//! A bug of ours, told so that it can be reported: where and what, never a value of the user's.

/// From now on a panic reads as what it is.
pub(super) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        super::ui::last_words(&text(info.payload_as_str(), place));
    }));
}

fn text(said: Option<&str>, place: Option<String>) -> String {
    let place = place.map_or_else(String::new, |at| format!(" at {at}"));
    // Messages of asserts may quote values, so only those we wrote for this are shown.
    let said = said.filter(|said| said.ends_with("please report")).unwrap_or("a broken assumption");
    format!(
        "\nbug: {said} (landbridge {}{place})\n\nThis is a mistake of ours, not yours: please report it with the \
         line above. What was done is recorded; run `landbridge plan` to see where things stand.",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_report_says_where_and_no_value() {
        let place = || Some("src/x.rs:7".to_owned());
        for said in [
            "assertion `left == right` failed\n  left: \"CANARY\"\n right: \"x\"",
            "called `Result::unwrap()` on an `Err` value: \"CANARY\"",
            "entries are plain data: please report: Error(\"CANARY\")",
        ] {
            let text = text(Some(said), place());
            assert!(!text.contains("CANARY") && text.contains("at src/x.rs:7"), "{text}");
            assert!(text.contains("please report it"), "{text}");
        }
        assert!(text(Some("unknown kind a: please report"), None).contains("unknown kind a"));
    }
}
