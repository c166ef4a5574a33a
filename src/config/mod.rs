//! YAML text to a checked configuration, all faults at once, every value with its place.
