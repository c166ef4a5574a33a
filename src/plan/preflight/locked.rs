//! What a cloud holds fast, such as for overdue payment: it takes no change of that, however long it is asked.

use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::provider::Settling;
use crate::refresh::Observation;

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for changed in scene.changed.iter().filter(|changed| !changed.is_new()) {
        let Some(id) = &changed.item.delta.id else { continue };
        let seen = scene.on.live.get(&changed.item.provider, changed.address.kind(), id);
        if let Observation::Present { settling: Settling::Blocked(fault), .. } = seen {
            let text =
                format!("{} would be changed, and {} ({})", changed.address, fault.message, fault.code);
            let finding = Diagnostic::error("An object is locked", text).hint(fault.advice.clone());
            found.push(finding.at(changed.item.place.clone()).about(changed.address));
        }
    }
}
