//! What a twin of Alibaba Cloud takes: whom it knows, what a loss takes away.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::settings::{self, Settings};
use crate::provider::alibaba::kinds::{ACCEPT, ELASTICSEARCH, ENDPOINT, SERVICE, WHITELIST};
use crate::sim::{Tenant, World};

/// The settings of a block that leads to this tenant's part of the twin.
pub(super) fn settings(tenant: &Tenant) -> Settings {
    let (access, secret) = tenant.key();
    settings::with_account(settings::alibaba(&tenant.region, &access, &secret), &tenant.account)
}

/// Takes objects away, each with what ends when it does. The loss of a whitelist are its members; that of an
/// acceptance, that it was never given.
pub(super) fn lose(world: &mut World, lost: &BTreeSet<(&str, &str)>, at: Timestamp) {
    let world = &mut world.alibaba;
    let gone = |kind: &str, id: &str| lost.contains(&(kind, id));
    world.services.retain(|one| !gone(SERVICE, &one.id));
    world.services.iter_mut().filter(|one| gone(WHITELIST, &one.id)).for_each(|one| one.users.clear());
    world.endpoints.retain(|one| !gone(ENDPOINT, &one.id) && !gone(ELASTICSEARCH, &one.id));
    for endpoint in &mut world.endpoints {
        if gone(ACCEPT, &format!("{}/{}", endpoint.service_id, endpoint.id)) {
            (endpoint.connection, endpoint.link) = ("Disconnected".to_owned(), None);
            endpoint.modified_at = at;
        }
    }
}
