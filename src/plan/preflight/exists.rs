//! What an object needs, and no resource stands for, must be there and able to have it.

use std::collections::BTreeSet;

use super::scene::{Changed, Scene};
use crate::diagnostic::Diagnostic;
use crate::provider::{Class, ReadFault};
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Attributes, Exists, Unless, Value};

/// The new objects that need something, with what that is.
fn needing<'s, 'a>(
    scene: &'s Scene<'a>,
) -> impl Iterator<Item = (&'s Changed<'a>, &'a Exists, &'s str, Ask)> {
    scene.changed.iter().filter(|changed| changed.is_new()).filter_map(|changed| {
        let rule = changed.schema.preflight.exists.as_ref()?;
        let id = changed.known(rule.attribute)?.as_str()?;
        let what = AskWhat::Lookup("id".to_owned(), id.to_owned());
        Some((changed, rule, id, scene.ask(&changed.item.provider, rule.lookup, what)?))
    })
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    asks.extend(needing(scene).map(|(.., ask)| ask));
}

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>, unseen: &mut Vec<String>) {
    let mut unread = BTreeSet::new();
    for (changed, rule, id, ask) in needing(scene) {
        let (text, code, hint) = match scene.answer(&ask) {
            None => continue,
            Some(Err(ReadFault { class: Class::Missing, .. })) => {
                let text = format!("there is no {} {id} in this account and region", rule.what);
                (text, rule.code, "correct the id, or the region or the credentials of the provider block")
            }
            Some(Err(ReadFault { fault, .. })) => {
                unread.insert(format!("whether {} {id} is there ({fault})", rule.what));
                continue;
            }
            Some(Ok(objects)) => {
                let Some(there) = objects.first().map(|object| &object.attributes) else { continue };
                let Some(unless) = rule.unless.iter().find(|unless| applies(unless, there)) else { continue };
                (format!("{} {id} {}", rule.what, unless.says), unless.code, "name another one")
            }
        };
        let text = format!(
            "{} names it as `{}`, and {text}: {}",
            changed.address,
            rule.attribute,
            scene.refused(code)
        );
        let finding = Diagnostic::error("What it needs is not there", text).hint(hint);
        found.push(changed.at(finding, rule.attribute));
    }
    unseen.extend(unread);
}

fn applies(unless: &Unless, there: &Attributes) -> bool {
    let (name, values) = unless.has;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    there.get(name).is_some_and(|value| values.contains(&text(value).as_str()))
}
