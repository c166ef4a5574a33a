//! The three-way comparison of one address: desired, recorded, live.
