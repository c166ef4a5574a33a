//! Arguments that go together, and such as do not.

use std::collections::BTreeSet;

use super::scene::{Changed, Named, Scene, is_open};
use crate::diagnostic::Diagnostic;
use crate::resource::{Rule, Value};

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for changed in &scene.changed {
        for rule in changed.schema.preflight.rules {
            found.extend(broken(scene, changed, rule));
        }
    }
}

fn broken(scene: &Scene<'_>, changed: &Changed<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let address = changed.address;
    let is = |(name, value): (&str, &str)| changed.known(name).and_then(Value::as_str) == Some(value);
    match *rule {
        Rule::Needs { when, needs, code } => {
            if !is(when) || changed.has(needs) {
                return Vec::new();
            }
            let (name, value) = when;
            let text =
                format!("{address} has `{name}: {value}`, which needs `{needs}`: {}", scene.refused(code));
            let finding = Diagnostic::error("An attribute is missing", text)
                .hint(format!("add `{needs}`, or take `{name}` out"));
            vec![changed.at(finding, name)]
        }
        Rule::Refuses { when, others, code } => {
            let given = others.iter().filter(|other| is(when) && changed.has(other));
            let (name, value) = when;
            let told = given.map(|other| {
                let text = format!(
                    "{address} has `{name}: {value}`, for which `{other}` means nothing: {}",
                    scene.refused(code)
                );
                let finding = Diagnostic::error("An attribute does not go with it", text).hint(format!(
                    "take `{other}` out for as long as `{name}` is `{value}`; `null` is as good"
                ));
                changed.at(finding, other)
            });
            told.collect()
        }
        Rule::One { of, none, contradict } => {
            let given: Vec<&str> = of.iter().copied().filter(|name| changed.has(name)).collect();
            let all = of.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
            let finding = match given.as_slice() {
                [_] => return Vec::new(),
                [] => {
                    let text = format!("{address} has none of {all}: {}", scene.refused(none));
                    Diagnostic::error("An attribute is missing", text).hint(format!("give `{}`", of[0]))
                }
                _ => {
                    let refused = scene.refused(contradict);
                    let text =
                        format!("{address} has {all}, of which one is enough; where they differ, {refused}");
                    Diagnostic::error("One says what the other does", text)
                        .hint(format!("give `{}` alone", of[0]))
                }
            };
            vec![changed.at(finding, given.last().copied().unwrap_or_default())]
        }
        Rule::Keys { map, set, field } => outside(scene, changed, map, set, field).into_iter().collect(),
        Rule::Suits { .. } => unsuited(scene, changed, rule).into_iter().collect(),
    }
}

/// A key of a map that no member of a set has.
fn outside(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    map: &str,
    set: &str,
    field: &str,
) -> Option<Diagnostic> {
    let keys = changed.known(map)?.as_map()?.keys();
    if is_open(changed.item, set) {
        return None;
    }
    let then = scene.afterwards(changed.address, changed.item)?;
    let members = then.get(set).and_then(Value::as_list).unwrap_or_default().iter();
    let names: BTreeSet<&str> = members.filter_map(|member| member.as_map()?.get(field)?.as_str()).collect();
    let missing: Vec<&str> = keys.map(String::as_str).filter(|key| !names.contains(key)).collect();
    if missing.is_empty() {
        return None;
    }
    let text = format!(
        "the `{map}` of {} names {}, which none of its `{set}` has as `{field}`: it would not be sent",
        changed.address,
        missing.join(", ")
    );
    let finding = Diagnostic::error("An attribute has no effect", text)
        .hint(format!("correct it, or add the missing ones to `{set}`"));
    Some(changed.at(finding, map))
}

/// What does not go with what another object is.
fn unsuited(scene: &Scene<'_>, changed: &Changed<'_>, rule: &Rule) -> Option<Diagnostic> {
    let Rule::Suits { through, kind, theirs, ours, pairs, code } = *rule else { return None };
    let Named::Own(target) = scene.named(changed.item, through, kind)? else { return None };
    let item = scene.item(target)?;
    if is_open(changed.item, ours) || is_open(item, theirs) {
        return None;
    }
    // Where nobody says anything, the cloud chooses the same everywhere.
    let usual = |address: &crate::resource::Address, name: &str| {
        scene.on.catalog.schema(&address.block).attribute(name).and_then(|one| one.usual.clone())
    };
    let theirs_then =
        scene.afterwards(target, item)?.get(theirs).cloned().or_else(|| usual(target, theirs))?;
    let ours_then = changed.known(ours).cloned().or_else(|| usual(changed.address, ours))?;
    let (is, has) = (theirs_then.as_str()?, ours_then.as_str()?);
    let (_, allowed) = pairs.iter().find(|(value, _)| *value == is)?;
    if allowed.contains(&has) {
        return None;
    }
    let text = format!(
        "{} has `{ours}: {has}`, and {target}, which its `{through}` names, has `{theirs}: {is}`: {}",
        changed.address,
        scene.refused(code)
    );
    let finding = Diagnostic::error("An attribute does not go with it", text)
        .hint(format!("with `{is}` goes `{ours}: {}`", allowed.join("` or `")));
    Some(changed.at(finding, ours).also(item.place.clone(), format!("{target} is here")))
}
