//! Tests against a handler that holds a script of answers; the simulated cloud is tested elsewhere.
