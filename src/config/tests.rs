//! The language as a whole: the documented sample, each kind of fault, hostile input.

mod evaluation;
mod faults;
mod hostile;
mod sample;
