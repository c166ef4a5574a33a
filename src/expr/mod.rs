//! The expression language inside `${…}`: what a text refers to, what it is worth, what is unknown.
//!
//! Architecture invariant: no IO and no environment; both are given as data. The HCL library
//! parses; evaluation is ours: it follows paths by reference, carries *unknown* and *sensitive*
//! marks, and has a work budget.

mod ast;
mod budget;
mod deferred;
mod evaluate;
mod functions;
mod input;
mod loops;
mod operators;
mod parse;
mod path;
mod references;
mod scope;
mod syntax;
mod template;
mod val;
mod views;

pub use ast::{Path, Root, Span, Step};
pub use budget::Account;
pub use deferred::ResolveError;
pub use functions::names as function_names;
pub use input::{Deferred, Input, Inputs, Reference, Worth};
pub use parse::SyntaxFault;
pub use scope::{Each, NoObjects, Objects};
pub use template::{Anchor, Entry, Origin, Template, Text, Tree};
pub use views::{View, Views};

pub(crate) use ast::{Node, Part};
pub(crate) use deferred::{pack, pack_whole};
pub(crate) use evaluate::{Evaluator, Fault, static_value};
pub(crate) use scope::{Local, Names};
pub(crate) use val::{Sort, Val};
