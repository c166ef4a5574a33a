//! The language as a whole: the documented sample, and each kind of fault.

mod sample;
