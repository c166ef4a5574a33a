//! What we tell an author about their input: severity, summary, detail, hint, where.
