//! The proposed and the happened, in all formats from one model.
