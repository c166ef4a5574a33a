//! What goes with which sort of target: an interface needs a subnet, a gateway takes none.

use super::scene::{Changed, Scene};
use super::targets::{connecting, known_of};
use crate::diagnostic::Diagnostic;
use crate::resource::{Attributes, Sort, Target, Value};

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for (changed, target, named) in connecting(scene) {
        let Some(known) = known_of(scene, changed, target, named) else { continue };
        let sorts = &target.sorts;
        let is = known.text(sorts.attribute);
        if let Some(sort) = sorts.all.iter().find(|sort| Some(sort.is) == is) {
            of_sort(scene, changed, target, sort, found);
        }
        switched_off(scene, changed, target, &known, found);
    }
}

fn of_sort(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    target: &Target,
    sort: &Sort,
    found: &mut Vec<Diagnostic>,
) {
    let (address, is) = (changed.address, sort.is);
    for (name, code) in sort.needs.iter().filter(|(name, _)| !changed.item.delta.want.contains_key(name)) {
        let text = format!(
            "{address} connects to a service of type `{is}`, and has no `{name}`: {}",
            scene.refused(code)
        );
        let finding = Diagnostic::error("An attribute is missing", text).hint(format!("add `{name}`"));
        found.push(changed.at(finding, target.attribute));
    }
    for name in sort.refuses.iter().filter(|name| changed.is_given(name)) {
        let text = format!(
            "{address} connects to a service of type `{is}`, which takes no `{name}`: {}",
            scene.refused(target.sorts.code)
        );
        let finding = Diagnostic::error("An attribute does not go with it", text).hint(format!(
            "take `{name}` out; what goes with it is in the description of `{}`",
            address.kind()
        ));
        found.push(changed.at(finding, name));
    }
    for name in sort.ignores.iter().filter(|name| changed.is_given(name)) {
        let text = format!(
            "{address} connects to a service of type `{is}`, for which the API does not heed `{name}`: the next plan may want it again"
        );
        let finding =
            Diagnostic::warning("An attribute has no effect", text).hint(format!("take `{name}` out"));
        found.push(changed.at(finding, name));
    }
}

/// What needs a switch of the target that is off.
fn switched_off(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    target: &Target,
    known: &Attributes,
    found: &mut Vec<Diagnostic>,
) {
    let (switch, names) = target.sorts.switch;
    if matches!(known.get(switch), Some(Value::Bool(true))) || !known.names().any(|name| name == switch) {
        return;
    }
    for name in names.iter().filter(|name| changed.is_given(name)) {
        let text = format!(
            "{} has a `{name}`, and what it connects to has no `{switch}`: {}",
            changed.address,
            scene.refused(target.sorts.code)
        );
        let finding = Diagnostic::error("An attribute does not go with it", text)
            .hint(format!("take `{name}` out, or ask the owner for a service with `{switch}`"));
        found.push(changed.at(finding, name));
    }
}
