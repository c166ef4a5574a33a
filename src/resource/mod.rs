//! The vocabulary: addresses, typed values, schemas, the catalog of kinds.
