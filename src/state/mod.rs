//! What was recorded: snapshot, journal, lock, backends.
