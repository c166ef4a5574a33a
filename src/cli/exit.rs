//! How a run ends: every exit code in one place.

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// What was asked is done.
    Done,
    /// A failure, a refusal, or wrong usage.
    Failed,
    /// `plan --detailed-exitcode`: changes are pending.
    Pending,
    /// `drift`: others changed something.
    Drifted,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The code that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Pending | Exit::Drifted => 2,
            Exit::Interrupted => 130,
        }
    }
}

/// The codes with what they mean and what to do, for `--help` and `explain exit`.
pub(super) const CODES: [(u8, &str, &str); 4] = [
    (0, "done", "Nothing is left to do."),
    (
        1,
        "any failure, refusal or wrong usage; a plan that apply would refuse",
        "Read the messages on stderr: each says what to do. After a failed apply, run it again: it goes on \
         from where it stopped.",
    ),
    (
        2,
        "changes are pending (only with plan --detailed-exitcode), or drift found others' changes",
        "Review them, then run apply.",
    ),
    (
        130,
        "interrupted by Ctrl-C",
        "Run plan: it looks first for whatever was under way, then shows what is left.",
    ),
];

/// The end of `landbridge --help`.
pub(super) const HELP: &str = "\
Exit codes:
  0    done
  1    any failure, refusal or wrong usage; a plan that apply would refuse
  2    changes are pending (only with plan --detailed-exitcode), or drift found others' changes
  130  interrupted by Ctrl-C

Environment:
  NO_COLOR        no colours
  LANDBRIDGE_LOG  a file for every request and answer, redacted (same as --log)

First steps:
  landbridge init && landbridge apply --sim
  landbridge plan --out link.plan; landbridge review link.plan; landbridge apply link.plan";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        for (code, meaning, _) in CODES {
            assert!(HELP.lines().any(|line| line.trim_start().starts_with(&format!("{code:<3}  {meaning}"))));
        }
        for exit in [Exit::Done, Exit::Failed, Exit::Pending, Exit::Drifted, Exit::Interrupted] {
            assert!(CODES.iter().any(|(code, ..)| *code == exit.code()));
        }
    }
}
