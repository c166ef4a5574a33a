//! The proposed and the happened, in all formats from one model.
//!
//! `model` turns a [`Plan`](crate::plan::Plan) into what a reader sees; the renderers only render.
//!
//! Architecture invariant: nothing here compares again, reads a file or asks the terminal; the
//! width and whether to colour are arguments.

mod annotations;
mod comment;
mod departures;
mod drawing;
mod drift;
mod findings;
mod format;
mod gitlab;
pub mod graph;
mod html;
mod json;
mod line;
mod losses;
mod markdown;
mod model;
mod order;
mod outcome;
mod provenance;
mod risk;
mod rows;
mod sarif;
mod section;
mod show;
mod terraform_text;
mod time;
mod text;

pub use comment::{Host, comment, marker};
pub use departures::departures;
pub use format::{Format, Surroundings};
pub use html::html;
pub use json::{FORMAT, json};
pub use line::{Line, Look, Tone, wrap};
pub use markdown::{Detail, markdown};
pub use model::{Cause, Counts, Entry, Review, Sign, place_text};
pub use outcome::{Outcome, outcome};
pub use provenance::Provenance;
pub use rows::{Body, Cell, Part, Row, value_body};
pub use section::{Finding, Level, Section};
pub use show::{clean, short, value_text};
pub use terraform_text::{terraform_outcome, terraform_text};
pub use text::{changes, drift, steps, text};

#[cfg(test)]
mod tests;
