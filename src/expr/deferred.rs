//! Expressions that are worked out later: packed with what is known of their scope while planning,
//! resolved when the rest is known. This is the one place where values flow backward.

use std::collections::BTreeMap;

use super::ast::Span;
use super::budget::Account;
use super::evaluate::{Evaluator, Fault, Result};
use super::scope::{Each, Local, Names, Objects};
use super::template::Template;
use super::val::Val;
use super::{Deferred, Worth};
use crate::resource::Value;

/// Expressions packed inside each other deeper than this are refused.
const DEEPEST: u32 = 24;

/// Why a deferred value cannot be worked out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It reads what is still unknown.
    #[error("{} is not known yet", names(.0))]
    StillUnknown(Vec<super::Reference>),
    /// It has no value: an index out of range, a null where a value is needed.
    #[error("{message}{}", hinted(.hint))]
    Fault {
        /// What is wrong.
        message: String,
        /// What to do, or empty.
        hint: String,
    },
}

fn names(references: &[super::Reference]) -> String {
    let names: Vec<String> = references.iter().map(ToString::to_string).collect();
    if names.is_empty() { "a part of it".into() } else { names.join(", ") }
}

fn hinted(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!(" ({hint})") }
}

impl From<Box<Fault>> for ResolveError {
    fn from(fault: Box<Fault>) -> Self {
        ResolveError::Fault { message: fault.message, hint: fault.hint }
    }
}

impl Deferred {
    /// The value, now that the objects it needs are known; and whether one of their attributes that
    /// it read is sensitive. The value is as written: its attribute's type has yet to read it.
    ///
    /// # Errors
    /// What is still unknown, or why the expression has no value.
    pub fn resolve(&self, objects: &dyn Objects) -> Result<(Value, bool), ResolveError> {
        let template = template_of(self)?;
        let names = Travelling { scope: &self.scope, account: Account::default() };
        let mut evaluator = Evaluator::new(&names, objects, None);
        let val = evaluator.template(&template)?;
        match evaluator.whole(&val)? {
            (Some(value), sensitive) => Ok((value, sensitive)),
            (None, _) => Err(ResolveError::StillUnknown(evaluator.pending.into_iter().collect())),
        }
    }
}

fn template_of(deferred: &Deferred) -> Result<Template> {
    Template::of_value(&deferred.source).map_err(|fault| Box::new(Fault::new(fault.summary, fault.message)))
}

/// Packs a template of which parts will be read, as `for_each` does: it needs what its own text needs.
pub(crate) fn pack<'a>(evaluator: &mut Evaluator<'a>, template: &'a Template) -> Result<Deferred> {
    pack_and(evaluator, template, |_, _| Ok(()))
}

/// Packs a template whose value is wanted whole: if that is a resource, it needs all that the resource
/// lacks.
pub(crate) fn pack_whole<'a>(evaluator: &mut Evaluator<'a>, template: &'a Template) -> Result<Deferred> {
    pack_and(evaluator, template, |inner, val| inner.whole(&val).map(drop))
}

/// Packs a template with what is known of its scope, after `read` saw what it is worth now.
fn pack_and<'a>(
    evaluator: &mut Evaluator<'a>,
    template: &'a Template,
    read: impl FnOnce(&mut Evaluator<'a>, Val<'a>) -> Result<()>,
) -> Result<Deferred> {
    evaluator.budget.take(1)?;
    if evaluator.packing_depth >= DEEPEST {
        let message =
            format!("values known only later are built on each other more than {DEEPEST} levels deep");
        let fault = Fault::new("Value nested too deep", message).at(Span::default());
        return Err(Box::new(fault.hint("refer to the resource itself instead of a chain of locals")));
    }
    let mut inner = Evaluator::new(evaluator.names, evaluator.objects, evaluator.each);
    inner.packing_depth = evaluator.packing_depth + 1;
    inner.packing = Some(BTreeMap::new());
    std::mem::swap(&mut inner.budget, &mut evaluator.budget);
    let done = inner.template(template).and_then(|val| read(&mut inner, val));
    std::mem::swap(&mut inner.budget, &mut evaluator.budget);
    done?;
    let scope = inner.packing.take().unwrap_or_default();
    Ok(Deferred { source: template.written(), scope, needs: inner.pending })
}

/// The same for a local's template, met while packing.
pub(super) fn pack_within<'a>(evaluator: &mut Evaluator<'a>, template: &'a Template) -> Result<Deferred> {
    let packed = pack(evaluator, template)?;
    evaluator.budget.take(packed.scope.len())?;
    Ok(packed)
}

/// `each.value`, where it is known only later: found by its key in the collection.
pub(super) fn each_value(each: &Each) -> Option<Deferred> {
    let (collection, key) = (each.collection.as_ref()?, each.key.as_ref()?);
    Some(Deferred {
        source: Value::from("${local.for_each[each.key]}"),
        scope: BTreeMap::from([
            ("local.for_each".to_owned(), Worth::Deferred(Box::new((**collection).clone()))),
            ("each.key".to_owned(), Worth::Known(Value::from(key.as_str()))),
        ]),
        needs: collection.needs.clone(),
    })
}

/// A value that travels with an expression and was itself deferred.
pub(super) fn resolve_within<'a>(evaluator: &mut Evaluator<'a>, inner: &Deferred) -> Result<Val<'a>> {
    if evaluator.packing_depth > DEEPEST + 1 {
        return Err(Box::new(Fault::new(
            "Value nested too deep",
            "a value known only later is nested too deep",
        )));
    }
    let template = template_of(inner)?;
    let names = Travelling { scope: &inner.scope, account: Account::default() };
    let mut nested = Evaluator::new(&names, evaluator.objects, None);
    nested.packing_depth = evaluator.packing_depth + 1;
    let val = nested.template(&template)?.into_static();
    evaluator.reads.append(&mut nested.reads);
    evaluator.pending.append(&mut nested.pending);
    Ok(val)
}

/// The names of an expression that carries its scope with it.
struct Travelling<'d> {
    scope: &'d BTreeMap<String, Worth>,
    account: Account,
}

impl Names for Travelling<'_> {
    fn var(&self, _: &str) -> Option<Val<'_>> {
        None
    }
    fn local(&self, _: &str) -> Option<Local<'_>> {
        None
    }
    fn env(&self, _: &str) -> Option<&str> {
        None
    }
    fn module_dir(&self) -> &str {
        "."
    }
    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        match self.scope.get(&file_key(path)) {
            Some(Worth::Known(Value::String(text))) => Ok(text.clone().into_bytes()),
            _ => Err("it was not read when this was planned".into()),
        }
    }
    fn travelling(&self) -> Option<&BTreeMap<String, Worth>> {
        Some(self.scope)
    }
    fn account(&self) -> &Account {
        &self.account
    }
}

/// Under which name the text of a file travels.
pub(super) fn file_key(path: &str) -> String {
    format!("file({})", Value::from(path))
}
