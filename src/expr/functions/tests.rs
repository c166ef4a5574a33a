//! Tables of every function.
