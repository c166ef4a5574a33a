//! A journal: as it is, and with its lines as the records of one whose checksums fit.

use super::{files, seal};

pub(super) fn read(bytes: &[u8]) {
    files::read("journal", bytes);
    files::read("journal", &seal::journal(bytes));
}
