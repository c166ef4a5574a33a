//! The table of moves, and generated histories.
