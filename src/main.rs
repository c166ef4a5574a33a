//! The `landbridge` command: arguments in, exit code out.

fn main() {}
