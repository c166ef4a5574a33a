//! Accounts mixed up: what lives under another object is of that object's project, and two ways to
//! one object lead to the same.

use std::collections::BTreeSet;

use super::scene::{Changed, Named, Scene};
use crate::diagnostic::Diagnostic;
use crate::diff::Need;
use crate::expr::Worth;
use crate::refresh::{Ask, AskWhat};
use crate::resource::Identity;

/// What a resource lives under: the attribute, the kind and what it names.
fn parent<'a>(scene: &Scene<'a>, changed: &Changed<'a>) -> Option<(&'static str, &'static str, Named<'a>)> {
    let (attribute, kind) = changed.schema.listed_under()?;
    Some((attribute, kind, scene.named(changed.item, attribute, kind)?))
}

/// What is not yet there, or was there for somebody else.
fn begins(changed: &Changed<'_>) -> bool {
    matches!(changed.item.delta.need, Need::Create | Need::Replace | Need::Adopt)
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for changed in scene.changed.iter().filter(|changed| begins(changed)) {
        if let Some((_, kind, Named::Other(id))) = parent(scene, changed) {
            asks.extend(scene.ask(&changed.item.provider, kind, AskWhat::One(id.to_owned())));
        }
    }
}

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for changed in scene.changed.iter().filter(|changed| begins(changed)) {
        found.extend(misplaced(scene, changed));
        found.extend(disagrees(scene, changed));
    }
}

fn place(identity: &Identity) -> String {
    format!("account {}, project {}, region {}", identity.account, identity.project, identity.region)
}

/// What its provider block cannot see, since it leads elsewhere.
fn misplaced(scene: &Scene<'_>, changed: &Changed<'_>) -> Option<Diagnostic> {
    // Without a cloud nobody knows where a block leads.
    scene.on.live.asked.as_ref()?;
    let (attribute, kind, named) = parent(scene, changed)?;
    let provider = &changed.item.provider;
    let mine = scene.identity(provider)?;
    let (text, hint) = match named {
        Named::Own(address) => {
            let item = scene.item(address)?;
            let theirs = scene.identity(&item.provider).filter(|theirs| *theirs != mine)?;
            let text = format!(
                "{} goes through provider `{provider}` ({}), but {address}, which its `{attribute}` names, is of `{}` ({})",
                changed.address,
                place(mine),
                item.provider,
                place(theirs)
            );
            (text, format!("give it the provider of {address}, or one of the same account and project"))
        }
        Named::Other(id) => {
            let ask = scene.ask(provider, kind, AskWhat::One(id.to_owned()));
            if !scene.found(ask.as_ref())?.is_empty() {
                return None;
            }
            let text = format!(
                "the `{attribute}` of {} names {id}, and provider `{provider}` ({}) has no such {kind}",
                changed.address,
                place(mine)
            );
            (text, "correct the id, or give it the provider of the account that owns it".to_owned())
        }
    };
    let text = format!("{text}: {}", scene.refused(changed.schema.preflight.elsewhere));
    let finding = Diagnostic::error("Another account's object", text).hint(hint);
    Some(changed.at(finding, attribute))
}

/// Two ways to one object that lead to two.
fn disagrees(scene: &Scene<'_>, changed: &Changed<'_>) -> Option<Diagnostic> {
    let rule = changed.schema.preflight.agrees?;
    let through =
        rule.kinds.iter().find_map(|kind| match scene.named(changed.item, rule.through, kind)? {
            Named::Own(address) => Some(address),
            Named::Other(_) => None,
        })?;
    let kind = changed.schema.referred(rule.attribute).next()?;
    let other = scene.item(through)?;
    let own = scene.named(changed.item, rule.attribute, kind)?;
    // What is deleted wants nothing, and an unknown one may be the same.
    let theirs = scene.named(other, rule.attribute, kind)?;
    let same_text = || {
        let worth = |item: &crate::plan::walk::Item| match &item.delta.want.get(rule.attribute)?.worth {
            Worth::Known(value) => Some(value.clone()),
            Worth::Deferred(_) => None,
        };
        worth(changed.item).is_some() && worth(changed.item) == worth(other)
    };
    if own == theirs || same_text() {
        return None;
    }
    let name = |named: Named<'_>| match named {
        Named::Own(address) => address.to_string(),
        Named::Other(id) => id.to_owned(),
    };
    let text = format!(
        "{} is about {} and {through}, but {through} connects to {}: {}",
        changed.address,
        name(own),
        name(theirs),
        scene.refused(rule.code)
    );
    let finding = Diagnostic::error("Two references disagree", text)
        .hint(format!("let `{}` name what {through} names", rule.attribute));
    Some(changed.at(finding, rule.attribute).also(other.place.clone(), format!("{through} is here")))
}
