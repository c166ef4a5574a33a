//! The proposed and the happened, in all formats from one model.
//!
//! `model` turns a [`Plan`](crate::plan::Plan) into what a reader sees; the renderers only render.
//!
//! Architecture invariant: nothing here compares again, reads a file or asks the terminal; the
//! width and whether to colour are arguments.

mod departures;
pub mod graph;
mod json;
mod line;
mod model;
mod outcome;
mod rows;
mod section;
mod show;
mod text;

pub use departures::departures;
pub use json::{FORMAT, json};
pub use line::{Line, Look, Tone, wrap};
pub use model::{Counts, Entry, Review, Sign, place_text};
pub use outcome::{Outcome, outcome};
pub use rows::{Body, Cell, Part, Row, value_body};
pub use section::{Finding, Level, Section};
pub use show::{clean, short, value_text};
pub use text::{drift, steps, text};

#[cfg(test)]
mod tests;
