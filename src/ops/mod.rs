//! One function per command; each reads as the journey.
