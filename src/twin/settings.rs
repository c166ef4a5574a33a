//! The settings of a provider block that lead to a simulated cloud in this process.

use std::collections::BTreeMap;

use crate::provider::ProviderSetting;

/// Settings of a block by their names.
pub type Settings = BTreeMap<String, ProviderSetting>;

/// Where such a cloud would be, if it were anywhere: nothing is ever sent there.
const NOWHERE: &str = "http://simulated.invalid";

fn text(text: &str) -> ProviderSetting {
    ProviderSetting::Text(text.to_owned())
}

fn keys(access: &str, secret: &str) -> ProviderSetting {
    ProviderSetting::Group(BTreeMap::from([
        ("access_key".to_owned(), text(access)),
        ("secret_key".to_owned(), ProviderSetting::Secret(secret.to_owned().into())),
    ]))
}

/// A project of a simulated Huawei Cloud.
pub fn huaweicloud(region: &str, project: &str, access: &str, secret: &str) -> Settings {
    Settings::from([
        ("region".to_owned(), text(region)),
        ("endpoint".to_owned(), text(NOWHERE)),
        ("iam_endpoint".to_owned(), text(NOWHERE)),
        ("project_id".to_owned(), text(project)),
        ("auth".to_owned(), keys(access, secret)),
    ])
}

/// An account of a simulated Alibaba Cloud.
pub fn alibaba(region: &str, access: &str, secret: &str) -> Settings {
    let addresses = ["elasticsearch_endpoint", "privatelink_endpoint", "sts_endpoint"];
    let mut settings: Settings = addresses.map(|name| (name.to_owned(), text(NOWHERE))).into();
    settings.insert("region".to_owned(), text(region));
    settings.insert("auth".to_owned(), keys(access, secret));
    settings
}

/// The same for a block of which it is known whose it is, so that nobody has to be asked.
pub(super) fn with_account(mut settings: Settings, account: &str) -> Settings {
    settings.insert("account_id".to_owned(), text(account));
    settings
}
