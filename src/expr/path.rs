//! Following a path: by reference, so that reading one attribute of one instance costs the same
//! however large the root is.

use std::sync::Arc;

use super::ast::{Path, Root, Span, Step};
use super::evaluate::{Evaluator, Fault, Result, static_value};
use super::operators::{key_text, number};
use super::val::{Sort, Val, Words};
use super::{Reference, View, Worth, deferred};
use crate::diagnostic::known_names;
use crate::resource::{Address, Block, Key, Value};

impl<'a> Evaluator<'a> {
    pub(super) fn path(&mut self, path: &'a Path, span: Span) -> Result<Val<'a>> {
        match &path.root {
            Root::Bound(slot) => {
                let val = self.bound.get(*slot).cloned().unwrap_or(Val::NULL);
                self.follow(val, &path.steps)
            }
            Root::Value(base) => {
                let val = self.expr(base)?;
                self.follow(val, &path.steps)
            }
            Root::Block(block) => self.block(block, &path.steps),
            root => self.named(root, &path.steps, span),
        }
    }

    /// A path from a name that is no resource's.
    fn named(&mut self, root: &'a Root, steps: &'a [Step], span: Span) -> Result<Val<'a>> {
        let unknown = |what: &str, name: &str| {
            Box::new(Fault::new("Unknown name", format!("there is no {what} `{name}`")).at(span))
        };
        if self.names.travelling().is_some() {
            return self.travelled(root_key(root), steps);
        }
        let val = match root {
            Root::Var(name) => self.names.var(name).ok_or_else(|| unknown("variable", name))?,
            Root::Local(name) => self.local(name)?,
            Root::Env(name) => {
                let text = self.names.env(name).ok_or_else(|| Box::new(unset(name).at(span)))?;
                Val::from(Sort::Text(Words::Borrowed(text))).marked(true)
            }
            Root::EachKey | Root::EachValue => {
                let Some(each) = self.each.filter(|each| each.key.is_some()) else {
                    let fault = Fault::new(
                        "No instance here",
                        "`each` has a meaning only in a block with `for_each`",
                    );
                    return Err(Box::new(fault.at(span)));
                };
                match (root, &each.key) {
                    (Root::EachKey, Some(key)) => Sort::Text(Words::Borrowed(key.as_str())).into(),
                    _ => {
                        if let Some(collection) = &each.collection {
                            self.pending.extend(collection.needs.iter().cloned());
                        }
                        each.value.clone()
                    }
                }
            }
            _ => Sort::Text(Words::Borrowed(self.names.module_dir())).into(),
        };
        if self.packing.is_none() {
            return self.follow(val, steps);
        }
        self.packed(root, val, steps)
    }

    /// The same while an expression is packed: what the path is worth is written down, as far as it
    /// is known.
    fn packed(&mut self, root: &'a Root, mut val: Val<'a>, steps: &'a [Step]) -> Result<Val<'a>> {
        let mut key = root_key(root);
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            if matches!(val.sort, Sort::Unknown | Sort::Instance(_) | Sort::Instances(_)) {
                break;
            }
            val = match step {
                Step::Name(name, at) => {
                    push_name(&mut key, name);
                    self.attribute_of(val, name, *at)?
                }
                Step::Index(index) => {
                    let index_val = self.expr(index)?;
                    let Some(text) = key_text(&index_val)? else { break };
                    push_index(&mut key, &text);
                    self.element(val, &index_val, index.span)?
                }
                Step::Splat(..) => break,
            };
            rest = after;
        }
        let known = static_value(&val).map(|(value, _)| (key, Worth::Known(value)));
        let entry = match (known, root) {
            (Some(known), _) => Some(known),
            (None, Root::Local(name)) => {
                let held = self.packing.as_ref().is_some_and(|p| p.contains_key(&root_key(root)));
                match self.names.local(name) {
                    Some(super::scope::Local::Open(template, _)) if !held => Some((
                        root_key(root),
                        Worth::Deferred(Box::new(deferred::pack_within(self, template)?)),
                    )),
                    _ => None,
                }
            }
            (None, _) => self
                .each
                .and_then(deferred::each_value)
                .map(|d| (root_key(root), Worth::Deferred(Box::new(d)))),
        };
        if let (Some(packing), Some((key, worth))) = (&mut self.packing, entry) {
            packing.insert(key, worth);
        }
        self.follow(val, rest)
    }

    /// A path whose value travels with the expression: under the path itself, or the part of it that
    /// was known.
    fn travelled(&mut self, mut key: String, steps: &'a [Step]) -> Result<Val<'a>> {
        let mut rest = steps;
        loop {
            if let Some(worth) = self.names.travelling().and_then(|scope| scope.get(&key)) {
                let val = match worth {
                    Worth::Known(value) => Val::of(value),
                    Worth::Deferred(inner) => deferred::resolve_within(self, inner)?,
                };
                return self.follow(val, rest);
            }
            let Some((step, after)) = rest.split_first() else {
                return Err(Box::new(Fault::new(
                    "Unknown name",
                    format!("`{key}` was not known when this was planned"),
                )));
            };
            match step {
                Step::Name(name, _) => push_name(&mut key, name),
                Step::Index(index) => {
                    let val = self.expr(index)?;
                    let Some(text) = key_text(&val)? else { return Ok(Val::UNKNOWN) };
                    push_index(&mut key, &text);
                }
                Step::Splat(..) => rest = &[],
            }
            if !rest.is_empty() {
                rest = after;
            }
        }
    }

    /// A path from a resource block.
    fn block(&mut self, block: &'a Arc<Block>, steps: &'a [Step]) -> Result<Val<'a>> {
        let views = self.objects.views(block);
        let single = views.is_some_and(|views| views.contains(None));
        let instance = |key| Val::from(Sort::Instance(block.instance(key)));
        match steps.split_first() {
            Some((Step::Name(..), _)) => {
                if !single && let Some(known) = views.filter(|views| !views.is_empty()) {
                    let fault = Fault::new(
                        "Instance not chosen",
                        format!("{block} has `for_each`: it stands for {} resources", known.len()),
                    );
                    return Err(Box::new(
                        fault.hint(format!("write {block}[\"KEY\"], or {block}[*] for all of them")),
                    ));
                }
                self.follow(instance(None), steps)
            }
            Some((Step::Index(index), rest)) => {
                let val = self.expr(index)?;
                let Some(key) = key_text(&val)? else {
                    return self.any_instance(block, rest);
                };
                let found = self.follow(instance(Some(Key::from(key))), rest);
                found.map(|v| v.marked(val.sensitive)).map_err(|f| without_key(f, val.sensitive))
            }
            _ if single => self.follow(instance(None), steps),
            _ if views.is_none() => {
                self.read(block, None, "", true);
                Ok(Val::UNKNOWN)
            }
            _ => self.follow(Sort::Instances(block.clone()).into(), steps),
        }
    }

    /// Some instance whose key is not known yet: any of them may be read.
    fn any_instance(&mut self, block: &Block, rest: &'a [Step]) -> Result<Val<'a>> {
        let attribute = match rest.first() {
            Some(Step::Name(name, _)) => name,
            _ => "",
        };
        let keys: Vec<Option<Key>> = self
            .objects
            .views(block)
            .map_or(vec![None], |views| views.keys().map(Option::<&Key>::cloned).collect());
        for key in keys {
            self.budget.take(1)?;
            self.read(block, key, attribute, true);
        }
        Ok(Val::UNKNOWN)
    }

    fn read(&mut self, block: &Block, key: Option<Key>, attribute: &str, unknown: bool) {
        let reference = Reference { address: block.instance(key), attribute: attribute.into() };
        if unknown {
            self.pending.insert(reference.clone());
        }
        self.reads.insert(reference);
    }

    fn follow(&mut self, mut val: Val<'a>, steps: &'a [Step]) -> Result<Val<'a>> {
        for step in steps {
            val = match step {
                Step::Name(name, at) => self.attribute_of(val, name, *at)?,
                Step::Index(index) => {
                    let key = self.expr(index)?;
                    self.element(val, &key, index.span)?
                }
                Step::Splat(inner, _) => self.splat(val, inner)?,
            };
        }
        Ok(val)
    }

    fn splat(&mut self, val: Val<'a>, inner: &'a [Step]) -> Result<Val<'a>> {
        let sensitive = val.sensitive;
        let items = match &val.sort {
            Sort::Unknown => return Ok(val),
            Sort::Null => Vec::new(),
            Sort::List(_) | Sort::Held(Value::List(_)) | Sort::Instances(_) => {
                self.entries(&val)?.unwrap_or_default().into_iter().map(|(_, item)| item).collect()
            }
            _ => vec![val],
        };
        let items = items.into_iter().map(|item| self.follow(item, inner)).collect::<Result<_>>()?;
        Ok(Val::list(items).marked(sensitive))
    }

    /// `value.name`.
    fn attribute_of(&mut self, val: Val<'a>, name: &str, at: Span) -> Result<Val<'a>> {
        self.budget.take(1)?;
        let sensitive = val.sensitive;
        let found = match &val.sort {
            Sort::Unknown => return Ok(val),
            Sort::Map(map) => map.entries.get(name).cloned(),
            Sort::Held(Value::Map(entries)) => entries.get(name).map(Val::of),
            Sort::Instance(address) => return Ok(self.object_attribute(address, name)?.marked(sensitive)),
            Sort::Instances(block) => return self.instance(block, name).map(|v| v.marked(sensitive)),
            Sort::Null => {
                let fault = Fault::new("Value is null", format!("this is null, so it has no `{name}`"));
                return Err(Box::new(fault.at(at).hint("guard it with try(…, default) or a condition")));
            }
            _ => {
                let fault = Fault::new("Wrong type", format!("{} has no `{name}`", val.kind_name()));
                return Err(Box::new(fault.at(at)));
            }
        };
        match found {
            Some(found) => Ok(found.marked(sensitive)),
            None => {
                let names = map_keys(&val);
                let hint = known_names(name, names.iter().map(String::as_str));
                Err(Box::new(
                    Fault::new("Unknown key", format!("there is no `{name}` in this map")).at(at).hint(hint),
                ))
            }
        }
    }

    /// `value[key]`.
    pub(super) fn element(&mut self, val: Val<'a>, key: &Val<'a>, at: Span) -> Result<Val<'a>> {
        self.budget.take(1)?;
        let sensitive = val.sensitive | key.sensitive;
        let items = match &val.sort {
            Sort::List(items) => items.items.len(),
            Sort::Held(Value::List(items)) => items.len(),
            Sort::Unknown => return Ok(val.marked(sensitive)),
            _ => {
                let Some(key) = key_text(key).map_err(|f| Box::new(f.at(at)))? else {
                    return Ok(Val::UNKNOWN.marked(sensitive));
                };
                let found = self.attribute_of(val, &key, at).map_err(|f| without_key(f, sensitive))?;
                return Ok(found.marked(sensitive));
            }
        };
        let Some(index) = number(key).map_err(|f| Box::new(f.at(at)))? else {
            return Ok(Val::UNKNOWN.marked(sensitive));
        };
        let found = index.as_i64().and_then(|i| usize::try_from(i).ok()).and_then(|i| match &val.sort {
            Sort::List(items) => items.items.get(i).cloned(),
            Sort::Held(Value::List(items)) => items.get(i).map(Val::of),
            _ => None,
        });
        found.map(|v| v.marked(sensitive)).ok_or_else(|| {
            let fault = Fault::new(
                "Index out of range",
                format!("there is no element {index}: the list has {items}, counted from 0"),
            );
            Box::new(fault.at(at))
        })
    }

    /// One instance of a block, by key.
    fn instance(&mut self, block: &Arc<Block>, key: &str) -> Result<Val<'a>> {
        let key = Key::from(key);
        let views = self.objects.views(block);
        if let Some(views) = views.filter(|views| !views.contains(Some(&key))) {
            return Err(no_instance(block, &key, views.keys().flatten()));
        }
        Ok(Sort::Instance(block.instance(Some(key))).into())
    }

    /// One attribute of one resource instance.
    fn object_attribute(&mut self, address: &Address, name: &str) -> Result<Val<'a>> {
        let reference = Reference { address: address.clone(), attribute: name.into() };
        if let Some(scope) = self.names.travelling()
            && let Some(Worth::Known(value)) = scope.get(&travelling_key(address, name))
        {
            self.reads.insert(reference);
            return Ok(Val::of(value));
        }
        let view: Option<&'a View> = match self.objects.views(&address.block) {
            None => None,
            Some(views) => match views.get(address.key.as_ref()) {
                Some(view) => Some(view),
                None => {
                    let key = address.key.clone().unwrap_or_else(|| Key::from(""));
                    return Err(no_instance(&address.block, &key, views.keys().flatten()));
                }
            },
        };
        let sensitive = view.is_some_and(|view| view.sensitive.contains(name));
        if view.is_none_or(|view| view.unknown.contains(name)) {
            self.pending.insert(reference.clone());
            self.reads.insert(reference);
            return Ok(Val::UNKNOWN.marked(sensitive));
        }
        self.reads.insert(reference);
        let value = view.map_or(&Value::Null, |view| view.known.value(name));
        if let Some(packing) = &mut self.packing {
            packing.insert(travelling_key(address, name), Worth::Known(value.clone()));
        }
        Ok(Val::of(value).marked(sensitive))
    }

    /// Keys and values of what can be iterated; none if it is unknown. A sensitive container makes
    /// its elements sensitive.
    pub(crate) fn entries(&mut self, val: &Val<'a>) -> Result<Option<Vec<(Val<'a>, Val<'a>)>>> {
        let index = |i: usize| Val::owned(Value::from(i as i64));
        let mut out: Vec<(Val<'a>, Val<'a>)> = match &val.sort {
            Sort::Unknown => return Ok(None),
            Sort::List(items) => {
                self.budget.take(items.items.len())?;
                items.items.iter().enumerate().map(|(i, v)| (index(i), v.clone())).collect()
            }
            Sort::Map(map) => {
                self.budget.take(map.entries.len())?;
                map.entries.iter().map(|(k, v)| (Val::text(&**k), v.clone())).collect()
            }
            Sort::Held(Value::List(items)) => {
                self.budget.take(items.len())?;
                items.iter().enumerate().map(|(i, v)| (index(i), Val::of(v))).collect()
            }
            Sort::Held(Value::Map(entries)) => {
                self.budget.take(entries.len())?;
                entries.iter().map(|(k, v)| (Sort::Text(Words::Borrowed(k)).into(), Val::of(v))).collect()
            }
            Sort::Instances(block) => {
                let Some(views) = self.objects.views(block) else { return Ok(None) };
                self.budget.take(views.len())?;
                views
                    .keys()
                    .flatten()
                    .map(|key| {
                        let address = block.instance(Some(key.clone()));
                        (Sort::Text(Words::Borrowed(key.as_str())).into(), Sort::Instance(address).into())
                    })
                    .collect()
            }
            Sort::Instance(address) => {
                let views = self.objects.views(&address.block);
                let Some(view) = views.and_then(|views| views.get(address.key.as_ref())) else {
                    self.read(&address.block, address.key.clone(), "", true);
                    return Ok(None);
                };
                view.names()
                    .into_iter()
                    .map(|name| {
                        let key = Sort::Text(Words::Borrowed(name)).into();
                        Ok((key, self.object_attribute(address, name)?))
                    })
                    .collect::<Result<_>>()?
            }
            _ => return Err(super::operators::wrong("a list or a map", val)),
        };
        if val.sensitive {
            for (key, value) in &mut out {
                key.sensitive = true;
                value.sensitive = true;
            }
        }
        Ok(Some(out))
    }
}

fn map_keys(val: &Val<'_>) -> Vec<String> {
    match &val.sort {
        _ if val.sensitive => Vec::new(),
        Sort::Map(map) => map.entries.keys().cloned().collect(),
        Sort::Held(Value::Map(entries)) => entries.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The same fault without the key in it, where the key must not be shown.
fn without_key(fault: Box<Fault>, sensitive: bool) -> Box<Fault> {
    if !sensitive || !matches!(fault.summary, "Unknown key" | "Unknown instance") {
        return fault;
    }
    let message = "there is nothing under this sensitive key".to_owned();
    Box::new(Fault { message, hint: String::new(), ..*fault })
}

fn no_instance<'k>(block: &Block, key: &Key, known: impl Iterator<Item = &'k Key>) -> Box<Fault> {
    let address = block.instance(Some(key.clone()));
    let known: Vec<&str> = known.map(Key::as_str).collect();
    let fault = Fault::new(
        "Unknown instance",
        format!("there is no {address}: `for_each` of {block} has no such key"),
    );
    Box::new(fault.hint(known_names(key.as_str(), known)))
}

/// An environment variable that is not set.
fn unset(name: &str) -> Fault {
    Fault::new("Environment variable not set", format!("the environment has no variable {name}"))
        .hint(format!("set it before running: export {name}=…"))
}

/// The path of a root as it is written.
pub(super) fn root_key(root: &Root) -> String {
    match root {
        Root::Var(name) => format!("var.{name}"),
        Root::Local(name) => format!("local.{name}"),
        Root::Env(name) => format!("env.{name}"),
        Root::EachKey => "each.key".into(),
        Root::EachValue => "each.value".into(),
        Root::ModuleDir => "path.module".into(),
        Root::Block(block) => block.to_string(),
        Root::Bound(_) | Root::Value(_) => String::new(),
    }
}

fn travelling_key(address: &Address, attribute: &str) -> String {
    let mut key = address.to_string();
    push_name(&mut key, attribute);
    key
}

fn push_name(key: &mut String, name: &str) {
    key.push('.');
    key.push_str(name);
}

fn push_index(key: &mut String, index: &str) {
    key.push('[');
    key.push_str(&Value::from(index).to_string());
    key.push(']');
}
