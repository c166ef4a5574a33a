//! What a check came to, in lines that `.ci/run` adds up and shows at its end.

use std::fmt::Display;

/// Says that something came up so many times.
#[expect(clippy::print_stdout, reason = "it is there to be read")]
pub(crate) fn tally(times: impl Display, what: &str) {
    println!("tally: {times} {what}");
}
