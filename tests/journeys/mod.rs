//! Whole stories through the library, against the simulated cloud.

#[cfg(feature = "crash-points")]
mod accidents;
mod aside;
mod bad_days;
mod connections;
mod drift;
mod drill;
mod dry_runs;
mod faults;
mod imports;
mod lookups;
mod one_way;
mod preflight;
mod reading;
pub(crate) mod recover;
mod rebuild;
mod rehearse;
mod replace;
mod risk;
mod saved;
pub(crate) mod scenario;
mod second_cloud;
mod sets;
mod story;
mod uncertain;
mod unencrypted;
mod zones;
