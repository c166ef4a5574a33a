//! What the commands that plan and apply have in common.

use std::path::PathBuf;

use clap::Args;

/// What a plan is about.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What to plan for")]
pub(in crate::cli) struct Select {
    /// Only this address, and what it needs; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) target: Vec<String>,
    /// Not this address, nor what needs it; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) exclude: Vec<String>,
    /// Replace this address's object though nothing asks for it; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) replace: Vec<String>,
    /// Which object an interrupted creation made, where that cannot be told: YAML, `ADDRESS: ID`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// Only bring the record up to date; change nothing in the cloud
    #[arg(long)]
    pub(in crate::cli) refresh_only: bool,
    /// Whether to read the cloud; with false the record is taken for it
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(in crate::cli) refresh: bool,
}

/// How work is done.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "How to work")]
pub(in crate::cli) struct Work {
    /// Requests in flight at most; waiting takes no place
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(in crate::cli) parallelism: u16,
    /// How long to wait for a lock that somebody else holds, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub(in crate::cli) lock_timeout: std::time::Duration,
}

/// Reads `90s`, `5m`, `1h30m`; a bare number is seconds.
pub(in crate::cli) fn duration(text: &str) -> Result<std::time::Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(std::time::Duration::from_secs(seconds));
    }
    let wrong = || format!("`{text}` is no length of time; write 30s, 5m or 1h30m");
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    span.try_into().map_err(|_| wrong())
}
