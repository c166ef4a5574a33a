//! Which simulated account each provider block stands for, and the settings that lead there.

use std::collections::BTreeMap;

use super::cloud::Settings;
use crate::config::{Configuration, ProviderBlock};
use crate::diagnostic::Diagnostic;
use crate::provider::{ProviderSetting, alibaba, huaweicloud};
use crate::resource::{ProviderName, Value};
use crate::sim::SimCredentials;
use crate::sim::sample::{self, AlibabaCredentials};

/// Where the embedded cloud would be, if it were anywhere: nothing is ever sent there.
const NOWHERE: &str = "http://simulated.invalid";

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

fn text(text: &str) -> ProviderSetting {
    ProviderSetting::Text(text.to_owned())
}

fn keys(access: &str, secret: &str) -> ProviderSetting {
    ProviderSetting::Group(BTreeMap::from([
        ("access_key".to_owned(), text(access)),
        ("secret_key".to_owned(), ProviderSetting::Secret(secret.to_owned().into())),
    ]))
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
    Ok(Settings::from([
        ("region".to_owned(), text(region)),
        ("endpoint".to_owned(), text(NOWHERE)),
        ("iam_endpoint".to_owned(), text(NOWHERE)),
        ("project_id".to_owned(), text(project)),
        ("auth".to_owned(), keys(&account.access_key, &account.secret_key)),
    ]))
}

fn of_alibaba(block: &ProviderBlock, account: &AlibabaCredentials) -> Result<Settings, Vec<Diagnostic>> {
    let literal = region_of(block);
    let region = literal.as_ref().and_then(Value::as_str).unwrap_or(&account.region);
    if region != account.region {
        let detail = format!("the simulated account `{}` has nothing in region `{region}`", account.account);
        return Err(no_region(block, detail, &account.region));
    }
    let addresses = ["elasticsearch_endpoint", "privatelink_endpoint", "sts_endpoint"];
    let mut settings: Settings = addresses.map(|name| (name.to_owned(), text(NOWHERE))).into();
    settings.insert("region".to_owned(), text(region));
    settings.insert("auth".to_owned(), keys(&account.access_key, &account.secret_key));
    Ok(settings)
}
