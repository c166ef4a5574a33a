//! Reading live state: one observation per address.
