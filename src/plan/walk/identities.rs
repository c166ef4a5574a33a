//! Every recorded object is read as the account, project and region it was recorded with.

use std::collections::BTreeMap;

use super::{Walk, reading_block};
use crate::diagnostic::Diagnostic;
use crate::plan::links;
use crate::resource::{Address, Identity, ProviderName};

impl Walk<'_> {
    /// Every recorded object must be read as the account, project and region it was recorded with.
    pub(super) fn check_identities(&mut self) {
        let mut wrong: BTreeMap<(ProviderName, Identity), Vec<&Address>> = BTreeMap::new();
        let mut vanished: BTreeMap<ProviderName, Vec<&Address>> = BTreeMap::new();
        for (address, object) in self.on.recorded.every_object() {
            let Some(provider) = reading_block(self.on.configuration, address, object) else {
                vanished.entry(object.provider.clone()).or_default().push(address);
                continue;
            };
            match self.on.live.identities.get(provider) {
                None => {
                    self.needs.identities.insert(provider.clone());
                }
                Some(identity) if *identity != object.identity => {
                    wrong.entry((provider.clone(), object.identity.clone())).or_default().push(address);
                }
                Some(_) => {}
            }
        }
        for (provider, addresses) in vanished {
            let detail = format!(
                "provider `{provider}` is not in the configuration any more, and recorded objects still need it: {}",
                links::list(&addresses)
            );
            self.faults.push(Diagnostic::error("A provider block vanished", detail).hint(format!(
                "put the block `{provider}` back, destroy or `state rm` these first, or point the resources at another block of the same account"
            )));
        }
        for ((provider, recorded), addresses) in wrong {
            let is = &self.on.live.identities[&provider];
            let detail = format!(
                "provider `{provider}` leads to account {}, project {}, region {}, but {} recorded in account {}, project {}, region {}: {}",
                is.account,
                is.project,
                is.region,
                if addresses.len() == 1 { "an object was" } else { "objects were" },
                recorded.account,
                recorded.project,
                recorded.region,
                links::list(&addresses)
            );
            self.faults.push(
                Diagnostic::error("Wrong account, project or region", detail)
                    .at(self.on.configuration.providers.get(&provider).map(|b| b.place.clone()))
                    .hint("nothing was compared, so that wrong credentials cannot look like a mass deletion; correct the provider block or the environment"),
            );
        }
    }
}
