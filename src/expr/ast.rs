//! The syntax tree of an expression: small, resolved to roots and steps, with byte spans.

use std::sync::Arc;

use super::functions::Function;
use crate::resource::{Block, Value};

/// A range of bytes in the text of one template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// One expression and where it stands.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Where it stands in the template.
    pub span: Span,
}

/// The forms of an expression. Their depth is bounded by the parser (64 levels, 128 operators).
#[derive(Debug)]
pub enum Node {
    /// A constant.
    Literal(Value),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ k = v }`.
    Object(Vec<(Expr, Expr)>),
    /// `"text ${x}"` and heredocs.
    Text(Vec<Part>),
    /// A name and the steps from it.
    Path(Box<Path>),
    /// `!a`, `-a`.
    Unary(Unary, Box<Expr>),
    /// `a + b`.
    Binary(Binary, Box<(Expr, Expr)>),
    /// `c ? a : b`.
    Conditional(Box<(Expr, Expr, Expr)>),
    /// `f(a, b...)`.
    Call(Box<Call>),
    /// `[for x in xs : x]`, `{for k, v in m : k => v}`.
    For(Box<For>),
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `-`
    Negative,
    /// `!`
    Not,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

/// A name and the steps from it.
#[derive(Debug)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// Where it goes.
    pub steps: Vec<Step>,
}

/// What a path starts from.
#[derive(Debug)]
pub enum Root {
    /// `var.name`
    Var(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// `env.NAME`
    Env(Arc<str>),
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `path.module`, `path.root`
    ModuleDir,
    /// `kind.name`, `data.kind.name`
    Block(Arc<Block>),
    /// The variable of an enclosing `for`, by its place on the stack.
    Bound(usize),
    /// Any other expression.
    Value(Box<Expr>),
}

/// One step of a path.
#[derive(Debug)]
pub enum Step {
    /// `.name`
    Name(Box<str>, Span),
    /// `[key]`
    Index(Expr),
    /// `[*]` or `.*`, with the steps that go into each element.
    Splat(Vec<Step>, Span),
}

/// A function call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub function: &'static Function,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Whether the last one is expanded (`...`).
    pub expand: bool,
}

/// A `for` expression.
#[derive(Debug)]
pub struct For {
    /// Whether a key variable is bound (below the value variable).
    pub with_key: bool,
    /// What is iterated.
    pub collection: Expr,
    /// The key of each entry; none for a list.
    pub key: Option<Expr>,
    /// The value of each entry.
    pub value: Expr,
    /// Whether values of equal keys are grouped (`...`).
    pub grouping: bool,
    /// Which entries to keep.
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug)]
pub enum Part {
    /// As it stands.
    Literal(String),
    /// `${x}`
    Expr(Expr),
    /// `%{ if c } … %{ else } … %{ endif }`
    If(Box<(Expr, Vec<Part>, Vec<Part>)>),
    /// `%{ for k, v in xs } … %{ endfor }`
    For {
        /// Whether a key variable is bound.
        with_key: bool,
        /// What is iterated.
        collection: Box<Expr>,
        /// What is repeated.
        body: Vec<Part>,
    },
}

/// Calls `see` for every path in the expression; the flag says whether a `try` or `can` guards it.
pub(super) fn each_path<'e>(expr: &'e Expr, guarded: bool, see: &mut dyn FnMut(&'e Path, Span, bool)) {
    match &expr.node {
        Node::Literal(_) => {}
        Node::List(items) => items.iter().for_each(|e| each_path(e, guarded, see)),
        Node::Object(entries) => entries.iter().for_each(|(k, v)| {
            each_path(k, guarded, see);
            each_path(v, guarded, see);
        }),
        Node::Text(parts) => each_path_in_parts(parts, guarded, see),
        Node::Path(path) => {
            if let Root::Value(base) = &path.root {
                each_path(base, guarded, see);
            }
            see(path, expr.span, guarded);
            each_path_in_steps(&path.steps, guarded, see);
        }
        Node::Unary(_, e) => each_path(e, guarded, see),
        Node::Binary(_, pair) => {
            each_path(&pair.0, guarded, see);
            each_path(&pair.1, guarded, see);
        }
        Node::Conditional(three) => {
            each_path(&three.0, guarded, see);
            each_path(&three.1, guarded, see);
            each_path(&three.2, guarded, see);
        }
        Node::Call(call) => {
            let guarded = guarded || matches!(call.function.name, "try" | "can");
            call.args.iter().for_each(|e| each_path(e, guarded, see));
        }
        Node::For(f) => {
            for e in [Some(&f.collection), f.key.as_ref(), Some(&f.value), f.condition.as_ref()]
                .into_iter()
                .flatten()
            {
                each_path(e, guarded, see);
            }
        }
    }
}

/// The same for the parts of a template.
pub(super) fn each_path_in_parts<'e>(
    parts: &'e [Part],
    guarded: bool,
    see: &mut dyn FnMut(&'e Path, Span, bool),
) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Expr(e) => each_path(e, guarded, see),
            Part::If(three) => {
                each_path(&three.0, guarded, see);
                each_path_in_parts(&three.1, guarded, see);
                each_path_in_parts(&three.2, guarded, see);
            }
            Part::For { collection, body, .. } => {
                each_path(collection, guarded, see);
                each_path_in_parts(body, guarded, see);
            }
        }
    }
}

fn each_path_in_steps<'e>(steps: &'e [Step], guarded: bool, see: &mut dyn FnMut(&'e Path, Span, bool)) {
    for step in steps {
        match step {
            Step::Name(..) => {}
            Step::Index(e) => each_path(e, guarded, see),
            Step::Splat(inner, _) => each_path_in_steps(inner, guarded, see),
        }
    }
}
