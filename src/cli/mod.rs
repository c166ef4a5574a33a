//! Arguments, terminal, questions, exit codes.
