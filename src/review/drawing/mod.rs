//! The dependency graph as a picture: layers from left to right, in the order of doing.
//!
//! `layers` decides who stands where, `place` gives coordinates, `svg` draws. All of it is pure and
//! the same graph gives the same picture. A graph that is none (a loop in a file from elsewhere) is
//! drawn all the same, and nothing here recurses over what a user can make long.

mod layers;
mod place;
mod svg;

pub(super) use place::Placed;
pub(super) use svg::{Box, Shape, standalone, svg};

/// Who waits for whom, by number: `(first, waiting)`.
pub(super) type Edge = (usize, usize);

/// Places boxes of one size.
pub(super) fn layout(count: usize, edges: &[Edge]) -> Placed {
    let layers = layers::layers(count, edges);
    place::place(&layers)
}
