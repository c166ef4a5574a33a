//! The `landbridge` command: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(landbridge::cli::run(std::env::args_os()).code())
}
