//! The `landbridge` command: arguments in, exit code out.

use std::process::ExitCode;

/// A large stack is a great many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(landbridge::cli::run(std::env::args_os()).code())
}
