//! Speaking to one cloud: request bodies, response reading, signing, retry. It decides nothing.
