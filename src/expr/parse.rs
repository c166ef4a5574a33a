//! Text to syntax tree: the HCL library parses, this file lowers its tree to ours.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{self as hcl, Expression, TraversalOperator};
use hcl_edit::template::{Directive, Element};

use super::ast::{Binary, Call, Expr, For, Node, Part, Path, Root, Span, Step, Unary};
use super::functions;
use crate::diagnostic::known_names;
use crate::resource::{Block, Mode, Number, Value};

/// Templates longer than this are refused: an expression is something people read.
const LONGEST_TEMPLATE: usize = 64 * 1024;

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFault {
    /// A fixed phrase.
    pub summary: &'static str,
    /// Where in the text.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// The parts of a template text.
///
/// With them come the faults of names and calls in it, where the syntax is good.
///
/// # Errors
/// The fault of the syntax.
pub(super) fn parse(text: &str) -> Result<(Vec<Part>, Vec<SyntaxFault>), SyntaxFault> {
    if text.len() > LONGEST_TEMPLATE {
        let message = format!("it has {} bytes; at most {LONGEST_TEMPLATE} are read", text.len());
        let hint = "split it, with `locals:` for the parts".to_owned();
        let span = Span { start: 0, end: 0 };
        return Err(SyntaxFault { summary: "Expression too long", span, message, hint });
    }
    let template: hcl_edit::template::Template =
        text.parse().map_err(|error| super::syntax::explain(text, &error))?;
    let mut lowering = Lowering::default();
    let parts = lowering.parts(&template);
    Ok((parts, lowering.faults))
}

/// The parts of a text that is one expression without `${ }`.
///
/// # Errors
/// As [`parse`].
pub(super) fn parse_expression(text: &str) -> Result<(Vec<Part>, Vec<SyntaxFault>), SyntaxFault> {
    let expression: Expression = text.parse().map_err(|error| super::syntax::explain_bare(text, &error))?;
    let mut lowering = Lowering::default();
    let expr = lowering.expr(&expression);
    Ok((vec![Part::Expr(expr)], lowering.faults))
}

#[derive(Default)]
struct Lowering {
    /// Names of the enclosing `for` variables, innermost last.
    bound: Vec<String>,
    faults: Vec<SyntaxFault>,
}

fn span(range: Option<std::ops::Range<usize>>) -> Span {
    range.map_or(Span::default(), |r| Span { start: r.start as u32, end: r.end as u32 })
}

impl Lowering {
    fn fault(&mut self, summary: &'static str, span: Span, message: String, hint: impl Into<String>) -> Node {
        self.faults.push(SyntaxFault { summary, span, message, hint: hint.into() });
        Node::Literal(Value::Null)
    }

    fn parts(&mut self, template: &hcl_edit::template::Template) -> Vec<Part> {
        let mut parts = Vec::with_capacity(template.len());
        let mut strip_next = false;
        for element in template {
            let strip = match element {
                Element::Literal(_) => None,
                Element::Interpolation(i) => Some((i.strip.strip_start(), i.strip.strip_end())),
                Element::Directive(d) => Some(match &**d {
                    Directive::If(d) => (d.if_expr.strip.strip_start(), d.endif_expr.strip.strip_end()),
                    Directive::For(d) => (d.for_expr.strip.strip_start(), d.endfor_expr.strip.strip_end()),
                }),
            };
            if let (Some((true, _)), Some(Part::Literal(before))) = (strip, parts.last_mut()) {
                before.truncate(before.trim_end().len());
            }
            let part = match element {
                Element::Literal(text) => {
                    let text = text.as_str();
                    Part::Literal(if strip_next { text.trim_start() } else { text }.to_owned())
                }
                Element::Interpolation(i) => Part::Expr(self.expr(&i.expr)),
                Element::Directive(d) => self.directive(d),
            };
            strip_next = strip.is_some_and(|(_, end)| end);
            parts.push(part);
        }
        parts
    }

    fn directive(&mut self, directive: &Directive) -> Part {
        match directive {
            Directive::If(d) => {
                let condition = self.expr(&d.if_expr.cond_expr);
                let mut then = self.parts(&d.if_expr.template);
                let mut otherwise = d.else_expr.as_ref().map(|e| self.parts(&e.template)).unwrap_or_default();
                let last = d.endif_expr.strip.strip_start();
                trim(
                    &mut then,
                    d.if_expr.strip.strip_end(),
                    d.else_expr.as_ref().map_or(last, |e| e.strip.strip_start()),
                );
                trim(&mut otherwise, d.else_expr.as_ref().is_some_and(|e| e.strip.strip_end()), last);
                Part::If(Box::new((condition, then, otherwise)))
            }
            Directive::For(d) => {
                let collection = Box::new(self.expr(&d.for_expr.collection_expr));
                let names = [d.for_expr.key_var.as_ref(), Some(&d.for_expr.value_var)];
                let before = self.bound.len();
                self.bound.extend(names.into_iter().flatten().map(|name| name.as_str().to_owned()));
                let mut body = self.parts(&d.for_expr.template);
                self.bound.truncate(before);
                trim(&mut body, d.for_expr.strip.strip_end(), d.endfor_expr.strip.strip_start());
                Part::For { with_key: d.for_expr.key_var.is_some(), collection, body }
            }
        }
    }

    fn exprs<'h>(&mut self, items: impl IntoIterator<Item = &'h Expression>) -> Vec<Expr> {
        items.into_iter().map(|e| self.expr(e)).collect()
    }

    fn expr(&mut self, expression: &Expression) -> Expr {
        let at = span(expression.span());
        let node = match expression {
            Expression::Null(_) => Node::Literal(Value::Null),
            Expression::Bool(b) => Node::Literal(Value::Bool(*b.value())),
            Expression::Number(n) => {
                let n = n.value();
                let number = n.as_i64().map(Number::Int).or_else(|| n.as_f64().map(Number::from_f64));
                Node::Literal(number.map_or(Value::Null, Value::Number))
            }
            Expression::String(s) => Node::Literal(Value::String(s.value().clone())),
            Expression::Array(items) => Node::List(self.exprs(items.iter())),
            Expression::Object(entries) => Node::Object(
                entries.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect(),
            ),
            Expression::StringTemplate(template) => Node::Text(self.parts(template)),
            Expression::HeredocTemplate(heredoc) => Node::Text(self.parts(&heredoc.template)),
            Expression::Parenthesis(inner) => return self.expr(inner.inner()),
            Expression::Variable(name) => self.path(name.as_str(), at, &[], at),
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(name) => {
                    let operators: Vec<_> = traversal.operators.iter().map(|o| o.value()).collect();
                    self.path(name.as_str(), span(name.span()), &operators, at)
                }
                base => {
                    let root = Root::Value(Box::new(self.expr(base)));
                    let operators: Vec<_> = traversal.operators.iter().map(|o| o.value()).collect();
                    let steps = self.steps(&operators, at);
                    Node::Path(Box::new(Path { root, steps }))
                }
            },
            Expression::UnaryOp(op) => {
                let operator = match op.operator.value() {
                    hcl::UnaryOperator::Neg => Unary::Negative,
                    hcl::UnaryOperator::Not => Unary::Not,
                };
                Node::Unary(operator, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(op) => {
                let operator = binary(*op.operator.value());
                Node::Binary(operator, Box::new((self.expr(&op.lhs_expr), self.expr(&op.rhs_expr))))
            }
            Expression::Conditional(c) => Node::Conditional(Box::new((
                self.expr(&c.cond_expr),
                self.expr(&c.true_expr),
                self.expr(&c.false_expr),
            ))),
            Expression::FuncCall(call) => self.call(call, at),
            Expression::ForExpr(f) => self.for_expr(f),
        };
        Expr { node, span: at }
    }

    fn object_key(&mut self, key: &hcl::ObjectKey) -> Expr {
        match key {
            hcl::ObjectKey::Ident(name) => {
                Expr { node: Node::Literal(Value::from(name.as_str())), span: span(name.span()) }
            }
            hcl::ObjectKey::Expression(e) => self.expr(e),
        }
    }

    fn call(&mut self, call: &hcl::FuncCall, at: Span) -> Node {
        let name = call.name.name.as_str();
        let name_at = span(call.name.name.span());
        let args = self.exprs(call.args.iter());
        let Some(function) = functions::find(name).filter(|_| call.name.namespace.is_empty()) else {
            let hint = known_names(name, functions::names());
            return self.fault("Unknown function", name_at, format!("there is no function `{name}`"), hint);
        };
        let expand = call.args.expand_final();
        let few = args.len() < function.min && !expand;
        if few || function.max.is_some_and(|max| args.len() > max) {
            let message = format!("`{name}` takes {}, not {}", function.arity(), args.len());
            return self.fault("Wrong number of arguments", at, message, format!("write {}", function.usage));
        }
        Node::Call(Box::new(Call { function, args, expand }))
    }

    fn for_expr(&mut self, f: &hcl::ForExpr) -> Node {
        let collection = self.expr(&f.intro.collection_expr);
        let before = self.bound.len();
        let names = [f.intro.key_var.as_ref(), Some(&f.intro.value_var)];
        self.bound.extend(names.into_iter().flatten().map(|name| name.as_str().to_owned()));
        let node = For {
            with_key: f.intro.key_var.is_some(),
            collection,
            key: f.key_expr.as_ref().map(|e| self.expr(e)),
            value: self.expr(&f.value_expr),
            grouping: f.grouping,
            condition: f.cond.as_ref().map(|c| self.expr(&c.expr)),
        };
        self.bound.truncate(before);
        Node::For(Box::new(node))
    }

    /// A path that starts with a name: the name decides how many steps belong to the root.
    fn path(&mut self, name: &str, name_at: Span, operators: &[&TraversalOperator], at: Span) -> Node {
        if let Some(slot) = self.bound.iter().rposition(|b| b == name) {
            let steps = self.steps(operators, at);
            return Node::Path(Box::new(Path { root: Root::Bound(slot), steps }));
        }
        let attr = |i: usize| match operators.get(i) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let first = attr(0);
        let (root, used) = match (name, first) {
            ("var", Some(n)) => (Root::Var(n.into()), 1),
            ("local", Some(n)) => (Root::Local(n.into()), 1),
            ("env", Some(n)) => (Root::Env(n.into()), 1),
            ("each", Some("key")) => (Root::EachKey, 1),
            ("each", Some("value")) => (Root::EachValue, 1),
            ("path", Some("module" | "root" | "cwd")) => (Root::ModuleDir, 1),
            ("data", Some(kind)) => match attr(1) {
                Some(n) => {
                    (Root::Block(Arc::new(Block { mode: Mode::Data, kind: kind.into(), name: n.into() })), 2)
                }
                None => return self.incomplete(at, "a lookup", "data.KIND.NAME.ATTRIBUTE"),
            },
            ("var", None) => return self.incomplete(at, "a variable", "var.NAME"),
            ("local", None) => return self.incomplete(at, "a local value", "local.NAME"),
            ("env", None) => return self.incomplete(at, "an environment variable", "env.NAME"),
            ("each", _) => return self.incomplete(at, "the current instance", "each.key or each.value"),
            ("path", _) => return self.incomplete(at, "a folder", "path.module or path.root"),
            ("data", None) => return self.incomplete(at, "a lookup", "data.KIND.NAME.ATTRIBUTE"),
            ("self" | "module" | "terraform" | "count", Some(_)) => {
                let message = format!("there is no `{name}` in this language");
                return self.fault(
                    "Unknown name",
                    name_at,
                    message,
                    "resources are read as KIND.NAME.ATTRIBUTE",
                );
            }
            (kind, Some(n)) => {
                (Root::Block(Arc::new(Block { mode: Mode::Managed, kind: kind.into(), name: n.into() })), 1)
            }
            (word, None) => {
                let roots = ["var", "local", "env", "data", "each", "path"];
                let bound = self.bound.iter().map(String::as_str).chain(roots);
                let hint = crate::diagnostic::nearest(word, bound)
                    .map_or(format!("a text stands in quotes: \"{word}\""), |near| {
                        format!("did you mean `{near}`?")
                    });
                return self.fault("Unknown name", at, format!("`{word}` alone means nothing here"), hint);
            }
        };
        let steps = self.steps(&operators[used..], at);
        Node::Path(Box::new(Path { root, steps }))
    }

    fn incomplete(&mut self, at: Span, what: &str, form: &str) -> Node {
        self.fault("Incomplete reference", at, format!("{what} is read as {form}"), "")
    }

    fn steps(&mut self, operators: &[&TraversalOperator], at: Span) -> Vec<Step> {
        let mut steps = Vec::with_capacity(operators.len());
        let mut i = 0;
        while let Some(operator) = operators.get(i) {
            i += 1;
            match operator {
                TraversalOperator::GetAttr(name) => {
                    steps.push(Step::Name(name.as_str().into(), span(name.span())));
                }
                TraversalOperator::Index(e) => steps.push(Step::Index(self.expr(e))),
                TraversalOperator::LegacyIndex(n) => {
                    let value = Value::from(i64::try_from(*n.value()).unwrap_or(i64::MAX));
                    steps.push(Step::Index(Expr { node: Node::Literal(value), span: span(n.span()) }));
                }
                TraversalOperator::FullSplat(_) => {
                    let inner = self.steps(&operators[i..], at);
                    steps.push(Step::Splat(inner, at));
                    return steps;
                }
                TraversalOperator::AttrSplat(_) => {
                    let names = operators[i..]
                        .iter()
                        .take_while(|o| matches!(o, TraversalOperator::GetAttr(_)))
                        .count();
                    let inner = self.steps(&operators[i..i + names], at);
                    steps.push(Step::Splat(inner, at));
                    i += names;
                }
            }
        }
        steps
    }
}

/// Cuts the blanks at the inner ends of a directive's body, where `~` asks for it.
fn trim(parts: &mut [Part], start: bool, end: bool) {
    if let (true, Some(Part::Literal(text))) = (start, parts.first_mut()) {
        *text = text.trim_start().to_owned();
    }
    if let (true, Some(Part::Literal(text))) = (end, parts.last_mut()) {
        text.truncate(text.trim_end().len());
    }
}

fn binary(operator: hcl::BinaryOperator) -> Binary {
    use hcl::BinaryOperator as H;
    match operator {
        H::Eq => Binary::Equal,
        H::NotEq => Binary::NotEqual,
        H::LessEq => Binary::LessEqual,
        H::GreaterEq => Binary::GreaterEqual,
        H::Less => Binary::Less,
        H::Greater => Binary::Greater,
        H::Plus => Binary::Add,
        H::Minus => Binary::Subtract,
        H::Mul => Binary::Multiply,
        H::Div => Binary::Divide,
        H::Mod => Binary::Modulo,
        H::And => Binary::And,
        H::Or => Binary::Or,
    }
}
