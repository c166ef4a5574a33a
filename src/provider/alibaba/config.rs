//! The settings of an Alibaba Cloud provider block (Elasticsearch and PrivateLink API reference,
//! section 2).

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::request::Product;
use crate::provider::{ProviderSetting, SettingFault, Settings};
use crate::resource::SettingSchema;

/// What a block may say.
pub const SETTINGS: &[SettingSchema] = &[
    SettingSchema::required("region", "The region, such as `cn-hangzhou`."),
    SettingSchema::optional("network", "`public`, or `vpc` for the addresses inside a VPC."),
    SettingSchema::optional("elasticsearch_endpoint", "Address of Elasticsearch, instead of the region's."),
    SettingSchema::optional("privatelink_endpoint", "Address of PrivateLink, instead of the region's."),
    SettingSchema::optional("sts_endpoint", "Address of STS, which tells whose the keys are."),
    SettingSchema::optional("account_id", "The account; asked of STS where it is not given."),
    SettingSchema::optional("ca_file", "Certificates (PEM) to trust besides the machine's."),
    SettingSchema {
        group: &[
            SettingSchema::optional("access_key", "AccessKey id, with `secret_key`."),
            SettingSchema::secret("secret_key", "AccessKey secret."),
            SettingSchema::secret("security_token", "Needed with a temporary AccessKey."),
        ],
        ..SettingSchema::required("auth", "Who we are.")
    },
];

/// What a block says, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) region: String,
    pub(super) account_id: Option<String>,
    pub(super) credentials: Credentials,
    pub(super) ca_pem: Option<String>,
    elasticsearch: String,
    privatelink: String,
    sts: String,
}

/// Who we are.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) access_key: String,
    pub(super) secret_key: SecretString,
    pub(super) security_token: Option<SecretString>,
}

impl Credentials {
    /// Everything in them that must never be shown.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.secret_key).chain(&self.security_token)
    }
}

impl Config {
    pub(super) fn read(entries: &BTreeMap<String, ProviderSetting>) -> Result<Config, SettingFault> {
        let block = Settings::new(entries);
        let none = BTreeMap::new();
        let auth = block.group("auth", &none)?;
        let region = block
            .text("region")
            .ok_or_else(|| block.missing("region", "the region is needed, such as `cn-hangzhou`"))?;
        let infix = match block.text("network").as_deref() {
            None | Some("public") => "",
            Some("vpc") => "-vpc",
            Some(other) => {
                return Err(block.missing("network", format!("`{other}` is neither `public` nor `vpc`")));
            }
        };
        let address = |setting: &'static str, product: &str| match block.text(setting) {
            Some(given) => block.address(setting, &given),
            None => Ok(format!("https://{product}{infix}.{region}.aliyuncs.com")),
        };
        Ok(Config {
            account_id: block.text("account_id"),
            credentials: credentials(&auth)?,
            ca_pem: block.certificates()?,
            elasticsearch: address("elasticsearch_endpoint", "elasticsearch")?,
            privatelink: address("privatelink_endpoint", "privatelink")?,
            sts: address("sts_endpoint", "sts")?,
            region,
        })
    }

    /// Where a product is.
    pub(super) fn endpoint(&self, product: Product) -> &str {
        match product {
            Product::Elasticsearch => &self.elasticsearch,
            Product::PrivateLink => &self.privatelink,
            Product::Sts => &self.sts,
        }
    }
}

fn credentials(auth: &Settings<'_>) -> Result<Credentials, SettingFault> {
    match (auth.text("access_key"), auth.secret("secret_key")) {
        (Some(access_key), Some(secret_key)) => {
            Ok(Credentials { access_key, secret_key, security_token: auth.secret("security_token") })
        }
        (Some(_), None) => Err(auth.missing("secret_key", "it is needed beside `access_key`")),
        (None, Some(_)) => Err(auth.missing("access_key", "it is needed beside `secret_key`")),
        (None, None) => Err(SettingFault::new("auth", "give `access_key` and `secret_key`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(pairs: &[(&str, &str)]) -> BTreeMap<String, ProviderSetting> {
        let mut entries = BTreeMap::new();
        let mut auth = BTreeMap::new();
        for (name, value) in pairs {
            let value = ProviderSetting::Secret(SecretString::from(*value));
            match name.strip_prefix("auth.") {
                Some(name) => auth.insert(name.to_owned(), value),
                None => entries.insert((*name).to_owned(), value),
            };
        }
        entries.insert("auth".to_owned(), ProviderSetting::Group(auth));
        entries
    }

    #[test]
    fn what_is_missing_is_named() {
        let region = ("region", "cn-hangzhou");
        let keys = [("auth.access_key", "a"), ("auth.secret_key", "s")];
        for (pairs, setting) in [
            (vec![], "region"),
            (vec![region], "auth"),
            (vec![region, keys[0]], "auth.secret_key"),
            (vec![region, keys[1]], "auth.access_key"),
            (vec![region, keys[0], keys[1], ("network", "moon")], "network"),
            (vec![region, keys[0], keys[1], ("sts_endpoint", "sts.example.com")], "sts_endpoint"),
            (vec![region, keys[0], keys[1], ("ca_file", "missing.pem")], "ca_file"),
        ] {
            assert_eq!(Config::read(&block(&pairs)).unwrap_err().setting, setting, "{pairs:?}");
        }
    }

    #[test]
    fn addresses_follow_region_and_network() {
        let keys = [("region", "cn-hangzhou"), ("auth.access_key", "a"), ("auth.secret_key", "CANARY")];
        let read = |more: &[(&str, &str)]| Config::read(&block(&[&keys[..], more].concat())).unwrap();
        let public = read(&[]);
        assert_eq!(public.endpoint(Product::Elasticsearch), "https://elasticsearch.cn-hangzhou.aliyuncs.com");
        let inside = read(&[("network", "vpc"), ("sts_endpoint", "http://127.0.0.1:8080/")]);
        assert_eq!(inside.endpoint(Product::PrivateLink), "https://privatelink-vpc.cn-hangzhou.aliyuncs.com");
        assert_eq!(inside.endpoint(Product::Sts), "http://127.0.0.1:8080");
        assert!(!format!("{inside:?}").contains("CANARY"));
    }
}
