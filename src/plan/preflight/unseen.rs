//! What nobody outside the clouds can see, so that a plan does not promise more than it knows.

use std::collections::BTreeSet;

use super::scene::Scene;

pub(super) fn find(scene: &Scene<'_>, unseen: &mut Vec<String>) {
    let providers: Vec<String> = scene.providers().into_iter().map(|name| format!("`{name}`")).collect();
    let mut all = Vec::new();
    if !providers.is_empty() {
        let names = providers.join(", ");
        all.push(format!("whether the credentials of {names} have the rights that these changes need"));
    }
    let mut told = BTreeSet::new();
    for changed in scene.changed.iter().filter(|changed| changed.is_new()) {
        for clause in changed.schema.preflight.unseen {
            if told.insert(*clause) {
                all.push((*clause).to_owned());
            }
        }
    }
    if scene.on.live.asked.is_none() && !scene.changed.is_empty() {
        all.push("whether quotas suffice and what others have, since no cloud was asked".to_owned());
    }
    all.append(unseen);
    *unseen = all;
}
