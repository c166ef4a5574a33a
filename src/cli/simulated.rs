//! Which simulated account each provider block stands for, and the settings that lead there.

use std::collections::BTreeMap;

use super::cloud::Settings;
use crate::config::{Configuration, ProviderBlock};
use crate::diagnostic::Diagnostic;
use crate::provider::{alibaba, huaweicloud};
use crate::resource::{ProviderName, Value};
use crate::sim::SimCredentials;
use crate::sim::sample::{self, AlibabaCredentials};
use crate::twin::settings;

/// The accounts of the blocks of each provider type.
pub(super) struct Standing {
    huawei: BTreeMap<String, SimCredentials>,
    alibaba: BTreeMap<String, AlibabaCredentials>,
}

impl Standing {
    /// Finds an account for every block; says which has none.
    pub(super) fn of(configuration: &Configuration) -> Result<Standing, String> {
        let of_type = |provider_type: &str| -> BTreeMap<String, Option<String>> {
            let blocks = configuration.providers.values().filter(|block| block.kind_type == provider_type);
            blocks.map(|block| (block.name.to_string(), block.sim_account.clone())).collect()
        };
        Ok(Standing {
            huawei: sample::assign(&of_type(huaweicloud::kinds::PROVIDER_TYPE))?,
            alibaba: sample::assign_alibaba(&of_type(alibaba::kinds::PROVIDER_TYPE))?,
        })
    }

    /// The settings that make a block's cloud the embedded one.
    pub(super) fn settings(
        &self,
        configuration: &Configuration,
        name: &ProviderName,
    ) -> Result<Settings, Vec<Diagnostic>> {
        let block = &configuration.providers[name];
        match self.alibaba.get(name.as_str()) {
            Some(account) => of_alibaba(block, account),
            None => of_huawei(block, &self.huawei[name.as_str()]),
        }
    }
}

/// The region that a block names literally: other settings are not evaluated.
fn region_of(block: &ProviderBlock) -> Option<Value> {
    block.settings.get("region").and_then(|region| region.literal())
}

fn no_region(block: &ProviderBlock, detail: String, has: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::error("No such region", detail).hint(format!("it has {has}")).at(block.place.clone())]
}

fn of_huawei(block: &ProviderBlock, account: &SimCredentials) -> Result<Settings, Vec<Diagnostic>> {
    let literal = region_of(block);
    let region = literal.as_ref().and_then(Value::as_str).unwrap_or(&account.region);
    let project = account.projects.get(region).ok_or_else(|| {
        let detail =
            format!("the simulated account `{}` has no project in region `{region}`", account.account);
        no_region(block, detail, &account.projects.keys().cloned().collect::<Vec<_>>().join(", "))
    })?;
    Ok(settings::huaweicloud(region, project, &account.access_key, &account.secret_key))
}

fn of_alibaba(block: &ProviderBlock, account: &AlibabaCredentials) -> Result<Settings, Vec<Diagnostic>> {
    let literal = region_of(block);
    let region = literal.as_ref().and_then(Value::as_str).unwrap_or(&account.region);
    if region != account.region {
        let detail = format!("the simulated account `{}` has nothing in region `{region}`", account.account);
        return Err(no_region(block, detail, &account.region));
    }
    Ok(settings::alibaba(region, &account.access_key, &account.secret_key))
}
