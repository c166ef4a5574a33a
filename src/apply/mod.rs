//! Doing the steps of an approved plan: readiness, resolving, running, journalling.
