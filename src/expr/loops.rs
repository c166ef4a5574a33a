//! `for` expressions.

use std::collections::BTreeMap;

use super::ast::For;
use super::evaluate::{Evaluator, Fault, Result};
use super::operators::{key_text, truth};
use super::val::Val;

impl<'a> Evaluator<'a> {
    pub(super) fn for_expr(&mut self, f: &'a For) -> Result<Val<'a>> {
        let collection = self.expr(&f.collection)?;
        let Some(entries) = self.entries(&collection).map_err(|e| Box::new(e.at(f.collection.span)))? else {
            // The body is looked at once, for what it reads.
            self.bind(f.with_key, Val::UNKNOWN, Val::UNKNOWN);
            let mut sensitive = collection.sensitive;
            for e in [f.condition.as_ref(), f.key.as_ref(), Some(&f.value)].into_iter().flatten() {
                sensitive |= self.whatever(|ev| ev.expr(e));
            }
            self.unbind(f.with_key);
            return Ok(Val::UNKNOWN.marked(sensitive));
        };
        let mut out = Collected::default();
        for (key, value) in entries {
            self.bind(f.with_key, key, value);
            let done = self.one(f, &mut out);
            self.unbind(f.with_key);
            done?;
        }
        let sensitive = collection.sensitive | out.sensitive;
        let val = match &f.key {
            _ if out.unknown => Val::UNKNOWN,
            None => Val::list(out.items),
            Some(_) if f.grouping => {
                Val::map(out.groups.into_iter().map(|(k, items)| (k, Val::list(items))).collect())
            }
            Some(_) => Val::map(out.entries),
        };
        Ok(val.marked(sensitive))
    }

    /// One entry of the collection: bound already.
    fn one(&mut self, f: &'a For, out: &mut Collected<'a>) -> Result<()> {
        self.budget.take(1)?;
        if let Some(condition) = &f.condition {
            let keep = self.expr(condition)?;
            out.sensitive |= keep.sensitive;
            match truth(&keep).map_err(|e| Box::new(e.at(condition.span)))? {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => out.unknown = true,
            }
        }
        let key = match &f.key {
            None => None,
            Some(key) => {
                let val = self.expr(key)?;
                out.sensitive |= val.sensitive;
                let text = key_text(&val).map_err(|e| Box::new(e.at(key.span)))?;
                out.unknown |= text.is_none();
                text.map(|text| (text, key.span))
            }
        };
        let value = self.expr(&f.value)?;
        match key {
            None => out.items.push(value),
            Some((key, _)) if f.grouping => out.groups.entry(key).or_default().push(value),
            Some((key, span)) => {
                if out.entries.insert(key.clone(), value).is_some() {
                    let fault = Fault::new(
                        "Key made twice",
                        format!("two entries have the key {}", crate::resource::Value::from(key)),
                    );
                    return Err(Box::new(
                        fault.at(span).hint("add `...` after the value to collect the values of equal keys"),
                    ));
                }
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct Collected<'a> {
    items: Vec<Val<'a>>,
    entries: BTreeMap<String, Val<'a>>,
    groups: BTreeMap<String, Vec<Val<'a>>>,
    unknown: bool,
    sensitive: bool,
}
