//! The evaluator: a tree and its names to a value, with unknown and sensitive parts.
//!
//! It recurses over the tree only, whose depth the parser bounds; locals are worked out in order of
//! their dependencies by a loop. Every step is paid for from the budget.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ast::{Expr, Node, Part, Span};
use super::budget::{Budget, Exhausted};
use super::scope::{Each, Local, Names, Objects};
use super::template::{Template, Text, Tree};
use super::val::{DEEPEST, Sort, Val};
use super::{Reference, Worth, operators};
use crate::diagnostic::{Diagnostic, Place};
use crate::resource::Value;

/// Why an expression has no value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault {
    pub(crate) summary: &'static str,
    pub(crate) message: String,
    pub(crate) hint: String,
    pub(crate) span: Option<Span>,
    pub(crate) place: Option<Place>,
    /// Somebody reported it already.
    pub(crate) told: bool,
}

impl Fault {
    pub(crate) fn new(summary: &'static str, message: impl Into<String>) -> Fault {
        Fault { summary, message: message.into(), ..Fault::default() }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Fault {
        Fault { hint: hint.into(), ..self }
    }

    pub(crate) fn at(mut self, span: Span) -> Fault {
        self.span.get_or_insert(span);
        self
    }

    fn placed(mut self, text: &Text) -> Fault {
        if self.place.is_none() {
            self.place = text.place(self.span.unwrap_or_default());
        }
        self
    }

    /// The diagnostic; none if it was reported already.
    pub(crate) fn diagnostic(self, otherwise: Option<&Place>) -> Option<Diagnostic> {
        let place = self.place.or_else(|| otherwise.cloned());
        (!self.told).then(|| Diagnostic::error(self.summary, self.message).hint(self.hint).at(place))
    }
}

impl From<Exhausted> for Fault {
    fn from(e: Exhausted) -> Self {
        let hint = "make the value smaller, or work it out outside";
        Fault::new("Expression too expensive", e.0).hint(hint)
    }
}

pub(crate) type Result<T, E = Box<Fault>> = std::result::Result<T, E>;

impl From<Exhausted> for Box<Fault> {
    fn from(e: Exhausted) -> Self {
        Box::new(e.into())
    }
}

/// A local that was worked out, and what it read.
#[derive(Clone)]
struct Memo<'a> {
    val: Val<'a>,
    reads: Arc<BTreeSet<Reference>>,
    pending: Arc<BTreeSet<Reference>>,
}

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    pub(super) names: &'a dyn Names,
    pub(super) objects: &'a dyn Objects,
    pub(super) each: Option<&'a Each>,
    pub(super) budget: Budget<'a>,
    pub(super) bound: Vec<Val<'a>>,
    /// Every attribute of a resource that was read.
    pub(crate) reads: BTreeSet<Reference>,
    /// Those that were unknown.
    pub(crate) pending: BTreeSet<Reference>,
    /// What paths are worth, while an expression is packed to be worked out later.
    pub(super) packing: Option<BTreeMap<String, Worth>>,
    pub(super) packing_depth: u32,
    locals: BTreeMap<&'a str, Memo<'a>>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(names: &'a dyn Names, objects: &'a dyn Objects, each: Option<&'a Each>) -> Self {
        Evaluator {
            names,
            objects,
            each,
            budget: names.account().budget(),
            bound: Vec::new(),
            reads: BTreeSet::new(),
            pending: BTreeSet::new(),
            packing: None,
            packing_depth: 0,
            locals: BTreeMap::new(),
        }
    }

    /// Forgets what was read, and begins a new budget; locals that were worked out stay.
    pub(crate) fn next(&mut self) -> Result<()> {
        self.budget.settle()?;
        self.budget = self.names.account().budget();
        self.reads.clear();
        self.pending.clear();
        Ok(())
    }

    /// The value of a template.
    pub(crate) fn template(&mut self, template: &'a Template) -> Result<Val<'a>> {
        self.budget.take(1)?;
        let placed = |mut fault: Box<Fault>| {
            if fault.place.is_none() {
                fault.place.clone_from(&template.place);
            }
            fault
        };
        match &template.tree {
            Tree::Value(value) => Ok(Val::of(value)),
            Tree::Text(text) => self.text(text).map_err(placed),
            Tree::List(items) => {
                Ok(Val::list(items.iter().map(|item| self.template(item)).collect::<Result<_>>()?))
            }
            Tree::Map(entries) => {
                let entry = |e: &'a super::template::Entry| Ok((e.key.clone(), self.template(&e.value)?));
                Ok(Val::map(entries.iter().map(entry).collect::<Result<_>>()?))
            }
        }
    }

    /// The value of a text: of any type if it is one expression, else a text.
    pub(crate) fn text(&mut self, text: &'a Text) -> Result<Val<'a>> {
        let value = match &text.parts[..] {
            [Part::Expr(expr)] => self.expr(expr),
            parts => self.parts(parts),
        };
        value.map_err(|fault| Box::new(fault.placed(text)))
    }

    /// The value of an expression.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Result<Val<'a>> {
        self.budget.take(1)?;
        let val = self.node(&expr.node, expr.span).map_err(|f| Box::new(f.at(expr.span)))?;
        if val.depth() > DEEPEST {
            let message = format!("this value is nested deeper than {DEEPEST} levels");
            return Err(Box::new(Fault::new("Value nested too deep", message).at(expr.span)));
        }
        Ok(val)
    }

    fn node(&mut self, node: &'a Node, span: Span) -> Result<Val<'a>> {
        match node {
            Node::Literal(value) => Ok(Val::of(value)),
            Node::List(items) => Ok(Val::list(items.iter().map(|e| self.expr(e)).collect::<Result<_>>()?)),
            Node::Object(entries) => self.object(entries),
            Node::Text(parts) => self.parts(parts),
            Node::Path(path) => self.path(path, span),
            Node::Unary(operator, operand) => {
                let operand = self.expr(operand)?;
                operators::unary(*operator, &operand)
            }
            Node::Binary(operator, pair) => self.binary(*operator, &pair.0, &pair.1),
            Node::Conditional(three) => self.conditional(&three.0, &three.1, &three.2),
            Node::Call(call) => self.call(call),
            Node::For(f) => self.for_expr(f),
        }
    }

    fn object(&mut self, entries: &'a [(Expr, Expr)]) -> Result<Val<'a>> {
        let mut map = BTreeMap::new();
        let (mut unknown, mut sensitive) = (false, false);
        for (key, value) in entries {
            let key_val = self.expr(key)?;
            let value = self.expr(value)?;
            sensitive |= key_val.sensitive;
            match operators::key_text(&key_val).map_err(|f| Box::new(f.at(key.span)))? {
                Some(key) => drop(map.insert(key, value)),
                None => unknown = true,
            }
        }
        Ok(if unknown { Val::UNKNOWN } else { Val::map(map) }.marked(sensitive))
    }

    fn conditional(&mut self, condition: &'a Expr, yes: &'a Expr, no: &'a Expr) -> Result<Val<'a>> {
        let chosen = self.expr(condition)?;
        match operators::truth(&chosen).map_err(|f| Box::new(f.at(condition.span)))? {
            Some(true) => Ok(self.expr(yes)?.marked(chosen.sensitive)),
            Some(false) => Ok(self.expr(no)?.marked(chosen.sensitive)),
            None => {
                // Both are looked at, for what they read; a fault in one may never come to pass.
                let sensitive = [yes, no].map(|e| self.whatever(|ev| ev.expr(e)));
                Ok(Val::UNKNOWN.marked(chosen.sensitive | sensitive.contains(&true)))
            }
        }
    }

    /// Evaluates for what is read on the way only. Gives whether it was sensitive.
    pub(super) fn whatever(&mut self, run: impl FnOnce(&mut Self) -> Result<Val<'a>>) -> bool {
        run(self).is_ok_and(|val| self.sensitive_inside(&val))
    }

    fn parts(&mut self, parts: &'a [Part]) -> Result<Val<'a>> {
        let mut out = Written::default();
        self.write_parts(parts, &mut out)?;
        self.budget.text(out.text.len())?;
        Ok(if out.unknown { Val::UNKNOWN } else { Val::text(out.text) }.marked(out.sensitive))
    }

    fn write_parts(&mut self, parts: &'a [Part], out: &mut Written) -> Result<()> {
        for part in parts {
            self.budget.take(1)?;
            match part {
                Part::Literal(text) => out.text.push_str(text),
                Part::Expr(expr) => {
                    let val = self.expr(expr)?;
                    out.sensitive |= val.sensitive;
                    match operators::as_text(&val).map_err(|f| Box::new(f.at(expr.span)))? {
                        Some(text) => {
                            self.budget.text(text.len() + out.text.len())?;
                            out.text.push_str(&text);
                        }
                        None => out.unknown = true,
                    }
                }
                Part::If(three) => {
                    let condition = self.expr(&three.0)?;
                    out.sensitive |= condition.sensitive;
                    match operators::truth(&condition).map_err(|f| Box::new(f.at(three.0.span)))? {
                        Some(true) => self.write_parts(&three.1, out)?,
                        Some(false) => self.write_parts(&three.2, out)?,
                        None => {
                            out.unknown = true;
                            for branch in [&three.1, &three.2] {
                                out.sensitive |= self.whatever(|ev| ev.parts(branch));
                            }
                        }
                    }
                }
                Part::For { with_key, collection, body } => {
                    let val = self.expr(collection)?;
                    out.sensitive |= val.sensitive;
                    let Some(entries) = self.entries(&val).map_err(|f| Box::new(f.at(collection.span)))?
                    else {
                        out.unknown = true;
                        self.bind(*with_key, Val::UNKNOWN, Val::UNKNOWN);
                        out.sensitive |= self.whatever(|ev| ev.parts(body));
                        self.unbind(*with_key);
                        continue;
                    };
                    for (key, value) in entries {
                        self.bind(*with_key, key, value);
                        let done = self.write_parts(body, out);
                        self.unbind(*with_key);
                        done?;
                        self.budget.text(out.text.len().min(4096))?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn bind(&mut self, with_key: bool, key: Val<'a>, value: Val<'a>) {
        if with_key {
            self.bound.push(key);
        }
        self.bound.push(value);
    }

    pub(super) fn unbind(&mut self, with_key: bool) {
        self.bound.truncate(self.bound.len() - 1 - usize::from(with_key));
    }

    /// The value of a local. Those it reads are worked out first, by a loop: their chain may be long.
    pub(super) fn local(&mut self, name: &'a str) -> Result<Val<'a>> {
        let mut waiting = vec![name];
        while let Some(&name) = waiting.last() {
            if self.locals.contains_key(name) {
                waiting.pop();
                continue;
            }
            self.budget.take(1)?;
            let (val, template) = match self.names.local(name) {
                None => {
                    return Err(Box::new(Fault::new(
                        "Unknown local value",
                        format!("there is no local value `{name}`"),
                    )));
                }
                Some(Local::Broken) => return Err(Box::new(Fault { told: true, ..Fault::default() })),
                Some(Local::Known(value, sensitive)) => (Val::of(value).marked(sensitive), None),
                Some(Local::Marked(val)) => (val.clone(), None),
                Some(Local::Open(template, needs)) => {
                    let before = waiting.len();
                    waiting.extend(needs.iter().map(|n| &**n).filter(|n| !self.locals.contains_key(n)));
                    if waiting.len() > before {
                        continue;
                    }
                    (Val::NULL, Some(template))
                }
            };
            let memo = match template {
                None => Memo { val, reads: Arc::default(), pending: Arc::default() },
                Some(template) => self.work_out(template)?,
            };
            self.locals.insert(name, memo);
            waiting.pop();
        }
        let memo = self.locals[name].clone();
        self.reads.extend(memo.reads.iter().cloned());
        self.pending.extend(memo.pending.iter().cloned());
        Ok(memo.val)
    }

    /// The value of a local's template, apart from what is bound and was read here.
    fn work_out(&mut self, template: &'a Template) -> Result<Memo<'a>> {
        let bound = std::mem::take(&mut self.bound);
        let reads = std::mem::take(&mut self.reads);
        let pending = std::mem::take(&mut self.pending);
        let packing = self.packing.take();
        let val = self.template(template);
        self.bound = bound;
        self.packing = packing;
        let reads = std::mem::replace(&mut self.reads, reads);
        let pending = std::mem::replace(&mut self.pending, pending);
        Ok(Memo { val: val?, reads: Arc::new(reads), pending: Arc::new(pending) })
    }

    /// The concrete value, none if any part of it is unknown; and whether any part is sensitive.
    pub(crate) fn whole(&mut self, val: &Val<'a>) -> Result<(Option<Value>, bool)> {
        let mut sensitive = false;
        let value = self.concrete(val, &mut sensitive, 0)?;
        Ok((value, sensitive))
    }

    fn concrete(&mut self, val: &Val<'a>, sensitive: &mut bool, depth: u32) -> Result<Option<Value>> {
        self.budget.take(1)?;
        if depth > DEEPEST {
            let message = format!("this value is nested deeper than {DEEPEST} levels");
            return Err(Box::new(Fault::new("Value nested too deep", message)));
        }
        *sensitive |= val.sensitive;
        Ok(Some(match &val.sort {
            Sort::Unknown => return Ok(None),
            Sort::Null => Value::Null,
            Sort::Bool(b) => Value::Bool(*b),
            Sort::Number(n) => Value::Number(*n),
            Sort::Text(s) => {
                self.budget.text(s.len())?;
                Value::String(s.to_string())
            }
            Sort::Held(Value::List(items)) => {
                let mut out = Some(Vec::with_capacity(items.len()));
                for item in items {
                    let item = self.concrete(&Val::of(item), sensitive, depth + 1)?;
                    out = out.zip(item).map(|(mut out, item)| {
                        out.push(item);
                        out
                    });
                }
                return Ok(out.map(Value::List));
            }
            Sort::List(items) => {
                // All parts are visited, unknown ones too: every mark counts.
                let mut out = Some(Vec::with_capacity(items.items.len()));
                for item in &items.items {
                    match (self.concrete(item, sensitive, depth + 1)?, &mut out) {
                        (Some(item), Some(out)) => out.push(item),
                        _ => out = None,
                    }
                }
                return Ok(out.map(Value::List));
            }
            Sort::Map(_) | Sort::Held(_) | Sort::Instance(_) | Sort::Instances(_) => {
                let Some(entries) = self.entries(val)? else { return Ok(None) };
                let mut out = Some(BTreeMap::new());
                for (key, value) in entries {
                    let key = operators::as_text(&key)?.unwrap_or_default().into_owned();
                    match (self.concrete(&value, sensitive, depth + 1)?, &mut out) {
                        (Some(value), Some(out)) => drop(out.insert(key, value)),
                        _ => out = None,
                    }
                }
                return Ok(out.map(Value::Map));
            }
        }))
    }

    /// Whether any part is sensitive, as far as it can be told without reading resources.
    pub(super) fn sensitive_inside(&self, val: &Val<'a>) -> bool {
        val.sensitive
            || match &val.sort {
                Sort::List(items) => items.items.iter().any(|v| self.sensitive_inside(v)),
                Sort::Map(map) => map.entries.values().any(|v| self.sensitive_inside(v)),
                _ => false,
            }
    }
}

/// A text that is being written.
#[derive(Default)]
struct Written {
    text: String,
    unknown: bool,
    sensitive: bool,
}

/// The concrete value of what needs no resources, and whether any part is sensitive.
pub(crate) fn static_value(val: &Val<'_>) -> Option<(Value, bool)> {
    let mut sensitive = val.sensitive;
    let value = match &val.sort {
        Sort::Unknown | Sort::Instance(_) | Sort::Instances(_) => return None,
        Sort::Null => Value::Null,
        Sort::Bool(b) => Value::Bool(*b),
        Sort::Number(n) => Value::Number(*n),
        Sort::Text(s) => Value::from(&**s),
        Sort::Held(value) => (*value).clone(),
        Sort::List(items) => {
            let mut out = Vec::with_capacity(items.items.len());
            for item in &items.items {
                let (item, mark) = static_value(item)?;
                sensitive |= mark;
                out.push(item);
            }
            Value::List(out)
        }
        Sort::Map(map) => {
            let mut out = BTreeMap::new();
            for (key, value) in &map.entries {
                let (value, mark) = static_value(value)?;
                sensitive |= mark;
                out.insert(key.clone(), value);
            }
            Value::Map(out)
        }
    };
    Some((value, sensitive))
}
