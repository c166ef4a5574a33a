//! What a new object connects to must be there, in its own region.

use std::collections::{BTreeMap, BTreeSet};

use super::scene::{Changed, Named, Scene};
use crate::diagnostic::Diagnostic;
use crate::provider::{Class, ReadFault};
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Attributes, Target};

/// The new objects that connect to something, with what that is.
pub(super) fn connecting<'s, 'a>(
    scene: &'s Scene<'a>,
) -> impl Iterator<Item = (&'s Changed<'a>, &'a Target, Named<'a>)> {
    scene.changed.iter().filter(|changed| changed.is_new()).filter_map(|changed| {
        let target = changed.schema.preflight.target.as_ref()?;
        Some((changed, target, scene.named(changed.item, target.attribute, target.kind)?))
    })
}

fn question(scene: &Scene<'_>, changed: &Changed<'_>, target: &Target, id: &str) -> Option<Ask> {
    scene.ask(&changed.item.provider, target.lookup, AskWhat::Lookup("id".to_owned(), id.to_owned()))
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for (changed, target, named) in connecting(scene) {
        if let Named::Other(id) = named {
            asks.extend(question(scene, changed, target, id));
        }
    }
}

/// What is known of what an object connects to: an answer about one that is not of the stack, or
/// what one of the stack will be like.
pub(super) fn known_of(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    target: &Target,
    named: Named<'_>,
) -> Option<Attributes> {
    match named {
        Named::Own(address) => scene.afterwards(address, scene.item(address)?),
        Named::Other(id) => {
            let ask = question(scene, changed, target, id);
            scene.found(ask.as_ref())?.first().map(|object| object.attributes.clone())
        }
    }
}

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>, unseen: &mut Vec<String>) {
    let mut unread: BTreeMap<&str, String> = BTreeMap::new();
    for (changed, target, named) in connecting(scene) {
        let Some(mine) = scene.identity(&changed.item.provider) else { continue };
        match named {
            Named::Own(address) => {
                let theirs = scene.item(address).and_then(|item| scene.identity(&item.provider));
                if let Some(theirs) = theirs.filter(|theirs| theirs.region != mine.region) {
                    let text = format!(
                        "{} is in region {}, and {address}, which its `{}` names, is in {}: {}",
                        changed.address,
                        mine.region,
                        target.attribute,
                        theirs.region,
                        scene.refused(target.code)
                    );
                    let finding = Diagnostic::error("Two regions", text).hint(
                        "both sides of a connection are in one region: correct the `provider` of one of them",
                    );
                    found.push(changed.at(finding, target.attribute));
                }
            }
            Named::Other(id) => match question(scene, changed, target, id).and_then(|ask| scene.answer(&ask))
            {
                None | Some(Ok(_)) => {}
                Some(Err(ReadFault { class: Class::Missing, .. })) => {
                    let text = format!(
                        "the `{}` of {} names {id}, and region {} has no such {}: {}",
                        target.attribute,
                        changed.address,
                        mine.region,
                        target.kind,
                        scene.refused(target.code)
                    );
                    let finding = Diagnostic::error("What it connects to is not there", text)
                        .hint("correct the id, or the region of the provider block");
                    found.push(changed.at(finding, target.attribute));
                }
                Some(Err(ReadFault { fault, .. })) => {
                    unread.insert(id, format!("whether {id} exists, and what it is ({fault})"));
                }
            },
        }
    }
    unseen.extend(unread.into_values());
}
