//! The expression language inside `${…}`: what a text refers to, what it is worth, what is unknown.
