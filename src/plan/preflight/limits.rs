//! Limits that not every region has.

use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::resource::Value;

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for changed in &scene.changed {
        for rule in changed.schema.preflight.usual {
            let count = match changed.known(rule.attribute) {
                Some(Value::List(items)) => items.len(),
                Some(Value::Map(entries)) => entries.len(),
                _ => 0,
            };
            let touched = changed.is_new() || changed.item.delta.changed.contains(rule.attribute);
            if touched && count > rule.most {
                let text = format!(
                    "{} has {count} in `{}`; {} is what every region takes, and some refuse more ({})",
                    changed.address, rule.attribute, rule.most, rule.code
                );
                let finding = Diagnostic::warning("Perhaps too many", text)
                    .hint("nothing to do if your region is known to take them");
                found.push(changed.at(finding, rule.attribute));
            }
        }
    }
}
