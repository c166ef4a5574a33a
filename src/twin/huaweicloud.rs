//! What a twin of Huawei Cloud takes: whom it knows, how long things take, what a loss takes away.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::settings::{self, Settings};
use crate::provider::huaweicloud::kinds::{ACCEPT, ENDPOINT, SERVICE, WHITELIST};
use crate::sim::{EndpointStatus, Tenant, World};

/// The settings of a block that leads to this tenant's part of the twin.
pub(super) fn settings(tenant: &Tenant) -> Settings {
    let (access, secret) = tenant.key();
    let settings = settings::huaweicloud(&tenant.region, &tenant.project, &access, &secret);
    settings::with_account(settings, &tenant.account)
}

/// Takes objects away, each with what ends when it does: of a service its whitelist, of an endpoint its connection.
/// The loss of a whitelist are its records; that of an acceptance, that somebody rejects the connection.
pub(super) fn lose(world: &mut World, lost: &BTreeSet<(&str, &str)>, at: Timestamp) {
    let gone = |kind: &str, id: Uuid| lost.contains(&(kind, id.to_string().as_str()));
    world.permissions.retain(|one| !gone(SERVICE, one.service_id) && !gone(WHITELIST, one.service_id));
    world.services.retain(|one| !gone(SERVICE, one.id));
    world.endpoints.retain(|one| !gone(ENDPOINT, one.id));
    for endpoint in &mut world.endpoints {
        let connection = format!("{}/{}", endpoint.service_id, endpoint.id);
        if lost.contains(&(ACCEPT, connection.as_str())) {
            (endpoint.status, endpoint.next, endpoint.ip) = (EndpointStatus::Rejected, None, None);
            endpoint.dns_names.clear();
            endpoint.updated_at = at;
        }
    }
}
